"""The list of everybody in a course about one of its badges: who has it, who waits, who not yet, and why."""
