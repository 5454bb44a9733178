"""Conversations and threads."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from desktop.domain import window
from desktop.domain.changes import Topic
from desktop.domain.consent import Category, Path
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import EnrolmentStatus
from desktop.store import tables, thread_events
from desktop.store.engine import Tx

_conversation = tables.conversation.c
_message = tables.message.c
_contact = tables.contact.c


def happened(tx: Tx, contact_id: int, message_id: int, *, inbound: bool, by: str = "") -> None:
    """A message was written or arrived: the conversation exists, is open, and moves to the top.

    Mostly one statement, as it stands beside every message of a burst: only one that was closed, or that nobody has
    had yet, takes more. by: who wrote, for the thread of one that is opened again.
    """
    tx.touch(Topic.CONVERSATION, contact_id)
    moved: dict[str, Any] = {
        "last_at": tx.now,
        "last_message_id": message_id,
    }
    if inbound:
        was_read = _conversation.unread_count == 0
        moved |= {
            "unread_count": _conversation.unread_count + 1,
            "first_unread_id": case((was_read, message_id), else_=_conversation.first_unread_id),
            "waiting_since": case((was_read, tables.micros(tx.now)), else_=_conversation.waiting_since),
        }
    one = update(tables.conversation).where(_conversation.contact_id == contact_id)
    if tx.conn.execute(one.where(_conversation.open).values(moved)).rowcount:
        return
    if tx.conn.execute(one.values(moved | {"open": True})).rowcount:
        tx.touch(Topic.CONVERSATION_MOVED, contact_id)
        thread_events.log_open(tx, contact_id, True, "" if inbound else by or thread_events.PROGRAM)
        return
    tx.touch(Topic.CONVERSATION_MADE, contact_id)
    tx.conn.execute(
        insert(tables.conversation).values(
            contact_id=contact_id,
            last_at=tx.now,
            last_message_id=message_id,
            unread_count=1 if inbound else 0,
            first_unread_id=message_id if inbound else None,
            waiting_since=tx.now if inbound else None,
        )
    )


_any_version = tables.sequence_version.alias("any_version").c
_NEWEST_VERSION = (
    select(func.max(_any_version.number))
    .where(_any_version.sequence_id == tables.sequence.c.id)
    .correlate(tables.sequence)
    .scalar_subquery()
    .label("newest_version")
)


def _views(tx: Tx, where: ColumnElement[bool]) -> Any:
    joined = (
        tables.message.join(tables.contact, _contact.id == _message.contact_id)
        .outerjoin(tables.template, tables.template.c.id == _message.template_id)
        .outerjoin(tables.broadcast, tables.broadcast.c.id == _message.broadcast_id)
        .outerjoin(tables.person, tables.person.c.id == _message.author_id)
        .outerjoin(tables.sequence_version, tables.sequence_version.c.id == _message.version_id)
        .outerjoin(tables.sequence, tables.sequence.c.id == tables.sequence_version.c.sequence_id)
        .outerjoin(tables.api_key, tables.api_key.c.id == _message.api_key_id)
        .outerjoin(tables.bot_session, tables.bot_session.c.id == _message.session_id)
        .outerjoin(tables.flow, tables.flow.c.id == tables.bot_session.c.flow_id)
    )
    return (
        select(
            tables.message,
            _contact.name.label("contact_name"),
            _contact.phone.label("phone"),
            tables.template.c.name.label("template_name"),
            tables.broadcast.c.name.label("broadcast_name"),
            tables.person.c.name.label("author_name"),
            tables.sequence.c.id.label("sequence_id"),
            tables.sequence.c.name.label("sequence_name"),
            tables.api_key.c.name.label("api_key_name"),
            tables.sequence_version.c.number.label("version_number"),
            tables.flow.c.id.label("flow_id"),
            tables.flow.c.name.label("flow_name"),
            _NEWEST_VERSION,
        )
        .select_from(joined)
        .where(where)
    )


def thread(
    tx: Tx, contact_id: int, *, before_id: int | None = None, after_id: int | None = None, limit: int = 300
) -> list[MessageView]:
    """The newest messages of a contact (older than before_id), or the first ones after after_id; oldest first.

    Recipients that a broadcast left out or never reached are no part of the conversation.
    """
    quiet = [Status.LEFT_OUT.value, Status.CANCELLED.value]
    asked = and_(
        _message.contact_id == contact_id,
        _message.broadcast_id.is_(None) | _message.status.not_in([*quiet, Status.QUEUED.value]),
    )
    if after_id is not None:
        later = _views(tx, and_(asked, _message.id > after_id)).order_by(_message.id).limit(limit)
        return [_view(row) for row in tx.rows(later)]
    if before_id is not None:
        asked = and_(asked, _message.id < before_id)
    found = tx.rows(_views(tx, asked).order_by(_message.id.desc()).limit(limit))
    return [_view(row) for row in reversed(found)]


def messages(tx: Tx, ids: Sequence[int]) -> list[MessageView]:
    """Messages by id, in the order asked."""
    found = {row.id: _view(row) for row in tx.rows(_views(tx, _message.id.in_(ids)))}
    failed = [one.id for one in found.values() if one.sequence_id and one.status is Status.FAILED]
    for id, number in tx.rows(_WENT_ON, ids=failed) if failed else ():
        found[id] = replace(found[id], moved_on_to=number + 1)
    return [found[id] for id in ids if id in found]


_run = tables.enrolment.c
_step = tables.enrolment_step.c
_WENT_ON = (
    select(_message.id, _message.step_number)
    .join(tables.enrolment, _run.id == _message.enrolment_id)
    .where(
        _message.id.in_(bindparam("ids", expanding=True)),
        or_(
            and_(
                _run.status == EnrolmentStatus.IN_PROGRESS.value,
                _run.step_number == _message.step_number + 1,
            ),
            exists().where(
                _step.enrolment_id == _message.enrolment_id, _step.step_number == _message.step_number + 1
            ),
        ),
    )
)
"""Of messages of sequences those whose contact is at the next step or went through it."""


def _view(row: Any) -> MessageView:
    return MessageView(
        id=row.id,
        contact_id=row.contact_id,
        outgoing=row.outgoing,
        status=Status(row.status) if row.outgoing else None,
        kind=row.kind,
        text=row.text,
        at=row.created_at,
        changed_at=row.changed_at,
        path=Path(row.path) if row.path else None,
        category=Category(row.category),
        reason=Reason(row.reason) if row.reason else None,
        error_code=row.error_code,
        error_details=row.error_details or "",
        content=row.content or {},
        template_id=row.template_id,
        template_name=row.template_name or "",
        broadcast_id=row.broadcast_id,
        broadcast_name=row.broadcast_name or "",
        author_name=row.author_name or "",
        override_reason=row.override_reason or "",
        contact_name=row.contact_name,
        phone=row.phone or "",
        wamid=row.wamid or "",
        context_wamid=row.context_wamid or "",
        sequence_id=row.sequence_id,
        sequence_name=row.sequence_name or "",
        step_number=row.step_number,
        api_key_name=row.api_key_name or "",
        version_number=row.version_number if (row.newest_version or 0) > 1 else None,
        session_id=row.session_id,
        flow_id=row.flow_id,
        flow_name=row.flow_name or "",
        node_id=row.node_id or "",
        asked=row.asked,
    )


def open_windows(tx: Tx) -> list[tuple[str, datetime]]:
    """Who may be written to freely now: (phone, when they last wrote)."""
    asked = select(_contact.phone, _contact.last_inbound_at).where(
        _contact.last_inbound_at > tx.now - window.LENGTH, _contact.phone.is_not(None)
    )
    return [(row.phone, row.last_inbound_at) for row in tx.rows(asked)]


def mark_read(tx: Tx, contact_id: int) -> str | None:
    """A person looked: nothing is unread. Returns the newest inbound wamid if something was unread."""
    was = tx.conn.scalar(select(_conversation.unread_count).where(_conversation.contact_id == contact_id))
    if not was:
        return None
    tx.conn.execute(
        update(tables.conversation)
        .where(_conversation.contact_id == contact_id)
        .values(unread_count=0, first_unread_id=None, waiting_since=None)
    )
    tx.touch(Topic.CONVERSATION, contact_id)
    newest: str | None = tx.conn.scalar(
        select(_message.wamid)
        .where(_message.contact_id == contact_id, ~_message.outgoing)
        .order_by(_message.id.desc())
        .limit(1)
    )
    return newest


def assign(tx: Tx, contact_id: int, user_id: int | None, by: str = "") -> None:
    other = _conversation.assigned_to.is_distinct_from(user_id)
    done = tx.conn.execute(
        update(tables.conversation)
        .where(_conversation.contact_id == contact_id, other)
        .values(assigned_to=user_id)
    )
    if done.rowcount:
        tx.touch(Topic.CONVERSATION_MOVED, contact_id)
        thread_events.log_assigned(tx, contact_id, user_id, by)
    tx.touch(Topic.CONVERSATION, contact_id)


def assigned_to(tx: Tx, contact_id: int) -> int | None:
    """Who has it, by id; None: nobody."""
    found: int | None = tx.conn.scalar(
        select(_conversation.assigned_to).where(_conversation.contact_id == contact_id)
    )
    return found


def is_open(tx: Tx, contact_id: int) -> bool:
    """False also where there is none yet."""
    asked = select(_conversation.open).where(_conversation.contact_id == contact_id)
    return bool(tx.conn.scalar(asked))


def give(tx: Tx, contact_id: int, user_id: int, *, instead: bool, by: str = "") -> None:
    """Assign it to this person where nobody has it; instead: also where somebody else does."""
    has = assigned_to(tx, contact_id)
    if has is None or (instead and has != user_id):
        assign(tx, contact_id, user_id, by)


def set_open(tx: Tx, contact_id: int, is_open: bool, by: str = "") -> None:
    done = tx.conn.execute(
        update(tables.conversation)
        .where(_conversation.contact_id == contact_id, _conversation.open.is_not(is_open))
        .values(open=is_open)
    )
    if done.rowcount:
        tx.touch(Topic.CONVERSATION_MOVED if is_open else Topic.CONVERSATION_RESOLVED, contact_id)
        thread_events.log_open(tx, contact_id, is_open, by or thread_events.PROGRAM)
    tx.touch(Topic.CONVERSATION, contact_id)


def add_inbound(
    tx: Tx,
    contact_id: int,
    *,
    wamid: str,
    kind: str,
    text: str,
    content: dict[str, Any],
    context_wamid: str,
    wrote_at: datetime | None = None,
) -> int:
    """Keep a customer's message, open the reply window, move the conversation up; returns its id.

    wrote_at: when they wrote, if that is known: a webhook may come days late, and the window counts from then.
    """
    known = tx.conn.scalar(select(_contact.last_inbound_at).where(_contact.id == contact_id))
    wrote = min(wrote_at or tx.now, tx.now)
    made = tx.conn.execute(
        insert(tables.message).values(
            contact_id=contact_id,
            outgoing=False,
            status="received",
            kind=kind,
            text=text,
            content=content,
            wamid=wamid or None,
            context_wamid=context_wamid or None,
            created_at=tx.now,
            due_at=tx.now,
            changed_at=tx.now,
        )
    )
    key = made.inserted_primary_key
    message_id = int(key[0]) if key else 0
    tx.conn.execute(
        update(tables.contact)
        .where(_contact.id == contact_id)
        .values(last_inbound_at=max(known, wrote) if known else wrote)
    )
    happened(tx, contact_id, message_id, inbound=True)
    tx.touch(Topic.MESSAGE, contact_id)
    return message_id
