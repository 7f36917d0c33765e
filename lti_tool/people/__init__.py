"""The people of a course and their sessions, as launches name them."""
