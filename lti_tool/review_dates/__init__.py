"""By which day a template is to be reviewed, whether that day has passed, and what stops then."""
