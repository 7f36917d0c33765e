"""The products that the demo LMS can behave as: Moodle, Canvas."""
