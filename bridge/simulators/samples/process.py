"""One crashed process: everything that a crash log of it says, before it is written down."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from bridge.simulators import estate
from bridge.simulators.samples import stacks
from bridge.simulators.samples.bugs import Bug
from bridge.simulators.samples.machine import BUNDLED, PAGE, Device, Image, Memory
from bridge.simulators.samples.stacks import Call

BREAKPOINT = 0xF2000001
REGISTERS = 29  # x0 to x28


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A frame with its numbers."""

    image: Image
    offset: int
    symbol: str | None
    into: int
    file: str | None
    line: int

    @property
    def address(self) -> int:
        """The absolute address."""
        return self.image.base + self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread of the process."""

    number: int
    system_id: int
    queue: str | None
    name: str | None
    crashed: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Process:
    """A run of the app that ended in a bug.

    `turn` counts the reports of one bug; `dice` gives all that differs by chance.
    """

    bug: Bug
    app: estate.App
    device: Device
    build: str
    at: datetime
    """When it crashed. Aware."""
    turn: int
    symbolicated: bool = True
    """Whether the app's own frames have names."""
    dice: random.Random = field(repr=False)

    @property
    def version(self) -> str:
        """The marketing version."""
        return estate.version_of(self.build)

    @cached_property
    def incident(self) -> UUID:
        """The report's own id."""
        return self._uuid()

    @cached_property
    def pid(self) -> int:
        """The process's number."""
        return self.dice.randrange(300, 40_000)

    @cached_property
    def launched(self) -> datetime:
        """When it was started."""
        alive = 20 if self.bug.reasons else self.dice.randrange(4, 2400)
        return self.at - timedelta(seconds=alive, milliseconds=self.dice.randrange(1000))

    @cached_property
    def memory(self) -> Memory:
        """Where its code lies."""
        return Memory(device=self.device, build=self.build, container=self._uuid(), dice=self.dice)

    @cached_property
    def threads(self) -> tuple[Thread, ...]:
        """Every thread, by number."""
        workers = (stacks.IDLE_WORKER, stacks.PARKED_WORKER)
        idle: list[tuple[Call, ...]] = [stacks.EVENT_FETCHER]
        idle += self.dice.choices(workers, k=self.dice.randrange(2, 7))
        if self.bug.on_main:
            return tuple(self._thread(n, c) for n, c in enumerate([self.bug.stack, *idle]))
        where = self.dice.randrange(len(idle) + 1)
        idle.insert(where, self.bug.stack)
        return tuple(self._thread(n, c) for n, c in enumerate([stacks.IDLE_MAIN, *idle]))

    @property
    def crashed(self) -> Thread:
        """The thread that crashed."""
        return next(t for t in self.threads if t.crashed)

    @cached_property
    def thrown(self) -> tuple[Line, ...] | None:
        """The last exception backtrace."""
        return None if self.bug.thrown is None else self._lines(self.bug.thrown)

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """The images that some frame lies in, by rising address; the executable is the first."""
        used = {line.image.name for t in self.threads for line in t.lines}
        used |= {line.image.name for line in self.thrown or ()} | {"Sunrise"}
        return tuple(image for name, image in self.memory.images.items() if name in used)

    @property
    def codes(self) -> tuple[int, int]:
        """The exception's two codes."""
        if self.bug.fault is not None:
            return (2 if self.bug.subtype == "KERN_PROTECTION_FAILURE" else 1), self.fault
        if self.bug.exception == "EXC_BREAKPOINT":
            return 1, self.crashed.lines[0].address
        return 0, 0

    @cached_property
    def fault(self) -> int:
        """The address that was touched; what lies there differs from run to run."""
        fault = self.bug.fault or 0
        return fault if fault < PAGE else fault + 0x10 * self.dice.randrange(0x10000)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """The system's own words for why it ended the app."""
        facts = {
            "bundle": self.app.bundle_id,
            "uuid": str(self._uuid()).upper(),
            "pid": self.pid,
            "turn": self.turn + 10,
        }
        return tuple(reason.format(**facts) for reason in self.bug.reasons)

    @cached_property
    def registers(self) -> tuple[int, ...]:
        """x0 to x28."""
        choices = (0, 1, 0x10, self.memory.images["Sunrise"].base, 0x16D605168, 0x283A40C80)
        return tuple(
            self.dice.choice(choices) + 8 * self.dice.randrange(0x100) for _ in range(REGISTERS)
        )

    @property
    def syndrome(self) -> tuple[int, str]:
        """The exception syndrome register and its words."""
        if self.bug.exception == "EXC_BREAKPOINT":
            return BREAKPOINT, "(Breakpoint) brk 1"
        if self.bug.fault is not None:
            return 0x92000006, "(Data Abort) byte read Translation fault"
        return 0x56000080, "(Syscall)"

    def _thread(self, number: int, calls: tuple[Call, ...]) -> Thread:
        crashed = calls is self.bug.stack
        queue = self.bug.queue if crashed else None
        fetcher = calls is stacks.EVENT_FETCHER
        return Thread(
            number=number,
            system_id=self.dice.randrange(10_000, 9_000_000),
            queue="com.apple.main-thread" if number == 0 else queue,
            name="com.apple.uikit.eventfetch-thread" if fetcher else None,
            crashed=crashed,
            lines=self._lines(calls),
        )

    def _lines(self, calls: tuple[Call, ...]) -> tuple[Line, ...]:
        return tuple(self._line(call) for call in calls)

    def _line(self, call: Call) -> Line:
        bare = not self.symbolicated and call.image in BUNDLED
        symbol = None if bare else call.symbol(self.turn)
        name = call.symbols[0]
        offset = call.place if name is None else self.memory.offset(call.image, name, call.into)
        # Lines move from build to build, by less than a function's length.
        moved = int(self.build) % 7 if call.line > 0 and self.build.isdigit() else 0
        return Line(
            image=self.memory.images[call.image],
            offset=offset,
            symbol=symbol,
            into=call.into,
            file=None if bare else call.file,
            line=call.line + moved,
        )

    def _uuid(self) -> UUID:
        return UUID(int=self.dice.getrandbits(128), version=4)
