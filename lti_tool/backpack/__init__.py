"""What a learner keeps here: badges of any issuer, and the programs that they let see these (Open Badges 3.0 API)."""
