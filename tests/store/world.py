"""Small pieces from which the tests of the store build what they need, each inside a transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update

from desktop.domain import consent as rule
from desktop.domain.audience import Rule
from desktop.domain.broadcast import BroadcastDraft, BroadcastStatus
from desktop.domain.consent import Category, OptIn, Override, Path, Policy, Question, Source
from desktop.domain.filters import EVERYONE, Filter
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import AttemptOutcome, Claimed, Settled, Submission
from desktop.domain.people import Role
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template, Variable
from desktop.store import (
    broadcast_plan,
    broadcasts,
    claims,
    consent,
    contacts,
    outbox,
    people,
    tables,
    templates,
)
from desktop.store.engine import Tx

AREA_CODES: Final = (604, 416, 514, 902, 306, 236)
US_PHONE: Final = "+12125550142"
ENGINE_ID: Final = 7
HELLO: Final = (Variable("1", "first_name", "there"),)


def phone(number: int) -> str:
    """The number-th of 600 Canadian phones that belong to nobody."""
    return f"+1{AREA_CODES[number // 100]}55501{number % 100:02}"


def add_contact(
    tx: Tx,
    number: int = 0,
    opt_in: OptIn = OptIn.NONE,
    *,
    name: str = "Ana Bell",
    phone_number: str | None = "",
    stopped: bool = False,
) -> int:
    """A contact with the number-th phone; phone_number None: known by a business-scoped id alone."""
    at = phone(number) if phone_number == "" else phone_number
    contact_id = contacts.create(tx, name, at, user_id=None if at else f"CA.{number}")
    if opt_in is not OptIn.NONE:
        consent.record(tx, contact_id, opt_in, Source.IMPORT, evidence="list.xlsx")
    if stopped:
        consent.record(tx, contact_id, True, Source.WHATSAPP)
    return contact_id


def add_contacts(tx: Tx, *opt_ins: OptIn) -> list[int]:
    return [add_contact(tx, number, opt_in) for number, opt_in in enumerate(opt_ins)]


def wrote_at(tx: Tx, contact_id: int, at: datetime) -> None:
    """The customer wrote: the reply window is open for a day from `at`."""
    tx.conn.execute(
        update(tables.contact).where(tables.contact.c.id == contact_id).values(last_inbound_at=at)
    )


def add_template(
    tx: Tx, name: str = "spring", category: Category = Category.MARKETING, **values: Any
) -> Template:
    """A template that was just read from WhatsApp."""
    given: dict[str, Any] = {"body": "Hello {{1}}!", "fetched_at": tx.now} | values
    fresh = Template(0, name, "en", category, **given)
    templates.replace_all(tx, [*templates.every(tx), fresh])
    return templates.by_name(tx, name)


def add_person(tx: Tx, name: str = "Meera Rao", role: Role = Role.SUPERVISOR) -> int:
    return people.add(tx, [(name, role)])[0]


def submit(
    tx: Tx,
    contact_id: int,
    path: Path = Path.API,
    *,
    template: Template | None = None,
    values: dict[str, str] | None = None,
    override: Override | None = None,
    lane: Lane = Lane.API,
    author_id: int | None = None,
    due_at: datetime | None = None,
    text: str = "Your order is on its way.",
) -> int:
    """Queue a message with the verdict of this moment, as the door does; returns its id."""
    _, known = consent.facts_of(tx, contact_id)
    category = template.effective_category if template else Category.SERVICE
    verdict = rule.decide(
        Question(
            path,
            category,
            known,
            override=override,
            template_revision=template.revision if template else None,
            window_open=True,
        )
    )
    wanted = Submission(
        contact_id=contact_id,
        path=path,
        kind="template" if template else "text",
        text=text,
        lane=lane,
        content={"values": values if values is not None else {"1": "Ana"}} if template else {},
        template_id=template.id if template else None,
        override=override,
        author_id=author_id,
        due_at=due_at,
    )
    return outbox.queue(tx, wanted, verdict, category.value)


def draft(template: Template, audience: Filter = EVERYONE, *, only_opted_in: bool = True) -> BroadcastDraft:
    variables = HELLO if template.variables else ()
    return BroadcastDraft("Spring", template.id, audience, only_opted_in, variables)


def launch(
    tx: Tx,
    template: Template,
    audience: Filter = EVERYONE,
    *,
    only_opted_in: bool = True,
    reason: str = "",
    policy: Policy | None = None,
    user_id: int | None = None,
    variables: Sequence[Variable] | None = None,
) -> int:
    """Draft and launch a broadcast; no message rows yet. Returns its id."""
    chosen = draft(template, audience, only_opted_in=only_opted_in)
    if variables is not None:
        chosen = BroadcastDraft("Spring", template.id, audience, only_opted_in, tuple(variables))
    broadcast_id = broadcasts.save_draft(tx, None, chosen, user_id)
    asked = Rule(template.effective_category, policy or Policy(), only_opted_in)
    broadcasts.launch(tx, broadcast_id, asked, reason=reason, user_id=user_id, approved_count=None)
    return broadcast_id


def plan_all(tx: Tx, broadcast_id: int) -> None:
    while broadcast_plan.plan(tx, broadcast_id):
        pass


def run_broadcast(tx: Tx, template: Template, audience: Filter = EVERYONE, **how: Any) -> int:
    """A broadcast whose messages are all queued; returns its id."""
    broadcast_id = launch(tx, template, audience, **how)
    plan_all(tx, broadcast_id)
    assert broadcasts.get(tx, broadcast_id).status is BroadcastStatus.RUNNING
    return broadcast_id


def claim(tx: Tx, most_count: int = 32) -> tuple[Claimed, ...]:
    return claims.claim(tx, most_count, ENGINE_ID).claimed


def accepted(one: Claimed, **more: Any) -> Settled:
    """WhatsApp took it."""
    return Settled(
        one.message_id,
        one.attempt_number,
        AttemptOutcome.ACCEPTED,
        Status.ACCEPTED,
        wamid=f"wamid.{one.message_id}",
        **more,
    )


def lost(one: Claimed) -> Settled:
    return Settled(
        one.message_id, one.attempt_number, AttemptOutcome.LOST, Status.UNKNOWN, Reason.ANSWER_LOST
    )


def report(tx: Tx, message_id: int, status: Status, **more: Any) -> bool:
    """One status webhook about a message."""
    return outbox.report(tx, outbox.lock(tx, [message_id])[message_id], status, **more)


def message(tx: Tx, message_id: int) -> Any:
    """The row of a message."""
    return tx.conn.execute(select(tables.message).where(tables.message.c.id == message_id)).one()


def messages_of(tx: Tx, broadcast_id: int) -> dict[int, Any]:
    """The rows of a broadcast by contact."""
    asked = select(tables.message).where(tables.message.c.broadcast_id == broadcast_id)
    return {row.contact_id: row for row in tx.rows(asked)}


def events_of(tx: Tx, message_id: int) -> list[tuple[str, bool, str]]:
    """(status, moved, source) of a message's events, oldest first."""
    event = tables.message_event.c
    rows = tx.rows(select(tables.message_event).where(event.message_id == message_id).order_by(event.id))
    return [(row.status, row.moved, row.source) for row in rows]


def attempts_of(tx: Tx, message_id: int) -> list[str]:
    attempt = tables.attempt.c
    return list(
        tx.conn.scalars(
            select(attempt.outcome).where(attempt.message_id == message_id).order_by(attempt.number)
        )
    )
