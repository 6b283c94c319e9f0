"""What the service says about itself: log lines that can't be forged or leak, and metrics.

Every line, ours or a library's, goes to standard error through the same processors: people get
one readable line an event, everything else JSON. Bind ids once and each line carries them:
`structlog.contextvars.bind_contextvars(delivery=…)`.
"""

import logging
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from structlog.typing import EventDict, Processor, WrappedLogger

QUIET = (
    "aiohttp", "aiosqlite", "alembic", "asyncio", "github", "hpack", "httpcore", "httpx", "jira",
    "PIL", "requests", "sqlalchemy", "urllib3",
)  # fmt: skip
"""Libraries that are heard from WARNING on, whatever our own level is: httpx logs whole URLs
at INFO, and a screenshot's URL is signed; PyGithub and jira log requests at DEBUG."""

LONGEST = 16_000  # characters of one value; an error page may be megabytes
DEEPEST = 6  # levels of nested values

_MASK = "***"
_SECRET_NAMES = re.compile(
    r"(?i)(^|[_-])(authorization|cookie|jwt|passwords?|private_?key|secrets?|signature|tokens?)$"
)
_SECRET_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]+-----|\Z)"), _MASK),
    (re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]{8,}"), rf"\1{_MASK}"),
    (re.compile(r"(?i)\b(authorization[\"']?\s*[:=]\s*[\"']?\w+\s+)[^\s\"']+"), rf"\1{_MASK}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), _MASK),  # a JSON Web Token
    (re.compile(r"\b(?:gh[a-z]_\w{16,}|github_pat_\w{16,}|ATATT[\w=-]{16,})"), _MASK),
    (re.compile(r"(?i)([?&;][\w%-]{0,64}?(?:signature|token|credential|key)[\w%-]{0,64}=)[^&\s\"'<>]+"),
     rf"\1{_MASK}"),
    (re.compile(r"(://)[^/\s@:]{1,256}:[^/\s@]{1,256}@"), rf"\1{_MASK}@"),
    (re.compile(r"[\w.+-]{1,64}(?:@|%40)\w[\w-]{0,62}(?:\.[\w-]{1,63}){1,8}"), "***@***"),
)  # fmt: skip
_BREAKING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that break a line, move the cursor or turn the direction of writing."""


def clean(text: str) -> str:
    """Return `text` fit for a log: secrets and e-mail addresses masked, on one line, not endless.

    Control, format and line-breaking characters are written as their escapes.
    """
    return _on_one_line(_masked(text))


def clean_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Clean every key and value of a log event; a structlog processor.

    A traceback stays a text of several lines, each of them indented, so that none can pass for an
    event.
    """
    record = event.pop("_record", None)
    traceback = event.pop("exception", None)
    cleaned = cast("EventDict", _clean_mapping(event, depth=0))
    if traceback is not None:
        lines = _masked(str(traceback)[-LONGEST:]).split("\n")
        cleaned["exception"] = "\n".join(f"    {_on_one_line(line)}" for line in lines)
    if record is not None:
        cleaned["_record"] = record
    return cleaned


def _masked(text: str) -> str:
    text, rest = text[: 2 * LONGEST], max(0, len(text) - 2 * LONGEST)
    for pattern, mask in _SECRET_TEXTS:
        text = pattern.sub(mask, text)
    rest += max(0, len(text) - LONGEST)
    return f"{text[:LONGEST]}… ({rest} characters more)" if rest else text


def _on_one_line(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _BREAKING else c for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _clean_mapping(values: Mapping[Any, Any], *, depth: int) -> dict[str, Any]:
    return {
        clean(str(name)): _MASK
        if isinstance(value, str | bytes) and _SECRET_NAMES.search(str(name))
        else _clean_value(value, depth=depth)
        for name, value in values.items()
    }


def _clean_value(value: object, *, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return clean(value)
    if depth < DEEPEST:
        if isinstance(value, Mapping):
            return _clean_mapping(cast("Mapping[Any, Any]", value), depth=depth + 1)
        if isinstance(value, list | tuple | set | frozenset):
            return [_clean_value(v, depth=depth + 1) for v in cast("Iterable[object]", value)]
    return clean(_text_of(value))


def _text_of(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a value that can't show itself must not cost the line
        return f"<{type(value).__name__} that can't be shown>"


def configure_logging(*, json: bool | None = None, level: str = "INFO") -> None:
    """Send all logging of this process to standard error, from `level` on.

    `json` None means JSON lines unless standard error is a terminal. Raises ValueError if there
    is no such level. May be called again; the last call counts.
    """
    threshold = logging.getLevelNamesMapping().get(level.upper())
    if threshold is None:
        raise ValueError(f"there is no log level {level!r}: use DEBUG, INFO, WARNING or ERROR")
    terminal = sys.stderr.isatty()
    handler = _Handler(sys.stderr)
    handler.setFormatter(_formatter(json=not terminal if json is None else json, colors=terminal))
    _take_over(handler, threshold)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_described(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # a logger made before this call must follow it
    )


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, as opposed to one that a test or an embedding program put there."""


def _take_over(handler: _Handler, threshold: int) -> None:
    """Put `handler` in the place of an earlier one of ours, and keep libraries quiet."""
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(threshold)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # its report of a bad line prints the line's raw values


def _described() -> list[Processor]:
    """Return the processors that give an event its time, level, logger and bound ids."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(*, json: bool, colors: bool) -> logging.Formatter:
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(
            colors=colors, exception_formatter=structlog.dev.plain_traceback
        )
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_described(),
        processors=[
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            clean_event,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
        ],
    )


class DeliveryResult(StrEnum):
    """What became of one POST to the webhook."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    UNAUTHORIZED = "unauthorized"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNKNOWN_APP = "unknown_app"
    UNAVAILABLE = "unavailable"


class Metrics:
    """The service's metrics, all named `feedback_bridge_…`.

    `apps` are the configured names: no other gets a label of its own, or strangers could make
    labels without end by posting to made-up paths.
    """

    def __init__(self, registry: CollectorRegistry, *, apps: Iterable[str] = ()) -> None:
        self._apps = frozenset(apps)
        self.registry = registry
        self.deliveries = Counter(
            "feedback_bridge_deliveries",
            "Webhook requests, by app and by what became of them.",
            ["app", "result"],
            registry=registry,
        )
        self.jobs = Counter(
            "feedback_bridge_jobs",
            "Runs of jobs that ended, by outcome.",
            ["outcome"],
            registry=registry,
        )
        self.job_seconds = Histogram(
            "feedback_bridge_job_seconds",
            "How long one run of a job took.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
            registry=registry,
        )
        self.queue = Gauge(
            "feedback_bridge_queue",
            "Jobs in the store, by state.",
            ["state"],
            registry=registry,
        )

    def app(self, name: str) -> str:
        """Return the value of an `app` label: the name if it is configured, else `unknown`."""
        return name if name in self._apps else "unknown"

    def delivery(self, app: str, result: DeliveryResult | str) -> None:
        """Count one webhook request."""
        self.deliveries.labels(app=self.app(app), result=DeliveryResult(result).value).inc()

    def ended(self, outcome: str, seconds: float) -> None:
        """Count one run of a job that ended so, after that long."""
        self.jobs.labels(outcome=outcome).inc()
        self.job_seconds.observe(seconds)
