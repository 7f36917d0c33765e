"""The self-test of a registration: whether platform and tool work together, step by step, before a teacher finds out.

It changes nothing at the platform, and leaves nothing here but what it has found.
"""
