"""Of whom a filter is asked, and who is taken out again, as SQL: lists, picks, an earlier broadcast, exclusions.

A broadcast's rows, and picks in a draft, go on naming somebody who was merged into another contact: that one is meant.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from desktop.domain.audience import Lately, Line
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import Category, Path
from desktop.domain.filters import Filter
from desktop.domain.messages import GONE, Status
from desktop.domain.reasons import Reason
from desktop.domain.selection import EVERYBODY, Exclusions, Outcome, Selection, Source, SourceKind
from desktop.store import retries, tables
from desktop.store.audience_conditions import condition
from desktop.store.engine import Tx

_contact = tables.contact.c
_message = tables.message.c
_broadcast = tables.broadcast.c

_OUTGOING: Final = text("message.outgoing")
"""As the index of the reports says it: SQLite takes such an index only for the very same words."""
_LATELY: Final = timedelta(hours=24)
_LONGEST_WAIT: Final = timedelta(days=31)
"""How long before it leaves a message may have been written: a broadcast that is split over days."""
_UNDER_WAY: Final = (
    BroadcastStatus.PREPARING,
    BroadcastStatus.RUNNING,
    BroadcastStatus.PAUSED,
    BroadcastStatus.HELD,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection in SQL. source: `contact`, joined with where people come from. wanted: who of them is selected.

    excluded: who of those is taken out; None: nobody. times: how many rows name the contact; None: one each.
    """

    source: FromClause
    wanted: ColumnElement[bool]
    excluded: ColumnElement[bool] | None = None
    times: ColumnElement[int] | None = None


def chosen(tx: Tx, wanted: Filter, selection: Selection = EVERYBODY, *, but_for_id: int = 0) -> Chosen:
    """The selection; but_for_id: a broadcast that does not count as another one. Raises BadFilter."""
    named = _named(tx, selection.source)
    excluded = _excluded(tx, selection.exclusions, but_for_id)
    if named is None:
        return Chosen(tables.contact, condition(tx, wanted), excluded)
    joined = tables.contact.join(named, named.c.contact_id == _contact.id)
    times = None if selection.source.kind is SourceKind.OUTCOME else named.c.times
    return Chosen(joined, condition(tx, wanted), excluded, times)


def times_named(tx: Tx, selection: Selection) -> FromClause | None:
    """contact_id, times: how often the selection's rows name each; None: nobody can be named twice."""
    return None if selection.source.kind is SourceKind.OUTCOME else _named(tx, selection.source)


def _named(tx: Tx, source: Source) -> FromClause | None:
    """contact_id, times of everyone who comes from the source; None: all contacts."""
    if source.kind is SourceKind.EVERYONE:
        return None
    if source.kind is SourceKind.LISTS:
        row = tables.contact_list_row.c
        counted = select(row.contact_id, func.count().label("times")).where(row.list_id.in_(source.ids))
        return counted.group_by(row.contact_id).subquery("named")
    if source.again:
        return retries.people(tx, source.broadcast_id, source.again).subquery("named")
    return (_picked(tx, source.ids) if source.kind is SourceKind.PICKED else _became(source)).subquery(
        "named"
    )


def _kept(of: Any) -> Any:
    """Whom a row means that names this contact: the one that it was merged into, if it was."""
    return func.coalesce(of.c.merged_into, of.c.id)


def _picked(tx: Tx, ids: tuple[int, ...]) -> Select[Any]:
    """As one value: neither database takes a hundred thousand of them one by one."""
    given = literal(json.dumps(ids))
    of = tables.contact.alias("of")
    if tx.on_postgresql:
        each: Any = func.jsonb_array_elements_text(cast(given, JSONB)).table_valued("value").render_derived()
    else:
        each = func.json_each(given).table_valued("value")
    kept = _kept(of)
    asked = select(kept.label("contact_id"), func.count().label("times"))
    return asked.select_from(each.join(of, of.c.id == cast(each.c.value, BigInteger))).group_by(kept)


def _became(source: Source) -> Select[Any]:
    of = tables.contact.alias("of")
    kept = _kept(of)
    held = or_(false(), *(_outcome(one, source.broadcast_id, kept) for one in source.outcomes))
    joined = tables.message.join(of, of.c.id == _message.contact_id)
    asked = select(kept.label("contact_id"), literal_column("1").label("times")).select_from(joined)
    return asked.where(_message.broadcast_id == source.broadcast_id, held).distinct()


def _outcome(outcome: Outcome, broadcast_id: int, kept: Any) -> ColumnElement[bool]:
    delivered, read = _message.delivered_at.is_not(None), _message.read_at.is_not(None)
    of = tables.contact.alias("writer")
    reply = tables.message.alias("reply")
    joined = reply.join(of, of.c.id == reply.c.contact_id)
    replied = kept.in_(
        select(_kept(of)).select_from(joined).where(reply.c.answers_broadcast_id == broadcast_id)
    )
    made: Mapping[Outcome, ColumnElement[bool]] = {
        Outcome.DELIVERED: delivered,
        Outcome.READ: read,
        Outcome.NOT_READ: and_(delivered, _message.read_at.is_(None)),
        Outcome.REPLIED: replied,
        Outcome.NOT_REPLIED: and_(delivered, ~replied),
        Outcome.FAILED: _message.status == Status.FAILED.value,
        Outcome.LEFT_OUT: _message.status == Status.LEFT_OUT.value,
        # What a person settled of an uncertain one is cancelled, too, and may have arrived: by the stop alone.
        Outcome.NEVER_WENT: and_(
            _message.status == Status.CANCELLED.value, _message.reason == Reason.BROADCAST_STOPPED.value
        ),
        Outcome.NOT_CERTAIN: _message.status == Status.UNKNOWN.value,
    }
    return made[outcome]


def _excluded(tx: Tx, exclusions: Exclusions, but_for_id: int) -> ColumnElement[bool] | None:
    """Never NULL: it is also asked the other way round."""
    parts: list[ColumnElement[bool]] = []
    if exclusions.marketing_days is not None:
        parts.append(_got_marketing(tx.now - timedelta(days=exclusions.marketing_days)))
    waiting = _waiting(tx, but_for_id) if exclusions.in_running else None
    if waiting is not None:
        parts.append(_contact.id.in_(_with_merged(waiting)))
    return or_(*parts) if parts else None


def _got_marketing(after: datetime) -> ColumnElement[bool]:
    return and_(_contact.last_marketing_at.is_not(None), _contact.last_marketing_at > after)


def _waiting(tx: Tx, but_for_id: int) -> Any:
    """Contacts for whom a message of a broadcast under way is queued or on the way, or still has to be written.

    None where no broadcast is under way.
    """
    running = [one.value for one in _UNDER_WAY]
    asked = select(_broadcast.id, _broadcast.planned_to).where(
        _broadcast.status.in_(running), _broadcast.selected_count.is_not(None), _broadcast.id != but_for_id
    )
    found = tx.rows(asked)
    if not found:
        return None
    recipient = tables.broadcast_recipient.c
    written = select(_message.contact_id).where(
        _message.broadcast_id.in_([one.id for one in found]),
        _message.status.in_([literal_column("'queued'"), literal_column("'sending'")]),
    )
    sent = [line.value for line in Line if line.is_sent]
    unwritten = (
        select(recipient.contact_id).where(
            recipient.broadcast_id == one.id,
            recipient.contact_id > one.planned_to,
            recipient.line.in_(sent),
        )
        for one in found
    )
    return union_all(written, *unwritten).subquery("waiting")


def _with_merged(ids: Any) -> Any:
    """These contacts, and whom any of them was merged into."""
    of = tables.contact.alias("of")
    # By the few who were merged at all: with a sum in place of the id no database looks each of a million up.
    merged = select(of.c.merged_into).where(
        of.c.merged_into.is_not(None), (of.c.id + 0).in_(select(ids.c.contact_id))
    )
    return union_all(select(ids.c.contact_id), merged)


def lately(tx: Tx, template_id: int, wanted: Filter, selection: Selection = EVERYBODY) -> Lately | None:
    """How many of the selection got the template in the last 24 hours, and when the last of them did.

    By any path, and as far as WhatsApp has taken it. None: nobody did. Raises BadFilter.
    """
    who = chosen(tx, wanted, selection)
    of = tables.contact.alias("receiver")
    since = tx.now - _LATELY
    joined = tables.message.join(of, of.c.id == _message.contact_id)
    at = func.coalesce(_message.sent_at, _message.changed_at)
    # All that leads an index of the messages is named.
    got = (
        select(_kept(of).label("contact_id"), func.max(at).label("at"))
        .select_from(joined)
        .where(
            _message.path.in_([one.value for one in Path]),
            _message.category.in_([one.value for one in Category]),
            _message.template_id == template_id,
            _message.status.in_([one.value for one in GONE]),
            _OUTGOING,
            _message.created_at > since - _LONGEST_WAIT,
            at > since,
        )
        .group_by(_kept(of))
        .subquery("got")
    )
    asked = select(func.count(), func.max(got.c.at)).select_from(
        who.source.join(got, got.c.contact_id == _contact.id)
    )
    count, newest = tx.conn.execute(asked.where(who.wanted)).one()
    return Lately(int(count), newest) if count else None
