"""Screenshots come from known hosts at public addresses, whole, and checked."""

from collections.abc import Callable, Sequence

import pytest

from bridge.appstore import AppId, AppStore
from bridge.errors import BridgeError, Refused
from bridge.simulators.appstore import ApiKey
from tests.appstore.pictures import Bytes, at, picture
from tests.appstore.scripted import Answer, serving

MakeStore = Callable[..., AppStore]
APPLE = "tf-feedback.itunes.apple.com"
QUERY = "?Expires=1&Signature=very-secret&p_sig=also-secret"


def resolving(*addresses: str) -> Callable[..., object]:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


async def refused(store: AppStore, url: str) -> BridgeError:
    with pytest.raises(Refused) as caught:
        await store.download(at(url), Bytes())
    assert "secret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_screenshot_arrives_byte_for_byte(
    kind: str, store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    data = picture(kind, 400, 600)
    found = await store.screenshot(app, shot(images=[(data, 400, 600)]))
    sink = Bytes()
    told = await store.download(found.screenshots[0], sink)
    assert sink.data == data
    assert (told.format, told.width, told.height) == (kind, 400, 600)


async def test_a_large_screenshot_is_streamed(make_store: MakeStore, key: ApiKey) -> None:
    data = picture("PNG", 1600, 1200)
    async with serving(Answer(body=data)) as script:
        sink = Bytes()
        await make_store(script.origin, key).download(at(script.origin + "/a"), sink)
    assert sink.data == data
    assert len(sink.chunks) > 1


async def test_no_token_and_no_compression_is_offered(make_store: MakeStore, key: ApiKey) -> None:
    async with serving(Answer(body=picture())) as script:
        await make_store(script.origin, key).download(at(f"{script.origin}/a{QUERY}"), Bytes())
        request = script.requests[0]
    assert "Authorization" not in request.headers
    assert "Cookie" not in request.headers
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["Host"] == script.origin.removeprefix("http://")
    assert request.query["Signature"] == "very-secret"


async def test_a_redirect_to_an_allowed_place_is_followed(
    make_store: MakeStore, key: ApiKey
) -> None:
    def away(location: str) -> Answer:
        return Answer(status=302, headers={"Location": location})

    async with serving(away("/b"), away("c?x=1"), away("/d"), Answer(body=picture())) as script:
        sink = Bytes()
        await make_store(script.origin, key).download(at(script.origin + "/a/a"), sink)
        asked = [str(request.rel_url) for request in script.requests]
    assert asked == ["/a/a", "/b", "/c?x=1", "/d"]
    assert sink.data


@pytest.mark.parametrize(
    "url",
    [
        f"http://{APPLE}/a",
        f"file://{APPLE}/etc/passwd",
        "file:///etc/passwd",
        f"ftp://{APPLE}/a",
        f"gopher://{APPLE}/a",
        "data:image/png;base64,AAAA",
        "/relative",
        "",
        f"https://user:password@{APPLE}/a",
        f"https://{APPLE}.evil.example.com/a",
        f"https://evil.example.com/{APPLE}",
        f"https://evil.example.com#@{APPLE}",
        "https://127.0.0.1/a",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/a",
        "https://localhost/a",
        "https://[broken/a",
        "https://a b/",
        "https://\x00/",
    ],
)
async def test_any_other_address_than_https_on_a_listed_host_is_refused(
    url: str, make_store: MakeStore, key: ApiKey
) -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["17.0.0.1"]

    store = make_store(
        "https://api.example.com", key,
        image_hosts=(APPLE,), image_allow_loopback=False, resolve=resolve,
    )  # fmt: skip
    await refused(store, url + ("" if "#" in url else QUERY))
    assert asked == []


INSIDE = [
    ["169.254.169.254"], ["10.0.0.8"], ["17.253.144.10", "127.0.0.1"], ["fd00::1"], ["::"],
]  # fmt: skip
THIS_MACHINE = [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"]]


@pytest.mark.parametrize(
    ("addresses", "allow_loopback"),
    [
        *((each, False) for each in INSIDE + THIS_MACHINE),
        *((each, True) for each in INSIDE),
    ],
)
async def test_a_listed_name_that_leads_inside_is_refused(
    addresses: list[str], allow_loopback: bool, make_store: MakeStore, key: ApiKey
) -> None:
    store = make_store(
        "https://api.example.com", key,
        image_hosts=(APPLE,), resolve=resolving(*addresses), image_allow_loopback=allow_loopback,
    )  # fmt: skip
    told = await refused(store, f"https://{APPLE}/a{QUERY}")
    assert str(told) == f"{APPLE} is at an address that is not public; nothing was fetched"


async def test_a_real_name_of_this_machine_is_refused(make_store: MakeStore, key: ApiKey) -> None:
    store = make_store(
        "https://api.example.com", key, image_hosts=("localhost",), image_allow_loopback=False
    )
    assert "not public" in str(await refused(store, "https://localhost/a"))


async def test_loopback_is_refused_unless_the_settings_allow_it(
    make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(Answer(body=picture())) as script:
        store = make_store(script.origin, key, image_allow_loopback=False)
        await refused(store, script.origin + "/a")
        await refused(store, script.origin.replace("http:", "https:") + "/a")
        assert script.requests == []


async def test_public_names_must_use_https_and_its_port_even_where_loopback_is_allowed(
    make_store: MakeStore, key: ApiKey
) -> None:
    store = make_store(
        "https://api.example.com", key, image_hosts=(APPLE,), resolve=resolving("17.0.0.1")
    )
    for url in (f"http://{APPLE}/a", f"https://{APPLE}:8443/a"):
        assert "not https on its usual port" in str(await refused(store, url))


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:1/a",
        "http://169.254.169.254/latest/meta-data",
        "https://evil.example.com/a",
        "file:///etc/passwd",
        "//evil.example.com/a",
        "http://[broken/",
    ],
)
async def test_a_redirect_elsewhere_is_refused(
    location: str, make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(Answer(status=302, headers={"Location": location})) as script:
        await refused(make_store(script.origin, key), f"{script.origin}/a{QUERY}")
        assert len(script.requests) == 1


async def test_a_simulated_redirect_to_another_host_is_refused(
    store: AppStore, app: AppId, shot: Callable[..., str]
) -> None:
    submission = shot(images=[(picture(), 1, 1)], redirect_images_to="http://localhost:1/secret")
    found = await store.screenshot(app, submission)
    assert "'localhost', which is not one of image_hosts" in str(
        await refused(store, found.screenshots[0].url)
    )


async def test_the_connection_goes_to_the_address_that_was_judged(
    make_store: MakeStore, key: ApiKey
) -> None:
    """A name that means something else at the second look-up changes nothing."""
    looks: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        looks.append(host)
        return ["127.0.0.1"] if len(looks) == 1 else ["169.254.169.254"]

    async with serving(Answer(body=picture())) as script:
        port = script.origin.rpartition(":")[2]
        store = make_store(script.origin, key, image_hosts=("pictures.test",), resolve=rebinding)
        await store.download(at(f"http://pictures.test:{port}/a"), Bytes())
        assert script.requests[0].headers["Host"] == f"pictures.test:{port}"
    assert looks == ["pictures.test"]


async def test_the_next_address_is_tried_if_one_does_not_answer(
    make_store: MakeStore, key: ApiKey
) -> None:
    async with serving(Answer(body=picture())) as script:
        port = script.origin.rpartition(":")[2]
        store = make_store(
            script.origin, key,
            image_hosts=("pictures.test",), resolve=resolving("127.0.0.2", "127.0.0.1"),
        )  # fmt: skip
        await store.download(at(f"http://pictures.test:{port}/a"), Bytes())
        assert len(script.requests) == 1


async def test_more_than_three_redirects_are_too_many(make_store: MakeStore, key: ApiKey) -> None:
    async with serving(Answer(status=307, headers={"Location": "/again"})) as script:
        told = await refused(make_store(script.origin, key), script.origin + "/a")
        assert len(script.requests) == 4
    assert "more than 3 times" in str(told)
