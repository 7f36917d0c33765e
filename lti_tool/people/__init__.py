"""The people of a course and their sessions, as launches name them; the erasure of what was observed about them."""
