"""Typed settings, with example files to copy."""
