"""The public catalogue: what issuers offer, for whoever thinks of enrolling; which of it is listed, found and shown."""
