"""WhatsApp's ids of our messages, looked up both ways for the programs that know only ours."""

from collections.abc import Collection

from sqlalchemy import select

from desktop.domain.public_ids import own_message_id
from desktop.store import contacts, settings, tables
from desktop.store.engine import Tx

_message = tables.message.c


def sent_under(tx: Tx, wamids: Collection[str]) -> dict[str, int]:
    """Of these ids of WhatsApp's those that are messages of ours, with our numbers."""
    if not wamids:
        return {}
    asked = select(_message.wamid, _message.id).where(_message.wamid.in_(wamids), _message.outgoing)
    return {row.wamid: row.id for row in tx.rows(asked)}


def wamids_of(tx: Tx, message_ids: Collection[int]) -> dict[int, str]:
    """WhatsApp's id of each of our messages that has one."""
    if not message_ids:
        return {}
    asked = select(_message.id, _message.wamid).where(
        _message.id.in_(message_ids), _message.wamid.is_not(None)
    )
    return {row.id: row.wamid for row in tx.rows(asked)}


def user_ids(tx: Tx, contact_ids: Collection[int]) -> dict[int, str]:
    """The business-scoped id of each contact of whom one is known."""
    if not contact_ids:
        return {}
    row = tables.identity.c
    asked = select(row.contact_id, row.value).where(
        row.contact_id.in_(contact_ids), row.kind == contacts.USER_ID
    )
    return {one.contact_id: one.value for one in tx.rows(asked.order_by(row.value))}


def as_whatsapp_knows(tx: Tx, wamids: Collection[str]) -> dict[str, str | None]:
    """WhatsApp's ids for those of these that are ours in its form; None for one that WhatsApp does not have yet."""
    if not wamids:
        return {}
    store_key = settings.meta(tx, "key") or ""
    own = {wamid: id for wamid in wamids if (id := own_message_id(wamid, store_key)) is not None}
    known = wamids_of(tx, set(own.values()))
    return {wamid: known.get(id) for wamid, id in own.items()}


def received_as(tx: Tx, wamid: str) -> int | None:
    """The contact who wrote the message with this id of WhatsApp's, or None."""
    asked = select(_message.contact_id).where(_message.wamid == wamid, ~_message.outgoing)
    return tx.conn.scalar(asked)
