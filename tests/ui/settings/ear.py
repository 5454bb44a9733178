"""Another program that hears webhooks: a real server on this machine, which answers as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(slots=True)
class Ear:
    """heard: (event, body), in order. status: what it answers from now on."""

    address: str = ""
    status: int = 200
    heard: list[tuple[str, str]] = field(default_factory=list)

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((request.headers.get("x-event-name", ""), await request.text()))
        return web.Response(status=self.status)


@asynccontextmanager
async def listening() -> AsyncIterator[Ear]:
    """An ear on a port of its own."""
    ear = Ear()
    app = web.Application()
    app.router.add_post("/hooks/wa", ear.hear)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server = site._server
    assert isinstance(server, asyncio.Server)
    ear.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks/wa"
    try:
        yield ear
    finally:
        await runner.cleanup()
