"""The control API: what a person, a test or the console's sandbox page does to the pretend WhatsApp.

Bodies and answers are JSON; a mistake is answered 400 with `{"error": sentence}`. No token is needed. `count`
in troubles is 1 if absent and null for "until cleared". Phones are E.164; times are ISO 8601 with a zone.

    POST   /_control/webhook            {url, secret?, verify_token} → {verified, reason}; does the handshake,
                                        and keeps the target only if it succeeds
    GET    /_control/webhook            {url, pending}
    DELETE /_control/webhook            no target any more; what is pending waits
    POST   /_control/webhooks/raw       {body, signature?: good|wrong|none} → {status, answer}; `body` is any
                                        JSON, or a text that is posted as it is
    GET    /_control/sends              ?after=N&limit=M → {sends: [{n, at, to, type, template,
                                        biz_opaque_callback_data, wamid}]}
    GET    /_control/sends/count        {count}
    POST   /_control/trouble            {kind, count?, to?, delay_s?, code?, when?, after_accept?} → {trouble};
                                        with `code` alone the kind is 'code'
    GET    /_control/trouble            {troubles}
    DELETE /_control/trouble            nothing goes wrong any more
    GET    /_control/clock              {at, offset_s}
    POST   /_control/clock              {at} or {advance_s}; forward only
    POST   /_control/status_delays      {delays_s: {sent?, delivered?, read?} | null, read_share?}
    GET    /_control/status_delays      the same
    POST   /_control/limits             {per_s?: number | null, pairs?: bool}; both off at first
    GET    /_control/templates          {templates}, every field
    POST   /_control/templates          {templates: as the Cloud API creates them} → {added}; approved already,
                                        and nobody is told; those that are there stay as they are
    POST   /_control/templates/{name}   {status?, category?, correct_category?, quality?, body?, language?,
                                        reason?, pause?: 1 (3 h) | 2 (6 h)}
    POST   /_control/reset              {keep_clock?}; empties everything but the webhook's target
    GET    /_control/wire               ?after=N → {exchanges}, the last 2,000

The number and the account: see `control_account`.

Customers (all POST unless said; most answer {wamid} or the customer):

    GET /_control/customers · GET /_control/customers/{phone} · GET /_control/customers/{phone}/thread
    /_control/customers/{phone}/text {text, context_wamid?} · /button {text, payload?, context_wamid?}
      /interactive {id, title, kind?: button_reply|list_reply, context_wamid?}
      /media {type?, caption?, filename?, mime_type?, data_base64?} · /location {latitude?, longitude?}
      /reaction {message_id, emoji?} · /unsupported {} · /read {} → {read: how many}
      /stop {} · /resume {} · /block {blocked} · /not_on_whatsapp {value} · /us {value} · /name {name}
      /wrote {seconds_ago} (opens the window and tells nobody)
      /wa_id {wa_id} · /user_id {user_id} (both known) · /no_phone {user_id} (only the id is told)
      /change_number {new_phone}
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from .asked import check_url, number, parse, string, whole
from .clock import BusinessClock, iso
from .customers import digits
from .deliver import Courier
from .envelope import GraphError, json_response
from .lane import WebhookTarget
from .limits import Limits
from .log import SendLog, remember
from .plan import StatusPlan
from .routes import Routes
from .template_changes import TemplateChanges
from .template_rules import check_new
from .templates import Catalogue, new_template
from .trouble import Troubles
from .wire import Wire

SENDS_AT_ONCE = 1000
MOST_SENDS_AT_ONCE = 20_000


class Control:
    """`/_control…` but for customers."""

    def __init__(
        self,
        *,
        log: SendLog,
        courier: Courier,
        catalogue: Catalogue,
        changes: TemplateChanges,
        troubles: Troubles,
        limits: Limits,
        clock: BusinessClock,
        plan: StatusPlan,
        wire: Wire,
        app_secret: str,
        allow_remote: bool,
        start_over: Callable[[], Any],
    ) -> None:
        self._log = log
        self._courier = courier
        self._catalogue = catalogue
        self._changes = changes
        self._troubles = troubles
        self._limits = limits
        self._clock = clock
        self._plan = plan
        self._wire = wire
        self._app_secret = app_secret
        self._allow_remote = allow_remote
        self._start_over = start_over

    def add_to(self, routes: Routes) -> None:
        """Adds its routes."""
        routes.add("POST", "/_control/webhook", self.aim)
        routes.add("GET", "/_control/webhook", self.target)
        routes.add("DELETE", "/_control/webhook", self.no_target)
        routes.add("POST", "/_control/webhooks/raw", self.raw_webhook)
        routes.add("GET", "/_control/sends", self.sends)
        routes.add("GET", "/_control/sends/count", self.count)
        routes.add("POST", "/_control/trouble", self.ask_trouble)
        routes.add("GET", "/_control/trouble", self.troubles)
        routes.add("DELETE", "/_control/trouble", self.clear_troubles)
        routes.add("GET", "/_control/clock", self.clock)
        routes.add("POST", "/_control/clock", self.move_clock)
        routes.add("GET", "/_control/status_delays", self.delays)
        routes.add("POST", "/_control/status_delays", self.change_delays)
        routes.add("POST", "/_control/limits", self.change_limits)
        routes.add("GET", "/_control/templates", self.templates)
        routes.add("POST", "/_control/templates", self.add_templates)
        routes.add("POST", "/_control/templates/{name}", self.change_template)
        routes.add("POST", "/_control/reset", self.reset)
        routes.add("GET", "/_control/wire", self.wire)

    async def aim(self, request: web.BaseRequest) -> web.Response:
        """Sets where webhooks go, after the handshake."""
        body = await parse(request)
        target = WebhookTarget(
            string(body, "url"), string(body, "secret", self._app_secret), string(body, "verify_token", "")
        )
        check_url(target.url, self._allow_remote)
        verified, reason = await self._courier.handshake(target)
        if verified:
            await self._log.keep(
                None, (), [remember("webhook", [target.url, target.secret, target.verify_token])]
            )
            self._courier.aim(target)
        return json_response({"verified": verified, "reason": reason})

    async def target(self, _request: web.BaseRequest) -> web.Response:
        """Where webhooks go and how many updates wait."""
        target = self._courier.target
        return json_response({"url": target.url if target else None, "pending": self._courier.pending})

    async def no_target(self, _request: web.BaseRequest) -> web.Response:
        """Webhooks go nowhere."""
        await self._log.keep(None, (), [remember("webhook", None)])
        self._courier.aim(None)
        return json_response({"url": None, "pending": self._courier.pending})

    async def raw_webhook(self, request: web.BaseRequest) -> web.Response:
        """Posts any body now, signed well, wrongly or not at all."""
        body = await parse(request)
        if self._courier.target is None:
            raise ValueError("No webhook is set: POST /_control/webhook first.")
        signature = string(body, "signature", "good")
        if signature not in ("good", "wrong", "none"):
            raise ValueError("'signature' is 'good', 'wrong' or 'none'.")
        if "body" not in body:
            raise ValueError("Give 'body': any JSON, or a text that is posted as it is.")
        wanted = body["body"]
        text = wanted if isinstance(wanted, str) else json.dumps(wanted)
        status, answer = await self._courier.post(text.encode("utf-8", "replace"), signature)
        return json_response({"status": status, "answer": answer.decode("utf-8", "replace")})

    async def sends(self, request: web.BaseRequest) -> web.Response:
        """The accepted sends numbered above `after`, in order."""
        after = whole(request.query.get("after", "0"), "after")
        limit = min(whole(request.query.get("limit", str(SENDS_AT_ONCE)), "limit"), MOST_SENDS_AT_ONCE)
        sql = (
            "SELECT n, at_s, CASE phone WHEN '' THEN user_id ELSE '+' || phone END, type, template, opaque, wamid"
            " FROM send WHERE n > ? ORDER BY n LIMIT ?"
        )
        rows = await self._log.rows(sql, (after, limit))
        sends = [
            {
                "n": n,
                "at": iso(at_s),
                "to": to,
                "type": kind,
                "template": template or None,
                "biz_opaque_callback_data": json.loads(opaque) if opaque else None,
                "wamid": wamid,
            }
            for n, at_s, to, kind, template, opaque, wamid in rows
        ]
        return json_response({"sends": sends})

    async def count(self, _request: web.BaseRequest) -> web.Response:
        """How many sends were accepted."""
        return json_response({"count": self._log.sends_kept})

    async def ask_trouble(self, request: web.BaseRequest) -> web.Response:
        """Asks for a trouble."""
        body = await parse(request)
        trouble = self._troubles.ask(body, digits(string(body, "to", "")))
        return json_response({"trouble": trouble.shown()})

    async def troubles(self, _request: web.BaseRequest) -> web.Response:
        """The troubles that still wait."""
        return json_response({"troubles": self._troubles.shown()})

    async def clear_troubles(self, _request: web.BaseRequest) -> web.Response:
        """Takes all troubles away."""
        self._troubles.clear()
        return json_response({"troubles": []})

    async def clock(self, _request: web.BaseRequest) -> web.Response:
        """Business time."""
        return json_response({"at": iso(self._clock.now_s()), "offset_s": round(self._clock.offset_s, 3)})

    async def move_clock(self, request: web.BaseRequest) -> web.Response:
        """Moves business time forward; announced category changes that fall due are carried out."""
        body = await parse(request)
        if "at" in body:
            self._clock.move_to(datetime.fromisoformat(string(body, "at")))
        else:
            self._clock.advance(number(body.get("advance_s"), "advance_s"))
        await self._log.keep(None, (), [remember("clock_offset_s", self._clock.offset_s)])
        await self._changes.correct_due()
        return await self.clock(request)

    async def delays(self, _request: web.BaseRequest) -> web.Response:
        """When statuses come."""
        return json_response({"delays_s": self._plan.delays_s, "read_share": self._plan.read_share})

    async def change_delays(self, request: web.BaseRequest) -> web.Response:
        """Changes when statuses of later sends come; null for none at all."""
        body = await parse(request)
        share = number(body.get("read_share", self._plan.read_share), "read_share")
        delays_s = body.get("delays_s", self._plan.delays_s)
        if delays_s is not None:
            if not isinstance(delays_s, dict):
                raise ValueError("'delays_s' is an object of seconds by status, or null for no statuses.")
            delays_s = {status: number(delay_s, status) for status, delay_s in delays_s.items()}
        self._plan.change(delays_s)
        self._plan.read_share = share
        return await self.delays(request)

    async def change_limits(self, request: web.BaseRequest) -> web.Response:
        """Switches Meta's limits on and off."""
        body = await parse(request)
        if "per_s" in body:
            per_s = body["per_s"]
            if per_s is not None and number(per_s, "per_s") <= 0:
                raise ValueError("'per_s' is above 0, or null for no limit.")
            self._limits.per_s = per_s
        if "pairs" in body:
            self._limits.pairs = body["pairs"] is True
        return json_response({"per_s": self._limits.per_s, "pairs": self._limits.pairs})

    async def templates(self, _request: web.BaseRequest) -> web.Response:
        """All templates with every field."""
        return json_response({"templates": [template.shown() for template in self._catalogue.all()]})

    async def add_templates(self, request: web.BaseRequest) -> web.Response:
        """Templates of long ago."""
        wanted = (await parse(request)).get("templates")
        if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
            raise ValueError("templates: a list of templates.")
        try:
            for one in wanted:
                check_new(one)
        except GraphError as refused:
            raise ValueError(refused.details) from refused
        fresh = [one for one in wanted if self._catalogue.find(one["name"], one["language"]) is None]
        for one in fresh:
            await self._changes.put(new_template(one, self._catalogue.new_id(), self._clock.now_s()))
        return json_response({"added": len(fresh)})

    async def change_template(self, request: web.BaseRequest, name: str) -> web.Response:
        """What Meta does to a template, with its webhook."""
        body = await parse(request)
        named = self._catalogue.named(name, body.get("language"))
        if not named:
            raise ValueError(f"There is no template {name!r} in this language.")
        changed = await self._changes.change(named[0], body)
        return json_response(changed.shown())

    async def reset(self, request: web.BaseRequest) -> web.Response:
        """Starts over."""
        body = await parse(request)
        offset_s = self._clock.offset_s if body.get("keep_clock") is True else 0.0
        await self._start_over()
        self._clock.offset_s = offset_s
        await self._log.keep(None, (), [remember("clock_offset_s", offset_s)])
        return await self.clock(request)

    async def wire(self, request: web.BaseRequest) -> web.Response:
        """The last exchanges."""
        return json_response({"exchanges": self._wire.after(whole(request.query.get("after", "0"), "after"))})
