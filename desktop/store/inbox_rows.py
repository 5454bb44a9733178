"""The list of conversations: which of a box come first, what their rows show, and how many each box holds.

No box is sorted whole: an order is walked along its index until there are enough, or few candidates are taken first.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    not_,
    select,
)

from desktop.domain import window
from desktop.domain.consent import OptIn
from desktop.domain.conversations import Box, BoxCounts, ConversationRow
from desktop.domain.flow import SessionStatus
from desktop.domain.inbox import CLOSING, Order, Wanted
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.text import fold
from desktop.store import contacts, facts, tables
from desktop.store.audience_conditions import EVERY_FACTS, search_condition
from desktop.store.engine import Tx

FEW: Final = 5_000
"""So many candidates are sorted faster than an index is walked in search of them; where a condition lets more
through, two hundred rows are found within a few thousand."""

_conversation = tables.conversation.c
_contact = tables.contact.c
_message = tables.message.c
_session = tables.bot_session.c
_tagged = tables.contact_tag.c
# Written out, so that SQLite takes the index of those that run.
_RUNS_NOW = _session.status == literal_column(f"'{SessionStatus.RUNNING.value}'")
_IN_A_FLOW = select(_session.contact_id).where(_RUNS_NOW)
_UNREAD = _conversation.waiting_since.is_not(None)

# The same columns as no index has them: where the candidates come from elsewhere, SQLite must not begin here.
_is_open: ColumnElement[bool] = case((_conversation.open, 1), else_=0) == 1
_holder: ColumnElement[int] = func.coalesce(_conversation.assigned_to, 0)
_moved_at: ColumnElement[int] = func.coalesce(_conversation.last_at, 0)


def page(
    tx: Tx, wanted: Wanted, user_id: int, *, search: str = "", limit: int = 200
) -> list[ConversationRow]:
    """The first rows of what a person wants to see; search: name or phone contains it."""
    return _rows(tx, _ids(tx, wanted, user_id, search, limit), user_id)


def row(tx: Tx, contact_id: int, user_id: int) -> ConversationRow | None:
    """One conversation, whatever its box; None where there is none yet."""
    found = _rows(tx, [contact_id], user_id)
    return found[0] if found else None


def is_there(tx: Tx, contact_id: int) -> bool:
    """True for a contact who has a conversation."""
    return (
        tx.conn.scalar(select(_conversation.contact_id).where(_conversation.contact_id == contact_id))
        is not None
    )


def counts(tx: Tx, user_id: int) -> BoxCounts:
    """How many conversations each tab holds for this person, each counted in an index."""

    def counted(*where: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(tables.conversation).where(*where).scalar_subquery()

    in_a_flow = (_conversation.contact_id.in_(_IN_A_FLOW), _is_open)
    mine = (_conversation.assigned_to == user_id, _conversation.open)
    unassigned = (_conversation.assigned_to.is_(None), _conversation.open)
    asked = select(
        counted(*mine),
        counted(*unassigned),
        counted(_conversation.open),
        counted(~_conversation.open),
        counted(*in_a_flow),
    )
    return BoxCounts(*(int(one) for one in tx.conn.execute(asked).one()))


def names(tx: Tx, ids: Sequence[int]) -> dict[int, str]:
    """How these contacts are called, by id."""
    return {one.id: one.shown_name for one in contacts.many(tx, list(dict.fromkeys(ids)))}


# Which, and in which order.


def _ids(tx: Tx, wanted: Wanted, user_id: int, search: str, limit: int) -> list[int]:
    conditions = _conditions(tx, wanted)
    if search.strip():
        conditions.append(_of_contact(search_condition(search)))
    few = _few(tx, wanted)
    if few is not None:
        conditions.append(_conversation.contact_id.in_(few))
    found: list[int] = []
    for asked in _stages(tx, wanted, user_id, narrowed=few is not None):
        if len(found) < limit:
            found += tx.conn.scalars(asked.where(*conditions).limit(limit - len(found)))
    return found


def _stages(tx: Tx, wanted: Wanted, user_id: int, *, narrowed: bool) -> list[Select[Any]]:
    """One query after the other, until there are enough."""
    newest = _by_time(wanted, user_id, narrowed=narrowed)
    if wanted.order is Order.WAITING:
        waiting = _conversation.waiting_since
        first = select(_conversation.contact_id).where(_UNREAD, *_box(wanted.box, user_id, veiled=True))
        if not narrowed and wanted.box in (Box.MINE, Box.UNASSIGNED):
            first = select(_conversation.contact_id).where(_UNREAD, _is_open, _held(wanted.box, user_id))
        return [first.order_by(waiting, _conversation.contact_id), newest.where(not_(_UNREAD))]
    if wanted.order is Order.WINDOW:
        still_open = _contact.last_inbound_at > tx.now - window.LENGTH
        joined = tables.contact.join(tables.conversation, _conversation.contact_id == _contact.id)
        first = (
            select(_conversation.contact_id)
            .select_from(joined)
            .where(_contact.merged_into.is_(None), still_open, *_box(wanted.box, user_id, veiled=True))
            .order_by(_contact.last_inbound_at, _contact.id)
        )
        return [first, newest.where(not_(_of_contact(still_open)))]
    return [newest]


def _by_time(wanted: Wanted, user_id: int, *, narrowed: bool) -> Select[Any]:
    veiled = narrowed or wanted.box is Box.BOT
    asked = select(_conversation.contact_id).where(*_box(wanted.box, user_id, veiled=veiled))
    moved: Any = _moved_at if veiled else _conversation.last_at
    return asked.order_by(moved if wanted.order is Order.OLDEST else moved.desc(), _conversation.contact_id)


def _box(box: Box, user_id: int, *, veiled: bool) -> list[ColumnElement[bool]]:
    is_open: ColumnElement[bool] = _is_open if veiled else _conversation.open
    if box is Box.CLOSED:
        return [not_(is_open)]
    if box is Box.BOT:
        return [is_open, _conversation.contact_id.in_(_IN_A_FLOW)]
    if box is Box.ALL:
        return [is_open]
    if veiled:
        return [is_open, _holder == (user_id if box is Box.MINE else 0)]
    return [is_open, _held(box, user_id)]


def _held(box: Box, user_id: int) -> ColumnElement[bool]:
    assigned = _conversation.assigned_to
    return assigned == user_id if box is Box.MINE else assigned.is_(None)


def _of_contact(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_contact.id == _conversation.contact_id, condition).correlate(tables.conversation)


def _conditions(tx: Tx, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.unread:
        found.append(_UNREAD)
    if wanted.closing:
        found.append(_of_contact(_closes(tx)))
    if wanted.opt_in is not None:
        found.append(_of_contact(_contact.facts.in_(_packed(wanted.opt_in))))
    if wanted.tags:
        ids = _tag_ids(tx, wanted)
        found.append(exists().where(_tagged.contact_id == _conversation.contact_id, _tagged.tag_id.in_(ids)))
    return found


def _few(tx: Tx, wanted: Wanted) -> Select[Any] | None:
    """The contacts that one of the conditions lets through, if they are few."""
    candidates: list[Select[Any]] = []
    if wanted.unread:
        candidates.append(select(_conversation.contact_id).where(_UNREAD))
    if wanted.closing:
        candidates.append(select(_contact.id).where(_contact.merged_into.is_(None), _closes(tx)))
    if wanted.tags:
        candidates.append(select(_tagged.contact_id).where(_tagged.tag_id.in_(_tag_ids(tx, wanted))))
    if wanted.opt_in is not None:
        there = _contact.merged_into.is_(None)
        candidates.append(select(_contact.id).where(there, _contact.facts.in_(_packed(wanted.opt_in))))
    for one in candidates:
        some = one.limit(FEW + 1).subquery()
        if (tx.conn.scalar(select(func.count()).select_from(some)) or 0) <= FEW:
            return one.correlate(None)
    return None


def _closes(tx: Tx) -> ColumnElement[bool]:
    """The reply window is open, and about to close."""
    since = tx.now - window.LENGTH
    return and_(_contact.last_inbound_at > since, _contact.last_inbound_at < since + CLOSING)


def _packed(opt_in: OptIn) -> list[int]:
    """What `contact.facts` is of those whose row shows this choice: who stopped in WhatsApp counts as opted out."""
    shown = {one: facts.unpack(one) for one in EVERY_FACTS}
    return [
        one
        for one, known in shown.items()
        if (OptIn.NO if known.stopped_in_whatsapp else known.opt_in) is opt_in
    ]


def _tag_ids(tx: Tx, wanted: Wanted) -> list[int]:
    known = contacts.known_tags(tx)
    return [known[fold(name)] for name in wanted.tags if fold(name) in known]


# What the rows show.

_ROWS = (
    select(
        *_conversation,
        _contact.name,
        _contact.phone,
        _contact.facts,
        _contact.last_inbound_at,
        _message.text,
        _message.kind,
        _message.outgoing,
        _message.status,
        _message.reason,
        _message.error_code,
        tables.person.c.name.label("assigned_name"),
        tables.reminder.c.due_at.label("remind_at"),
    )
    .select_from(
        tables.conversation.join(tables.contact)
        .outerjoin(tables.message, _message.id == _conversation.last_message_id)
        .outerjoin(tables.person, tables.person.c.id == _conversation.assigned_to)
        .outerjoin(
            tables.reminder,
            and_(
                tables.reminder.c.contact_id == _conversation.contact_id,
                tables.reminder.c.user_id == bindparam("user_id"),
            ),
        )
    )
    .where(_conversation.contact_id.in_(bindparam("ids", expanding=True)))
)
_BOTS = (
    select(_session.contact_id, tables.flow.c.name)
    .join(tables.flow, tables.flow.c.id == _session.flow_id)
    .where(_session.contact_id.in_(bindparam("ids", expanding=True)), _RUNS_NOW)
)


def _rows(tx: Tx, ids: Sequence[int], user_id: int) -> list[ConversationRow]:
    """The rows of these contacts, in this order."""
    if not ids:
        return []
    found = {one.contact_id: one for one in tx.rows(_ROWS, ids=list(ids), user_id=user_id)}
    tags = contacts.tags_of(tx, ids)
    bots = {one.contact_id: one.name for one in tx.rows(_BOTS, ids=list(ids))}
    return [_row(found[id], tags[id], bots.get(id, "")) for id in ids if id in found]


def _row(row: Any, tags: Sequence[str], bot: str) -> ConversationRow:
    known = facts.unpack(row.facts)
    return ConversationRow(
        contact_id=row.contact_id,
        name=row.name,
        phone=row.phone or "",
        opt_in=known.opt_in,
        stopped_in_whatsapp=known.stopped_in_whatsapp,
        tags=tuple(tags),
        open=row.open,
        assigned_to=row.assigned_to,
        unread_count=row.unread_count,
        last_at=row.last_at,
        last_text=row.text or "",
        last_kind=row.kind or "text",
        last_status=Status(row.status) if row.outgoing and row.status else None,
        last_reason=Reason(row.reason) if row.outgoing and row.reason else None,
        last_error_code=row.error_code,
        last_inbound_at=row.last_inbound_at,
        bot=bot,
        first_unread_id=row.first_unread_id,
        waiting_since=row.waiting_since,
        assigned_name=row.assigned_name or "",
        remind_at=row.remind_at,
    )
