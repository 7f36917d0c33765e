"""My badges as a backpack by Badge Connect (Open Badges 2.1), to which Moodle brings its own badges."""
