"""Compiled signing: what credentials of one achievement share is canonicalized once, and each is then filled in."""
