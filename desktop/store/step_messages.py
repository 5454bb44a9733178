"""The messages of one step of a sequence, newest first, out of `ix_message_version_id_step`.

The index holds them by status, reason and error code, and alike ones in the order of their ids: a page is the newest
of each kind together. Reading them all to sort them takes a fifth of a second at half a million.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select

from desktop.domain.journey import told_reason
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.store import tables
from desktop.store.engine import Tx

Kind = tuple[str, str, int | None]
"""Status, reason and error code as the columns hold them."""

_message = tables.message.c
_OF_STEP: Final = (
    _message.version_id == bindparam("version_id"),
    _message.step_number == bindparam("step_number"),
)
_ALIKE: Final = (
    *_OF_STEP,
    _message.status == bindparam("status"),
    _message.reason == bindparam("reason"),
)
_BELOW_EVERY_CODE: Final = -(2**31)

# From one kind to the next by a look into the index each, however many messages there are of a kind. (SQLite would
# walk through all of a kind to get behind a pair of values.)
_NEXT_REASON: Final = (
    select(_message.reason)
    .where(*_OF_STEP, _message.status == bindparam("status"), _message.reason > bindparam("reason"))
    .order_by(_message.reason)
    .limit(1)
)
_NEXT_CODE: Final = (
    select(_message.error_code)
    .where(*_ALIKE, _message.error_code > bindparam("code"))
    .order_by(_message.error_code)
    .limit(1)
)
_NEWEST: Final = {
    has_code: select(_message.id)
    .where(*_ALIKE, _message.error_code == bindparam("code") if has_code else _message.error_code.is_(None))
    .order_by(_message.id.desc())
    .limit(bindparam("most_count"))
    for has_code in (False, True)
}


def message_ids(
    tx: Tx,
    version_id: int,
    step_number: int,
    statuses: Sequence[Status] = (),
    *,
    takes: Collection[Reason] = (),
    leaves: Collection[Reason] = (),
    limit: int = 200,
) -> list[int]:
    """The messages of one step, newest first. takes, leaves: with one of these reasons, or with none of them."""
    found: list[int] = []
    step = {"version_id": version_id, "step_number": step_number}
    for status, reason, code in _kinds(tx, step, statuses or tuple(Status)):
        told = told_reason(Reason(reason) if reason else None, code)
        if (takes and told not in takes) or told in leaves:
            continue
        of_kind = {**step, "status": status, "reason": reason, "most_count": limit}
        if code is not None:
            of_kind["code"] = code
        found += tx.conn.scalars(_NEWEST[code is not None], of_kind)
    return sorted(found, reverse=True)[:limit]


def _kinds(tx: Tx, step: Mapping[str, Any], statuses: Sequence[Status]) -> Iterator[Kind]:
    """Every kind that may be there; without a reason and without a code always."""
    for status in statuses:
        reason: str | None = ""
        while reason is not None:
            alike = {**step, "status": status.value, "reason": reason}
            yield status.value, reason, None
            code: int | None = _BELOW_EVERY_CODE
            while (code := tx.conn.scalar(_NEXT_CODE, {**alike, "code": code})) is not None:
                yield status.value, reason, code
            reason = tx.conn.scalar(_NEXT_REASON, alike)
