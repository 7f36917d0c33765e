"""What is kept of people, for how long, and their rights: retention, erasure, export, and the journal of erasures."""
