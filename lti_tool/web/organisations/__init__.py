"""Pages of those who sign for organisations, and the documents of these."""
