"""Pages of operators for the platforms of an issuer: invited, looked at, tested, changed, disabled and removed."""
