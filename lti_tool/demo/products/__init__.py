"""What differs between Moodle and Canvas, each as it was observed."""
