"""Pages of operators about prior learning: what is open for it, and applications, for whoever has a part in them."""
