"""The elements of an EU micro-credential: what they are, how they are read from a credential, how they are written."""
