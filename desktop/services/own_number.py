"""The workspace's business number as WhatsApp tells it, kept for a while."""

import asyncio
from dataclasses import replace
from typing import Final, Protocol

from desktop.domain.problems import Problem
from desktop.services.meta_shape import Number
from desktop.system.clock import Clock
from desktop.whatsapp.account import PhoneNumber
from desktop.whatsapp.files import About, File

_KEPT_S: Final = 600.0
_AGAIN_S: Final = 30.0
"""After a failure, so that WhatsApp is not asked at every call."""


class Speaks(Protocol):
    """The part of `desktop.whatsapp.account.Account` that is needed here."""

    async def number(self) -> PhoneNumber: ...

    async def mark_read(self, wamid: str, *, typing: bool = False) -> None: ...

    async def upload(self, content: bytes, mime: str, filename: str) -> str: ...

    async def about_file(self, media_id: str) -> About: ...

    async def download(self, media_id: str, *, largest_bytes: int = ...) -> File: ...


class OwnNumber:
    """`now` is always there; what WhatsApp knows of it is asked for when somebody wants it."""

    def __init__(self, number: Number, account: Speaks, clock: Clock) -> None:
        self._now = number
        self.account = account
        self._clock = clock
        self._told: PhoneNumber | None = None
        self._due_s = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    @property
    def now(self) -> Number:
        """Its ids, and its digits once they are known."""
        return self._now

    async def told(self) -> PhoneNumber | None:
        """What WhatsApp says of it, at most ten minutes old where it can be reached; None: never reached."""
        async with self._one_at_a_time:
            if self._clock.monotonic_s() >= self._due_s:
                await self._read()
        return self._told

    async def ask(self) -> PhoneNumber | None:
        """What WhatsApp says of it now; what was told before where it cannot be asked. `told()` has it from then on."""
        async with self._one_at_a_time:
            await self._read()
        return self._told

    async def learn(self) -> None:
        """Ask now, so that `now` has its digits."""
        await self.told()

    async def mark_read(self, wamid: str, *, typing: bool = False) -> None:
        """Tell the customer that this message of theirs was read. typing: and that an answer comes. Raises Problem."""
        await self.account.mark_read(wamid, typing=typing)

    async def _read(self) -> None:
        try:
            self._told = await self.account.number()
        except Problem:
            self._due_s = self._clock.monotonic_s() + _AGAIN_S
            return
        self._due_s = self._clock.monotonic_s() + _KEPT_S
        digits = "".join(filter(str.isdecimal, self._told.display))
        self._now = replace(self._now, display_phone=digits)
