"""The signs by which a cause is told, as data: codes, words in messages, functions on the stack.

In each table the first that fits decides. Functions are compared as a report writes them, since
most are Apple's; `*` stands for anything. A change here is a change of fingerprint v1 where it
moves a report to another family (`cause.family_key`).
"""

CODES = {
    "8badf00d": "watchdog",
    "2182bad2": "bgtask",
    "2182bad3": "bgtask.session",
    "2182bad4": "bgtask.fetch",
    "baadca11": "bgtask.call",
    "bad22222": "bgtask.voip",
    "c51bad01": "bgtask.watch-cpu",
    "c51bad02": "bgtask.watch",
    "c51bad03": "bgtask.watch-busy",
    "dead10cc": "filelock",
    "c00010ff": "thermal",
    "baddd15c": "diskspace",
    "d00d2bad": "overuse",
    "deadfa11": "userquit",
    "2bad45ec": "security",
}
"""Termination codes of Apple's pages "EXC_CRASH (SIGKILL)" and "Understanding the exception
types in a crash report"."""

NAMESPACES = {
    "CODESIGNING": "codesign",
    "TCC": "privacy",
    "DYLD": "dyld",
    "GUARD": "guard",
    "JETSAM": "jetsam",
    "SANDBOX": "sandbox",
    "HANGTRACER": "hang",
    "PAC_EXCEPTION": "memory.pac",
    "PORT_SPACE": "resource.ports",
}
"""Termination namespaces of XNU's `bsd/sys/reason.h` that are a cause by themselves."""

TERMINATIONS = (
    ("CODESIGNING", "launch constraint", "codesign.launch"),
    ("CODESIGNING", "taskgated", "codesign.launch"),
    ("DYLD", "symbol not found", "dyld.symbol"),
    ("DYLD", "symbol missing", "dyld.symbol"),
)
"""What a namespace's words add to it."""

WATCHDOGS = (
    ("scene-create", "launch"),
    ("process-launch", "launch"),
    ("failed to launch", "launch"),
    ("launch in time", "launch"),
    ("scene-update", "scene"),
    ("resume", "scene"),
    ("background", "background"),
    ("suspend", "background"),
    ("process-exit", "exit"),
    ("terminate", "exit"),
)
"""Words in a watchdog's explanation, and what it was about."""

JETSAM = (
    "per-process-limit", "highwater", "vm-pageshortage", "vnode-limit", "fc-thrashing",
    "vm-compressor", "disk-space-shortage", "idle-exit",
)  # fmt: skip
"""Reasons of XNU's `kern_memorystatus.c` as a jetsam report writes them."""

GUARDS = (
    ("guard_type_fd", "guard.fd"),
    ("guard_type_vn", "guard.fd"),
    ("guard_type_mach_port", "guard.port"),
    ("guard_type_virt_memory", "guard.memory"),
)

RESOURCES = (
    ("cpu", "resource.cpu"),
    ("wakeups", "resource.wakeups"),
    ("disk writes", "resource.disk"),
    ("threads", "resource.threads"),
    ("ports", "resource.ports"),
    ("memory", "resource.memory"),
    ("high_watermark", "resource.memory"),
)
RESOURCE_REPORTS = {
    "202": "resource.cpu",
    "206": "resource.cpu",
    "142": "resource.wakeups",
    "144": "resource.wakeups",
    "145": "resource.disk",
    "30": "resource.memory",
}

MESSAGES = (
    ("unexpectedly found nil", "swift.nil"),
    ("'try!' expression unexpectedly raised", "swift.try"),
    ("index out of range", "swift.bounds"),
    ("index is out of range", "swift.bounds"),
    ("out of bounds", "swift.bounds"),
    ("negative array index", "swift.bounds"),
    ("can't remove first element from an empty collection", "swift.bounds"),
    ("can't remove last element from an empty collection", "swift.bounds"),
    ("range requires lowerbound <= upperbound", "swift.bounds"),
    ("can't form range with upperbound < lowerbound", "swift.bounds"),
    ("arithmetic overflow", "swift.arith"),
    ("division by zero", "swift.arith"),
    ("results in an overflow", "swift.arith"),
    ("not enough bits to represent", "swift.arith"),
    ("cannot be converted to int", "swift.arith"),
    ("cannot be converted to uint", "swift.arith"),
    ("negative value is not representable", "swift.arith"),
    ("could not cast value", "swift.cast"),
    ("unexpectedly found different type", "swift.cast"),
    ("attempted to read an unowned reference", "swift.lifetime"),
    ("deallocated with non-zero retain count", "swift.lifetime"),
    ("use of unimplemented initializer", "swift.unimplemented"),
    ("expected to execute on queue", "swift.concurrency"),
    ("block was expected to execute on queue", "swift.concurrency"),
    ("incorrect actor executor", "swift.concurrency"),
    ("continuation misuse", "swift.continuation"),
    ("simultaneous accesses", "swift.exclusivity"),
    ("main thread checker", "trap.mainthread"),
    ("bug in client of libdispatch", "dispatch"),
    ("bug in client of libplatform", "lock"),
    ("bug in client of libpthread", "lock"),
    ("bug in client of libxpc", "xpc"),
    ("precondition failed", "swift.precondition"),
    ("duplicate keys of type", "swift.precondition"),
    ("fatal error", "swift.fatal"),
)
"""Words, in lower case, in a message or in the name of an inlined failure."""

EXCEPTIONS = (
    ("unrecognized selector sent", "objc.selector"),
    ("attempt to insert nil", "objc.nil"),
    ("object cannot be nil", "objc.nil"),
    ("was mutated while being enumerated", "objc.mutation"),
    ("not key value coding-compliant", "objc.key"),
    ("cannot remove an observer", "objc.observer"),
    ("invalid number of rows", "objc.rows"),
    ("invalid number of items", "objc.rows"),
    ("invalid number of sections", "objc.rows"),
    ("must be used from main thread only", "objc.mainthread"),
    ("from a background thread", "objc.mainthread"),
    ("unhandled js exception", "objc.js"),
    ("beyond bounds", "objc.range"),
)
"""Words, in lower case, in the reason of an Objective-C exception."""

THROWERS = (
    ("*doesNotRecognizeSelector:*", "objc.selector"),
    ("RCTFatal*", "objc.js"),
    ("RCTGetFatal*", "objc.js"),
    ("-[RCTExceptionsManager *", "objc.js"),
    ("StartupProcedure.throwException*", "objc.js"),
    ("ErrorRecovery.crash*", "objc.js"),
    ("__NSFastEnumerationMutationHandler*", "objc.mutation"),
    ("objc_enumerationMutation*", "objc.mutation"),
    ("*forUndefinedKey:*", "objc.key"),
    ("*_removeObserver:forProperty:*", "objc.observer"),
    ("*_Bug_Detected_In_Client_Of_UI*", "objc.rows"),
    ("-[UITableView _endCellAnimations*", "objc.rows"),
    ("-[UICollectionView _endItemAnimations*", "objc.rows"),
    ("_AssertAutoLayoutOnAllowedThreadsOnly*", "objc.mainthread"),
    ("*insertObject:atIndex:*", "objc.nil"),
    ("*setObject:forKey:*", "objc.nil"),
    ("-[__NSPlaceholderArray initWithObjects:*", "objc.nil"),
    ("-[__NSPlaceholderDictionary initWith*", "objc.nil"),
    ("-[__NS*ndex*", "objc.range"),
    ("-[NSAssertionHandler *", "objc.assert"),
)
"""Functions near the throw, and the exception they stand for."""

TRAPPERS = (
    ("_dispatch_assert_queue_fail*", "swift.concurrency"),
    ("swift_task_reportUnexpectedExecutor*", "swift.concurrency"),
    ("_swift_task_checkIsolated*", "swift.concurrency"),
    ("swift_task_*", "swift.concurrency"),
    ("_swift_task_*", "swift.concurrency"),
    ("_checkExpectedExecutor*", "swift.concurrency"),
    ("*CheckedContinuation.resume*", "swift.continuation"),
    ("swift_unexpectedError*", "swift.try"),
    ("swift_dynamicCastFailure*", "swift.cast"),
    ("_unimplementedInitializer*", "swift.unimplemented"),
    ("swift_abortRetainUnowned*", "swift.lifetime"),
    ("swift_deallocClassInstance*", "swift.lifetime"),
    ("swift_beginAccess*", "swift.exclusivity"),
    ("*__Multithreading_Violation_AllThatIsLeftToUsIsHonor__*", "trap.coredata"),
    ("_AssertAutoLayoutOnAllowedThreadsOnly*", "trap.mainthread"),
    ("_os_unfair_lock_*", "lock"),
    ("xpc_*_crash*", "xpc"),
)
"""Functions above a trap, and the check they stand for."""

ABORTERS = (
    ("__assert_rtn*", "abort.assert"),
    ("__stack_chk_fail*", "abort.smash"),
    ("*malloc_error*", "heap"),
    ("*malloc_report*", "heap"),
    ("_objc_fatal*", "abort.runtime"),
    ("AG::Graph::*cycle*", "abort.cycle"),
    ("AG::precondition_failure*", "abort.graph"),
    ("rust_panic*", "abort.rust"),
    ("*core::panicking::*", "abort.rust"),
    ("*terminateWithUnhandledException*", "abort.kotlin"),
    ("*processUnhandledException*", "abort.kotlin"),
    ("kotlin::ProcessUnhandledException*", "abort.kotlin"),
    ("xamarin_unhandled_exception*", "abort.dotnet"),
    ("xamarin_process_managed_exception*", "abort.dotnet"),
    ("mono_unhandled_exception*", "abort.dotnet"),
    ("*ExceptionDispatchInfo_Throw*", "abort.dotnet"),
    ("swift_beginAccess*", "swift.exclusivity"),
)
"""Functions above an abort, and what led to it."""

ABORT_MESSAGES = (
    ("assertion failed", "abort.assert"),
    ("stack buffer overflow", "abort.smash"),
    ("malloc: ***", "heap"),
    ("bug in client of libmalloc", "heap"),
    ("heap corruption", "heap"),
    ("pointer being freed", "heap"),
    ("attributegraph: cycle", "abort.cycle"),
    ("attributegraph", "abort.graph"),
    ("panicked at", "abort.rust"),
    ("uncaught kotlin exception", "abort.kotlin"),
    ("unhandled managed exception", "abort.dotnet"),
)

THROWN = (
    "*** terminating app due to uncaught exception",
    "uncaught exception of type nsexception",
    "crashing on exception",
    "unrecognized selector sent",
)
"""Words, in lower case, of a report of an Objective-C exception that has no backtrace of it."""

OVERFLOWN = ("stack guard", "excessive recursion", "stack size exceeded")
PAC = ("pointer authentication", "exc_arm_pac")
MESSAGED = ("objc_msgSend", "objc_retain", "objc_release", "objc_loadWeak", "objc_storeStrong")
"""Functions that first find out that an object is no more."""

SIGNALS = {"SIGFPE": "arithmetic", "SIGPIPE": "pipe", "SIGSYS": "syscall"}
KILLS = {"SIGKILL", "SIGTERM", "SIGQUIT"}
