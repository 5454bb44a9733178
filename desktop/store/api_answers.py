"""What the API answered under an Idempotency-Key, and by which key a message came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, delete, insert, or_, select

from desktop.store import tables
from desktop.store.engine import Tx

_answer = tables.api_answer.c
_message = tables.message.c
_contact = tables.contact.c


# Built once: it is asked at every call that has an Idempotency-Key.
_FIND = select(tables.api_answer).where(
    _answer.key_id == bindparam("of_key"), _answer.idempotency_key == bindparam("of_word")
)


KEEP_FOR: Final = timedelta(days=7)
"""How long the same Idempotency-Key gets the same answer."""
_AT_ONCE: Final = 200
"""Forgotten in one step: a few milliseconds, so that nobody waits for the writer."""
_KEEP = insert(tables.api_answer)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that was given. body_hash: of the request that it answered."""

    body_hash: str
    status: int
    answer: Mapping[str, Any]


def find(tx: Tx, key_id: int, idempotency_key: str) -> KeptAnswer | None:
    """The answer that this API key got under this word, if there was one."""
    row = tx.conn.execute(_FIND, {"of_key": key_id, "of_word": idempotency_key}).one_or_none()
    return None if row is None else KeptAnswer(row.body_hash, row.status, row.answer)


def keep(tx: Tx, key_id: int, idempotency_key: str, kept: KeptAnswer) -> None:
    """Keep an answer, in the transaction that did what it tells of."""
    tx.conn.execute(
        _KEEP,
        {
            "key_id": key_id,
            "idempotency_key": idempotency_key,
            "body_hash": kept.body_hash,
            "status": kept.status,
            "answer": dict(kept.answer),
            "at": tx.now,
        },
    )


def forget_old(tx: Tx) -> bool:
    """Drop some answers that were kept for long enough; False once there are none left."""
    asked = select(_answer.key_id, _answer.idempotency_key).where(_answer.at < tx.now - KEEP_FOR)
    old = tx.rows(asked.order_by(_answer.at).limit(_AT_ONCE))
    if old:
        these = [
            and_(_answer.key_id == one.key_id, _answer.idempotency_key == one.idempotency_key) for one in old
        ]
        tx.conn.execute(delete(tables.api_answer).where(or_(*these)))
    return len(old) == _AT_ONCE


def came_by(tx: Tx, message_id: int) -> int | None:
    """The API key that a message came with, or None."""
    found: int | None = tx.conn.scalar(select(_message.api_key_id).where(_message.id == message_id))
    return found


def changed_at(tx: Tx, contact_ids: list[int]) -> dict[int, Any]:
    """When each contact was changed last."""
    asked = select(_contact.id, _contact.updated_at).where(_contact.id.in_(contact_ids))
    return {row.id: row.updated_at for row in tx.rows(asked)}
