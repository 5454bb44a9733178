"""The breakdown of a selection, its people, and the snapshot: each contact on one line, decided as in Python.

Contacts are grouped by the facts that decide, and each group is decided once by `desktop.domain.audience`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    union_all,
)

from desktop.domain.audience import Breakdown, Line, Rule, line_for
from desktop.domain.broadcast import CHECKSUM_MIX, CHECKSUM_MODULUS, CHECKSUM_PRIME
from desktop.domain.contacts import Contact
from desktop.domain.filters import Filter
from desktop.domain.selection import EVERYBODY, Selection, SourceKind
from desktop.domain.templates import Variable
from desktop.store import audience_scan, contacts, facts, tables
from desktop.store.audience_conditions import EVERY_FACTS, condition, missing, search_condition
from desktop.store.audience_scan import Half
from desktop.store.audience_selection import Chosen, chosen, lately, times_named
from desktop.store.engine import Tx

__all__ = [
    "Snapshot",
    "breakdown",
    "checksum_of",
    "condition",
    "half",
    "lately",
    "lines",
    "lines_of",
    "missing",
    "of_walk",
    "people",
    "search_condition",
    "snapshot",
]

_contact = tables.contact.c
_ALL: Final = 0
_TAKEN_OUT: Final = 1


def breakdown(
    tx: Tx,
    wanted: Filter,
    rule: Rule,
    variables: Sequence[Variable] = (),
    selection: Selection = EVERYBODY,
    *,
    but_for_id: int = 0,
) -> Breakdown:
    """Each line's exact count; together the selection. but_for_id: a broadcast that is no other one for exclusions.

    One statement: all of it is as of one moment, also on PostgreSQL. Raises BadFilter.
    """
    who = chosen(tx, wanted, selection, but_for_id=but_for_id)
    if selection.source.kind is SourceKind.EVERYONE:
        walked = audience_scan.counts(tx, wanted, variables, who.excluded)
        if walked is not None:
            return of_walk(rule, walked)
    lacking = missing(tx, variables)
    asked: Any = _grouped(who, lacking, _ALL)
    if who.excluded is not None:
        asked = union_all(asked, _grouped(who, lacking, _TAKEN_OUT, who.excluded))
    counts: Counter[Line] = Counter()
    for mark, packed, count, lacking_count, times in tx.conn.execute(asked):
        sign = -1 if mark == _TAKEN_OUT else 1
        counts[_line(rule, packed, False)] += sign * (int(count) - int(lacking_count))
        counts[_line(rule, packed, True)] += sign * int(lacking_count)
        if mark == _TAKEN_OUT:
            counts[Line.EXCLUDED] += int(count)
        else:
            counts[Line.DUPLICATE] += int(times) - int(count)
    return Breakdown({line: count for line, count in counts.items() if count})


def half(
    tx: Tx, wanted: Filter, variables: Sequence[Variable], selection: Selection, which: Half
) -> list[audience_scan.Count] | None:
    """What one walk through half of the contacts finds; None where everybody has to be counted at once."""
    if selection.source.kind is not SourceKind.EVERYONE:
        return None
    return audience_scan.counts(tx, wanted, variables, chosen(tx, wanted, selection).excluded, which)


def of_walk(rule: Rule, walked: Sequence[audience_scan.Count]) -> Breakdown:
    """The lines of what walks found."""
    counts: Counter[Line] = Counter()
    for packed, count, lacking_count, out_count in walked:
        counts[_line(rule, packed, False)] += count - lacking_count
        counts[_line(rule, packed, True)] += lacking_count
        counts[Line.EXCLUDED] += out_count
    return Breakdown({line: count for line, count in counts.items() if count})


def _grouped(
    who: Chosen, lacking: ColumnElement[bool], mark: int, *narrowed: ColumnElement[bool]
) -> Select[Any]:
    """mark, facts, contacts, how many of them lack a value, rows that name them."""
    lacking_count = literal(0) if lacking.compare(false()) else func.sum(case((lacking, 1), else_=0))
    times = func.count() if who.times is None else func.sum(who.times)
    # By the facts alone: their index hands them out in order, and no group has to be looked for.
    grouped = select(literal(mark), _contact.facts, func.count(), lacking_count, times).select_from(
        who.source
    )
    return grouped.where(who.wanted, *narrowed).group_by(_contact.facts)


def _line(rule: Rule, packed: int, lacks: bool, *, chose_since: bool = False) -> Line:
    has_phone, known = facts.has_phone(packed), facts.unpack(packed)
    return line_for(rule, known, has_phone=has_phone, missing_variable=lacks, chose_since=chose_since)


def people(
    tx: Tx,
    wanted: Filter,
    rule: Rule,
    variables: Sequence[Variable] = (),
    *,
    selection: Selection = EVERYBODY,
    line: Line | None = None,
    after_id: int = 0,
    search: str = "",
    limit: int = 50,
) -> list[tuple[Contact, Line]]:
    """A page of a selection's contacts with their lines, by id; after_id: the last one of the page before.

    line: only those on it; of duplicates, each contact that is named more than once. search: name or phone.
    """
    who = chosen(tx, wanted, selection)
    lacking = missing(tx, variables)
    excluded = false() if who.excluded is None else who.excluded
    flags = (case((one, 1), else_=0) for one in (lacking, excluded))
    asked = select(_contact.id, _contact.facts, *flags).select_from(who.source).where(who.wanted)
    if after_id:
        asked = asked.where(_contact.id > after_id)
    if search.strip():
        asked = asked.where(search_condition(search))
    if line is not None:
        asked = asked.where(_on(line, rule, who, lacking))
    found: dict[int, Line] = {}
    for id, packed, lacks, is_excluded in tx.conn.execute(asked.order_by(_contact.id).limit(limit)):
        on = Line.EXCLUDED if is_excluded else _line(rule, packed, bool(lacks))
        found[id] = Line.DUPLICATE if line is Line.DUPLICATE else on
    return [(one, found[one.id]) for one in contacts.many(tx, list(found))]


def _on(line: Line, rule: Rule, who: Chosen, lacking: ColumnElement[bool]) -> ColumnElement[bool]:
    """Who stands on the line."""
    if line is Line.DUPLICATE:
        return false() if who.times is None else who.times > 1
    if line is Line.EXCLUDED:
        return false() if who.excluded is None else who.excluded
    with_value, without = (
        _contact.facts.in_([packed for packed in EVERY_FACTS if _line(rule, packed, lacks) is line])
        for lacks in (False, True)
    )
    on = or_(and_(with_value, not_(lacking)), and_(without, lacking))
    return on if who.excluded is None else and_(on, not_(who.excluded))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was fixed. selected_count: contacts and, beside them, duplicate_count rows that name one of them again.

    checksum: of the contacts. despite_count: who opted out and gets it. counts: contacts by line, all of the selection.
    """

    selected_count: int
    duplicate_count: int
    checksum: int
    despite_count: int
    counts: Mapping[Line, int] = field(default_factory=dict, hash=False)


def snapshot(
    tx: Tx,
    broadcast_id: int,
    wanted: Filter,
    rule: Rule,
    variables: Sequence[Variable],
    selection: Selection = EVERYBODY,
    *,
    covered_to: int | None = None,
) -> Snapshot:
    """Fix the audience in the slim table, by one statement: everybody is as of one moment. Raises BadFilter.

    covered_to: the newest choice (consent event) when the reason was given, which covers no later No; None: all.
    """
    recipient = tables.broadcast_recipient
    who = chosen(tx, wanted, selection, but_for_id=broadcast_id)
    arms = _arms(rule, missing(tx, variables), who, covered_to)
    fixed = select(
        literal(broadcast_id), _contact.id, case(*arms, else_="unknown"), _contact.consent_event_id
    ).select_from(who.source)
    tx.conn.execute(
        insert(recipient).from_select(
            ["broadcast_id", "contact_id", "line", "consent_event_id"],
            # As the table stands: each row is put behind the last one.
            fixed.where(who.wanted).order_by(_contact.id),
        )
    )
    counts, checksum = _fixed(tx, broadcast_id)
    duplicate_count = _duplicate_count(tx, broadcast_id, selection)
    if duplicate_count:
        counts[Line.DUPLICATE] = duplicate_count
    return Snapshot(
        sum(counts.values()),
        duplicate_count,
        checksum,
        counts.get(Line.WILL_DESPITE, 0),
        counts,
    )


def _fixed(tx: Tx, broadcast_id: int) -> tuple[dict[Line, int], int]:
    """The lines that were written, and the checksum of their contacts, in one walk: to group them SQLite would sort a
    million rows in memory first."""
    recipient = tables.broadcast_recipient.c
    of_lines = (func.sum(case((recipient.line == line.value, 1), else_=0)) for line in Line)
    asked = select(func.count(), func.sum(checksum_of(recipient.contact_id)), *of_lines)
    count, checksum, *found = tx.conn.execute(asked.where(recipient.broadcast_id == broadcast_id)).one()
    counts = {line: int(of_line) for line, of_line in zip(Line, found, strict=True) if of_line}
    if sum(counts.values()) != count:
        raise ValueError(f"broadcast {broadcast_id}: a contact is on no line")
    return counts, int(checksum or 0)


def _arms(
    rule: Rule, lacking: ColumnElement[bool], who: Chosen, covered_to: int | None
) -> list[tuple[ColumnElement[bool], str]]:
    """When a contact is on which line; the first that holds."""
    arms: list[tuple[ColumnElement[bool], str]] = []
    if who.excluded is not None:
        arms.append((who.excluded, Line.EXCLUDED.value))
    if covered_to is not None:
        late = Line.OPTED_OUT_AFTER_LAUNCH
        some = [packed for packed in EVERY_FACTS if _line(rule, packed, False, chose_since=True) is late]
        arms.append((and_(_contact.facts.in_(some), _contact.consent_event_id > covered_to), late.value))
    of_lines: dict[tuple[Line, Line], list[int]] = {}
    for packed in EVERY_FACTS:
        with_value, without = (_line(rule, packed, lacks) for lacks in (False, True))
        of_lines.setdefault((with_value, without), []).append(packed)
    plain = lacking.compare(false())
    for (with_value, without), some in of_lines.items():
        within = _contact.facts.in_(some)
        if with_value is not without and not plain:
            arms.append((and_(within, lacking), without.value))
        arms.append((within, with_value.value))
    return arms


def _duplicate_count(tx: Tx, broadcast_id: int, selection: Selection) -> int:
    """Rows that name one of the fixed contacts again: asked of what was fixed, so it belongs to it."""
    named = times_named(tx, selection)
    if named is None:
        return 0
    recipient = tables.broadcast_recipient.c
    joined = tables.broadcast_recipient.join(named, named.c.contact_id == recipient.contact_id)
    again = select(func.sum(named.c.times - 1)).select_from(joined)
    return int(tx.conn.scalar(again.where(recipient.broadcast_id == broadcast_id)) or 0)


def lines(tx: Tx, broadcast_id: int) -> Breakdown:
    """Who was selected at the launch, by line, duplicates included: it never changes afterwards."""
    recipient, broadcast = tables.broadcast_recipient.c, tables.broadcast.c
    grouped = select(recipient.line, func.count()).where(recipient.broadcast_id == broadcast_id)
    counts = {Line(line): int(count) for line, count in tx.conn.execute(grouped.group_by(recipient.line))}
    again = tx.conn.scalar(select(broadcast.duplicate_count).where(broadcast.id == broadcast_id))
    return Breakdown({**counts, Line.DUPLICATE: again} if again else counts)


def lines_of(tx: Tx, broadcast_id: int) -> dict[int, Line]:
    """The line of each contact of a snapshot; for a small one."""
    recipient = tables.broadcast_recipient.c
    asked = select(recipient.contact_id, recipient.line).where(recipient.broadcast_id == broadcast_id)
    return {id: Line(line) for id, line in tx.conn.execute(asked)}


def checksum_of(contact_id: Any) -> Any:
    """One contact's part of the audience's checksum, in SQL."""
    mixed = (contact_id * CHECKSUM_PRIME) % CHECKSUM_MODULUS
    return (mixed * (mixed % CHECKSUM_MIX)) % CHECKSUM_MODULUS
