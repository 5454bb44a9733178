"""What an export reads: whom, and page by page what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from desktop.domain.contacts import Contact
from desktop.store import contacts, tables
from desktop.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a message keeps of its verdict. asked None: it was not made yet."""

    asked: bool | None = None
    consent_event_id: int | None = None


def page(tx: Tx, ids: Sequence[int]) -> list[Contact]:
    """These contacts in the order asked; who was merged or removed meanwhile is passed over."""
    row = tables.contact.c
    there = set(tx.conn.scalars(select(row.id).where(row.id.in_(ids), row.merged_into.is_(None))))
    return contacts.many(tx, [id for id in ids if id in there])


def receipts(tx: Tx, message_ids: Sequence[int]) -> dict[int, Receipt]:
    """The receipts of these messages, by their id."""
    row = tables.message.c
    asked = select(row.id, row.asked, row.consent_event_id).where(row.id.in_(message_ids))
    return {one.id: Receipt(one.asked, one.consent_event_id) for one in tx.rows(asked)}
