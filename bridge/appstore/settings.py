"""The table `app_store_connect` of the configuration, and how an app is named to this room."""

import ipaddress
import re
from dataclasses import dataclass

import httpx
from pydantic import Field, field_validator

from bridge.settings import Duration, Secret, Settings, Size

_HOST = re.compile(rb"[A-Za-z0-9.:-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppId:
    """One app, as the configuration names it and as App Store Connect does."""

    name: str
    app_id: str
    bundle_id: str | None = None


class Account(Settings):
    """An API key of a developer team, or of one person in it."""

    issuer_id: str | None = None
    """The team's issuer id; left out for an individual key."""
    key_id: str = Field(min_length=1)
    """The key's id, as in the name of its file: AuthKey_KEYID.p8."""
    private_key: Secret
    """The .p8 file's text; literal \\n and base64 of the text are understood too."""


class RetrySettings(Settings):
    """How often and how patiently a request is sent again."""

    tries: int = Field(default=4, ge=1)
    """Requests in all, the first one included."""
    first: Duration = 1.0
    """The upper bound of the first wait; it doubles with each further one."""
    cap: Duration = 60.0
    """No upper bound is higher."""


class AppStoreSettings(Settings):
    """How App Store Connect is reached."""

    accounts: dict[str, Account] = Field(min_length=1)
    """One for each developer team, by a name of your own."""
    base_url: str = "https://api.appstoreconnect.apple.com"
    """Where the API is; https, or http on this machine for a simulator."""
    image_hosts: tuple[str, ...] = ("tf-feedback.itunes.apple.com",)
    """The only hosts that screenshots are fetched from."""
    image_max_size: Size = 25_000_000
    """A larger screenshot is refused."""
    image_allow_loopback: bool = False
    """Allow screenshots from this machine, over http too; for simulators only."""
    timeout: Duration = Field(default=30.0, gt=0)
    """How long a connection, or a silence in an answer, may last."""
    retry: RetrySettings = RetrySettings()
    """Sending again after 429, 5xx and network errors."""

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        try:
            url = httpx.URL(value)
        except httpx.InvalidURL as error:
            raise ValueError("this is no URL") from error
        if url.userinfo or url.query or url.fragment or not _HOST.fullmatch(url.raw_host):
            raise ValueError("a URL of scheme, host and perhaps a path, and nothing else")
        if url.scheme != "https" and not (url.scheme == "http" and _is_this_machine(url.host)):
            raise ValueError("https is needed, since the API key's token is sent there")
        return str(url).rstrip("/")

    @field_validator("image_hosts")
    @classmethod
    def _check_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not host or any(mark in host for mark in "/@*? "):
                raise ValueError("host names alone, such as tf-feedback.itunes.apple.com")
        return tuple(host.lower().rstrip(".") for host in value)


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
