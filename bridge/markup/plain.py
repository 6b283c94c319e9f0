"""Plain text: what titles and fields are made of. Nothing is escaped; `plain_line` cleans it."""

from collections.abc import Callable, Sequence

from bridge.markup.base import Builder, Safe


class PlainBuilder(Builder):
    """Builds text without any markup, so that a template's filters work in titles too."""

    def line(self, text: str) -> str:
        return text

    def escape(self, text: str) -> Safe:
        return Safe(text)

    def quote(self, text: str, by: str = "") -> Safe:  # noqa: ARG002
        return Safe(text)

    def code(self, text: str) -> Safe:
        return Safe(text)

    def code_block(self, text: str) -> Safe:
        return Safe(text)

    def link(self, label: str, url: str | None) -> Safe:  # noqa: ARG002 (a title links nothing)
        return Safe(label)

    def picture(self, url: str, alt: str = "", width: int = 320) -> Safe:  # noqa: ARG002
        return Safe(alt)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Safe:
        return Safe("\n".join(" ".join(row) for row in [header, *rows]))

    def fold(self, title: str, caller: Callable[[], str]) -> Safe:
        return Safe(f"{title} {caller()}")

    def strong(self, text: str) -> Safe:
        return Safe(text)

    def heading(self, text: str) -> Safe:
        return Safe(text)
