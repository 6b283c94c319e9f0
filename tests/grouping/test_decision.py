from bridge.grouping import Verdict, decide
from bridge.model import Cause, CrashReport, Diagnosis, Fingerprint, Trace
from bridge.routes import Route

FILE = Route(tracker="local")


def diagnosis(cause: str = "swift.bounds", key: str = "v1:0011") -> Diagnosis:
    return Diagnosis(
        trace=Trace(family="swift.bounds"),
        report=CrashReport(format="crash-text"),
        cause=Cause(id=cause, title="Crash", explanation=""),
        fingerprint=Fingerprint(key=key),
        title="Crash",
    )


def test_a_crash_is_grouped_by_its_fingerprint() -> None:
    decision = decide(FILE, diagnosis())
    assert decision.verdict is Verdict.FILE
    assert decision.alike


def test_what_can_not_be_compared_is_a_group_of_its_own() -> None:
    decision = decide(FILE, None)
    assert (decision.verdict, decision.alike) == (Verdict.FILE, False)


def test_routes_hold_and_ignore_and_no_route_holds() -> None:
    assert decide(Route.model_validate({"action": "hold"}), None).verdict is Verdict.HOLD
    assert decide(Route.model_validate({"action": "ignore"}), None).verdict is Verdict.IGNORE
    assert decide(None, diagnosis()).verdict is Verdict.HOLD


def test_a_user_who_quits_is_not_a_crash() -> None:
    assert decide(FILE, diagnosis("userquit")).verdict is Verdict.IGNORE
