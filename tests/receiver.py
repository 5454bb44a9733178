"""A program that outgoing webhooks are posted to: a real server on loopback that keeps what came."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Posted:
    """One call as it came."""

    path: str
    headers: dict[str, str]
    raw: bytes
    method: str = "POST"

    @property
    def event(self) -> str:
        return self.headers["x-event-name"]

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def mark(self) -> str:
        return self.headers["x-assent-delivery"]

    def is_signed(self, secret: str) -> bool:
        """As Gallabox's clients check it: base64 of HMAC-SHA256 over the raw bytes."""
        mac = hmac.new(secret.encode(), self.raw, hashlib.sha256).digest()
        return self.headers.get("x-gallabox-signature") == base64.b64encode(mac).decode()

    def is_signed_as_meta(self, secret: str) -> bool:
        mac = hmac.new(secret.encode(), self.raw, hashlib.sha256).hexdigest()
        return self.headers.get("x-hub-signature-256") == f"sha256={mac}"


@dataclass(slots=True)
class Receiver:
    """answer: makes the answer to a call; 200 by default."""

    address: str = ""
    posts: list[Posted] = field(default_factory=list)
    answer: Callable[[Posted], web.Response] = field(default=lambda _one: web.Response())
    most_at_once: int = 0
    _at_once: int = 0
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"{self.address}/hooks"

    def refuse(self, status: int = 500) -> None:
        """Answer with this status from now on."""
        self.answer = lambda _one: web.Response(status=status)

    def take(self) -> None:
        self.answer = lambda _one: web.Response()

    def events(self) -> list[str]:
        return [one.event for one in self.posts]

    def of(self, event: str) -> list[Any]:
        """The bodies of this event."""
        return [one.body for one in self.posts if one.event == event]

    async def until(self, wanted: Callable[[], Any]) -> None:
        """Wait until what came is so."""
        async with asyncio.timeout(WAIT_S), self._news:
            await self._news.wait_for(wanted)

    async def handle(self, request: web.Request) -> web.Response:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        headers = {name.lower(): value for name, value in request.headers.items()}
        one = Posted(request.path, headers, await request.read(), request.method)
        self._at_once -= 1
        answer = self.answer(one)
        async with self._news:
            self.posts.append(one)
            self._news.notify_all()
        return answer


@asynccontextmanager
async def open_receiver() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    made = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    made.address = f"http://{host}:{port}"
    try:
        yield made
    finally:
        await runner.cleanup()
