"""A store with outgoing webhooks, the engine's part that tells them, and a program that is told."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.people import Role, User
from desktop.domain.subscriptions import (
    Delivery,
    Event,
    Subscription,
    SubscriptionDraft,
)
from desktop.services import sending
from desktop.services.courier import Courier
from desktop.services.meta_shape import Number
from desktop.services.signing import Signing
from desktop.services.subscriptions import Subscriptions
from desktop.store import (
    attempts,
    claims,
    consent,
    conversations,
    outbox,
    tables,
)
from desktop.store.engine import Store, Tx
from desktop.system.http import Web
from desktop.system.secrets import Secrets
from tests.clock import FakeClock
from tests.databases import write
from tests.receiver import Receiver
from tests.store.world import ENGINE_ID, accepted, add_contact, add_template

ADMIN = User(0, "the command line", Role.ADMIN)
NUMBER = Number("102", "106", "16045550100")
KEY = "0badcafe"
SETTLES = timedelta(seconds=3)
"""After it even a contact's change on PostgreSQL is told."""


@dataclass(slots=True)
class Post:
    """A store with webhooks, the engine's part that tells them, and who is told."""

    store: Store
    clock: FakeClock
    kept: Subscriptions
    courier: Courier
    receiver: Receiver
    way: Web

    async def subscribe(self, *events: Event, **more: Any) -> Subscription:
        draft = SubscriptionDraft(more.pop("url", self.receiver.url), frozenset(events), **more)
        return (await self.kept.add(draft, ADMIN)).subscription

    async def works(self) -> None:
        """Until nothing more is to be told now."""
        for _ in range(3 if self.store.on_postgresql else 2):
            self.clock.move(SETTLES)
            while await self.courier.round():
                await self.courier.posted()
            await self.courier.posted()

    async def again(self) -> Courier:
        """The engine after a kill: nothing is left but the store."""
        signing = Signing(self.store, Secrets({}), is_sandbox=True)
        self.courier = Courier(self.store, self.clock, self.way, signing, lambda: NUMBER)
        return self.courier

    async def log(self, one: Subscription) -> list[Delivery]:
        return (await self.kept.log(one.id, most_count=2_000))[::-1]

    async def now(self, one: Subscription) -> Subscription:
        return next(found for found in await self.kept.every() if found.id == one.id)

    def contact(self, number: int = 0, opt_in: OptIn = OptIn.NONE) -> int:
        return write(self.store, lambda tx: add_contact(tx, number, opt_in))

    def says(self, contact_id: int, value: OptIn, evidence: str = "STOP") -> None:
        write(self.store, lambda tx: consent.record(tx, contact_id, value, Source.KEYWORD, evidence=evidence))

    def writes(self, contact_id: int, text: str = "Hi", quoted: str = "") -> int:
        def run(tx: Tx) -> int:
            count = tx.conn.scalar(select(tables.message.c.id).order_by(tables.message.c.id.desc()).limit(1))
            return conversations.add_inbound(
                tx,
                contact_id,
                wamid=f"wamid.in{count}",
                kind="text",
                text=text,
                content={},
                context_wamid=quoted,
            )

        return write(self.store, run)

    def sends(self, contact_id: int, *, marketing: bool = False, api_key_id: int | None = None) -> int:
        """By the one door; what it lets through is claimed and taken by WhatsApp."""

        def run(tx: Tx) -> int:
            name, category = ("sale", Category.MARKETING) if marketing else ("news", Category.UTILITY)
            template = add_template(tx, name, category)
            done = sending.submit(
                tx,
                Submission(
                    contact_id,
                    Path.API,
                    "template",
                    "",
                    Lane.API,
                    content={"values": {"1": "Ana"}},
                    template_id=template.id,
                    api_key_id=api_key_id,
                ),
                None,
            )
            assert done.message_id is not None
            return done.message_id

        id = write(self.store, run)
        claimed = write(self.store, lambda tx: claims.claim(tx, 32, ENGINE_ID)).claimed
        write(self.store, lambda tx: attempts.settle(tx, [accepted(one) for one in claimed]))
        return id

    def reports(self, message_id: int, status: Status, error_code: int | None = None) -> None:
        def run(tx: Tx) -> None:
            row = outbox.lock(tx, [message_id])[message_id]
            outbox.report(tx, row, status, error_code=error_code, error_details="Message Undeliverable.")

        write(self.store, run)
