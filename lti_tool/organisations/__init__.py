"""Organisations that endorse an issuer or a template, or answer a badge that they were shown: each signs for itself.

Each has a DID and keys of its own on this host, which no issuer uses. Who it is was proved in one of two ways: an
issuer has invited it, or somebody has shown that they control its domain.
"""
