"""What the tool serves for the world: issuer, achievements, credentials, status lists, documents to keep."""
