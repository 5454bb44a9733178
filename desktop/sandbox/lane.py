"""What waits for the webhook: updates by due time, and batches that wait for another try."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TypeAlias

from .updates import Send

Update: TypeAlias = "tuple[float, int, float, str, Send | str]"
"""(due by the loop's clock, id, business time, status or '', the send or a whole entry as JSON)"""


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """Where webhooks go: the address, the app secret that signs them, and the handshake's token."""

    url: str
    secret: str
    verify_token: str


@dataclass(slots=True)
class Batch:
    """The updates of one POST, as written JSON."""

    ids: list[int]
    texts: list[str]
    attempts: int = 0
    put_off: bool = False


@dataclass(slots=True)
class Lane:
    """Updates of one sort, by due time, and batches that wait for another try."""

    writes_statuses: bool
    heap: list[Update] = field(default_factory=list)
    waiting: list[tuple[float, int, Batch]] = field(default_factory=list)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    paused_until: float = 0.0
    failures: int = 0
    in_flight: int = 0

    @property
    def pending(self) -> int:
        """Updates not yet answered with 200."""
        return len(self.heap) + sum(len(batch.ids) for _, _, batch in self.waiting) + self.in_flight
