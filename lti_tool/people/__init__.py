"""People and their sessions, as launches tell of them."""
