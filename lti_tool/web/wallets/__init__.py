"""What wallets ask for, and the pages that lead a badge into them."""
