"""Quick replies of the workspace."""

from sqlalchemy import delete, insert, select, update

from desktop.domain.changes import Topic
from desktop.domain.problems import Problem
from desktop.domain.quick_replies import QuickReply
from desktop.domain.text import fold
from desktop.store import tables
from desktop.store.engine import Tx

_reply = tables.quick_reply.c


def every(tx: Tx) -> list[QuickReply]:
    """All, by shortcut."""
    asked = select(_reply.id, _reply.shortcut, _reply.text).order_by(_reply.folded)
    return [QuickReply(row.id, row.shortcut, row.text) for row in tx.rows(asked)]


def save(tx: Tx, id: int | None, shortcut: str, text: str, user_id: int) -> int:
    """Keep a new one, or with an id change one; returns its id. Raises Problem where the shortcut is taken or it is gone."""
    taken = tx.conn.scalar(select(_reply.id).where(_reply.folded == fold(shortcut)))
    if taken is not None and taken != id:
        raise Problem(
            "Shortcut taken",
            f"“/{shortcut}” is another quick reply already. Choose another word.",
            "shortcut",
        )
    values = {
        "shortcut": shortcut,
        "folded": fold(shortcut),
        "text": text,
        "changed_by": user_id,
        "changed_at": tx.now,
    }
    tx.touch(Topic.QUICK_REPLY)
    if id is None:
        key = tx.conn.execute(insert(tables.quick_reply).values(values)).inserted_primary_key
        return int(key[0]) if key else 0
    if not tx.conn.execute(update(tables.quick_reply).where(_reply.id == id).values(values)).rowcount:
        raise Problem("Not there any more", "A colleague deleted this quick reply. Save it as a new one.")
    return id


def remove(tx: Tx, id: int) -> None:
    tx.conn.execute(delete(tables.quick_reply).where(_reply.id == id))
    tx.touch(Topic.QUICK_REPLY)
