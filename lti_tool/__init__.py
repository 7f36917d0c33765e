"""The application: platforms, sources, conditions, the store, deliveries, pages, around the story in `awarding`."""

#: The version, stated here and nowhere else; CHANGELOG.md says what each one brought.
__version__ = "1.1.0.dev0"
