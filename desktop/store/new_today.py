"""Who of a selection is nobody new for WhatsApp's limit of 24 hours: they were written to already, or have written."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, false, func, literal, not_, select, union_all

from desktop.domain.audience import Rule, line_for
from desktop.domain.filters import Filter
from desktop.domain.selection import EVERYBODY, Selection
from desktop.domain.templates import Variable
from desktop.store import facts, tables, written_to
from desktop.store.audience_conditions import missing
from desktop.store.audience_selection import chosen
from desktop.store.engine import Tx

_contact = tables.contact.c


def known_count(
    tx: Tx,
    since: datetime,
    wanted: Filter,
    rule: Rule,
    variables: Sequence[Variable] = (),
    selection: Selection = EVERYBODY,
) -> int:
    """Of those who would get it: who was written to first since then, or wrote themselves. Raises BadFilter."""
    who = chosen(tx, wanted, selection)
    lacking = missing(tx, variables)
    lacking_count = literal(0) if lacking.compare(false()) else func.sum(case((lacking, 1), else_=0))
    # Who was merged is left out by the words of the index.
    wrote = select(_contact.id).where(_contact.last_inbound_at > since, _contact.merged_into.is_(None))
    first = written_to.first(tx, since)
    known = wrote if first is None else union_all(wrote, first)
    asked = (
        select(_contact.facts, func.count(), lacking_count)
        .select_from(who.source)
        .where(who.wanted, _contact.id.in_(known))
        .group_by(_contact.facts)
    )
    if who.excluded is not None:
        asked = asked.where(not_(who.excluded))
    found = 0
    for packed, count, without in tx.conn.execute(asked):
        for lacks, some in ((False, int(count) - int(without)), (True, int(without))):
            has_phone = facts.has_phone(packed)
            if line_for(rule, facts.unpack(packed), has_phone=has_phone, missing_variable=lacks).is_sent:
                found += some
    return found
