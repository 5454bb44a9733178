"""What an export reads: whom, and page by page what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from desktop.domain.consent import OptIn
from desktop.domain.contacts import Contact, Fact
from desktop.store import contacts, tables
from desktop.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a message keeps of its verdict, and when WhatsApp said what. asked None: it was not made yet.

    opt_in: the choice that stood when it was asked for; None where it was not asked.
    """

    asked: bool | None = None
    consent_event_id: int | None = None
    opt_in: OptIn | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None


def page(tx: Tx, ids: Sequence[int]) -> list[Contact]:
    """These contacts in the order asked; who was merged or removed meanwhile is passed over."""
    row = tables.contact.c
    there = set(tx.conn.scalars(select(row.id).where(row.id.in_(ids), row.merged_into.is_(None))))
    return contacts.many(tx, [id for id in ids if id in there])


def receipts(tx: Tx, message_ids: Sequence[int]) -> dict[int, Receipt]:
    """The receipts of these messages, by their id."""
    row = tables.message.c
    asked = select(
        row.id, row.asked, row.consent_event_id, row.sent_at, row.delivered_at, row.read_at, _OPT_IN_THEN
    ).where(row.id.in_(message_ids))
    return {
        one.id: Receipt(
            one.asked, one.consent_event_id, _opt_in(one), one.sent_at, one.delivered_at, one.read_at
        )
        for one in tx.rows(asked)
    }


def _opt_in(row: Any) -> OptIn | None:
    if row.opt_in is not None:
        return OptIn(row.opt_in)
    return OptIn.NONE if row.asked else None


_counted = tables.consent_event.alias("counted").c
_choice = tables.consent_event.alias("choice").c
_OPT_IN_THEN = (
    select(_choice.value)
    .join_from(_counted.id.table, _choice.id.table, _choice.contact_id == _counted.contact_id)
    .where(
        _counted.id == tables.message.c.consent_event_id,
        _choice.id <= _counted.id,
        _choice.fact == Fact.OPT_IN.value,
    )
    .order_by(_choice.id.desc())
    .limit(1)
    .correlate(tables.message)
    .scalar_subquery()
    .label("opt_in")
)
"""The last choice up to the event that counted: that one may be the stop in WhatsApp."""
