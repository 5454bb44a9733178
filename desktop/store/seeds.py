"""Made-up data in bulk: for the demo, for trying things out, for measuring."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update

from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastDraft, BroadcastStatus, checksum_part
from desktop.domain.changes import Topic
from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.contacts import Fact
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import AttemptOutcome
from desktop.domain.text import fold
from desktop.store import contacts, facts, outbox, tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id


@dataclass(frozen=True, slots=True)
class SeedContact:
    """A made-up contact. tags, attributes: by name; the attributes exist."""

    name: str
    phone: str
    opt_in: OptIn
    at: datetime
    evidence: str = ""
    source: Source = Source.IMPORT
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


def add_contacts(tx: Tx, people: Sequence[SeedContact]) -> list[int]:
    """Insert contacts with identities, events, tags and attributes; returns their ids."""
    first_id = int(tx.conn.scalar(select(func.max(tables.contact.c.id))) or 0) + 1
    first_event = int(tx.conn.scalar(select(func.max(tables.consent_event.c.id))) or 0) + 1
    rows: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for id, one in enumerate(people, first_id):
        event_id = None
        if one.opt_in is not OptIn.NONE:
            event_id = first_event + len(events)
            events.append(
                {
                    "id": event_id,
                    "contact_id": id,
                    "fact": Fact.OPT_IN.value,
                    "value": one.opt_in.value,
                    "source": one.source.value,
                    "at": one.at,
                    "evidence": one.evidence,
                }
            )
        rows.append(
            {
                "id": id,
                "name": one.name,
                "name_folded": fold(one.name),
                "phone": one.phone,
                "facts": facts.pack(one.opt_in, one.phone),
                "consent_event_id": event_id,
                "created_at": one.at,
                "updated_at": one.at,
            }
        )
    tx.conn.execute(insert(tables.contact), rows)
    if events:
        tx.conn.execute(insert(tables.consent_event), events)
    tx.conn.execute(
        insert(tables.identity),
        [
            {"kind": contacts.PHONE, "value": one.phone, "contact_id": id}
            for id, one in enumerate(people, first_id)
        ],
    )
    _add_tags(tx, people, first_id)
    _add_attributes(tx, people, first_id)
    _set_sequences(tx, "contact", "consent_event")
    tx.touch(Topic.CONTACT)
    return list(range(first_id, first_id + len(people)))


def _add_tags(tx: Tx, people: Sequence[SeedContact], first_id: int) -> None:
    names = {name for one in people for name in one.tags}
    if not names:
        return
    ids = contacts.make_tags(tx, sorted(names))
    tx.conn.execute(
        insert(tables.contact_tag),
        [
            {"contact_id": id, "tag_id": ids[fold(name)]}
            for id, one in enumerate(people, first_id)
            for name in one.tags
        ],
    )


def _add_attributes(tx: Tx, people: Sequence[SeedContact], first_id: int) -> None:
    known = contacts.known_attributes(tx)
    rows = [
        contacts.attribute_row(id, known[name], value)
        for id, one in enumerate(people, first_id)
        for name, value in one.attributes
    ]
    if rows:
        tx.conn.execute(insert(tables.contact_attribute), rows)


def _set_sequences(tx: Tx, *names: str) -> None:
    """PostgreSQL counts on from its sequence, which rows with given ids do not move."""
    if tx.on_postgresql:
        for name in names:
            tx.conn.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")
            )


@dataclass(frozen=True, slots=True)
class SeedMessage:
    """A made-up message of a thread. status None: inbound."""

    contact_id: int
    text: str
    at: datetime
    status: Status | None = None
    path: Path = Path.COMPOSE
    kind: str = "text"
    category: Category = Category.SERVICE
    template_id: int | None = None
    broadcast_id: int | None = None
    error_code: int | None = None
    reason: str = ""
    author_id: int | None = None
    content: dict[str, Any] = field(default_factory=dict)


def add_message(tx: Tx, one: SeedMessage) -> int:
    """Insert a message as if it had happened at its time; returns its id."""
    reached = {Status.SENT: 1, Status.DELIVERED: 2, Status.READ: 3}.get(one.status or Status.QUEUED, 0)
    gone = one.status is not None and one.status is not Status.LEFT_OUT
    message_id = new_id(
        tx.conn.execute(
            insert(tables.message).values(
                contact_id=one.contact_id,
                outgoing=one.status is not None,
                path=one.path.value if one.status else "",
                lane=int(Lane.PEOPLE),
                status=one.status.value if one.status else "received",
                reason=one.reason,
                error_code=one.error_code,
                kind=one.kind,
                category=one.category.value,
                text=one.text,
                content=one.content,
                template_id=one.template_id,
                broadcast_id=one.broadcast_id,
                author_id=one.author_id,
                attempt_count=1 if gone else 0,
                created_at=one.at,
                due_at=one.at,
                changed_at=one.at,
                sent_at=one.at if reached >= 1 else None,
                delivered_at=one.at if reached >= 2 else None,
                read_at=one.at if reached >= 3 else None,
            )
        )
    )
    if one.status is not None:
        event = outbox.event(tx, message_id, one.status, outbox.WEBHOOK, error_code=one.error_code)
        outbox.write_events(tx, [event | {"at": tables.micros(one.at)}])
        if gone:
            outcome = AttemptOutcome.REFUSED if one.status is Status.FAILED else AttemptOutcome.ACCEPTED
            tx.conn.execute(
                insert(tables.attempt).values(
                    message_id=message_id, number=1, started_at=one.at, ended_at=one.at, outcome=outcome.value
                )
            )
    else:
        tx.conn.execute(
            update(tables.contact).where(tables.contact.c.id == one.contact_id).values(last_inbound_at=one.at)
        )
    return message_id


def add_broadcast(tx: Tx, name: str, contact_ids: Sequence[int], user_id: int, at: datetime) -> int:
    """A broadcast of long ago as its snapshot left it, DONE; its messages are added one by one."""
    broadcast_id = new_id(
        tx.conn.execute(
            insert(tables.broadcast).values(
                name=name,
                status=BroadcastStatus.DONE.value,
                draft=BroadcastDraft(name=name).to_json(),
                selected_count=len(contact_ids),
                checksum=sum(checksum_part(id) for id in contact_ids),
                approved_count=len(contact_ids),
                planned_to=max(contact_ids),
                created_by=user_id,
                created_at=at,
                launched_at=at,
                ended_at=at,
            )
        )
    )
    tx.conn.execute(
        insert(tables.broadcast_recipient),
        [
            {"broadcast_id": broadcast_id, "contact_id": id, "line": Line.WILL_OPTED_IN.value}
            for id in contact_ids
        ],
    )
    return broadcast_id


def add_conversation(
    tx: Tx, contact_id: int, last_message_id: int, at: datetime, *, assigned_to: int | None, unread_count: int,
    is_open: bool = True,
) -> None:  # fmt: skip
    """Insert a conversation with its place in the list."""
    tx.conn.execute(
        insert(tables.conversation).values(
            contact_id=contact_id,
            open=is_open,
            assigned_to=assigned_to,
            unread_count=unread_count,
            last_at=at,
            last_message_id=last_message_id,
            first_unread_id=last_message_id if unread_count else None,
            waiting_since=at if unread_count else None,
        )
    )
    tx.touch(Topic.CONVERSATION)


def add_consent_event(
    tx: Tx, contact_id: int, value: OptIn, source: Source, evidence: str, at: datetime
) -> None:
    """A change of the opt-in as if recorded at its time."""
    packed = int(tx.conn.scalar(select(tables.contact.c.facts).where(tables.contact.c.id == contact_id)) or 0)
    event_id = new_id(
        tx.conn.execute(
            insert(tables.consent_event).values(
                contact_id=contact_id,
                fact=Fact.OPT_IN.value,
                value=value.value,
                source=source.value,
                at=at,
                evidence=evidence,
            )
        )
    )
    tx.conn.execute(
        update(tables.contact)
        .where(tables.contact.c.id == contact_id)
        .values(facts=facts.with_opt_in(packed, value), consent_event_id=event_id)
    )
