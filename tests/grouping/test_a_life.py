"""An issue's life in any order of events: bounded, and never against people's word."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bridge.grouping.lifecycle import (
    MUTE,
    Post,
    Remember,
    Renew,
    Rest,
    Situation,
    Step,
    TakeApart,
    Tell,
    Unlabel,
    Write,
    label_like,
    next_step,
)
from bridge.grouping.milestones import begun, said
from bridge.model import CloseReason, Group, History, IssueStatus, Kind, NewsKind, Occurrence
from bridge.routes import OnRegression
from tests.grouping.situations import DAY, HOUR, ISSUE, NOON, OPEN, closed, known, occurrence


@dataclass
class Told:
    """What was said of one issue."""

    ops: list[str] = field(default_factory=list[str])
    reopened: list[datetime] = field(default_factory=list[datetime])


class LifecycleMachine(RuleBasedStateMachine):
    """People and testers do anything; what we do is bounded and never against people's word."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.state = OPEN
        self.members = [occurrence(0)]
        self.history = begun(History(), self.members)
        self.told = Told()
        self.milestones: list[datetime] = []
        self.n = 0
        self.policy = OnRegression.REOPEN
        self.renewed = 0
        self.dies = False
        self.settle()

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(policy=st.sampled_from(OnRegression))
    def the_route_changes(self, policy: OnRegression) -> None:
        self.policy = policy

    @rule(
        version=st.sampled_from(["2.3", "2.4", "2.4.0", "2.5", "2.10", "", "odd"]),
        back=st.integers(0, 80),
        tester=st.integers(0, 60),
        n=st.integers(1, 8),
    )
    def testers_crash(self, version: str, back: int, tester: int, n: int) -> None:
        uploaded = self.now - back * HOUR
        for _ in range(n):
            self.n += 1
            self.members.append(
                replace(
                    occurrence(self.n),
                    at=self.now,
                    version=version or None,
                    build=str(uploaded.timestamp()),
                    build_uploaded_at=uploaded,
                    tester_key=str(tester + self.n % 9),
                )
            )
        self.settle()

    @rule(dies=st.booleans())
    def it_comes_back_after_it_was_fixed(self, dies: bool) -> None:
        self.people_close(CloseReason.COMPLETED)
        self.now += 2 * HOUR
        self.dies = dies
        self.testers_crash(version="11.0", back=1, tester=0, n=1)

    @rule(reason=st.sampled_from(CloseReason))
    def people_close(self, reason: CloseReason) -> None:
        self.now += HOUR
        labels = self.state.labels
        self.state = closed(reason, closed_at=self.now, labels=labels)
        self.settle()

    @rule()
    def people_open(self) -> None:
        self.state = replace(OPEN, labels=self.state.labels)
        self.settle()

    @rule(labels=st.sets(st.sampled_from(["Testflight: Mute", "testflight:not-the-same", "bug"])))
    def people_label(self, labels: set[str]) -> None:
        self.state = replace(self.state, labels=tuple(sorted(labels)))
        self.settle()

    @rule()
    def a_second_look_changes_nothing(self) -> None:
        self.settle()
        before = (self.history, list(self.told.ops), len(self.members))
        self.settle()
        assert (self.history, self.told.ops, len(self.members)) == before

    @rule()
    def the_next_process_dies_before_it_posts(self) -> None:
        self.dies = True

    @invariant()
    def no_comment_is_said_twice(self) -> None:
        assert not [op for op, n in Counter(self.told.ops).items() if n > 1]

    @invariant()
    def milestones_come_once_a_day(self) -> None:
        gaps = (b - a for a, b in zip(self.milestones, self.milestones[1:], strict=False))
        assert all(gap >= DAY for gap in gaps)

    def step(self) -> Step:
        group = Group(
            id="g",
            app="sunrise",
            kind=Kind.CRASH,
            tracker="t",
            created_at=NOON,
            issue=ISSUE,
            history=self.history,
        )
        return next_step(
            Situation(
                group=group,
                occurrences=self.members,
                state=self.state,
                builds=known(tuple(self.members)),
                on_regression=self.policy,
                now=self.now,
            )
        )

    def settle(self) -> None:
        """Do step after step, as the one who attends to the issue does."""
        for _ in range(12):
            step = self.step()
            if self.history.muted and label_like(MUTE, self.state.labels):
                assert isinstance(step, Rest | Remember | TakeApart)
            if isinstance(step, Write | Rest):
                return
            self.do(step)
            if self.dies and isinstance(step, Tell):
                self.dies = False
                return
        raise AssertionError("it goes on and on")

    def do(self, step: Step) -> None:
        match step:
            case Remember(history) | Tell(history):
                self.history = history
            case TakeApart(apart, _):
                assert 0 < len(apart) < len(self.members)
                self.members = [m for m in self.members if m not in apart]
                self.history = replace(self.history, undone=True)
            case Unlabel(label):
                labels = tuple(each for each in self.state.labels if each != label)
                self.state = replace(self.state, labels=labels)
            case Renew(back, closing):
                self.check_regression(back, closing)
                self.renewed += 1
                self.members = [m for m in self.members if m not in back]
                self.history = replace(self.history, closing=closing, telling=(), succeeded_by="g2")
            case Post(news, reopen):
                self.post(news, reopen=reopen)
            case _:
                raise AssertionError(step)

    def post(self, news: tuple[Any, ...], *, reopen: bool) -> None:
        closing = self.history.closing
        self.told.ops.append(f"{[one.op for one in news]} {closing}")
        is_regression = any(one.kind is NewsKind.REGRESSION for one in news)
        if reopen and self.state.status is IssueStatus.CLOSED:
            assert self.state.reason is CloseReason.COMPLETED
            assert closing == self.state.closed_at
            assert closing is not None
            newer = [m for m in self.members if (m.build_uploaded_at or NOON) > closing]
            self.check_regression(tuple(newer), closing)
            self.state = replace(OPEN, labels=self.state.labels)
        if not is_regression:
            assert self.state.status is IssueStatus.OPEN
            self.milestones.append(self.now)
        self.history = said(self.history, self.members, at=self.now)

    def check_regression(self, back: tuple[Occurrence, ...], closing: datetime) -> None:
        assert self.state.reason is CloseReason.COMPLETED
        assert back
        assert all((m.build_uploaded_at or NOON) > closing for m in back)


LifecycleMachine.TestCase.settings = settings(
    max_examples=100, stateful_step_count=50, deadline=None
)
test_an_issues_life_in_any_order_of_events = LifecycleMachine.TestCase
