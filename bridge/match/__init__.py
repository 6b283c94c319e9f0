"""Match: which group a feedback joins, by what the store knows of the others.

`crashes` asks by fingerprint, `screens` by who sent it when, and by words and pictures.
"""

from bridge.match.match import Match

__all__ = ["Match"]
