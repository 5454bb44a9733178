"""Contacts whose answer is no now, each with the events that made it so: No to us, and the stop in WhatsApp.

A page walks an index of the events that said no, newest first, and asks of each whether it still stands: however
many contacts there are, a page looks at little more than it shows.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, true, tuple_

from desktop.domain.consent import OptIn, Source
from desktop.domain.contacts import Fact
from desktop.domain.report import Mark, OptedOut, OptedOutScope, Refusal
from desktop.store import facts, tables
from desktop.store.engine import Tx
from desktop.store.report_scope import by_person

_contact = tables.contact.c
_event = tables.consent_event.c
_later = tables.consent_event.alias("later").c
_after = tables.consent_event.alias("after").c
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
    said by the contact's very last event; of a source it is the newest of those that came from there.
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
            or_(_later.fact == _event.fact, and_(_contact.facts.in_(_BOTH), *_stands_from(asked))),
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


def _stands_from(asked: OptedOutScope) -> list[ColumnElement[bool]]:
    """True for a later event that is the last of its own fact and of the source; nothing where any source counts."""
    if asked.source is None:
        return []
    again = (
        select(_after.id)
        .where(_after.contact_id == _later.contact_id, _after.fact == _later.fact, _after.id > _later.id)
        .correlate(_later.id.table)
        .exists()
    )
    return [_later.source == asked.source.value, ~again]


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
    named = select(
        tables.consent_event, _contact.name, _contact.phone, _contact.facts, person.c.name.label("by_name")
    ).select_from(joined)
    found = {row.id: row for row in tx.rows(named.where(_event.id.in_(event_ids)))}
    both = [row.contact_id for row in found.values() if row.facts in _BOTH]
    last = select(func.max(_event.id)).where(_event.contact_id.in_(both))
    others = named.where(
        _event.id.in_(last.group_by(_event.contact_id, _event.fact)), _event.id.not_in(event_ids)
    )
    also = {row.contact_id: _refusal(row) for row in tx.rows(others)} if both else {}
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
            also=also.get(row.contact_id),
        )
        for row in (found[id] for id in event_ids)
    ]


def _refusal(row: Any) -> Refusal:
    return Refusal(
        row.at, Source(row.source), row.evidence, row.by_name or "", row.id, row.fact == Fact.WHATSAPP.value
    )
