"""Holding broadcasts: they stop by themselves, say why, and go on when a person has looked."""

from sqlalchemy import or_, select, update

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.changes import Topic
from desktop.domain.consent import Category
from desktop.store import tables
from desktop.store.engine import Tx


def hold(tx: Tx, broadcast_id: int, because: str) -> None:
    """Hold a running broadcast until a person decides; says why."""
    broadcast = tables.broadcast.c
    tx.conn.execute(
        update(tables.broadcast)
        .where(broadcast.id == broadcast_id, broadcast.status == BroadcastStatus.RUNNING.value)
        .values(status=BroadcastStatus.HELD.value, held_because=because)
    )
    tx.touch(Topic.BROADCAST, broadcast_id)


def hold_marketing(tx: Tx, because: str) -> None:
    """Hold every running broadcast of a marketing template."""
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


def hold_of(tx: Tx, message_id: int, because: str) -> None:
    """Hold the broadcast of a message, if it has one."""
    broadcast_id = tx.conn.scalar(
        select(tables.message.c.broadcast_id).where(tables.message.c.id == message_id)
    )
    if broadcast_id is not None:
        hold(tx, broadcast_id, because)
