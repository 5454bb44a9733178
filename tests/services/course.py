"""Sequences on a store of a test's own: the engine's rounds, the real claim, and an end for each call."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from desktop.domain.consent import Category, OptIn, Source
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.journey import Entry
from desktop.domain.messages import Status
from desktop.domain.outbox import AttemptOutcome, Claimed, Settled
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, Delay, DelayUnit, EnrolSource, SequenceStep
from desktop.domain.templates import Template
from desktop.services.enrolments import Enrolments
from desktop.store import (
    attempts,
    claims,
    consent,
    contacts,
    enrolments,
    sequences,
    tables,
    templates,
)
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import ENGINE_ID, HELLO, accepted, add_contact, add_template

DAY: Final = Delay(1, DelayUnit.DAYS)
AT_ONCE: Final = Delay()
VIP: Final = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
MOST_ROUNDS: Final = 200
Seen = list[tuple[int, Status, Reason | None]]
"""A contact's messages: step, status, reason."""


class Course:
    """One store, its sequences, and the engine that works on them."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.engine = Enrolments(store, lambda: None)
        self.is_spoiled = False
        """A test has broken the records by hand."""

    # Making things.

    def template(
        self, name: str = "spring", category: Category = Category.MARKETING, **values: Any
    ) -> Template:
        return write(self.store, lambda tx: add_template(tx, name, category, **values))

    def contact(self, number: int = 0, opt_in: OptIn = OptIn.YES, **more: Any) -> int:
        return write(self.store, lambda tx: add_contact(tx, number, opt_in, **more))

    def sequence(self, *steps: SequenceStep, name: str = "Welcome", **more: Any) -> int:
        """An active sequence; returns its id."""

        def run(tx: Tx) -> int:
            id = sequences.create(tx, name, Definition(steps, **more), None)
            sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))
            return id

        return write(self.store, run)

    def four(self, **more: Any) -> int:
        """Utility, marketing, utility, marketing, each a day after the one before; the first at once."""
        news = self.template("news", Category.UTILITY)
        sale = self.template("sale", Category.MARKETING)
        steps = [step(one, DAY if at else AT_ONCE) for at, one in enumerate((news, sale, news, sale))]
        return self.sequence(*steps, **more)

    def enrol(self, sequence_id: int, *contact_ids: int) -> dict[Entry, int]:
        def run(tx: Tx) -> dict[Entry, int]:
            version_id = sequences.get(tx, sequence_id).version_id
            assert version_id is not None
            return enrolments.enrol(tx, sequence_id, version_id, contact_ids, EnrolSource.PERSON)

        return write(self.store, run)

    def tag(self, contact_id: int, name: str = "VIP") -> None:
        write(self.store, lambda tx: contacts.add_tags(tx, [contact_id], [name]))

    def says(self, contact_id: int, value: OptIn) -> None:
        write(self.store, lambda tx: consent.record(tx, contact_id, value, Source.KEYWORD, evidence="STOP"))

    def passes(self, by: timedelta) -> None:
        """Time goes on, and the templates are read anew."""
        self.clock.move(by)

        def run(tx: Tx) -> None:
            templates.replace_all(tx, [replace(one, fetched_at=tx.now) for one in templates.every(tx)])

        write(self.store, run)

    # Working.

    async def rounds(self) -> None:
        """The engine's part of sequences, until it has nothing to do; nothing is claimed."""
        for _ in range(MOST_ROUNDS):
            if not await self.engine.round():
                return
        raise AssertionError("it never rests")

    def claims(self) -> tuple[Claimed, ...]:
        return write(self.store, lambda tx: claims.claim(tx, 32, ENGINE_ID)).claimed

    def settle(self, *ended: Settled) -> None:
        write(self.store, lambda tx: attempts.settle(tx, ended))

    async def works(self, end: Callable[[Claimed], Settled] = accepted) -> list[Claimed]:
        """Rounds, claims and calls until nothing is to do; returns what was called."""
        called: list[Claimed] = []
        for _ in range(MOST_ROUNDS):
            await self.rounds()
            result = write(self.store, lambda tx: claims.claim(tx, 32, ENGINE_ID))
            assert not result.stale_template_ids
            self.settle(*map(end, result.claimed))
            called += result.claimed
            if not result.claimed and not result.stopped_count and not result.more:
                return called
        raise AssertionError("it never rests")

    async def days(self, count: int, end: Callable[[Claimed], Settled] = accepted) -> list[Claimed]:
        """Work, and let a day pass, so many times."""
        called: list[Claimed] = []
        for _ in range(count):
            called += await self.works(end)
            self.passes(timedelta(days=1))
        return called

    # Looking.

    def rows(self, asked: Any) -> list[Any]:
        return read(self.store, lambda tx: tx.rows(asked))

    def seen(self, contact_id: int) -> Seen:
        message = tables.message.c
        asked = (
            select(message.step_number, message.status, message.reason)
            .where(message.contact_id == contact_id, message.enrolment_id.is_not(None))
            .order_by(message.enrolment_id, message.step_number)
        )
        return [
            (row.step_number, Status(row.status), Reason(row.reason) if row.reason else None)
            for row in self.rows(asked)
        ]

    def reached(self, contact_id: int) -> list[int]:
        """The steps whose message WhatsApp took."""
        return [number for number, status, _ in self.seen(contact_id) if status is Status.ACCEPTED]

    def run_of(self, contact_id: int) -> Any:
        """The newest enrolment of a contact, as a row."""
        found = self.runs_of(contact_id)
        return found[-1]

    def runs_of(self, contact_id: int) -> Sequence[Any]:
        enrolment = tables.enrolment
        return self.rows(
            select(enrolment).where(enrolment.c.contact_id == contact_id).order_by(enrolment.c.id)
        )

    def stands(self, contact_id: int) -> tuple[str, int]:
        """Status and step of a contact's newest run."""
        row = self.run_of(contact_id)
        return row.status, row.step_number

    def sequence_row(self, sequence_id: int) -> Any:
        return self.rows(select(tables.sequence).where(tables.sequence.c.id == sequence_id))[0]


def step(template: Template, delay: Delay = AT_ONCE, **more: Any) -> SequenceStep:
    return SequenceStep(template.id, HELLO if template.variables else (), delay, **more)


def refused(one: Claimed, code: int = 131026) -> Settled:
    """WhatsApp said that it cannot deliver."""
    return Settled(
        one.message_id,
        one.attempt_number,
        AttemptOutcome.REFUSED,
        Status.FAILED,
        Reason.WHATSAPP_ERROR,
        code,
    )
