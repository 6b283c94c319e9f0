"""Mangled names of Swift, C++ and Rust, read where the extra `symbols` is installed.

Reports have mostly readable names; dSYMs, and reports of tools that don't demangle, have mangled
ones. Without the extra a name stays as it is. Pure: one name always gives the same text.
"""

import re
from collections.abc import Callable
from functools import lru_cache

_MANGLED = re.compile(r"_?\$[sS](?=[\w$])|_T0|_{1,4}Z\w|_R[NICMXY]")
_LONGEST = 1024
"""Characters of a name that is read; reading takes more than linear time."""


def is_mangled(name: str) -> bool:
    """Whether a name is one that a compiler made from another."""
    return _MANGLED.match(name) is not None


def available() -> bool:
    """Whether names can be demangled here."""
    return _reader() is not None


@lru_cache(maxsize=4096)
def demangled(name: str) -> str:
    """The name as its language writes it; as it is where it is none or can't be read."""
    read = _reader()
    if read is None or len(name) > _LONGEST or not is_mangled(name):
        return name
    try:
        return read(name) or name
    except Exception:  # noqa: BLE001  # another's parser, given whatever a log holds
        return name


@lru_cache(maxsize=1)
def _reader() -> Callable[[str], str] | None:
    try:
        # Here, since it comes with an extra.
        from multi_demangle import DemangleOptions, demangle_symbol
    except ImportError:
        return None
    # Apple's reports have names without argument types, module and return type too.
    options = DemangleOptions.name_only()
    return lambda name: demangle_symbol(name, options)
