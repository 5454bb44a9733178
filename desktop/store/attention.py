"""What is new for a person in the conversations, and how much waits for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from desktop.domain import phones
from desktop.domain.attention import NewMessage
from desktop.domain.flow import SessionStatus
from desktop.store import tables
from desktop.store.engine import Tx

_conversation = tables.conversation.c
_message = tables.message.c
_contact = tables.contact.c
_session = tables.bot_session.c
_mention = tables.mention.c
MOST = 200
"""Conversations, and messages, that one look brings."""

_IN_A_FLOW = exists().where(
    _session.contact_id == _conversation.contact_id, _session.status == SessionStatus.RUNNING.value
)


def news(tx: Tx, user_id: int, since: datetime) -> list[NewMessage]:
    """Unread messages that came since, oldest first, in open conversations of the person or of nobody.

    Not where a flow talks with the customer: it answers.
    """
    mine = _conversation.assigned_to == user_id
    nobodys = _conversation.assigned_to.is_(None) & ~_IN_A_FLOW
    asked = (
        select(_conversation.contact_id, _conversation.first_unread_id, _contact.name, _contact.phone)
        .join(tables.contact, _contact.id == _conversation.contact_id)
        .where(_conversation.last_at >= since, _conversation.open, _conversation.unread_count > 0)
        .where(mine | nobodys)
        .order_by(_conversation.last_at.desc())
        .limit(MOST)
    )
    found = [one for row in tx.rows(asked) for one in _unread(tx, row, since)]
    return sorted(found, key=lambda one: one.message_id)[-MOST:]


def _unread(tx: Tx, row: Any, since: datetime) -> list[NewMessage]:
    asked = (
        select(_message.id, _message.kind, _message.text, _message.created_at)
        .where(
            _message.contact_id == row.contact_id,
            _message.id >= (row.first_unread_id or 0),
            ~_message.outgoing,
            _message.created_at >= since,
            _message.kind != "reaction",
        )
        .order_by(_message.id.desc())
        .limit(MOST)
    )
    name = row.name or (phones.pretty(row.phone) if row.phone else "A customer")
    return [
        NewMessage(one.id, row.contact_id, name, one.kind, one.text, one.created_at) for one in tx.rows(asked)
    ]


def waiting_count(tx: Tx, user_id: int) -> int:
    """Conversations of the person with something unread, and notes that name them, not seen yet."""
    waits = _conversation.waiting_since.is_not(None)  # so that few rows are walked, of many that are theirs
    unread = select(func.count()).where(
        _conversation.assigned_to == user_id, waits, _conversation.open, _conversation.unread_count > 0
    )
    return int(tx.conn.scalar(unread) or 0) + mention_count(tx, user_id)


def mention_count(tx: Tx, user_id: int) -> int:
    named = select(func.count()).where(_mention.user_id == user_id, _mention.seen_at.is_(None))
    return int(tx.conn.scalar(named) or 0)
