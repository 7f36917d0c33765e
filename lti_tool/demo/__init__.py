"""A small LMS to try the tool in; it speaks HTTP with the tool and imports nothing of it."""
