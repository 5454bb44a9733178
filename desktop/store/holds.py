"""Holding broadcasts and sequences: they stop by themselves, say why, and go on when a person has looked."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import case, insert, literal_column, or_, select, update

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.changes import Topic
from desktop.domain.consent import Category
from desktop.domain.drift import Cause, Decision, Hold
from desktop.domain.sequence import Definition, SequenceStatus
from desktop.store import tables
from desktop.store.engine import Tx

_log = logging.getLogger("assent.store")


CAN_BE_HELD: Final = (
    BroadcastStatus.LAUNCHING,
    BroadcastStatus.SCHEDULED,
    BroadcastStatus.PREPARING,
    BroadcastStatus.RUNNING,
)
"""Those that would go on by themselves."""


def hold(
    tx: Tx,
    broadcast_id: int,
    cause: Cause,
    because: str,
    may_be: Sequence[BroadcastStatus] = CAN_BE_HELD,
) -> bool:
    """Hold a broadcast that goes on by itself until a person decides; says why. False if it does not go on.

    may_be: the states that it is held from.
    """
    broadcast = tables.broadcast.c
    done = tx.conn.execute(
        update(tables.broadcast)
        .where(broadcast.id == broadcast_id, broadcast.status.in_([one.value for one in may_be]))
        .values(status=BroadcastStatus.HELD.value, held_cause=cause.value, held_because=because)
    )
    if done.rowcount:
        _keep(tx, broadcast_id, cause, because)
    return bool(done.rowcount)


def tell(tx: Tx, broadcast_id: int, cause: Cause, because: str) -> None:
    """Another cause of one that is held already: told beside the first, and decided with it."""
    broadcast = tables.broadcast.c
    told = tx.conn.execute(
        update(tables.broadcast)
        .where(broadcast.id == broadcast_id, broadcast.status == BroadcastStatus.HELD.value)
        .values(held_because=broadcast.held_because + f" {because}")
    )
    if told.rowcount:
        _keep(tx, broadcast_id, cause, because)


def hold_copies(tx: Tx, because: str) -> list[int]:
    """Hold every broadcast of an older copy of the store that is not over, also those that stood still when it was made:
    what they would send on a person's word may have been sent. Returns them."""
    broadcast = tables.broadcast.c
    still = (BroadcastStatus.PAUSED, BroadcastStatus.HELD)
    unfinished = select(broadcast.id).where(
        broadcast.status.in_([one.value for one in (*CAN_BE_HELD, *still)])
    )
    held = list(tx.conn.scalars(unfinished.order_by(broadcast.id).with_for_update(key_share=True)))
    before = broadcast.held_because
    told = case((before == "", because), else_=because + " " + before)
    tx.conn.execute(
        update(tables.broadcast)
        .where(broadcast.id.in_(held))
        .values(status=BroadcastStatus.HELD.value, held_cause=Cause.RESTORED.value, held_because=told)
    )
    for broadcast_id in held:
        _keep(tx, broadcast_id, Cause.RESTORED, because)
    return held


def _keep(tx: Tx, broadcast_id: int, cause: Cause, because: str) -> None:
    tx.conn.execute(
        insert(tables.broadcast_hold).values(
            broadcast_id=broadcast_id, cause=cause.value, because=because, at=tx.now
        )
    )
    tx.touch(Topic.BROADCAST, broadcast_id)
    tx.touch(Topic.BROADCAST_HALTED, broadcast_id)


def decide(tx: Tx, broadcast_id: int, decision: Decision, user_id: int | None) -> None:
    """Write what a person did with a held broadcast, beside why it was held."""
    row = tables.broadcast_hold.c
    tx.conn.execute(
        update(tables.broadcast_hold)
        .where(row.broadcast_id == broadcast_id, row.decision == "")
        .values(decision=decision.value, decided_by=user_id, decided_at=tx.now)
    )


def of(tx: Tx, broadcast_id: int) -> list[Hold]:
    """Every time that a broadcast was held, the newest first."""
    row = tables.broadcast_hold.c
    asked = (
        select(tables.broadcast_hold, tables.person.c.name)
        .outerjoin(tables.person, tables.person.c.id == row.decided_by)
        .where(row.broadcast_id == broadcast_id)
        .order_by(row.id.desc())
    )
    return [
        Hold(
            one.id,
            one.broadcast_id,
            Cause(one.cause),
            one.because,
            one.at,
            Decision(one.decision) if one.decision else None,
            one.name or "",
            one.decided_at,
        )
        for one in tx.rows(asked)
    ]


def hold_sequence(tx: Tx, sequence_id: int, because: str) -> bool:
    """Hold an active sequence until a person decides; says why. False if it is not active."""
    sequence = tables.sequence.c
    done = tx.conn.execute(
        update(tables.sequence)
        .where(sequence.id == sequence_id, sequence.status == SequenceStatus.ACTIVE.value)
        .values(status=SequenceStatus.HELD.value, held_because=because)
    )
    if done.rowcount:
        tx.touch(Topic.SEQUENCE, sequence_id)
    return bool(done.rowcount)


def hold_marketing(tx: Tx, cause: Cause, because: str) -> int:
    """Hold every broadcast of a marketing template that is under way, and every active sequence with one among its
    steps. Returns how many broadcasts."""
    template = tables.template.c
    marketing = select(template.id).where(
        or_(
            template.category == Category.MARKETING.value,
            template.correct_category == Category.MARKETING.value,
        )
    )
    broadcast = tables.broadcast.c
    running = (
        select(broadcast.id)
        .where(
            broadcast.status.in_([BroadcastStatus.RUNNING.value, BroadcastStatus.PREPARING.value]),
            broadcast.template_id.in_(marketing),
        )
        .order_by(broadcast.id)
    )
    held = [hold(tx, broadcast_id, cause, because) for broadcast_id in tx.conn.scalars(running).all()]
    for sequence_id in _of_templates(tx, set(tx.conn.scalars(marketing))):
        hold_sequence(tx, sequence_id, because)
    return sum(held)


def _of_templates(tx: Tx, template_ids: set[int]) -> list[int]:
    """Active sequences of which a version that is current, or that somebody follows, uses one of the templates."""
    sequence, version, enrolment = tables.sequence.c, tables.sequence_version.c, tables.enrolment.c
    active = (
        select(version.id, version.sequence_id, version.definition, sequence.version_id)
        .join(tables.sequence, sequence.id == version.sequence_id)
        .where(sequence.status == SequenceStatus.ACTIVE.value)
        .order_by(version.sequence_id, version.id.desc())
    )
    found: list[int] = []
    for row in tx.rows(active):
        if row.sequence_id in found or not _uses(row.definition, template_ids):
            continue
        # Written out: else SQLite leaves the index of those in progress aside.
        followed = select(enrolment.id).where(
            enrolment.version_id == row.id, enrolment.status == literal_column("'in_progress'")
        )
        if row.id == row.version_id or tx.conn.scalar(followed.limit(1)) is not None:
            found.append(row.sequence_id)
    return found


def _uses(definition: Any, template_ids: set[int]) -> bool:
    """True also for a definition that cannot be read: nobody knows what it would send."""
    try:
        return not template_ids.isdisjoint(Definition.from_json(definition).template_ids)
    except Exception:
        _log.exception("a version of a sequence cannot be read")
        return True


def hold_of(tx: Tx, message_id: int, cause: Cause, because: str) -> None:
    """Hold the broadcast or the sequence of a message, if it has one."""
    message, version = tables.message.c, tables.sequence_version.c
    asked = (
        select(message.broadcast_id, version.sequence_id)
        .outerjoin(tables.sequence_version, version.id == message.version_id)
        .where(message.id == message_id)
    )
    for broadcast_id, sequence_id in tx.conn.execute(asked).all():
        if broadcast_id is not None:
            hold(tx, broadcast_id, cause, because)
        if sequence_id is not None:
            hold_sequence(tx, sequence_id, because)
