"""What the perceptual hashes of a screenshot cost beside decoding it, which they can't do without.

Both take turns in one run, since other work on the machine slows both; only the ratio means
anything. The pictures have the size of an iPhone's screen: as a device writes them (RGB, RGBA), as
a tool shrinks them (a palette, which decodes fastest and so has the highest ratio), and a photo.

    python bench/hashes.py [--rounds 15]
"""

import argparse
import io
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from bridge.looks import hashes
from bridge.simulators.samples import screens
from bridge.simulators.samples.drawing import Canvas

POINTS, SCALE = (390, 844), 3  # 1170 x 2532 pixels
MOST = 1.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds: int = parser.parse_args().rounds
    worst = 0.0
    print(f"{'picture':10}{'decode, ms':>12}{'hashes, ms':>12}{'ratio':>8}")
    for name, data in pictures().items():
        decoding, hashing, ratio = measured(data, rounds)
        print(f"{name:10}{decoding * 1000:12.1f}{hashing * 1000:12.1f}{ratio:8.2f}")
        worst = max(worst, ratio)
    print(f"highest median ratio {worst:.2f}; at most {MOST}")
    sys.exit(worst > MOST)


def measured(data: bytes, rounds: int) -> tuple[float, float, float]:
    """Return the medians of both times, in seconds, and of their ratio."""
    pairs = [(timed(lambda: decode(data)), timed(lambda: hashes(data))) for _ in range(rounds)]
    decoding, hashing = zip(*pairs, strict=True)
    ratio = statistics.median(both / alone for alone, both in pairs)
    return statistics.median(decoding), statistics.median(hashing), ratio


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    assert work() is not None
    return time.perf_counter() - start


def decode(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def pictures() -> dict[str, bytes]:
    canvas = Canvas(*POINTS, scale=SCALE)
    screens.cart(canvas, random.Random(1))
    screen = Image.open(io.BytesIO(canvas.encoded("PNG")[0])).convert("RGB")
    grain = Image.effect_noise(screen.size, 40).convert("RGB")
    return {
        "RGB": png(screen),
        "RGBA": png(screen.convert("RGBA")),
        "palette": canvas.encoded("PNG")[0],
        "photo": png(Image.blend(screen, grain, 0.3)),
    }


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    main()
