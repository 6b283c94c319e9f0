"""The bugs of the made-up app Sunrise: what each one's crash logs have in common.

Names of closures, and the compiler's own notes about a function (`specialized`, `@objc`, the
number of a resumed part), differ between reports of one bug as they do between real builds.
"""

from dataclasses import dataclass

from bridge.simulators.samples import stacks
from bridge.simulators.samples.stacks import Call, bare, ours, theirs, under

_SWIFT, _TASKS = "libswiftCore.dylib", "libswift_Concurrency.dylib"
_OBJC, _DISPATCH = "libobjc.A.dylib", "libdispatch.dylib"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """One mistake in the app."""

    name: str
    exception: str
    signal: str
    termination: tuple[str, int, str]
    """Namespace, code, and in words what happened."""
    stack: tuple[Call, ...]
    """The crashed thread."""
    thrown: tuple[Call, ...] | None = None
    """The last exception backtrace."""
    subtype: str | None = None
    fault: int | None = None
    """The address that was touched; None where the exception isn't about memory."""
    information: tuple[str, ...] = ()
    """Application-specific information."""
    reasons: tuple[str, ...] = ()
    """The system's own words for why it ended the app."""
    on_main: bool = True
    queue: str | None = "com.apple.main-thread"


_TRAP = ("SIGNAL", 5, "Trace/BPT trap: 5")
_ABORT = ("SIGNAL", 6, "Abort trap: 6")
_SEGV = ("SIGNAL", 11, "Segmentation fault: 11")

CART_TOTAL = Bug(
    name="cart-total-out-of-range",
    exception="EXC_BREAKPOINT",
    signal="SIGTRAP",
    termination=_TRAP,
    information=("Swift/ContiguousArrayBuffer.swift:675: Fatal error: Index out of range",),
    stack=under(
        theirs(_SWIFT, "_assertionFailure(_:_:file:line:flags:)", into=176),
        theirs(_SWIFT, "_ContiguousArrayBuffer._checkValidSubscript(_:)", into=92),
        ours("CartView.total.getter", "specialized CartView.total.getter",
             file="CartView.swift", line=88, into=312),
        ours("closure #1 in CartView.summary.getter", "closure #2 in CartView.summary.getter",
             file="CartView.swift", line=61),
        ours("CartView.body.getter", file="CartView.swift", line=34, into=540),
        ours("protocol witness for View.body.getter in conformance CartView",
             file="<compiler-generated>", line=0, into=12),
        tail=stacks.VIEW_GRAPH,
    ),
)  # fmt: skip

LOGIN_TOKEN = Bug(
    name="login-token-missing",
    exception="EXC_BREAKPOINT",
    signal="SIGTRAP",
    termination=_TRAP,
    information=(
        ("Sunrise/SessionStore.swift:57: Fatal error: "
        "Unexpectedly found nil while unwrapping an Optional value"),
    ),
    on_main=False,
    queue="com.apple.root.user-initiated-qos.cooperative",
    stack=under(
        theirs(_SWIFT, "_assertionFailure(_:_:file:line:flags:)", into=176),
        ours("SessionStore.refreshToken()", file="SessionStore.swift", line=57, into=404),
        ours("(1) await resume partial function for LoginModel.signIn(email:password:)",
             "(2) await resume partial function for LoginModel.signIn(email:password:)",
             file="LoginModel.swift", line=42),
        ours("(1) await resume partial function for closure #1 in LoginView.submit()",
             "(1) await resume partial function for closure #2 in LoginView.submit()",
             file="LoginView.swift", line=119, into=1),
        tail=stacks.TASK,
    ),
)  # fmt: skip

PRICE_KIND = Bug(
    name="price-kind-unknown",
    exception="EXC_BREAKPOINT",
    signal="SIGTRAP",
    termination=_TRAP,
    information=("Sunrise/PriceFormatter.swift:31: Fatal error: a price of no known kind",),
    stack=under(
        theirs(_SWIFT, "_assertionFailure(_:_:file:line:flags:)", into=248),
        ours("PriceFormatter.string(for:in:)", file="PriceFormatter.swift", line=31, into=764),
        ours("ProductCell.configure(with:)", "merged ProductCell.configure(with:)",
             file="ProductCell.swift", line=73),
        ours("CatalogController.collectionView(_:cellForItemAt:)",
             file="CatalogController.swift", line=140, into=288),
        ours("@objc CatalogController.collectionView(_:cellForItemAt:)",
             file="<compiler-generated>", line=0, into=164),
        theirs("UIKitCore", "-[UICollectionView _createPreparedCellForItemAtIndexPath:"
               "withLayoutAttributes:applyAttributes:isFocused:notify:]", into=1452),
        theirs("UIKitCore", "-[UICollectionView layoutSubviews]", into=340),
        tail=stacks.LAYOUT,
    ),
)  # fmt: skip

STORE_PIN = Bug(
    name="store-pin-null-name",
    exception="EXC_CRASH",
    signal="SIGABRT",
    termination=_ABORT,
    information=(
        ("*** Terminating app due to uncaught exception 'NSInvalidArgumentException', reason: "
        "'-[NSNull length]: unrecognized selector sent to instance 0x1f4a0c8d0'"),
    ),
    stack=under(*stacks.ABORT, tail=stacks.MAIN_QUEUE[2:]),
    thrown=under(
        theirs("CoreFoundation", "__exceptionPreprocess", into=164),
        theirs(_OBJC, "objc_exception_throw", into=88, file="objc-exception.mm", line=356),
        theirs("CoreFoundation", "-[NSObject(NSObject) doesNotRecognizeSelector:]", into=360),
        theirs("CoreFoundation", "___forwarding___", into=1564),
        theirs("CoreFoundation", "_CF_forwarding_prep_0", into=96),
        ours("StoreMapController.title(of:)", file="StoreMapController.swift", line=96, into=220),
        ours("StoreMapController.mapView(_:viewFor:)",
             file="StoreMapController.swift", line=81, into=348),
        ours("@objc StoreMapController.mapView(_:viewFor:)",
             file="<compiler-generated>", line=0, into=80),
        theirs("MapKit", "-[MKMapView annotationManager:representationForAnnotation:]", into=280),
        theirs("MapKit", "-[MKAnnotationManager _addRepresentationForAnnotation:]", into=344),
        tail=stacks.MAIN_QUEUE,
    ),
)  # fmt: skip

IMAGE_CACHE = Bug(
    name="image-cache-used-after-free",
    exception="EXC_BAD_ACCESS",
    signal="SIGSEGV",
    termination=_SEGV,
    subtype="KERN_INVALID_ADDRESS",
    fault=0x2C95853A8,
    on_main=False,
    queue="com.example.sunrise.images",
    stack=under(
        theirs(_OBJC, "objc_retain_x0", "objc_msgSend", "objc_release", into=16),
        ours("ImageCache.evict(olderThan:)", file="ImageCache.swift", line=133, into=596),
        ours("closure #1 in ImageCache.store(_:for:)", "closure #3 in ImageCache.store(_:for:)",
             file="ImageCache.swift", line=58, into=88),
        ours("thunk for @escaping @callee_guaranteed () -> ()",
             file="<compiler-generated>", line=0, into=28),
        tail=stacks.BACKGROUND_QUEUE,
    ),
)  # fmt: skip

LAUNCH_HANG = Bug(
    name="launch-waits-for-migration",
    exception="EXC_CRASH",
    signal="SIGKILL",
    termination=("FRONTBOARD", 0x8BADF00D, "scene-create"),
    reasons=(
        ("<RBSTerminateContext| domain:10 code:0x8BADF00D explanation:scene-create watchdog "
        "transgression: app<{bundle}({uuid})>:{pid} exhausted real (wall clock) time allowance "
        "of 19.{turn:02d} seconds"),
        "ProcessVisibility: Foreground",
        "ProcessState: Running",
        "WatchdogEvent: scene-create",
        "WatchdogVisibility: Foreground",
        "WatchdogCPUStatistics: (",
        '"Elapsed total CPU time (seconds): 22.0{turn} (user 14.090, system 7.950), 19% CPU",',
        '"Elapsed application CPU time (seconds): 5.1{turn}, 4% CPU"',
        ") reportType:CrashLog maxTerminationResistance:Interactive>",
    ),
    stack=under(
        theirs("libsystem_kernel.dylib", "semaphore_wait_trap", into=8),
        theirs(_DISPATCH, "_dispatch_sema4_wait", into=28),
        theirs(_DISPATCH, "_dispatch_semaphore_wait_slow", into=132),
        ours("OrderDatabase.migrate(to:)", file="OrderDatabase.swift", line=212, into=1180),
        ours("OrderDatabase.open()", file="OrderDatabase.swift", line=47),
        ours("AppDelegate.application(_:didFinishLaunchingWithOptions:)",
             file="AppDelegate.swift", line=26, into=264),
        ours("@objc AppDelegate.application(_:didFinishLaunchingWithOptions:)",
             file="<compiler-generated>", line=0, into=120),
        theirs("UIKitCore", "-[UIApplication _handleDelegateCallbacksWithOptions:"
               "isSuspended:restoreState:]", into=320),
        theirs("UIKitCore", "-[UIApplication _callInitializationDelegatesWithActions:"
               "forCanvas:payload:fromOriginatingProcess:]", into=2988),
        theirs("FrontBoardServices", "-[FBSScene _callOutQueue_didCreateWithTransactionContext:"
               "completion:]", into=412),
        tail=stacks.MAIN_QUEUE,
    ),
)  # fmt: skip

MONEY_OVERFLOW = Bug(
    name="money-overflow",
    exception="EXC_BREAKPOINT",
    signal="SIGTRAP",
    termination=_TRAP,
    information=("PaymentKit/Money.swift:44: Fatal error: arithmetic overflow",),
    stack=under(
        ours("Money.adding(_:)", file="Money.swift", line=44, image="PaymentKit", into=204),
        ours("closure #1 in CheckoutSession.sum()", "closure #2 in CheckoutSession.sum()",
             file="CheckoutSession.swift", line=66, image="PaymentKit", into=72),
        ours("CheckoutSession.sum()", "specialized CheckoutSession.sum()",
             file="CheckoutSession.swift", line=65, image="PaymentKit", into=356),
        ours("CheckoutController.pay(_:)", file="CheckoutController.swift", line=118),
        ours("@objc CheckoutController.pay(_:)",
             file="<compiler-generated>", line=0, into=48),
        tail=stacks.TOUCH,
    ),
)  # fmt: skip

BARCODE_SCAN = Bug(
    name="barcode-scan-in-vendor-code",
    exception="EXC_BAD_ACCESS",
    signal="SIGSEGV",
    termination=_SEGV,
    subtype="KERN_INVALID_ADDRESS",
    fault=0x18,
    on_main=False,
    queue="com.example.sunrise.camera",
    stack=under(
        bare("ScanKit", 0x8A2F4),
        bare("ScanKit", 0x8B61C),
        bare("ScanKit", 0x1204C8),
        theirs("AVFCapture", "__74-[AVCaptureVideoDataOutput _handleRemoteQueueOperation:]"
               "_block_invoke", into=196),
        theirs("CoreMedia", "FigRemoteQueueReceiverDequeue", into=164),
        tail=stacks.BACKGROUND_QUEUE,
    ),
)  # fmt: skip

SEARCH_ISOLATION = Bug(
    name="search-off-the-main-actor",
    exception="EXC_BREAKPOINT",
    signal="SIGTRAP",
    termination=_TRAP,
    information=(
        ("BUG IN CLIENT OF LIBDISPATCH: Assertion failed: Block was expected to execute on queue "
        "[com.apple.main-thread (0x1f9c08d80)]"),
    ),
    on_main=False,
    queue="com.example.sunrise.search",
    stack=under(
        theirs(_DISPATCH, "_dispatch_assert_queue_fail", into=120, file="queue.c", line=54),
        theirs(_DISPATCH, "dispatch_assert_queue$V2.cold.1", into=116, file="queue.c", line=84),
        theirs(_DISPATCH, "dispatch_assert_queue", into=108, file="queue.c", line=81),
        theirs(_TASKS, "_swift_task_checkIsolatedSwift", into=48),
        theirs(_TASKS, "swift_task_isCurrentExecutorWithFlagsImpl(swift::SerialExecutorRef, "
               "swift::swift_task_is_current_executor_flag)", into=356),
        ours("closure #1 in SearchModel.suggestions(for:)",
             "closure #2 in SearchModel.suggestions(for:)",
             file="SearchModel.swift", line=77, into=172),
        ours("partial apply for closure #1 in SearchModel.suggestions(for:)",
             "partial apply for closure #2 in SearchModel.suggestions(for:)",
             file="<compiler-generated>", line=0, into=20),
        ours("SuggestionClient.deliver(_:)", file="SuggestionClient.swift", line=52),
        tail=stacks.BACKGROUND_QUEUE,
    ),
)  # fmt: skip

RECEIPT_RECURSION = Bug(
    name="receipt-recursion",
    exception="EXC_BAD_ACCESS",
    signal="SIGSEGV",
    termination=_SEGV,
    subtype="KERN_PROTECTION_FAILURE",
    fault=0x16D0C7FF8,
    stack=under(
        theirs("libsystem_malloc.dylib", "_xzm_xzone_malloc_tiny", "szone_malloc_should_clear"),
        theirs(_SWIFT, "swift_allocObject", into=56),
        *(ours("ReceiptNode.flattened()", file="ReceiptNode.swift", line=29, into=168),) * 480,
        ours("ReceiptExporter.export(_:)", file="ReceiptExporter.swift", line=18),
        ours("ReceiptController.share(_:)", file="ReceiptController.swift", line=64),
        tail=stacks.TOUCH,
    ),
)  # fmt: skip

COUPON_CAST = Bug(
    name="coupon-of-another-class",
    exception="EXC_CRASH",
    signal="SIGABRT",
    termination=_ABORT,
    information=("Could not cast value of type '__NSCFNumber' (0x1f2b9c0a8) to 'NSString'",),
    on_main=False,
    queue="com.example.sunrise.coupons",
    stack=under(
        *stacks.ABORT[:3],
        theirs(_SWIFT, "swift::fatalErrorv(unsigned int, char const*, char*)", into=128),
        theirs(_SWIFT, "swift::swift_dynamicCastFailure(void const*, char const*, void const*, "
               "char const*, char const*)", into=72),
        theirs(_SWIFT, "swift_dynamicCastObjCClassUnconditional", into=260),
        ours("CouponDecoder.code(in:)", file="CouponDecoder.swift", line=38, into=196),
        ours("CouponWallet.redeem(_:)", file="CouponWallet.swift", line=91, into=248),
        tail=stacks.BACKGROUND_QUEUE,
    ),
)  # fmt: skip

PHOTO_LOCK = Bug(
    name="photo-store-locked-in-background",
    exception="EXC_CRASH",
    signal="SIGKILL",
    termination=("RUNNINGBOARD", 0xDEAD10CC, "file lock held"),
    reasons=(
        ("<RBSTerminateContext| domain:15 code:0xDEAD10CC explanation:[app<{bundle}({uuid})>"
        ":{pid}] was suspended with locked system files:"),
        "/var/mobile/Containers/Shared/AppGroup/photos.sqlite not in allowed directories:",
        "reportType:CrashLog maxTerminationResistance:Absolute attrs:[] >",
    ),
    stack=under(
        theirs("libsystem_kernel.dylib", "pwrite", into=8),
        theirs("libsqlite3.dylib", "seekAndWriteFd", into=212),
        theirs("libsqlite3.dylib", "pagerWalFrames", into=1348),
        theirs("libsqlite3.dylib", "sqlite3_step", into=960),
        ours("PhotoStore.write(_:)", "specialized PhotoStore.write(_:)",
             file="PhotoStore.swift", line=154, into=432),
        ours("PhotoStore.flush()", file="PhotoStore.swift", line=120, into=88),
        ours("SceneDelegate.sceneDidEnterBackground(_:)",
             file="SceneDelegate.swift", line=58, into=140),
        ours("@objc SceneDelegate.sceneDidEnterBackground(_:)",
             file="<compiler-generated>", line=0, into=56),
        tail=stacks.MAIN_QUEUE,
    ),
)  # fmt: skip

BUGS = {
    bug.name: bug
    for bug in (
        CART_TOTAL, LOGIN_TOKEN, PRICE_KIND, STORE_PIN, IMAGE_CACHE, LAUNCH_HANG,
        MONEY_OVERFLOW, BARCODE_SCAN, SEARCH_ISOLATION, RECEIPT_RECURSION,
        COUPON_CAST, PHOTO_LOCK,
    )
}  # fmt: skip
