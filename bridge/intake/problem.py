"""Errors as `application/problem+json` (RFC 9457)."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web


class Problem(Exception):
    """Why a request is not served. `result` is what it counts as, if it counts."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        result: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.result = result
        self.headers = headers

    def response(self) -> web.Response:
        """Return the answer, after which the connection ends: a body may still be on its way."""
        words = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }
        response = web.Response(
            status=self.status.value,
            text=json.dumps(words),
            content_type="application/problem+json",
            headers=self.headers,
        )
        response.force_close()
        return response
