"""Access: who may see the operators' pages."""

import hmac
import ipaddress
from base64 import b64decode
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import Field

from bridge.settings import Duration, Secret, Settings, Size

REALM = 'Basic realm="feedback-bridge", charset="UTF-8"'


class ServerSettings(Settings):
    """Where the service listens, and who may see its pages."""

    host: str = "127.0.0.1"
    """The address to listen on; put a TLS proxy in front of anything public."""
    port: int = Field(default=8080, ge=0, le=65535)
    """The port; 0 takes a free one."""
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/?#]+[^\s?#]*$",
        examples=["https://bridge.example.com"],
    )
    """Where App Store Connect reaches the service; `webhooks register` adds /webhooks/APP."""
    admin_token: Secret | None = None
    """Opens the dashboard and the metrics, as a bearer token or as a basic password."""
    trust_loopback: bool = False
    """Whether callers from this machine need no token. A proxy makes everyone such a caller."""
    max_body: Size = 1024 * 1024
    """The largest delivery that is taken."""
    read_timeout: Duration = 15.0
    """How long a delivery's body may take."""


def allowed(request: web.Request, settings: ServerSettings) -> bool:
    """Return whether the caller may see operators' pages."""
    if settings.trust_loopback and _is_loopback(request.remote) and _asks_for_this_machine(request):
        return True
    if settings.admin_token is None:
        return False
    shown = _shown_token(request.headers.get("Authorization", ""))
    wanted = settings.admin_token.reveal()
    # A header may be any bytes, which aiohttp reads as surrogates where they are no UTF-8.
    return hmac.compare_digest(shown.encode(errors="surrogateescape"), wanted.encode())


def refuse(settings: ServerSettings) -> web.Response:
    """Return the answer for callers who may not."""
    if settings.admin_token is None:
        text = "Set server.admin_token in the configuration to open this page.\n"
        return web.Response(status=403, text=text)
    return web.Response(
        status=401,
        text="This page needs the admin token: as a bearer token, or as the password.\n",
        headers={"WWW-Authenticate": REALM},
    )


def _asks_for_this_machine(request: web.Request) -> bool:
    """Return whether the caller names this machine as one does who sits at it.

    Any web page may let its own name mean this machine (DNS rebinding); the browser here then asks
    us, but for that page's name.
    """
    try:
        host = urlsplit(f"//{request.host}").hostname
    except ValueError:
        return False
    return host == "localhost" or _is_loopback(host)


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _shown_token(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:  # not base64, not ASCII, or no text in it
        return ""
