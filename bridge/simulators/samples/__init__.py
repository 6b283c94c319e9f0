"""Feedback that testers of a made-up shopping app sent: thirty crashes and ten screenshots.

Everything here is drawn or composed from the tables in these files, the same for the same seed.
"""
