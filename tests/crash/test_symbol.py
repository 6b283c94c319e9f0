import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.crash.rules import Role
from bridge.crash.sight import classify
from bridge.crash.symbol import normal
from bridge.model import Frame


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CartView.total.getter", "App.CartView.total.getter : Swift.Int"),
        ("Cart.load(_:in:)", "App.Cart.load(Swift.Int, in: App.Store) -> Swift.Bool"),
        ("Cart.load(_:in:)", "App.Cart.load(_: [Swift.Int], in: (Foo, Bar)) async throws -> ()"),
        ("Cart.load(_:)", "specialized Cart.load(_:)"),
        ("Cart.load(_:)", "@objc Cart.load(_:)"),
        ("Cart.load(_:)", "merged static Cart.load(_:)"),
        ("Cart.load()", "dispatch thunk of Cart.load()"),
        ("Cart.load()", "(2) await resume partial function for Cart.load()"),
        ("Cart.load()", "(1) suspend resume partial function for App.Cart.load() async -> ()"),
        ("Cart.load()", "protocol witness for Loader.load() in conformance Cart"),
        ("Cart.load()", "protocol witness for App.Loader.load() in conformance App.Cart"),
        (
            "Cart.load()",
            "function signature specialization <Arg[0] = Dead> of App.Cart.load() -> ()",
        ),
        ("closure #1 in Cart.load()", "closure #3 in Cart.load()"),
        ("closure #1 in Cart.load()", "closure #2 in closure #1 in Cart.load()"),
        ("closure #1 in Cart.load()", "partial apply for implicit closure #1 in Cart.load()"),
        ("closure #1 in Cart.load()", "closure #1 @Sendable in closure #1 in Cart.load()"),
        ("closure #1 in Cart.load()", "closure #1 (Swift.Int) in App.Cart.load() -> ()"),
        ("Box<Swift.Int>.open()", "Box<App.Foo<Swift.String>>.open()"),
        ("Cart.load()", "App.(Cart in _0123456789ABCDEF0123456789ABCDEF).load() -> ()"),
        ("Array.mine()", "(extension in App):Swift.Array.mine() -> ()"),
        ("__42-[Feed load:]_block_invoke", "__42-[Feed load:]_block_invoke_2"),
        ("__42-[Feed load:]_block_invoke", "__42-[Feed load:]_block_invoke.24"),
        ("__load_block_invoke", "__load_block_invoke_3"),
        (
            "invocation function for block in a::load(int)",
            "invocation function for block in a::load",
        ),
        ("-[UIView(Gestures) removeAll]", "-[UIView+ 58752 (Gestures) removeAll]"),
        ("CA::Layer::set_bounds(CA::Rect const&, bool)", "_ZN2CA5Layer10set_boundsERKNS_4RectEb"),
        ("a::B::c(int)", "void a::B::c<int>(long)"),
        ("a::B::c(a::D<int>, unsigned long)", "a::B::c(a::D<float>, unsi..."),
        ("a::B::operator()(int) const", "a::B::operator()(long) const"),
        ("load", "load.cold.1"),
        ("load", "load.llvm.8412"),
        ("pthread_kill", "pthread_kill$VARIANT$mp"),
        ("$s3App4CartV4loadyyYaF", "$s3App4CartV4loadyyYaFTQ0_"),
        ("main", "static SunriseApp.$main()"),
        ("main", "static App.main()"),
        ("main", "specialized static UIApplicationDelegate.main()"),
        ("Cart.init(id:)", "Cart.__allocating_init(id:)"),
        ("Cart.deinit", "Cart.__deallocating_deinit"),
        ("Cart.load(_:)", "App.Cart.load(Swift.Int) -> ()"),
        ("-[UIView addSubview:]", "-[UIView(Hierarchy) addSubview:]"),
        ("shop::cart::load", "shop::cart::load::h5d17554117e8ddd6"),
        ("shop::load::{{closure}}", "shop::load::_$u7b$$u7b$closure$u7d$$u7d$::he9e40a337d00faee"),
        ("shop::load", "shop::load::hbb993e795b77e561 (.llvm.8727453075381608255)"),
        ("a::B::c(int)", "decltype(std::declval<a::B&>()()) a::B::c[abi:ne180100]<a::B>(a::B...."),
        ("a::load(int)::$_1::operator()() const", "a::load(long)::$_0::operator()()"),
        (
            "a::load(int)::'lambda'()::operator()() const",
            "a::load(b::C&)::'lambda0'()::operator()()",
        ),
        ("a::(anonymous namespace)::load(int)", "a::(anonymous namespace)::load(long)"),
        ("a::B::c", "_ZZZN1a1B1cENS_10unique_ptrINS0_9JSRuntimeENS2_14default_dele..."),
        ("Cart_Load", "Cart_Load_m0123456789ABCDEF0123456789ABCDEF01234567"),
        ("Cart.init", "App.Cart.init (App.Store)App.Cart"),
    ],
)
def test_one_function_has_one_name(one: str, other: str) -> None:
    assert normal(one, "App") is not None
    assert normal(one, "App") == normal(other, "App")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cart.load(_:in:)", "Cart.load(_:for:)"),
        ("Cart.load()", "Store.load()"),
        ("Cart.load()", "closure #1 in Cart.load()"),
        ("-[Feed load:]", "+[Feed load:]"),
        ("-[Feed load:]", "-[Feed load]"),
        ("CartView.total.getter", "CartView.total.setter"),
        ("a::b::load(int)", "a::c::load(int)"),
        ("operator<(int)", "operator>(int)"),
    ],
)
def test_different_functions_keep_different_names(one: str, other: str) -> None:
    assert normal(one, "App") != normal(other, "App")


@pytest.mark.parametrize(
    "symbol",
    [
        None,
        "",
        "???",
        "()",
        "<<<",
        "thunk for @escaping @callee_guaranteed () -> ()",
        "reabstraction thunk helper from @callee_owned () -> () to @callee_unowned () -> ()",
        "outlined copy of Cart",
        "type metadata accessor for Cart",
        "$sIeg_IeyB_TR",
        "_T0Ieg_IeyB_TR",
    ],
)
def test_what_names_no_function_has_no_name(symbol: str | None) -> None:
    assert normal(symbol, "App") is None


@given(st.text(max_size=300) | st.text(alphabet="<>()[]:,.+-_$#0 1Ein'closureofblck", max_size=300))
def test_any_text_gives_a_name_or_none_and_the_same_again(symbol: str) -> None:
    name = normal(symbol, "App")

    assert name is None or (name and name == normal(symbol, "App"))


@pytest.mark.parametrize(
    "unit",
    ["(", "<", "closure #1 in ", "specialized ", "_block_invoke", "_ZN1a", ".cold.1", "1a", "-[a ",
     "(a in _", "operator ", "protocol witness for ", "$s", "__1"],
)  # fmt: skip
def test_no_name_takes_longer_than_its_length_allows(unit: str) -> None:
    """Without a bound, the patterns would need minutes for these."""
    for text in (unit * 100_000, "_" + unit * 100_000 + "_block_invoke" + "1" * 5000 + "x"):
        normal(text, "App")


def frame(symbol: str | None, *, in_app: bool = True, **more: object) -> Frame:
    image = "Sunrise" if in_app else "UIKitCore"
    values = {"index": 1, "image": image, "in_app": in_app, "symbol": symbol} | more
    return Frame(**values)  # type: ignore[arg-type]


def test_a_frame_of_the_app_is_the_apps_whatever_system_function_it_is_named_like() -> None:
    for name in ("free_cart", "raise", "malloc_cart", "dispatch_order"):
        assert classify(frame(name))[0] is Role.APP
        assert classify(frame(name, in_app=False))[0] is not Role.APP


def test_a_closure_falls_under_its_functions_rule() -> None:
    name = "closure #1 in closure #1 in _assertionFailure(_:_:file:line:flags:)"

    assert classify(frame(name))[0] is Role.RUNTIME


def test_a_crash_reporters_framework_is_a_wrapper() -> None:
    assert classify(frame("anything", image="Sentry"))[0] is Role.WRAPPER


def test_swifts_libraries_are_runtime() -> None:
    role = classify(frame("Array.subscript", in_app=False, image="libswiftCore.dylib"))[0]

    assert role is Role.RUNTIME


def test_a_name_at_offset_zero_is_the_next_functions() -> None:
    """A call that never returns leaves an address behind its function's end."""
    assert classify(frame("basename_r", symbol_offset=0))[0] is Role.UNKNOWN
    assert classify(frame("basename_r", symbol_offset=0, index=0))[0] is Role.APP
    assert classify(frame("basename_r", symbol_offset=0, inlined=True))[0] is Role.APP
    assert classify(frame("basename_r", symbol_offset=4))[0] is Role.APP
