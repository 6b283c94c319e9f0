"""Expected texts in files, compared whole. `UPDATE_EXPECTED=1` writes them anew for review."""

import os
from pathlib import Path

from bridge.render import Rendered

FOLDER = Path(__file__).parent / "expected"


def matches(name: str, rendered: Rendered) -> bool:
    """Compare title and block with the file `expected/NAME`; show the difference by assertion."""
    file = FOLDER / name
    text = f"{rendered.title}\n{'=' * 40}\n{rendered.block}"
    if os.environ.get("UPDATE_EXPECTED"):
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")
    return True
