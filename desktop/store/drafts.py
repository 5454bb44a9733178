"""Drafts per contact and person, kept across restarts; and what the claim gives back."""

from typing import Any, Final

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


def sent(tx: Tx, contact_id: int, user_id: int) -> None:
    """The draft has become a message; a note that is being written beside it stays."""
    kept = load(tx, contact_id, user_id) or {}
    note_text = kept.get("note_text")
    save(tx, contact_id, user_id, {"text": "", "note_text": note_text} if note_text else None)


def noted(tx: Tx, contact_id: int, user_id: int, text: str) -> None:
    """This note was kept: it is no draft any more."""
    kept = load(tx, contact_id, user_id)
    if kept and str(kept.get("note_text") or "").strip() == text:
        rest = kept | {"note_text": ""}
        save(tx, contact_id, user_id, rest if any(rest.get(name) for name in _WRITTEN) else None)


_WRITTEN: Final = ("text", "template_id", "file", "note", "note_text")
_BEGUN: Final = ("text", "template_id", "file")


def give_back(tx: Tx, message: Row[Any], reason: Reason) -> None:
    """Return a message that the claim stopped to its author as a draft, with the reason.

    What the author has begun since is theirs and stays; the stopped text is still in the thread.
    """
    begun = load(tx, message.contact_id, message.author_id) or {}
    if any(begun.get(name) for name in _BEGUN):
        return
    content = message.content or {}
    body = {
        "text": "" if message.template_id else content.get("caption", message.text),
        "template_id": message.template_id,
        "values": content.get("values", {}),
        "note": reason.sentence,
    }
    rarer = {"file": content.get("file"), "note_text": begun.get("note_text")}
    body |= {name: kept for name, kept in rarer.items() if kept}
    save(tx, message.contact_id, message.author_id, body)
    tx.touch(Topic.CONVERSATION, message.contact_id)


def naming_file(tx: Tx, contact_id: int, key: str) -> bool:
    """True if somebody's draft to this contact has this file."""
    row = tables.draft.c
    found = tx.conn.scalars(select(row.body).where(row.contact_id == contact_id)).all()
    return any((body.get("file") or {}).get("key") == key for body in found)
