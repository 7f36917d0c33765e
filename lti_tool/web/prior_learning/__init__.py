"""Pages for whoever applies to have prior learning recognised: what is open, and their own applications."""
