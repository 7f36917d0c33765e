"""Pages and endpoints that a learning platform opens: login, launch, registration."""
