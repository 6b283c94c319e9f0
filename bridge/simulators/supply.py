"""Which feedback comes next: every sample in turn, or the crash logs of a folder."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from bridge.simulators import estate
from bridge.simulators.appstore import Sample
from bridge.simulators.samples.crashes import CRASHES, CrashSample, crash_log
from bridge.simulators.samples.screenshots import SCREENSHOTS, ScreenshotSample, pictures

Kind = Literal["crash", "screenshot", "both"]

ROUND = 4
"""Of so many feedbacks of both kinds, the first is a screenshot: ten and thirty make forty."""
_LEFT_OUT = {".csv", ".md", ".json"}


class NoSuchSample(ValueError):
    """Feedback was asked for that there is none of; the message says what there is."""


class Supply:
    """The samples in their order, for each app its own walk.

    With a folder of crash logs, crashes take its files in the order of their names instead, all
    apps sharing one walk, so that each file comes once before one comes again.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        crash_logs: Path | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._seed = seed
        self._now = now
        self._walks: Counter[tuple[str, ...]] = Counter()
        self._logs = None if crash_logs is None else read_logs(crash_logs)

    def next(
        self, app: estate.App, kind: Kind, *, build: str | None = None, bug: str | None = None
    ) -> Sample:
        """Return the next feedback of an app; NoSuchSample for a bug that nobody has."""
        if kind == "both" and bug is not None:
            kind = "screenshot" if any(each.bug == bug for each in SCREENSHOTS) else "crash"
        elif kind == "both":
            first = self._step(app.name, "both") % ROUND == 0
            kind = "screenshot" if first else "crash"
        if kind == "screenshot":
            return self._screenshot(app, build, bug)
        if self._logs is not None:
            return self._log(app, self._logs, build, bug)
        return self._crash(app, build, bug)

    def _step(self, *walk: str) -> int:
        self._walks[walk] += 1
        return self._walks[walk] - 1

    def _crash(self, app: estate.App, build: str | None, bug: str | None) -> Sample:
        choices = [each for each in CRASHES if bug in (None, each.bug)]
        _check(choices, bug, "crash", sorted({each.bug for each in CRASHES}))
        step = self._step(app.name, "crash", bug or "")
        chosen: CrashSample = choices[step % len(choices)]
        dice = self._dice(app.name, chosen.bug, step)
        now = self._now()
        crashed_at = now - timedelta(seconds=dice.randrange(20, 600))
        number = build or chosen.build
        text = crash_log(chosen, app=app, build=number, at=crashed_at, dice=dice)
        return Sample(
            app=app.name,
            kind="crash",
            bug=chosen.bug,
            crash_log=text,
            log_after=chosen.late,
            **_device(chosen, dice),
            **_build(number, now),
        )

    def _screenshot(self, app: estate.App, build: str | None, bug: str | None) -> Sample:
        choices = [each for each in SCREENSHOTS if bug in (None, each.bug)]
        _check(choices, bug, "screenshot", [each.bug for each in SCREENSHOTS])
        step = self._step(app.name, "screenshot", bug or "")
        chosen: ScreenshotSample = choices[step % len(choices)]
        return Sample(
            app=app.name,
            kind="screenshot",
            bug=chosen.bug,
            images=pictures(chosen),
            locale=chosen.locale,
            **_device(chosen, self._dice(app.name, chosen.bug, step)),
            **_build(build or chosen.build, self._now()),
        )

    def _log(
        self, app: estate.App, logs: Sequence[tuple[str, str]], build: str | None, bug: str | None
    ) -> Sample:
        choices = [each for each in logs if bug in (None, each[0])]
        _check(choices, bug, "crash log", [name for name, _ in logs])
        name, text = choices[self._step("logs", bug or "") % len(choices)]
        number = build or estate.BUILDS[-1]
        return Sample(
            app=app.name, kind="crash", bug=name, crash_log=text, **_build(number, self._now())
        )

    def _dice(self, *parts: object) -> random.Random:
        return random.Random("/".join(map(str, (self._seed, *parts))))  # noqa: S311


def read_logs(folder: Path) -> list[tuple[str, str]]:
    """Return name and text of each crash log in a folder, in the order of their names.

    Raises NoSuchSample if there is none, OSError if one can't be read.
    """
    files = [f for f in folder.iterdir() if f.is_file() and f.suffix.lower() not in _LEFT_OUT]
    if not files:
        raise NoSuchSample(f"there is no crash log in {folder}")
    # Bytes, then UTF-8: reading as text would turn CRLF into LF.
    return [(f.name, f.read_bytes().decode(errors="replace")) for f in sorted(files)]


def _check(choices: Sequence[object], bug: str | None, what: str, known: Sequence[str]) -> None:
    if not choices:
        raise NoSuchSample(f"no {what} is about {bug!r}; there are: {', '.join(known)}")


def _build(number: str, now: datetime) -> dict[str, Any]:
    return {
        "build": number,
        "version": estate.version_of(number),
        "uploaded_at": estate.uploaded_at(number, now=now),
        "created_at": now,
    }


def _device(sample: CrashSample | ScreenshotSample, dice: random.Random) -> dict[str, Any]:
    device = sample.device
    address = f"{sample.tester}@example.com" if sample.tester else None
    return {
        "comment": sample.comment,
        "email": address,
        "tester": address,
        "public_link": sample.tester is None,
        "device_model": device.model.replace(",", "_"),
        "device_family": device.family,
        "os_version": device.os_version,
        "connection": cast("str", dice.choice(("WIFI", "WIFI", "MOBILE_DATA"))),
        "app_uptime_ms": dice.randrange(4_000, 2_400_000),
        "disk_available": dice.randrange(2, 120) * 1_000_000_000,
        "battery_percent": dice.randrange(5, 101),
        "screen_width": device.width,
        "screen_height": device.height,
    }
