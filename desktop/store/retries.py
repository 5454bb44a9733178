"""What failed in a broadcast and its retries and nobody has tried again, by the code and by when it failed.

It is asked by person, not by contact: the rows of a broadcast go on naming somebody who was merged into another contact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)

from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastKind, BroadcastStatus
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason, reason_of
from desktop.domain.selection import Again
from desktop.store import tables
from desktop.store.engine import Tx

_message = tables.message.c
_broadcast = tables.broadcast.c
_recipient = tables.broadcast_recipient.c
_other = tables.message.alias("other").c
_MINUTE_US: Final = 60_000_000
_OVER: Final = [Status.FAILED.value, Status.LEFT_OUT.value, Status.CANCELLED.value]
_SENT: Final = [line.value for line in Line if line.is_sent]
_TO_COME: Final = [
    one.value for one in BroadcastStatus if one is not BroadcastStatus.DRAFT and not one.is_over
]
"""Of retries: they write the messages of all who were selected, sooner or later."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Messages that failed alike within one minute. until: the end of that minute."""

    reason: Reason | None
    error_code: int | None
    until: datetime
    count: int


def family(tx: Tx, broadcast_id: int) -> list[int]:
    """A broadcast and its retries."""
    asked = select(_broadcast.id).where(
        or_(
            _broadcast.id == broadcast_id,
            and_(_broadcast.parent_id == broadcast_id, _broadcast.kind == BroadcastKind.RETRY.value),
        )
    )
    return list(tx.conn.scalars(asked.order_by(_broadcast.id)))


def preparing(tx: Tx, broadcast_id: int) -> bool:
    """True while a retry of it was started and its messages are not all made, also where it is paused or held."""
    return tx.conn.scalar(_unwritten(broadcast_id).limit(1)) is not None


def _unwritten(broadcast_id: int, *of: ColumnElement[bool]) -> Any:
    """Retries that are to write a message yet. of: conditions on their recipients."""
    rest = exists().where(
        _recipient.broadcast_id == _broadcast.id, _recipient.contact_id > _broadcast.planned_to, *of
    )
    return select(_broadcast.id).where(
        _broadcast.parent_id == broadcast_id,
        _broadcast.kind == BroadcastKind.RETRY.value,
        _broadcast.status.in_(_TO_COME),
        or_(_broadcast.selected_count.is_(None), rest),
    )


def failed(tx: Tx, broadcast_id: int) -> list[Failed]:
    """What failed at last and was not tried again, grouped."""
    minute = type_coerce(_message.changed_at, BigInteger).op("/", precedence=8)(_MINUTE_US).label("minute")
    asked = (
        select(_message.reason, _message.error_code, minute, func.count().label("count"))
        .where(*_untried(tx, broadcast_id))
        .group_by(_message.reason, _message.error_code, "minute")
    )
    return [
        Failed(
            reason_of(row.reason),
            row.error_code,
            tables.EPOCH + timedelta(microseconds=(int(row.minute) + 1) * _MINUTE_US),
            int(row[3]),
        )
        for row in tx.rows(asked)
    ]


def people(tx: Tx, broadcast_id: int, again: Sequence[Again]) -> Select[Any]:
    """contact_id, times (1): whom a broadcast or its retries failed for so at last, and nobody has tried again."""
    alike = [
        and_(
            _message.reason == one.reason,
            _message.error_code.is_not_distinct_from(one.error_code),
            _message.changed_at < one.before,
        )
        for one in again
    ]
    asked = select(_person().label("contact_id"), literal_column("1").label("times"))
    return asked.where(*_untried(tx, broadcast_id), or_(false(), *alike)).distinct()


def _untried(tx: Tx, broadcast_id: int) -> list[ColumnElement[bool]]:
    """A retry that was stopped before it left was none; nor was one by hand that did not go out.

    Where two contacts turned out to be one person, whatever the other one got counts for both.
    """
    mates = family(tx, broadcast_id)
    later = and_(
        _other.broadcast_id.in_(mates), _other.id > _message.id, _other.status != Status.CANCELLED.value
    )
    return [
        _message.broadcast_id.in_(mates),
        _message.status == Status.FAILED.value,
        _person().is_not(None),
        ~exists().where(*_of_person(), or_(later, _lives(mates))),
    ]


def _person() -> Any:
    """Whom the row of a message means now; NULL for a contact that an undone import took back."""
    who = tables.contact.alias("who").c
    kept = func.nullif(func.coalesce(who.merged_into, who.id), tables.REMOVED)
    return select(kept).where(who.id == _message.contact_id).correlate(tables.message).scalar_subquery()


def _contacts() -> Any:
    """All contacts that are the same person as that of a message."""
    same = tables.contact.alias("same").c
    return select(same.id).where(or_(same.id == _person(), same.merged_into == _person()))


def _of_person() -> list[ColumnElement[bool]]:
    """Another outgoing message of the same person."""
    return [_other.contact_id.in_(_contacts()), _other.id != _message.id, _other.outgoing]


def _lives(mates: list[int]) -> ColumnElement[bool]:
    """It has gone or may go yet: in the same family, or by hand with the same template."""
    by_hand = and_(
        _other.broadcast_id.is_(None),
        _other.retry_of.is_not(None),
        _other.id > _message.id,
        _other.template_id == _message.template_id,
    )
    return and_(or_(_other.broadcast_id.in_(mates), by_hand), _other.status.not_in(_OVER))


def is_tried_again(tx: Tx, message_id: int) -> bool:
    """Of a message of a broadcast or a retry: the same person has got it otherwise, or is about to.

    The broadcast is locked: a retry that begins in this moment comes before or after.
    """
    asked = (
        select(_broadcast.id, _broadcast.kind, _broadcast.parent_id)
        .join(tables.message, _message.broadcast_id == _broadcast.id)
        .where(_message.id == message_id, _broadcast.kind != BroadcastKind.TEST.value)
    )
    row = tx.conn.execute(asked).one_or_none()
    if row is None:
        return False
    root_id = row.parent_id if row.kind == BroadcastKind.RETRY.value else row.id
    lock(tx, root_id)
    to_come = _unwritten(root_id, _recipient.line.in_(_SENT), _recipient.contact_id.in_(_contacts()))
    lives = exists().where(*_of_person(), _lives(family(tx, root_id)))
    found = select(_message.id).where(
        _message.id == message_id, or_(lives, to_come.correlate(tables.message).exists())
    )
    return tx.conn.scalar(found) is not None


def retry_of(broadcast_id: int, parent_id: int, contact_id: ColumnElement[int]) -> Any:
    """For the plan of a retry: the newest message that failed for a contact, or for one that was merged into it, in what
    is retried."""
    of_retries = and_(_broadcast.parent_id == parent_id, _broadcast.kind == BroadcastKind.RETRY.value)
    mates = select(_broadcast.id).where(
        or_(_broadcast.id == parent_id, of_retries), _broadcast.id != broadcast_id
    )
    before = tables.message.alias("before").c
    same = tables.contact.alias("same").c
    people = (
        select(same.id)
        .where(or_(same.id == contact_id, same.merged_into == contact_id))
        .correlate(tables.broadcast_recipient)
    )
    return (
        select(func.max(before.id))
        .where(
            before.broadcast_id.in_(mates),
            before.contact_id.in_(people),
            before.status == Status.FAILED.value,
        )
        .correlate(tables.broadcast_recipient)
        .scalar_subquery()
    )


def planning(tx: Tx, since: datetime) -> list[int]:
    """Broadcasts that are through since then and are to be retried by themselves."""
    count = cast(_broadcast.draft["afterwards"]["retry_count"].as_string(), Integer)
    asked = select(_broadcast.id).where(
        _broadcast.status == BroadcastStatus.DONE.value,
        _broadcast.kind == BroadcastKind.BROADCAST.value,
        _broadcast.ended_at > since,
        count > 0,
    )
    return list(tx.conn.scalars(asked.order_by(_broadcast.id)))


def lock(tx: Tx, broadcast_id: int) -> None:
    """Of two who would try it again at the same time, one is first."""
    tx.conn.execute(select(_broadcast.id).where(_broadcast.id == broadcast_id).with_for_update())
