"""`POST /{phone_number_id}/messages`: check, accept, log, answer, and owe the statuses.

This is the way every send takes, thousands a second in a bench, so it does no more than it must.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .clock import BusinessClock
from .customers import Customer, Customers, digits, is_user_id
from .deliver import Courier
from .envelope import GraphError, missing, no_object
from .limits import Limits
from .log import SendLog
from .media import MediaShelf
from .message_rules import check_common, check_content
from .plan import StatusPlan, Wamids
from .ready import ReadyAnswer
from .template_rules import check_parameters, check_status, no_translation
from .templates import Catalogue
from .trouble import Trouble, Troubles
from .updates import Number, Send

HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"
MEDIA_KINDS = frozenset({"image", "video", "document", "audio", "sticker"})


class HangUp(Exception):
    """The connection ends here, after these bytes and without the rest of an answer."""

    def __init__(self, partial: bytes = b"") -> None:
        self.partial = partial
        super().__init__("connection dropped")


@dataclass(frozen=True, slots=True)
class Checked:
    """A send that passed Meta's checks. `category` is '' for anything but a template."""

    given: str
    phone: str
    to_user: bool
    customer: Customer | None
    type: str
    template: str
    category: str


class Messages:
    """Takes sends for the business number."""

    def __init__(
        self,
        *,
        number: Number,
        log: SendLog,
        courier: Courier,
        catalogue: Catalogue,
        customers: Customers,
        media: MediaShelf,
        troubles: Troubles,
        limits: Limits,
        clock: BusinessClock,
        plan: StatusPlan,
        wamids: Wamids,
    ) -> None:
        self._number = number
        self._log = log
        self._courier = courier
        self._catalogue = catalogue
        self._customers = customers
        self._media = media
        self._troubles = troubles
        self._limits = limits
        self._clock = clock
        self._plan = plan
        self._wamids = wamids
        self._next_n = 1

    def number_from(self, n: int) -> None:
        """The number of the next accepted send."""
        self._next_n = n

    async def answer(self, raw: bytes, *, marketing_api: bool = False) -> web.Response:
        """Answers one request body; GraphError or HangUp where there is no ordinary answer."""
        text = decoded(raw)
        body = parse_object(text)
        if "status" in body:
            return await self._receipt(body)
        checked = self._check(body, marketing_api)
        trouble = self._troubles.for_send(checked.phone)
        if trouble is not None and (refusal := _refusal(trouble)) is not None:
            return refusal
        self._limits.check(checked.phone)
        send = self._accept(checked, body, trouble, marketing_api)
        await self._keep(send, text)
        reply = self._reply(checked, send)
        if trouble is not None:
            return await _spoilt(trouble, reply)
        return ReadyAnswer(reply)

    def _check(self, body: dict[str, Any], marketing_api: bool) -> Checked:
        check_common(body)
        given, phone, to_user = self._recipient(body)
        customer = self._customers.by_user_id(given) if to_user else self._customers.get(phone)
        if customer is not None:
            phone = customer.phone
        kind = body.get("type", "text")
        template = category = ""
        if kind == "template":
            template, category = self._check_template(body.get("template"))
            if category == "AUTHENTICATION" and to_user:
                raise GraphError(131062)
        else:
            if marketing_api:
                raise GraphError(131055)
            if not isinstance(kind, str):
                raise GraphError(100, "Param type must be a string.")
            check_content(kind, body.get(kind))
            if kind in MEDIA_KINDS and "id" in body[kind] and not self._media.knows(body[kind]["id"]):
                sentence = f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID"
                raise GraphError(100, sentence)
        if marketing_api and category != "MARKETING":
            raise GraphError(134100)
        return Checked(given, phone, to_user, customer, kind, template, category)

    def _recipient(self, body: dict[str, Any]) -> tuple[str, str, bool]:
        to = body.get("to")
        if not to:
            user_id = body.get("recipient")
            if not isinstance(user_id, str) or not user_id:
                raise missing("to")
            if not is_user_id(user_id):
                raise GraphError(100, "Param recipient is not a valid business-scoped user id.")
            return user_id, "", True
        phone = digits(to) if isinstance(to, str) else ""
        if not 7 <= len(phone) <= 15:
            raise GraphError(100, "Param to is not a valid WhatsApp phone number.")
        if phone == self._number.display_digits:
            raise GraphError(131021)
        return to, phone, False

    def _check_template(self, wanted: object) -> tuple[str, str]:
        if not isinstance(wanted, dict):
            raise missing("template")
        name, language = wanted.get("name"), wanted.get("language")
        if not isinstance(name, str) or not name:
            raise missing("template['name']")
        code = language.get("code") if isinstance(language, dict) else None
        if not isinstance(code, str) or not code:
            raise missing("template['language']['code']")
        found = self._catalogue.find(name, code)
        if found is None:
            raise no_translation(name, code)
        template, needs = found
        check_status(template)
        check_parameters(needs, wanted.get("components"))
        return name, template.category

    def _accept(
        self, checked: Checked, body: dict[str, Any], trouble: Trouble | None, marketing_api: bool
    ) -> Send:
        n = self._next_n
        self._next_n = n + 1
        now_s = self._clock.now_s()
        customer = checked.customer
        open_ = customer is not None and customer.window_open(now_s)
        error_code = trouble.code if trouble is not None and trouble.kind == "code" else 0
        opaque = body.get("biz_opaque_callback_data")
        wa_id, user_id = checked.phone, checked.given if checked.to_user else ""
        if customer is not None:
            wa_id, user_id = customer.shown_wa_id, customer.user_id
        return Send(
            n=n,
            at_s=now_s,
            phone=checked.phone,
            wa_id=wa_id,
            user_id=user_id,
            to_user=checked.to_user,
            type=checked.type,
            template=checked.template,
            category="marketing_lite" if marketing_api else checked.category.lower() or "service",
            free=not checked.category or (open_ and checked.category == "UTILITY"),
            error_code=error_code or _failure(customer, checked.category, open_),
            opaque="" if opaque is None else json.dumps(opaque),
            wamid=self._wamids.new(),
        )

    async def _keep(self, send: Send, text: str) -> None:
        """Commits the send with the statuses it is owed, then lets them come due."""
        courier = self._courier
        wall_s = time.time()
        planned = self._plan.statuses(send.n, send.error_code)
        owed = [(courier.new_id(), delay_s, status) for status, delay_s in planned]
        rows = [
            (update_id, wall_s + delay_s, send.at_s + delay_s, send.n, status, "")
            for update_id, delay_s, status in owed
        ]
        try:
            await self._log.keep(
                (*send[:11], ",".join(status for status, _ in planned), send.opaque, send.wamid, text), rows
            )
        except Exception as problem:
            raise GraphError(131000, f"The sandbox could not keep the send: {problem}.") from problem
        for update_id, delay_s, status in owed:
            courier.add_status(delay_s, update_id, send.at_s + delay_s, status, send)

    def _reply(self, checked: Checked, send: Send) -> bytes:
        given = json.dumps(checked.given)
        if checked.to_user:
            who = f'{{"input":{given},"user_id":{given}}}'
        else:
            customer = checked.customer
            wa_id = (customer.wa_id if customer is not None else "") or checked.phone
            who = f'{{"input":{given},"wa_id":"{wa_id}"}}'
        accepted = ',"message_status":"accepted"' if send.template else ""
        return (
            f'{{"messaging_product":"whatsapp","contacts":[{who}],'
            f'"messages":[{{"id":"{send.wamid}"{accepted}}}]}}'
        ).encode()

    async def _receipt(self, body: dict[str, Any]) -> web.Response:
        """Read receipts and the typing indicator: marks the customer's messages as read up to this one."""
        if body.get("messaging_product") != "whatsapp":
            raise missing("messaging_product")
        wamid = body.get("message_id")
        if body["status"] != "read" or not isinstance(wamid, str):
            raise missing("message_id" if body["status"] == "read" else "status")
        known = await self._log.rows("SELECT phone, n FROM inbound WHERE wamid = ?", (wamid,))
        if not known:
            raise no_object(wamid, "post")
        sql = "UPDATE inbound SET read_at_s = ? WHERE phone = ? AND n <= ? AND read_at_s IS NULL"
        await self._log.keep(None, (), [(sql, (self._clock.now_s(), *known[0]))])
        return ReadyAnswer(b'{"success":true}')


def decoded(raw: bytes) -> str:
    """The text of a request; GraphError 100 if it is not UTF-8."""
    try:
        return raw.decode()
    except ValueError:
        raise GraphError(100, "The request body is not UTF-8.", message="(#100) Invalid JSON") from None


def parse_object(text: str) -> dict[str, Any]:
    """The JSON object of a request; GraphError 100 if it is none."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise GraphError(100, "The request body is not valid JSON.", message="(#100) Invalid JSON") from None
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    return body


def _failure(customer: Customer | None, category: str, window_open: bool) -> int:
    """The code by which an accepted send fails later, 0 if it does not."""
    if customer is not None and (customer.not_on_whatsapp or customer.blocked):
        return 131026
    if not category:
        return 0 if window_open else 131047
    if category == "MARKETING" and customer is not None:
        if customer.stopped:
            return 131050
        if customer.us_number:
            return 131049
    return 0


def _refusal(trouble: Trouble) -> web.Response | None:
    """What a trouble does before anything is accepted; None if it lets the send through."""
    if trouble.kind == "code" and trouble.when == "answer":
        raise GraphError(trouble.code)
    if trouble.kind == "http_429":
        raise GraphError(130429, http_status=429)
    if trouble.kind == "drop_before_accept":
        raise HangUp
    if trouble.kind == "html_502" and not trouble.after_accept:
        return web.Response(body=HTML_502, status=502, content_type="text/html")
    return None


async def _spoilt(trouble: Trouble, reply: bytes) -> web.Response:
    """What a trouble does to the answer of a send that was accepted and logged."""
    if trouble.kind == "slow_answer":
        await asyncio.sleep(trouble.delay_s)
    elif trouble.kind == "drop_after_accept":
        raise HangUp
    elif trouble.kind == "half_answer":
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(reply)}\r\n\r\n"
        raise HangUp(head.encode() + reply[: len(reply) // 2])
    elif trouble.kind == "wrong_json":
        return ReadyAnswer(b'{"ok":true}')
    elif trouble.kind == "html_502":
        return web.Response(body=HTML_502, status=502, content_type="text/html")
    return ReadyAnswer(reply)
