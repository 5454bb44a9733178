"""Contacts whose answer is no now, each with the event that made it so.

A page walks an index of the events that said no, newest first, and asks of each whether it still stands: however
many contacts there are, a page looks at little more than it shows.
"""

from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, true, tuple_

from desktop.domain.consent import OptIn, Source
from desktop.domain.contacts import Fact
from desktop.domain.report import Mark, OptedOut, OptedOutScope
from desktop.store import facts, tables
from desktop.store.engine import Tx
from desktop.store.report_scope import by_person

_contact = tables.contact.c
_event = tables.consent_event.c
_later = tables.consent_event.alias("later").c
# The words of the index: an expression that reads otherwise would not use it.
_SAID_NO: Final = text("consent_event.value IN ('no', 'stop')")
_PACKED: Final = tuple(packed for packed in range(32) if packed & facts.OPT_IN_MASK < 3)
_NO: Final = tuple(packed for packed in _PACKED if facts.unpack(packed).opt_in is OptIn.NO)
_STOPPED: Final = tuple(packed for packed in _PACKED if facts.unpack(packed).stopped_in_whatsapp)
_BOTH: Final = tuple(sorted(set(_NO) & set(_STOPPED)))
_EITHER: Final = tuple(sorted(set(_NO) | set(_STOPPED)))


def count(tx: Tx, asked: OptedOutScope) -> int:
    """How many contacts `rows` lists in all."""
    if asked.since is None and asked.until is None and asked.source is None:
        # Whoever says no has an event that says so: the contacts alone tell how many, out of their index.
        counted = select(func.count()).select_from(tables.contact)
        counted = counted.where(_contact.merged_into.is_(None), _contact.facts.in_(_EITHER), _found(asked))
    else:
        counted = select(func.count()).select_from(tables.consent_event).where(*_deciding(asked))
    return int(tx.conn.scalar(counted) or 0)


def rows(tx: Tx, asked: OptedOutScope, *, after: Mark | None = None, limit: int = 100) -> list[OptedOut]:
    """A page, the latest no first. after: when the last row said it, and its contact's id."""
    page = select(_event.id).where(*_deciding(asked))
    if after is not None:
        page = page.where(tuple_(_event.at, _event.contact_id) < (after.at, after.message_id))
    page = page.order_by(_event.at.desc(), _event.contact_id.desc()).limit(limit)
    return _rows(tx, list(tx.conn.scalars(page)))


def _deciding(asked: OptedOutScope) -> list[ColumnElement[bool]]:
    """True for the one event of a contact that makes the answer no: the newest of a fact that says it.

    Newest as they were recorded, which is what the facts follow. Where both facts say no, one of the two was
    said by the contact's very last event.
    """
    still = or_(
        and_(_event.fact == Fact.OPT_IN.value, _contact.facts.in_(_NO)),
        and_(_event.fact == Fact.WHATSAPP.value, _contact.facts.in_(_STOPPED)),
    )
    overtaken = (
        select(_later.id)
        .where(
            _later.contact_id == _event.contact_id,
            _later.id > _event.id,
            or_(_later.fact == _event.fact, _contact.facts.in_(_BOTH)),
        )
        .correlate(tables.consent_event, tables.contact)
        .exists()
    )
    there = exists().where(
        _contact.id == _event.contact_id,
        _contact.merged_into.is_(None),
        still,
        or_(_contact.consent_event_id == _event.id, ~overtaken),
        _found(asked),
    )
    return [_SAID_NO, *_within(asked), there]  # type: ignore[list-item]


def _within(asked: OptedOutScope) -> list[ColumnElement[bool]]:
    held: list[ColumnElement[bool]] = []
    if asked.since is not None:
        held.append(_event.at >= asked.since)
    if asked.until is not None:
        held.append(_event.at < asked.until)
    if asked.source is not None:
        held.append(_event.source == asked.source.value)
    return held


def _found(asked: OptedOutScope) -> ColumnElement[bool]:
    return by_person(asked.search) if asked.search.strip() else true()


def _rows(tx: Tx, event_ids: list[int]) -> list[OptedOut]:
    """The rows of these events, in their order."""
    person = tables.person
    joined = tables.consent_event.join(tables.contact, _contact.id == _event.contact_id).outerjoin(
        person, person.c.id == _event.user_id
    )
    asked = (
        select(tables.consent_event, _contact.name, _contact.phone, person.c.name.label("by_name"))
        .select_from(joined)
        .where(_event.id.in_(event_ids))
    )
    found = {row.id: row for row in tx.rows(asked)}
    return [
        OptedOut(
            contact_id=row.contact_id,
            name=row.name,
            phone=row.phone or "",
            at=row.at,
            source=Source(row.source),
            evidence=row.evidence,
            by_name=row.by_name or "",
            event_id=row.id,
            stopped_in_whatsapp=row.fact == Fact.WHATSAPP.value,
        )
        for row in (found[id] for id in event_ids)
    ]
