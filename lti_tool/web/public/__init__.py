"""Pages for everybody: a badge, what it stands for, who issues it, and the verifier."""
