"""Holding broadcasts and sequences: they stop by themselves, say why, and go on when a person has looked."""

import logging
from typing import Any

from sqlalchemy import literal_column, or_, select, update

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.changes import Topic
from desktop.domain.consent import Category
from desktop.domain.sequence import Definition, SequenceStatus
from desktop.store import tables
from desktop.store.engine import Tx

_log = logging.getLogger("assent.store")


def hold(tx: Tx, broadcast_id: int, because: str) -> None:
    """Hold a running broadcast until a person decides; says why."""
    broadcast = tables.broadcast.c
    tx.conn.execute(
        update(tables.broadcast)
        .where(broadcast.id == broadcast_id, broadcast.status == BroadcastStatus.RUNNING.value)
        .values(status=BroadcastStatus.HELD.value, held_because=because)
    )
    tx.touch(Topic.BROADCAST, broadcast_id)


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


def hold_marketing(tx: Tx, because: str) -> None:
    """Hold every running broadcast of a marketing template, and every active sequence with one among its steps."""
    template = tables.template.c
    marketing = select(template.id).where(
        or_(
            template.category == Category.MARKETING.value,
            template.correct_category == Category.MARKETING.value,
        )
    )
    broadcast = tables.broadcast.c
    running = select(broadcast.id).where(
        broadcast.status == BroadcastStatus.RUNNING.value, broadcast.template_id.in_(marketing)
    )
    for broadcast_id in tx.conn.scalars(running).all():
        hold(tx, broadcast_id, because)
    for sequence_id in _of_templates(tx, set(tx.conn.scalars(marketing))):
        hold_sequence(tx, sequence_id, because)


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


def hold_of(tx: Tx, message_id: int, because: str) -> None:
    """Hold the broadcast or the sequence of a message, if it has one."""
    message, version = tables.message.c, tables.sequence_version.c
    asked = (
        select(message.broadcast_id, version.sequence_id)
        .outerjoin(tables.sequence_version, version.id == message.version_id)
        .where(message.id == message_id)
    )
    for broadcast_id, sequence_id in tx.conn.execute(asked).all():
        if broadcast_id is not None:
            hold(tx, broadcast_id, because)
        if sequence_id is not None:
            hold_sequence(tx, sequence_id, because)
