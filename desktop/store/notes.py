"""Notes of a conversation, and who was named in them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, select, update

from desktop.domain.changes import Topic
from desktop.domain.contacts import Contact
from desktop.domain.notes import Mention, Note
from desktop.store import contacts, tables
from desktop.store.engine import Tx

_note = tables.note.c
_mention = tables.mention.c
_person = tables.person.c


def add(tx: Tx, contact_id: int, author_id: int, text: str, mentioned_ids: Sequence[int] = ()) -> int:
    """Keep a note; returns its id."""
    made = tx.conn.execute(
        insert(tables.note).values(contact_id=contact_id, author_id=author_id, text=text, created_at=tx.now)
    )
    key = made.inserted_primary_key
    note_id = int(key[0]) if key else 0
    if mentioned_ids:
        named = [{"note_id": note_id, "user_id": id} for id in mentioned_ids]
        tx.conn.execute(insert(tables.mention), named)
    tx.touch(Topic.NOTE, contact_id)
    tx.touch(Topic.CONVERSATION, contact_id)
    return note_id


def of_contact(tx: Tx, contact_id: int, *, limit: int = 300) -> list[Note]:
    """The newest notes of a conversation, oldest first."""
    asked = _asked().where(_note.contact_id == contact_id).order_by(_note.id.desc()).limit(limit)
    return _with_mentions(tx, list(reversed(tx.rows(asked))))


def unseen(tx: Tx, user_id: int, *, limit: int = 50) -> list[Mention]:
    """Notes that name a person, who has not seen them, newest first."""
    named = select(_mention.note_id).where(_mention.user_id == user_id, _mention.seen_at.is_(None))
    found = _with_mentions(
        tx, tx.rows(_asked().where(_note.id.in_(named)).order_by(_note.id.desc()).limit(limit))
    )
    people: dict[int, Contact] = {one.contact_id: contacts.get(tx, one.contact_id) for one in found}
    return [Mention(one, people[one.contact_id].shown_name) for one in found]


def mark_seen(tx: Tx, contact_id: int, user_id: int) -> None:
    """The person looked at the conversation: what names them there is seen."""
    here = select(_note.id).where(_note.contact_id == contact_id)
    mine = update(tables.mention).where(
        _mention.user_id == user_id, _mention.seen_at.is_(None), _mention.note_id.in_(here)
    )
    if tx.conn.execute(mine.values(seen_at=tx.now)).rowcount:
        tx.touch(Topic.NOTE, contact_id)


def _asked() -> Select[Any]:
    joined = tables.note.outerjoin(tables.person, _person.id == _note.author_id)
    return select(*_note, _person.name.label("author_name")).select_from(joined)


def _with_mentions(tx: Tx, rows: Sequence[Any]) -> list[Note]:
    named: dict[int, list[int]] = {}
    asked = select(_mention.note_id, _mention.user_id).where(_mention.note_id.in_([row.id for row in rows]))
    for note_id, user_id in tx.conn.execute(asked.order_by(_mention.user_id)) if rows else ():
        named.setdefault(note_id, []).append(user_id)
    return [
        Note(
            row.id,
            row.contact_id,
            row.author_id,
            row.author_name or "",
            row.text,
            row.created_at,
            tuple(named.get(row.id, ())),
        )
        for row in rows
    ]
