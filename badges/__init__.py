"""Open Badges 3.0 with the EU micro-credential elements: build, draw, bake and verify."""
