"""People, as launches name them, and what is theirs: sessions, proved addresses, links, wishes; and their erasure."""
