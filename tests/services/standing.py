"""What a store shows of its contacts, to compare before and after: journals and histories left aside."""

from typing import Any

from sqlalchemy import select

from desktop.store import contacts, facts, tables
from desktop.store.engine import Tx

_AT_ONCE = 500


def standing(tx: Tx) -> dict[str, tuple[Any, ...]]:
    """By phone: name, opt-in, WhatsApp's stop, tags and attributes of everyone who is there."""
    row = tables.contact.c
    rows = tx.rows(select(row.id, row.phone, row.name, row.facts).where(row.merged_into.is_(None)))
    found: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        ids = [one.id for one in some]
        tags, attributes = contacts.tags_of(tx, ids), contacts.attributes_of(tx, ids)
        for one in some:
            plain = facts.unpack(one.facts)
            found[one.phone] = (
                one.name,
                plain.opt_in,
                plain.stopped_in_whatsapp,
                tuple(tags[one.id]),
                dict(attributes[one.id]),
            )
    assert len(found) == len(rows)
    return found
