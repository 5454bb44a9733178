"""Contacts that may be one person: looked for by name and by number, never merged by a guess."""

from typing import Final

from sqlalchemy import and_, select

from desktop.domain import phones
from desktop.domain.contacts import Contact
from desktop.domain.text import fold
from desktop.store import contacts, tables
from desktop.store.engine import Tx

_LEAST_DIGITS: Final = 8
"""A shorter end of a number is shared by too many."""
_MOST: Final = 20
_contact = tables.contact.c


def find(tx: Tx, contact_id: int) -> list[Contact]:
    """At most 20 others of the same name, or of the same number with another country code, the oldest first."""
    known = contacts.get(tx, contact_id)
    found: set[int] = set()
    if name := fold(known.name):
        same = and_(_contact.name_folded == name, _contact.merged_into.is_(None))
        # One more than wanted: the contact itself is among them.
        found |= set(tx.conn.scalars(select(_contact.id).where(same).order_by(_contact.id).limit(_MOST + 1)))
    digits = phones.national(known.phone)
    if len(digits) >= _LEAST_DIGITS:
        found |= _numbers_that_end_in(tx, digits)
    return contacts.many(tx, sorted(found - {contact_id})[:_MOST])


def _numbers_that_end_in(tx: Tx, digits: str) -> set[int]:
    """Out of the index of identities; it is gone through whole, in a tenth of a second for a million."""
    identity = tables.identity.c
    asked = (
        select(identity.contact_id)
        .where(identity.kind == contacts.PHONE, identity.value.like(f"%{digits}"))
        .limit(_MOST + 1)
    )
    return set(tx.conn.scalars(asked))
