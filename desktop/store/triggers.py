"""Contacts that were made or changed lately, or that wrote: whom a trigger brings in, and whose run a goal ends.

`sequence.looked_to` is the moment up to which everything was looked at. A change is committed a little after the
moment that it bears, so the engine looks at the last minute again; nobody comes in twice by the same change, see
`desktop.domain.journey.entry_of`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, or_, select, update

from desktop.domain.filters import Filter
from desktop.domain.journey import Entry
from desktop.domain.sequence import Definition, EnrolmentStatus, SequenceStatus
from desktop.store import enrolments, tables
from desktop.store.engine import Tx
from desktop.store.meeting import meeting

_contact = tables.contact.c
_conversation = tables.conversation.c
_message = tables.message.c
_enrolment = tables.enrolment.c
_sequence = tables.sequence.c
_version = tables.sequence_version.c
PAGE_COUNT: Final = 100
LAST: Final = 2**62
"""A contact behind all others: a look that begins behind it begins after the moment itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a look through the changed contacts stands: the moment, and the contact at it."""

    at: datetime
    contact_id: int = LAST


@dataclass(frozen=True, slots=True)
class Rules:
    """What one sequence looks for: its current version, and the goals of every version.

    A reply is no change of a contact, except to a trigger or a goal that asks about it.
    """

    sequence_id: int
    version_id: int
    definition: Definition
    goals: dict[int, tuple[Filter | None, Filter | None]]

    @property
    def hears_replies(self) -> bool:
        """True if a reply may call for something."""
        goals = (goal for both in self.goals.values() for goal in both if goal is not None)
        return self.reply_is_change or any(_asks_about_replies(one) for one in goals)

    @property
    def reply_is_change(self) -> bool:
        """True if a reply may bring somebody in."""
        trigger = self.definition.trigger
        return trigger.on_updated and _asks_about_replies(trigger.condition)


def _asks_about_replies(wanted: Filter) -> bool:
    return any(
        _asks_about_replies(one) if isinstance(one, Filter) else one.field == "last_inbound"
        for one in wanted.items
    )


@dataclass(frozen=True, slots=True)
class Page:
    """What one page of changed contacts calls for. next: where to go on, None at the end.

    new, changed: who comes in because they were made or changed, with the moment of it. ending: runs that a goal
    ends, and how.
    """

    next: Place | None = None
    new: dict[int, datetime] = field(default_factory=dict)
    changed: dict[int, datetime] = field(default_factory=dict)
    ending: dict[int, EnrolmentStatus] = field(default_factory=dict)


def of_active(tx: Tx, sequence_id: int) -> tuple[int, datetime | None] | None:
    """version_id and looked_to of a sequence, if it is active."""
    asked = select(_sequence.version_id, _sequence.looked_to).where(
        _sequence.id == sequence_id, _sequence.status == SequenceStatus.ACTIVE.value
    )
    found = tx.conn.execute(asked).one_or_none()
    return None if found is None or found.version_id is None else (found.version_id, found.looked_to)


def set_looked_to(tx: Tx, sequence_id: int, at: datetime) -> None:
    """Everything up to that moment was looked at; it only goes forward."""
    tx.conn.execute(
        update(tables.sequence)
        .where(_sequence.id == sequence_id, or_(_sequence.looked_to.is_(None), _sequence.looked_to < at))
        .values(looked_to=at)
    )


def version_ids(tx: Tx, sequence_id: int) -> Sequence[int]:
    """Every version of a sequence."""
    asked = select(_version.id).where(_version.sequence_id == sequence_id).order_by(_version.id)
    return tx.conn.scalars(asked).all()


def _behind(at: ColumnElement[datetime], id: ColumnElement[int]) -> ColumnElement[bool]:
    """Behind a place. The first part is what the index is entered by."""
    return (at >= bindparam("at")) & or_(at > bindparam("at"), id > bindparam("contact_id"))


_CHANGED = (
    select(_contact.id, _contact.updated_at.label("at"), _contact.created_at)
    .where(_contact.merged_into.is_(None), _behind(_contact.updated_at, _contact.id))
    .order_by(_contact.updated_at, _contact.id)
    .limit(bindparam("most_count"))
)
# By when their conversation moved, which is when a message came in, however long ago it was written. A message that
# went out since then has moved it, too: when the last one came is looked up.
_WRITTEN = (
    select(_conversation.contact_id.label("id"), _conversation.last_at.label("at"))
    .where(_behind(_conversation.last_at, _conversation.contact_id))
    .order_by(_conversation.last_at, _conversation.contact_id)
    .limit(bindparam("most_count"))
)
_LAST_CAME = (
    select(_message.created_at)
    .where(_message.contact_id == _contact.id, ~_message.outgoing)
    .order_by(_message.id.desc())
    .limit(1)
    .scalar_subquery()
)
_REPLIES = select(_contact.id, _contact.created_at, _LAST_CAME.label("came_at")).where(
    _contact.id.in_(bindparam("ids", expanding=True)), _contact.merged_into.is_(None)
)
# Without the status: with it SQLite goes through everyone who is in the sequence.
_RUNS = (
    select(_enrolment.id, _enrolment.contact_id, _enrolment.version_id, _enrolment.status)
    .where(
        _enrolment.sequence_id == bindparam("sequence_id"),
        _enrolment.contact_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(_enrolment.id)
)


def anything_since(tx: Tx, place: Place, *, replies: bool) -> bool:
    """True if a contact was made or changed since, or a conversation moved where replies count."""
    return bool(_behind_place(tx, _CHANGED, place, 1)) or (
        replies and bool(_behind_place(tx, _WRITTEN, place, 1))
    )


def _behind_place(tx: Tx, asked: Select[Any], place: Place, most_count: int) -> list[Row[Any]]:
    return tx.rows(asked, at=place.at, contact_id=place.contact_id, most_count=most_count)


def page(tx: Tx, rules: Rules, place: Place, since: datetime) -> Page:
    """The next changed contacts, and what they call for. Raises BadFilter.

    since: who was made after it is new, and a change before it brings nobody in; goals look at every change.
    """
    edits = _behind_place(tx, _CHANGED, place, PAGE_COUNT)
    moves = _behind_place(tx, _WRITTEN, place, PAGE_COUNT) if rules.hears_replies else []
    # One way through both, so that one place says how far it came.
    ends = sorted((row.at, row.id) for row in (*edits, *moves))[:PAGE_COUNT]
    if not ends:
        return Page()
    edits, moves = ([row for row in rows if (row.at, row.id) <= ends[-1]] for rows in (edits, moves))
    following = Place(*ends[-1]) if len(ends) == PAGE_COUNT else None
    new, changed = _coming(tx, rules, edits, [row.id for row in moves], since)
    ids = {row.id for row in (*edits, *moves)}
    return Page(following, new, changed, ending(tx, rules, sorted(ids)))


def _coming(
    tx: Tx, rules: Rules, edits: Sequence[Row[Any]], moved_ids: Sequence[int], since: datetime
) -> tuple[dict[int, datetime], dict[int, datetime]]:
    trigger = rules.definition.trigger
    new = {row.id: row.created_at for row in edits if trigger.on_created and row.created_at > since}
    changed = {
        row.id: row.at for row in edits if trigger.on_updated and row.at > since and row.at > row.created_at
    }
    if rules.reply_is_change and moved_ids:
        for row in tx.rows(_REPLIES, ids=list(moved_ids)):
            if row.came_at is not None and row.came_at > since and row.came_at > row.created_at:
                changed[row.id] = max(row.came_at, changed.get(row.id, row.came_at))
    changed = {id: at for id, at in changed.items() if id not in new}
    both = new | changed
    if not both:
        return {}, {}
    entries = enrolments.entries(tx, rules.sequence_id, rules.definition, sorted(both), both)
    may = [id for id, entry in entries.items() if entry is Entry.COMES_IN]
    meets = meeting(tx, trigger.condition, may)
    return (
        {id: at for id, at in new.items() if id in meets},
        {id: at for id, at in changed.items() if id in meets},
    )


_AWAITING = (
    select(_enrolment.contact_id)
    .join(tables.contact, _contact.id == _enrolment.contact_id)
    .where(
        _enrolment.message_id.is_not(None),
        _enrolment.sequence_id == bindparam("sequence_id"),
        _contact.merged_into.is_(None),
    )
)


def awaiting(tx: Tx, sequence_id: int) -> list[int]:
    """Contacts of a sequence for whom a message is on its way."""
    return list(tx.conn.scalars(_AWAITING, {"sequence_id": sequence_id}))


def ending(tx: Tx, rules: Rules, contact_ids: Sequence[int]) -> dict[int, EnrolmentStatus]:
    """Runs of these contacts that a goal ends. The success goal first: who meets both has succeeded.

    Raises BadFilter.
    """
    if not rules.goals or not contact_ids:
        return {}
    runs = [
        row
        for row in tx.rows(_RUNS, sequence_id=rules.sequence_id, ids=list(contact_ids))
        if row.status == EnrolmentStatus.IN_PROGRESS.value
    ]
    found: dict[int, EnrolmentStatus] = {}
    for version_id, goals in rules.goals.items():
        mine = [row for row in runs if row.version_id == version_id]
        ids = [row.contact_id for row in mine]
        for goal, status in zip(goals, (EnrolmentStatus.SUCCEEDED, EnrolmentStatus.GOAL_MISSED), strict=True):
            meets = meeting(tx, goal, ids)
            found |= {row.id: status for row in mine if row.contact_id in meets and row.id not in found}
    return found
