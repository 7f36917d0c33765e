"""Pages for teachers: the badges of their course, and placing one in it."""
