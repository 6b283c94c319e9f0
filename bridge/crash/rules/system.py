"""Rules for frames of Apple's images, after those for any image (`everywhere.py`)."""

from bridge.crash.rules.rule import Role, Rule, rules

_ENDS = rules(Role.RUNTIME, "the runtime ends the process here", {
    "_swift_runtime_on_report": "",
    "_swift_stdlib_reportFatalError*": "_swift_stdlib_reportFatalErrorInFile",
    "swift_*": "swift_unexpectedError",
    "_swift_*": "_swift_task_checkIsolatedSwift",
    "swift::*": "swift::fatalError",
    "-[NSApplication _crashOnException:]": "",
    "__TCC_CRASHING_DUE_TO_PRIVACY_VIOLATION__": "",
    "-[NSAssertionHandler *": (
        "-[NSAssertionHandler handleFailureInMethod:object:file:lineNumber:description:]"
    ),
})  # fmt: skip

_CHECKS = rules(Role.RUNTIME, "an isolation check, made for the caller", {
    "_dispatch_assert_queue_fail*": "_dispatch_assert_queue_fail",
    "dispatch_assert_queue*": "dispatch_assert_queue$V2",
})  # fmt: skip

_ABORTS = rules(Role.RUNTIME, "the C library ends the process here", {
    "abort": "",
    "__abort": "",
    "abort_message": "",
    "__abort_message": "",
    "abort_report_np": "",
    "__pthread_kill": "",
    "pthread_kill": "",
    "raise": "",
    "__kill": "",
    "__abort_with_payload": "",
    "abort_with_payload*": "abort_with_payload_wrapper_internal",
    "abort_with_reason": "",
    "terminate_with_reason": "",
    "__assert_rtn*": "__assert_rtn",
    "__stack_chk_fail*": "__stack_chk_fail",
    "_os_crash*": "_os_crash_msg",
    "os_unfair_lock_*": "os_unfair_lock_lock_slow",
    "_os_unfair_lock_*": "_os_unfair_lock_recursive_abort",
})  # fmt: skip

_THROWS = rules(Role.RUNTIME, "an exception is thrown or carried here", {
    "__exceptionPreprocess": "",
    "__handleUncaughtException": "",
    "objc_terminate": "",
    "_objc_terminate*": "_objc_terminate",
    "_objc_fatal*": "_objc_fatalv",
    "-[NSException *": "-[NSException raise]",
    "+[NSException *": "+[NSException raise:format:]",
    "_NSThrow*": "_NSThrowInvalidArgument",
    "__cxa_*": "__cxa_begin_catch",
    "__cxxabiv1::*": "__cxxabiv1::failed_throw",
    "demangling_terminate_handler*": "demangling_terminate_handler",
    "demangling_unexpected_handler*": "demangling_unexpected_handler",
    "_Unwind_*": "_Unwind_RaiseException",
})  # fmt: skip

_FORWARDS = (
    *rules(Role.RUNTIME, "a selector that nobody answers", {
        "-[NSObject doesNot*": "-[NSObject doesNotRecognizeSelector:]",
        "+[NSObject doesNot*": "+[NSObject doesNotRecognizeSelector:]",
        "___forwarding___": "",
        "_CF_forwarding_prep_0": "",
        "__forwarding_prep_0___": "",
        "___forwarding_prep_0___": "",
    }),
    *rules(Role.PLUMBING, "a call that is made from an object", {
        "__invoking___": "",
        "-[NSInvocation *": "-[NSInvocation invoke]",
        "-[NSObject performSelector:*": "-[NSObject performSelector:withObject:]",
    }),
)  # fmt: skip

_MEMORY = rules(Role.RUNTIME, "memory management, which any code may enter", {
    "objc_msgSend*": "objc_msgSendSuper2",
    "_objc_msgSend*": "_objc_msgSend_uncached",
    "lookUpImpOrForward": "",
    "objc_retain*": "objc_retainAutoreleasedReturnValue",
    "objc_release*": "objc_release_x19",
    "objc_store*": "objc_storeStrong",
    "objc_load*": "objc_loadWeakRetained",
    "objc_destructInstance*": "objc_destructInstance",
    "objc_autorelease*": "objc_autoreleasePoolPop",
    "objc_object::*": "objc_object::sidetable_release",
    "object_dispose": "",
    "_objc_rootDealloc": "",
    "_objc_rootRelease": "",
    "object_cxxDestruct*": "object_cxxDestructFromClass",
    "AutoreleasePoolPage*": "AutoreleasePoolPage::releaseUntil",
    "(anonymous namespace)::AutoreleasePoolPage*": (
        "(anonymous namespace)::AutoreleasePoolPage::pop"
    ),
    "_CFAutoreleasePoolPop": "",
    "CFRelease": "",
    "CFRetain": "",
    "_CFRelease": "",
    "_CFRetain": "",
    "_Block_*": "_Block_release",
    "malloc*": "malloc_error_break",
    "_malloc*": "_malloc_zone_malloc",
    "calloc": "",
    "realloc": "",
    "free*": "free_tiny",
    "xzm_*": "xzm_malloc_zone_free",
    "_xzm_*": "_xzm_xzone_malloc_freelist_outlined",
    "mfm_*": "mfm_alloc",
    "szone_*": "szone_free_definite_size",
    "nanov2_*": "nanov2_guard_corruption_detected",
    "nano_*": "nano_free",
    "tiny_*": "tiny_malloc_from_free_list",
    "small_*": "small_free_list_remove_ptr",
    "operator new*": "operator new",
    "operator delete*": "operator delete",
    "_platform_mem*": "_platform_memmove",
    "_platform_str*": "_platform_strlen",
})  # fmt: skip

_STARTS = rules(Role.PLUMBING, "every program or thread starts here", {
    "start_sim": "",
    "_start": "",
    "dyld*": "dyld4::prepare",
    "_dyld*": "_dyld_start",
    "thread_start": "",
    "start_wqthread": "",
    "_pthread_*": "_pthread_wqthread",
    "__NSThread__*": "__NSThread__start__",
    "UIApplicationMain*": "UIApplicationMain(_:_:_:_:)",
    "NSApplicationMain": "",
    "NSExtensionMain": "",
    "runApp(_:)": "",
})  # fmt: skip

_QUEUES = rules(Role.PLUMBING, "a queue runs its work here", {
    "_dispatch_*": "_dispatch_client_callout",
    "dispatch_*": "dispatch_sync",
    "__DISPATCH*": "__DISPATCH_WAIT_FOR_QUEUE__",
    "__NSBLOCKOPERATION_*": "__NSBLOCKOPERATION_IS_CALLING_OUT_TO_A_BLOCK__",
    "__NSOPERATION*": "__NSOPERATION_IS_INVOKING_MAIN__",
    "__NSOQSchedule*": "__NSOQSchedule_f",
    "-[NSBlockOperation main]": "",
    "-[NSOperation start]": "",
    "completeTaskWithClosure*": "completeTaskWithClosure",
})  # fmt: skip

_LOOPS = rules(Role.PLUMBING, "a run loop waits and calls out here", {
    "CFRunLoop*": "CFRunLoopRunSpecific",
    "_CFRunLoop*": "_CFRunLoopRunSpecificWithOptions",
    "__CFRunLoop*": "__CFRunLoopDoSource0",
    "__CFRUNLOOP_IS_*": "__CFRUNLOOP_IS_CALLING_OUT_TO_A_BLOCK__",
    "__CFNOTIFICATIONCENTER_IS_*": "__CFNOTIFICATIONCENTER_IS_CALLING_OUT_TO_AN_OBSERVER__",
    "-[NSRunLoop *": "-[NSRunLoop runMode:beforeDate:]",
    "RunCurrentEventLoopInMode": "",
    "ReceiveNextEvent*": "ReceiveNextEventCommon",
    "_BlockUntilNextEvent*": "_BlockUntilNextEventMatchingListInModeWithFilter",
    "_DPSNextEvent": "",
    "_DPSBlockUntilNextEventMatchingListInMode": "",
    "-[NSApplication _nextEvent*": (
        "-[NSApplication _nextEventMatchingEventMask:untilDate:inMode:dequeue:]"
    ),
    "GSEventRunModal*": "GSEventRunModal",
    "mach_msg*": "mach_msg2_trap",
    "-[UIApplication _run]": "",
    "-[NSApplication run]": "",
})  # fmt: skip

_SCENES = rules(Role.PLUMBING, "how the system brings up a scene of any app", {
    "FrontBoardServices!*": "FrontBoardServices!-[FBSScene updateSettings:]",
    "BoardServices!*": "BoardServices!BSServiceMainRunLoopSourceHandler",
    "__BSSERVICEMAINRUNLOOPQUEUE_IS_*": (
        "__BSSERVICEMAINRUNLOOPQUEUE_IS_CALLING_OUT_TO_A_BLOCK__"
    ),
    "-[UIApplication _call*": (
        "-[UIApplication _callInitializationDelegatesWithActions:forScene:payload:"
        "fromOriginatingProcess:]"
    ),
    "-[UIApplication _handleDelegateCallbacks*": (
        "-[UIApplication _handleDelegateCallbacksWithOptions:isSuspended:restoreState:]"
    ),
    "-[UIApplication _runWithMainScene:*": (
        "-[UIApplication _runWithMainScene:transitionContext:completion:]"
    ),
    "-[UIApplication _connectUIScene*": (
        "-[UIApplication _connectUISceneFromFBSScene:transitionContext:]"
    ),
    "-[UIApplication workspace:*": (
        "-[UIApplication workspace:didCreateScene:withTransitionContext:completion:]"
    ),
    "-[UIApplicationSceneClientAgent *": (
        "-[UIApplicationSceneClientAgent scene:didInitializeWithEvent:completion:]"
    ),
    "*[UIScene _*": (
        "+[UIScene _sceneForFBSScene:create:withSession:connectionOptions:]"
    ),
    "-[UIScene scene:*": "-[UIScene scene:didUpdateWithDiff:transitionContext:completion:]",
    "_UIScene*": "_UIScenePerformActionsWithLifecycleActionMask",
    "-[_UIScene*": (
        "-[_UISceneLifecycleMultiplexer completeApplicationLaunchWithFBSScene:transitionContext:]"
    ),
    "-[_UIWindowSceneFBSScene*": (
        "-[_UIWindowSceneFBSSceneTransitionContextDrivenLifecycleSettingsDiffAction _perform]"
    ),
    "+[BSAnimationSettings *": (
        "+[BSAnimationSettings tryAnimatingWithSettings:fromCurrentState:actions:completion:]"
    ),
})  # fmt: skip

_EVENTS = rules(Role.PLUMBING, "how the system delivers an event to any app", {
    "-[UIApplication sendEvent:]": "",
    "-[UIApplication sendAction:*": "-[UIApplication sendAction:to:from:forEvent:]",
    "-[UIWindow sendEvent:]": "",
    "-[UIWindow _send*": "-[UIWindow _sendTouchesForEvent:]",
    "-[UIControl sendAction:*": "-[UIControl sendAction:to:forEvent:]",
    "-[UIControl _sendActions*": "-[UIControl _sendActionsForEvents:withEvent:]",
    "__dispatchPreprocessedEventFromEventQueue": "",
    "__processEventQueue": "",
    "__handleEventQueueInternal": "",
    "updateCycleEntry": "",
    "_UIUpdateSequenceRun*": "_UIUpdateSequenceRunNext",
    "schedulerStepScheduledMainSection*": "schedulerStepScheduledMainSectionContinue",
    "-[NSApplication sendEvent:]": "",
    "-[NSApplication _handleEvent:]": "",
    "-[NSApplication sendAction:to:from:]": "",
    "-[NSWindow sendEvent:]": "",
})  # fmt: skip

SYSTEM: tuple[Rule, ...] = (
    *_CHECKS, *_ENDS, *_ABORTS, *_THROWS, *_FORWARDS, *_MEMORY, *_STARTS, *_QUEUES, *_LOOPS,
    *_SCENES, *_EVENTS,
)  # fmt: skip
"""Rules for frames of Apple's images."""
