"""The page of an approver, who comes by the link in a mail and has no account."""
