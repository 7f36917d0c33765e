"""Documents for verifiers and wallets: identity, keys, status lists, contexts."""
