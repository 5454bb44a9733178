"""Drafts per contact and person, kept across restarts; and what the claim gives back."""

from typing import Any

from sqlalchemy import Row, delete, insert, select

from desktop.domain.changes import Topic
from desktop.domain.reasons import Reason
from desktop.store import tables
from desktop.store.engine import Tx


def load(tx: Tx, contact_id: int, user_id: int) -> dict[str, Any] | None:
    """The draft's JSON as `ComposeState.to_json` made it, or None."""
    row = tables.draft.c
    found: dict[str, Any] | None = tx.conn.scalar(
        select(row.body).where(row.contact_id == contact_id, row.user_id == user_id)
    )
    return found


def save(tx: Tx, contact_id: int, user_id: int, body: dict[str, Any] | None) -> None:
    """Keep a draft, or with None forget it."""
    row = tables.draft.c
    tx.conn.execute(delete(tables.draft).where(row.contact_id == contact_id, row.user_id == user_id))
    if body is not None:
        tx.conn.execute(
            insert(tables.draft).values(contact_id=contact_id, user_id=user_id, body=body, updated_at=tx.now)
        )


def give_back(tx: Tx, message: Row[Any], reason: Reason) -> None:
    """Return a message that the claim stopped to its author as a draft, with the reason.

    What the author has begun since is theirs and stays; the stopped text is still in the thread.
    """
    begun = load(tx, message.contact_id, message.author_id)
    if begun and (begun.get("text") or begun.get("template_id")):
        return
    body = {
        "text": "" if message.template_id else message.text,
        "template_id": message.template_id,
        "values": (message.content or {}).get("values", {}),
        "note": reason.sentence,
    }
    save(tx, message.contact_id, message.author_id, body)
    tx.touch(Topic.CONVERSATION, message.contact_id)
