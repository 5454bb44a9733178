"""Messages whose file WhatsApp does not have yet, and which files are still needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, literal_column, select, update

from desktop.domain.messages import Lane, Status
from desktop.domain.outgoing_files import OutgoingFile, is_key
from desktop.domain.reasons import Reason
from desktop.store import contacts, drafts, outbox, tables
from desktop.store.engine import Tx

WAITS: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""When a message is due whose file WhatsApp does not have: not before it is given, which makes it due at once."""
KEPT_FOR: Final = timedelta(days=30)
"""So long a sent file is kept, for *Send again*: WhatsApp forgets it then, too."""
_NEWEST: Final = 300
_message = tables.message.c


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits for its file to be given to WhatsApp."""

    message_id: int
    contact_id: int
    file: OutgoingFile


def needs_upload(content: Mapping[str, Any]) -> bool:
    """True for a message with a file of ours that WhatsApp has given no id yet."""
    return "file" in content and not (content.get("object") or {}).get("id")


def waiting(tx: Tx, *, limit: int = 50) -> list[Waiting]:
    """The messages that wait for their files, oldest first."""
    asked = (
        select(_message.id, _message.contact_id, _message.content)
        .where(
            _message.broadcast_id.is_(None),
            _message.lane == int(Lane.PEOPLE),
            _message.status == literal_column("'queued'"),
            _message.due_at >= WAITS,
        )
        .order_by(_message.id)
        .limit(limit)
    )
    found = []
    for row in tx.rows(asked):
        file = OutgoingFile.from_json((row.content or {}).get("file"))
        if file is not None:
            found.append(Waiting(row.id, row.contact_id, file))
    return found


def given(tx: Tx, message_id: int, media_id: str) -> None:
    """WhatsApp has the file: the message is due."""
    row = _waits(tx, message_id)
    if row is None:
        return
    kept = tx.conn.scalar(select(_message.content).where(_message.id == message_id)) or {}
    content = kept | {"object": (kept.get("object") or {}) | {"id": media_id}}
    tx.conn.execute(
        update(tables.message)
        .where(_message.id == message_id)
        .values(content=content, due_at=tx.now, reason="", changed_at=tx.now)
    )
    outbox.touch(tx, row.contact_id, None)


def not_reached(tx: Tx, message_ids: Sequence[int]) -> None:
    """WhatsApp cannot be reached: the messages say so while they wait."""
    for message_id in message_ids:
        row = _waits(tx, message_id)
        if row is not None and row.reason != Reason.NOT_REACHED.value:
            tx.conn.execute(
                update(tables.message)
                .where(_message.id == message_id)
                .values(reason=Reason.NOT_REACHED.value)
            )
            outbox.touch(tx, row.contact_id, None)


def refused(tx: Tx, message_id: int, error_code: int, why: str) -> None:
    """WhatsApp does not take the file, or it is gone: the message has failed."""
    row = _waits(tx, message_id)
    if row is None:
        return
    moved = outbox.move(
        tx,
        row,
        Status.FAILED,
        outbox.ENGINE,
        reason=Reason.WHATSAPP_ERROR,
        error_code=error_code,
        error_details=why,
        due_at=tx.now,
    )
    outbox.write_moves(tx, [moved])
    outbox.touch(tx, row.contact_id, None)


def _waits(tx: Tx, message_id: int) -> Any:
    row = outbox.lock(tx, [message_id]).get(message_id)
    return row if row is not None and row.status == Status.QUEUED.value and row.due_at >= WAITS else None


def is_named(tx: Tx, key: str) -> bool:
    """True if a draft has this file, or a message that waits for it or is younger than KEPT_FOR."""
    if not is_key(key):
        return False
    contact_id = contacts.kept_id(tx, int(key.partition("-")[0]))
    if drafts.naming_file(tx, contact_id, key):
        return True
    newest = (
        select(_message.content, _message.status, _message.created_at)
        .where(_message.contact_id == contact_id, _message.outgoing)
        .order_by(_message.id.desc())
        .limit(_NEWEST)
    )
    return any(
        ((row.content or {}).get("file") or {}).get("key") == key
        and (row.status == Status.QUEUED.value or row.created_at > tx.now - KEPT_FOR)
        for row in tx.rows(newest)
    )


def waiting_count(tx: Tx) -> int:
    """How many messages wait for their files."""
    asked = select(func.count()).where(
        _message.broadcast_id.is_(None),
        _message.lane == int(Lane.PEOPLE),
        _message.status == literal_column("'queued'"),
        _message.due_at >= WAITS,
    )
    return int(tx.conn.scalar(asked) or 0)
