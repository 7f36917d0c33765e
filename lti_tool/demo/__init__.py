"""A small LMS to try the tool in, and a robot to use both. They speak HTTP and import nothing of ours."""
