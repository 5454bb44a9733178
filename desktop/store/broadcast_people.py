"""Whom a number of a broadcast's report stands for, and what came back from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, exists, func, or_, select, tuple_, type_coerce

from desktop.domain.broadcast_report import EVERY_ONE, Chosen, Milestone, OptOut, Person
from desktop.domain.conversations import MessageView
from desktop.domain.messages import GONE, Status
from desktop.domain.reasons import Reason
from desktop.domain.report import Mark
from desktop.store import (
    audience,
    broadcast_again,
    broadcast_figures,
    broadcasts,
    conversations,
    opted_out_since,
    tables,
)
from desktop.store.engine import Tx

_message = tables.message.c
_event = tables.consent_event.c
_reply = tables.message.alias("reply").c
_TALLIED: Final = (None, Milestone.SENT, Milestone.DELIVERED, Milestone.READ)
_MANY_COUNT: Final = 5_000
"""From so many on they are read by the index of changes: of 300,000 messages 20 ms instead of 150 to 255 for all of them,
and 415 instead of 42 for 300 that failed."""


def page(
    tx: Tx,
    broadcast_id: int,
    chosen: Chosen = EVERY_ONE,
    *,
    search: str = "",
    after: Mark | None = None,
    limit: int = 200,
) -> list[Person]:
    """The messages a number stands for, the newest change first, from behind a mark (changed, id) on."""
    asked = select(_message.id).where(*_conditions(tx, broadcast_id, chosen, search))
    if after is not None:
        asked = asked.where(tuple_(_message.changed_at, _message.id) < (after.at, after.message_id))
    changed: ColumnElement[Any] = _message.changed_at
    if not tx.on_postgresql and (_tallied(tx, broadcast_id, chosen, search) or 0) < _MANY_COUNT:
        # SQLite would walk the whole broadcast by its newest change for the few; sorting them is faster.
        changed = type_coerce(_message.changed_at, BigInteger) + 0
    newest = asked.order_by(changed.desc(), _message.id.desc()).limit(limit)
    return _with_answers(tx, broadcast_id, conversations.messages(tx, list(tx.conn.scalars(newest))))


def lines(
    tx: Tx,
    broadcast_id: int,
    chosen: Chosen = EVERY_ONE,
    *,
    search: str = "",
    behind: Person | None = None,
    limit: int = 200,
) -> list[Person]:
    """As `page()`, and after the messages who was selected twice: as many as the number says."""
    again = behind.again if behind is not None else None
    found: list[Person] = []
    if again is None:
        after = Mark(behind.message.changed_at, behind.message.id) if behind is not None else None
        found = page(tx, broadcast_id, chosen, search=search, after=after, limit=limit)
    if len(found) < limit and broadcast_again.belong(chosen):
        more = limit - len(found)
        found += broadcast_again.page(tx, broadcast_id, search=search, after=again, limit=more)
    return found


def count(tx: Tx, broadcast_id: int, chosen: Chosen = EVERY_ONE, *, search: str = "") -> int:
    """How many `lines()` has in all."""
    twice = broadcast_again.count(tx, broadcast_id, search=search) if broadcast_again.belong(chosen) else 0
    return twice + _messages_count(tx, broadcast_id, chosen, search)


def _messages_count(tx: Tx, broadcast_id: int, chosen: Chosen, search: str) -> int:
    known = _tallied(tx, broadcast_id, chosen, search)
    if known is not None:
        return known
    asked = select(func.count()).select_from(tables.message)
    return int(tx.conn.scalar(asked.where(*_conditions(tx, broadcast_id, chosen, search))) or 0)


def _tallied(tx: Tx, broadcast_id: int, chosen: Chosen, search: str) -> int | None:
    """How many, where that is counted as it happens; None: it is not."""
    if search.strip() or chosen.button or chosen.within or chosen.reached not in _TALLIED:
        return None
    statuses, why = chosen.statuses, None
    if chosen.why is not None:
        if statuses and chosen.why.status not in statuses:
            return 0
        statuses, why = (chosen.why.status,), (chosen.why.reason, chosen.why.error_code)
    if chosen.despite:
        statuses, why = tuple(GONE), (Reason.DESPITE_OPT_OUT, None)
    milestone = chosen.reached.value if chosen.reached else ""
    return broadcast_figures.tallied(tx, broadcast_id, statuses, why, milestone)


def _conditions(tx: Tx, broadcast_id: int, chosen: Chosen, search: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_message.broadcast_id == broadcast_id, _message.outgoing]
    if chosen.statuses:
        found.append(_message.status.in_([one.value for one in chosen.statuses]))
    if chosen.why is not None:
        why = chosen.why
        found += [_message.status == why.status.value, _message.reason == why.reason.value]
        # A code of WhatsApp's stands beside one reason; of ours there is none.
        found.append(_message.error_code.is_not_distinct_from(why.error_code))
    if chosen.despite:
        found.append(_message.status.in_([one.value for one in GONE]))
        found.append(_message.reason == Reason.DESPITE_OPT_OUT.value)
    if chosen.reached is not None:
        found.append(_has_reached(tx, broadcast_id, chosen))
    if chosen.button:
        found.append(_answers(broadcast_id, _reply.kind == "button", _reply.text == chosen.button))
    if search.strip():
        people = select(tables.contact.c.id).where(audience.search_condition(search))
        found.append(_message.contact_id.in_(people))
    return found


def _has_reached(tx: Tx, broadcast_id: int, chosen: Chosen) -> ColumnElement[bool]:
    milestone, within = chosen.reached, chosen.within
    if milestone is Milestone.REPLIED:
        return _answers(broadcast_id, *(_between(_reply.created_at, within) if within else ()))
    if milestone is Milestone.RETRIED:
        again = tables.message.alias("again").c
        return exists().where(again.retry_of == _message.id)
    if milestone is Milestone.OPTED_OUT_SINCE:
        launched_at = broadcasts.get(tx, broadcast_id).launched_at
        if launched_at is None:
            return _message.id.is_(None)
        since = select(_event.contact_id).where(opted_out_since.said_no(launched_at))
        return _message.contact_id.in_(since)
    column = tables.message.c[f"{milestone}_at"]
    return and_(*_between(column, within)) if within else column.is_not(None)


def _between(column: Any, within: tuple[datetime, datetime]) -> tuple[ColumnElement[bool], ...]:
    return column >= within[0], column < within[1]


def _answers(broadcast_id: int, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    asked = select(_reply.contact_id).where(_reply.answers_broadcast_id == broadcast_id, *more)
    return _message.contact_id.in_(asked)


def _with_answers(tx: Tx, broadcast_id: int, messages: Sequence[MessageView]) -> list[Person]:
    contact_ids = [one.contact_id for one in messages]
    replies: dict[int, list[Any]] = {}
    asked = (
        select(_message.contact_id, _message.text, _message.kind, _message.created_at)
        .where(_message.answers_broadcast_id == broadcast_id, _message.contact_id.in_(contact_ids))
        .order_by(_message.id)
    )
    for row in tx.rows(asked):
        replies.setdefault(row.contact_id, []).append(row)
    counted = select(_message.id, _message.attempt_count).where(_message.id.in_([one.id for one in messages]))
    tries = {row.id: row.attempt_count for row in tx.rows(counted)}
    outs = opt_outs(tx, broadcast_id, contact_ids)
    return [
        Person(
            one,
            mine[-1].text if (mine := replies.get(one.contact_id, [])) else "",
            mine[-1].created_at if mine else None,
            tuple(dict.fromkeys(row.text for row in mine if row.kind == "button" and row.text)),
            outs.get(one.contact_id),
            tries.get(one.id, 0),
        )
        for one in messages
    ]


def opt_outs(tx: Tx, broadcast_id: int, contact_ids: Sequence[int]) -> dict[int, OptOut]:
    """Of these contacts the first No after the launch, with the message that it answers."""
    launched_at = broadcasts.get(tx, broadcast_id).launched_at
    if launched_at is None or not contact_ids:
        return {}
    asked = (
        select(tables.consent_event, tables.person.c.name.label("by_name"))
        .outerjoin(tables.person, tables.person.c.id == _event.user_id)
        .where(_event.contact_id.in_(contact_ids), opted_out_since.said_no(launched_at))
        .order_by(_event.id)
    )
    found: dict[int, OptOut] = {}
    for row in tx.rows(asked):
        if row.contact_id not in found:
            found[row.contact_id] = _opt_out(tx, broadcast_id, row)
    return found


_OF_CUSTOMERS = ("keyword", "button")


def _opt_out(tx: Tx, broadcast_id: int, event: Any) -> OptOut:
    made = OptOut(event.at, event.source, by_name=event.by_name or "")
    if event.source not in _OF_CUSTOMERS:
        return made
    # The webhook that brought the word is one transaction: the word is the last that came before its event.
    said = (
        select(_message.id, _message.text, _message.context_wamid, _message.answers_broadcast_id)
        .where(_message.contact_id == event.contact_id, ~_message.outgoing)
        .where(
            or_(_message.text == event.evidence, _message.text.startswith(event.evidence, autoescape=True))
        )
        .where(_message.created_at >= event.at)
        .order_by(_message.id)
        .limit(1)
    )
    word = tx.conn.execute(said).first()
    if word is None:
        return OptOut(event.at, event.source, event.evidence, by_name=made.by_name)
    ours = select(
        _message.text, _message.broadcast_id, tables.template.c.name, _message.created_at
    ).outerjoin(tables.template, tables.template.c.id == _message.template_id)
    if word.context_wamid:
        ours = ours.where(_message.wamid == word.context_wamid, _message.outgoing)
    else:
        gone = [one.value for one in (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)]
        ours = (
            ours.where(_message.contact_id == event.contact_id, _message.outgoing, _message.id < word.id)
            .where(_message.status.in_(gone))
            .order_by(_message.id.desc())
            .limit(1)
        )
    answered = tx.conn.execute(ours).first()
    here = broadcast_id in (word.answers_broadcast_id, answered.broadcast_id if answered else None)
    text = (answered.text or answered.name or "") if answered else ""
    return OptOut(event.at, event.source, event.evidence, text, here, made.by_name)
