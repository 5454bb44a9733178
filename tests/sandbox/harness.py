"""A client of the sandbox and a webhook receiver, both real HTTP on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, ClientSession, web

NUMBER = "106500000000001"
WABA = "102290000000001"
ANA = "+16045550142"
BEN = "+14165550117"
WAIT_S = 10.0


class Client:
    """Calls one sandbox."""

    def __init__(self, session: ClientSession, base_url: str) -> None:
        self.session = session
        self.base_url = base_url

    async def call(
        self, method: str, path: str, body: object = None, token: str | None = "sandbox-token"
    ) -> tuple[int, Any]:
        """Status and JSON of a call; Cloud API paths start with /v."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.request(method, self.base_url + path, json=body, headers=headers) as answer:
            return answer.status, await read(answer)

    async def control(self, path: str, body: object = None, method: str = "") -> Any:
        """A control call that must succeed; POST if there is a body."""
        method = method or ("GET" if body is None else "POST")
        status, answer = await self.call(method, f"/_control/{path}", body, token=None)
        assert status == 200, answer
        return answer

    async def send(self, to: str = ANA, **more: Any) -> tuple[int, Any]:
        """Sends winter_clearance, or what `more` says instead."""
        body = {"messaging_product": "whatsapp", "to": to} | (more or template())
        return await self.call("POST", f"/v25.0/{NUMBER}/messages", body)

    async def sent(self, to: str = ANA, **more: Any) -> str:
        """The same, which must be accepted; returns the wamid."""
        status, answer = await self.send(to, **more)
        assert status == 200, answer
        return str(answer["messages"][0]["id"])

    async def settled(self) -> None:
        """Returns when every webhook was answered."""
        async with asyncio.timeout(WAIT_S):
            while (await self.control("webhook"))["pending"]:
                continue


class Receiver:
    """A webhook that keeps what it gets; `answers` is the status it answers with."""

    def __init__(self) -> None:
        self.url = ""
        self.secret = "app-secret"
        self.verify_token = "verify-me"
        self.answers = 200
        self.bodies: list[dict[str, Any]] = []
        self.signatures: list[bool] = []
        self.sizes: list[int] = []
        self._news = asyncio.Event()

    async def serve(self, request: web.BaseRequest) -> web.Response:
        if request.method == "GET":
            good = request.query.get("hub.verify_token") == self.verify_token
            good = good and request.query.get("hub.mode") == "subscribe"
            return web.Response(
                text=request.query["hub.challenge"] if good else "no", status=200 if good else 403
            )
        raw = await request.read()
        wanted = "sha256=" + hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
        self.signatures.append(request.headers.get("X-Hub-Signature-256") == wanted)
        self.sizes.append(len(raw))
        self.bodies.append(json.loads(raw) if raw.startswith(b"{") else {"raw": raw.decode()})
        self._news.set()
        return web.Response(status=self.answers)

    async def until(self, found: Callable[[], bool]) -> None:
        """Waits until `found` is true of what arrived."""
        async with asyncio.timeout(WAIT_S):
            while not found():
                self._news.clear()
                await self._news.wait()

    def values(self, field: str = "messages") -> list[dict[str, Any]]:
        """The value of every change of this field, in order."""
        entries = [entry for body in self.bodies for entry in body.get("entry", [])]
        changes = [change for entry in entries for change in entry["changes"]]
        return [change["value"] for change in changes if change["field"] == field]

    def statuses(self, wamid: str | None = None) -> list[dict[str, Any]]:
        """Every status, in order."""
        told = [status for value in self.values() for status in value.get("statuses", [])]
        return [status for status in told if wamid in (None, status["id"])]

    def messages(self) -> list[dict[str, Any]]:
        """Every inbound message, in order."""
        return [message for value in self.values() for message in value.get("messages", [])]

    async def status_of(self, wamid: str, name: str) -> dict[str, Any]:
        """Waits for one status of one message."""
        await self.until(lambda: any(one["status"] == name for one in self.statuses(wamid)))
        return next(one for one in self.statuses(wamid) if one["status"] == name)

    async def aim(self, client: Client) -> None:
        """Makes the sandbox post here."""
        body = {"url": self.url, "secret": self.secret, "verify_token": self.verify_token}
        answer = await client.control("webhook", body)
        assert answer["verified"], answer


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver.serve, request_factory=_large_request))
    await runner.setup()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    receiver.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


def _large_request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=4_000_000)


async def read(answer: ClientResponse) -> Any:
    """The JSON of an answer, or its bytes if it is none."""
    raw = await answer.read()
    return json.loads(raw) if answer.content_type == "application/json" else raw


def template(name: str = "winter_clearance", *values: str, language: str = "en") -> dict[str, Any]:
    """A template message; three values if none are given."""
    parameters = [{"type": "text", "text": value} for value in values or ("Ana", "50%", "Sunday")]
    return {
        "type": "template",
        "template": {
            "name": name,
            "language": {"code": language},
            "components": [{"type": "body", "parameters": parameters}],
        },
    }


def text(body: str = "Hello") -> dict[str, Any]:
    """A text message."""
    return {"type": "text", "text": {"body": body}}


def code(answer: Any) -> int:
    """The code of an error answer, whose envelope must be whole."""
    error = answer["error"]
    assert set(error) - {"error_subcode"} == {"message", "type", "code", "error_data", "fbtrace_id"}
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["error_data"]["details"]
    return int(error["code"])
