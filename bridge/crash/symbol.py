"""A frame's name, reduced to what identifies a function from one build to the next.

Generic arguments, argument types, closure numbers, thunks, specialisations, cold parts and
compiler-made suffixes differ between builds and systems for one and the same function; argument
labels don't, and stay, since overloads are different functions.
"""

import re
from functools import lru_cache

from bridge.crash.demangle import demangled, is_mangled

_METHODS = {"-[", "+["}
_MANGLED = ("$s", "_$s", "$S", "_$S", "_T0")
_LONGEST = 2048
"""Characters of a name that are looked at; what differs further on is argument types."""

_PEELED = (
    "@objc ", "@nonobjc ", "static ", "specialized ", "generic specialization ", "merged ",
    "dispatch thunk of ", "method descriptor for ", "partial apply forwarder for ",
    "partial apply for ", "async function pointer to ", "default argument ", "outlined read-only ",
    "override ", "non-virtual thunk to ", "virtual thunk to ", "@MainActor ", "class ",
)  # fmt: skip
_FUNCLET = re.compile(r"\(\d{1,6}\) (?:await|suspend) resume partial function for ")
_SPECIALIZATION = re.compile(r"(?:function signature|generic|generic not re-abstracted) speciali")
_CLOSURE = re.compile(r"(?:implicit )?closure #\d{1,9} ")
_VARIABLE = re.compile(
    r"(?:variable initialization expression|property wrapper backing init\w*) of "
)
_WITNESS = "protocol witness for "
_BLOCK = re.compile(r"_{1,3}(?:\d{1,4}(?=[-+]\[))?(.{1,2048})_block_invoke[._\d]{0,32}$")
_BLOCK_IN = "invocation function for block in "
_SUFFIX = re.compile(
    r"(?:\.(?:cold|llvm|part|isra|constprop|resume|destroy|cleanup|specialized)(?:\.\d{1,24})?"
    r"| \(\.llvm\.\d{1,24}\)|\.\d{1,24}"
    r"|\$VARIANT\$\w{1,16}|\$V\d|\$UNIX2003|\$NOCANCEL| \[clone [^\]]{1,64}\])$"
)
_MANGLED_SUFFIX = re.compile(r"(?:T[QY]\d{1,3}_|Tm|Tf\w{1,8}_n)$")
_MISPLACED_OFFSET = re.compile(r"\+ \d{1,12}(?= ?\()")
_DISCRIMINATOR = re.compile(
    r"\((\w{1,512}) in _[0-9A-F]{32}\)| #\d{1,6}(?= in )|::\$_\d{1,6}|'lambda\d*'"
)
_EXTENSION = re.compile(r"\(extension in \w{1,256}\):")
_NAMELESS_PREFIXES = (
    "thunk for ", "reabstraction thunk ", "outlined ", "type metadata ", "value witness ",
    "lazy protocol witness ", "block_", "objectdestroy", "associated type ", "key path ",
    "instantiation function for ", "direct field offset", "nominal type descriptor",
)  # fmt: skip
_OPERATOR = re.compile(r"(?:^|[\s:])operator\b")
_MANGLED_THUNK = re.compile(r"_?(?:\$[sS]|_T0).{0,2048}(?:T[RrAW](?:TA)?|WO[a-z])$")
_MANGLED_NESTED = re.compile(r"_{1,2}Z{1,8}NK?(?P<std>St)?(?=\d)")
_LENGTH = re.compile(r"\d{1,4}")
_NATIVE = re.compile(r"[*&]|\bconst\b|\bunsigned\b")
_WORD = re.compile(r"[^\W\d]")
_ENTRY_POINT = re.compile(r"(?:^|\.)\$?main\(\)$")
_CATEGORY = re.compile(r"^([-+]\[[^\s(]{1,512})\([^)]{0,512}\) ")
_RUST_HASH = re.compile(r"::h[0-9a-f]{16}$")
_RUST_ESCAPES = {"$u7b$": "{", "$u7d$": "}", "$LT$": "<", "$GT$": ">", "$RF$": "&", "$u20$": " "}
_ABI = re.compile(r"\[abi:[^\]]{0,64}\]?")
_CONSTRUCTORS = (
    (re.compile(r"\.__allocating_init\b"), ".init"),
    (re.compile(r"\.__(?:isolated_)?deallocating_deinit$"), ".deinit"),
)
_IL2CPP_HASH = re.compile(r"_m[0-9A-F]{32,40}(?:_\w{1,64})?$")


def normal(symbol: str | None, image: str | None = None, *, plain: bool = False) -> str | None:
    """The name of a frame's function, without what varies; None where it has none.

    `image` is the module's name where the symbol may repeat it (`App.Cart.total` in `App`).
    With `plain` a mangled name stays one, as it does where nothing is there to demangle it.
    """
    return _normal((symbol or "").strip()[:_LONGEST], image or "", plain)


@lru_cache(maxsize=2048)
def _normal(written: str, image: str, plain: bool) -> str | None:  # noqa: FBT001  # for the cache
    text = _MISPLACED_OFFSET.sub(" ", written)
    if not text or text.startswith(_NAMELESS_PREFIXES) or text == "???":
        return None
    if text.startswith("kfun:"):
        return text
    if not plain and is_mangled(text):
        text = demangled(text)
    if _MANGLED_THUNK.match(text):
        return None
    name = _named(text, _module(image))
    if name is None or not _WORD.search(name):
        return None
    return name


def _module(image: str) -> str:
    return image.removesuffix(".debug.dylib").replace("-", "_").replace(" ", "_")


def _named(text: str, module: str) -> str | None:
    text, closure = _peeled(_unmangled(text))
    if not text or text.startswith(_NAMELESS_PREFIXES):
        return None
    name = _objc(text) if text[:2] in _METHODS else _function(text, module)
    if _ENTRY_POINT.search(name):
        return "main"
    for pattern, word in _CONSTRUCTORS:
        name = pattern.sub(word, name)
    return f"{name} {closure}" if closure and name else name


def _unmangled(text: str) -> str:
    """`CA::Layer::set_bounds` of `_ZN2CA5Layer10set_boundsE…`; other mangled names stay.

    So do the whole ones that are no more than that; but some reporters cut them.
    """
    found = _MANGLED_NESTED.match(text)
    if found is None:
        return text
    place, parts = found.end(), ["std"] if found["std"] else list[str]()
    while (digits := _LENGTH.match(text, place)) is not None:
        place = digits.end() + int(digits[0])
        parts.append(text[digits.end() : place])
    whole = text[place : place + 1] == "E" or text.endswith("...")
    return "::".join(parts) if parts and whole else text


def _peeled(text: str) -> tuple[str, str]:
    """`text` without what the compiler wrapped around it, and `block` or `{closure}`."""
    closure = ""
    for _ in range(32):
        before = text
        for prefix in _PEELED:
            text = text.removeprefix(prefix)
        text = _unwrapped(text)
        text, kind = _opened(text)
        closure = kind or closure
        text = _SUFFIX.sub("", text) if text[:2] not in _METHODS else text
        text = _MANGLED_SUFFIX.sub("", text) if text.startswith(_MANGLED) else text
        if text == before:
            break
    return text, closure


def _unwrapped(text: str) -> str:
    """`text` without one phrase that says what the compiler made of a function."""
    for phrase in (_FUNCLET, _VARIABLE):
        found = phrase.match(text)
        if found is not None:
            return text[found.end() :]
    if _SPECIALIZATION.match(text):
        return text.partition(" of ")[2]
    return _witnessed(text[len(_WITNESS) :]) if text.startswith(_WITNESS) else text


def _opened(text: str) -> tuple[str, str]:
    """The function that a closure or block is in, and which of the two it is, if any."""
    inner = _CLOSURE.match(text)
    if inner is not None and (body := _behind_signature(text, inner.end())) is not None:
        return body, "{closure}"
    if text.startswith(_BLOCK_IN):
        return text[len(_BLOCK_IN) :], "block"
    block = _BLOCK.match(text) if "_block_invoke" in text else None
    return (block[1], "block") if block is not None else (text, "")


def _behind_signature(text: str, start: int) -> str | None:
    """What a closure is in, behind its own arguments and result, which may be missing."""
    depth = 0
    for place in range(start, len(text)):
        mark = text[place]
        depth += (mark in "(<[") - (mark in ")>]" and text[place - 1] != "-")
        if depth == 0 and text.startswith("in ", place) and text[place - 1] == " ":
            return text[place + len("in ") :]
    return None


def _witnessed(text: str) -> str:
    """`Cart.total()` of `Priced.total() in conformance App.Cart`.

    The witness stands above the function it calls; with this name the two become one.
    """
    member, found, owner = text.partition(" in conformance ")
    if not found:
        return member
    rest = _without_generics(member)
    # A full name has the module in front of the protocol, and then of the type too.
    skipped = 1 + (owner.partition(".")[0] == rest.partition(".")[0] and "." in owner)
    return ".".join([_without_generics(owner), *rest.split(".")[skipped:]])


def _objc(text: str) -> str:
    end = text.find("]")
    text = re.sub(r" {2,}", " ", text[: end + 1] if end > 0 else text).replace(" (", "(")
    # Which category a method is in changes with the system.
    return _CATEGORY.sub(r"\1 ", text)


def _function(text: str, module: str) -> str:
    extended = _EXTENSION.match(text)
    if extended is not None:
        # The extended type's own module follows.
        text = text[extended.end() :].partition(".")[2]
    text = _DISCRIMINATOR.sub(lambda m: m[1] or "", _rust(text))
    text = _without_generics(_ABI.sub("", text))
    text, arrow, _ = text.partition(" -> ")
    text = text.partition(" : ")[0]
    for word in (" &", " const", " throws", " async"):
        text = text.removesuffix(word)
    name, arguments = _split_arguments(text)
    if "::" in name or name.startswith(("void ", "operator ")) or _NATIVE.search(arguments or ""):
        return _without_return_type(_without_inner_arguments(name))
    # Swift 2 wrote types behind a space.
    name = name.strip().partition(" (")[0]
    if module:
        name = name.removeprefix(f"{module}.")
    return _IL2CPP_HASH.sub("", name) + _labels(arguments, typed=bool(arrow))


def _rust(text: str) -> str:
    """`text` without the hash at the end of Rust's older names, and their escapes read."""
    if not _RUST_HASH.search(text):
        return text
    text = _RUST_HASH.sub("", text)
    for escape, mark in _RUST_ESCAPES.items():
        text = text.replace(escape, mark)
    return text.replace("::_{", "::{").replace("..", "::")


def _without_generics(text: str) -> str:
    """`text` without what stands in angle brackets; operators keep theirs."""
    if "<" not in text or text.startswith("<"):
        return text
    if _OPERATOR.search(text):
        return text
    kept: list[str] = []
    depth = 0
    for place, mark in enumerate(text):
        if mark == "<":
            depth += 1
        elif mark == ">" and depth and text[place - 1] != "-":
            depth -= 1
        elif not depth:
            kept.append(mark)
    return "".join(kept)


def _split_arguments(text: str) -> tuple[str, str | None]:
    """The name before the last argument list at the end, and that list's inside."""
    if not text.endswith(")"):
        # Some reporters cut long names in the middle of their arguments.
        cut = _unclosed(text)
        return (text, None) if cut is None else (text[:cut], text[cut + 1 :])
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        if text[place] == ")":
            depth += 1
        elif text[place] == "(":
            depth -= 1
            if depth == 0:
                return text[:place], text[place + 1 : -1]
    return text, None


def _unclosed(text: str) -> int | None:
    """Where the first bracket stands that nothing closes."""
    open_at: list[int] = []
    for place, mark in enumerate(text):
        if mark == "(":
            open_at.append(place)
        elif mark == ")" and open_at:
            open_at.pop()
    return open_at[0] if open_at else None


def _without_inner_arguments(name: str) -> str:
    """`a::load::operator()` of `a::load(int)::operator()`: a lambda's function, without types."""
    kept: list[str] = []
    depth, start = 0, 0
    for place, mark in enumerate(name):
        if mark == "(":
            start = len(kept) if depth == 0 else start
            depth += 1
        kept.append(mark)
        if mark == ")" and depth:
            depth -= 1
            inside = "".join(kept[start:]) if depth == 0 else ""
            if (
                depth == 0
                and name.startswith("::", place + 1)
                and inside != "(anonymous namespace)"
            ):
                del kept[start:]
    return "".join(kept).replace("::::", "::")


def _without_return_type(name: str) -> str:
    found = _OPERATOR.search(name)
    head, tail = (name[: found.start()], name[found.start() :]) if found else (name, "")
    depth, start = 0, 0
    for place, mark in enumerate(head):
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
        elif mark == " " and depth == 0:
            start = place + 1
    return (head[start:] + tail).strip()


def _labels(arguments: str | None, *, typed: bool = False) -> str:
    """`(_:in:)` of `_: Swift.Int, in: Foo`, or as it is in a name that has labels alone.

    `typed` is known of a name with its result: its arguments have types, even a single one.
    """
    if arguments is None:
        return ""
    if not arguments or (" " not in arguments and not typed):
        return f"({arguments})" if arguments.endswith(":") or not arguments else "()"
    labels: list[str] = []
    depth, start = 0, 0
    for place, mark in enumerate(f"{arguments},"):
        if mark in "([":
            depth += 1
        elif mark in ")]":
            depth -= 1
        elif mark == "," and depth <= 0:
            label, colon, _ = arguments[start:place].partition(":")
            labels.append(f"{label.strip()}:" if colon and " " not in label.strip() else "_:")
            start = place + 1
    return f"({''.join(labels)})"
