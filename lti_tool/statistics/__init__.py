"""How many badges an issuer awarded in a year, by level, field and more, so that nobody can be counted out of it."""
