"""Errors as Apple words them: `{"errors": [{status, code, title, detail, source}]}`."""

import json
import uuid
from typing import Any

from aiohttp import web


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str,
        *,
        source: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers or {}
        self.body: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "status": str(status),
            "code": code,
            "title": title,
            "detail": detail,
        }
        if source:
            self.body["source"] = source

    def response(self) -> web.Response:
        """Return it as an answer."""
        text = json.dumps({"errors": [self.body]})
        return web.Response(
            text=text, status=self.status, headers=self.headers, content_type="application/json"
        )


def not_authorized() -> ApiError:
    """Return the 401 that any doubt about a token gets."""
    return ApiError(
        401,
        "NOT_AUTHORIZED",
        "Authentication credentials are missing or invalid.",
        "Provide a properly configured and signed bearer token, and make sure that it has not "
        "expired. Learn more about Generating Tokens for API Requests "
        "https://developer.apple.com/go/?id=api-generating-tokens",
    )


def key_not_allowed() -> ApiError:
    """Return the 403 for a key whose role does not allow a request."""
    return ApiError(
        403,
        "FORBIDDEN_ERROR",
        "This request is forbidden for security reasons",
        "The API key in use does not allow this request",
    )


def agreement_missing() -> ApiError:
    """Return the 403 that everything gets until the Account Holder signs."""
    return ApiError(
        403,
        "FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED",
        "A required agreement is missing or has expired.",
        "This request requires an in-effect agreement that has not been signed or has expired.",
    )


def no_collection(kind: str, *, allowed: str) -> ApiError:
    """Return the 403 for a list that is only to be had below an app."""
    return ApiError(
        403,
        "FORBIDDEN_ERROR",
        "The given operation is not allowed",
        f"The resource '{kind}' does not allow 'GET_COLLECTION'. Allowed operations are: {allowed}",
    )


def not_found(kind: str, identifier: str) -> ApiError:
    """Return the 404 for a resource that is not there, or not for this key."""
    return ApiError(
        404,
        "NOT_FOUND",
        "The specified resource does not exist",
        f"There is no resource of type '{kind}' with id '{identifier}'",
    )


def no_such_path(path: str) -> ApiError:
    """Return the 404 for a path that the service doesn't know."""
    return ApiError(
        404,
        "PATH_ERROR",
        "The URL path is not valid",
        f"The resource path '{path}' does not exist",
    )


def bad_parameter(name: str, detail: str) -> ApiError:
    """Return the 400 for a query that the service won't have."""
    return ApiError(
        400,
        "PARAMETER_ERROR.INVALID",
        "A parameter has an invalid value",
        detail,
        source={"parameter": name},
    )


def bad_attribute(name: str, detail: str) -> ApiError:
    """Return the 409 for a value in a written body that the service won't have."""
    return ApiError(
        409,
        "ENTITY_ERROR.ATTRIBUTE.INVALID",
        "An attribute value is invalid.",
        detail,
        source={"pointer": f"/data/attributes/{name}"},
    )


def unprocessable(detail: str) -> ApiError:
    """Return the 422 for a body that doesn't have the shape it must have."""
    return ApiError(422, "ENTITY_UNPROCESSABLE", "The request entity is not valid.", detail)


def rate_limited(*, retry_after: int | None = None) -> ApiError:
    """Return the 429 of a key that asked too often."""
    return ApiError(
        429,
        "RATE_LIMIT_EXCEEDED",
        "The request rate limit has been reached.",
        "We've received too many requests for this API. Please wait and try again or slow down "
        "your request rate.",
        headers={} if retry_after is None else {"Retry-After": str(retry_after)},
    )
