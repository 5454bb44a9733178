"""What goes wrong, as the API tells it: a status that clients branch on, words, and the field that caused it."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from desktop.domain.problems import NotAllowed, NotFound, Overtaken, Problem
from desktop.domain.text import clean
from desktop.server.plain_words import said
from desktop.services.api_answers import OtherBody
from desktop.services.signing import RootSilent
from desktop.store.engine import StoreBroken, StoreBusy, StoreClosed, Uncertain

_log = logging.getLogger("assent.api")
_LONGEST_FIELD: Final = 200
_ASK_AGAIN: Final = (
    "The connection to the database was lost while it was kept. With an Idempotency-Key, ask again under the same one:"
    " it is done once. Without one, look whether it is there before you ask again."
)
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
    503: (
        "The API is switched off, or the store cannot be used now. Nothing was done; ask again. Where the message says"
        " that it may have been done, ask again under the same Idempotency-Key, or look what became of it first."
    ),
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
    (RootSilent, 503),
)


def code_of(problem: Problem) -> int:
    """The HTTP status of a problem; 422 for what the caller can mend."""
    return next((code for kind, code in _CODES if isinstance(problem, kind)), 422)


def words_of(problem: Problem) -> str:
    """A problem in words; what may have been done says how it is asked again without being done twice."""
    if isinstance(problem, Uncertain):
        return f"{problem.title}. {_ASK_AGAIN}"
    return f"{problem.title}. {problem.sentence}"


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
    return answer(code_of(wrong), words_of(wrong), wrong.field)


async def _invalid(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, RequestValidationError)
    first: Mapping[str, Any] = next(iter(wrong.errors()), {})
    if first.get("type") == "json_invalid":
        return answer(400, "The body is not JSON.")
    return answer(422, said(first), field_of(first.get("loc", ())))


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
    """All that a described path takes: a route of several on one path knows its own method only."""
    path, found = request.scope["path"], set[str]()
    for route in iter_route_contexts(request.app.routes):
        # Those that begin with a version look after themselves; without one, nearly everything would match them.
        if (
            route.include_in_schema
            and not (route.path or "/{").startswith("/{")
            and route.path_regex.match(path)
        ):
            found |= route.methods or set()
    return sorted(found)


async def _bug(_request: Request, wrong: Exception) -> JSONResponse:
    _log.error("an answer failed", exc_info=wrong)
    return answer(500, "Something went wrong here. It is in the log.")


class StoreTrouble:
    """The outermost layer: who asks cannot be looked up while the store is closed or cannot be read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Problem as wrong:
            told = answer(code_of(wrong), words_of(wrong), wrong.field)
            await told(scope, receive, send)
