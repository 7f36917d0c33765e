"""Recognition of prior learning: an application from self-assessment to decision, without any course."""
