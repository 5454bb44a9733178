"""What one chunk of an import did to each contact, kept in the chunk's own transaction so that it can be undone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import delete, select

from desktop.domain.bulk import Before
from desktop.domain.consent import OptIn
from desktop.store import bulk, tables
from desktop.store.engine import Tx
from desktop.store.manyrows import ManyRows

Pair = tuple[str | None, str | None]
_MADE: Final = ManyRows(tables.bulk_row, ["bulk_id", "contact_id", "before"])
"""Lines that tell of contacts which were made: they have nothing before."""


class Journal:
    """Collects what stood before; `write()` keeps it. bulk_id None: nothing is kept."""

    def __init__(self, bulk_id: int | None) -> None:
        self._bulk_id = bulk_id
        self._made: list[int] = []
        self._names: dict[int, tuple[str, str]] = {}
        self._tags: defaultdict[int, list[int]] = defaultdict(list)
        self._attributes: defaultdict[int, dict[int, Pair]] = defaultdict(dict)
        self._opt_ins: dict[int, OptIn] = {}
        self._again: dict[int, int | None] = {}

    def made(self, ids: Iterable[int]) -> None:
        self._made += ids

    def named(self, id: int, before: str, after: str) -> None:
        self._names[id] = (self._names.get(id, (before, ""))[0], after)

    def tagged(self, id: int, tag_id: int) -> None:
        self._tags[id].append(tag_id)

    def filled(self, id: int, attribute_id: int, before: str | None, after: str) -> None:
        self._attributes[id][attribute_id] = (before, after)

    def said(self, id: int, before: OptIn) -> None:
        self._opt_ins.setdefault(id, before)

    def said_again(self, id: int, event_id: int | None) -> None:
        """A No that stood already, by this event: taken back only if an earlier step of this change was that."""
        self._again[id] = event_id

    def write(self, tx: Tx) -> None:
        """Keep it all, once what it tells of is written."""
        if self._bulk_id is None:
            return
        known = sorted({*self._names, *self._tags, *self._attributes, *self._opt_ins, *self._again})
        events = self._newest_events(tx)
        changed = [
            Before(
                id,
                name=self._names.get(id),
                tags_added=tuple(self._tags.get(id, ())),
                attributes=self._attributes.get(id, {}),
                opt_in=self._opt_ins.get(id),
                event_id=events.get(id),
            )
            for id in known
        ]
        changed = [_worth(one) for one in self._with_earlier(tx, self._bulk_id, changed)]
        made = [{"bulk_id": self._bulk_id, "contact_id": id, "before": None} for id in self._made]
        _MADE.run(tx, made)
        bulk.note(tx, self._bulk_id, [one for one in changed if one != Before(one.contact_id)])

    def _newest_events(self, tx: Tx) -> dict[int, int]:
        said = sorted({*self._opt_ins, *self._again})
        if not said:
            return {}
        row = tables.contact.c
        asked = select(row.id, row.consent_event_id).where(row.id.in_(said))
        return {id: event_id for id, event_id in tx.conn.execute(asked)}

    def _with_earlier(self, tx: Tx, bulk_id: int, changed: list[Before]) -> list[Before]:
        """A person with two numbers stands twice in a file: one line then tells of both rows."""
        if not changed:
            return changed
        row = tables.bulk_row.c
        mine = (row.bulk_id == bulk_id) & row.contact_id.in_([one.contact_id for one in changed])
        found = tx.rows(select(row.contact_id, row.before).where(mine))
        if not found:
            return changed
        earlier = {one.contact_id: bulk.from_json(one.contact_id, one.before) for one in found}
        tx.conn.execute(delete(tables.bulk_row).where(mine))
        return [
            self._joined(earlier[one.contact_id], one) if one.contact_id in earlier else one
            for one in changed
        ]

    def _joined(self, first: Before, then: Before) -> Before:
        if then.opt_in is None and first.event_id != self._again.get(then.contact_id):
            # Somebody else said No between the two: an undo must see that as newer.
            then = replace(then, event_id=None)
        return together(first, then)


def _worth(line: Before) -> Before:
    """The line without an event that answers nothing."""
    return line if line.made or line.opt_in is not None else replace(line, event_id=None)


def together(first: Before, then: Before) -> Before:
    """Two steps of one change as one: what stood before the first, what stands after the second."""
    if first.made:
        return first
    name = then.name or first.name
    if first.name and then.name:
        name = (first.name[0], then.name[1])
    return Before(
        first.contact_id,
        name=name,
        tags_added=tuple(dict.fromkeys((*first.tags_added, *then.tags_added))),
        tags_removed=tuple(dict.fromkeys((*first.tags_removed, *then.tags_removed))),
        attributes=_attributes_together(first.attributes, then.attributes),
        opt_in=first.opt_in or then.opt_in,
        event_id=then.event_id or first.event_id,
    )


def _attributes_together(first: Mapping[int, Pair], then: Mapping[int, Pair]) -> dict[int, Pair]:
    both = dict(first)
    for id, (before, after) in then.items():
        both[id] = (first[id][0] if id in first else before, after)
    return both
