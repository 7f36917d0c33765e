"""Awards: looks at platforms, what teachers change and confirm, and the life of an award."""
