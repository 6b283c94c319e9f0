import pytest

from bridge.devices import device_name


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("iPhone17,1", "iPhone 16 Pro"),
        ("iPhone17_1", "iPhone 16 Pro"),
        ("iPhone10,4", "iPhone 8"),
        ("iPhone18,4", "iPhone Air"),
        ("iPad16,3", "iPad Pro 11-inch (M4)"),
        ("Watch7,5", "Apple Watch Ultra 2"),
        ("AppleTV14,1", "Apple TV 4K (3rd generation)"),
        ("RealityDevice14,1", "Apple Vision Pro"),
        ("Mac16,8", "MacBook Pro 14-inch (M4 Pro)"),
        ("x86_64", "Simulator"),
        ("arm64", "Simulator"),
    ],
)
def test_models_have_the_names_people_know(model: str, name: str) -> None:
    assert device_name(model) == name


@pytest.mark.parametrize("model", ["iPhone99,9", "iPhone99_9", "", "a b", "Nokia3310"])
def test_an_unknown_model_is_answered_as_it_is(model: str) -> None:
    assert device_name(model) == model
