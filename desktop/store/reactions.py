"""What customers put on messages with an emoji: the newest word counts, an empty one takes it back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update

from desktop.domain.changes import Topic
from desktop.store import tables
from desktop.store.engine import Tx

_message = tables.message.c
_reaction = tables.reaction.c


def react(tx: Tx, contact_id: int, wamid: str, emoji: str, at: datetime) -> bool:
    """Keep a customer's reaction to a message of their conversation; emoji "": taken back. False: no such message.

    at: when they did it. A report that comes after a newer one changes nothing.
    """
    known = select(_message.id).where(_message.wamid == wamid, _message.contact_id == contact_id)
    message_id = tx.conn.scalar(known.with_for_update()) if wamid else None
    if message_id is None:
        return False
    kept = update(tables.reaction).where(_reaction.message_id == message_id)
    if tx.conn.scalar(select(_reaction.message_id).where(_reaction.message_id == message_id)) is None:
        tx.conn.execute(insert(tables.reaction).values(message_id=message_id, emoji=emoji, wrote_at=at))
    elif not tx.conn.execute(kept.where(_reaction.wrote_at <= at).values(emoji=emoji, wrote_at=at)).rowcount:
        return True
    tx.touch(Topic.MESSAGE, contact_id)
    return True


def of_messages(tx: Tx, message_ids: Sequence[int]) -> dict[int, str]:
    """The emoji on each of these messages that has one."""
    asked = select(_reaction.message_id, _reaction.emoji).where(
        _reaction.message_id.in_(message_ids), _reaction.emoji != ""
    )
    return {row.message_id: row.emoji for row in tx.rows(asked)} if message_ids else {}
