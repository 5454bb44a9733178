"""What the file holds, taken up at the start; and starting over."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from .clock import BusinessClock
from .control_account import Repute
from .customers import Customers
from .deliver import Courier
from .inbound import SEND_FIELDS
from .lane import WebhookTarget
from .log import SendLog, remember
from .media import MediaShelf
from .messages import Messages
from .templates import Catalogue
from .trouble import Troubles
from .updates import Send
from .wire import Wire


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that has a state."""

    log: SendLog
    clock: BusinessClock
    customers: Customers
    catalogue: Catalogue
    media: MediaShelf
    messages: Messages
    courier: Courier
    troubles: Troubles
    wire: Wire
    repute: Repute

    async def restore(self) -> None:
        """Takes up what the file holds."""
        rows = self.log.rows
        settings = {key: json.loads(value) for key, value in await rows("SELECT key, value FROM meta")}
        self.clock.offset_s = settings.get("clock_offset_s", 0.0)
        customers = await rows("SELECT body FROM customer ORDER BY rowid")
        self.customers.load([json.loads(body) for (body,) in customers])
        templates = await rows("SELECT body FROM template ORDER BY id")
        self.catalogue.load([json.loads(body) for (body,) in templates])
        await self.media.load()
        ((last_n, last_id),) = await rows(
            "SELECT (SELECT coalesce(max(n), 0) FROM send), (SELECT coalesce(max(id), 0) FROM outbox)"
        )
        self.messages.number_from(last_n + 1)
        self.courier.number_from(last_id + 1)
        await self._restore_outbox()
        self.repute.take_up(settings.get("repute"))
        if settings.get("webhook"):
            self.courier.aim(WebhookTarget(*settings["webhook"]))

    async def start_over(self) -> None:
        """Empties everything but the webhook's target."""
        self.courier.clear()
        self.troubles.clear()
        self.customers.clear()
        self.media.clear()
        self.wire.clear()
        self.repute.take_up(None)
        self.catalogue.start_over(self.clock.now_s())
        self.messages.number_from(1)
        tables = ("send", "outbox", "inbound", "customer", "template", "media")
        await self.log.keep(
            None, (), [(f"DELETE FROM {table}", ()) for table in tables] + [remember("repute", None)]
        )
        self.log.sends_kept = 0

    async def _restore_outbox(self) -> None:
        fields = ", ".join(f"s.{name.strip()}" for name in SEND_FIELDS.split(","))
        wall_s = time.time()
        for update_id, due_s, at_s, status, *row in await self.log.rows(
            f"SELECT o.id, o.due_s, o.at_s, o.status, {fields} FROM outbox o JOIN send s ON s.n = o.n ORDER BY o.id"
        ):
            self.courier.add_status(max(0.0, due_s - wall_s), update_id, at_s, status, Send(*row))
        for update_id, at_s, entry in await self.log.rows(
            "SELECT id, at_s, body FROM outbox WHERE status = '' ORDER BY id"
        ):
            self.courier.add_entry(0.0, update_id, at_s, entry)
