"""Drawing a screen of the app: a canvas that counts in points and knows the app's looks."""

import io
from dataclasses import dataclass
from functools import cache
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

Encoding = Literal["PNG", "JPEG"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """The colours of one appearance."""

    paper: str
    card: str
    ink: str
    faint: str
    accent: str


LIGHT = Colours(paper="#f5f3ef", card="#ffffff", ink="#1d1b18", faint="#8b867d", accent="#e2582b")
DARK = Colours(paper="#111214", card="#1f2124", ink="#f2f1ee", faint="#84868c", accent="#ff8a5c")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


class Canvas:
    """A screen of so many points, drawn at a scale."""

    def __init__(self, width: int, height: int, *, scale: int, colours: Colours = LIGHT) -> None:
        self.width, self.height, self.colours = width, height, colours
        self._scale = scale
        self._image = Image.new("RGB", (width * scale, height * scale), colours.paper)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, left: float, top: float, width: float, height: float, **how: str | int) -> None:
        """Draw a rounded rectangle: `fill`, `outline`, and `radius` in points."""
        scale = self._scale
        self._draw.rounded_rectangle(
            (left * scale, top * scale, (left + width) * scale, (top + height) * scale),
            radius=int(how.get("radius", 12)) * scale,
            fill=str(how.get("fill", self.colours.card)),
            outline=str(how["outline"]) if "outline" in how else None,
            width=scale,
        )

    def text(
        self, left: float, top: float, words: str, *, size: int = 16, fill: str | None = None
    ) -> None:
        """Write a line with its upper left corner here."""
        place = (left * self._scale, top * self._scale)
        self._draw.text(place, words, font=_font(size * self._scale), fill=fill or self.colours.ink)

    def line(self, *points: tuple[float, float], width: float = 2, fill: str | None = None) -> None:
        """Draw a line through points."""
        scale = self._scale
        self._draw.line(
            [(x * scale, y * scale) for x, y in points],
            fill=fill or self.colours.faint,
            width=int(width * scale),
        )

    def disc(self, x: float, y: float, radius: float, *, fill: str | None = None) -> None:
        """Draw a filled circle."""
        scale = self._scale
        edges = ((x - radius) * scale, (y - radius) * scale, (x + radius) * scale)
        self._draw.ellipse((*edges, (y + radius) * scale), fill=fill or self.colours.accent)

    def encoded(self, encoding: Encoding) -> tuple[bytes, int, int]:
        """Return the picture as a file, with its width and height in pixels."""
        out = io.BytesIO()
        if encoding == "PNG":
            self._image.quantize(48).save(out, "PNG")
        else:
            self._image.save(out, "JPEG", quality=72)
        return out.getvalue(), self._image.width, self._image.height
