"""Another program at the API of a running desk: keys of each scope, bodies as Gallabox's clients send them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from desktop.domain.keys import Scope
from desktop.domain.messages import Status
from desktop.domain.public_ids import own_id
from tests.services.desk import Desk

MESSAGES = "/devapi/messages/whatsapp"
SHIPPED = {"1": "Priya", "2": "A-991", "3": "Thursday"}


@dataclass(slots=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(slots=True)
class Shop:
    """A program with one key."""

    desk: Desk
    session: ClientSession
    headers: Mapping[str, str]

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """One call. body: JSON; more: aiohttp's own, such as params, data, headers."""
        headers = {**self.headers, **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        url = self.desk.app.server_address + path
        async with self.session.request(method, url, headers=headers, **more) as answer:
            told = (
                await answer.json()
                if "json" in answer.headers.get("content-type", "")
                else await answer.text()
            )
            return Answer(answer.status, told, dict(answer.headers))

    async def send(self, body: Any, **headers: str) -> str:
        """A message that is taken in; returns its id."""
        answer = await self.ask("POST", MESSAGES, body, headers=headers)
        assert answer.status == 202, answer.body
        assert answer.body == {
            "id": answer.body["id"],
            "status": "ACCEPTED",
            "message": "Message received and being sent to recipient",
        }
        return str(answer.body["id"])

    async def status(self, id: str) -> Any:
        answer = await self.ask("GET", f"/devapi/accounts/64f0/messages/{id}/status")
        assert answer.status == 200, answer.body
        return answer.body

    async def arrives(self, id: str) -> Any:
        """The status once the message has arrived; not every customer reads it."""
        await self.desk.until_status(own_id(id) or 0, Status.DELIVERED, Status.READ)
        return await self.status(id)


async def key_of(desk: Desk, scope: Scope = Scope.ALL, name: str = "shop-sync") -> dict[str, str]:
    """The headers of a new key, in the letters that Gallabox documents."""
    made = await desk.app.keys.create(name, scope, desk.admin)
    return {"apiKey": made.api_key.key_id, "apiSecret": made.api_secret}


def template(
    phone: str = "16045550142",
    name: str = "order_shipped",
    values: Mapping[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A template message as in Gallabox's description; more: further parts of the template."""
    wanted = {"templateName": name, "bodyValues": dict(SHIPPED if values is None else values)} | more
    return {
        "channelId": "61a87f1e",
        "channelType": "whatsapp",
        "recipient": {"name": "Priya Sharma", "phone": phone},
        "whatsapp": {"type": "template", "template": wanted},
    }


def text(body: str, phone: str = "16045550142") -> dict[str, Any]:
    return {
        "channelType": "whatsapp",
        "recipient": {"phone": phone},
        "whatsapp": {"type": "text", "text": {"body": body}},
    }
