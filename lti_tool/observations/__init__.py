"""What is known of people and courses, as plain values: who is who, what was observed, what follows from it alone."""
