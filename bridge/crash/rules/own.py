"""Rules for frames of the app's own images, before those for any image (`everywhere.py`)."""

from bridge.crash.rules.rule import Role, Rule, rules

_REPORTS = "a crash reporter's own code"
_FORWARDS = "a bridge between languages, which every call crosses"
_STANDARD = "standard library code, compiled into the app"
_RUST = "Rust's machinery for a panic, or a call through it"
_KOTLIN = "Kotlin's machinery for an exception that nobody caught"
_DELIVERS = "an override or swizzle that every event goes through"

_REPORTERS = rules(Role.WRAPPER, _REPORTS, {
    "sentrycrash*": "sentrycrashcm_handleException",
    "*[Sentry*": "-[SentryCrashExceptionApplication reportException:]",
    "SentryCrash*": "SentryCrashExceptionApplication.reportException(_:)",
    "bsg_*": "bsg_kscrash_handleException",
    "*[Bugsnag*": "-[BugsnagClient notifyInternal:block:]",
    "FIRCLS*": "FIRCLSTerminateHandler",
    "CLSProcess*": "CLSProcessGetTaskInfo",
    "CLSTerminateHandler*": "CLSTerminateHandler",
    "*[DDCrash*": "-[DDCrashReporter handle:]",
    "ksmc_*": "ksmc_suspendEnvironment",
    "kscrash*": "kscrashcm_handleException",
    "KSCrash*": "KSCrashMonitor_handle",
    "CPPExceptionTerminate*": "CPPExceptionTerminate",
    "uncaught_exception_handler*": "uncaught_exception_handler",
    "plcrash_*": "plcrash_signal_handler",
    "*[PLCrash*": "-[PLCrashReporter generateLiveReport]",
    "*[MSAC*": "-[MSACCrashes handle]",
    "*[NRMA*": "+[NRMAExceptionHandler recordHandledException:]",
    "google_breakpad::*": "google_breakpad::ExceptionHandler::HandleSignal",
    "crashpad::*": "crashpad::CrashpadClient::DumpWithoutCrash",
})  # fmt: skip
"""Crash reporters hook handlers, so that their frames stand above the code that failed."""

_SCRIPTS = rules(Role.WRAPPER, "a script's error, passed on by the framework it runs in", {
    "RCTFatal": "",
    "RCTFatalException": "",
    "RCTGetFatalHandler": "",
    "RCTGetFatalExceptionHandler": "",
    "*[RCTExceptionsManager *": (
        "-[RCTExceptionsManager reportFatal:stack:exceptionId:extraDataAsJSON:]"
    ),
    "ErrorRecovery.*": "ErrorRecovery.crash()",
    "StartupProcedure.throwException(_:)": "",
    "ErrorRecoveryDelegate.throwException(_:)": "",
    "*[CAPBridge *": "-[CAPBridge handleJSCall:]",
    "CapacitorBridge.*": "CapacitorBridge.handleJSCall(call:)",
    "*[CDVCommandQueue *": "-[CDVCommandQueue execute:]",
})  # fmt: skip

_FORWARDERS = rules(Role.WRAPPER, _FORWARDS, {
    # React Native's calls from JavaScript and back.
    "*[RCTModuleMethod invoke*": "-[RCTModuleMethod invokeWithBridge:module:arguments:]",
    "*[RCTCxxBridge *": "+[RCTCxxBridge runRunLoop]",
    "*[RCTJSThreadManager *": "+[RCTJSThreadManager runRunLoop]",
    "facebook::react::invokeInner": "",
    "facebook::react::RCTNativeModule::*": "facebook::react::RCTNativeModule::invoke",
    "facebook::react::ObjCTurboModule::*": (
        "facebook::react::ObjCTurboModule::performVoidMethodInvocation"
    ),
    "facebook::react::TurboModule::*": "facebook::react::TurboModule::get",
    "facebook::react::RuntimeScheduler*": "facebook::react::RuntimeScheduler_Modern::runEventLoop",
    "facebook::react::RCTMessageThread::*": "facebook::react::RCTMessageThread::tryFunc",
    "facebook::react::tryAndReturnError": "",
    "facebook::react::Instance::*": "facebook::react::Instance::callJSFunction",
    "facebook::react::ReactInstance::*": "facebook::react::ReactInstance::callFunctionOnModule",
    "facebook::react::JSIExecutor::*": "facebook::react::JSIExecutor::invokeCallback",
    "facebook::react::NativeToJsBridge::*": "facebook::react::NativeToJsBridge::runOnExecutorQueue",
    "facebook::react::JsToNativeBridge::*": "facebook::react::JsToNativeBridge::callNativeModules",
    "facebook::react::ModuleRegistry::*": "facebook::react::ModuleRegistry::callNativeMethod",
    "facebook::jsi::*": "facebook::jsi::Function::call",
    "facebook::hermes::*": "facebook::hermes::HermesRuntimeImpl::call",
    "hermes::vm::Interpreter::interpretFunction": "",
    "hermes::vm::Runtime::interpretFunctionImpl": "",
    "hermes::vm::Runtime::drainJobs": "",
    "hermes::vm::JSFunction::_callImpl": "",
    "hermes::vm::BoundFunction::*": "hermes::vm::BoundFunction::_boundCall",
    "hermes::vm::NativeFunction::_nativeCall": "",
    "hermes::vm::Callable::*": "hermes::vm::Callable::executeCall0",
    "hermes::vm::Interpreter::implCall*": "hermes::vm::Interpreter::implCallBuiltin",
    "hermes::vm::Interpreter::handleCallSlowPath": "",
    # Flutter's loops and messages, .NET's and Unity's calls into compiled code.
    "fml::MessageLoop*": "fml::MessageLoopImpl::FlushTasks",
    "fml::Thread*": "fml::ThreadHandle::ThreadHandle",
    "fml::ConcurrentMessageLoop::*": "fml::ConcurrentMessageLoop::WorkerMain",
    "xamarin_*": "xamarin_process_managed_exception",
    "mono_*": "mono_handle_native_crash",
    "wrapper_runtime_invoke*": (
        "wrapper_runtime_invoke_object_runtime_invoke_dynamic_intptr_intptr_intptr_intptr"
    ),
    "wrapper_managed_to_native_*": "wrapper_managed_to_native_UIKit_UIApplicationMain",
    "wrapper_native_to_managed_*": "wrapper_native_to_managed_Foundation_NSAction_Apply",
    "UIKit_UIKitSynchronizationContext_*": "UIKit_UIKitSynchronizationContext__c_Post_b__0",
    "UIKit_UIApplication_Main*": "UIKit_UIApplication_Main_string___System_Type_System_Type",
    "Foundation_NSAsync*": "Foundation_NSAsyncSynchronizationContextDispatcher_Apply",
    "throw_exception": "",
    "System_Runtime_ExceptionServices_*": (
        "System_Runtime_ExceptionServices_ExceptionDispatchInfo_Throw"
    ),
    "System_Runtime_CompilerServices_AsyncMethodBuilderCore_*": (
        "System_Runtime_CompilerServices_AsyncMethodBuilderCore__c__ThrowAsyncb__6_0"
    ),
    "il2cpp_*": "il2cpp_codegen_raise_exception",
    "il2cpp::*": "il2cpp::vm::Exception::Raise",
    "RuntimeInvoker_*": "RuntimeInvoker_TrueVoid_t1185182177",
    "UnityPlayerLoop": "",
    "UnityRepaint": "",
    "*[UnityAppController *isplayLink*": "-[UnityAppController repaintDisplayLink]",
    "Kotlin_*": "Kotlin_ObjCExport_AbstractMethodCalled",
    "kotlin::*": "kotlin::ProcessUnhandledException",
    "konan::*": "konan::abort",
})  # fmt: skip

_RUNTIMES = (
    *rules(Role.RUNTIME, _KOTLIN, {
        "*terminateWithUnhandledException*": (
            "(anonymous namespace)::terminateWithUnhandledException"
        ),
        "*processUnhandledException*": "(anonymous namespace)::processUnhandledException",
        "ThrowException": "",
        "ThrowIllegalStateException": "",
        "ThrowNullPointerException": "",
        "ThrowArrayIndexOutOfBoundsException": "",
        "kfun:kotlin.Throwable#*": "kfun:kotlin.Throwable#<init>(kotlin.String?){}",
        "kfun:kotlin#error*": "kfun:kotlin#error(kotlin.Any){}kotlin.Nothing",
    }),
    *rules(Role.RUNTIME, _RUST, {
        "core::*": "core::panicking::panic_fmt",
        "alloc::*": "alloc::boxed::Box::call_once",
        "rust_panic*": "rust_panic_with_hook",
        "rust_begin_unwind": "",
        "__rust_*": "__rust_start_panic",
        "panic_abort::*": "panic_abort::__rust_start_panic",
    }),
    *rules(Role.RUNTIME, _STANDARD, {
        "std::*": "std::__1::vector::at",
        "__gnu_cxx::*": "__gnu_cxx::__verbose_terminate_handler",
        "folly::*": "folly::dynamic::at",
        "boost::*": "boost::throw_exception",
        "Array.subscript.*": "Array.subscript.getter",
        "Array._*": "Array._checkSubscript(_:wasNativeTypeChecked:)",
        "Array.remove(at:)": "",
        "Array.insert(_:at:)": "",
        "Array.append(_:)": "",
        "Array.replaceSubrange(_:with:)": "",
        "Array.reserveCapacity(_:)": "",
        "ArraySlice.subscript.*": "ArraySlice.subscript.getter",
        "ContiguousArray.subscript.*": "ContiguousArray.subscript.getter",
        "Dictionary.subscript.*": "Dictionary.subscript.getter",
        "Dictionary._Variant.*": "Dictionary._Variant.setValue(_:forKey:)",
        "Dictionary.init(uniqueKeysWithValues:)": "",
        "Set._Variant.*": "Set._Variant.insert(_:)",
        "Range.init(uncheckedBounds:)": "",
        "ClosedRange.init(uncheckedBounds:)": "",
        "Optional.unsafelyUnwrapped.getter": "",
        "_ArrayBuffer.*": "_ArrayBuffer.getElement(_:wasNativeTypeChecked:)",
        "_ContiguousArrayBuffer.*": "_ContiguousArrayBuffer.subscript.getter",
        "_NativeDictionary.*": "_NativeDictionary.copyAndResize(capacity:)",
        "_NativeSet.*": "_NativeSet.insertNew(_:at:isUnique:)",
        "_StringGuts.*": "_StringGuts.append(_:)",
        "UnsafePointer.*": "UnsafePointer.pointee.getter",
        "UnsafeMutablePointer.*": "UnsafeMutablePointer.initialize(from:count:)",
        "UnsafeBufferPointer.*": "UnsafeBufferPointer.subscript.getter",
        "UnsafeMutableBufferPointer.*": "UnsafeMutableBufferPointer.subscript.getter",
        "withUnsafe*": "withUnsafeBytes(of:_:)",
        "MainActor.run*": "MainActor.run(resultType:body:)",
        "MainActor.assumeIsolated*": "MainActor.assumeIsolated(_:file:line:)",
        "withCheckedContinuation*": "withCheckedContinuation(isolation:function:_:)",
        "withCheckedThrowingContinuation*": (
            "withCheckedThrowingContinuation(isolation:function:_:)"
        ),
        "CheckedContinuation.*": "CheckedContinuation.resume(returning:)",
        "Collection.map(_:)": "",
        "Sequence.map(_:)": "",
        "Sequence.compactMap(_:)": "",
        "Sequence.flatMap(_:)": "",
        "Sequence.filter(_:)": "",
        "Sequence.reduce(_:_:)": "",
        "Sequence.forEach(_:)": "",
        "Sequence.sorted(by:)": "",
        "Sequence.first(where:)": "",
        "MutableCollection.sort(by:)": "",
    }),
)  # fmt: skip
"""Languages' own machinery and libraries, specialised or inlined into the app."""

_EVENTS = rules(Role.WRAPPER, _DELIVERS, {
    "*[* sendEvent:]": "-[SunriseApplication sendEvent:]",
    "*[* sendAction:to:from:forEvent:]": "-[SunriseApplication sendAction:to:from:forEvent:]",
    "*[* sendAction:to:forEvent:]": "-[UIControl sendAction:to:forEvent:]",
    "*.sendEvent(_:)": "SunriseWindow.sendEvent(_:)",
    "*.sendAction(_:to:from:for:)": "SunriseApplication.sendAction(_:to:from:for:)",
    "*[* reportException:]": "-[SunriseApplication reportException:]",
    "*[* swizzled*": "-[UIViewController swizzled_viewWillAppear:]",
    "*[* swizzle_*": "-[UIViewController swizzle_viewDidAppear:]",
    "*[* fb_*": "-[UIWindow fb_sendEvent:]",
})  # fmt: skip

OWN: tuple[Rule, ...] = (*_REPORTERS, *_SCRIPTS, *_FORWARDERS, *_RUNTIMES, *_EVENTS)
"""Rules for frames of the app's own images."""

WRAPPER_IMAGES: dict[str, str] = {
    "Sentry": _REPORTS,
    "SentrySwift": _REPORTS,
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
