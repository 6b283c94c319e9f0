"""Where dSYMs lie, as it is written under `symbols`."""

from pydantic import Field

from bridge.settings import Duration, Settings


class SymbolSettings(Settings):
    """Where the app's dSYMs are, so that crashes without names get them."""

    folders: tuple[str, ...] = Field(default=(), examples=[["symbols/"]])
    """Folders with dSYMs, `.xcarchive`s or zips of dSYMs, at any depth."""
    rescan: Duration = 60.0
    """How long a dSYM that has just arrived may go unnoticed."""
