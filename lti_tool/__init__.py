"""The application: platforms, triggers, the store, deliveries, pages and tasks around the story in `awarding`."""
