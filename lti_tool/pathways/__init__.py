"""Pathways: a larger badge made of parts, awarded by the ledger once the parts are there."""
