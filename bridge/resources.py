"""Where the files lie that ship with the program: in the wheel, or at the top of a checkout."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal


def shipped(name: Literal["templates", "config"]) -> Traversable:
    """Return the `templates` or `config` folder that came with this installation.

    A wheel holds both inside the package; an editable installation uses those of its checkout,
    so that an edit shows at once. Raises FileNotFoundError if neither is there.
    """
    package = files("bridge")
    for folder in (package.joinpath("_data", name), package.joinpath("..", name)):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"neither the wheel nor the checkout holds {name}/")
