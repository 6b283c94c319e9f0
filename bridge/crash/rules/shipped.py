"""What we know of frames that say nothing about a bug, as data.

A frame's name is compared after normalising (`symbol.py`), so a rule names a function as it is
declared: no generic arguments, no closure numbers, no offsets. The first rule that matches
decides; `why` is what an issue shows beside the frame it passed over. Part of fingerprint v1:
once that is released, a better list is v2.
"""

from bridge.crash.rules.rule import Role, Rule

_NAMELESS = "no function of its own is named"
_ENDS = "the runtime ends the process here"
_THROWS = "an exception is thrown or carried here"
_ABORTS = "the C library ends the process here"
_QUEUE = "a queue runs its work here"
_LOOP = "a run loop waits and calls out here"
_STARTS = "every program or thread starts here"
_REPORTS = "a crash reporter's own code"
_FORWARDS = "a bridge between languages, which every call crosses"
_STANDARD = "standard library code, compiled into the app"
_MEMORY = "memory management, which any code may enter"
_CHECKS = "an isolation check, made for the caller"

NAMELESS: tuple[Rule, ...] = (
    Rule("<redacted>", Role.UNKNOWN, _NAMELESS),
    Rule("<unknown>", Role.UNKNOWN, _NAMELESS),
    # Identical functions are folded into one by the linker: any of them may be meant.
    Rule("<deduplicated_symbol>", Role.UNKNOWN, "identical functions share this address"),
    Rule("___lldb_unnamed_symbol*", Role.UNKNOWN, _NAMELESS),
    Rule("block_destroy_helper*", Role.UNKNOWN, "made by the compiler"),
    Rule("block_copy_helper*", Role.UNKNOWN, "made by the compiler"),
    Rule("objectdestroy*", Role.UNKNOWN, "made by the compiler"),
    Rule("__swift_*", Role.UNKNOWN, "made by the compiler"),
    Rule("OUTLINED_FUNCTION_*", Role.UNKNOWN, "made by the compiler"),
)
"""Names that are none."""

ANYWHERE: tuple[Rule, ...] = (
    Rule("Swift runtime failure*", Role.RUNTIME, _ENDS),
    Rule("_assertionFailure*", Role.RUNTIME, _ENDS),
    Rule("assertionFailure(_:file:line:)", Role.RUNTIME, _ENDS),
    Rule("preconditionFailure(_:file:line:)", Role.RUNTIME, _ENDS),
    Rule("fatalError(_:file:line:)", Role.RUNTIME, _ENDS),
    Rule("_checkExpectedExecutor*", Role.RUNTIME, _CHECKS),
    Rule("main", Role.PLUMBING, _STARTS),
    Rule("start", Role.PLUMBING, _STARTS),
)
"""Rules for frames of any image."""

SYSTEM: tuple[Rule, ...] = (
    # Swift and the C library ending a process.
    Rule("_fatalErrorMessage*", Role.RUNTIME, _ENDS),
    Rule("_swift_runtime_on_report", Role.RUNTIME, _ENDS),
    Rule("_swift_stdlib_reportFatalError*", Role.RUNTIME, _ENDS),
    Rule("swift_*", Role.RUNTIME, _ENDS),
    Rule("_swift_*", Role.RUNTIME, _ENDS),
    Rule("swift::*", Role.RUNTIME, _ENDS),
    Rule("_dispatch_assert_queue_fail*", Role.RUNTIME, _CHECKS),
    Rule("dispatch_assert_queue*", Role.RUNTIME, _CHECKS),
    Rule("abort", Role.RUNTIME, _ABORTS),
    Rule("__abort", Role.RUNTIME, _ABORTS),
    Rule("abort_message", Role.RUNTIME, _ABORTS),
    Rule("abort_report_np", Role.RUNTIME, _ABORTS),
    Rule("__pthread_kill", Role.RUNTIME, _ABORTS),
    Rule("pthread_kill", Role.RUNTIME, _ABORTS),
    Rule("raise", Role.RUNTIME, _ABORTS),
    Rule("__kill", Role.RUNTIME, _ABORTS),
    Rule("__abort_with_payload", Role.RUNTIME, _ABORTS),
    Rule("abort_with_payload*", Role.RUNTIME, _ABORTS),
    Rule("abort_with_reason", Role.RUNTIME, _ABORTS),
    Rule("terminate_with_reason", Role.RUNTIME, _ABORTS),
    Rule("__assert_rtn*", Role.RUNTIME, _ABORTS),
    Rule("__stack_chk_fail*", Role.RUNTIME, _ABORTS),
    Rule("_sigtramp", Role.RUNTIME, "a signal handler is called here"),
    # Objective-C and C++ exceptions.
    Rule("__exceptionPreprocess", Role.RUNTIME, _THROWS),
    Rule("objc_exception_throw", Role.RUNTIME, _THROWS),
    Rule("objc_exception_rethrow", Role.RUNTIME, _THROWS),
    Rule("objc_terminate", Role.RUNTIME, _THROWS),
    Rule("_objc_terminate*", Role.RUNTIME, _THROWS),
    Rule("-[NSException *", Role.RUNTIME, _THROWS),
    Rule("+[NSException *", Role.RUNTIME, _THROWS),
    Rule("__cxa_*", Role.RUNTIME, _THROWS),
    Rule("std::terminate*", Role.RUNTIME, _THROWS),
    Rule("std::__terminate*", Role.RUNTIME, _THROWS),
    Rule("demangling_terminate_handler*", Role.RUNTIME, _THROWS),
    Rule("demangling_unexpected_handler*", Role.RUNTIME, _THROWS),
    Rule("_Unwind_*", Role.RUNTIME, _THROWS),
    Rule("-[NSObject doesNotRecognizeSelector:]", Role.RUNTIME, "a selector that nobody answers"),
    Rule("-[NSObject(NSObject) doesNot*", Role.RUNTIME, "a selector that nobody answers"),
    Rule("___forwarding___", Role.RUNTIME, "a selector that nobody answers"),
    Rule("_CF_forwarding_prep_0", Role.RUNTIME, "a selector that nobody answers"),
    Rule("__forwarding_prep_0___", Role.RUNTIME, "a selector that nobody answers"),
    # Memory.
    Rule("objc_msgSend*", Role.RUNTIME, _MEMORY),
    Rule("objc_retain*", Role.RUNTIME, _MEMORY),
    Rule("objc_release*", Role.RUNTIME, _MEMORY),
    Rule("objc_destructInstance*", Role.RUNTIME, _MEMORY),
    Rule("objc_autoreleasePool*", Role.RUNTIME, _MEMORY),
    Rule("object_dispose", Role.RUNTIME, _MEMORY),
    Rule("object_cxxDestruct*", Role.RUNTIME, _MEMORY),
    Rule("AutoreleasePoolPage*", Role.RUNTIME, _MEMORY),
    Rule("CFRelease", Role.RUNTIME, _MEMORY),
    Rule("CFRetain", Role.RUNTIME, _MEMORY),
    Rule("_CFRelease", Role.RUNTIME, _MEMORY),
    Rule("malloc*", Role.RUNTIME, _MEMORY),
    Rule("_malloc*", Role.RUNTIME, _MEMORY),
    Rule("free*", Role.RUNTIME, _MEMORY),
    Rule("_xzm_*", Role.RUNTIME, _MEMORY),
    Rule("szone_*", Role.RUNTIME, _MEMORY),
    Rule("nanov2_*", Role.RUNTIME, _MEMORY),
    Rule("tiny_*", Role.RUNTIME, _MEMORY),
    Rule("operator new*", Role.RUNTIME, _MEMORY),
    Rule("operator delete*", Role.RUNTIME, _MEMORY),
    Rule("_platform_mem*", Role.RUNTIME, _MEMORY),
    Rule("_platform_str*", Role.RUNTIME, _MEMORY),
    # How code gets to run.
    Rule("start_sim", Role.PLUMBING, _STARTS),
    Rule("_start", Role.PLUMBING, _STARTS),
    Rule("dyld*", Role.PLUMBING, _STARTS),
    Rule("_dyld*", Role.PLUMBING, _STARTS),
    Rule("thread_start", Role.PLUMBING, _STARTS),
    Rule("start_wqthread", Role.PLUMBING, _STARTS),
    Rule("_pthread_*", Role.PLUMBING, _STARTS),
    Rule("__NSThread__*", Role.PLUMBING, _STARTS),
    Rule("UIApplicationMain*", Role.PLUMBING, _STARTS),
    Rule("NSApplicationMain", Role.PLUMBING, _STARTS),
    Rule("_dispatch_*", Role.PLUMBING, _QUEUE),
    Rule("dispatch_*", Role.PLUMBING, _QUEUE),
    Rule("__DISPATCH*", Role.PLUMBING, _QUEUE),
    Rule("__NSBLOCKOPERATION_*", Role.PLUMBING, _QUEUE),
    Rule("__NSOPERATION*", Role.PLUMBING, _QUEUE),
    Rule("__NSOQSchedule*", Role.PLUMBING, _QUEUE),
    Rule("CFRunLoop*", Role.PLUMBING, _LOOP),
    Rule("_CFRunLoop*", Role.PLUMBING, _LOOP),
    Rule("__CFRunLoop*", Role.PLUMBING, _LOOP),
    Rule("__CFRUNLOOP_IS_*", Role.PLUMBING, _LOOP),
    Rule("__CFNOTIFICATIONCENTER_IS_*", Role.PLUMBING, _LOOP),
    Rule("RunCurrentEventLoopInMode", Role.PLUMBING, _LOOP),
    Rule("ReceiveNextEvent*", Role.PLUMBING, _LOOP),
    Rule("_BlockUntilNextEvent*", Role.PLUMBING, _LOOP),
    Rule("_DPSNextEvent", Role.PLUMBING, _LOOP),
    Rule("-[NSApplication(NSEvent) _nextEvent*", Role.PLUMBING, _LOOP),
    Rule("GSEventRunModal*", Role.PLUMBING, _LOOP),
    Rule("mach_msg*", Role.PLUMBING, _LOOP),
    Rule("-[UIApplication _run]", Role.PLUMBING, _LOOP),
    Rule("-[NSApplication run]", Role.PLUMBING, _LOOP),
)
"""Rules for frames of Apple's images, after those for any image."""

IN_APP: tuple[Rule, ...] = (
    # Crash reporters hook handlers, so that their frames stand above the code that failed.
    Rule("sentrycrash*", Role.WRAPPER, _REPORTS),
    Rule("-[Sentry*", Role.WRAPPER, _REPORTS),
    Rule("+[Sentry*", Role.WRAPPER, _REPORTS),
    Rule("bsg_*", Role.WRAPPER, _REPORTS),
    Rule("-[Bugsnag*", Role.WRAPPER, _REPORTS),
    Rule("FIRCLS*", Role.WRAPPER, _REPORTS),
    Rule("CLSProcess*", Role.WRAPPER, _REPORTS),
    Rule("ksmc_*", Role.WRAPPER, _REPORTS),
    Rule("kscrash*", Role.WRAPPER, _REPORTS),
    Rule("CPPExceptionTerminate*", Role.WRAPPER, _REPORTS),
    Rule("uncaught_exception_handler*", Role.WRAPPER, _REPORTS),
    Rule("plcrash_*", Role.WRAPPER, _REPORTS),
    # Calls between languages.
    Rule("xamarin_*", Role.WRAPPER, _FORWARDS),
    Rule("mono_*", Role.WRAPPER, _FORWARDS),
    Rule("wrapper_runtime_invoke*", Role.WRAPPER, _FORWARDS),
    # Swift's and C++'s libraries, specialised or inlined into the app.
    Rule("std::*", Role.RUNTIME, _STANDARD),
    Rule("Array.subscript.*", Role.RUNTIME, _STANDARD),
    Rule("Array._*", Role.RUNTIME, _STANDARD),
    Rule("Array.remove(at:)", Role.RUNTIME, _STANDARD),
    Rule("Array.insert(_:at:)", Role.RUNTIME, _STANDARD),
    Rule("ArraySlice.subscript.*", Role.RUNTIME, _STANDARD),
    Rule("ContiguousArray.subscript.*", Role.RUNTIME, _STANDARD),
    Rule("Dictionary.subscript.*", Role.RUNTIME, _STANDARD),
    Rule("_ArrayBuffer.*", Role.RUNTIME, _STANDARD),
    Rule("_ContiguousArrayBuffer.*", Role.RUNTIME, _STANDARD),
    Rule("_NativeDictionary.*", Role.RUNTIME, _STANDARD),
    Rule("_NativeSet.*", Role.RUNTIME, _STANDARD),
    Rule("MainActor.run*", Role.RUNTIME, _STANDARD),
    Rule("Collection.map(_:)", Role.RUNTIME, _STANDARD),
    Rule("Sequence.map(_:)", Role.RUNTIME, _STANDARD),
    Rule("Sequence.forEach(_:)", Role.RUNTIME, _STANDARD),
)
"""Rules for frames of the app's own images, before those for any image."""

WRAPPER_IMAGES: dict[str, str] = {
    "Sentry": _REPORTS,
    "Bugsnag": _REPORTS,
    "FirebaseCrashlytics": _REPORTS,
    "Instabug": _REPORTS,
    "InstabugSDK": _REPORTS,
    "CrashReporter": _REPORTS,
    "DatadogCrashReporting": _REPORTS,
    "NewRelic": _REPORTS,
    "EmbraceIO": _REPORTS,
    "KSCrash": _REPORTS,
}
"""Frameworks in an app's bundle that report crashes."""
