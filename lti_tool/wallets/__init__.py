"""How a badge gets into a learner's wallet: a module a protocol, and what all of them share."""
