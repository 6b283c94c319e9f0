import json
from typing import Any

import pytest

from bridge.crash import understand
from bridge.crash.cause import family_key
from bridge.crash.cycle import cycle
from bridge.crash.families import FAMILIES
from bridge.model import Cause, Frame
from tests.crash.samples import CART, IMAGES, Crash, Image, Line, ips_report, text_report

ABORT = {
    "exception": "EXC_CRASH",
    "signal": "SIGABRT",
    "termination": ("SIGNAL", 6, "Abort trap: 6"),
}
ACCESS = {
    "exception": "EXC_BAD_ACCESS",
    "signal": "SIGSEGV",
    "termination": ("SIGNAL", 11, "Segmentation fault: 11"),
}
KILL = {"exception": "EXC_CRASH", "signal": "SIGKILL", "codes": "0x0000000000000000, 0x0"}
PLAIN = CART[2:]


def fault(message: str) -> dict[str, Any]:
    return {"information": (f"Sunrise/CartView.swift:88: Fatal error: {message}",)}


def code(number: int, *details: str, namespace: str = "FRONTBOARD") -> dict[str, Any]:
    return KILL | {"termination": (namespace, number, ""), "details": details}


def thrown(reason: str) -> dict[str, Any]:
    words = "*** Terminating app due to uncaught exception 'NSInvalidArgumentException', reason: "
    return ABORT | {"information": (f"{words}'{reason}'",), "stack": PLAIN}


def also(name: str) -> tuple[Image, ...]:
    return (*IMAGES, Image(name, 0x1F0000000, "5d" * 16, f"/usr/lib/{name}"))


COREDATA, CXX = also("CoreData"), also("libc++abi.dylib")

CASES: list[tuple[str, dict[str, Any]]] = [
    ("swift.nil", fault("Unexpectedly found nil while unwrapping an Optional value")),
    ("swift.bounds", fault("Index out of range")),
    ("swift.arith", {"stack": (Line("Sunrise", "Swift runtime failure: arithmetic overflow", 4),)}),
    ("swift.cast", {"information": ("Could not cast value of type 'A' (0x1) to 'B' (0x2).",)}),
    ("swift.precondition", {"information": ("Precondition failed: empty",)}),
    ("swift.fatal", fault("no cart")),
    ("swift", {}),
    ("swift.concurrency", {"stack": (Line("UIKitCore", "_dispatch_assert_queue_fail", 4), *CART)}),
    ("swift.exclusivity", ABORT | {"information": ("Simultaneous accesses to 0x1, but",)}),
    ("dispatch", {"information": ("BUG IN CLIENT OF LIBDISPATCH: deallocated while in use",)}),
    ("lock", {"information": ("BUG IN CLIENT OF LIBPLATFORM: Unlock of an os_unfair_lock",)}),
    ("trap", {"stack": PLAIN}),
    ("trap", {"stack": PLAIN, "exception": "EXC_BAD_INSTRUCTION", "signal": "SIGILL"}),
    ("objc", ABORT | {"last_exception": PLAIN}),
    ("objc", ABORT | {"information": ("terminating with uncaught exception of type NSException",)}),
    ("objc.selector", ABORT | {"last_exception": (
        Line("UIKitCore", "-[NSObject(NSObject) doesNotRecognizeSelector:]", 4), *PLAIN)}),
    ("objc.range", ABORT | {"last_exception": (
        Line("UIKitCore", "-[__NSArrayM objectAtIndexedSubscript:]", 4), *PLAIN)}),
    ("cxx", ABORT | {"stack": (Line("UIKitCore", "__cxa_throw", 4), *PLAIN)}),
    ("abort.assert", ABORT | {"information": ("Assertion failed: (x), function f, file g.c",)}),
    ("abort.smash", ABORT | {"information": ("stack buffer overflow",)}),
    ("heap", ABORT | {"information": ("malloc: *** error for object 0x1: pointer being freed",)}),
    ("abort", ABORT | {"stack": PLAIN}),
    ("memory", ACCESS | {"subtype": "KERN_INVALID_ADDRESS at 0x00000002c95853a8", "codes": "0x1"}),
    ("memory.null", ACCESS | {"subtype": "KERN_INVALID_ADDRESS at 0x0000000000000010"}),
    ("memory.null", ACCESS | {"codes": "0x0000000000000001, 0x0000000000000004"}),
    ("stackoverflow", ACCESS | {"stack": CART[2:4] * 200}),
    ("stackoverflow", ACCESS | {"information": (
        "Thread stack size exceeded due to excessive recursion",)}),
    ("guard", {"exception": "EXC_GUARD", "signal": "SIGKILL"}),
    ("codesign", {"exception": "EXC_BAD_ACCESS", "signal": "SIGKILL (Code Signature Invalid)"}),
    ("codesign", code(2, namespace="CODESIGNING")),
    ("watchdog.launch", code(0x8BADF00D, "explanation:scene-create watchdog transgression")),
    ("watchdog.scene", code(0x8BADF00D, "explanation:scene-update watchdog transgression")),
    ("watchdog.background", code(0x8BADF00D, "background task assertion")),
    ("watchdog.exit", code(0x8BADF00D, "process-exit watchdog transgression")),
    ("watchdog", code(0x8BADF00D)),
    ("bgtask.call", code(0xBAADCA11)),
    ("bgtask.watch", code(0xC51BAD02, namespace="CAROUSEL")),
    ("filelock", code(0xDEAD10CC, namespace="RUNNINGBOARD")),
    ("thermal", code(0xC00010FF)),
    ("userquit", code(0xDEADFA11, namespace="SPRINGBOARD")),
    ("privacy", code(0, namespace="TCC")),
    ("dyld", ABORT | code(1, "Library not loaded: @rpath/A", namespace="DYLD")),
    ("jetsam", code(1, namespace="JETSAM")),
    ("killed", code(3, namespace="OTHER")),
    ("resource.cpu", {"exception": "EXC_RESOURCE", "signal": "SIGKILL", "subtype": "CPU"}),
    ("resource.wakeups", {"exception": "EXC_RESOURCE", "signal": "X", "subtype": "WAKEUPS"}),
    ("resource.memory", {"exception": "EXC_RESOURCE", "signal": "X", "subtype": "MEMORY"}),
    ("resource.threads", {"exception": "EXC_RESOURCE", "signal": "X", "subtype": "THREADS"}),
    ("resource.ports", {"exception": "EXC_RESOURCE", "signal": "X", "subtype": "PORTS"}),
    ("resource.disk", {"exception": "EXC_RESOURCE", "signal": "X", "subtype": "disk writes"}),
    ("resource", {"exception": "EXC_RESOURCE", "signal": "X", "subtype": "OTHER"}),
    ("swift.try", {"stack": (Line("libswiftCore.dylib", "swift_unexpectedError", 4), *CART)}),
    ("swift.cast", {"stack": (Line("libswiftCore.dylib", "swift_dynamicCastFailure", 4), *CART)}),
    ("swift.unimplemented", fault("Use of unimplemented initializer 'init(coder:)'")),
    ("swift.lifetime", fault("Attempted to read an unowned reference but the object was freed")),
    ("swift.continuation", {"information": ("SWIFT TASK CONTINUATION MISUSE: load() tried",)}),
    ("xpc", {"information": ("BUG IN CLIENT OF LIBXPC: Misuse of an object",)}),
    ("trap.coredata", {"stack": (Line("UIKitCore", "+[NSManagedObjectContext __Multithreading_"
        "Violation_AllThatIsLeftToUsIsHonor__]", 4), *PLAIN)}),
    ("trap.mainthread", {"information": ("Main Thread Checker: UI API called on a background",)}),
    ("objc", ABORT | {"stack": (Line("UIKitCore", "objc_exception_throw", 4), *PLAIN)}),
    ("objc.nil", ABORT | {"last_exception": (
        Line("UIKitCore", "-[__NSDictionaryM setObject:forKey:]", 4), *PLAIN)}),
    ("objc.mutation", thrown("Collection <__NSArrayM: 0x1> was mutated while being enumerated.")),
    ("objc.key", ABORT | {"last_exception": (
        Line("UIKitCore", "-[UIViewController setValue:forUndefinedKey:]", 4), *PLAIN)}),
    ("objc.observer", thrown("Cannot remove an observer <A 0x1> for the key path")),
    ("objc.rows", thrown("Invalid update: invalid number of rows in section 0")),
    ("objc.mainthread", thrown("Modifications to the layout engine from a background thread")),
    ("objc.coredata", ABORT | {"images": COREDATA, "last_exception": (
        Line("CoreData", "-[NSManagedObjectContext executeFetchRequest:error:]", 4), *PLAIN)}),
    ("objc.assert", ABORT | {"last_exception": (Line("UIKitCore", "-[NSAssertionHandler handle"
        "FailureInMethod:object:file:lineNumber:description:]", 4), *PLAIN)}),
    ("objc.js", ABORT | {"last_exception": (Line("Sunrise", "RCTFatal", 4), *PLAIN)}),
    ("terminate", ABORT | {"images": CXX, "stack": (Line("libc++abi.dylib", None, 4), *PLAIN)}),
    ("abort.runtime", ABORT | {"stack": (Line("UIKitCore", "_objc_fatalv", 4), *PLAIN)}),
    ("abort.graph", ABORT | {"information": ("AttributeGraph precondition failure: x",)}),
    ("abort.cycle", ABORT | {"information": ("AttributeGraph: cycle detected through 7",)}),
    ("abort.rust", ABORT | {"stack": (Line("Sunrise", "core::panicking::panic", 4), *PLAIN)}),
    ("abort.kotlin", ABORT | {"information": ("Uncaught Kotlin exception: kotlin.Error",)}),
    ("abort.dotnet", ABORT | {"stack": (Line("Sunrise", "mono_unhandled_exception", 4), *PLAIN)}),
    ("heap", ABORT | {"stack": (Line("UIKitCore", "malloc_error_break", 4), *PLAIN)}),
    ("memory.zombie", ACCESS | {"subtype": "KERN_INVALID_ADDRESS at 0x0000deadbeefc0de", "codes":
        "0x1", "stack": (Line("UIKitCore", "objc_msgSend", 4), *PLAIN)}),
    ("memory.protected", ACCESS | {"subtype": "KERN_PROTECTION_FAILURE at 0x00000002c95853a8",
        "codes": "0x2", "stack": PLAIN}),
    ("memory.pac", ACCESS | {"subtype": "KERN_INVALID_ADDRESS at "
        "0xffff800000001234 -> 0x1234 (possible pointer authentication failure)",
        "codes": "0x1", "stack": PLAIN}),
    ("arithmetic", {"exception": "EXC_ARITHMETIC", "signal": "SIGFPE"}),
    ("pipe", {"exception": "EXC_CRASH", "signal": "SIGPIPE"}),
    ("syscall", {"exception": "EXC_CRASH", "signal": "SIGSYS"}),
    ("killed", {"exception": "EXC_CRASH", "signal": "SIGTERM"}),
    ("guard.fd", {"exception": "EXC_GUARD", "signal": "X", "subtype": "GUARD_TYPE_FD, id=0x1"}),
    ("guard.port", {"exception": "EXC_GUARD", "signal": "X", "subtype": "GUARD_TYPE_MACH_PORT"}),
    ("guard.memory", KILL | {"termination": ("GUARD", 5, ""), "subtype":
        "GUARD_TYPE_VIRT_MEMORY"}),
    ("codesign.launch", code(4, "Launch Constraint Violation", namespace="CODESIGNING")),
    ("dyld.symbol", ABORT | code(4, "Symbol not found: _a", namespace="DYLD")),
    ("sandbox", code(1, namespace="SANDBOX")),
    ("bgtask", code(0x2182BAD2, namespace="RUNNINGBOARD")),
    ("bgtask.session", code(0x2182BAD3, namespace="RUNNINGBOARD")),
    ("bgtask.fetch", code(0x2182BAD4, namespace="RUNNINGBOARD")),
    ("bgtask.voip", code(0xBAD22222, namespace="SPRINGBOARD")),
    ("bgtask.watch-cpu", code(0xC51BAD01, namespace="CAROUSEL")),
    ("bgtask.watch-busy", code(0xC51BAD03, namespace="CAROUSEL")),
    ("diskspace", code(0xBADDD15C, namespace="RUNNINGBOARD")),
    ("overuse", code(0xD00D2BAD, namespace="RUNNINGBOARD")),
    ("security", code(0x2BAD45EC, namespace="SPRINGBOARD")),
    ("hang", code(1, namespace="HANGTRACER")),
    ("crash", {"exception": "EXC_NEW", "signal": "SIGNEW"}),
]  # fmt: skip


KINDS = {"panic", "stackshot", "other"}
"""Families of reports that are no crash; their own tests are with the parsers."""


def test_no_family_is_there_without_a_report_that_it_is_told_by() -> None:
    told = {cause for cause, _ in CASES} | KINDS
    assert {name for name in FAMILIES if not name.startswith("jetsam.")} <= told


@pytest.mark.parametrize("reason", [name for name in FAMILIES if name.startswith("jetsam.")])
def test_a_jetsam_events_reason_is_its_cause(reason: str) -> None:
    word = reason.removeprefix("jetsam.")
    body = {"processes": [{"name": "Sunrise", "reason": f"{word}"}], "largestProcess": "Sunrise"}

    diagnosis = understand(f'{{"bug_type":"298"}}\n{json.dumps(body)}'.encode())

    assert diagnosis is not None
    assert diagnosis.cause.id == reason


@pytest.mark.parametrize(("cause", "changes"), CASES, ids=[name for name, _ in CASES])
def test_each_family_is_told_in_text_and_json_alike(cause: str, changes: dict[str, Any]) -> None:
    crash = Crash(**changes)

    for written in (text_report(crash), ips_report(crash)):
        diagnosis = understand(written.encode())
        assert diagnosis is not None
        assert diagnosis.cause.id == cause


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("Termination Reason: Namespace SPRINGBOARD, Code 0x8badf00d", "watchdog"),
        ("Termination Reason: Namespace RUNNINGBOARD, Code 0xdead10cc", "filelock"),
        ("Exception Codes: 0x00000000deadfa11, 0x0000000000000000", "userquit"),
    ],
)
def test_older_spellings_of_a_code_are_read(line: str, cause: str) -> None:
    lines = text_report(Crash(exception="EXC_CRASH", signal="SIGKILL")).splitlines()
    key = line.partition(":")[0]
    text = "\n".join(line if row.startswith(key) else row for row in lines)

    diagnosis = understand(text.encode())

    assert diagnosis is not None
    assert diagnosis.cause.id == cause


def test_a_termination_description_tells_the_watchdog() -> None:
    old = "Termination Reason: Namespace SPRINGBOARD, Code 0x8badf00d\nTermination Description: "
    text = text_report(Crash(exception="EXC_CRASH", signal="SIGKILL")).replace(
        "Termination Reason: SIGNAL 5 Trace/BPT trap: 5",
        f"{old}SPRINGBOARD, process-launch watchdog transgression: com.example.sunrise",
    )

    diagnosis = understand(text.encode())

    assert diagnosis is not None
    assert diagnosis.cause.id == "watchdog.launch"


def test_every_family_is_explained_and_fits_a_title() -> None:
    for name, cause in FAMILIES.items():
        assert isinstance(cause, Cause)
        assert cause.id == name
        assert cause.explanation.endswith(".")
        assert len(cause.title) <= 50
        assert cause.link is None or cause.link.startswith("https://developer.apple.com/")


def test_an_exception_is_named_beside_what_it_means() -> None:
    found = understand(text_report(Crash(**thrown("x"))).encode())

    assert found is not None
    assert found.cause.explanation.endswith("It is called NSInvalidArgumentException.")


def test_a_recursion_is_named_in_the_order_of_its_calls() -> None:
    turn = (Line("Sunrise", "Tree.leave()", 4), Line("Sunrise", "Tree.enter()", 8))
    found = understand(text_report(Crash(**ACCESS, stack=turn * 200)).encode())

    assert found is not None
    assert found.cause.explanation.endswith("The round goes through Tree.enter(), Tree.leave().")


def test_the_way_to_abort_tells_an_exception_with_or_without_the_systems_names() -> None:
    named = understand(text_report(Crash(**dict(CASES)["cxx"])).encode())
    bare = understand(text_report(Crash(**dict(CASES)["terminate"])).encode())

    assert named is not None
    assert bare is not None
    assert family_key(named.cause) == family_key(bare.cause)


def test_causes_that_only_a_message_tells_apart_share_a_key() -> None:
    keys = {family_key(FAMILIES[name]) for name in ("swift", "swift.nil", "trap", "dispatch")}

    assert keys == {"trap"}
    assert family_key(FAMILIES["memory.null"]) == family_key(FAMILIES["memory"])
    assert family_key(FAMILIES["watchdog.launch"]) != family_key(FAMILIES["watchdog.scene"])


def frames(*names: str) -> tuple[Frame, ...]:
    return tuple(Frame(index=n, image="Sunrise", symbol=name) for n, name in enumerate(names))


def test_a_cycle_is_found_with_its_start_and_length() -> None:
    assert cycle(frames("leaf", *("a", "b", "c") * 60)) == (1, 3)
    assert cycle(frames(*("a",) * 60)) == (0, 1)
    assert cycle(frames(*("a", "b") * 5)) is None
    assert cycle(frames(*map(str, range(300)))) is None
    assert cycle(()) is None


@pytest.mark.parametrize("cause", FAMILIES.values(), ids=lambda cause: cause.id)
def test_words_about_a_cause_have_no_markup(cause: Cause) -> None:
    """They are escaped like any text, so a tracker would show it as it is."""
    assert not set("`*_[]{}<>|") & set(cause.explanation + cause.title)


def test_an_address_is_no_code_of_a_termination() -> None:
    report = text_report(Crash(codes="0x0000000000000001, 0x00000000dead10cc"))
    found = understand(report.encode())

    assert found is not None
    assert found.cause.id.startswith("swift")
