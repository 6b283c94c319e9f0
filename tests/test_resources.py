"""The shipped folders are found in a checkout; test_packaging does the same for a wheel."""

import pytest

from bridge.resources import shipped


@pytest.mark.parametrize("name", ["templates", "config"])
def test_a_checkout_uses_its_own_folders(name: str, request: pytest.FixtureRequest) -> None:
    folder = shipped(name)  # pyright: ignore[reportArgumentType] - parametrised over the literal
    ours = request.config.rootpath / name
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in ours.iterdir())


def test_a_folder_that_is_not_there_is_said() -> None:
    with pytest.raises(FileNotFoundError, match="holds secrets/"):
        shipped("secrets")  # pyright: ignore[reportArgumentType] - that is the point
