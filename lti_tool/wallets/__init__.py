"""How a badge gets into a wallet."""
