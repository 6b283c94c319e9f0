"""App Store Connect, GitHub and Jira in small: stateful, and able to misbehave when told to.

For the demo, for trials and for tests. They speak the vendors' language and know nothing of the
rest of this project.
"""
