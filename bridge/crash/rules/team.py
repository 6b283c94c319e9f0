"""A team's own rules about frames, as it writes them under `crash_rules`."""

from pydantic import Field

from bridge.settings import Settings


class FrameRule(Settings):
    """Frames of one name, and why they are treated so."""

    name: str = Field(min_length=1, max_length=500, examples=["NetworkClient.request*"])
    """The frame as an issue shows it, with or without `Image!` in front; `*` is anything."""
    why: str = Field(default="a rule of the team's own", max_length=200)
    """What an issue says beside a frame that this rule passes over."""


class CrashRules(Settings):
    """Which frames say nothing about a bug, beside those that the program knows itself."""

    skip: tuple[FrameRule, ...] = ()
    """Frames that are passed over."""
    wrapper: tuple[FrameRule, ...] = ()
    """The app's own frames that every crash goes through: reporters, swizzlers, forwarders."""
    sentinel: tuple[FrameRule, ...] = ()
    """Frames that a crash handler is under: these and all above them are passed over."""
    prefix: tuple[FrameRule, ...] = ()
    """Frames that name a bug only together with the next one."""
    in_app: tuple[str, ...] = ()
    """Images that are the app's own code, though they lie elsewhere; `*` is anything."""
    system: tuple[str, ...] = ()
    """Images in the app's bundle that are not its own code; `*` is anything."""
