from bridge.model import IssueRef, JobState, Kind
from bridge.store import Store
from tests.clock import FakeClock
from tests.store.made import delivery, joining, key, occurrence

SCREENSHOTS = "betaFeedbackScreenshotSubmissions"


async def filed(store: Store, name: str, issue: str) -> None:
    await store.inbox.put(delivery(name), key(name))
    job = await store.jobs.take(owner="w", lease=60)
    assert job is not None
    group = await store.ledger.join(occurrence(name), **joining())
    ref = IssueRef(tracker="jira", key=issue, url=f"https://example.com/{issue}", id=issue)
    await store.ledger.set_issue(group.id, ref, title="t")
    await store.jobs.finish(job, JobState.FILED)


async def test_a_filed_feedback_names_its_issue(store: Store, clock: FakeClock) -> None:
    await filed(store, "S1", "SUN-1")

    (row,) = await store.jobs.status(submission="S1")

    assert (row.delivery, row.submission, row.app, row.kind) == (
        "event-S1",
        "S1",
        "sunrise",
        Kind.CRASH,
    )
    assert (row.state, row.attempts, row.error, row.errors) == (JobState.FILED, 1, None, ())
    assert row.issue == IssueRef(
        tracker="jira", key="SUN-1", url="https://example.com/SUN-1", id="SUN-1"
    )
    assert (row.received_at, row.finished_at) == (clock.now(), clock.now())


async def test_an_issue_is_found_by_what_people_call_it(store: Store) -> None:
    await filed(store, "S1", "SUN-1")
    await filed(store, "S2", "#12")

    for words, submission in (
        ("SUN-1", "S1"),
        ("sun-1", "S1"),
        ("https://example.com/SUN-1", "S1"),
        ("#12", "S2"),
        ("12", "S2"),
    ):
        assert [row.submission for row in await store.jobs.status(issue=words)] == [submission]
    assert await store.jobs.status(issue="SUN-2") == []


async def test_status_is_of_feedback_alone_newest_first(store: Store, clock: FakeClock) -> None:
    await store.inbox.put(delivery("S1"), key("S1"))
    await store.jobs.request(key("g1", type_="group-refresh"), due=clock.now())
    await store.inbox.put(delivery("S2", instance_type=SCREENSHOTS), key("S2", type_=SCREENSHOTS))

    rows = await store.jobs.status()

    assert [(row.submission, row.kind) for row in rows] == [
        ("S2", Kind.SCREENSHOT),
        ("S1", Kind.CRASH),
    ]
    assert [row.submission for row in await store.jobs.status(limit=1)] == ["S2"]


async def test_status_of_some_states(store: Store) -> None:
    await filed(store, "S1", "SUN-1")
    await store.inbox.put(delivery("S2"), key("S2"))

    assert [r.submission for r in await store.jobs.status(states=[JobState.WAITING])] == ["S2"]
    assert [r.attempts for r in await store.jobs.status(states=[JobState.WAITING])] == [0]


async def test_a_merged_feedback_names_the_issue_that_took_over(store: Store) -> None:
    await filed(store, "S1", "SUN-1")
    await filed(store, "S2", "SUN-2")
    groups = {group.opened_by: group for group in await store.ledger.groups()}
    await store.ledger.merge(groups["S2"].id, into=groups["S1"].id)

    (row,) = await store.jobs.status(submission="S2")

    assert row.issue is not None
    assert (row.issue.key, row.group_id) == ("SUN-1", groups["S1"].id)


async def test_an_issue_that_is_no_longer_edited_says_why(store: Store) -> None:
    await filed(store, "S1", "SUN-1")
    (group,) = await store.ledger.groups()
    (before,) = await store.jobs.status()
    await store.ledger.freeze(group.id, "our block was taken out of the issue")

    (row,) = await store.jobs.status()

    assert (before.frozen, row.frozen) == (None, "our block was taken out of the issue")
