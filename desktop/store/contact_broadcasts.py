"""The broadcasts that a contact was selected for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, select

from desktop.store import tables
from desktop.store.engine import Tx


def of_contacts(tx: Tx, contact_ids: Sequence[int], limit: int = 200) -> list[Any]:
    """Rows of the newest broadcasts: id, name, launched_at, line, message_id (None: not made yet)."""
    broadcast, recipient, message = tables.broadcast.c, tables.broadcast_recipient.c, tables.message.c
    # From the few broadcasts to their rows: recipients have no index that begins with the contact.
    joined = tables.broadcast.join(
        tables.broadcast_recipient,
        and_(recipient.broadcast_id == broadcast.id, recipient.contact_id.in_(contact_ids)),
    ).outerjoin(
        tables.message,
        and_(message.broadcast_id == broadcast.id, message.contact_id == recipient.contact_id),
    )
    asked = (
        select(
            broadcast.id,
            broadcast.name,
            broadcast.launched_at,
            recipient.line,
            message.id.label("message_id"),
        )
        .select_from(joined)
        .order_by(broadcast.launched_at.desc(), broadcast.id.desc(), recipient.contact_id)
        .limit(limit)
    )
    return tx.rows(asked.where(broadcast.launched_at.is_not(None)))
