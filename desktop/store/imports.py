"""Writing imported people in bulk: a chunk is one short transaction, and the rules hold in each.

Same outcome as `contacts.create`, `consent.record` and their kin row by row, in a few statements a chunk.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from desktop.domain.bulk import BulkStatus
from desktop.domain.changes import Topic
from desktop.domain.consent import Facts, OptIn, Source
from desktop.domain.contacts import Fact
from desktop.domain.filters import Attribute, Kind
from desktop.domain.importing import Counts, Effect, ImportRow, Options, effect_on_known
from desktop.domain.phones import forms
from desktop.domain.text import clean, fold
from desktop.store import contacts, facts, lists, tables
from desktop.store.engine import Tx
from desktop.store.importjournal import Journal
from desktop.store.manyrows import ManyRows

BY_OPTION: Final = "chosen for new contacts without a value in the file"
"""The reason kept with an opt-in that the option gave, so that it is never taken for the file's word."""

_CONTACTS: Final = ManyRows(
    tables.contact,
    ["id", "name", "name_folded", "phone", "facts", "consent_event_id", "created_at", "updated_at"],
)
_IDENTITIES: Final = ManyRows(tables.identity, ["kind", "value", "contact_id"], new_only=True)
_EVENT_COLUMNS: Final = ["contact_id", "fact", "value", "source", "user_id", "at", "evidence", "reason"]
_EVENTS: Final = ManyRows(tables.consent_event, _EVENT_COLUMNS)
_TAGS: Final = ManyRows(tables.contact_tag, ["contact_id", "tag_id"], new_only=True)
_VALUES: Final = ["text", "folded", "number", "at"]
_ATTRIBUTES: Final = ManyRows(
    tables.contact_attribute, ["contact_id", "attribute_id", *_VALUES], over=_VALUES
)


_DEADLOCK: Final = "40P01"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""


class Collided(Exception):
    """Another process was at these contacts meanwhile: nothing was written, the chunk can be tried again."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One step of an import. attributes: by folded name, all that the rows use. bulk_id: its journal, if any.
    list_id: the list that keeps its rows, if any.

    forms: by phone, every number under which it may be known; worked out before the store is held.
    """

    rows: Sequence[ImportRow]
    options: Options
    attributes: Mapping[str, Attribute]
    file_name: str
    user_id: int | None
    bulk_id: int | None = None
    list_id: int | None = None
    forms: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "forms", _forms(self.rows))


def _forms(rows: Iterable[ImportRow]) -> dict[str, tuple[str, ...]]:
    return {row.phone: forms(row.phone) for row in rows}


def make_attributes(tx: Tx, names: Iterable[str]) -> dict[str, Attribute]:
    """The attributes of these names by folded name; the missing ones are made, as text."""
    return {fold(name): contacts.make_attribute(tx, name, Kind.TEXT) for name in names}


def check(tx: Tx, rows: Sequence[ImportRow]) -> Counts:
    """What these rows would be, without writing: new, known, opt_outs_in_file, already_no, kept_no."""
    counts = Counts()
    known = _Known.find(tx, _forms(rows), lock=False)
    for row in rows:
        ids = known.ids(row)
        if not ids:
            counts += Counts(new=1)
            continue
        counts += _counted(effect_on_known(known.together(ids), row.opt_in), applied=False)
    return counts


def _counted(effect: Effect, *, applied: bool) -> Counts:
    opt_out = effect is Effect.OPT_OUT
    return Counts(
        known=1,
        opt_ins_recorded=int(effect is Effect.OPT_IN and applied),
        opt_outs_in_file=int(opt_out),
        opt_outs_applied=int(opt_out and applied),
        already_no=int(effect is Effect.ALREADY_NO),
        kept_no=int(effect is Effect.KEPT_NO),
    )


def still_runs(tx: Tx, bulk_id: int, process: str) -> bool:
    """True while this process carries the import out; that stays so until the transaction ends."""
    row = tables.bulk.c
    asked = select(row.status, row.process).where(row.id == bulk_id).with_for_update(read=True)
    return [tuple(one) for one in tx.rows(asked)] == [(BulkStatus.RUNNING.value, process)]


def write_chunk(tx: Tx, chunk: Chunk) -> tuple[Counts, float]:
    """Write a chunk; returns what was counted and the seconds it held the writer.

    Raises Collided if another process was quicker with one of the contacts: made it, merged it, or waits for
    us as we wait for it.
    """
    started_s = time.perf_counter()
    try:
        counts = _Writing(tx, chunk).run()
    except IntegrityError as wrong:
        raise Collided from wrong
    except OperationalError as wrong:
        if getattr(wrong.orig, "sqlstate", None) != _DEADLOCK:
            raise
        raise Collided from wrong
    tx.touch(Topic.CONTACT)
    return counts, time.perf_counter() - started_s


@dataclass(slots=True)
class _Known:
    """The contacts that a chunk's numbers already belong to, as they are and as the chunk changes them."""

    forms: Mapping[str, tuple[str, ...]]
    by_number: dict[str, list[int]] = field(default_factory=dict)
    rows: dict[int, Any] = field(default_factory=dict)
    packed: dict[int, int] = field(default_factory=dict)

    @classmethod
    def find(cls, tx: Tx, forms: Mapping[str, tuple[str, ...]], *, lock: bool) -> "_Known":
        numbers = list({number for every in forms.values() for number in every})
        identity, contact = tables.identity.c, tables.contact
        by_number: defaultdict[str, list[int]] = defaultdict(list)
        asked = select(identity.value, identity.contact_id).where(
            identity.kind == contacts.PHONE, identity.value.in_(numbers)
        )
        for number, contact_id in tx.conn.execute(asked):
            by_number[number].append(contact_id)
        ids = sorted({one for found in by_number.values() for one in found})
        if not ids:
            return cls(forms)
        # In the order of the ids, like everyone who locks contacts.
        row = contact.c
        columns = (row.id, row.name, row.facts, row.consent_event_id, row.merged_into)
        locked = select(*columns).where(row.id.in_(ids)).order_by(row.id)
        found = {row.id: row for row in tx.conn.execute(locked.with_for_update() if lock else locked)}
        if lock and any(row.merged_into is not None for row in found.values()):
            # Between the two questions its numbers went to another contact: asked again, they lead there.
            raise Collided
        return cls(forms, dict(by_number), found, {id: row.facts for id, row in found.items()})

    def ids(self, row: ImportRow) -> list[int]:
        """Everyone who has this number in one of its forms, the oldest first."""
        found = {id for number in self.forms[row.phone] for id in self.by_number.get(number, ())}
        return sorted(found)

    def together(self, ids: Sequence[int]) -> Facts:
        """The facts of several contacts that are one person: No and stop of any of them count."""
        every = [facts.unpack(self.packed[id]) for id in ids]
        stopped = any(one.stopped_in_whatsapp for one in every)
        if all(one.opt_in is OptIn.NO for one in every):
            return Facts(OptIn.NO, stopped)
        if any(one.opt_in is OptIn.NO for one in every):
            # Some of them have yet to hear a No, and none of them takes a Yes.
            return Facts(OptIn.NONE, True)
        return replace(every[0], stopped_in_whatsapp=stopped)


class _Writing:
    """One chunk on its way into the store: first everything is decided, then each table is written at once."""

    def __init__(self, tx: Tx, chunk: Chunk) -> None:
        self._tx = tx
        self._chunk = chunk
        self._known = _Known.find(tx, chunk.forms, lock=True)
        self._counts = Counts()
        self._new: list[ImportRow] = []
        self._of: dict[int, int] = {}
        self._events: list[dict[str, Any]] = []
        self._names: dict[int, str] = {}
        self._changed: set[int] = set()
        self._known_ids: set[int] = set()
        self._said: set[int] = set()
        self._journal = Journal(chunk.bulk_id)

    def run(self) -> Counts:
        for row in self._chunk.rows:
            ids = self._known.ids(row)
            if ids:
                self._decide(row, ids)
            else:
                self._new.append(row)
        self._make_contacts()
        self._write_events()
        self._write_tags()
        self._write_attributes()
        self._write_known()
        self._journal.write(self._tx)
        self._write_list()
        return self._counts + Counts(new=len(self._new), updated=len(self._changed))

    def _decide(self, row: ImportRow, ids: Sequence[int]) -> None:
        """A known contact: its data goes to the oldest of its rows, a No to all of them."""
        oldest = ids[0]
        self._known_ids.update(ids)
        self._of[row.number] = oldest
        if row.name and row.name != self._names.get(oldest, self._known.rows[oldest].name):
            self._names[oldest] = row.name
            self._journal.named(oldest, self._known.rows[oldest].name, row.name)
            self._changed.add(oldest)
        effect = effect_on_known(self._known.together(ids), row.opt_in)
        says_no = effect in (Effect.OPT_OUT, Effect.ALREADY_NO)
        applied = effect is Effect.OPT_IN or (says_no and self._chunk.options.apply_opt_outs)
        if applied:
            for id in ids if says_no else ids[:1]:
                self._say(id, OptIn.NO if says_no else OptIn.YES)
        self._counts += _counted(effect, applied=applied)

    def _say(self, id: int, value: OptIn) -> None:
        """Record an answer. A No counts also where it stands: an undo of the one before must find this one."""
        packed = self._known.packed[id]
        before = facts.unpack(packed).opt_in
        if before is not value:
            self._journal.said(id, before)
            self._known.packed[id] = facts.with_opt_in(packed, value)
            self._changed.add(id)
        elif value is not OptIn.NO or id in self._said:
            return
        else:
            self._journal.said_again(id, self._known.rows[id].consent_event_id)
        self._said.add(id)
        self._events.append(self._event(id, value, ""))

    def _event(self, contact_id: int, value: OptIn, reason: str) -> dict[str, Any]:
        return {
            "contact_id": contact_id,
            "fact": Fact.OPT_IN.value,
            "value": value.value,
            "source": Source.IMPORT.value,
            "user_id": self._chunk.user_id,
            "at": self._tx.now,
            "evidence": clean(self._chunk.file_name),
            "reason": reason,
        }

    def _make_contacts(self) -> None:
        if not self._new:
            return
        ids = self._insert_contacts()
        self._journal.made(ids)
        _IDENTITIES.run(
            self._tx,
            [
                {"kind": contacts.PHONE, "value": number, "contact_id": id}
                for id, row in zip(ids, self._new, strict=True)
                for number in self._chunk.forms[row.phone]
            ],
        )
        for id, row in zip(ids, self._new, strict=True):
            self._of[row.number] = id
            value = self._of_new(row)
            if value is not OptIn.NONE:
                self._events.append(self._event(id, value, BY_OPTION if row.opt_in is None else ""))
        recorded = sum(self._of_new(row) is OptIn.YES for row in self._new)
        self._counts += Counts(opt_ins_recorded=recorded)

    def _insert_contacts(self) -> list[int]:
        """Insert the new ones; returns their ids in the order of the rows."""
        now, contact = self._tx.now, tables.contact
        rows = [
            {
                "name": row.name,
                "name_folded": fold(row.name),
                "phone": row.phone,
                "facts": facts.OPT_IN_CODE[self._of_new(row)] | (facts.US if row.us_number else 0),
                "created_at": now,
                "updated_at": now,
            }
            for row in self._new
        ]
        if self._tx.on_postgresql:
            made = self._tx.conn.execute(insert(contact).returning(contact.c.id, contact.c.phone), rows)
            by_phone = {phone: id for id, phone in made}
            return [by_phone[row.phone] for row in self._new]
        # Nobody else writes while we hold SQLite's lock, so the next ids are known.
        newest = int(self._tx.conn.scalar(select(func.max(contact.c.id))) or 0)
        ids = list(range(newest + 1, newest + 1 + len(rows)))
        _CONTACTS.run(
            self._tx,
            [{**row, "id": id, "consent_event_id": None} for id, row in zip(ids, rows, strict=True)],
        )
        return ids

    def _of_new(self, row: ImportRow) -> OptIn:
        return self._chunk.options.opt_in_for_new if row.opt_in is None else row.opt_in

    def _write_events(self) -> None:
        """The events and, in the same transaction, the contact's facts: neither is ever without the other."""
        if not self._events:
            return
        event, contact = tables.consent_event, tables.contact
        _EVENTS.run(self._tx, self._events)
        said = sorted({one["contact_id"] for one in self._events})
        newest = select(func.max(event.c.id)).where(event.c.contact_id == contact.c.id).scalar_subquery()
        self._tx.conn.execute(update(contact).where(contact.c.id.in_(said)).values(consent_event_id=newest))
        of_known: defaultdict[int, list[int]] = defaultdict(list)
        for id in said:
            if id in self._known.packed:
                of_known[self._known.packed[id]].append(id)
        for packed, ids in of_known.items():
            self._tx.conn.execute(update(contact).where(contact.c.id.in_(ids)).values(facts=packed))

    def _write_tags(self) -> None:
        names = {fold(tag): tag for row in self._chunk.rows for tag in row.tags}
        if not names:
            return
        tag, link = tables.tag.c, tables.contact_tag
        asked = select(tag.folded, tag.id).where(tag.folded.in_(list(names)))
        ids: dict[str, int] = {folded: id for folded, id in self._tx.conn.execute(asked)}
        if missing_names := [names[folded] for folded in names if folded not in ids]:
            ids = contacts.make_tags(self._tx, missing_names)
        wanted = {(self._of[row.number], ids[fold(one)]) for row in self._chunk.rows for one in row.tags}
        of_known = [id for id, _ in wanted if id in self._known.packed]
        there = select(link.c.contact_id, link.c.tag_id).where(link.c.contact_id.in_(of_known))
        missing = wanted - (
            {(id, tag_id) for id, tag_id in self._tx.conn.execute(there)} if of_known else set()
        )
        _TAGS.run(self._tx, [{"contact_id": id, "tag_id": tag_id} for id, tag_id in sorted(missing)])
        for id, tag_id in sorted(missing):
            if id in self._known.packed:
                self._changed.add(id)
                self._journal.tagged(id, tag_id)

    def _write_attributes(self) -> None:
        wanted = {
            (self._of[row.number], attribute.id): (attribute, value)
            for row in self._chunk.rows
            for name, value in row.attributes
            for attribute in (self._chunk.attributes[fold(name)],)
        }
        if not wanted:
            return
        row = tables.contact_attribute.c
        of_known = {key: value for key, (_, value) in wanted.items() if key[0] in self._known.packed}
        if of_known:
            there = select(row.contact_id, row.attribute_id, row.text).where(
                row.contact_id.in_(sorted({id for id, _ in of_known}))
            )
            before = {(id, at): text for id, at, text in self._tx.conn.execute(there)}
            for key, value in of_known.items():
                if before.get(key) == value:
                    del wanted[key]
                else:
                    self._changed.add(key[0])
                    self._journal.filled(*key, before.get(key), value)
        rows = [
            contacts.attribute_row(id, attribute, value) for (id, _), (attribute, value) in wanted.items()
        ]
        _ATTRIBUTES.run(self._tx, rows)

    def _write_list(self) -> None:
        """Each row of the file in its place, also one that names somebody again."""
        if self._chunk.list_id is not None:
            rows = self._chunk.rows
            named = [(number, self._of[row.number]) for row in rows for number in (row.number, *row.again)]
            lists.add(self._tx, self._chunk.list_id, named)

    def _write_known(self) -> None:
        """The names that changed, and that all of them are known to this file.

        Also of those that stay as they are: an undo of what made them takes away only whom nothing touched.
        """
        contact = tables.contact
        touched = update(contact).where(contact.c.id == bindparam("at_id"))
        named = [
            {"at_id": id, "shown": name, "folded": fold(name)} for id, name in sorted(self._names.items())
        ]
        if named:
            self._tx.conn.execute(
                touched.values(name=bindparam("shown"), name_folded=bindparam("folded")), named
            )
        if self._known_ids:
            asked = update(contact).where(contact.c.id.in_(sorted(self._known_ids)))
            self._tx.conn.execute(asked.values(updated_at=self._tx.now))
