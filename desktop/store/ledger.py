"""The ledger: four separate records of a broadcast that must tell the same story.

1. the number and checksum kept once at the snapshot; 2. the message rows by state; 3. the append-only
events; 4. the attempts. A row that was deleted, doubled or flipped disagrees with at least one of the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from desktop.domain.broadcast_figures import Figures
from desktop.domain.messages import Status
from desktop.domain.outbox import AttemptOutcome
from desktop.store import audience, broadcast_figures, broadcast_plan, broadcasts, tables
from desktop.store.engine import Tx

_message = tables.message.c
_event = tables.message_event.c
_attempt = tables.attempt.c


@dataclass(frozen=True, slots=True)
class LedgerResult:
    """What `verify` found of one broadcast; faults are sentences, none of them when it is green."""

    broadcast_id: int
    name: str
    figures: Figures
    faults: tuple[str, ...]

    @property
    def is_green(self) -> bool:
        return not self.faults


def verify(tx: Tx, broadcast_id: int) -> LedgerResult:
    """Compare the four records of one broadcast."""
    record = broadcasts.get(tx, broadcast_id)
    figures = broadcast_figures.figures(tx, broadcast_id)
    faults: list[str] = []
    if record.selected_count is not None:
        contact_count = record.selected_count - record.duplicate_count
        faults += _against_snapshot(tx, broadcast_id, contact_count)
        if broadcast_plan.is_planned(tx, record):
            faults += _rows_against_selected(tx, broadcast_id, contact_count)
        mine = _message.broadcast_id == broadcast_id
        faults += against_events(tx, mine)
        faults += against_attempts(tx, mine)
    return LedgerResult(broadcast_id, record.name, figures, tuple(faults))


def verify_all(tx: Tx) -> list[LedgerResult]:
    """Every broadcast that was ever launched."""
    launched = select(tables.broadcast.c.id).where(tables.broadcast.c.selected_count.is_not(None))
    return [verify(tx, id) for id in tx.conn.scalars(launched.order_by(tables.broadcast.c.id)).all()]


def _against_snapshot(tx: Tx, broadcast_id: int, selected_count: int) -> Iterator[str]:
    recipient = tables.broadcast_recipient.c
    part = audience.checksum_of(recipient.contact_id)
    count, total = tx.conn.execute(
        select(func.count(), func.sum(part)).where(recipient.broadcast_id == broadcast_id)
    ).one()
    kept = tx.conn.scalar(select(tables.broadcast.c.checksum).where(tables.broadcast.c.id == broadcast_id))
    if count != selected_count or int(total or 0) != kept:
        yield f"{selected_count:,} contacts were selected, the snapshot now holds {count:,} or other ones."


def _rows_against_selected(tx: Tx, broadcast_id: int, selected_count: int) -> Iterator[str]:
    part = audience.checksum_of(_message.contact_id)
    count, total, distinct = tx.conn.execute(
        select(func.count(), func.sum(part), func.count(func.distinct(_message.contact_id))).where(
            _message.broadcast_id == broadcast_id
        )
    ).one()
    if count != selected_count:
        yield f"{selected_count:,} contacts were selected, but there are {count:,} message rows."
    if distinct != count:
        yield f"{count - distinct:,} message rows are doubled."
    kept = tx.conn.scalar(select(tables.broadcast.c.checksum).where(tables.broadcast.c.id == broadcast_id))
    if count == selected_count and int(total or 0) != kept:
        yield "The message rows belong to other contacts than those selected."


def against_events(tx: Tx, mine: ColumnElement[bool]) -> Iterator[str]:
    """Of the messages that the condition names: a row's state is its last moving event's; a row without events has never moved: queued."""
    last = (
        select(_event.message_id, func.max(_event.id).label("last_id"))
        .where(_event.moved, _event.message_id.in_(select(_message.id).where(mine)))
        .group_by(_event.message_id)
        .subquery()
    )
    joined = tables.message.outerjoin(last, last.c.message_id == _message.id).outerjoin(
        tables.message_event, _event.id == last.c.last_id
    )
    differs = or_(
        and_(last.c.last_id.is_(None), _message.status != Status.QUEUED.value),
        and_(last.c.last_id.is_not(None), _message.status != _event.status),
    )
    count = tx.conn.scalar(select(func.count()).select_from(joined).where(mine, differs))
    if count:
        yield f"{count:,} messages are in a state that their events do not lead to."


def against_attempts(tx: Tx, mine: ColumnElement[bool]) -> Iterator[str]:
    """Of the messages that the condition names: a row agrees with the calls that were made for it."""
    made = (
        select(
            _attempt.message_id,
            func.count().label("count"),
            func.sum(_is(AttemptOutcome.ACCEPTED)).label("accepted"),
            func.sum(_is(AttemptOutcome.LOST)).label("lost"),
            func.sum(_is(AttemptOutcome.OPEN)).label("open"),
        )
        .where(_attempt.message_id.in_(select(_message.id).where(mine)))
        .group_by(_attempt.message_id)
        .subquery()
    )
    joined = tables.message.outerjoin(made, made.c.message_id == _message.id)
    tried = func.coalesce(made.c.count, 0)
    accepted = func.coalesce(made.c.accepted, 0)
    lost = func.coalesce(made.c.lost, 0)
    still_open = func.coalesce(made.c.open, 0)
    gone = [Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ]
    checks = (
        (tried != _message.attempt_count, "do not have the attempts that they count"),
        (accepted + lost > 1, "may have been sent more than once"),
        (
            # What WhatsApp reported is so; what only we say was accepted needs a call that can have ended so.
            or_(
                and_(_message.status.in_([one.value for one in gone]), tried == 0),
                and_(_message.status == Status.ACCEPTED.value, accepted + lost + still_open == 0),
            ),
            "are gone without an attempt",
        ),
        (
            and_(_message.status.in_([Status.LEFT_OUT.value, Status.QUEUED.value]), accepted > 0),
            "were accepted by WhatsApp but stand as not sent",
        ),
    )
    for wrong, words in checks:
        count = tx.conn.scalar(select(func.count()).select_from(joined).where(mine, wrong))
        if count:
            yield f"{count:,} messages {words}."


def _is(outcome: AttemptOutcome) -> Any:
    return case((_attempt.outcome == outcome.value, 1), else_=0)
