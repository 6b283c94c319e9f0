"""Whole issues, as people will read them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bridge.markup import Markup
from bridge.model import AttachmentRole, Device, Words
from bridge.render import IssueContext, Rendered, Renderer
from tests.render.contexts import (
    FRAMES,
    MANY,
    NEAR,
    at,
    attached,
    context,
    crash_feedback,
    diagnosis,
    frame,
    said,
    screenshot_feedback,
    summary,
)
from tests.render.golden import matches

BLOB = "https://github.com/example/sunrise-feedback/blob/main/2026/11/"
RENDERER = Renderer()


def render(issue: IssueContext, tracker: str = "github", **limits: int) -> Rendered:
    rendered = RENDERER.issue(
        issue,
        markup=Markup.JIRA if tracker == "jira" else Markup.GITHUB,
        tracker_type=tracker,
        title_limit=limits.get("title", 250),
        body_limit=limits.get("body", 60_000),
    )
    assert rendered.notes == ()
    return rendered


def files(tracker: str, role: AttachmentRole, *names: str):
    base = BLOB if tracker == "github" else ""
    return [attached(role, name, base + name) for name in names]


def many(tracker: str) -> IssueContext:
    return context(
        crash_feedback(),
        diagnosis=diagnosis(),
        summary=MANY,
        files=files(tracker, AttachmentRole.LOG, "log-3.txt", "log-2.txt", "log-1.txt"),
        notes=("Label `testflight` was refused: 422.",),
    )


def one(tracker: str) -> IssueContext:
    return context(
        crash_feedback(),
        diagnosis=diagnosis(),
        files=files(tracker, AttachmentRole.LOG, "log-1.txt"),
    )


def no_log(tracker: str) -> IssueContext:
    return context(crash_feedback(comment=None), log_missing=True)


def screenshot(tracker: str) -> IssueContext:
    shots = files(tracker, AttachmentRole.SCREENSHOT, "shot-1-a1b2c3.jpg")
    refused = attached(
        AttachmentRole.SCREENSHOT, "shot-2-d4e5f6.jpg", None, error="it is larger than 25 MB"
    )
    return context(screenshot_feedback(), files=[*shots, refused], show_app=True)


def back(tracker: str) -> IssueContext:
    """A crash that came back, with all that there can be to say."""
    near = replace(NEAR, common=("CartView.total", "CartView.body", "a", "b", "c"))
    bare = replace(NEAR, score=None, common=())
    return replace(
        many(tracker),
        diagnosis=replace(
            diagnosis((*FRAMES[:3], replace(FRAMES[3], inlined=True), *FRAMES[4:])),
            facts=("It crashed 2 s after its start.", "The disk was nearly full."),
        ),
        possibly=[near, *(replace(bare, key=f"#{n}", title=None) for n in (14, 15, 16))],
        back_from=replace(bare, key="#9", closed_at=at(21)),
        apart_from=replace(bare, key="#10", title=None),
        newest_build="143",
        now=datetime(2027, 1, 2, tzinfo=UTC),
    )


def several(tracker: str) -> IssueContext:
    """Screenshots with a follow-up, and one of somebody else's."""
    base = BLOB if tracker == "github" else ""
    pictures = {"a1.jpg": "AK7Uv_2-y", "b1.jpg": "f2", "b2.jpg": "f2", "c1.jpg": "f3"}
    return context(
        screenshot_feedback(),
        feedbacks=[
            said("AK7Uv_2-y", "Total wrong after removing last item", at(24)),
            said("f2", "see here\nthe basket", at(24, 9, 58)),
            said("f3", None, at(20), build="139", version="2.4.0", tester_key="b"),
        ],
        files=[
            attached(AttachmentRole.SCREENSHOT, name, base + name, feedback_id=whose)
            for name, whose in pictures.items()
        ],
        newest_build="143",
        possibly=[replace(NEAR, score=0.82, common=("the same words", "the same screen"))],
        summary=replace(MANY, occurrences=4, testers=2),
    )


ISSUES = {
    "crash-many": many,
    "crash-one": one,
    "crash-no-log": no_log,
    "crash-back": back,
    "screenshot": screenshot,
    "screenshot-several": several,
}


@pytest.mark.parametrize("tracker", ["github", "jira"])
@pytest.mark.parametrize("name", ISSUES)
def test_an_issue_reads_as_expected(name: str, tracker: str) -> None:
    suffix = "md" if tracker == "github" else "txt"

    assert matches(f"{tracker}-{name}.{suffix}", render(ISSUES[name](tracker), tracker))


@pytest.mark.parametrize("name", ISSUES)
def test_a_folder_gets_what_github_gets(name: str) -> None:
    issue = ISSUES[name]("github")

    assert render(issue, "folder") == render(issue, "github")


def test_a_tracker_type_without_templates_gets_those_of_its_markup() -> None:
    assert render(one("github"), "gitea") == render(one("github"), "github")


@pytest.mark.parametrize("tracker", ["github", "jira"])
def test_who_the_tester_is_stays_out(tracker: str) -> None:
    for issue in ISSUES.values():
        rendered = render(issue(tracker), tracker)
        assert "secret.tester" not in rendered.title + rendered.block
        assert "Tester" not in rendered.block


@pytest.mark.parametrize(("tracker", "shown"), [("github", "`me@example.com`"),
                                                ("jira", "Tester: me\\@example.com")])  # fmt: skip
def test_what_the_route_lets_through_is_shown(tracker: str, shown: str) -> None:
    assert shown in render(replace(one(tracker), tester="me@example.com"), tracker).block


@pytest.mark.parametrize("tracker", ["github", "jira"])
def test_secrets_in_words_and_frames_are_redacted(tracker: str) -> None:
    comment = "mail me at jane@example.com, key ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    frames = (frame(0, "main", "/Users/jane/App.swift", 3), frame(1, "Cart.total"))
    issue = context(
        crash_feedback(comment=comment),
        diagnosis=diagnosis(frames, application_info=("no file /Users/jane/cart.db",)),
        summary=replace(MANY, words=(Words(text=comment, at=MANY.last_at),)),
    )

    block = render(issue, tracker).block

    assert "jane" not in block
    assert "ghp_" not in block
    assert "/Users/user/App.swift:3" in block
    assert "/Users/user/cart.db" in block


def test_a_log_that_is_no_crash_log_is_told() -> None:
    block = render(context(crash_feedback())).block

    assert "The crash log could not be read as one; it is attached as it came." in block


@pytest.mark.parametrize(
    ("issue", "title"),
    [
        (one("github"), "Crash: index out of range in CartView.total"),
        (replace(one("github"), show_app=True),
         "[sunrise] Crash: index out of range in CartView.total"),
        (no_log("github"), "Crash in 2.4.1 (143) on iPhone 16 Pro: log not there yet"),
        (context(crash_feedback()), "Crash in 2.4.1 (143) on iPhone 16 Pro"),
        (context(crash_feedback(build=None, device=Device())), "Crash"),
        (context(screenshot_feedback()), '"Total wrong after removing last item"'),
        (context(screenshot_feedback(comment="  \n ")),
         "Screenshot feedback from iPad Pro 13-inch (M4), 2.4.1 (143)"),
        (context(screenshot_feedback(comment=None, build=None, device=Device())),
         "Screenshot feedback"),
        (context(screenshot_feedback(comment="fixes #1 @bob\n" + "and so on " * 20)),
         '"fixes # 1 @ bob and so on and so on and so on and so on and…"'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("tracker", ["github", "jira"])
def test_a_title_says_what_and_where(issue: IssueContext, title: str, tracker: str) -> None:
    assert render(issue, tracker).title == title


def test_a_crash_title_has_at_most_80_characters_and_the_trackers_limit() -> None:
    issue = replace(one("github"), show_app=True)
    issue = replace(issue, diagnosis=replace(diagnosis(), title="Crash: " + "very " * 14 + "long"))

    assert len(render(issue).title) <= 80
    assert render(issue).title.endswith("…")
    assert len(render(issue, title=20).title) <= 20


def test_an_unknown_device_and_build_leave_no_gaps() -> None:
    feedback = screenshot_feedback(comment=None, build=None, device=Device())

    block = render(context(feedback, link=None)).block

    assert block == "24 Nov 10:02 UTC\n\nsubmission `AK7Uv_2-y`\n\nSilence: `testflight: mute`.\n"


def test_a_long_comment_shows_its_start_and_links_the_whole() -> None:
    feedback = crash_feedback(comment="a few words " * 1000)
    whole = attached(AttachmentRole.TEXT, "comment-1.txt", "comment-1.txt")
    issue = context(feedback, diagnosis=diagnosis(), files=[whole])

    block = render(issue, "folder").block

    assert block.count("a few words") < 200
    assert "[All of it](comment-1.txt)" in block
    assert "The text is shortened here." in render(replace(issue, files=[])).block


def test_a_stack_of_thousands_is_bounded_and_counted() -> None:
    frames = [frame(n, f"Recursion.go{n}(" + "x" * 5000 + ")", "R.swift", n) for n in range(5000)]

    block = render(context(crash_feedback(), diagnosis=diagnosis(frames))).block

    assert "… 4988 more frames of the app's own code" in block
    assert "… 4,940 more frames; the log has them all." in block
    assert len(block) < 20_000


def test_a_stack_without_the_apps_own_frames_says_so() -> None:
    frames = [frame(n, None, image="UIKitCore") for n in range(9)]

    block = render(context(crash_feedback(), diagnosis=diagnosis(frames))).block

    assert "None of these frames is the app's own code." in block


def test_the_last_exceptions_stack_is_shown_beside_the_crashed_thread() -> None:
    report = {"last_exception": FRAMES[1:3], "n_last_exception": 2}

    block = render(context(crash_feedback(), diagnosis=diagnosis(**report))).block

    assert "Last exception backtrace:" in block
    assert "Thread 0 · com.apple.main-thread:" in block


def test_a_report_without_any_stack_is_an_issue() -> None:
    block = render(context(crash_feedback(), diagnosis=diagnosis((), threads=()))).block

    assert "Swift trap" in block
    assert "Thread" not in block


@pytest.mark.parametrize("tracker", ["github", "jira"])
def test_a_group_of_hundreds_of_builds_and_logs_is_bounded(tracker: str) -> None:
    line = MANY.builds[0]
    builds = tuple(
        replace(line, build=str(n), device_models=tuple(f"iPhone{m},1" for m in range(9)))
        for n in range(300)
    )
    logs = files(tracker, AttachmentRole.LOG, *(f"log-{n}.txt" for n in range(300)))
    issue = replace(many(tracker), summary=replace(MANY, builds=builds), files=logs)

    block = render(issue, tracker).block

    assert "… and 285 older builds" in block
    assert "… and 250 more" in block
    assert "and 4 more" in block
    assert len(block) < 20_000


def test_a_screenshot_group_counts_its_feedback() -> None:
    feedback = screenshot_feedback()
    grown = replace(summary(feedback), occurrences=3, testers=2)

    assert "3 feedbacks of 2 testers · 24 Nov" in render(context(feedback, summary=grown)).block


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (("dyld4 mode", "abort() called", "no cart to show"), "no cart to show"),
        (("dyld4 mode", "abort() called"), None),
    ],
)
def test_what_the_system_writes_into_many_reports_are_not_the_apps_last_words(
    lines: tuple[str, ...], shown: str | None
) -> None:
    found = diagnosis(FRAMES, application_info=lines)
    block = render(context(crash_feedback(), diagnosis=found)).block
    assert "abort()" not in block
    assert "dyld4" not in block
    assert shown is None or f"`{shown}`" in block
