"""Backtraces as tables: calls, innermost first, and the tails that all apps share."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One frame. Where several `symbols` are given, reports of the same bug take turns."""

    image: str
    symbols: tuple[str | None, ...]
    """None where there is no symbol; `place` then says where in the image."""
    into: int = 0
    """Bytes from the start of the function."""
    file: str | None = None
    line: int = 0
    place: int = 0

    def symbol(self, turn: int) -> str | None:
        """Return the name that the report of this turn has."""
        return self.symbols[turn % len(self.symbols)]


def ours(*symbols: str, file: str, line: int, into: int = 132, image: str = "Sunrise") -> Call:
    """Return a frame in our own code."""
    return Call(image=image, symbols=symbols, file=file, line=line, into=into)


def theirs(image: str, *symbols: str, into: int = 48, file: str = "", line: int = -1) -> Call:
    """Return a frame in the system's code, where files are mostly left out."""
    return Call(image=image, symbols=symbols, into=into, file=file, line=line)


def bare(image: str, place: int) -> Call:
    """Return a frame without a symbol."""
    return Call(image=image, symbols=(None,), place=place)


_KERNEL, _PTHREAD = "libsystem_kernel.dylib", "libsystem_pthread.dylib"
_DISPATCH, _UI = "libdispatch.dylib", "UIKitCore"

RUN_LOOP = (
    theirs("CoreFoundation", "__CFRunLoopRun", into=1188, file="CFRunLoop.c", line=3035),
    theirs("CoreFoundation", "_CFRunLoopRunSpecificWithOptions", "CFRunLoopRunSpecific", into=532),
    theirs("GraphicsServices", "GSEventRunModal", into=120, file="GSEvent.c", line=2196),
    theirs(_UI, "-[UIApplication _run]", into=792, file="UIApplication.m", line=3904),
    theirs(_UI, "UIApplicationMain", into=336, file="UIApplication.m", line=5579),
    theirs("SwiftUI", "closure #1 in KitRendererCommon(_:)", into=168),
    theirs("SwiftUI", "runApp<A>(_:)", into=112),
    theirs("SwiftUI", "static App.main()", into=172),
    ours("static SunriseApp.$main()", file="SunriseApp.swift", line=0, into=52),
    ours("main", file="SunriseApp.swift", line=0, into=64),
    theirs("dyld", "start", into=7116, file="dyldMain.cpp", line=1477),
)
"""What lies under everything that happens on the main thread."""

WAITING = (
    theirs(_KERNEL, "mach_msg2_trap", into=8),
    theirs(_KERNEL, "mach_msg2_internal", into=76, file="mach_msg.c", line=201),
    theirs(_KERNEL, "mach_msg_overwrite", into=428, file="mach_msg.c", line=0),
    theirs(_KERNEL, "mach_msg", into=24, file="mach_msg.c", line=323),
    theirs("CoreFoundation", "__CFRunLoopServiceMachPort", into=160, file="CFRunLoop.c", line=2650),
)

MAIN_QUEUE = (
    theirs(_DISPATCH, "_dispatch_call_block_and_release", into=32, file="init.c", line=1597),
    theirs(_DISPATCH, "_dispatch_client_callout", into=16),
    theirs(_DISPATCH, "_dispatch_main_queue_drain.cold.6", "_dispatch_main_queue_drain", into=756),
    theirs(_DISPATCH, "_dispatch_main_queue_callback_4CF", into=44),
    theirs("CoreFoundation", "__CFRUNLOOP_IS_SERVICING_THE_MAIN_DISPATCH_QUEUE__", into=16),
    *RUN_LOOP,
)

TOUCH = (
    theirs(_UI, "-[UIApplication sendAction:to:from:forEvent:]", into=100),
    theirs(_UI, "-[UIControl sendAction:to:forEvent:]", into=112),
    theirs(_UI, "-[UIControl _sendActionsForEvents:withEvent:]", into=324),
    theirs(_UI, "-[UIWindow sendEvent:]", into=3508),
    theirs(_UI, "-[UIApplication sendEvent:]", into=636),
    theirs(_UI, "__dispatchPreprocessedEventFromEventQueue", into=9564),
    theirs("CoreFoundation", "__CFRUNLOOP_IS_CALLING_OUT_TO_A_SOURCE0_PERFORM_FUNCTION__", into=28),
    theirs("CoreFoundation", "__CFRunLoopDoSource0", into=172),
    *RUN_LOOP,
)

LAYOUT = (
    theirs(_UI, "-[UIView(CALayerDelegate) layoutSublayersOfLayer:]", into=2912),
    theirs("QuartzCore", "CA::Layer::layout_if_needed(CA::Transaction*)", into=496),
    theirs("QuartzCore", "CA::Context::commit_transaction(CA::Transaction*, double)", into=480),
    theirs("QuartzCore", "CA::Transaction::commit()", into=644),
    theirs(_UI, "_UIApplicationFlushCATransaction", into=84),
    *RUN_LOOP,
)

VIEW_GRAPH = (
    theirs("SwiftUI", "ViewBodyAccessor.updateBody(of:changed:)", into=1220),
    theirs("SwiftUI", "closure #1 in DynamicBody.updateValue()", into=88),
    theirs("SwiftUI", "ViewGraph.updateOutputs(async:at:)", into=440),
    theirs("SwiftUI", "ViewGraphRootValueUpdater.render(interval:updateDisplayList:)", into=736),
    *LAYOUT,
)

BACKGROUND_QUEUE = (
    theirs(_DISPATCH, "_dispatch_call_block_and_release", into=32, file="init.c", line=1597),
    theirs(_DISPATCH, "_dispatch_client_callout", into=16),
    theirs(_DISPATCH, "_dispatch_lane_serial_drain", into=740, file="queue.c", line=3991),
    theirs(_DISPATCH, "_dispatch_lane_invoke", into=388, file="queue.c", line=4082),
    theirs(_DISPATCH, "_dispatch_root_queue_drain_deferred_wlh", into=292),
    theirs(_DISPATCH, "_dispatch_workloop_worker_thread", into=692, file="queue.c", line=6923),
    theirs(_PTHREAD, "_pthread_wqthread", into=292, file="pthread.c", line=2696),
    theirs(_PTHREAD, "start_wqthread", into=8),
)

_TASK_END = "completeTaskWithClosure(swift::AsyncContext*, swift::SwiftError*)"
TASK = (theirs("libswift_Concurrency.dylib", _TASK_END, into=1),)

ABORT = (
    theirs(_KERNEL, "__pthread_kill", into=8),
    theirs(_PTHREAD, "pthread_kill", into=268),
    theirs("libsystem_c.dylib", "abort", into=124),
    theirs("libc++abi.dylib", "__abort_message", into=132),
    theirs("libc++abi.dylib", "demangling_terminate_handler()", into=304),
    theirs("libobjc.A.dylib", "_objc_terminate()", into=156),
    theirs("libc++abi.dylib", "std::__terminate(void (*)())", into=16),
    theirs("libc++abi.dylib", "std::terminate()", into=108),
    theirs(_DISPATCH, "_dispatch_client_callout", into=40),
)
"""How a thread ends whose exception nobody caught."""

IDLE_MAIN = (*WAITING, *RUN_LOOP)

EVENT_FETCHER = (
    *WAITING,
    *RUN_LOOP[:2],
    theirs("Foundation", "-[NSRunLoop(NSRunLoop) runMode:beforeDate:]", into=212),
    theirs("Foundation", "-[NSRunLoop(NSRunLoop) runUntilDate:]", into=64),
    theirs(_UI, "-[UIEventFetcher threadMain]", into=408),
    theirs("Foundation", "__NSThread__start__", into=732),
    theirs(_PTHREAD, "_pthread_start", into=136),
    theirs(_PTHREAD, "thread_start", into=8),
)

IDLE_WORKER = (theirs(_PTHREAD, "start_wqthread", into=0),)

PARKED_WORKER = (
    theirs(_KERNEL, "__workq_kernreturn", into=8),
    theirs(_PTHREAD, "_pthread_wqthread", into=364),
    theirs(_PTHREAD, "start_wqthread", into=8),
)


def under(*calls: Call, tail: Sequence[Call]) -> tuple[Call, ...]:
    """Return a whole backtrace: these calls, then what they were called from."""
    return (*calls, *tail)
