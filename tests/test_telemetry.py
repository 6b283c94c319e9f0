"""Log lines can't be forged and leak nothing; metrics can't grow without end."""

import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from bridge.settings import Secret
from bridge.telemetry import LONGEST, QUIET, DeliveryResult, Metrics, clean, configure_logging


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    levels = {name: logging.getLogger(name).level for name in QUIET}
    yield
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = raising
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


class Stderr:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self) -> str:
        """What came since the last look."""
        return self._capsys.readouterr().err

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def stderr(capsys: pytest.CaptureFixture[str]) -> Stderr:
    return Stderr(capsys)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("from tester@example.com today", "from ***@*** today"),
        ("email=tester%40example.com", "email=***@***"),
        ("Authorization: Bearer abc.DEF-123456", "Authorization: Bearer ***"),
        ("{'Authorization': 'token 0123456789'}", "{'Authorization': 'token ***'}"),
        ("Basic is a word, and so is token expired", "Basic is a word, and so is token expired"),
        ("jwt eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln", "jwt ***"),
        ("ghp_0123456789abcdefghij and more", "*** and more"),
        ("GET /a.png?X-Amz-Signature=0af3&x=1", "GET /a.png?X-Amz-Signature=***&x=1"),
        ("https://bot:hunter2@example.com/x", "https://***@example.com/x"),
        ("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n", r"***\n"),
        ("-----BEGIN EC PRIVATE KEY-----\nMIGH", "***"),
        ("two\r\nlines", r"two\r\nlines"),
        ("\x1b[2J\x00\x85", r"\x1b[2J\x00\x85"),
        ("evil\u202egnp.exe \u2028", r"evil\u202egnp.exe \u2028"),
        ("Größe – 尺寸 🎉", "Größe – 尺寸 🎉"),
    ],
)
def test_a_text_is_cleaned(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_a_cleaned_text_is_one_line(text: str) -> None:
    assert len(clean(text).splitlines()) <= 1


@given(st.text(), st.text())
def test_an_address_never_shows_wherever_it_stands(before: str, after: str) -> None:
    assert "secret.tester@" not in clean(f"{before} secret.tester@example.com {after}")


def test_a_long_text_is_cut_and_says_so() -> None:
    shown = clean("x" * (5 * LONGEST))
    assert len(shown) < LONGEST + 50
    assert shown.endswith(f"({4 * LONGEST} characters more)")


def test_every_line_carries_the_bound_ids(stderr: Stderr) -> None:
    configure_logging(json=True, level="info")
    structlog.contextvars.bind_contextvars(delivery="d-1", app="sunrise")
    structlog.get_logger("bridge.worker").info("job done", tries=2)
    logging.getLogger("bridge.elsewhere").warning("careful: %s", "x")
    ours, foreign = stderr.lines()
    assert ours["delivery"] == foreign["delivery"] == "d-1"
    assert (ours["event"], ours["level"], ours["tries"]) == ("job done", "info", 2)
    assert (ours["logger"], foreign["logger"]) == ("bridge.worker", "bridge.elsewhere")
    assert foreign["event"] == "careful: x"
    assert ours["timestamp"].endswith("Z")


def test_values_keys_and_nested_values_are_cleaned(stderr: Stderr) -> None:
    configure_logging(json=True, level="INFO")
    structlog.get_logger().info(
        "x",
        secret_thing=Secret("hunter2", source="env PASSWORD"),
        token="hunter2",
        headers={"Authorization": "hunter2", "X-Note\n": ["a\nb", b"tester@example.com"]},
        count=3,
        nothing=None,
    )
    text = stderr.text()
    assert "hunter2" not in text
    assert "tester@" not in text
    line = json.loads(text)
    assert line["secret_thing"] == "Secret(env PASSWORD)"
    assert line["headers"] == {"Authorization": "***", r"X-Note\n": [r"a\nb", "b'***@***'"]}
    assert (line["count"], line["nothing"]) == (3, None)


def test_values_that_never_end_or_fail_to_show_cost_no_line(stderr: Stderr) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no")

    endless: list[Any] = []
    endless.append(endless)
    configure_logging(json=True, level="INFO")
    structlog.get_logger().info("x", broken=Broken(), endless=endless)
    (line,) = stderr.lines()
    assert line["broken"] == "<Broken that can't be shown>"


def test_a_traceback_is_masked_and_cannot_pass_for_an_event(stderr: Stderr) -> None:
    configure_logging(json=False, level="INFO")
    error = ValueError("bad\n2026-01-01 [info] forged tester@example.com\x1b[2J")
    structlog.get_logger().error("it broke", exc_info=error)
    text = stderr.text()
    first, *rest = text.splitlines()
    assert "it broke" in first
    assert any("forged ***@***" in line for line in rest)
    assert all(line.startswith("    ") for line in rest)
    assert "\x1b" not in text


def test_libraries_are_quiet_below_warning_even_when_we_debug(stderr: Stderr) -> None:
    configure_logging(json=True, level="DEBUG")
    for name in ("httpx", "jira", "github.Requester", "sqlalchemy.engine", "aiohttp.access"):
        logging.getLogger(name).info("GET https://example.com/?Signature=s3cret")
    assert stderr.text() == ""
    logging.getLogger("httpx").warning("GET https://example.com/?Signature=s3cret")
    (line,) = stderr.lines()
    assert line["event"] == "GET https://example.com/?Signature=***"


def test_a_higher_level_of_ours_holds_for_libraries_too(stderr: Stderr) -> None:
    configure_logging(json=True, level="ERROR")
    logging.getLogger("jira").warning("not heard")
    structlog.get_logger().warning("not heard")
    assert stderr.text() == ""


def test_warnings_become_log_lines(stderr: Stderr) -> None:
    configure_logging(json=True, level="INFO")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning("old\nthing", UserWarning, "file.py", 1)
    (line,) = stderr.lines()
    assert line["logger"] == "py.warnings"
    assert r"old\nthing" in line["event"]


def test_configuring_twice_does_not_double_lines(stderr: Stderr) -> None:
    configure_logging(json=True, level="INFO")
    configure_logging(json=True, level="INFO")
    structlog.get_logger().info("once")
    assert len(stderr.lines()) == 1


def test_json_is_the_default_where_no_person_watches(stderr: Stderr) -> None:
    configure_logging()
    structlog.get_logger().info("hello")
    assert stderr.lines()[0]["event"] == "hello"


def test_people_get_one_readable_line(stderr: Stderr) -> None:
    configure_logging(json=False)
    structlog.get_logger().info("hello", app="sunrise", note="a\nb")
    (line,) = stderr.text().splitlines()
    assert "hello" in line
    assert "app=sunrise" in line


def test_an_unknown_level_is_refused_with_advice() -> None:
    with pytest.raises(ValueError, match="no log level 'LOUD': use DEBUG"):
        configure_logging(level="LOUD")


def test_apps_that_are_not_configured_share_one_label() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry, apps=["sunrise"])
    for app in ("sunrise", "made-up-1", "made-up-2"):
        metrics.delivery(app, DeliveryResult.UNKNOWN_APP)
    count = "feedback_bridge_deliveries_total"
    labels = {"app": "unknown", "result": "unknown_app"}
    assert registry.get_sample_value(count, labels) == 2
    assert "made-up" not in generate_latest(registry).decode()


def test_only_named_results_are_counted() -> None:
    with pytest.raises(ValueError, match="surprise"):
        Metrics(CollectorRegistry(), apps=["a"]).delivery("a", "surprise")


def test_every_metric_has_our_prefix() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    names = [family.name for family in registry.collect()]
    assert names
    assert all(name.startswith("feedback_bridge_") for name in names)


def test_a_run_is_counted_with_how_it_ended_and_how_long_it_took() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.ended("filed", 2.0)
    metrics.ended("postponed", 0.5)
    assert registry.get_sample_value("feedback_bridge_jobs_total", {"outcome": "filed"}) == 1
    assert registry.get_sample_value("feedback_bridge_job_seconds_count") == 2
    assert registry.get_sample_value("feedback_bridge_job_seconds_sum") == 2.5
