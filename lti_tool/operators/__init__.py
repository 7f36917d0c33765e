"""Operators: who works for an issuer in the tool, how they show who they are, and what they may do there."""
