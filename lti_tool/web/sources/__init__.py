"""The address at which platforms send messages to sources."""
