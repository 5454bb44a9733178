"""What customers do: they write, tap, read, block, stop marketing, change their number."""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import Any

from .clock import BusinessClock
from .customers import Customer, Customers, digits
from .deliver import Courier
from .log import Row, SendLog, upsert
from .media import SAMPLES, MediaShelf
from .plan import Wamids
from .updates import Number, Send, message_entry, preference_entry

SEND_FIELDS = (
    "n, at_s, phone, wa_id, user_id, to_user, type, template, category, free, error_code, opaque, wamid"
)


class Inbound:
    """Turns what a customer does into rows and webhooks. Methods raise ValueError, with a sentence, for bad input."""

    def __init__(
        self,
        *,
        number: Number,
        log: SendLog,
        courier: Courier,
        customers: Customers,
        media: MediaShelf,
        clock: BusinessClock,
        wamids: Wamids,
    ) -> None:
        self._number = number
        self._log = log
        self._courier = courier
        self._customers = customers
        self._media = media
        self._clock = clock
        self._wamids = wamids

    async def text(self, customer: Customer, text: str, context_wamid: str = "") -> str:
        """Writes a text; returns its wamid."""
        return await self._write(customer, "text", {"body": text}, context_wamid)

    async def button(self, customer: Customer, payload: str, text: str, context_wamid: str = "") -> str:
        """Taps a quick reply of a template."""
        return await self._write(customer, "button", {"payload": payload, "text": text}, context_wamid)

    async def interactive(
        self, customer: Customer, kind: str, reply: dict[str, str], context_wamid: str = ""
    ) -> str:
        """Taps a reply button or picks a list row; `kind` is 'button_reply' or 'list_reply'."""
        if kind not in ("button_reply", "list_reply"):
            raise ValueError("'kind' is 'button_reply' or 'list_reply'.")
        return await self._write(customer, "interactive", {"type": kind, kind: reply}, context_wamid)

    async def reaction(self, customer: Customer, wamid: str, emoji: str) -> str:
        """Reacts to a message; an empty emoji takes the reaction back."""
        content = {"message_id": wamid} | ({"emoji": emoji} if emoji else {})
        return await self._write(customer, "reaction", content)

    async def location(self, customer: Customer, latitude: float, longitude: float) -> str:
        """Sends a place."""
        return await self._write(customer, "location", {"latitude": latitude, "longitude": longitude})

    async def send_media(
        self, customer: Customer, kind: str, caption: str, filename: str, mime_type: str, data_base64: str
    ) -> str:
        """Sends a medium: the bytes given, or a small sample of its kind."""
        if kind not in SAMPLES:
            raise ValueError(f"'type' is one of {', '.join(sorted(SAMPLES))}.")
        usual_mime, usual_name, data = SAMPLES[kind]
        if data_base64:
            try:
                data = base64.b64decode(data_base64, validate=True)
            except binascii.Error:
                raise ValueError("'data_base64' is not Base64.") from None
        medium = await self._media.put(mime_type or usual_mime, filename or usual_name, data)
        content: dict[str, Any] = {"id": medium.id, "mime_type": medium.mime_type, "sha256": medium.sha256}
        if caption:
            content["caption"] = caption
        if kind == "document":
            content["filename"] = medium.filename
        if kind == "audio":
            content["voice"] = False
        if kind == "sticker":
            content["animated"] = False
        return await self._write(customer, kind, content)

    async def unsupported(self, customer: Customer) -> str:
        """Sends something the Cloud API cannot show."""
        error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
        message = {
            "errors": [error | {"error_data": {"details": "Message type is currently not supported."}}]
        }
        return await self._message(customer, {"type": "unsupported"} | message, opens_window=True)

    async def prefer(self, customer: Customer, value: str) -> None:
        """Stops or resumes marketing in WhatsApp itself: 'stop' or 'resume'. Remembered for later sends."""
        customer.stopped = value == "stop"
        entry = preference_entry(self._number, customer, value, self._clock.now_s())
        await self._courier.announce(entry, [kept(customer)])

    async def change_number(self, customer: Customer, new_phone: str) -> Customer:
        """Moves to another number: the old one leaves WhatsApp, name and marketing choice go along."""
        phone = digits(new_phone)
        if not 7 <= len(phone) <= 15 or phone == customer.phone:
            raise ValueError("'new_phone' is another phone number with its country code.")
        system = {
            "type": "user_changed_number",
            "wa_id": phone,
            "body": f"{customer.shown_name} changed from +{customer.phone} to +{phone}",
        }
        await self._message(customer, {"type": "system", "system": system}, opens_window=False)
        moved = self._customers.ensure(phone)
        moved.name, moved.stopped = customer.name, customer.stopped
        customer.not_on_whatsapp = True
        await self._log.keep(None, (), [kept(customer), kept(moved)])
        return moved

    async def read(self, customer: Customer) -> int:
        """Reads everything delivered that was not read, at once; returns how many."""
        # A message whose 'delivered' still waits for its time is not on the phone yet; one that only waits
        # for the webhook to answer is.
        sql = (
            f"SELECT {SEND_FIELDS}, plan FROM send WHERE phone = ? AND error_code = 0"
            " AND plan NOT LIKE '%read%' AND n NOT IN"
            " (SELECT n FROM outbox WHERE status = 'delivered' AND due_s > ?) ORDER BY n"
        )
        wall_s, now_s = time.time(), self._clock.now_s()
        rows = await self._log.rows(sql, (customer.phone, wall_s))
        sends = [Send(*row[:-1]) for row in rows]
        owed = [(self._courier.new_id(), send) for send in sends]
        statements: list[tuple[str, Row]] = [
            ("UPDATE send SET plan = ? WHERE n = ?", (f"{row[-1]},read".lstrip(","), row[0])) for row in rows
        ]
        outbox = [(update_id, wall_s, now_s, send.n, "read", "") for update_id, send in owed]
        await self._log.keep(None, outbox, statements)
        for update_id, send in owed:
            self._courier.add_status(0.0, update_id, now_s, "read", send)
        return len(sends)

    async def _write(
        self, customer: Customer, kind: str, content: dict[str, Any], context_wamid: str = ""
    ) -> str:
        message: dict[str, Any] = {"type": kind, kind: content}
        if context_wamid:
            message["context"] = {"from": self._number.display_digits, "id": context_wamid}
        return await self._message(customer, message, opens_window=True)

    async def _message(self, customer: Customer, message: dict[str, Any], *, opens_window: bool) -> str:
        wamid, now_s = self._wamids.new(), self._clock.now_s()
        head = {"id": wamid, "timestamp": str(int(now_s))}
        statements: list[tuple[str, Row]] = [
            (
                "INSERT INTO inbound (at_s, phone, wamid, body) VALUES (?, ?, ?, ?)",
                (now_s, customer.phone, wamid, json.dumps(message)),
            )
        ]
        if opens_window:
            customer.last_inbound_at_s = now_s
        statements.append(kept(customer))
        await self._courier.announce(message_entry(self._number, customer, head | message), statements)
        return wamid


def kept(customer: Customer) -> tuple[str, Row]:
    """The statement that keeps `customer` as it is now."""
    return upsert("customer", customer.phone, customer.as_dict())
