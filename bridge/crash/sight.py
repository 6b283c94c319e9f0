"""A backtrace as the rules see it: each frame's role, its normal name, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.crash.images import is_swift_runtime
from bridge.crash.rules import SHIPPED, Role, RuleBook
from bridge.crash.symbol import normal
from bridge.model import Frame

LOOKED_AT = 128
"""Frames in which the app's own are looked for."""
_FAR = 0x4000
"""Bytes from a name's start behind which a place without a source file is not taken for it: in
stripped code the nearest exported name may be far away and somebody else's."""
_TELLING = {Role.APP, Role.SYSTEM, Role.BARE, Role.PREFIX, Role.WRAPPER}


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame as the rules see it."""

    frame: Frame
    role: Role
    why: str
    """What to say of a frame that is passed over; may be empty."""
    name: str | None
    """The function, without what varies."""

    @property
    def image(self) -> str:
        """The image's name, a debug build's with the name of the app."""
        return (self.frame.image or "???").removesuffix(".debug.dylib")

    @property
    def word(self) -> str:
        """`Image!function`; without a name, the image, its UUID and the place in it."""
        if self.name is not None:
            return f"{self.image}!{self.name}"
        frame = self.frame
        return f"u:{self.image}!{(frame.image_uuid or '')[:8]}+{frame.offset or 0:x}"


def seen(
    frames: Sequence[Frame], rules: RuleBook = SHIPPED, *, plain: bool = False
) -> tuple[Seen, ...]:
    """The first frames of a backtrace, those above a crash handler's call taken out.

    With `plain` mangled names stay as they are.
    """
    views = tuple(_seen(frame, rules, plain=plain) for frame in frames[:LOOKED_AT])
    at = max((n for n, view in enumerate(views) if view.role is Role.SENTINEL), default=-1)
    below = views[at + 1 :]
    if at < 0 or not any(view.role in _TELLING for view in below):
        return views
    why = f"above {views[at].name}: {views[at].why}"
    above = (Seen(v.frame, Role.UNKNOWN, v.why or why, v.name) for v in views[:at])
    return (*above, *views[at:])


def classify(frame: Frame, rules: RuleBook = SHIPPED) -> tuple[Role, str, str | None]:
    """What a frame is by itself, why (empty where nothing needs saying), and its normal name."""
    view = _seen(frame, rules, plain=False)
    return view.role, view.why, view.name


def _seen(frame: Frame, rules: RuleBook, *, plain: bool) -> Seen:
    written = frame.symbol or ""
    bare = Role.BARE if frame.in_app else Role.UNKNOWN
    if not written:
        return Seen(frame, bare, "it has no name", None)
    if frame.symbol_offset == 0 and frame.index > 0 and not frame.inlined:
        # The call before it was the last instruction of a function that never returns to it.
        return Seen(frame, Role.UNKNOWN, "the name is the next function's", None)
    nameless = rules.nameless(written)
    if nameless is not None:
        role = bare if nameless.role is Role.BARE else nameless.role
        return Seen(frame, role, nameless.why, None)
    if _is_far(frame):
        return Seen(frame, bare, "the nearest name is too far away", None)
    name = normal(written, frame.image, plain=plain)
    if name is None:
        return Seen(frame, Role.UNKNOWN, "made by the compiler", None)
    return _judged(frame, rules, name)


def _is_far(frame: Frame) -> bool:
    # Some tools write the place in the image instead of the one in the function.
    behind = 0 if frame.symbol_offset == frame.offset else frame.symbol_offset or 0
    return frame.in_app and behind >= _FAR and not frame.file


def _judged(frame: Frame, rules: RuleBook, name: str) -> Seen:
    # The rules are about a function, whichever closure of it this is.
    function = name.removesuffix(" {closure}").removesuffix(" block")
    image = (frame.image or "").removesuffix(".debug.dylib")
    if not frame.in_app and is_swift_runtime(image):
        return Seen(frame, Role.RUNTIME, "Swift's own library", name)
    rule = rules.rule(function, image, in_app=frame.in_app)
    if rule is not None:
        return Seen(frame, rule.role, rule.why, name)
    return Seen(frame, Role.APP if frame.in_app else Role.SYSTEM, "", name)
