"""Who may ask: the key of every call, what it opens, and how often it may ask.

`Admission.guard()` stands before everything under its path, so that nothing there is read, looked up or answered for
somebody unknown, and every answer tells what is left of the minute. `Admission.needs()` asks for the scope.
"""

import math
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol

from fastapi import APIRouter, FastAPI, Request, Security
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from desktop.domain.keys import Caller, Scope
from desktop.server.address_key import headers_of
from desktop.services.api_rules import ApiRules
from desktop.system.clock import Clock

PREFIX: Final = "/devapi"
_WINDOW_S: Final = 60.0
SWITCHED_OFF: Final = (
    "The HTTP API of this workspace is switched off. An admin can switch it on in Assent's settings."
)
_MOST_STRANGERS: Final = 4096
"""Addresses of unknown callers that are counted apart; beyond it they are forgotten and counted anew."""


class KnowsKeys(Protocol):
    """The part of `desktop.services.keys.Keys` that the admission asks."""

    async def caller(self, key_id: str, secret: str) -> Caller | None: ...

    async def bearer(self, token: str) -> Caller | None: ...


class Refusal(BaseModel):
    """Why a call was not let in; the shape is Gallabox's."""

    model_config = ConfigDict(extra="forbid")

    status: str
    message: str


REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    401: {"model": Refusal, "description": "The key is missing, wrong or revoked."},
    403: {"model": Refusal, "description": "The key's scope does not include this."},
    429: {"model": Refusal, "description": "Too many calls in this minute."},
    503: {"model": Refusal, "description": "The workspace has switched its API off."},
}
"""For `responses=` of every router behind the admission."""


def _count(told: str) -> dict[str, Any]:
    return {"description": told, "required": True, "schema": {"type": "integer", "minimum": 0}}


_LIMITS: Final = {
    "X-RateLimit-Limit": _count("Calls that this key may make in a minute."),
    "X-RateLimit-Remaining": _count("Calls that are left of this minute."),
    "X-RateLimit-Reset": _count("Seconds until the next minute begins."),
}


def describe_limits(router: APIRouter, told: Mapping[int | str, dict[str, Any]]) -> dict[int | str, Any]:
    """`told`, for `responses=` of the router, with the headers that every answer behind the admission has; its routes'
    own answers get them, too. Not 503: nothing is counted then."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.responses = {route.status_code or 200: {"headers": _LIMITS}, **route.responses}
    retry = {"Retry-After": _count("Seconds to wait.")}
    described: dict[int | str, Any] = {}
    for code, one in told.items():
        headers = {} if code == 503 else _LIMITS | (retry if code == 429 else {})
        described[code] = {**one, "headers": headers} if headers else one
    return described


class Refused(Exception):
    """A call that is not let in; `Admission.guard()` makes it the answer."""

    def __init__(self, code: int, status: str, message: str) -> None:
        super().__init__(message)
        self.code, self.body = code, {"status": status, "message": message}


@dataclass(slots=True)
class _Minute:
    """The calls of one caller since a moment of machine time."""

    began_s: float
    count: int = 0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the minute. reset_s: until it begins anew, at least 1."""

    limit: int
    remaining: int
    reset_s: int
    is_exceeded: bool


class Admission:
    """Lets callers in. rules: asked at each call; a key may make so many calls in 60 s of machine time, and so may
    all unknown callers of one address."""

    def __init__(self, keys: KnowsKeys, clock: Clock, rules: Callable[[], ApiRules] = ApiRules) -> None:
        self._keys = keys
        self._clock = clock
        self._rules = rules
        self._of_keys: dict[int, _Minute] = {}
        self._of_strangers: dict[str, _Minute] = {}

    def guard(self, app: FastAPI, prefix: str = PREFIX) -> None:
        """Stand before every path of `app` under the prefix. Add the routes before or after, as you like."""
        app.add_middleware(_Guard, admission=self, prefix=prefix)
        app.add_exception_handler(Refused, _refused)

    def needs(self, scopes: Collection[Scope]) -> Callable[..., Awaitable[Caller]]:
        """A dependency that gives the caller; 403 if the key's scope is none of these."""

        async def who(
            request: Request,
            _key: Annotated[str | None, Security(_API_KEY)],
            _secret: Annotated[str | None, Security(_API_SECRET)],
            _bearer: Annotated[Any, Security(_BEARER)],
        ) -> Caller:
            found = getattr(request.state, "caller", None)
            if not isinstance(found, Caller):  # a route that the guard does not stand before
                raise _unknown()
            if found.scope not in scopes:
                raise Refused(
                    403,
                    "FORBIDDEN",
                    f"The key “{found.name}” ({found.scope.label}) does not open this. Use another key.",
                )
            return found

        return who

    @property
    def is_on(self) -> bool:
        """False while the workspace has its API switched off: nobody is let in then, known or not."""
        return self._rules().is_on

    async def admit(self, headers: Headers, address: str) -> tuple[Caller | None, Allowance]:
        """Who calls, None for nobody known, and what is left of their minute; counts the call."""
        found = await self._who(headers)
        if found is not None:
            return found, self._count(self._of_keys, found.id)
        if len(self._of_strangers) >= _MOST_STRANGERS:
            self._of_strangers.clear()
        return None, self._count(self._of_strangers, address)

    async def _who(self, headers: Headers) -> Caller | None:
        key_id, secret = headers.get("apikey"), headers.get("apisecret")
        if key_id is not None or secret is not None:
            return await self._keys.caller(key_id or "", secret or "")
        kind, _, token = headers.get("authorization", "").partition(" ")
        return await self._keys.bearer(token.strip()) if kind.lower() == "bearer" else None

    def _count(self, minutes: dict[Any, _Minute], of: Any) -> Allowance:
        now_s = self._clock.monotonic_s()
        minute = minutes.get(of)
        if minute is None or now_s - minute.began_s >= _WINDOW_S:
            minute = minutes[of] = _Minute(now_s)
        minute.count += 1
        left_s = math.ceil(minute.began_s + _WINDOW_S - now_s)
        per_minute = self._rules().per_minute
        remaining = max(0, per_minute - minute.count)
        return Allowance(per_minute, remaining, max(1, left_s), minute.count > per_minute)


_API_KEY: Final = APIKeyHeader(name="apiKey", scheme_name="apiKey", auto_error=False)
_API_SECRET: Final = APIKeyHeader(name="apiSecret", scheme_name="apiSecret", auto_error=False)
_BEARER: Final = HTTPBearer(scheme_name="bearer", auto_error=False)
"""For the documentation alone: the guard has looked at the headers before."""


class _Guard:
    """The admission as a layer around the app: before any body is read."""

    def __init__(self, app: ASGIApp, admission: Admission, prefix: str) -> None:
        self._app, self._admission, self._prefix = app, admission, prefix

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._covers(scope["path"]):
            await self._app(scope, receive, send)
            return
        if not self._admission.is_on:
            await _response(_off())(scope, receive, send)
            return
        client = scope.get("client")
        caller, left = await self._admission.admit(headers_of(scope), client[0] if client else "")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell_allowance(MutableHeaders(scope=message), left)
            await send(message)

        if left.is_exceeded:
            await _response(_too_many(left))(scope, receive, answer)
        elif caller is None:
            await _response(_unknown())(scope, receive, answer)
        else:
            scope.setdefault("state", {})["caller"] = caller
            await self._app(scope, receive, answer)

    def _covers(self, path: str) -> bool:
        return path == self._prefix or path.startswith(self._prefix + "/")


def tell_allowance(headers: MutableHeaders, left: Allowance) -> None:
    headers["X-RateLimit-Limit"] = str(left.limit)
    headers["X-RateLimit-Remaining"] = str(left.remaining)
    headers["X-RateLimit-Reset"] = str(left.reset_s)
    if left.is_exceeded:
        headers["Retry-After"] = str(left.reset_s)


def _unknown() -> Refused:
    """The same whatever was wrong: missing, unknown, wrong, revoked."""
    return Refused(
        401, "UNAUTHORIZED", "The key is missing, wrong or revoked. Send apiKey and apiSecret as headers."
    )


def _off() -> Refused:
    """Said to everybody alike, before anything is looked up."""
    return Refused(503, "SERVICE_UNAVAILABLE", SWITCHED_OFF)


def _too_many(left: Allowance) -> Refused:
    """Gallabox's own words."""
    return Refused(
        429,
        "TOO_MANY_REQUEST",
        f"API rate limit exceeded. Please try again in {left.reset_s} seconds",
    )


def _response(refused: Refused) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if refused.code == 401 else None
    return JSONResponse(refused.body, refused.code, headers)


async def _refused(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, Refused)
    return _response(wrong)
