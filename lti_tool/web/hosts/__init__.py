"""Pages on which a learner has their badges brought to other places."""
