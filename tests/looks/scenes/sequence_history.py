"""A sequence with a past: the design's welcome, its 412 contacts, and what became of each of their steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from desktop.domain.consent import Category
from desktop.domain.contact_table import TableQuery
from desktop.domain.messages import Lane, Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import (
    Definition,
    Delay,
    DelayUnit,
    EnrolmentStatus,
    EnrolSource,
    Hours,
    SequenceRecord,
    SequenceStep,
    StepEnd,
)
from desktop.domain.templates import Template, Variable
from desktop.store import tables, templates
from desktop.store.engine import Tx
from tests.looks.stage import Stage

PEOPLE = 412
NINE, EIGHTEEN = 9 * 60, 18 * 60
FIRST_AT = datetime(2026, 11, 21, 17, tzinfo=UTC)
"""9:00 in Vancouver, the day before the design's pictures."""
WELCOME = (
    Template(
        0, "welcome_note", "en", Category.UTILITY,
        "Hi {{1}}, thanks for joining. Save this number for order updates.", examples=("Priya",),
    ),
    Template(
        0, "first_order_offer", "en", Category.MARKETING,
        "{{1}}, 10% off your first order until {{2}}. Reply STOP to opt out.", examples=("Priya", "30 Nov"),
    ),
    Template(
        0, "how_to_return", "en", Category.UTILITY, "Did you know? Returns are free for 30 days.",
    ),
    Template(
        0, "vip_invite", "en", Category.MARKETING, "Join the VIP club, {{1}}. Reply STOP to opt out.",
        examples=("Priya",),
    ),
)  # fmt: skip
Ends = tuple[Status, Reason, int | None]
READ: Ends = (Status.READ, Reason.NOT_MARKETING, None)
DELIVERED: Ends = (Status.DELIVERED, Reason.NOT_MARKETING, None)
SENT: Ends = (Status.SENT, Reason.NOT_MARKETING, None)
OUT: Ends = (Status.FAILED, Reason.OPTED_OUT, None)
NO_WHATSAPP: Ends = (Status.FAILED, Reason.WHATSAPP_ERROR, 131026)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many of a step ended how. They are dealt out in this order, from the newest contact on."""

    days_after: int
    ends: tuple[tuple[Ends, int], ...]

    def deal(self) -> Iterator[Ends]:
        for end, count in self.ends:
            yield from [end] * count


PLANS = (
    Plan(0, ((READ, 200), (DELIVERED, 198), (SENT, 7), (NO_WHATSAPP, 7))),
    Plan(2, ((OUT, 38), (READ, 180), (DELIVERED, 180), (SENT, 11), (NO_WHATSAPP, 3))),
    Plan(5, ((DELIVERED, 201), (READ, 190), (SENT, 7), (NO_WHATSAPP, 4))),
    Plan(12, ((OUT, 22), (READ, 100), (DELIVERED, 96), (SENT, 5), (NO_WHATSAPP, 1))),
)


async def welcome_templates(stage: Stage) -> dict[str, int]:
    """The design's four templates among the known ones; their ids by name."""
    now = stage.app.clock.now()

    def write(tx: Tx) -> dict[str, int]:
        known = templates.every(tx)
        added = [replace(one, fetched_at=now) for one in WELCOME]
        templates.replace_all(tx, [*(replace(one, fetched_at=now) for one in known), *added])
        return {one.name: one.id for one in templates.every(tx)}

    return await stage.app.store.write(write)


async def welcome(stage: Stage, name: str = "Welcome sequence") -> SequenceRecord:
    """The design's sequence, active and empty."""
    ids = await welcome_templates(stage)
    user, verbs = stage.window.desk.user(), stage.app.sequences
    given = (Variable("1", "first_name", "there"),)
    vip = Hours(start_minute=NINE, end_minute=EIGHTEEN)
    steps = (
        SequenceStep(ids["welcome_note"], given),
        SequenceStep(ids["first_order_offer"], (*given, Variable("2", "", "30 Nov")), Delay(2)),
        SequenceStep(ids["how_to_return"], (), Delay(3)),
        SequenceStep(ids["vip_invite"], given, Delay(7, DelayUnit.DAYS), hours=vip),
    )
    sequence_id = await verbs.create(name, user)
    await verbs.save_draft(sequence_id, Definition(steps), user)
    return await verbs.activate(sequence_id, user)


async def lived(stage: Stage) -> SequenceRecord:
    """The same five days later: 188 in progress, 224 through, Priya the newest and opted out."""
    record = await welcome(stage)
    rows = await stage.app.contact_table.page(TableQuery(), 0, PEOPLE + 40)
    priya = (await stage.app.contact_table.page(TableQuery(search="Priya Sharma"), 0, 1))[0].contact.id
    others = [row.contact.id for row in rows if row.contact.id != priya and row.contact.phone]
    await stage.app.store.write(lambda tx: _live(tx, record, [priya, *others[: PEOPLE - 1]]))
    stage.app.clock.move(timedelta(days=5))
    await stage.quiet()
    return record


def _live(tx: Tx, record: SequenceRecord, people: Sequence[int]) -> None:
    """people: the newest first, which has the highest id."""
    ends = [list(plan.deal()) for plan in PLANS]
    ids = [one.template_id for one in record.definition.steps]
    known = templates.by_ids(tx, [id for id in ids if id])
    through_from = PEOPLE - len(ends[3])
    for at in reversed(range(PEOPLE)):
        # The last of the third plan's people are still before their third step.
        done = 4 if at >= through_from else (3 if at < through_from - 10 else 2)
        # The newest came in last; those who are through came in a week before the others.
        began = FIRST_AT - timedelta(minutes=at, days=14 if done == 4 else 0)
        run_id = run(tx, record, people[at], done, began, timedelta(days=7 if done == 2 else 12))
        for step in range(done):
            place = {0: at, 1: at, 2: at if at < through_from - 10 else at - 10, 3: at - through_from}[step]
            template = known[ids[step] or 0]
            message(
                tx,
                record,
                run_id,
                people[at],
                step + 1,
                template,
                ends[step][place],
                began + timedelta(days=PLANS[step].days_after),
            )


def run(
    tx: Tx,
    record: SequenceRecord,
    contact_id: int,
    done: int,
    began: datetime,
    due_after: timedelta,
) -> int:
    """Somebody who has so many steps behind them; returns the run's id. due_after: of the next one."""
    over = done == 4
    due_at = began + due_after
    made = tx.conn.execute(
        insert(tables.enrolment).values(
            sequence_id=record.id,
            version_id=record.version_id,
            contact_id=contact_id,
            status=(EnrolmentStatus.COMPLETED if over else EnrolmentStatus.IN_PROGRESS).value,
            step_number=0 if over else done + 1,
            due_at=None if over else due_at,
            source=EnrolSource.PERSON.value,
            enrolled_at=began,
            ended_at=began + timedelta(days=12) if over else None,
        )
    )
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def message(
    tx: Tx,
    record: SequenceRecord,
    run_id: int,
    contact_id: int,
    number: int,
    template: Template,
    end: Ends,
    at: datetime,
) -> None:
    """The message of one step, and what became of it."""
    status, reason, code = end
    marketing = template.category is Category.MARKETING
    values: dict[str, Any] = {
        "contact_id": contact_id,
        "outgoing": True,
        "path": "sequence",
        "lane": int(Lane.SEQUENCE),
        "status": status.value,
        "reason": (Reason.OPTED_IN if marketing and reason is Reason.NOT_MARKETING else reason).value,
        "error_code": code,
        "kind": "template",
        "category": template.category.value,
        "text": template.body.replace("{{1}}", "there").replace("{{2}}", "30 Nov"),
        "template_id": template.id,
        "template_revision": template.revision,
        "asked": marketing,
        "consent_event_id": _newest_event(tx, contact_id),
        "wamid": f"wamid.{run_id}.{number}" if status is not Status.FAILED or code else None,
        "created_at": at,
        "due_at": at,
        "changed_at": at,
        "enrolment_id": run_id,
        "version_id": record.version_id,
        "step_number": number,
    }
    made = tx.conn.execute(insert(tables.message).values(**values))
    message_id = int(made.inserted_primary_key[0])  # type: ignore[index]
    tx.conn.execute(
        insert(tables.enrolment_step).values(
            enrolment_id=run_id,
            step_number=number,
            ended_as=StepEnd.MESSAGE.value,
            message_id=message_id,
            at=at,
        )
    )


def _newest_event(tx: Tx, contact_id: int) -> int | None:
    event = tables.consent_event.c
    asked = select(event.id).where(event.contact_id == contact_id).order_by(event.id.desc()).limit(1)
    return tx.conn.scalar(asked)
