"""The public catalogue: lists with filters, pages of offers, parts for other sites, and documents for programs."""
