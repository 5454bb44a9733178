"""What a flow's report counts and lists: sessions, where they went, and what was answered in them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import func, select

from desktop.domain.bot_report import (
    AnswerRow,
    FlowReport,
    NodeFigures,
    SessionRow,
)
from desktop.domain.flow import FlowCounts, SessionStatus
from desktop.store import flows, tables
from desktop.store.engine import Tx

_session = tables.bot_session.c
_step = tables.bot_step.c
_answer = tables.bot_answer.c
_version = tables.flow_version.c
_contact = tables.contact.c
_message = tables.message.c
_RUNNING: Final = SessionStatus.RUNNING
MOST_REASONS: Final = 5
MOST_MISHAPS: Final = 5
"""Of one session, in a list."""
Reasons = tuple[tuple[str, int], ...]


# A flow.


def report(tx: Tx, flow_id: int, version_id: int | None = None) -> FlowReport:
    """How the sessions of a flow, or of one version of it, went. Raises NotFound for no such flow."""
    flows.get(tx, flow_id)
    versions = tuple(flows.versions(tx, flow_id))
    wanted = [one.id for one in versions if version_id in (None, one.id)]
    by_exit = _by_exit(tx, wanted)
    by_status = _by_status(tx, flow_id, wanted)
    together: defaultdict[SessionStatus, int] = defaultdict(int)
    for ends in by_status.values():
        for status, count in ends.items():
            together[status] += count
    ids = by_exit.keys() | by_status.keys()
    because = _because(tx, wanted)
    nodes = {
        id: _figures(by_exit.get(id, {}), by_status.get(id, {}), because.get(id, {}))
        for id in sorted(ids)
        if id
    }
    return FlowReport(flow_id, version_id, FlowCounts(dict(together)), versions, nodes)


def _figures(
    by_exit: dict[str, int], by_status: dict[SessionStatus, int], because: dict[str, Reasons]
) -> NodeFigures:
    here = by_status.get(_RUNNING, 0)
    ended: dict[SessionStatus, int] = {one: count for one, count in by_status.items() if one is not _RUNNING}
    return NodeFigures(sum(by_exit.values()) + here, by_exit, here, ended, because)


def _by_exit(tx: Tx, version_ids: Sequence[int]) -> dict[str, dict[str, int]]:
    """How often each node was left by which exit; out of the index."""
    alike = (_step.node_id, _step.exit)
    asked = select(*alike, func.count()).where(_step.version_id.in_(version_ids)).group_by(*alike)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for node_id, exit, count in tx.conn.execute(asked):
        found[node_id][exit] = int(count)
    return found


def _because(tx: Tx, version_ids: Sequence[int]) -> dict[str, dict[str, Reasons]]:
    """What went wrong at each node, by exit, the most frequent first; of each exit at most MOST_REASONS."""
    alike = (_step.node_id, _step.exit, _step.because)
    count = func.count().label("often")
    wanted = (_step.version_id.in_(version_ids), _step.because != "")
    asked = select(*alike, count).where(*wanted).group_by(*alike).order_by(count.desc(), _step.because)
    found: defaultdict[str, dict[str, Reasons]] = defaultdict(dict)
    for node_id, exit, because, often in tx.conn.execute(asked):
        so_far = found[node_id].get(exit, ())
        if len(so_far) < MOST_REASONS:
            found[node_id][exit] = (*so_far, (because, int(often)))
    return found


def _by_status(tx: Tx, flow_id: int, version_ids: Sequence[int]) -> dict[str, dict[SessionStatus, int]]:
    """How many sessions stand, or stood last, at which node."""
    alike = (_session.node_id, _session.status)
    of = (_session.flow_id == flow_id, _session.version_id.in_(version_ids))
    found: defaultdict[str, dict[SessionStatus, int]] = defaultdict(dict)
    for node_id, status, count in tx.conn.execute(select(*alike, func.count()).where(*of).group_by(*alike)):
        found[node_id][SessionStatus(status)] = int(count)
    return found


def sessions(
    tx: Tx,
    flow_id: int,
    *,
    statuses: Collection[SessionStatus] = (),
    node_id: str = "",
    version_id: int | None = None,
    after_id: int | None = None,
    limit: int = 100,
) -> list[SessionRow]:
    """A page of the sessions, the newest first, from behind one on. No statuses, node or version: whichever."""
    joined = (
        tables.bot_session.join(tables.contact, _contact.id == _session.contact_id)
        .join(tables.flow_version, _version.id == _session.version_id)
        .outerjoin(tables.person, tables.person.c.id == _session.user_id)
    )
    asked = (
        select(
            tables.bot_session,
            _contact.name,
            _contact.phone,
            _version.number,
            tables.person.c.name.label("user_name"),
        )
        .select_from(joined)
        .where(_session.flow_id == flow_id)
    )
    if statuses:
        asked = asked.where(_session.status.in_([one.value for one in statuses]))
    if node_id:
        asked = asked.where(_session.node_id == node_id)
    if version_id is not None:
        asked = asked.where(_session.version_id == version_id)
    if after_id is not None:
        asked = asked.where(_session.id < after_id)
    found = list(tx.rows(asked.order_by(_session.id.desc()).limit(limit)))
    mishaps = _mishaps(tx, [row.id for row in found])
    return [_session_row(row, mishaps.get(row.id, ())) for row in found]


def _mishaps(tx: Tx, session_ids: Sequence[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """What went wrong on the way of each session, in order; the last MOST_MISHAPS."""
    wanted = (_step.session_id.in_(session_ids), _step.because != "")
    asked = select(_step.session_id, _step.node_id, _step.because).where(*wanted)
    found: defaultdict[int, tuple[tuple[str, str], ...]] = defaultdict(tuple)
    for session_id, node_id, because in tx.conn.execute(asked.order_by(_step.session_id, _step.number)):
        found[session_id] = (*found[session_id], (node_id, because))[-MOST_MISHAPS:]
    return found


def _session_row(row: Any, mishaps: tuple[tuple[str, str], ...]) -> SessionRow:
    return SessionRow(
        row.id,
        row.contact_id,
        row.name,
        row.phone or "",
        SessionStatus(row.status),
        row.because,
        row.node_id,
        row.version_id,
        row.number,
        row.started_at,
        row.ended_at,
        row.user_name or "",
        row.trigger,
        mishaps,
    )


def answers(tx: Tx, flow_id: int, *, after_id: int | None = None, limit: int = 100) -> list[AnswerRow]:
    """A page of what was answered, the newest first, from behind one on."""
    joined = tables.bot_answer.join(tables.bot_session, _session.id == _answer.session_id).join(
        tables.contact, _contact.id == _session.contact_id
    )
    asked = (
        select(tables.bot_answer, _contact.id.label("contact_id"), _contact.name.label("by"), _contact.phone)
        .select_from(joined)
        .where(_answer.flow_id == flow_id)
    )
    if after_id is not None:
        asked = asked.where(_answer.id < after_id)
    return [
        AnswerRow(
            row.id, row.session_id, row.contact_id, row.by, row.phone or "", row.name, row.value, row.at
        )
        for row in tx.rows(asked.order_by(_answer.id.desc()).limit(limit))
    ]


def answer_count(tx: Tx, flow_id: int) -> int:
    """How many answers were given in a flow."""
    asked = select(func.count()).select_from(tables.bot_answer).where(_answer.flow_id == flow_id)
    return int(tx.conn.scalar(asked) or 0)
