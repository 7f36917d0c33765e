"""`python -m lti_tool ...`: a file a group of commands."""
