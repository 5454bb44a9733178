"""The control API's part about the number and the account: what Meta thinks of them, and whom it tells.

GET  /_control/number    {quality, limit, expects_webhooks}
POST /_control/number    {quality?: GREEN|YELLOW|RED|UNKNOWN, limit?: TIER_…, event?, expects_webhooks?}; what the
                         number's page says from now on; with `event` or `limit` it is told, too
POST /_control/account   {event, restrictions?: [RESTRICTED_…], expires_in_s?, ban_state?} → {event}; an
                         account_update as Meta sends it
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from aiohttp import web

from .asked import number, parse, string
from .clock import BusinessClock
from .deliver import Courier
from .envelope import json_response
from .log import SendLog, remember
from .routes import Routes
from .updates import Number, account_entry

RATINGS: Final = ("GREEN", "YELLOW", "RED", "UNKNOWN")
TIERS: Final = ("TIER_50", "TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED")


@dataclass(slots=True)
class Repute:
    """What Meta says of the number. expects_webhooks: who sends here minds if no webhook comes; off, since a pretend
    number may have no webhook at all."""

    quality: str = "GREEN"
    limit: str = "TIER_UNLIMITED"
    expects_webhooks: bool = False

    def take_up(self, kept: dict[str, Any] | None) -> None:
        """As it was kept; None: as at first."""
        first = Repute()
        self.quality = (kept or {}).get("quality", first.quality)
        self.limit = (kept or {}).get("limit", first.limit)
        self.expects_webhooks = (kept or {}).get("expects_webhooks", first.expects_webhooks)


class ControlAccount:
    """`/_control/number` and `/_control/account`."""

    def __init__(
        self, *, number: Number, repute: Repute, log: SendLog, courier: Courier, clock: BusinessClock
    ) -> None:
        self._number = number
        self._repute = repute
        self._log = log
        self._courier = courier
        self._clock = clock

    def add_to(self, routes: Routes) -> None:
        """Adds its routes."""
        routes.add("GET", "/_control/number", self.shown)
        routes.add("POST", "/_control/number", self.change)
        routes.add("POST", "/_control/account", self.account)

    async def shown(self, _request: web.BaseRequest) -> web.Response:
        """What Meta says of the number."""
        return json_response(asdict(self._repute))

    async def change(self, request: web.BaseRequest) -> web.Response:
        """Another rating, another limit; ValueError, with a sentence, for one that Meta does not have."""
        body = await parse(request)
        quality, limit = (
            string(body, "quality", self._repute.quality),
            string(body, "limit", self._repute.limit),
        )
        if quality not in RATINGS:
            raise ValueError(f"'quality' is one of {', '.join(RATINGS)}.")
        if limit not in TIERS:
            raise ValueError(f"'limit' is one of {', '.join(TIERS)}.")
        self._repute.quality, self._repute.limit = quality, limit
        if "expects_webhooks" in body:
            self._repute.expects_webhooks = body["expects_webhooks"] is True
        await self._log.keep(None, (), [remember("repute", asdict(self._repute))])
        if "event" in body or "limit" in body:
            await self._tell_number(string(body, "event", "THROUGHPUT_UPGRADE"))
        return await self.shown(request)

    async def account(self, request: web.BaseRequest) -> web.Response:
        """What Meta tells of the account."""
        body = await parse(request)
        event = string(body, "event")
        value: dict[str, Any] = {"event": event}
        kinds = body.get("restrictions", [])
        if not isinstance(kinds, list) or not all(isinstance(one, str) for one in kinds):
            raise ValueError(
                "'restrictions' is a list of Meta's words, such as RESTRICTED_BIZ_INITIATED_MESSAGING."
            )
        if kinds:
            until_s = int(self._clock.now_s() + number(body.get("expires_in_s", 86_400), "expires_in_s"))
            value["restriction_info"] = [
                {"restriction_type": one, "expiration": str(until_s)} for one in kinds
            ]
        if "ban_state" in body:
            value["ban_info"] = {"waba_ban_state": string(body, "ban_state")}
        await self._announce("account_update", value)
        return json_response({"event": event})

    async def _tell_number(self, event: str) -> None:
        value = {
            "display_phone_number": self._number.display_digits,
            "event": event,
            "current_limit": self._repute.limit,
            "max_daily_conversations_per_business": self._repute.limit,
        }
        await self._announce("phone_number_quality_update", value)

    async def _announce(self, field: str, value: dict[str, Any]) -> None:
        await self._courier.announce(account_entry(self._number, field, value, self._clock.now_s()))
