"""The table `app_store_connect` refuses what would send a token astray."""

from typing import Any

import pytest
from pydantic import ValidationError

from bridge.appstore import Account, AppId, AppStore, AppStoreSettings
from bridge.errors import BadCredentials, Gone, Misconfigured
from bridge.settings import Secret
from bridge.simulators.appstore import ApiKey, AppStoreSimulator
from tests.appstore.conftest import account_for


def given(key: ApiKey, **table: Any) -> AppStoreSettings:
    return AppStoreSettings(accounts={"acme": account_for(key)}, **table)


def test_the_defaults_are_apples(key: ApiKey) -> None:
    found = given(key)
    assert found.base_url == "https://api.appstoreconnect.apple.com"
    assert found.image_hosts == ("tf-feedback.itunes.apple.com",)
    assert found.image_max_size == 25_000_000
    assert not found.image_allow_loopback
    assert (found.timeout, found.retry.tries, found.retry.first, found.retry.cap) == (30, 4, 1, 60)


@pytest.mark.parametrize(
    "url",
    [
        "https://asc.example.com/",
        "http://127.0.0.1:9010/appstore",
        "http://[::1]:1/x",
        "http://localhost",
    ],
)
def test_a_base_url_is_https_or_on_this_machine(url: str, key: ApiKey) -> None:
    assert given(key, base_url=url).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://asc.example.com", "http://10.0.0.1", "ftp://asc.example.com", "asc.example.com", "",
        "https://user:password@asc.example.com", "https://asc.example.com/?x=1", "https://[broken",
        "https://", "http://127.0.0.1.example.com",
    ],
)  # fmt: skip
def test_any_other_base_url_is_refused(url: str, key: ApiKey) -> None:
    with pytest.raises(ValidationError):
        given(key, base_url=url)


@pytest.mark.parametrize("host", ["https://a.example.com", "*.example.com", "a@b", "", "a b"])
def test_image_hosts_are_names_alone(host: str, key: ApiKey) -> None:
    with pytest.raises(ValidationError, match="host names alone"):
        given(key, image_hosts=[host])


def test_image_hosts_are_compared_in_lower_case(key: ApiKey) -> None:
    assert given(key, image_hosts=["TF-Feedback.Example.com."]).image_hosts == (
        "tf-feedback.example.com",
    )


@pytest.mark.parametrize(
    "table", [{"retry": {"tries": 0}}, {"timeout": 0}, {"image_max_size": "big"}, {"unknown": 1}]
)
def test_what_makes_no_sense_is_refused(table: dict[str, Any], key: ApiKey) -> None:
    with pytest.raises(ValidationError):
        given(key, **table)


def test_an_account_is_needed() -> None:
    with pytest.raises(ValidationError):
        AppStoreSettings(accounts={})


def test_a_key_in_an_error_is_not_shown(key: ApiKey) -> None:
    with pytest.raises(ValidationError) as caught:
        Account(key_id="", private_key=Secret("hunter2", source="env X"))
    assert "hunter2" not in str(caught.value)


async def test_check_tells_another_bundle_id(store: AppStore, app: AppId) -> None:
    other = AppId(name=app.name, app_id=app.app_id, bundle_id="com.example.other")
    with pytest.raises(Misconfigured, match=r"apps\.sunrise-github: .*com\.example\.other here"):
        await store.check(other)


async def test_check_tells_an_app_that_the_key_cannot_see(store: AppStore) -> None:
    with pytest.raises(Gone, match="no app 999, or the API key has no access"):
        await store.check(AppId(name="x", app_id="999"))


async def test_check_tells_a_key_that_was_revoked(
    store: AppStore, service: AppStoreSimulator, app: AppId
) -> None:
    service.revoke(service.keys.key_id)
    with pytest.raises(BadCredentials, match="was not revoked"):
        await store.check(app)
