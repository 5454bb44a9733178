"""What the API answered under an Idempotency-Key, and by which key a message came."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from desktop.store import tables
from desktop.store.engine import Tx

_answer = tables.api_answer.c
_message = tables.message.c
_contact = tables.contact.c


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer that was given. body_hash: of the request that it answered."""

    body_hash: str
    status: int
    answer: Mapping[str, Any]


def find(tx: Tx, key_id: int, idempotency_key: str) -> KeptAnswer | None:
    """The answer that this API key got under this word, if there was one."""
    asked = select(tables.api_answer).where(
        _answer.key_id == key_id, _answer.idempotency_key == idempotency_key
    )
    row = tx.conn.execute(asked).one_or_none()
    return None if row is None else KeptAnswer(row.body_hash, row.status, row.answer)


def keep(tx: Tx, key_id: int, idempotency_key: str, kept: KeptAnswer) -> None:
    """Keep an answer, in the transaction that did what it tells of."""
    tx.conn.execute(
        insert(tables.api_answer).values(
            key_id=key_id,
            idempotency_key=idempotency_key,
            body_hash=kept.body_hash,
            status=kept.status,
            answer=dict(kept.answer),
            at=tx.now,
        )
    )


def came_by(tx: Tx, message_id: int) -> int | None:
    """The API key that a message came with, or None."""
    found: int | None = tx.conn.scalar(select(_message.api_key_id).where(_message.id == message_id))
    return found


def changed_at(tx: Tx, contact_ids: list[int]) -> dict[int, Any]:
    """When each contact was changed last."""
    asked = select(_contact.id, _contact.updated_at).where(_contact.id.in_(contact_ids))
    return {row.id: row.updated_at for row in tx.rows(asked)}
