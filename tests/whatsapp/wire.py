"""A small real server on loopback that answers as a test says, and keeps what it was asked."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from desktop.domain.consent import Category, Cleared, Facts, OptIn, Path, Question, clear, decide
from desktop.whatsapp.connection import Connection

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Served:
    """Where the server is and what it received."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)

    @property
    def body(self) -> Any:
        """The last JSON body."""
        return json.loads(self.bodies[-1])


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Served]:
    """Run `handler` for every path; each request is kept once it was read whole."""
    served = Served()

    async def keep(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        served.paths.append(request.path)
        served.bodies.append(body)
        served.headers.append(dict(request.headers))
        served.queries.append(dict(request.query))
        return await handler(request)

    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", keep)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield served
    finally:
        await runner.cleanup()


@asynccontextmanager
async def talking(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """A bare TCP server: `talk` has the connection to itself."""

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(run, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def refusing() -> AsyncIterator[str]:
    """An address where nobody listens, and where nobody else can begin to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def sandbox(url: str) -> Connection:
    """A connection to a server of ours."""
    return Connection(url, "106500000000001", "204600000000002", "token-of-tests", is_sandbox=True)


def cleared(category: Category = Category.SERVICE, message_id: int = 1) -> Cleared:
    """Leave to send, as the rule gives it to a contact that opted in."""
    facts = Facts(opt_in=OptIn.YES, consent_event_id=3)
    return clear(message_id, decide(Question(Path.COMPOSE, category, facts)))


async def request_of(reader: asyncio.StreamReader) -> bytes:
    """One whole HTTP request with a length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    return head + await reader.readexactly(length)
