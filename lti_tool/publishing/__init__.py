"""The public documents: the issuer's, achievements, credentials, badges, status lists, and those to print or export."""
