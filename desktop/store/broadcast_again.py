"""Rows of a broadcast's lists, and picks, that named somebody a second time: they have no message, and are accounted for."""

from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, func, literal, literal_column, select, tuple_

from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.broadcast_report import Again, Chosen, Person
from desktop.domain.consent import Category, Path
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.selection import SourceKind
from desktop.store import audience, broadcasts, tables
from desktop.store.audience_selection import times_named
from desktop.store.engine import Tx

_contact = tables.contact.c
_recipient = tables.broadcast_recipient.c
_row = tables.contact_list_row.c
_list = tables.contact_list.c
_MOST_PICKED: Final = 1_000
"""Of picks that name somebody twice (two contacts that became one): they are few."""


def belong(chosen: Chosen) -> bool:
    """True if what a number stands for has those who were selected twice among it."""
    if chosen.reached or chosen.button or chosen.within or chosen.despite:
        return False
    why = chosen.why
    duplicate = why is None or (why.status, why.reason) == (Status.LEFT_OUT, Reason.DUPLICATE)
    return duplicate and (not chosen.statuses or Status.LEFT_OUT in chosen.statuses)


def count(tx: Tx, broadcast_id: int, *, search: str = "") -> int:
    """How many `page()` has in all: fewer than were counted where a list was deleted since."""
    record = broadcasts.get(tx, broadcast_id)
    if not record.duplicate_count:
        return 0
    if not search.strip() and _are_kept(tx, record):
        return record.duplicate_count
    asked = _asked(tx, record, search)
    return (
        0 if asked is None else int(tx.conn.scalar(select(func.count()).select_from(asked.subquery())) or 0)
    )


def page(
    tx: Tx, broadcast_id: int, *, search: str = "", after: Again | None = None, limit: int = 200
) -> list[Person]:
    """One for each row beyond a contact's first, by list and row, from behind one on."""
    record = broadcasts.get(tx, broadcast_id)
    asked = _asked(tx, record, search) if record.duplicate_count else None
    if asked is None or limit < 1:
        return []
    found = asked.subquery("found")
    wanted = select(found).order_by(found.c.list_id, found.c.number).limit(limit)
    if after is not None:
        wanted = wanted.where(tuple_(found.c.list_id, found.c.number) > (after.list_id, after.row_number))
    return [_person(record, row) for row in tx.rows(wanted)]


def _are_kept(tx: Tx, record: BroadcastRecord) -> bool:
    """True if all lists are there still: one that was deleted cannot say whom it named."""
    source = record.draft.selection.source
    if source.kind is not SourceKind.LISTS:
        return True
    there = tx.conn.scalar(select(func.count()).where(_list.id.in_(source.ids), _list.name != ""))
    return there == len(set(source.ids))


def _asked(tx: Tx, record: BroadcastRecord, search: str) -> Select[Any] | None:
    """contact_id, list_id, number, list_name, name, phone of each; None: nobody can be named twice."""
    rows = _rows(tx, record)
    if rows is None:
        return None
    first = select(rows).order_by(rows.c.list_id, rows.c.number).limit(record.duplicate_count).subquery()
    joined = first.join(tables.contact, _contact.id == first.c.contact_id)
    asked = select(first, _contact.name, _contact.phone).select_from(joined)
    return asked.where(audience.search_condition(search)) if search.strip() else asked


def _rows(tx: Tx, record: BroadcastRecord) -> FromClause | None:
    selection = record.draft.selection
    mine = (_recipient.broadcast_id == record.id,)
    if selection.source.kind is not SourceKind.LISTS:
        return _picked(tx, record, mine)
    by_name: ColumnElement[bool] = _list.name != ""
    from_these = _row.list_id.in_(selection.source.ids)
    twice = select(_row.contact_id).where(from_these).group_by(_row.contact_id).having(func.count() > 1)
    nth = func.row_number().over(partition_by=_row.contact_id, order_by=(_row.list_id, _row.number))
    joined = tables.contact_list_row.join(tables.contact_list, _list.id == _row.list_id)
    joined = joined.join(tables.broadcast_recipient, _recipient.contact_id == _row.contact_id)
    numbered = (
        select(_row.contact_id, _row.list_id, _row.number, _list.name.label("list_name"), nth.label("nth"))
        .select_from(joined)
        .where(from_these, by_name, _row.contact_id.in_(twice), *mine)
        .subquery("numbered")
    )
    columns = (numbered.c.contact_id, numbered.c.list_id, numbered.c.number, numbered.c.list_name)
    return select(*columns).where(numbered.c.nth > 1).subquery("again")


def _picked(tx: Tx, record: BroadcastRecord, mine: tuple[ColumnElement[bool], ...]) -> FromClause | None:
    named = times_named(tx, record.draft.selection)
    if named is None:
        return None
    joined = tables.broadcast_recipient.join(named, named.c.contact_id == _recipient.contact_id)
    columns: tuple[ColumnElement[Any], ...] = (
        _recipient.contact_id.label("contact_id"),
        literal_column("0").label("list_id"),
        _recipient.contact_id.label("number"),
        literal("").label("list_name"),
    )
    asked = select(*columns).select_from(joined).where(*mine, named.c.times > 1)
    return asked.order_by(_recipient.contact_id).limit(_MOST_PICKED).subquery("again")


def _person(record: BroadcastRecord, row: Any) -> Person:
    """As a message that was never made: its id is no message's, and another one for each row."""
    at = record.launched_at or record.created_at
    message = MessageView(
        -(row.list_id * 10_000_000 + row.number),
        row.contact_id,
        True,
        Status.LEFT_OUT,
        "template",
        "",
        at,
        at,
        Path.BROADCAST,
        Category.MARKETING,
        Reason.DUPLICATE,
        template_id=record.template_id,
        template_name=record.template_name,
        broadcast_id=record.id,
        broadcast_name=record.name,
        contact_name=row.name,
        phone=row.phone or "",
    )
    return Person(message, again=Again(row.list_id, row.number, row.list_name))
