from bridge.crash.own import entry, own
from bridge.crash.rules import SHIPPED, Role
from bridge.crash.sight import Seen, seen
from bridge.model import Frame


def stack(*names: str | None, far: frozenset[str] = frozenset()) -> tuple[Frame, ...]:
    """Frames of the app; a name with `!` is of that system image."""
    frames: list[Frame] = []
    for index, name in enumerate(names):
        image, _, symbol = (name or "").rpartition("!")
        frames.append(
            Frame(
                index=index,
                image=image or "Sunrise",
                symbol=symbol or None,
                symbol_offset=0x9000 if symbol in far else 8,
                offset=0x1000 * (index + 1),
                image_uuid="ab" * 16,
                in_app=not image,
            )
        )
    return tuple(frames)


def names(views: tuple[Seen, ...]) -> list[str]:
    return [view.name or view.word for view in views]


def test_what_a_crash_handler_did_is_passed_over() -> None:
    views = seen(
        stack(
            "libsystem_kernel.dylib!__pthread_kill",
            "Reporter.write()",
            "libsystem_platform.dylib!_sigtramp",
            "Cart.total",
            "Cart.body",
        )
    )

    assert names(own(views)) == ["Cart.total", "Cart.body"]
    assert views[1].why.startswith("above _sigtramp: a signal handler")


def test_the_deepest_handler_counts() -> None:
    views = seen(
        stack(
            "libc++abi.dylib!abort_message",
            "TerminateHandler.run()",
            "libc++abi.dylib!std::__terminate(void (*)())",
            "libobjc.A.dylib!objc_exception_throw",
            "Cart.total",
        )
    )

    assert names(own(views)) == ["Cart.total"]


def test_a_handler_with_nothing_below_hides_nothing() -> None:
    views = seen(stack("Cart.total", "libsystem_platform.dylib!_sigtramp"))

    assert names(own(views)) == ["Cart.total"]


def test_wrappers_count_where_there_is_nothing_else() -> None:
    script = stack(
        "libobjc.A.dylib!__exceptionPreprocess",
        "libobjc.A.dylib!objc_exception_throw",
        "RCTFatal",
        "-[RCTExceptionsManager reportException:]",
        "CoreFoundation!__invoking___",
    )
    delivered = stack("UIKitCore!-[UIView draw]", "-[MyApplication sendEvent:]", "main")

    assert names(own(seen(script))) == ["RCTFatal", "-[RCTExceptionsManager reportException:]"]
    assert own(seen(delivered)) == ()


def test_named_wrappers_stand_before_places_without_names_below_them() -> None:
    assert names(own(seen(stack("RCTFatal", None)))) == ["RCTFatal"]
    assert names(own(seen(stack(None, "RCTFatal")))) == ["u:Sunrise!abababab+1000"]


def test_a_name_far_away_is_somebody_elses() -> None:
    views = seen(stack("exported_function", far=frozenset({"exported_function"})))

    assert views[0].role is Role.BARE
    assert views[0].name is None


def test_the_entry_is_the_public_function_nearest_above() -> None:
    views = seen(
        stack("UIKitCore!_private", "UIKitCore!-[A b]", "UIKitCore!_other", "Cart.total"), SHIPPED
    )
    above = entry(views, own(views)[0])

    assert above is not None
    assert above.name == "-[A b]"
