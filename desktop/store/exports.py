"""What an export reads: whom, and page by page what is known of them."""

from collections.abc import Sequence

from sqlalchemy import select

from desktop.domain.contacts import Contact
from desktop.store import contacts, tables
from desktop.store.engine import Tx


def page(tx: Tx, ids: Sequence[int]) -> list[Contact]:
    """These contacts in the order asked; who was merged or removed meanwhile is passed over."""
    row = tables.contact.c
    there = set(tx.conn.scalars(select(row.id).where(row.id.in_(ids), row.merged_into.is_(None))))
    return contacts.many(tx, [id for id in ids if id in there])
