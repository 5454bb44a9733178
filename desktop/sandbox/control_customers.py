"""The control API's part about customers: what they do, and who they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

from .asked import Body, flag, number, parse, phone_digits, string, user_id
from .clock import BusinessClock, iso
from .customers import Customer, Customers, digits
from .envelope import json_response
from .inbound import Inbound, kept
from .log import SendLog
from .routes import Routes
from .templates import Catalogue
from .thread import thread_of

Act: TypeAlias = "Callable[[Customer, Body], Awaitable[Body]]"


class ControlCustomers:
    """`/_control/customers…`. Phones in paths are E.164 or digits."""

    def __init__(
        self,
        *,
        inbound: Inbound,
        customers: Customers,
        catalogue: Catalogue,
        log: SendLog,
        clock: BusinessClock,
    ) -> None:
        self._inbound = inbound
        self._customers = customers
        self._catalogue = catalogue
        self._log = log
        self._clock = clock
        self._acts: dict[str, Act] = {
            "text": self._text,
            "button": self._button,
            "interactive": self._interactive,
            "media": self._media,
            "location": self._location,
            "reaction": self._reaction,
            "unsupported": self._unsupported,
            "read": self._read,
            "stop": self._stop,
            "resume": self._resume,
            "block": self._block,
            "name": self._name,
            "wrote": self._wrote,
            "us": self._us,
            "not_on_whatsapp": self._not_on_whatsapp,
            "wa_id": self._wa_id,
            "user_id": self._user_id,
            "no_phone": self._no_phone,
            "change_number": self._change_number,
        }

    def add_to(self, routes: Routes) -> None:
        """Adds its routes."""
        routes.add("GET", "/_control/customers", self.list)
        routes.add("GET", "/_control/customers/{phone}", self.show)
        routes.add("GET", "/_control/customers/{phone}/thread", self.thread)
        routes.add("POST", "/_control/customers/{phone}/{act}", self.act)

    async def list(self, _request: web.BaseRequest) -> web.Response:
        """Everyone who wrote, was written to or was changed; the latest 1,000 of those written to."""
        # The inner query reads the index on phone only, so that it stays quick after a million sends.
        sql = (
            "SELECT last.phone, send.at_s FROM (SELECT phone, max(n) AS n FROM send WHERE phone != ''"
            " GROUP BY phone ORDER BY 2 DESC LIMIT 1000) AS last JOIN send USING (n)"
        )
        written_to = await self._log.rows(sql)
        known = {customer.phone: self._shown(customer) for customer in self._customers.all()}
        for phone, at_s in written_to:
            shown = known.setdefault(phone, self._shown(Customer(phone)))
            shown["last_send_at"] = iso(at_s)
        return json_response({"customers": list(known.values())})

    async def show(self, _request: web.BaseRequest, phone: str) -> web.Response:
        """One customer."""
        known = self._customers.get(digits(phone))
        return json_response(self._shown(known or Customer(phone_digits(phone))))

    async def thread(self, _request: web.BaseRequest, phone: str) -> web.Response:
        """What this customer sees."""
        customer = self._customers.get(digits(phone)) or Customer(phone_digits(phone))
        return json_response({"thread": await thread_of(self._log, self._catalogue, customer)})

    async def act(self, request: web.BaseRequest, phone: str, act: str) -> web.Response:
        """Something this customer does, or a fact about them."""
        if act not in self._acts:
            raise ValueError(f"Unknown act {act!r}: one of {', '.join(sorted(self._acts))}.")
        body = await parse(request)
        customer = self._customers.ensure(phone_digits(phone))
        return json_response(await self._acts[act](customer, body))

    def _shown(self, customer: Customer) -> Body:
        shown = customer.as_dict() | {"phone": f"+{customer.phone}", "name": customer.shown_name}
        last_s = shown.pop("last_inbound_at_s")
        shown["last_inbound_at"] = iso(last_s) if last_s else None
        shown["window_open"] = customer.window_open(self._clock.now_s())
        return shown

    async def _text(self, customer: Customer, body: Body) -> Body:
        context = string(body, "context_wamid", "")
        return {"wamid": await self._inbound.text(customer, string(body, "text"), context)}

    async def _button(self, customer: Customer, body: Body) -> Body:
        text = string(body, "text")
        payload, context = string(body, "payload", text), string(body, "context_wamid", "")
        return {"wamid": await self._inbound.button(customer, payload, text, context)}

    async def _interactive(self, customer: Customer, body: Body) -> Body:
        reply = {"id": string(body, "id"), "title": string(body, "title")}
        kind, context = string(body, "kind", "button_reply"), string(body, "context_wamid", "")
        return {"wamid": await self._inbound.interactive(customer, kind, reply, context)}

    async def _media(self, customer: Customer, body: Body) -> Body:
        named = [string(body, key, "") for key in ("caption", "filename", "mime_type", "data_base64")]
        return {"wamid": await self._inbound.send_media(customer, string(body, "type", "image"), *named)}

    async def _location(self, customer: Customer, body: Body) -> Body:
        place = [body.get("latitude", 49.28), body.get("longitude", -123.12)]
        if not all(isinstance(one, int | float) for one in place):
            raise ValueError("'latitude' and 'longitude' are numbers.")
        return {"wamid": await self._inbound.location(customer, *place)}

    async def _reaction(self, customer: Customer, body: Body) -> Body:
        wamid, emoji = string(body, "message_id"), string(body, "emoji", "")
        return {"wamid": await self._inbound.reaction(customer, wamid, emoji)}

    async def _unsupported(self, customer: Customer, _body: Body) -> Body:
        return {"wamid": await self._inbound.unsupported(customer)}

    async def _read(self, customer: Customer, _body: Body) -> Body:
        return {"read": await self._inbound.read(customer)}

    async def _stop(self, customer: Customer, _body: Body) -> Body:
        await self._inbound.prefer(customer, "stop")
        return self._shown(customer)

    async def _resume(self, customer: Customer, _body: Body) -> Body:
        await self._inbound.prefer(customer, "resume")
        return self._shown(customer)

    async def _block(self, customer: Customer, body: Body) -> Body:
        customer.blocked = flag(body, "blocked")
        return await self._kept(customer)

    async def _name(self, customer: Customer, body: Body) -> Body:
        customer.name = string(body, "name")
        return await self._kept(customer)

    async def _wrote(self, customer: Customer, body: Body) -> Body:
        """They wrote a while ago: the window opens as it would have, and nobody is told."""
        ago_s = number(body.get("seconds_ago"), "seconds_ago")
        if ago_s < 0:
            raise ValueError("Give 'seconds_ago' as 0 or more.")
        customer.last_inbound_at_s = max(customer.last_inbound_at_s, self._clock.now_s() - ago_s)
        return await self._kept(customer)

    async def _us(self, customer: Customer, body: Body) -> Body:
        customer.us_number = flag(body, "value")
        return await self._kept(customer)

    async def _not_on_whatsapp(self, customer: Customer, body: Body) -> Body:
        customer.not_on_whatsapp = flag(body, "value")
        return await self._kept(customer)

    async def _wa_id(self, customer: Customer, body: Body) -> Body:
        customer.wa_id = digits(string(body, "wa_id"))
        return await self._kept(customer)

    async def _user_id(self, customer: Customer, body: Body) -> Body:
        customer.user_id = user_id(body)
        customer.hides_phone = False
        return await self._kept(customer)

    async def _no_phone(self, customer: Customer, body: Body) -> Body:
        customer.user_id = user_id(body)
        customer.hides_phone = True
        return await self._kept(customer)

    async def _change_number(self, customer: Customer, body: Body) -> Body:
        return self._shown(await self._inbound.change_number(customer, string(body, "new_phone")))

    async def _kept(self, customer: Customer) -> Body:
        await self._log.keep(None, (), [kept(customer)])
        return self._shown(customer)
