"""Feedback on a made-up shopping app: thirty-six crashes of twelve bugs, and ten screenshots.

Everything here is drawn or composed from the tables in these files, the same for the same seed.
"""
