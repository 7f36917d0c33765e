"""Issuing credentials: the issuer, its keys and their vaults, status lists, the recovery sheet."""
