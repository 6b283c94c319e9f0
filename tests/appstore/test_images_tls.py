"""Over TLS the certificate is the name's, although the connection goes to a judged address."""

import datetime
import random
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bridge.appstore import AppStoreSettings
from bridge.appstore.images import Images
from bridge.errors import Transient
from bridge.model import RemoteScreenshot
from bridge.simulators.appstore import ApiKey
from tests.appstore.conftest import account_for
from tests.appstore.pictures import Bytes, picture
from tests.clock import FakeClock

NAME = "pictures.test"


def certificate(folder: Path) -> Path:
    """A certificate for the name alone, which is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "pictures.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[tuple[TestServer, Path]]:
    """A server of pictures at 127.0.0.1 whose certificate is for `pictures.test`."""
    path = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)

    async def give(_: web.Request) -> web.Response:
        return web.Response(body=picture())

    app = web.Application()
    app.router.add_get("/a", give)
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=context)
    yield server, path
    await server.close()


async def fetch(name: str, port: int, authority: Path, key: ApiKey, clock: FakeClock) -> bytes:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    settings = AppStoreSettings(
        accounts={"acme": account_for(key)},
        image_hosts=(NAME, "other.test"),
        image_allow_loopback=True,
        retry={"tries": 1},
    )
    tls = ssl.create_default_context(cafile=authority)
    images = Images(settings, clock=clock, chance=random.random, resolve=resolve, tls=tls)
    sink = Bytes()
    try:
        await images.download(RemoteScreenshot(url=f"https://{name}:{port}/a"), sink)
    finally:
        await images.aclose()
    return sink.data


async def test_a_certificate_of_the_name_is_accepted(
    host: tuple[TestServer, Path], key: ApiKey, clock: FakeClock
) -> None:
    server, authority = host
    assert server.port is not None
    assert await fetch(NAME, server.port, authority, key, clock)


async def test_a_certificate_of_another_name_is_not(
    host: tuple[TestServer, Path], key: ApiKey, clock: FakeClock
) -> None:
    server, authority = host
    assert server.port is not None
    with pytest.raises(Transient, match=r"other\.test could not be asked.*ConnectError"):
        await fetch("other.test", server.port, authority, key, clock)
