"""Other places where learners keep their badges (hosts of Open Badges 3.0), to which the tool brings them."""
