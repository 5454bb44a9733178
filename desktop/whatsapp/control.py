"""The sandbox's control API, for those who may drive it: where webhooks go, the clock, a fresh start."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import aiohttp

from desktop.domain.problems import Problem

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)


class SandboxGone(Problem):
    """The sandbox does not answer."""


class SandboxControl:
    """Drives one sandbox. base_url: its address, on loopback."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")

    async def set_webhook(self, url: str, secret: str, verify_token: str) -> None:
        """Have webhooks sent to `url`, signed with `secret`."""
        await self._post("webhook", {"url": url, "secret": secret, "verify_token": verify_token})

    async def advance(self, seconds: float) -> None:
        """Move the sandbox's business time forward."""
        await self._post("clock", {"advance_s": seconds})

    async def set_clock(self, at: datetime) -> None:
        """Set the sandbox's business time; forward only."""
        await self._post("clock", {"at": at.isoformat()})

    async def reset(self) -> None:
        """Forget every send, customer and trouble."""
        await self._post("reset", {})

    async def customer_wrote(self, phone: str, seconds_ago: float) -> None:
        """A customer had written before the sandbox was there: their window is open, nobody is told."""
        await self._post(f"customers/{phone}/wrote", {"seconds_ago": seconds_ago})

    async def customer_writes(self, phone: str, text: str) -> None:
        """A customer sends a text."""
        await self._post(f"customers/{phone}/text", {"text": text})

    async def add_templates(self, wanted: Sequence[Mapping[str, Any]]) -> None:
        """Templates that were approved before the sandbox was there, as WhatsApp's API takes them; nobody is told."""
        await self._post("templates", {"templates": list(wanted)})

    async def set_number(self, **wanted: Any) -> None:
        """What Meta says of the number: quality, limit, event; expects_webhooks: silence counts from now on."""
        await self._post("number", wanted)

    async def account_event(self, event: str, **more: Any) -> None:
        """Tell by webhook what Meta did to the account: restrictions, expires_in_s, ban_state."""
        await self._post("account", {"event": event, **more})

    async def expects_webhooks(self) -> bool:
        """True if whoever sends through this sandbox shall mind that no webhook comes; False if it cannot be asked."""
        try:
            async with self._session.get(f"{self._base_url}/_control/number", timeout=_TIMEOUT) as answer:
                told = await answer.json()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return False
        return isinstance(told, dict) and told.get("expects_webhooks") is True

    async def _post(self, path: str, body: Mapping[str, Any]) -> None:
        try:
            async with self._session.post(
                f"{self._base_url}/_control/{path}", json=body, timeout=_TIMEOUT
            ) as answer:
                if answer.status >= 400:
                    raise SandboxGone("The sandbox refused", f"It said: {(await answer.text())[:200]}")
        except (aiohttp.ClientError, TimeoutError, OSError) as wrong:
            raise SandboxGone(
                "The sandbox does not answer",
                f"Nothing answers at {self._base_url}. Start it with: assent sandbox --port N",
            ) from wrong
