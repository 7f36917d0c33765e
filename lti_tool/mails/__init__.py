"""Mails: what one says, as a plain value, and the message that is made of it."""
