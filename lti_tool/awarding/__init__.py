"""Awarding: looks at platforms, decisions and questions, award rules and their changes, the life of an award."""
