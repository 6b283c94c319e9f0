"""Screenshots at pre-signed addresses, as Apple's feedback host serves them."""

import hmac
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bridge.simulators.appstore.documents import url_signature
from bridge.simulators.appstore.state import State, Submission

DENIED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>{code}</Code><Message>{message}</Message></Error>"
)
PIECE = 64 * 1024  # bytes written at a time


class Pictures:
    """The handler of the screenshots' addresses; it wants no token, and refuses one."""

    def __init__(self, state: State, *, now: Callable[[], datetime]) -> None:
        self._state = state
        self._now = now

    def add_routes(self, app: web.Application) -> None:
        """Add the paths of the pictures."""
        app.router.add_get("/eimg/{id}/{number}/original.jpg", self.picture)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        submission = self._state.submissions.get(request.match_info["id"])
        number = request.match_info["number"]
        if "Authorization" in request.headers:
            return _denied(400, "InvalidArgument", "Only one auth mechanism allowed")
        if submission is None or not self._is_signed(request, submission.id, number):
            return _denied(403, "AccessDenied", "Access Denied")
        if int(request.query["Expires"]) <= self._now().timestamp():
            return _denied(403, "AccessDenied", "Request has expired")
        if submission.sample.redirect_images_to is not None:
            raise web.HTTPFound(submission.sample.redirect_images_to)
        return await _send(request, submission, int(number))

    def _is_signed(self, request: web.Request, submission_id: str, number: str) -> bool:
        expires = request.query.get("Expires", "")
        if not (expires.isdecimal() and number.isdecimal()):
            return False
        wanted = url_signature(submission_id, int(number), int(expires))
        return hmac.compare_digest(wanted, request.query.get("Signature", ""))


async def _send(request: web.Request, submission: Submission, number: int) -> web.StreamResponse:
    images = submission.sample.images
    if not 1 <= number <= len(images):
        return _denied(404, "NoSuchKey", "The specified key does not exist.")
    data = images[number - 1][0]
    response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
    response.content_length = len(data)
    await response.prepare(request)
    for start in range(0, len(data), PIECE):
        await response.write(data[start : start + PIECE])
    await response.write_eof()
    return response


def _denied(status: int, code: str, message: str) -> web.Response:
    text = DENIED.format(code=code, message=message)
    return web.Response(status=status, text=text, content_type="application/xml")
