"""Text from a crash log, made harmless without changing what it says."""

LONGEST = 8192
"""Characters kept of one name; real C++ names reach about four thousand."""


def clean(text: str) -> str:
    """`text` without lone surrogates and NULs, and no longer than `LONGEST`."""
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    if text.isascii():
        return text.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in text else text
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text.encode("utf-8", "replace").decode("utf-8", "replace")


def known(text: str | None) -> str | None:
    """`text` as it is, or None where it says nothing."""
    if not text:
        return None
    if len(text) <= LONGEST and text.isascii() and "\0" not in text:
        return text.strip() or None
    return clean(text).strip() or None


def last_part(path: str | None) -> str | None:
    """The last part of a path; None where there is none to speak of."""
    if not path:
        return None
    name = path.rstrip("/").rpartition("/")[2].strip()
    return name if name and name[:3] not in {"...", "???"} else None
