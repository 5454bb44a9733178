"""A client of the Cloud API whose base address is Assent's."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from desktop.domain.conversations import MessageView
from desktop.domain.keys import Scope
from desktop.domain.messages import Status
from desktop.domain.public_ids import own_message_id
from desktop.options import SANDBOX_NUMBER_ID
from desktop.store import conversations, settings
from tests.server.api import Answer, Shop
from tests.services.desk import Desk

SENDING = f"/v25.0/{SANDBOX_NUMBER_ID}/messages"
MARKETING = f"/v25.0/{SANDBOX_NUMBER_ID}/marketing_messages"
PRIYA_DIGITS = "16045550142"
SHIPPED = ("Priya", "A-991", "Thursday")
WINTER = ("Priya", "50%", "Sunday")


def text(body: str = "On its way", to: str = "+16045550142", **more: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}} | more


def template(
    name: str = "order_shipped",
    values: tuple[str, ...] = SHIPPED,
    to: str = "+16045550142",
    language: str = "en",
    components: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A template message; components: besides the body's values."""
    body = {"type": "body", "parameters": [{"type": "text", "text": one} for one in values]}
    parts = ([body] if values else []) + (components or [])
    content = {"name": name, "language": {"code": language}, "components": parts}
    return {"messaging_product": "whatsapp", "to": to, "type": "template", "template": content} | more


def winter(to: str = "+16045550142") -> dict[str, Any]:
    return template("winter_clearance", WINTER, to)


@dataclass(slots=True)
class Cloud:
    """A program with one bearer key."""

    shop: Shop
    store_key: str

    @property
    def desk(self) -> Desk:
        return self.shop.desk

    async def post(self, body: Any, path: str = SENDING, **headers: str) -> Answer:
        return await self.shop.ask("POST", path, body, headers=headers)

    async def send(self, body: Any, path: str = SENDING, **headers: str) -> str:
        """A message that is accepted; returns its id."""
        answer = await self.post(body, path, **headers)
        assert answer.status == 200, answer.body
        (one,) = answer.body["messages"]
        return str(one["id"])

    async def refused(self, body: Any, path: str = SENDING, **headers: str) -> tuple[int, int, str]:
        """What is refused: HTTP status, Meta's code, details."""
        answer = await self.post(body, path, **headers)
        return told(answer)

    def own(self, wamid: str) -> int:
        found = own_message_id(wamid, self.store_key)
        assert found is not None, wamid
        return found

    async def arrives(self, wamid: str) -> MessageView:
        return await self.desk.until_status(self.own(wamid), Status.DELIVERED, Status.READ)

    async def thread(self, contact_id: int) -> list[MessageView]:
        """The contact's conversation."""
        return await self.desk.app.store.read(lambda tx: conversations.thread(tx, contact_id))

    async def request_of(self, wamid: str) -> Any:
        """The body of the call to WhatsApp."""
        await self.arrives(wamid)
        (one,) = await self.desk.app.whys.exchanges(self.own(wamid))
        return json.loads(one.request.partition("\n\n")[2])


def told(answer: Answer) -> tuple[int, int, str]:
    """HTTP status, Meta's code and details of an error, whose envelope must be Meta's."""
    error = answer.body["error"]
    assert set(answer.body) == {"error"}
    assert {"message", "type", "code", "error_data", "fbtrace_id"} <= set(error), error
    assert error["error_data"]["messaging_product"] == "whatsapp"
    return answer.status, error["code"], error["error_data"]["details"]


async def cloud_of(
    desk: Desk, session: ClientSession, scope: Scope = Scope.ALL, name: str = "cloud-client"
) -> Cloud:
    """A program with a new key."""
    made = await desk.app.keys.create(name, scope, desk.admin)
    key = await desk.app.store.read(lambda tx: settings.meta(tx, "key"))
    return Cloud(Shop(desk, session, {"Authorization": f"Bearer {made.bearer}"}), key or "")
