"""The ten screenshot feedbacks, in the order in which they come in."""

import random
from dataclasses import dataclass
from functools import cache

from bridge.simulators.samples import screens, words
from bridge.simulators.samples.drawing import DARK, LIGHT, Canvas, Encoding
from bridge.simulators.samples.machine import DEVICES, Device
from bridge.simulators.samples.screens import Screen

Picture = tuple[bytes, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenshotSample:
    """One tester's screenshots and words. Each is a problem of its own."""

    bug: str
    device: Device
    build: str
    tester: str | None
    comment: str | None
    screens: tuple[Screen, ...]
    encoding: Encoding = "JPEG"
    dark: bool = False
    locale: str = "en-US"


_D = DEVICES
SCREENSHOTS = (
    ScreenshotSample(
        bug="screen-total-is-zero", device=_D["pro16"], build="141", tester="tester01",
        comment=words.SCREEN_TITLE, screens=(screens.cart,),
    ),
    ScreenshotSample(
        bug="screen-search-in-the-dark", device=_D["plain14"], build="141", tester="tester02",
        comment=words.SCREEN_DARK, screens=(screens.search,), dark=True, encoding="PNG",
    ),
    ScreenshotSample(
        bug="screen-pins-overlap", device=_D["max15"], build="142", tester="tester03",
        comment=words.SCREEN_MAP, screens=(screens.store_map,),
    ),
    ScreenshotSample(
        bug="screen-button-cut-off", device=_D["tablet"], build="142", tester="tester05",
        comment=words.SCREEN_CUT, screens=(screens.profile,), locale="de-DE",
    ),
    ScreenshotSample(
        bug="screen-order-state", device=_D["pro17"], build="142", tester="tester06",
        comment=words.SCREEN_ORDER, screens=(screens.order, screens.order), encoding="PNG",
    ),
    ScreenshotSample(
        bug="screen-scanner-text", device=_D["plain12"], build="142", tester="tester04",
        comment=words.SCREEN_SCAN, screens=(screens.scanner,), locale="ja-JP",
    ),
    ScreenshotSample(
        bug="screen-without-words", device=_D["pro16"], build="143", tester=None,
        comment=None, screens=(screens.catalogue,),
    ),
    ScreenshotSample(
        bug="screen-hostile-words", device=_D["max15"], build="143", tester="tester08",
        comment=words.HOSTILE_MARKUP, screens=(screens.login,), encoding="PNG",
    ),
    ScreenshotSample(
        bug="screen-price-side", device=_D["plain14"], build="143", tester="tester09",
        comment=words.SCREEN_RTL, screens=(screens.catalogue,), locale="ar-SA", dark=True,
    ),
    ScreenshotSample(
        bug="screen-three-steps", device=_D["pro17"], build="143", tester="tester10",
        comment=words.LONG + "\n\n" + words.HOSTILE_MACROS,
        screens=(screens.login, screens.catalogue, screens.cart),
    ),
)  # fmt: skip


@cache
def pictures(sample: ScreenshotSample) -> tuple[Picture, ...]:
    """Return the sample's pictures, the same bytes each time: file, width and height."""
    return tuple(_picture(sample, n, screen) for n, screen in enumerate(sample.screens))


def _picture(sample: ScreenshotSample, number: int, screen: Screen) -> Picture:
    device = sample.device
    colours = DARK if sample.dark else LIGHT
    canvas = Canvas(device.width, device.height, scale=device.scale, colours=colours)
    screen(canvas, random.Random(f"{sample.bug}/{number}"))  # noqa: S311 - a picture, no secret
    return canvas.encoded(sample.encoding)
