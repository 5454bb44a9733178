"""Who may ask by the Cloud API's paths: the admission of the whole API, answering in Meta's envelope."""

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desktop.domain.problems import Problem
from desktop.server.admission import SWITCHED_OFF, Admission, Refused, tell_allowance
from desktop.server.cloud import errors
from desktop.server.sizes import LARGEST_BYTES, SizeLimit
from desktop.services import api_media

_VERSIONED: Final = re.compile(r"/v[0-9]{1,3}\.[0-9]{1,2}/")
LARGEST_UPLOAD_BYTES: Final = api_media.LARGEST_BYTES + 65_536
"""The file, with the form around it."""
_NO_ACCESS: Final = "No valid access token"
_NO_KEY: Final = "The access token is missing, wrong or revoked. Use a bearer key that was made in Assent."


def is_covered(path: str) -> bool:
    """True for '/v25.0/…': no other path of ours begins so."""
    return _VERSIONED.match(path) is not None


class CloudRoute(APIRoute):
    """A route below a version, which tells what goes wrong as Meta does."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if is_covered(scope["path"]) else (Match.NONE, {})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except Refused as wrong:
                if wrong.code == 403:
                    return errors.answer(errors.NO_PERMISSION, str(wrong))
                return errors.answer(errors.BAD_TOKEN, _NO_KEY, title=_NO_ACCESS)
            except Exception as wrong:
                return errors.of(wrong)

        return handle


class CloudSizes:
    """A layer that stops reading a body that is too large; an upload may be larger than a message."""

    def __init__(self, app: ASGIApp) -> None:
        self._messages = SizeLimit(app, "/", LARGEST_BYTES)
        self._uploads = SizeLimit(app, "/", LARGEST_UPLOAD_BYTES, most_parts=None)
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        inner = self._app
        if scope["type"] == "http" and is_covered(scope["path"]):
            inner = self._uploads if scope["path"].endswith("/media") else self._messages
        await inner(scope, receive, send)


class CloudGuard:
    """The admission as a layer around the app: before any body is read."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app, self._admission = app, admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_covered(scope["path"]):
            await self._app(scope, receive, send)
            return
        if not self._admission.is_on:
            off = "The HTTP API is switched off"
            await errors.answer(errors.UNAVAILABLE, SWITCHED_OFF, title=off)(scope, receive, send)
            return
        client = scope.get("client")
        try:
            caller, left = await self._admission.admit(Headers(scope=scope), client[0] if client else "")
        except Problem as wrong:  # the store is closed, or cannot be read
            await errors.of(wrong)(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell_allowance(MutableHeaders(scope=message), left)
            await send(message)

        if left.is_exceeded:
            told = f"Too many calls in this minute. Please try again in {left.reset_s} seconds."
            await errors.answer(errors.RATE_LIMIT, told)(scope, receive, answer)
        elif caller is None:
            unknown = errors.answer(
                errors.BAD_TOKEN,
                _NO_KEY,
                title=_NO_ACCESS if "authorization" in Headers(scope=scope) else "No access token",
                headers={"WWW-Authenticate": "Bearer"},
            )
            await unknown(scope, receive, answer)
        else:
            scope.setdefault("state", {})["caller"] = caller
            await self._app(scope, receive, answer)
