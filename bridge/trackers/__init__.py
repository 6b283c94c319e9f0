"""Where issues live: one file a tracker, one protocol for all."""
