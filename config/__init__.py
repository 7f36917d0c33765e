"""Typed settings, and example files to copy."""
