"""The attempts: how each call ended, and what the message becomes by it.

Apart from the outbox because an answer also says who a contact is: contacts are united by it, which ends their runs
in sequences, which takes messages out of the outbox.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, update

from desktop.domain.messages import GONE, Status, rank
from desktop.domain.outbox import Settled
from desktop.store import consent, contacts, outbox, tables
from desktop.store.engine import Tx
from desktop.store.statements import Hot
from desktop.store.tables import micros

_message = tables.message.c

_END_ATTEMPT = Hot(
    update(tables.attempt)
    .where(
        tables.attempt.c.message_id == bindparam("of_id"),
        tables.attempt.c.number == bindparam("of_number"),
    )
    .values(
        ended_at=bindparam("to_ended_at"),
        outcome=bindparam("to_outcome"),
        error_code=bindparam("to_error_code"),
        wamid=bindparam("to_wamid"),
        request=bindparam("to_request"),
        http_status=bindparam("to_http_status"),
        answer=bindparam("to_answer"),
    ),
    (
        "of_id",
        "of_number",
        "to_ended_at",
        "to_outcome",
        "to_error_code",
        "to_wamid",
        "to_request",
        "to_http_status",
        "to_answer",
    ),
)
_SET_WAMID = (
    update(tables.message).where(_message.id == bindparam("of_id")).values(wamid=bindparam("to_wamid"))
)


def settle(tx: Tx, results: Sequence[Settled]) -> None:
    """Write how calls ended. A webhook may have been faster: then the row keeps what it reported."""
    rows = outbox.lock(tx, (one.message_id for one in results))
    # Those whose contacts change, too: all at once and in their order, so that two engines never wait for each other.
    contacts.hold(
        tx, {rows[one.message_id].contact_id for one in results if one.message_id in rows and _tells(one)}
    )
    moves, taken = [], []
    for one in results:
        row = rows.get(one.message_id)
        if row is None or not row.outgoing:
            continue  # the sandbox was started over while the call was on the way
        if one.status in GONE:
            taken.append(row)
        current = Status(row.status)
        if _yields(current, one.status):
            moves.append(
                outbox.move(
                    tx,
                    row,
                    one.status,
                    outbox.ENGINE,
                    reason=one.reason,
                    error_code=one.error_code,
                    error_details=one.error_details,
                    due_at=one.due_at,
                    wamid=one.wamid,
                )
            )
        elif one.wamid and row.wamid is None:
            tx.conn.execute(_SET_WAMID, {"of_id": row.id, "to_wamid": one.wamid})
        outbox.touch(tx, row.contact_id, row.broadcast_id)
        if one.wa_id or one.user_id:
            consent.unite(tx, row.contact_id, wa_id=one.wa_id, user_id=one.user_id)
    outbox.write_moves(tx, moves)
    outbox.note_marketing(tx, taken)
    _END_ATTEMPT.run(tx, [_attempt_end(tx, one) for one in results])


def _tells(one: Settled) -> bool:
    """True if the answer may change the contact: it got a message, or has another name."""
    return one.status in GONE or bool(one.wa_id or one.user_id)


def _yields(current: Status, to: Status) -> bool:
    """True if the engine's word may replace the current state."""
    if current is Status.SENDING:
        return True
    # `unknown` was written for it meanwhile (a restart, a lease): the answer is certain knowledge.
    return current is Status.UNKNOWN and (to in GONE or to is Status.FAILED) and rank(to) > rank(current)


def _attempt_end(tx: Tx, one: Settled) -> dict[str, Any]:
    return {
        "of_id": one.message_id,
        "of_number": one.attempt_number,
        "to_ended_at": micros(tx.now),
        "to_outcome": one.outcome.value,
        "to_error_code": one.error_code,
        "to_wamid": one.wamid,
        "to_request": one.request,
        "to_http_status": one.http_status,
        "to_answer": one.answer,
    }
