"""What the links of mails open, and what mail services tell: a token says whose mail it was, nobody has a session."""
