"""What goes wrong, as the API tells it: a status that clients branch on, words, and the field that caused it."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desktop.domain.problems import NotAllowed, NotFound, Overtaken, Problem
from desktop.domain.text import clean
from desktop.services.api_answers import OtherBody
from desktop.store.engine import StoreBroken, StoreBusy, StoreClosed

_log = logging.getLogger("assent.api")
LARGEST_BYTES: Final = 262_144
"""Of a request: the longest text with all its values is a tenth of it."""
_LONGEST_FIELD: Final = 200
_PLACES: Final = ("body", "query", "path", "header")


class ProblemAnswer(BaseModel):
    """status: NOT_FOUND, UNPROCESSABLE_ENTITY …; field: the input that caused it, 'recipient.phone'."""

    model_config = ConfigDict(extra="forbid")

    status: str
    message: str
    field: str = ""


_TOLD: Final = {
    400: "The body is not JSON.",
    403: "The key's scope does not include this, or the workspace lets no admin do it.",
    404: "There is no such thing (any more).",
    405: "The path takes other methods; Allow names them.",
    409: "Somebody made it, or asked something else under this Idempotency-Key, before.",
    413: "The request is too large.",
    422: "A field is wrong; `field` names it.",
    503: "The API is switched off, or the store cannot be used now. Nothing was done; ask again.",
}
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"model": ProblemAnswer, "description": told} for code, told in _TOLD.items()
}
"""For `responses=` of every router of the API."""

_CODES: Final[tuple[tuple[type[Problem], int], ...]] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (OtherBody, 409),
    (Overtaken, 409),
    (StoreBusy, 503),
    (StoreBroken, 503),
    (StoreClosed, 503),
)


def code_of(problem: Problem) -> int:
    """The HTTP status of a problem; 422 for what the caller can mend."""
    return next((code for kind, code in _CODES if isinstance(problem, kind)), 422)


def answer(
    code: int, message: str, field: str = "", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """One problem as an answer."""
    status = HTTPStatus(code)
    kind = "UNPROCESSABLE_ENTITY" if code == 422 else status.name
    told = {"status": kind, "message": clean(message), "field": clean(field)[:_LONGEST_FIELD]}
    return JSONResponse(told, code, dict(headers or {}))


def install(app: FastAPI) -> None:
    """Every exception becomes such an answer."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _problem(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, Problem)
    return answer(code_of(wrong), f"{wrong.title}. {wrong.sentence}", wrong.field)


async def _invalid(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, RequestValidationError)
    first: Mapping[str, Any] = next(iter(wrong.errors()), {})
    if first.get("type") == "json_invalid":
        return answer(400, "The body is not JSON.")
    said = str(first.get("msg", "Wrong input")).removeprefix("Value error, ")
    return answer(422, f"{said[:1].upper()}{said[1:]}.", field_of(first.get("loc", ())))


def field_of(place: Sequence[Any]) -> str:
    """The field as the caller wrote it: ('body', 'recipient', 'phone') is 'recipient.phone'."""
    parts = [str(one) for one in place]
    return ".".join(parts[1:] if parts[:1] and parts[0] in _PLACES else parts)


async def _http(request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, StarletteHTTPException)
    headers = dict(wrong.headers or {})
    if wrong.status_code == 405 and (methods := _methods(request)):
        headers["Allow"] = ", ".join(methods)
    return answer(wrong.status_code, str(wrong.detail), headers=headers)


def _methods(request: Request) -> list[str]:
    """All that a path takes, as it is described: a route of several on one path knows its own method only."""
    described: Mapping[str, Mapping[str, Any]] = request.app.openapi()["paths"]
    path = request.scope["path"]
    # Those that begin with a version look after themselves; without one, nearly everything would match them.
    ours = ((template, told) for template, told in described.items() if not template.startswith("/{"))
    found = [told for template, told in ours if compile_path(template)[0].match(path)]
    return sorted({method.upper() for told in found for method in told})


async def _bug(_request: Request, wrong: Exception) -> JSONResponse:
    _log.error("an answer failed", exc_info=wrong)
    return answer(500, "Something went wrong here. It is in the log.")


class SizeLimit:
    """A layer that stops reading a body that is too large. Other paths look after theirs."""

    def __init__(self, app: ASGIApp, prefix: str, largest_bytes: int = LARGEST_BYTES) -> None:
        self._app, self._prefix, self._largest_bytes = app, prefix, largest_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        size_bytes = 0

        async def limited() -> Message:
            nonlocal size_bytes
            message = await receive()
            size_bytes += len(message.get("body", b""))
            if size_bytes > self._largest_bytes:
                raise HTTPException(413, f"A request has at most {self._largest_bytes:,} bytes.")
            return message

        await self._app(scope, limited, send)


class StoreTrouble:
    """The outermost layer: who asks cannot be looked up while the store is closed or cannot be read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Problem as wrong:
            told = answer(code_of(wrong), f"{wrong.title}. {wrong.sentence}", wrong.field)
            await told(scope, receive, send)
