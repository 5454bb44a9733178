"""Writing imported people in bulk: a chunk is one short transaction, and the rules hold in each.

Same outcome as `contacts.create`, `consent.record` and their kin row by row, in a few statements a chunk.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from desktop.domain.changes import Topic
from desktop.domain.consent import Facts, OptIn, Source
from desktop.domain.contacts import Fact
from desktop.domain.filters import Attribute, Kind
from desktop.domain.importing import Counts, Effect, ImportRow, Options, effect_on_known
from desktop.domain.phones import forms
from desktop.domain.text import clean, fold
from desktop.store import contacts, facts, tables
from desktop.store.engine import Tx

BY_OPTION: Final = "chosen for new contacts without a value in the file"
"""The reason kept with an opt-in that the option gave, so that it is never taken for the file's word."""


class Collided(Exception):
    """Another process made one of these contacts meanwhile: nothing was written, the chunk can be tried again."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One step of an import. attributes: by folded name, all that the rows use."""

    rows: Sequence[ImportRow]
    options: Options
    attributes: Mapping[str, Attribute]
    file_name: str
    user_id: int | None


def make_attributes(tx: Tx, names: Iterable[str]) -> dict[str, Attribute]:
    """The attributes of these names by folded name; the missing ones are made, as text."""
    return {fold(name): contacts.make_attribute(tx, name, Kind.TEXT) for name in names}


def check(tx: Tx, rows: Sequence[ImportRow]) -> Counts:
    """What these rows would be, without writing: new, known, opt_outs_in_file, already_no, kept_no."""
    counts = Counts()
    known = _Known.find(tx, rows, lock=False)
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


def write_chunk(tx: Tx, chunk: Chunk) -> tuple[Counts, float]:
    """Write a chunk; returns what was counted and the seconds it held the writer.

    Raises Collided if another process was quicker with one of the contacts.
    """
    started_s = time.perf_counter()
    try:
        counts = _Writing(tx, chunk).run()
    except IntegrityError as wrong:
        raise Collided from wrong
    tx.touch(Topic.CONTACT)
    return counts, time.perf_counter() - started_s


@dataclass(slots=True)
class _Known:
    """The contacts that a chunk's numbers already belong to, as they are and as the chunk changes them."""

    by_number: dict[str, list[int]] = field(default_factory=dict)
    rows: dict[int, Any] = field(default_factory=dict)
    packed: dict[int, int] = field(default_factory=dict)

    @classmethod
    def find(cls, tx: Tx, rows: Sequence[ImportRow], *, lock: bool) -> "_Known":
        numbers = list({number for row in rows for number in forms(row.phone)})
        identity, contact = tables.identity.c, tables.contact
        by_number: defaultdict[str, list[int]] = defaultdict(list)
        asked = select(identity.value, identity.contact_id).where(
            identity.kind == contacts.PHONE, identity.value.in_(numbers)
        )
        for number, contact_id in tx.conn.execute(asked):
            by_number[number].append(contact_id)
        ids = sorted({one for found in by_number.values() for one in found})
        if not ids:
            return cls()
        # In the order of the ids, like everyone who locks contacts.
        states = select(contact.c.id, contact.c.name, contact.c.facts).where(contact.c.id.in_(ids))
        locked = states.order_by(contact.c.id)
        found = {row.id: row for row in tx.conn.execute(locked.with_for_update() if lock else locked)}
        return cls(dict(by_number), found, {id: row.facts for id, row in found.items()})

    def ids(self, row: ImportRow) -> list[int]:
        """Everyone who has this number in one of its forms, the oldest first."""
        found = {id for number in forms(row.phone) for id in self.by_number.get(number, ())}
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
        self._known = _Known.find(tx, chunk.rows, lock=True)
        self._counts = Counts()
        self._new: list[ImportRow] = []
        self._of: dict[int, int] = {}
        self._events: list[dict[str, Any]] = []
        self._names: dict[int, str] = {}
        self._changed: set[int] = set()

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
        return self._counts + Counts(new=len(self._new), updated=len(self._changed))

    def _decide(self, row: ImportRow, ids: Sequence[int]) -> None:
        """A known contact: its data goes to the oldest of its rows, a No to all of them."""
        oldest = ids[0]
        self._of[row.number] = oldest
        if row.name and row.name != self._names.get(oldest, self._known.rows[oldest].name):
            self._names[oldest] = row.name
            self._changed.add(oldest)
        effect = effect_on_known(self._known.together(ids), row.opt_in)
        applied = effect is Effect.OPT_IN or (effect is Effect.OPT_OUT and self._chunk.options.apply_opt_outs)
        if applied:
            for id in ids if effect is Effect.OPT_OUT else ids[:1]:
                self._say(id, OptIn.NO if effect is Effect.OPT_OUT else OptIn.YES)
        self._counts += _counted(effect, applied=applied)

    def _say(self, id: int, value: OptIn) -> None:
        packed = self._known.packed[id]
        if facts.unpack(packed).opt_in is not value:
            self._known.packed[id] = facts.with_opt_in(packed, value)
            self._events.append(self._event(id, value, ""))
            self._changed.add(id)

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
        now, contact = self._tx.now, tables.contact
        made = self._tx.conn.execute(
            insert(contact).returning(contact.c.id, contact.c.phone),
            [
                {
                    "name": row.name,
                    "name_folded": fold(row.name),
                    "phone": row.phone,
                    "facts": facts.OPT_IN_CODE[self._of_new(row)] | (facts.US if row.us_number else 0),
                    "created_at": now,
                    "updated_at": now,
                }
                for row in self._new
            ],
        )
        ids = {phone: id for id, phone in made}
        _insert_new(
            self._tx,
            tables.identity,
            [
                {"kind": contacts.PHONE, "value": number, "contact_id": ids[row.phone]}
                for row in self._new
                for number in forms(row.phone)
            ],
        )
        for row in self._new:
            self._of[row.number] = ids[row.phone]
            value = self._of_new(row)
            if value is not OptIn.NONE:
                self._events.append(
                    self._event(ids[row.phone], value, BY_OPTION if row.opt_in is None else "")
                )
        recorded = sum(self._of_new(row) is OptIn.YES for row in self._new)
        self._counts += Counts(opt_ins_recorded=recorded)

    def _of_new(self, row: ImportRow) -> OptIn:
        return self._chunk.options.opt_in_for_new if row.opt_in is None else row.opt_in

    def _write_events(self) -> None:
        """The events and, in the same transaction, the contact's facts: neither is ever without the other."""
        if not self._events:
            return
        event, contact = tables.consent_event, tables.contact
        _insert(self._tx, insert(event), self._events)
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
        _insert_new(self._tx, link, [{"contact_id": id, "tag_id": tag_id} for id, tag_id in sorted(missing)])
        self._changed |= {id for id, _ in missing if id in self._known.packed}

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
        of_known = [key for key in wanted if key[0] in self._known.packed]
        if of_known:
            there = select(row.contact_id, row.attribute_id, row.text).where(
                row.contact_id.in_(sorted({id for id, _ in of_known}))
            )
            for contact_id, attribute_id, text in self._tx.conn.execute(there):
                if wanted.get((contact_id, attribute_id), (None, None))[1] == text:
                    del wanted[contact_id, attribute_id]
        self._changed |= {id for id, _ in wanted if id in self._known.packed}
        self._put(
            [contacts.attribute_row(id, attribute, value) for (id, _), (attribute, value) in wanted.items()]
        )

    def _put(self, rows: Sequence[dict[str, Any]]) -> None:
        """Set attributes, over the values they had."""
        made: Any = _dialect(self._tx).insert(tables.contact_attribute)
        over = {name: made.excluded[name] for name in ("text", "folded", "number", "at")}
        key = ["contact_id", "attribute_id"]
        _insert(self._tx, made.on_conflict_do_update(index_elements=key, set_=over), rows)

    def _write_known(self) -> None:
        """The names that changed, and when anything did."""
        contact = tables.contact
        touched = update(contact).where(contact.c.id == bindparam("at_id"))
        named = [
            {"at_id": id, "shown": name, "folded": fold(name)} for id, name in sorted(self._names.items())
        ]
        if named:
            self._tx.conn.execute(
                touched.values(name=bindparam("shown"), name_folded=bindparam("folded")), named
            )
        if self._changed:
            self._tx.conn.execute(
                update(contact).where(contact.c.id.in_(sorted(self._changed))).values(updated_at=self._tx.now)
            )


def _dialect(tx: Tx) -> Any:
    return postgresql if tx.on_postgresql else sqlite


def _insert_new(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose key is not there yet; leave the others alone."""
    _insert(tx, _dialect(tx).insert(table).on_conflict_do_nothing(), rows)


def _insert(tx: Tx, made: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with a contact_id, many in one statement.

    It is RETURNING that has SQLAlchemy put many rows in one statement, where psycopg would go row by row;
    SQLite is quicker without.
    """
    if rows:
        made = made.returning(made.table.c.contact_id) if tx.on_postgresql else made
        tx.conn.execute(made, list(rows))
