"""Who of a broadcast's people said no after some moment."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, distinct, func, literal_column, select

from desktop.domain.broadcast import BroadcastRecord
from desktop.domain.contacts import Fact
from desktop.domain.drift import SAID_NO
from desktop.store import tables
from desktop.store.engine import Tx

_event, _recipient = tables.consent_event.c, tables.broadcast_recipient.c


def said_no(since: datetime) -> ColumnElement[bool]:
    """Consent events after a moment by which somebody said no, whichever way."""
    return and_(
        _event.at > since,
        # As the index says it, letter by letter: with bound values SQLite would not use it.
        _event.value.in_([literal_column("'no'"), literal_column("'stop'")]),
        _event.fact.in_([one.value for one in Fact]),
    )


def all_of(tx: Tx, record: BroadcastRecord) -> int:
    """Selected contacts who said no after the launch, whatever they had said before."""
    if record.launched_at is None:
        return 0
    asked = (
        select(func.count(distinct(_event.contact_id)))
        .join(tables.broadcast_recipient, _recipient.contact_id == _event.contact_id)
        .where(_recipient.broadcast_id == record.id, said_no(record.launched_at))
    )
    return int(tx.conn.scalar(asked) or 0)


def count(tx: Tx, broadcast_id: int, since: datetime) -> int:
    """Selected contacts who said no since then and had not before. Walks those who said no, not the audience."""
    asked = (
        select(func.count(distinct(_event.contact_id)))
        .join(tables.broadcast_recipient, _recipient.contact_id == _event.contact_id)
        .where(
            _recipient.broadcast_id == broadcast_id,
            _recipient.line.not_in([one.value for one in SAID_NO]),
            said_no(since),
        )
    )
    return int(tx.conn.scalar(asked) or 0)
