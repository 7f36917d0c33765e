"""Credentials built, signed and kept: who issues, with which keys, on which status list."""
