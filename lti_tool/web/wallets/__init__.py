"""Endpoints that wallets call, and the pages by which learners send them there."""
