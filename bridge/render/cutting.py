"""Cutting a body to a tracker's limit: on a line, with a note, and with nothing left open. Pure."""

import re
from collections.abc import Iterable

from bridge.markup import Markup

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_DETAILS = re.compile(r"<(/?)details\b", re.IGNORECASE)
_MACRO = re.compile(r"(?<!\\)\{(noformat|quote|panel|code)(?:[:|][^}\n]*)?\}")
_VERBATIM = ("noformat", "code")
_NOTES = {
    Markup.GITHUB: "*… cut here: this tracker takes no longer texts. The files hold the rest.*",
    Markup.JIRA: "_… cut here: this tracker takes no longer texts. The files hold the rest._",
}


def cut_body(body: str, limit: int, markup: Markup) -> str:
    """Return `body` if it has at most `limit` characters, else its first whole lines and a note.

    Jira counts an emoji twice: its limit is in UTF-16 units.
    """
    if _length(body, markup) <= limit:
        return body
    note = _NOTES[markup]
    lines = body.split("\n")
    length, keep = 0, 0
    for line in lines:
        length += _length(line, markup) + 1
        if length > limit - len(note) - 1:
            break
        keep += 1
    while keep > 0:
        ending = "\n".join([*_closings(lines[:keep], markup), "", note])
        text = "\n".join(lines[:keep]).rstrip() + "\n" + ending
        if _length(text, markup) <= limit:
            return text
        keep -= 1
    return note[:limit]


def _length(text: str, markup: Markup) -> int:
    if markup is Markup.JIRA:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)


def _closings(lines: Iterable[str], markup: Markup) -> list[str]:
    return _github_closings(lines) if markup is Markup.GITHUB else _jira_closings(lines)


def _github_closings(lines: Iterable[str]) -> list[str]:
    fence, folds = "", 0
    for line in lines:
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not found[2].strip():
                fence = ""
        elif found:
            fence = found[1]
        else:
            folds += sum(-1 if mark[1] else 1 for mark in _DETAILS.finditer(line))
    closings = [fence] if fence else []
    return closings + ["", "</details>"] * max(folds, 0)


def _jira_closings(lines: Iterable[str]) -> list[str]:
    opened: list[str] = []
    for mark in (mark for line in lines for mark in _MACRO.finditer(line)):
        name = mark[1]
        if opened and opened[-1] == name:
            opened.pop()
        elif not (opened and opened[-1] in _VERBATIM):
            opened.append(name)
    return [f"{{{name}}}" for name in reversed(opened)]
