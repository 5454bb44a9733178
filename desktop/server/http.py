"""The HTTP server inside the program's own loop: FastAPI on a socket that we bind ourselves."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.types import Receive, Scope, Send

from desktop.domain.problems import Problem
from desktop.server import description, health, webhooks
from desktop.server.api import Api, include
from desktop.services.inbound import Inbound

_BACKLOG: Final = 512


class PortTaken(Problem):
    """The port is in use or may not be used."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises PortTaken.

    uvicorn would exit the whole process on a taken port, so it never binds by itself.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(_BACKLOG)
        bound.setblocking(False)
    except OSError as wrong:
        bound.close()
        raise PortTaken(
            "The port cannot be used", f"Port {port} on {host}: {wrong.strerror}. Choose another one.", "port"
        ) from wrong
    return bound


def make_app(
    inbound: Inbound,
    *,
    app_secret: Callable[[], str],
    verify_token: Callable[[], str],
    look: Callable[[], Awaitable[dict[str, Any]]],
    api: Api | None = None,
) -> FastAPI:
    """The routes. look(): what /health answers. api: None leaves it out, with its documentation."""
    app = FastAPI(title="Assent", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    hooks = webhooks.routes(inbound, app_secret=app_secret, verify_token=verify_token)
    app.include_router(hooks, include_in_schema=False)
    app.include_router(health.routes(look), include_in_schema=False)
    if api is not None:
        description.add(app)
        include(app, api)
    return app


def prepared(make: Callable[[], FastAPI]) -> FastAPI:
    """The app, with what it would build at its first request: most of a second in which nothing else is done."""
    app = make()
    app.middleware_stack = app.build_middleware_stack()
    for _ in iter_route_contexts(app.routes):
        pass  # going through them is what builds them
    return app


class _MadeBeside:
    """An app that is made beside the loop when the first request comes; those that come meanwhile wait for it.

    intake: answers WhatsApp's webhooks and /health by itself, so that they wait for nothing.
    """

    def __init__(self, make: Callable[[], FastAPI], intake: FastAPI | None) -> None:
        self._make, self._intake = make, intake
        self._app: FastAPI | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._intake is not None and scope.get("path") in (webhooks.PATH, health.PATH):
            await self._intake(scope, receive, send)
            return
        if self._app is None:
            async with self._making:
                if self._app is None:
                    self._app = await asyncio.to_thread(prepared, self._make)
        await self._app(scope, receive, send)


class HttpServer:
    """uvicorn on our socket, in our loop, with its own signals and logs off. make, intake: see `_MadeBeside`."""

    def __init__(
        self, make: Callable[[], FastAPI], bound: socket.socket, intake: FastAPI | None = None
    ) -> None:
        self._bound = bound
        config = uvicorn.Config(
            _MadeBeside(make, intake),
            log_config=None,
            access_log=False,
            lifespan="off",
            loop="none",
            timeout_graceful_shutdown=3,
        )
        # An address may hold a key: none is ever written down, whatever handlers a log has.
        logging.getLogger("uvicorn.access").disabled = True
        self._server = uvicorn.Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        host, port = self._bound.getsockname()[:2]
        return f"http://{host}:{port}"

    async def start(self) -> None:
        """Serve from now on."""
        # `serve()` would install signal handlers; `_serve()` is what it does inside them.
        # WORKAROUND https://github.com/encode/uvicorn/issues/1579 (no way to turn them off).
        self._task = asyncio.create_task(self._server._serve([self._bound]), name="http-server")
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Answer what is being asked, then close."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._bound.close()
