"""What happened here since it was told last: rows of the tables that only grow, by their ids, and contacts by the
moment of their last change.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from desktop.domain.changes import Topic
from desktop.domain.messages import GONE, Status
from desktop.domain.reasons import Reason, reason_of
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.triggers import Place

SCAN_COUNT: Final = 2_000
"""Ids of one table that are gone through at a time, told or not: a millisecond or two."""
TOLD_TOPICS: Final = (
    Topic.CONVERSATION_MADE,
    Topic.CONVERSATION_MOVED,
    Topic.CONVERSATION_RESOLVED,
    Topic.TEMPLATE_STATUS,
)
"""What is told by the change table: each row of these says by itself what happened to whom."""
_event = tables.message_event.c
_message = tables.message.c
_consent = tables.consent_event.c
_contact = tables.contact.c
_change = tables.change.c


# Sources by id. `after` and `upto` are ids: behind the first, up to and with the second.


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """A message's new state. is_first: none before it said that WhatsApp has the message."""

    id: int
    message_id: int
    status: Status
    at: datetime
    reason: Reason | None
    error_code: int | None
    broadcast_id: int | None
    is_first: bool


def message_events(
    tx: Tx,
    after: int,
    upto: int,
    most_count: int,
    *,
    of_message: Collection[Status] = (),
    of_broadcast: Collection[Status] = (),
    api_key_id: int | None = None,
) -> list[MessageEvent]:
    """The events of these states. api_key_id: of the messages that came with this key, whatever they belong to."""
    # In expressions, so that SQLite goes through the ids and not through an index of the messages.
    broadcast = func.coalesce(_message.broadcast_id, 0)
    wanted: ColumnElement[bool] = false()
    if of_message:
        wanted = or_(wanted, and_(broadcast == 0, _event.status.in_([one.value for one in of_message])))
    if of_broadcast:
        wanted = or_(wanted, and_(broadcast != 0, _event.status.in_([one.value for one in of_broadcast])))
    if api_key_id is not None:
        wanted = and_(wanted, func.coalesce(_message.api_key_id, 0) == api_key_id)
    before = tables.message_event.alias("before").c
    gone = exists().where(
        before.message_id == _event.message_id,
        before.id < _event.id,
        before.status.in_([one.value for one in GONE]),
    )
    asked = (
        select(*_event, _message.broadcast_id, (~gone).label("is_first"))
        .join_from(tables.message_event, tables.message, _message.id == _event.message_id)
        .where(_event.id > after, _event.id <= upto, wanted)
        .order_by(_event.id)
        .limit(most_count)
    )
    return [
        MessageEvent(
            row.id,
            row.message_id,
            Status(row.status),
            row.at,
            reason_of(row.reason),
            row.error_code,
            row.broadcast_id,
            bool(row.is_first),
        )
        for row in tx.rows(asked)
    ]


@dataclass(frozen=True, slots=True)
class Came:
    """A message that a customer wrote. quoted: our message that it answers, and the broadcast that one is of."""

    id: int
    at: datetime
    quoted_id: int | None
    broadcast_id: int | None


def inbound(tx: Tx, after: int, upto: int, most_count: int) -> list[Came]:
    """Messages that customers wrote."""
    quoted = tables.message.alias("quoted").c
    joined = tables.message.outerjoin(
        quoted.id.table, and_(quoted.wamid == _message.context_wamid, quoted.outgoing)
    )
    asked = (
        select(_message.id, _message.created_at, quoted.id.label("quoted_id"), quoted.broadcast_id)
        .select_from(joined)
        .where(_message.id > after, _message.id <= upto, ~_message.outgoing)
        .order_by(_message.id)
        .limit(most_count)
    )
    return [Came(row.id, row.created_at, row.quoted_id, row.broadcast_id) for row in tx.rows(asked)]


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a contact's consent history. before: what stood of that fact, "" if nothing did."""

    id: int
    contact_id: int
    fact: str
    value: str
    before: str
    source: str
    evidence: str
    reason: str
    at: datetime


def consents(tx: Tx, after: int, upto: int, most_count: int) -> list[Said]:
    """What contacts said about marketing, and WhatsApp for them."""
    before = tables.consent_event.alias("before").c
    stood = (
        select(before.value)
        .where(
            before.contact_id == _consent.contact_id, before.fact == _consent.fact, before.id < _consent.id
        )
        .order_by(before.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    asked = (
        select(*_consent, stood.label("before"))
        .where(_consent.id > after, _consent.id <= upto)
        .order_by(_consent.id)
        .limit(most_count)
    )
    return [
        Said(
            row.id,
            row.contact_id,
            row.fact,
            row.value,
            row.before or "",
            row.source,
            row.evidence,
            row.reason,
            row.at,
        )
        for row in tx.rows(asked)
    ]


def made_contacts(tx: Tx, after: int, upto: int, most_count: int) -> list[tuple[int, datetime]]:
    """Contacts that were made and are there: (id, when)."""
    asked = (
        select(_contact.id, _contact.created_at)
        .where(_contact.id > after, _contact.id <= upto, _contact.merged_into.is_(None))
        .order_by(_contact.id)
        .limit(most_count)
    )
    return [(row.id, row.created_at) for row in tx.rows(asked)]


def changes(
    tx: Tx, after: int, upto: int, most_count: int, topics: Sequence[Topic]
) -> list[tuple[int, Topic, int, datetime]]:
    """Of these topics, what was touched: (id, topic, whom, when)."""
    asked = (
        select(tables.change)
        .where(
            _change.id > after,
            _change.id <= upto,
            _change.topic.in_([one.value for one in topics]),
            _change.ref > 0,
        )
        .order_by(_change.id)
        .limit(most_count)
    )
    return [(row.id, Topic(row.topic), row.ref, row.at) for row in tx.rows(asked)]


@dataclass(frozen=True, slots=True)
class Changed:
    """A contact that was changed, and when last. is_news: not only made then."""

    contact_id: int
    at: datetime
    is_news: bool


def changed_contacts(tx: Tx, after: Place, upto: Place, most_count: int) -> list[Changed]:
    """Contacts by their last change; one that was only made then, too, so that a look goes on behind it."""
    behind = and_(
        _contact.updated_at >= after.at,
        or_(_contact.updated_at > after.at, _contact.id > after.contact_id),
        _contact.updated_at <= upto.at,
    )
    asked = (
        select(_contact.id, _contact.updated_at, _contact.created_at)
        .where(_contact.merged_into.is_(None), behind)
        .order_by(_contact.updated_at, _contact.id)
        .limit(most_count)
    )
    return [Changed(row.id, row.updated_at, row.updated_at > row.created_at) for row in tx.rows(asked)]
