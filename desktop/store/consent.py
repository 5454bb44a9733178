"""Consent events: append-only, written together with the contact's facts, and the merge that keeps NO."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, or_, select, update

from desktop.domain.changes import Topic
from desktop.domain.consent import Facts, OptIn, Source
from desktop.domain.contacts import ConsentEvent, Fact
from desktop.domain.problems import NotFound, Overtaken
from desktop.domain.text import clean
from desktop.store import contacts, facts, merging, tables
from desktop.store.engine import Tx
from desktop.store.statements import new_id

# Built once: it is asked at every submission.
_row = tables.contact.c
_FACTS = select(_row.facts, _row.consent_event_id).where(
    _row.id == bindparam("id"), or_(_row.merged_into.is_(None), _row.merged_into != tables.REMOVED)
)
_HELD = _FACTS.with_for_update()


def facts_of(tx: Tx, contact_id: int, *, lock: bool = False) -> tuple[int, Facts]:
    """A contact's packed and plain facts. lock: hold the row until the end of the transaction."""
    found = tx.conn.execute(_HELD if lock else _FACTS, {"id": contact_id}).one_or_none()
    if found is None:
        raise NotFound("Contact not found", f"Contact {contact_id} does not exist (any more).")
    return found.facts, facts.unpack(found.facts, found.consent_event_id)


def record(
    tx: Tx,
    contact_id: int,
    value: OptIn | bool,
    source: Source,
    *,
    user_id: int | None = None,
    evidence: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> int:
    """Record an opt-in (a value of OptIn) or WhatsApp's stop (True stop, False resume).

    Writes the event and the contact, never the outbox: the claim reads the contact under its lock, so a
    second order of locks here would deadlock with it on PostgreSQL. Returns the event's id.
    """
    packed, _ = facts_of(tx, contact_id, lock=True)
    if isinstance(value, OptIn):
        fact, said, packed = Fact.OPT_IN, value.value, facts.with_opt_in(packed, value)
    else:
        fact, said, packed = Fact.WHATSAPP, "stop" if value else "resume", facts.with_stop(packed, value)
    made = tx.conn.execute(
        insert(tables.consent_event).values(
            contact_id=contact_id,
            fact=fact.value,
            value=said,
            source=source.value,
            user_id=user_id,
            at=min(at, tx.now) if at else tx.now,
            evidence=clean(evidence),
            reason=clean(reason),
        )
    )
    event_id = new_id(made)
    tx.conn.execute(
        update(tables.contact)
        .where(tables.contact.c.id == contact_id)
        .values(facts=packed, consent_event_id=event_id, updated_at=tx.now)
    )
    tx.touch(Topic.CONTACT, contact_id)
    return event_id


def history(tx: Tx, contact_id: int) -> list[ConsentEvent]:
    """Every consent event of a contact, oldest first."""
    event, person = tables.consent_event, tables.person
    asked = (
        select(event, person.c.name.label("user_name"))
        .select_from(event.outerjoin(person, person.c.id == event.c.user_id))
        .where(event.c.contact_id == contact_id)
        .order_by(event.c.id)
    )
    return [
        ConsentEvent(
            row.id,
            row.contact_id,
            Fact(row.fact),
            row.value,
            Source(row.source),
            row.at,
            row.user_name or "",
            row.evidence,
            row.reason,
        )
        for row in tx.conn.execute(asked)
    ]


def unite(
    tx: Tx,
    contact_id: int,
    *,
    phone: str | None = None,
    wa_id: str | None = None,
    user_id: str | None = None,
) -> None:
    """These names are this contact: whoever else is known by one of them is the same person.

    So an opt-out that came under a business-scoped id alone counts for the number, too.
    """
    kept = contacts.kept_id(tx, contact_id)
    for again in (True, True, False):
        others = [id for id in contacts.find(tx, phone=phone, wa_id=wa_id, user_id=user_id) if id != kept]
        try:
            if others:
                merge(tx, kept, others)
            break
        except Overtaken:
            if not again:
                raise
            kept = contacts.kept_id(tx, kept)
    contacts.learn(tx, kept, phone=phone, wa_id=wa_id, user_id=user_id)


def said_no_since(tx: Tx, contact_id: int, fact: Fact, at: datetime) -> bool:
    """True if an opt-out (or stop) of that fact is newer than `at`: a late yes does not lift it."""
    event = tables.consent_event.c
    asked = select(event.id).where(
        event.contact_id == contact_id,
        event.fact == fact.value,
        event.value.in_(["no", "stop"]),
        event.at > at,
    )
    return tx.conn.scalar(asked.limit(1)) is not None


def merge(tx: Tx, keep_id: int, drop_ids: Sequence[int]) -> None:
    """Make several contacts one. NO of any of them is kept, and so is WhatsApp's stop.

    The merged rows stay, marked, with their own history: consent events are never moved or deleted. Raises
    Overtaken, with nothing written, if one of them was merged elsewhere while we waited for it.
    """
    _hold(tx, keep_id, drop_ids)
    _, kept = facts_of(tx, keep_id, lock=True)
    for drop_id in sorted(drop_ids):
        _, dropped = facts_of(tx, drop_id, lock=True)
        evidence = f"contact {drop_id}"
        if dropped.opt_in is OptIn.NO:
            # Also where No stands already: an undo of that one must find this one.
            record(tx, keep_id, OptIn.NO, Source.MERGE, evidence=evidence)
        elif dropped.opt_in is OptIn.YES and kept.opt_in is OptIn.NONE:
            record(tx, keep_id, OptIn.YES, Source.MERGE, evidence=evidence)
        if dropped.stopped_in_whatsapp and not kept.stopped_in_whatsapp:
            record(tx, keep_id, True, Source.MERGE, evidence=evidence)
        _, kept = facts_of(tx, keep_id)
        _move(tx, keep_id, drop_id)


def _hold(tx: Tx, keep_id: int, drop_ids: Sequence[int]) -> None:
    """Lock in the order that everyone keeps, sessions of bots, runs in sequences, outbox and then contacts: a
    settlement that learns about a contact holds its message already."""
    message, contact, run = tables.message.c, tables.contact.c, tables.enrolment.c
    session = tables.bot_session.c
    talking = select(session.id).where(session.contact_id.in_([keep_id, *drop_ids]))
    tx.rows(talking.order_by(session.id).with_for_update())
    tx.rows(select(run.id).where(run.contact_id.in_(drop_ids)).order_by(run.id).with_for_update())
    moved = select(message.id).where(message.contact_id.in_(drop_ids), message.broadcast_id.is_(None))
    tx.rows(moved.order_by(message.id).with_for_update())
    people = select(contact.id, contact.merged_into).where(contact.id.in_([keep_id, *drop_ids]))
    held = tx.rows(people.order_by(contact.id).with_for_update())
    if any(row.merged_into is not None for row in held):
        raise Overtaken("Merged elsewhere", "One of these contacts was merged meanwhile. Look again.")


def _move(tx: Tx, keep_id: int, drop_id: int) -> None:
    contact = tables.contact
    phone = tx.conn.scalar(select(contact.c.phone).where(contact.c.id == drop_id))
    tx.conn.execute(
        update(contact)
        .where(contact.c.id == drop_id)
        .values(phone=None, merged_into=keep_id, facts=contact.c.facts.op("|")(facts.NO_PHONE))
    )
    # Whoever had been merged into it before is now merged into the one that is kept.
    tx.conn.execute(update(contact).where(contact.c.merged_into == drop_id).values(merged_into=keep_id))
    keep = tx.conn.execute(select(contact.c.phone, contact.c.facts).where(contact.c.id == keep_id)).one()
    if phone and not keep.phone:
        tx.conn.execute(
            update(contact)
            .where(contact.c.id == keep_id)
            .values(phone=phone, facts=facts.with_phone(keep.facts, phone))
        )
    for table in (tables.identity, tables.message):
        moved = update(table).where(table.c.contact_id == drop_id)
        if table is tables.message:
            # A broadcast's rows are its ledger: they stay with the contact that was selected.
            moved = moved.where(table.c.broadcast_id.is_(None))
        tx.conn.execute(moved.values(contact_id=keep_id))
    merging.take_over(tx, keep_id, drop_id)
    tx.touch(Topic.CONTACT, drop_id)
    tx.touch(Topic.CONTACT, keep_id)
    tx.touch(Topic.CONVERSATION)
