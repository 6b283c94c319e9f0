"""The thirty-six crashes, in the order in which they come in."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bridge.simulators import estate
from bridge.simulators.samples import logips, logtext, words
from bridge.simulators.samples.bugs import BUGS
from bridge.simulators.samples.machine import DEVICES, Device
from bridge.simulators.samples.process import Process

Format = Literal["text", "ips"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashSample:
    """One tester's crash."""

    bug: str
    device: Device
    build: str
    format: Format
    tester: str | None
    """Part of an address; None for somebody who came by a public link."""
    comment: str | None
    turn: int
    """How many reports of the same bug come before it."""
    symbolicated: bool = True
    """Whether the app's own frames have names, as they do where its symbols were uploaded."""
    late: int = 0
    """How many times its log is asked for in vain, as happens with the real service."""


_CART, _LOGIN, _PRICE = "cart-total-out-of-range", "login-token-missing", "price-kind-unknown"
_PIN, _CACHE = "store-pin-null-name", "image-cache-used-after-free"
_LAUNCH, _MONEY = "launch-waits-for-migration", "money-overflow"
_SCAN, _SEARCH = "barcode-scan-in-vendor-code", "search-off-the-main-actor"
_RECEIPT = "receipt-recursion"
_COUPON, _PHOTO = "coupon-of-another-class", "photo-store-locked-in-background"

_TABLE: tuple[tuple[str, str, str, Format, str | None, str | None], ...] = (
    (_CART, "pro16", "139", "text", "tester01", words.PLAIN),
    (_LOGIN, "plain14", "139", "ips", "tester02", words.LOGIN),
    (_CART, "max15", "140", "ips", "tester03", words.GERMAN),
    (_PIN, "pro16", "140", "text", "tester01", words.MAP),
    (_CACHE, "plain12", "140", "text", "tester04", words.LONG),
    (_CART, "plain12", "141", "text", None, None),
    (_LAUNCH, "plain14", "141", "text", "tester02", words.LAUNCH),
    (_PRICE, "tablet", "141", "ips", "tester05", None),
    (_MONEY, "pro17", "141", "ips", "tester06", words.PAY),
    (_LOGIN, "pro16", "141", "text", "tester07", words.LOGIN_ADDRESS),
    (_SCAN, "max15", "141", "text", "tester03", words.EMOJI),
    (_CART, "plain14", "142", "ips", "tester02", words.JAPANESE),
    (_SEARCH, "pro17", "142", "text", "tester06", words.SEARCH),
    (_CACHE, "pro16", "142", "ips", "tester01", words.HOSTILE_MARKUP),
    (_PIN, "plain14", "142", "ips", None, words.ARABIC),
    (_RECEIPT, "tablet", "142", "text", "tester05", words.RECEIPT),
    (_PRICE, "max15", "142", "text", "tester08", words.HOSTILE_MACROS),
    (_MONEY, "plain12", "142", "text", "tester04", None),
    (_CART, "pro17", "143", "text", "tester06", words.SHORT),
    (_LAUNCH, "pro16", "143", "ips", "tester01", None),
    (_LOGIN, "tablet", "143", "ips", "tester05", words.HOSTILE_CHARACTERS),
    (_SCAN, "plain14", "143", "ips", None, None),
    (_CACHE, "pro17", "143", "text", "tester09", None),
    (_SEARCH, "max15", "143", "ips", "tester03", None),
    (_PIN, "plain12", "143", "text", "tester04", words.MAP),
    (_MONEY, "tablet", "143", "ips", "tester08", words.PAY),
    (_PRICE, "pro17", "143", "ips", "tester09", None),
    (_RECEIPT, "pro16", "143", "ips", "tester10", words.RECEIPT),
    (_CACHE, "max15", "143", "ips", "tester07", None),
    (_LOGIN, "plain12", "143", "text", "tester10", None),
    (_COUPON, "pro16", "143", "text", "tester01", words.COUPON),
    (_PHOTO, "plain14", "143", "ips", "tester02", None),
    (_COUPON, "pro17", "143", "ips", "tester06", None),
    (_PHOTO, "tablet", "143", "text", "tester05", words.PHOTO),
    (_COUPON, "max15", "143", "text", None, words.COUPON),
    (_PHOTO, "plain12", "143", "ips", "tester04", words.PHOTO),
)


_LATE = {8, 21}
"""The places in the table whose crash log isn't there at once."""


def _numbered() -> tuple[CrashSample, ...]:
    turns: dict[str, int] = {}
    samples: list[CrashSample] = []
    for place, (bug, device, build, form, tester, comment) in enumerate(_TABLE):
        turn = turns[bug] = turns.get(bug, -1) + 1
        samples.append(
            CrashSample(
                bug=bug, device=DEVICES[device], build=build, format=form,
                tester=tester, comment=comment, turn=turn, late=int(place in _LATE),
            )
        )  # fmt: skip
    return tuple(samples)


CRASHES = _numbered()


def crash_log(
    sample: CrashSample, *, app: estate.App, build: str, at: datetime, dice: random.Random
) -> str:
    """Return the crash log of a sample; what differs by chance is taken from `dice`."""
    process = Process(
        bug=BUGS[sample.bug],
        app=app,
        device=sample.device,
        build=build,
        at=at,
        turn=sample.turn,
        symbolicated=sample.symbolicated,
        dice=dice,
    )
    return logtext.write(process) if sample.format == "text" else logips.write(process)
