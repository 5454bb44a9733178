"""Some weeks of a workspace, lived through the store's own doors, for tests of the reports."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Final

from sqlalchemy import insert, select, update

from desktop.domain import consent as rule
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import Category, OptIn, Outcome, Path, Question, Source
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import AttemptOutcome, Claimed, Settled, Submission
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, SequenceStep
from desktop.domain.templates import Template
from desktop.store import attempts, broadcast_plan, broadcasts, consent, conversations, outbox, tables
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import write
from tests.store import world

NAMES: Final = ("Ana Bell", "Anaïs Roy", "Ben Costa", "", "50% Off_er", "ana 12", "Zoë", "Tomás Xu")
CODES: Final = (131026, 131049, 131050)
ROUNDS: Final = 32
CONTACTS: Final = 40
_MIDNIGHT: Final = timedelta(days=1)
# In order: PostgreSQL's own changes with when it tidies up, and the same seed would live other weeks.
_SENT_ONCE: Final = select(tables.message.c.id).where(tables.message.c.attempt_count > 0).order_by("id")
_UNKNOWN: Final = (
    select(tables.message.c.id).where(tables.message.c.status == Status.UNKNOWN.value).order_by("id")
)


def live(store: Store, clock: FakeClock, seed: int = 7) -> None:
    """Everything that can happen to a message happens to some."""
    week = _Weeks(Random(seed))
    write(store, week.begin)
    for number in range(ROUNDS):
        _pass_time(clock, week.rng)
        write(store, lambda tx, number=number: week.round(tx, number))  # type: ignore[misc]
    write(store, week.end)


def _pass_time(clock: FakeClock, rng: Random) -> None:
    """Mostly hours; now and then to the very midnight, by a microsecond, or not at all."""
    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + _MIDNIGHT
    hours = timedelta(hours=rng.randint(1, 20))
    clock.move(rng.choice([hours, hours, midnight - now, timedelta(microseconds=1), timedelta()]))


class _Weeks:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._contacts: list[int] = []
        self._templates: list[Template] = []
        self._user = 0
        self._versions: list[int] = []

    def begin(self, tx: Tx) -> None:
        self._user = world.add_person(tx)
        self._versions = [self._version(tx, name) for name in ("Welcome, Ana", "Winter nudge")]
        categories = (Category.MARKETING, Category.UTILITY, Category.MARKETING)
        self._templates = [world.add_template(tx, f"t{at}", one) for at, one in enumerate(categories)]
        for number in range(CONTACTS):
            opt_in = self.rng.choice(list(OptIn))
            name = NAMES[number % len(NAMES)]
            self._contacts.append(world.add_contact(tx, number, opt_in, name=name, stopped=number % 9 == 0))

    def _version(self, tx: Tx, name: str) -> int:
        """A sequence with two versions; the second is returned."""
        sequence = tables.sequence
        made = {"name": name, "status": "active", "created_at": tx.now}
        sequence_id = tx.conn.scalars(insert(sequence).values(made).returning(sequence.c.id)).one()
        version = tables.sequence_version
        plan = Definition((SequenceStep(),) * 3).to_json()
        rows = [{"sequence_id": sequence_id, "number": at, "definition": plan, "at": tx.now} for at in (1, 2)]
        return max(int(one) for one in tx.conn.scalars(insert(version).returning(version.c.id), rows))

    def round(self, tx: Tx, number: int) -> None:
        self._refresh(tx)
        if number in (6, 18):
            world.run_broadcast(tx, self.rng.choice(self._templates), user_id=self._user)
        if number in (9, 21):
            self._stop_broadcasts(tx)
        for _ in range(8):
            self._submit(tx)
        claimed = [*world.claim(tx, 12), *world.claim(tx, 6)]
        self._settle(tx, sorted(claimed, key=lambda one: one.message_id))
        for _ in range(14):
            self._report(tx)
        if number % 6 == 5:
            outbox.recover(tx, [world.ENGINE_ID])
            self._leave_some(tx)
        for _ in range(3):
            self._says(tx)
        if number in (14, 26):
            keep, drop = self._contacts.pop(3), self._contacts.pop(5)
            consent.merge(tx, keep, [drop])
            self._contacts.insert(3, keep)
        if number == 28:
            self._take_back(tx)

    def end(self, tx: Tx) -> None:
        """The weeks end in the middle of some calls, with others still waiting."""
        for _ in range(16):
            self._submit(tx)
        world.claim(tx, 3)

    def _refresh(self, tx: Tx) -> None:
        """The templates are fresh, and half of the customers wrote just now."""
        tx.conn.execute(update(tables.template).values(fetched_at=tx.now))
        for contact_id in self._contacts[::2]:
            world.wrote_at(tx, contact_id, tx.now)
        wrote = self.rng.choice(self._contacts)
        wamid = f"in.{self.rng.random()}"
        conversations.add_inbound(
            tx, wrote, wamid=wamid, kind="text", text="Hi", content={}, context_wamid=""
        )

    def _submit(self, tx: Tx) -> None:
        path = self.rng.choice([one for one in Path if one is not Path.BROADCAST])
        template = self.rng.choice([None, *self._templates])
        contact_id = self.rng.choice(self._contacts)
        _, known = consent.facts_of(tx, contact_id)
        category = template.effective_category if template else Category.SERVICE
        revision = template.revision if template else None
        verdict = rule.decide(
            Question(path, category, known, template_revision=revision, window_open=self.rng.random() < 0.8)
        )
        wanted = Submission(
            contact_id=contact_id,
            path=path,
            kind="template" if template else "text",
            text="Your order",
            lane=Lane.API,
            content={"values": {"1": "Ana"}} if template else {},
            template_id=template.id if template else None,
            due_at=tx.now + timedelta(days=90) if self.rng.random() < 0.1 else None,
            version_id=self._versions[contact_id % 2] if path is Path.SEQUENCE else None,
            step_number=contact_id % 3 + 1 if path is Path.SEQUENCE else None,
        )
        if verdict.may_send:
            outbox.queue(tx, wanted, verdict, category.value)
        else:
            stopped = Status.FAILED if verdict.outcome is Outcome.FAIL else Status.LEFT_OUT
            outbox.keep_stopped(tx, wanted, verdict, category.value, stopped)

    def _settle(self, tx: Tx, claimed: Sequence[Claimed]) -> None:
        made = [self._ended(tx, one) for one in claimed if self.rng.random() < 0.9]
        attempts.settle(tx, made)

    def _ended(self, tx: Tx, one: Claimed) -> Settled:
        kind = self.rng.random()
        refused = Settled(
            one.message_id, one.attempt_number, AttemptOutcome.REFUSED, Status.FAILED,
            Reason.WHATSAPP_ERROR, self.rng.choice(CODES),
        )  # fmt: skip
        again = Settled(
            one.message_id, one.attempt_number, AttemptOutcome.REFUSED, Status.QUEUED,
            error_code=130429, due_at=tx.now + timedelta(minutes=self.rng.choice([0, 9])),
        )  # fmt: skip
        if kind < 0.7:
            return world.accepted(one)
        return world.lost(one) if kind < 0.8 else refused if kind < 0.9 else again

    def _report(self, tx: Tx) -> None:
        known = list(tx.conn.scalars(_SENT_ONCE))
        if known:
            status = self.rng.choice([Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED])
            code = self.rng.choice(CODES) if status is Status.FAILED else None
            world.report(tx, self.rng.choice(known), status, error_code=code)

    def _leave_some(self, tx: Tx) -> None:
        found = outbox.lock(tx, tx.conn.scalars(_UNKNOWN).all())
        rows = [found[id] for id in sorted(found)][::3]
        left = [
            outbox.move(tx, row, Status.CANCELLED, outbox.PERSON, reason=Reason.PERSON_LEFT_IT)
            for row in rows
        ]
        outbox.write_moves(tx, left)

    def _stop_broadcasts(self, tx: Tx) -> None:
        for one in broadcasts.with_status(tx, BroadcastStatus.RUNNING):
            broadcasts.set_status(tx, one.id, BroadcastStatus.STOPPED)
            broadcast_plan.cancel_waiting(tx, one.id, self._user)

    def _says(self, tx: Tx) -> None:
        values: list[OptIn | bool] = [OptIn.NO, OptIn.NO, OptIn.YES, OptIn.NONE, True, False]
        value = self.rng.choice(values)
        source = self.rng.choice([Source.AGENT, Source.KEYWORD, Source.WHATSAPP])
        user_id = self._user if source is Source.AGENT else None
        at = tx.now - timedelta(hours=self.rng.choice([0, 0, 30]))
        consent.record(
            tx, self.rng.choice(self._contacts), value, source, user_id=user_id, evidence="STOP", at=at
        )

    def _take_back(self, tx: Tx) -> None:
        """An undone import leaves the row of a contact who said no, and nobody else."""
        made = world.add_contact(tx, CONTACTS + 1, OptIn.NO, name="Ana Gone")
        gone = {"merged_into": tables.REMOVED, "phone": None}
        tx.conn.execute(update(tables.contact).where(tables.contact.c.id == made).values(**gone))
