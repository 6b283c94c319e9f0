"""The screens of Sunrise that testers took pictures of."""

import random
from collections.abc import Callable

from bridge.simulators.samples.drawing import Canvas

GOODS = (
    "Terracotta pot, large", "Garden gloves", "Watering can 5 l", "Tomato seeds", "Bird feeder",
    "Herb scissors", "Solar lantern", "Picnic blanket", "Bamboo stakes x20", "Compost 40 l",
)  # fmt: skip
TINTS = ("#cf8e5b", "#7d9d6a", "#5b8fb0", "#c9b458", "#a56a8f", "#6aa39b")

Screen = Callable[[Canvas, random.Random], None]


def cart(canvas: Canvas, dice: random.Random) -> None:
    """The cart, whose total is wrong."""
    _frame(canvas, "Cart")
    for n, name in enumerate(dice.sample(GOODS, 3)):
        _row(canvas, 110 + n * 92, name, f"{dice.randrange(3, 60)}.{dice.randrange(100):02d}", dice)
    bottom = canvas.height - 190
    canvas.line((20, bottom), (canvas.width - 20, bottom))
    canvas.text(24, bottom + 14, "Total", size=20)
    canvas.text(canvas.width - 96, bottom + 14, "0.00", size=20, fill=canvas.colours.accent)
    _button(canvas, bottom + 56, "Check out")


def login(canvas: Canvas, dice: random.Random) -> None:
    """Signing in."""
    _frame(canvas, "Welcome back")
    for n, label in enumerate(("E-mail", "Password")):
        canvas.text(24, 150 + n * 92, label, size=14, fill=canvas.colours.faint)
        canvas.box(20, 172 + n * 92, canvas.width - 40, 48, outline=canvas.colours.faint)
    canvas.text(34, 279, "*" * dice.randrange(8, 14), size=18)
    canvas.text(24, 336, "That didn't work. Please try again.", fill=canvas.colours.accent)
    _button(canvas, 384, "Sign in")


def store_map(canvas: Canvas, dice: random.Random) -> None:
    """The map of stores, its pins on top of each other."""
    canvas.box(0, 0, canvas.width, canvas.height, fill="#dfe8d8", radius=0)
    for _ in range(14):
        x, y = dice.randrange(canvas.width), dice.randrange(canvas.height)
        across = ((0, y), (canvas.width, dice.randrange(canvas.height)))
        along = ((x, 0), (dice.randrange(canvas.width), canvas.height))
        canvas.line(*(across if dice.random() < 0.5 else along), width=7, fill="#ffffff")  # noqa: PLR2004
    for _ in range(9):
        x = canvas.width / 2 + dice.gauss(0, 34)
        y = canvas.height / 2 + dice.gauss(0, 34)
        canvas.disc(x, y, 15)
        canvas.disc(x, y, 6, fill="#ffffff")
    canvas.box(16, 64, canvas.width - 32, 46)
    canvas.text(32, 76, "Stores near you", size=18)


def catalogue(canvas: Canvas, dice: random.Random) -> None:
    """The catalogue, two columns."""
    _frame(canvas, "Garden")
    width = (canvas.width - 60) / 2
    for n in range(6):
        left, top = 20 + (n % 2) * (width + 20), 116 + (n // 2) * 206
        canvas.box(left, top, width, 190)
        canvas.box(left + 10, top + 10, width - 20, 112, fill=dice.choice(TINTS), radius=8)
        canvas.text(left + 12, top + 132, dice.choice(GOODS)[:18], size=14)
        canvas.text(left + 12, top + 156, f"{dice.randrange(2, 80)}.99", size=16)


def search(canvas: Canvas, dice: random.Random) -> None:
    """The search field, in the colour of its own background."""
    _frame(canvas, "Search")
    canvas.box(20, 110, canvas.width - 40, 44)
    canvas.text(36, 121, "wateri", size=18, fill=canvas.colours.card)
    for n, name in enumerate(dice.sample(GOODS, 6)):
        canvas.text(36, 184 + n * 52, name, size=17)
        canvas.line((20, 220 + n * 52), (canvas.width - 20, 220 + n * 52), width=1)


def order(canvas: Canvas, dice: random.Random) -> None:
    """An order and where it is."""
    _frame(canvas, "Order 1042")
    reached = dice.randrange(2, 5)
    for n, step in enumerate(("Paid", "Packed", "On its way", "Delivered")):
        y = 150 + n * 96
        canvas.line((44, y), (44, y + 96), fill=canvas.colours.faint)
        canvas.disc(44, y, 13, fill=canvas.colours.accent if n < reached else canvas.colours.faint)
        canvas.text(76, y - 12, step, size=19)
        canvas.text(76, y + 14, f"{9 + n}:{dice.randrange(10, 60)}", size=14)


def scanner(canvas: Canvas, dice: random.Random) -> None:
    """Scanning a barcode."""
    canvas.box(0, 0, canvas.width, canvas.height, fill="#2a2b2d", radius=0)
    left, top, width = 50, canvas.height / 2 - 90, canvas.width - 100
    canvas.box(left, top, width, 180, fill="#f4f4f2", radius=4)
    x = left + 20.0
    while x < left + width - 24:
        thick = dice.choice((1.5, 2, 3.5, 5))
        canvas.line((x, top + 20), (x, top + 150), width=thick, fill="#111111")
        x += thick + dice.choice((2, 3, 5))
    canvas.text(left, top + 200, "Hold still ...", size=11, fill="#c9c9c9")


def profile(canvas: Canvas, dice: random.Random) -> None:
    """Settings, with a button that is cut off."""
    _frame(canvas, "Profile")
    canvas.disc(canvas.width / 2, 170, 46, fill=dice.choice(TINTS))
    for n, name in enumerate(("Addresses", "Payment", "Notifications", "Language", "Privacy")):
        canvas.box(20, 244 + n * 62, canvas.width - 40, 54)
        canvas.text(38, 258 + n * 62, name, size=17)
        canvas.text(canvas.width - 46, 258 + n * 62, ">", size=17, fill=canvas.colours.faint)
    _button(canvas, canvas.height - 34, "Continue")


def _frame(canvas: Canvas, title: str) -> None:
    canvas.text(28, 18, "9:41", size=15)
    canvas.box(canvas.width - 56, 20, 26, 12, fill=canvas.colours.ink, radius=4)
    canvas.text(20, 58, title, size=30)


def _row(canvas: Canvas, top: float, name: str, price: str, dice: random.Random) -> None:
    canvas.box(20, top, canvas.width - 40, 80)
    canvas.box(30, top + 10, 60, 60, fill=dice.choice(TINTS), radius=8)
    canvas.text(104, top + 16, name, size=17)
    canvas.text(104, top + 44, price, size=15, fill=canvas.colours.faint)


def _button(canvas: Canvas, top: float, words: str) -> None:
    canvas.box(20, top, canvas.width - 40, 52, fill=canvas.colours.accent, radius=16)
    canvas.text(canvas.width / 2 - 5 * len(words), top + 14, words, size=19, fill="#ffffff")
