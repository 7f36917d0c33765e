"""What learners, peers and other providers think of an achievement, in numbers that cannot be linked to anybody."""
