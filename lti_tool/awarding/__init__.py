"""Awarding: looks at platforms, award rules and their changes, the life of an award."""
