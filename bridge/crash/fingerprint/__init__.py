"""Keys that are equal for reports of one problem; each version keeps its rules for good."""
