"""A second person's yes to broadcasts that reach who opted out: asked, decided, and whether it still stands."""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import insert, select, update

from desktop.domain.approval import Approval, ApprovalState, fingerprint
from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastKind, BroadcastRecord, BroadcastStatus
from desktop.domain.changes import Topic
from desktop.domain.people import User
from desktop.domain.problems import NotFound, Problem
from desktop.store import audience, broadcasts, settings, tables, templates
from desktop.store.engine import Tx
from desktop.store.statements import new_id

_approval = tables.broadcast_approval.c
_asker, _decider = tables.person.alias(), tables.person.alias()
_OPEN: Final = (ApprovalState.ASKED, ApprovalState.GRANTED)
"""What a change of the audience or the template ends."""


def is_needed(tx: Tx, record: BroadcastRecord) -> bool:
    """True if the workspace asks a second person about broadcasts like this one, whoever is among its people now."""
    if not settings.load(tx).second_approval or record.only_opted_in or record.template_id is None:
        return False
    return record.kind is BroadcastKind.BROADCAST and templates.get(tx, record.template_id).is_marketing


def expect(tx: Tx, record: BroadcastRecord, despite_count: int, user: User) -> Approval | None:
    """The yes that covers this start, None where none is needed. Asked in the transaction that launches.

    despite_count: who opted out and would get it now. Raises a Problem of the field approval where the workspace asks
    for a second person and nobody's yes stands for this audience, this template and this number.
    """
    if not despite_count or not is_needed(tx, record):
        return None
    mark = mark_of(tx, record)
    given = [one for one in of(tx, record.id) if one.state is ApprovalState.GRANTED]
    for one in given:
        if one.stands_for(mark, despite_count):
            return one
    if given:
        told = f"{given[0].decided_by_name} said yes to {given[0].despite_count:,} who opted out"
        raise Problem(
            "More people than were approved",
            f"{told}; it would be {despite_count:,} now. Ask again.",
            "approval",
        )
    raise Problem(
        "A second person has to say yes",
        f"It would reach {despite_count:,} who opted out. Ask another supervisor to approve it, {user.first_name}.",
        "approval",
    )


def covered_count(tx: Tx, record: BroadcastRecord) -> int:
    """How many who opted out the standing yeses to the broadcast, as it is now, reach; 0 without one."""
    mark = mark_of(tx, record)
    granted = [one for one in of(tx, record.id) if one.stands_for(mark, 0)]
    return max((one.despite_count for one in granted), default=0)


def mark_of(tx: Tx, record: BroadcastRecord) -> str:
    """What a yes to the broadcast, as it is now, is bound to."""
    template_id = record.draft.template_id
    revision = templates.get(tx, template_id).revision if template_id is not None else 0
    return fingerprint(record.draft, revision)


def _select() -> Any:
    joined = tables.broadcast_approval.outerjoin(_asker, _asker.c.id == _approval.asked_by)
    joined = joined.outerjoin(_decider, _decider.c.id == _approval.decided_by)
    return select(
        tables.broadcast_approval,
        _asker.c.name.label("asker_name"),
        _decider.c.name.label("decider_name"),
    ).select_from(joined)


def _read(row: Any) -> Approval:
    return Approval(
        row.id,
        row.broadcast_id,
        ApprovalState(row.state),
        row.despite_count,
        row.selected_count,
        row.reason,
        row.fingerprint,
        row.asked_by,
        row.asker_name or "",
        row.asked_at,
        row.decided_by,
        row.decider_name or "",
        row.decided_at,
        row.words,
    )


def get(tx: Tx, approval_id: int) -> Approval:
    """One approval, EXPIRED if audience or template changed since. Raises NotFound."""
    row = tx.conn.execute(_select().where(_approval.id == approval_id)).one_or_none()
    if row is None:
        raise NotFound("Approval not found", "This request does not exist (any more).")
    found = _read(row)
    return _as_it_stands(found, mark_of(tx, broadcasts.get(tx, found.broadcast_id)))


def of(tx: Tx, broadcast_id: int) -> list[Approval]:
    """All that were asked for one broadcast, the newest first; those that a change ended are EXPIRED."""
    mark = mark_of(tx, broadcasts.get(tx, broadcast_id))
    asked = _select().where(_approval.broadcast_id == broadcast_id).order_by(_approval.id.desc())
    return [_as_it_stands(_read(row), mark) for row in tx.rows(asked)]


def waiting(tx: Tx) -> list[Approval]:
    """Those that wait for somebody's word, the oldest first."""
    asked = _select().where(_approval.state == ApprovalState.ASKED.value).order_by(_approval.id)
    found = [_read(row) for row in tx.rows(asked)]
    shown = [_as_it_stands(one, mark_of(tx, broadcasts.get(tx, one.broadcast_id))) for one in found]
    return [one for one in shown if one.state is ApprovalState.ASKED]


def despite_ids(tx: Tx, broadcast_id: int, search: str, after_id: int, limit: int) -> list[int]:
    """A page of those who had opted out and get it, as the snapshot fixed them, by id."""
    recipient = tables.broadcast_recipient.c
    asked = select(recipient.contact_id).where(
        recipient.broadcast_id == broadcast_id,
        recipient.line == Line.WILL_DESPITE.value,
        recipient.contact_id > after_id,
    )
    if search.strip():
        found = select(tables.contact.c.id).where(audience.search_condition(search))
        asked = asked.where(recipient.contact_id.in_(found))
    return list(tx.conn.scalars(asked.order_by(recipient.contact_id).limit(limit)))


def granted_drafts(tx: Tx) -> set[int]:
    """Drafts that a second person's yes stands for."""
    broadcast = tables.broadcast.c
    joined = tables.broadcast_approval.join(tables.broadcast, broadcast.id == _approval.broadcast_id)
    asked = (
        select(_approval.broadcast_id, _approval.fingerprint)
        .select_from(joined)
        .where(
            _approval.state == ApprovalState.GRANTED.value, broadcast.status == BroadcastStatus.DRAFT.value
        )
    )
    kept: dict[int, set[str]] = {}
    for row in tx.rows(asked):
        kept.setdefault(row.broadcast_id, set()).add(row.fingerprint)
    return {id for id, marks in kept.items() if mark_of(tx, broadcasts.get(tx, id)) in marks}


def _as_it_stands(kept: Approval, mark: str) -> Approval:
    """Expiry needs nobody to write it down: what was approved is compared with what would be sent."""
    if kept.state in _OPEN and kept.fingerprint != mark:
        return replace(kept, state=ApprovalState.EXPIRED)
    return kept


def add(
    tx: Tx, record: BroadcastRecord, user_id: int, reason: str, despite_count: int, selected_count: int
) -> int:
    """Ask; what was asked before and not answered is taken back. Returns the new one's id."""
    still = (_approval.broadcast_id == record.id, _approval.state == ApprovalState.ASKED.value)
    tx.conn.execute(
        update(tables.broadcast_approval)
        .where(*still)
        .values(state=ApprovalState.TAKEN_BACK.value, decided_by=user_id, decided_at=tx.now)
    )
    made = insert(tables.broadcast_approval).values(
        broadcast_id=record.id,
        state=ApprovalState.ASKED.value,
        despite_count=despite_count,
        selected_count=selected_count,
        reason=reason,
        fingerprint=mark_of(tx, record),
        asked_by=user_id,
        asked_at=tx.now,
    )
    approval_id = new_id(tx.conn.execute(made))
    tx.touch(Topic.BROADCAST, record.id)
    return approval_id


def decide(tx: Tx, kept: Approval, state: ApprovalState, user_id: int, words: str = "") -> None:
    """Write what became of one. Raises a Problem if it is not as it was read (any more): somebody else was first."""
    written = tx.conn.execute(
        update(tables.broadcast_approval)
        .where(_approval.id == kept.id, _approval.state == kept.state.value)
        .values(state=state.value, decided_by=user_id, decided_at=tx.now, words=words)
    )
    if not written.rowcount:
        raise Problem("Not possible now", "Somebody else answered it in this moment. Look at it again.")
    tx.touch(Topic.BROADCAST, kept.broadcast_id)
