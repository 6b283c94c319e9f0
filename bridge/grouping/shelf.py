"""The grouping's whole decision over crash logs alone, in the order in which they come. Pure.

What the store does for feedback of an app, the shelf does in memory for files of which nobody
said whose they are: the same fingerprints, the same near matches, the same bounds.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from bridge.crash.similarity import Rarity, plain
from bridge.grouping.near import CANDIDATES, KEPT, SCANNED, TOP, Known, comparable, likest
from bridge.model import CrashReport, Diagnosis, Likeness, Trace

INCIDENT = "incident:"  # what the keys of one crash begin with


class How(StrEnum):
    """How a crash came into its group."""

    NEW = "new"
    """It opened it."""
    EXACT = "exact"
    """By a fingerprint that the group owns."""
    NEAR = "near"
    """By a stack that is nearly the same."""
    INCIDENT = "incident"
    """It is another form of a crash that is there: the same incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Which group a crash is in, and why."""

    id: str
    """The group's id: the fingerprint of the crash that opened it, told apart where two did."""
    how: How
    of: str | None = None
    """The name of the crash that opened the group; None for that one itself."""
    score: float | None = None
    """How near it was, where it came by that."""
    like: tuple[Likeness, ...] = ()
    """The groups that a new one is possibly the same as."""


@dataclass(slots=True, kw_only=True)
class _Group:
    id: str
    opened_by: str
    executable: str
    traces: dict[str, Trace] = field(default_factory=dict[str, Trace])


class Shelf:
    """Known groups, app by app. Groups never cross apps."""

    def __init__(self) -> None:
        self._apps = _Apps()
        self._owners: dict[tuple[str, str], _Group] = {}
        self._incidents: dict[str, _Group] = {}
        self._groups: dict[str, _Group] = {}
        self._opened = Counter[str]()
        self._sizes = Counter[str]()
        self._holders: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)

    def place(self, diagnosis: Diagnosis, *, name: str) -> Placement:
        """Put a crash with its like, near matches joined; `name` is what it is known by later.

        A report that says nothing of whose it is has only its incident to share.
        """
        apps = self._apps.of(diagnosis.report)
        found = self._incident(diagnosis) or self._known(diagnosis, apps)
        placed, group = found or self._nearly(diagnosis, apps)
        if group is None:
            group = self._open(diagnosis, name, apps[0])
            placed = Placement(id=group.id, how=How.NEW, like=placed.like)
        self._keep(diagnosis, group, apps[0])
        return placed

    def _incident(self, diagnosis: Diagnosis) -> tuple[Placement, _Group] | None:
        """Another form of the crash, which may say less of whose it is."""
        executable = _executable(diagnosis.report)
        for key in diagnosis.fingerprint.asked:
            group = self._incidents.get(key)
            if group is not None and _compatible(executable, group.executable):
                return Placement(id=group.id, how=How.INCIDENT, of=group.opened_by), group
        return None

    def _known(self, diagnosis: Diagnosis, apps: Sequence[str]) -> tuple[Placement, _Group] | None:
        for key in (*diagnosis.fingerprint.asked, *_spelled(diagnosis)):
            for app in apps:
                group = self._owners.get((app, key))
                if group is not None:
                    return Placement(id=group.id, how=How.EXACT, of=group.opened_by), group
        return None

    def _nearly(self, diagnosis: Diagnosis, apps: Sequence[str]) -> tuple[Placement, _Group | None]:
        trace = diagnosis.trace
        judged = likest(
            trace,
            self._candidates(trace, apps),
            self._rarity(trace, apps),
            certain=comparable(diagnosis),
        )
        if judged.join is None:
            return Placement(id="", how=How.NEW, like=judged.like), None
        group = self._groups[judged.join.group_id]
        score = judged.join.score
        return Placement(id=group.id, how=How.NEAR, of=group.opened_by, score=score), group

    def _candidates(self, trace: Trace, apps: Sequence[str]) -> Iterator[Known]:
        shared = Counter[str]()
        for frame in {plain(frame) for frame in islice(trace.frames, TOP)}:
            for app in apps:
                holders = self._holders.get((app, frame), {})
                shared.update(islice(reversed(holders), SCANNED))
        for group_id, _ in sorted(shared.items(), key=lambda kept: -kept[1])[:CANDIDATES]:
            traces = tuple(self._groups[group_id].traces.values())
            yield Known(group_id=group_id, traces=traces)

    def _rarity(self, trace: Trace, apps: Sequence[str]) -> Rarity:
        holders = {
            frame: sum(len(self._holders.get((app, frame), {})) for app in apps)
            for frame in {plain(frame) for frame in trace.frames}
        }
        return Rarity(groups=sum(self._sizes[app] for app in apps), holders=holders)

    def _open(self, diagnosis: Diagnosis, name: str, app: str) -> _Group:
        key = diagnosis.fingerprint.key
        self._opened[key] += 1
        count = self._opened[key]
        group = _Group(
            id=key if count == 1 else f"{key}#{count}",
            opened_by=name,
            executable=_executable(diagnosis.report),
        )
        self._groups[group.id] = group
        self._sizes[app] += 1
        return group

    def _keep(self, diagnosis: Diagnosis, group: _Group, app: str) -> None:
        found = diagnosis.fingerprint
        for key in (*found.owned, *_spelled(diagnosis)):
            if key.startswith(INCIDENT):
                self._incidents.setdefault(key, group)
            else:
                self._owners.setdefault((app, key), group)
        exact = found.exact or found.key
        if comparable(diagnosis) and exact not in group.traces and len(group.traces) < KEPT:
            group.traces[exact] = diagnosis.trace
            for frame in diagnosis.trace.frames:
                self._holders[app, plain(frame)][group.id] = None


class _Apps:
    """Whose report is whose: by bundle id, else by executable.

    A report without a bundle id is the bundle's whose executable is the very same build; that
    the two are named alike is not enough, since frameworks give many apps one executable name.
    """

    def __init__(self) -> None:
        self._nameless = 0
        self._bundles: dict[tuple[str, str], str] = {}
        self._executables: dict[tuple[str, str], str] = {}
        self._joined: dict[str, str] = {}

    def of(self, report: CrashReport) -> tuple[str, ...]:
        """The app's names, the one to keep a group by first; none that is asked if it has none."""
        executable = _executable(report)
        bundle = report.bundle_id or ""
        # A tool's report repeats the executable's name in the place of the bundle id.
        bundle = bundle if "." in bundle and bundle != executable else ""
        if not bundle and not executable:
            self._nameless += 1
            return (f"nameless {self._nameless}",)
        process = f"process {executable}"
        self._learn(report, executable, bundle, process)
        if bundle:
            others = (process,) if self._joined.get(process) == bundle else ()
            return (bundle, *others)
        owner = self._joined.get(process)
        return (process, owner) if owner is not None else (process,)

    def _learn(self, report: CrashReport, executable: str, bundle: str, process: str) -> None:
        uuids = (i.uuid for i in report.images if i.name == executable and i.uuid)
        uuid = next(uuids, None)
        if uuid is None:
            return
        build = (executable, uuid)
        if bundle:
            self._bundles.setdefault(build, bundle)
        else:
            self._executables.setdefault(build, process)
        if build in self._bundles and build in self._executables:
            self._joined.setdefault(process, self._bundles[build])


def _executable(report: CrashReport) -> str:
    return report.app_image or report.process or ""


def _compatible(one: str, other: str) -> bool:
    return not one or not other or one == other


def _spelled(diagnosis: Diagnosis) -> tuple[str, ...]:
    """What a fingerprint is made of, without the app's name, which one app may have two of."""
    found = diagnosis.fingerprint
    if not found.confident or not found.used:
        return ()
    return (" | ".join((found.version, diagnosis.trace.family, *found.used)),)
