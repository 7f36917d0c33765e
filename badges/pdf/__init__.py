"""PDF/A-3 documents about badges: certificate and transcript written, attached credentials read."""
