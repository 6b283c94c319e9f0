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
    text = clean(text).strip() if text else ""
    return text or None


def last_part(path: str | None) -> str | None:
    """The last part of a path; None where there is none to speak of."""
    name = (path or "").rstrip("/").rpartition("/")[2].strip()
    return name if name and not name.startswith("...") and name != "???" else None
