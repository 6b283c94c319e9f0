"""Misbehaviour on demand: rules that delay, refuse, cut or swallow chosen requests.

A rule matches by method and path. The first rule that matches a request, and has not been used
up, decides its fate; `after` means that the request's work is done before the answer goes wrong.
"""

import asyncio
import json
import random
import re
import socket
import struct
from asyncio.trsock import TransportSocket
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, cast, get_args

from aiohttp import web
from aiohttp.typedefs import Handler

When = Literal["before", "after"]
Action = Literal["status", "reset", "hang", "truncate", "pass"]

FAULT = web.RequestKey("fault", bool)
"""Set on a request whose answer was made by a fault and not by a service."""

_MATCH = re.compile(r"([A-Z]+|\*) (/\S*)")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ASKED = "A fault was asked for."
_APPLE = {
    401: "NOT_AUTHORIZED",
    403: "FORBIDDEN_ERROR",
    404: "NOT_FOUND",
    429: "RATE_LIMIT_EXCEEDED",
}
_KEYS = ("match", "when", "action", "status", "headers", "delay_ms", "times", "probability")


class BadRule(ValueError):
    """A rule that can't be used; the message says which one and why."""


@dataclass(slots=True, kw_only=True)
class Rule:
    """One line of `PUT /_faults`."""

    method: str
    """`POST`, …, or `*` for any."""
    path: str
    """`*` stands for one segment: `/github/repos/*/*/issues`."""
    when: When = "before"
    action: Action = "status"
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay_ms: int = 0
    times: int | None = None
    """How many requests it may still decide; None for any number."""
    probability: float = 1.0

    def matches(self, method: str, path: str) -> bool:
        """Return whether a request with this method and path is meant."""
        if self.method not in ("*", method):
            return False
        wanted, given = self.path.split("/"), path.split("/")
        return len(wanted) == len(given) and all(
            w == g or (w == "*" and g) for w, g in zip(wanted, given, strict=True)
        )


def read_rules(document: object) -> list[Rule]:
    """Return the rules of a JSON document; raises BadRule with a sentence for the sender."""
    if not isinstance(document, list):
        raise BadRule("faults are a list of rules; [] ends them all")
    return [_read_rule(n, rule) for n, rule in enumerate(cast("list[object]", document), start=1)]


def _read_rule(number: int, rule: object) -> Rule:
    if not isinstance(rule, dict):
        raise BadRule(f"rule {number} is not an object")
    table = cast("dict[str, Any]", rule)
    try:
        return _checked(table)
    except BadRule as error:
        raise BadRule(f"rule {number}: {error}") from None


def _checked(table: dict[str, Any]) -> Rule:
    if unknown := sorted(set(table) - set(_KEYS)):
        raise BadRule(f"{', '.join(unknown)} is not known; a rule has {', '.join(_KEYS)}")
    match = table.get("match")
    found = _MATCH.fullmatch(match) if isinstance(match, str) else None
    if found is None:
        raise BadRule("match is a method and a path: POST /github/repos/*/*/issues")
    action = _choice(table, "action", get_args(Action), "status")
    if action == "status" and table.get("status") is None:
        raise BadRule("the action status needs a status")
    probability = _number(table, "probability", 1.0)
    if probability > 1:
        raise BadRule("probability is between 0 and 1")
    return Rule(
        method=found[1],
        path=found[2],
        when=cast("When", _choice(table, "when", get_args(When), "before")),
        action=cast("Action", action),
        status=_whole(table, "status", least=200, most=599),
        headers=_headers(table.get("headers")),
        delay_ms=_whole(table, "delay_ms") or 0,
        times=_whole(table, "times", least=1),
        probability=probability,
    )


def _choice(table: dict[str, Any], key: str, allowed: tuple[str, ...], default: str) -> str:
    value = table.get(key, default)
    if value not in allowed:
        raise BadRule(f"{key} is one of {', '.join(allowed)}")
    return str(value)


def _whole(
    table: dict[str, Any], key: str, *, least: int = 0, most: int | None = None
) -> int | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadRule(f"{key} is a whole number, at least {least}")
    if most is not None and value > most:
        raise BadRule(f"{key} is at most {most}")
    return value


def _number(table: dict[str, Any], key: str, default: float) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise BadRule(f"{key} is a number, at least 0")
    return float(value)


def _headers(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRule("headers is an object of names and values")
    table = cast("dict[str, Any]", value)
    for name, text in table.items():
        if not _HEADER_NAME.fullmatch(name):
            raise BadRule(f"{name!r} is not a header's name")
        if not isinstance(text, str | int) or re.search(r"[\r\n\0]", str(text)):
            raise BadRule(f"the header {name} needs a value of one line")
    return {name: str(text) for name, text in table.items()}


class Faults:
    """The rules in force, and the middleware that carries them out."""

    def __init__(self, *, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._rules: list[Rule] = []
        self._released = asyncio.Event()

    def replace(self, document: object) -> None:
        """Put a list of rules in place of the present ones and let go of hanging requests.

        Raises BadRule and changes nothing if one of them can't be used.
        """
        rules = read_rules(document)
        self._rules = rules
        self.release()

    def release(self) -> None:
        """Cut the connections that hang."""
        self._released.set()
        self._released = asyncio.Event()

    def pick(self, method: str, path: str) -> Rule | None:
        """Return the rule that decides this request, and count it as used; None if there is none.

        A rule that the dice pass over leaves the request to the rules below it.
        """
        for rule in self._rules:
            if rule.times == 0 or not rule.matches(method, path):
                continue
            if rule.probability < 1 and self._random.random() >= rule.probability:
                continue
            if rule.times is not None:
                rule.times -= 1
            return rule
        return None

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Carry out the rule that the request meets, if any."""
        rule = self.pick(request.method, request.path)
        if rule is None:
            return await handler(request)
        released = self._released
        done = await _work(request, handler) if rule.when == "after" else None
        if rule.delay_ms:
            await asyncio.sleep(rule.delay_ms / 1000)
        if rule.action == "pass":
            return done or await handler(request)
        request[FAULT] = True
        if rule.action == "status":
            return _answer(rule, request.path)
        if rule.action == "truncate":
            return await _truncate(request, done or _answer(rule, request.path))
        if rule.action == "hang":
            await _hang(request, released)
        return _reset(request)


async def _work(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return error


def _answer(rule: Rule, path: str) -> web.Response:
    """Return the rule's answer, with the body that the service at this path would give it."""
    status = rule.status or 200
    if status in (204, 304):
        return web.Response(status=status, headers=rule.headers)
    kind, body = _body(status, path)
    headers = {"Content-Type": kind, **rule.headers}
    return web.Response(status=status, body=body.encode(), headers=headers)


def _body(status: int, path: str) -> tuple[str, str]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # What stands in front of all three services answers in HTML when they are down.
        return "text/html", f"<html><head><title>{status}</title></head></html>"
    if path.startswith("/appstore/"):
        error = {"status": str(status), "code": _APPLE.get(status, "UNEXPECTED_ERROR")}
        return "application/json", json.dumps({"errors": [{**error, "title": _ASKED}]})
    if path.startswith("/jira/"):
        return "application/json", json.dumps({"errorMessages": [_ASKED], "errors": {}})
    return "application/json", json.dumps({"message": _ASKED, "status": str(status)})


async def _truncate(request: web.Request, whole: web.StreamResponse) -> web.StreamResponse:
    """Send the headers and half of the body, then cut the connection."""
    if whole.prepared:  # a streamed answer is under way already
        return _reset(request)
    body = _bytes_of(whole)
    cut = web.StreamResponse(status=whole.status, headers=whole.headers)
    cut.content_length = max(len(body), 2)
    await cut.prepare(request)
    await cut.write(body[: len(body) // 2] or b"{")
    cut.force_close()
    if request.transport is not None:
        request.transport.close()
    return cut


def _bytes_of(response: web.StreamResponse) -> bytes:
    body = response.body if isinstance(response, web.Response) else None
    return body if isinstance(body, bytes) else b""


async def _hang(request: web.Request, released: asyncio.Event) -> None:
    """Return when the client has gone or the rules were replaced."""
    while request.transport is not None and not request.transport.is_closing():
        try:
            await asyncio.wait_for(released.wait(), timeout=0.25)
        except TimeoutError:
            continue
        return


def _reset(request: web.Request) -> web.Response:
    """Cut the connection as a crashed server does: with RST, and no answer."""
    transport = request.transport
    if transport is not None:
        if isinstance(sock := transport.get_extra_info("socket"), TransportSocket):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)
