"""When templates are to be reviewed, and what a review looks at: a yearly report of an issuer."""
