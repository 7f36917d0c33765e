"""Pages for learners: their badge, and files to take away."""
