"""Open Badges 3.0 credentials with the EU micro-credential elements, from template to verification."""
