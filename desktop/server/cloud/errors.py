"""What goes wrong, in Meta's envelope: client libraries branch on the code in it."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final, Literal

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from desktop.domain.problems import Problem
from desktop.domain.text import clean
from desktop.server.devapi.parts import Answer
from desktop.server.plain_words import said
from desktop.server.problems import ProblemAnswer, field_of, words_of
from desktop.services.api_answers import OtherBody
from desktop.services.api_cloud import Refusal
from desktop.store.engine import StoreBroken, StoreBusy, StoreClosed
from desktop.whatsapp import errors

__all__ = ["RESPONSES", "ErrorAnswer", "Refusal", "answer", "body_of", "missing", "of"]

_log = logging.getLogger("assent.cloud")
BAD_FIELD: Final = 100
BAD_TOKEN: Final = 190
NO_PERMISSION: Final = 10
UNAVAILABLE: Final = 2
UNKNOWN: Final = 131000
RATE_LIMIT: Final = 130429
_NO_OBJECT: Final = 33
"""The subcode of an id that is nobody's."""
_HTTP: Final = {
    BAD_TOKEN: 401,
    NO_PERMISSION: 403,
    132001: 404,
    RATE_LIMIT: 429,
    UNKNOWN: 500,
    UNAVAILABLE: 503,
    131016: 503,
}
"""Every other code is 400, as in Meta's table. Rate limits were 429 there, and come with Retry-After."""
_MOST_DETAILS: Final = 1_000


class ErrorData(Answer):
    """details: what happened, in a sentence that names the field."""

    messaging_product: Literal["whatsapp"]
    details: str


class ErrorTold(Answer):
    """code: Meta's number for it."""

    message: str
    type: Literal["OAuthException", "GraphMethodException"]
    code: int
    error_subcode: int | None = None
    error_data: ErrorData
    fbtrace_id: str


class ErrorAnswer(Answer):
    """Meta's envelope around an error."""

    error: ErrorTold


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    400: {
        "model": ErrorAnswer,
        "description": "100: a field is wrong. 131050: the recipient opted out. 132000 …",
    },
    401: {"model": ErrorAnswer, "description": "190: the key is missing, wrong or revoked."},
    403: {"model": ErrorAnswer, "description": "10: the key's scope does not include this."},
    404: {
        "model": ErrorAnswer | ProblemAnswer,
        "description": "132001: there is no such template in this language. Or the path has no version.",
    },
    409: {"model": ErrorAnswer, "description": "100: something else was asked under this Idempotency-Key."},
    413: {"model": ErrorAnswer, "description": "100: the request is too large."},
    429: {"model": ErrorAnswer, "description": "130429: too many calls in this minute."},
    503: {"model": ErrorAnswer, "description": "2: switched off, or busy. Nothing was done; ask again."},
}
"""For `responses=` of the gate's routes."""


def body_of(code: int, details: str, *, subcode: int | None = None, message: str = "") -> dict[str, Any]:
    """The envelope."""
    error: dict[str, Any] = {
        "message": clean(message) or f"(#{code}) {errors.rule(code).label}",
        "type": "GraphMethodException" if subcode == _NO_OBJECT else "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": clean(details)[:_MOST_DETAILS]},
        "fbtrace_id": "A" + secrets.token_urlsafe(8),
    }
    if subcode is not None:
        error["error_subcode"] = subcode
    return {"error": error}


def answer(
    code: int,
    details: str,
    *,
    title: str = "",
    http_status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The envelope as an answer, with the HTTP status of its code. title: where the code's own would be wrong."""
    message = f"(#{code}) {title}" if title else ""
    return JSONResponse(
        body_of(code, details, message=message), http_status or http_status_of(code), dict(headers or {})
    )


def http_status_of(code: int) -> int:
    return _HTTP.get(code, 400)


def missing(field: str) -> Refusal:
    """A parameter that is not there, in Meta's words."""
    return Refusal(BAD_FIELD, f"The parameter {field} is required.", field)


def no_object(id: str) -> JSONResponse:
    """There is nothing under this id that answers to this call."""
    told = f"Unsupported request. Object with ID '{id[:64]}' does not exist here or does not support this operation."
    return JSONResponse(body_of(BAD_FIELD, told, subcode=_NO_OBJECT, message=told), 400)


def of(wrong: Exception) -> JSONResponse:
    """The answer for what a route raised."""
    if isinstance(wrong, Refusal):
        return answer(wrong.code, wrong.details)
    if isinstance(wrong, RequestValidationError):
        return answer(BAD_FIELD, _invalid(wrong))
    if isinstance(wrong, HTTPException):
        return answer(BAD_FIELD, str(wrong.detail), http_status=413 if wrong.status_code == 413 else 400)
    if isinstance(wrong, StoreBusy | StoreBroken | StoreClosed):
        return answer(UNAVAILABLE, words_of(wrong))
    if isinstance(wrong, Problem):
        about = f"{wrong.field}: " if wrong.field else ""
        status = 409 if isinstance(wrong, OtherBody) else None
        return answer(BAD_FIELD, f"{about}{wrong.sentence}", http_status=status)
    _log.error("an answer failed", exc_info=wrong)
    return answer(UNKNOWN, "Something went wrong here. It is in the log.")


def _invalid(wrong: RequestValidationError) -> str:
    first: Mapping[str, Any] = next(iter(wrong.errors()), {})
    if first.get("type") == "json_invalid":
        return "The body is not JSON."
    field = field_of(first.get("loc", ()))
    if first.get("type") == "missing":
        return f"The parameter {field} is required."
    return f"{field}: {said(first)}"
