"""The register of marketing that a bot sent without asking, with what stood recorded of the opt-in then."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from desktop.domain.bot_report import RegisterCounts, RegisterRow, RegisterScope
from desktop.domain.consent import Category, OptIn, Path
from desktop.domain.contacts import Fact
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason, reason_of
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.store.report_scope import OUTGOING

_session = tables.bot_session.c
_contact = tables.contact.c
_message = tables.message.c

_CALLED: Final = (
    "",
    Reason.WHATSAPP_ERROR.value,
    Reason.ANSWER_LOST.value,
    Reason.PERSON_SAYS_ARRIVED.value,
    Reason.PERSON_LEFT_IT.value,
    Reason.PERSON_SENT_AGAIN.value,
)
"""What the reason becomes after the call began: the message left, or may have, and was not asked all the same."""


def _unasked(scope: RegisterScope) -> list[ColumnElement[bool]]:
    """True for marketing of a bot whose opt-in was not asked, unless it was stopped before any call.

    Path and category stand first in `ix_message_report`: what else a store holds is not looked at.
    """
    not_asked = or_(
        and_(_message.reason == Reason.BOT_NOT_ASKED.value, _message.status != Status.CANCELLED.value),
        and_(_message.asked.is_(False), _message.reason.in_(_CALLED)),
    )
    held: list[Any] = [
        OUTGOING,
        _message.path == Path.BOT.value,
        _message.category == Category.MARKETING.value,
        not_asked,
    ]
    if scope.since is not None:
        held.append(_message.created_at >= scope.since)
    if scope.until is not None:
        held.append(_message.created_at < scope.until)
    if scope.flow_id is not None:
        of = select(_session.id).where(_session.flow_id == scope.flow_id)
        held.append(_message.session_id.in_(of))
    return held


def _then(fact: Fact, label: str) -> Any:
    """What stood recorded of a fact: up to the event that the receipt names; without a receipt, at that time."""
    counted, by_event = tables.consent_event.alias(f"{label}_counted").c, tables.consent_event.alias(label).c
    by_time = tables.consent_event.alias(f"{label}_by_time").c
    received = (
        select(by_event.value)
        .join_from(counted.id.table, by_event.id.table, by_event.contact_id == counted.contact_id)
        .where(
            counted.id == _message.consent_event_id, by_event.id <= counted.id, by_event.fact == fact.value
        )
        .order_by(by_event.id.desc())
    )
    remembered = (
        select(by_time.value)
        .where(
            _message.asked.is_(None),
            by_time.contact_id == _message.contact_id,
            by_time.at <= _message.created_at,
            by_time.fact == fact.value,
        )
        .order_by(by_time.id.desc())
    )
    parts = (one.limit(1).correlate(tables.message).scalar_subquery() for one in (received, remembered))
    return func.coalesce(*parts).label(label)


_OPT_IN_THEN: Final = _then(Fact.OPT_IN, "opt_in_then")
_STOP_THEN: Final = _then(Fact.WHATSAPP, "stop_then")
_STOP: Final = "stop"


def rows(tx: Tx, scope: RegisterScope, *, after_id: int | None = None, limit: int = 100) -> list[RegisterRow]:
    """A page of the register, the newest first, from behind a message on."""
    ids: Select[Any] = select(_message.id).where(*_unasked(scope))
    if after_id is not None:
        ids = ids.where(_message.id < after_id)
    page = list(tx.conn.scalars(ids.order_by(_message.id.desc()).limit(limit)))
    joined = (
        tables.message.join(tables.contact, _contact.id == _message.contact_id)
        .outerjoin(tables.bot_session, _session.id == _message.session_id)
        .outerjoin(tables.flow, tables.flow.c.id == _session.flow_id)
        .outerjoin(tables.person, tables.person.c.id == _session.user_id)
        .outerjoin(tables.template, tables.template.c.id == _message.template_id)
    )
    asked = (
        select(
            _message.id,
            _message.created_at,
            _message.contact_id,
            _message.status,
            _contact.name,
            _contact.phone,
            _session.flow_id,
            tables.flow.c.name.label("flow_name"),
            tables.template.c.name.label("template_name"),
            _message.reason,
            _message.error_code,
            tables.person.c.name.label("started_by"),
            _session.trigger,
            _OPT_IN_THEN,
            _STOP_THEN,
        )
        .select_from(joined)
        .where(_message.id.in_(page))
    )
    return [_register_row(row) for row in tx.rows(asked.order_by(_message.id.desc()))] if page else []


def _register_row(row: Any) -> RegisterRow:
    return RegisterRow(
        row.id,
        row.created_at,
        row.contact_id,
        row.name,
        row.phone or "",
        OptIn(row.opt_in_then or OptIn.NONE.value),
        row.stop_then == _STOP,
        row.flow_id,
        row.flow_name or "",
        row.template_name or "",
        Status(row.status),
        reason_of(row.reason or ""),
        row.error_code,
        row.started_by or "",
        row.trigger or "",
    )


def counts(tx: Tx, scope: RegisterScope) -> RegisterCounts:
    """How many rows `rows` lists in all, by what stood recorded then."""
    is_other = (_message.reason != Reason.BOT_NOT_ASKED.value).label("is_other")
    each = select(_OPT_IN_THEN, _STOP_THEN, is_other).where(*_unasked(scope)).subquery("each")
    alike = (each.c.opt_in_then, each.c.stop_then, each.c.is_other)
    found = {"out": 0, "none": 0, "in": 0, "other": 0}
    for opt_in, stop, other, count in tx.conn.execute(select(*alike, func.count()).group_by(*alike)):
        found["other"] += int(count) if other else 0
        if opt_in == OptIn.NO.value or stop == _STOP:
            found["out"] += int(count)
        elif opt_in == OptIn.YES.value:
            found["in"] += int(count)
        else:
            found["none"] += int(count)
    return RegisterCounts(found["out"], found["none"], found["in"], found["other"])
