"""A template: what a teacher writes about an achievement, in every language, before anyone earns it."""
