"""Which flows use a template, by their draft, their current version, or a version that somebody is still in; and which
lead to another one."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, literal_column, select

from desktop.domain import flow_json
from desktop.domain.consent import Path
from desktop.domain.flow import FlowDefinition, FlowStatus
from desktop.domain.flow_nodes import Jump
from desktop.domain.messages import GONE
from desktop.domain.problems import Problem
from desktop.domain.template_uses import TemplateUse, UseKind
from desktop.domain.text import fold
from desktop.store import flows, tables
from desktop.store.engine import Tx
from desktop.store.report_scope import OUTGOING

_flow = tables.flow.c
_version = tables.flow_version.c
_session = tables.bot_session.c
_message = tables.message.c


def uses(tx: Tx, template_id: int | None = None) -> list[TemplateUse]:
    """Of one template, or (None) of all: a line for each flow and template, the flows by name.

    A flow that cannot be read uses none. selected_count: the messages of this template that it has made.
    """
    named = _named(tx)
    wanted = {(flow_id, id) for flow_id, ids in named.items() for id in ids if template_id in (None, id)}
    if not wanted:
        return []
    counted = _counts(tx, sorted({id for _, id in wanted}))
    rows = {row.id: row for row in tx.rows(select(_flow.id, _flow.name, _flow.status, _flow.created_at))}
    published = {row.id: row.at for row in tx.rows(_PUBLISHED)}
    found = []
    for flow_id, id in sorted(wanted, key=lambda one: (fold(rows[one[0]].name), one)):
        row = rows[flow_id]
        made, sent = counted.get((flow_id, id), (0, 0))
        at = published.get(flow_id, row.created_at)
        status = FlowStatus(row.status)
        found.append(TemplateUse(UseKind.FLOW, flow_id, row.name, status, id, made, sent, at))
    return found


_PUBLISHED = select(_flow.id, _version.at).join(tables.flow_version, _version.id == _flow.version_id)


def _named(tx: Tx) -> dict[int, set[int]]:
    """The templates that each flow names, in what is drafted, published, or still followed."""
    running = select(_session.version_id).where(_session.status == literal_column("'running'")).distinct()
    followed = set(tx.conn.scalars(running)) | set(tx.conn.scalars(select(_flow.version_id)))
    kept = [(row.id, row.draft) for row in tx.rows(select(_flow.id, _flow.draft)) if row.draft is not None]
    kept += [
        (row.flow_id, row.definition)
        for row in tx.rows(select(_version.id, _version.flow_id, _version.definition))
        if row.id in followed
    ]
    found: defaultdict[int, set[int]] = defaultdict(set)
    for flow_id, definition in kept:
        try:
            found[flow_id] |= flow_json.from_json(definition).template_ids
        except Problem:
            continue
    return found


@dataclass(frozen=True, slots=True)
class Leading:
    """A flow that a jump leads from. is_published: in the version that answers now; else only in a draft, or it is off."""

    flow_id: int
    name: str
    is_published: bool


def leading_to(tx: Tx, flow_id: int) -> list[Leading]:
    """The other flows that go on with this one, by name. One that cannot be read leads nowhere."""
    found = []
    for one in flows.every(tx):
        if one.id == flow_id or one.is_unreadable:
            continue
        runs = one.status is FlowStatus.PUBLISHED and flow_id in _jumps(one.definition)
        if runs or flow_id in _jumps(one.definition) | _jumps(one.shown):
            found.append(Leading(one.id, one.name, runs))
    return found


def _jumps(definition: FlowDefinition) -> set[int | None]:
    return {one.does.flow_id for one in definition.nodes if isinstance(one.does, Jump)}


def _counts(tx: Tx, template_ids: list[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """By flow and template: how many messages were made, and how many of them WhatsApp took."""
    gone = _message.status.in_([one.value for one in GONE])
    asked = (
        select(_session.flow_id, _message.template_id, func.count(), func.count().filter(gone))
        .join(tables.bot_session, _session.id == _message.session_id)
        .where(OUTGOING, _message.path == Path.BOT.value, _message.template_id.in_(template_ids))
        .group_by(_session.flow_id, _message.template_id)
    )
    return {(flow_id, id): (int(made), int(sent)) for flow_id, id, made, sent in tx.conn.execute(asked)}
