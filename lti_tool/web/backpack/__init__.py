"""The Open Badges 3.0 API for programs, and the pages on which learners let these in and keep badges of others."""
