"""Changes of many contacts, their journal, and the undo that leaves alone what is newer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from desktop.domain.bulk import Before, BulkKind, BulkStatus, UndoCounts
from desktop.domain.consent import OptIn, Source
from desktop.domain.contacts import Contact
from desktop.domain.filters import EVERYONE, Kind
from desktop.domain.importing import ImportRow, Options
from desktop.domain.problems import NotFound
from desktop.store import (
    audience,
    bulk,
    bulk_change,
    consent,
    contacts,
    conversations,
    drafts,
    imports,
    tables,
    undo,
)
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.world import add_contact, add_person, phone, submit

FILE = "november.xlsx"


class RolledBack(Exception):
    """The end of an example: nothing of it stays."""


def try_out(store: Store, run: Callable[[Tx], None]) -> None:
    def write_and_roll_back(tx: Tx) -> None:
        run(tx)
        raise RolledBack

    with pytest.raises(RolledBack):
        write(store, write_and_roll_back)


@dataclass(frozen=True)
class Seen:
    """All of a contact that an undo brings back; the history only grows."""

    name: str
    phone: str
    opt_in: OptIn
    stopped: bool
    tags: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]


ALL = 1 << 60
"""A consent event's id that none has yet: the reason covers every No."""


def _seen(one: Contact) -> Seen:
    return Seen(
        one.name,
        one.phone,
        one.opt_in,
        one.facts.stopped_in_whatsapp,
        one.tags,
        tuple(sorted(one.attributes.items())),
    )


def everyone(tx: Tx) -> dict[int, Seen]:
    ids = list(tx.conn.scalars(select(tables.contact.c.id).where(audience.condition(tx, EVERYONE))))
    return {one.id: _seen(one) for one in contacts.many(tx, ids)}


def start(tx: Tx, kind: BulkKind = BulkKind.TAGS, title: str = "Change") -> int:
    return bulk.start(tx, kind, title, None, "test-1-ab")


def undone(tx: Tx, bulk_id: int, user_id: int | None = None) -> UndoCounts:
    """The whole undo, three contacts at a time."""
    found, position, counts = bulk.get(tx, bulk_id), 0, UndoCounts()
    while rows := bulk.rows(tx, bulk_id, after_contact_id=position, limit=3):
        counts += undo.take_back(tx, found, rows, user_id)
        position = rows[-1].contact_id
    return counts


# Each change, as `services.bulk` and an import make it; returns its journal's id.


def _tag(tx: Tx, ids: Sequence[int], names: Sequence[str]) -> int:
    known = contacts.make_tags(tx, names)
    bulk.note(tx, made := start(tx), bulk_change.add_tags(tx, ids, [known[name] for name in names]))
    return made


def _untag(tx: Tx, ids: Sequence[int], names: Sequence[str]) -> int:
    known = contacts.make_tags(tx, names)
    bulk.note(tx, made := start(tx), bulk_change.remove_tags(tx, ids, [known[name] for name in names]))
    return made


def _city(tx: Tx, ids: Sequence[int], value: str) -> int:
    city = contacts.make_attribute(tx, "City", Kind.TEXT)
    bulk.note(tx, made := start(tx, BulkKind.ATTRIBUTE), bulk_change.set_attribute(tx, ids, city, value))
    return made


def _opt_in(tx: Tx, ids: Sequence[int], value: OptIn) -> int:
    made = start(tx, BulkKind.OPT_IN)
    bulk.note(tx, made, bulk_change.set_opt_in(tx, ids, value, None, "They asked", known_to=ALL))
    return made


def _import(tx: Tx, numbers: Sequence[int], name: str, opt_in: OptIn | None) -> int:
    made = start(tx, BulkKind.IMPORT, FILE)
    rows = [
        ImportRow(at, phone(number), name, opt_in, ("new", "vip"), (("City", "Moncton"),))
        for at, number in enumerate(numbers, 2)
    ]
    chunk = imports.Chunk(rows, Options(), imports.make_attributes(tx, ["City"]), FILE, None, made)
    imports.write_chunk(tx, chunk)
    return made


_who = st.lists(st.integers(0, 5), min_size=1, max_size=5, unique=True)
_tags = st.lists(st.sampled_from(["vip", "new", "old"]), min_size=1, max_size=2, unique=True)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("tag"), _who, _tags),
        st.tuples(st.just("untag"), _who, _tags),
        st.tuples(st.just("city"), _who, st.sampled_from(["", "Moncton", "Halifax"])),
        st.tuples(st.just("opt in"), _who, st.sampled_from(OptIn)),
        st.tuples(
            st.just("import"),
            st.lists(st.integers(0, 9), min_size=1, max_size=6, unique=True),
            st.tuples(st.sampled_from(["", "Ana Bell", "Zoë"]), st.sampled_from([*OptIn, None])),
        ),
    ),
    min_size=1,
    max_size=4,
)


def _crowd(tx: Tx) -> list[int]:
    """Six contacts of all kinds."""
    made = [add_contact(tx, number, opt_in) for number, opt_in in enumerate([*OptIn, *OptIn])]
    consent.record(tx, made[3], True, Source.WHATSAPP)
    contacts.add_tags(tx, made[:4], ["vip"])
    city = contacts.make_attribute(tx, "City", Kind.TEXT)
    for one in made[2:]:
        contacts.set_attribute(tx, one, city, "Halifax")
    return made


def _do(tx: Tx, made: list[int], step: tuple[str, list[int], object]) -> int:
    kind, who, what = step
    if kind == "import":
        assert isinstance(what, tuple)
        return _import(tx, who, *what)
    verbs: dict[str, Callable[..., int]] = {
        "tag": _tag,
        "untag": _untag,
        "city": _city,
        "opt in": _opt_in,
    }
    return verbs[kind](tx, [made[one] for one in who], what)


@pytest.mark.slow
def test_undoing_in_turn_brings_back_what_stood_before(store: Store) -> None:
    @settings(max_examples=20)
    @given(_steps)
    def comes_back(steps: list[tuple[str, list[int], object]]) -> None:
        def run(tx: Tx) -> None:
            made = _crowd(tx)
            for step in steps:
                before = everyone(tx)
                history = {one: len(consent.history(tx, one)) for one in before}
                counts = undone(tx, _do(tx, made, step))
                assert everyone(tx) == before
                assert counts.kept == 0
                assert all(len(consent.history(tx, one)) >= history[one] for one in before)
                # What is undone can be done, and the next step begins from it.
                _do(tx, made, step)

        try_out(store, run)

    comes_back()


def test_what_was_done_since_stays(store: Store) -> None:
    """Whatever a person did to some of the contacts after the change is there after the undo."""

    @settings(max_examples=15)
    @given(_steps.map(lambda steps: steps[:1]), _who, st.sampled_from(OptIn))
    def stays(steps: list[tuple[str, list[int], object]], touched: list[int], said: OptIn) -> None:
        def run(tx: Tx) -> None:
            made = _crowd(tx)
            before = everyone(tx)
            change = _do(tx, made, steps[0])
            for number in touched:
                contacts.rename(tx, made[number], "Newer")
                contacts.set_attribute(tx, made[number], contacts.known_attributes(tx)["City"], "Truro")
                consent.record(tx, made[number], said, Source.KEYWORD)
            undone(tx, change)
            after = everyone(tx)
            for number, one in enumerate(made):
                if number in touched:
                    assert (after[one].name, after[one].opt_in) == ("Newer", said)
                    assert after[one].attributes == (("City", "Truro"),)
                    assert after[one].tags == before[one].tags
                else:
                    assert after[one] == before[one]

        try_out(store, run)

    stays()


def test_undoing_twice_changes_nothing_more(store: Store) -> None:
    def run(tx: Tx) -> None:
        made = _crowd(tx)
        change = _opt_in(tx, made, OptIn.NO)
        undone(tx, change)
        once = everyone(tx)
        events = tx.conn.scalar(select(func.count()).select_from(tables.consent_event))
        undone(tx, change)
        assert everyone(tx) == once
        assert tx.conn.scalar(select(func.count()).select_from(tables.consent_event)) == events

    try_out(store, run)


# Contacts that an import had made.


def _imported(tx: Tx, opt_in: OptIn | None = OptIn.NO) -> tuple[int, int]:
    change = _import(tx, [20], "Ana Bell", opt_in)
    return change, contacts.find(tx, phone=phone(20))[0]


def test_a_contact_that_is_taken_back_is_nowhere_and_its_number_is_free(store: Store) -> None:
    def run(tx: Tx) -> None:
        change, made = _imported(tx)
        said = consent.history(tx, made)
        assert undone(tx, change) == UndoCounts(removed=1)
        assert contacts.find(tx, phone=phone(20)) == []
        assert contacts.count(tx) == 0
        assert contacts.many(tx, [made]) == []
        for look in (contacts.get, consent.facts_of, contacts.expect_there):
            with pytest.raises(NotFound):
                look(tx, made)
        # What they said stays on record, with nobody to be sent anything.
        assert consent.history(tx, made) == said
        contacts.learn(tx, made, phone=phone(20))
        assert contacts.find(tx, phone=phone(20)) == []
        _, again = _imported(tx)
        assert again != made
        assert contacts.get(tx, again).phone == phone(20)

    try_out(store, run)


def _wrote(tx: Tx, made: int) -> None:
    conversations.add_inbound(tx, made, wamid="in.1", kind="text", text="Hi", content={}, context_wamid="")


DONE_SINCE: dict[str, Callable[[Tx, int], object]] = {
    "an answer": lambda tx, made: consent.record(tx, made, OptIn.YES, Source.KEYWORD),
    "a stop": lambda tx, made: consent.record(tx, made, True, Source.WHATSAPP),
    "a message to them": lambda tx, made: submit(tx, made),
    "a message from them": _wrote,
    "a draft": lambda tx, made: drafts.save(tx, made, add_person(tx), {"text": "Dear"}),
    "a tag": lambda tx, made: contacts.add_tags(tx, [made], ["vip"]),
    "a tag taken away": lambda tx, made: contacts.remove_tag(tx, made, "vip"),
    "a name": lambda tx, made: contacts.rename(tx, made, "Zoë"),
    "another identity": lambda tx, made: contacts.learn(tx, made, user_id="CA.20"),
    "a merge": lambda tx, made: consent.merge(tx, made, [add_contact(tx, 21)]),
    "a merge into another": lambda tx, made: consent.merge(tx, add_contact(tx, 21), [made]),
    "a later import": lambda tx, made: _import(tx, [20], "Zoë", None),
}


@pytest.mark.parametrize("what", DONE_SINCE)
@pytest.mark.sampled(8)
def test_a_contact_with_whom_something_was_done_stays(store: Store, what: str, clock: FakeClock) -> None:
    change, made = write(store, _imported)
    clock.move(timedelta(minutes=1))
    write(store, lambda tx: DONE_SINCE[what](tx, made))
    before = read(store, everyone)

    counts = write(store, lambda tx: undone(tx, change))

    assert counts == UndoCounts(kept=1)
    assert read(store, everyone) == before


# The answers.


def test_an_answer_that_comes_back_is_a_new_line_of_the_history(store: Store) -> None:
    def run(tx: Tx) -> None:
        user = add_person(tx)
        one = add_contact(tx, 0, OptIn.YES)
        change = _import(tx, [0], "", OptIn.NO)
        assert contacts.get(tx, one).opt_in is OptIn.NO
        assert undone(tx, change, user) == UndoCounts(restored=1)
        known = contacts.get(tx, one)
        told = consent.history(tx, one)
        assert [event.value for event in told] == ["yes", "no", "yes"]
        newest = told[-1]
        assert (newest.source, newest.evidence, newest.reason, newest.user_name) == (
            Source.IMPORT,
            FILE,
            f"Undone: {FILE}",
            "Meera Rao",
        )
        assert (known.opt_in, known.facts.consent_event_id) == (OptIn.YES, newest.id)

    try_out(store, run)


def test_a_stop_in_whatsapp_is_never_touched(store: Store) -> None:
    def run(tx: Tx) -> None:
        one = add_contact(tx, 0, OptIn.NO, stopped=True)
        change = _opt_in(tx, [one], OptIn.YES)
        assert contacts.get(tx, one).facts.stopped_in_whatsapp
        undone(tx, change)
        assert contacts.get(tx, one).facts.stopped_in_whatsapp
        assert contacts.get(tx, one).opt_in is OptIn.NO

    try_out(store, run)


def test_without_a_reason_a_no_stays(store: Store) -> None:
    def run(tx: Tx) -> None:
        no, none = add_contact(tx, 0, OptIn.NO), add_contact(tx, 1)
        found = bulk_change.set_opt_in(tx, [no, none], OptIn.YES, None, " ", known_to=ALL)
        assert [one.contact_id for one in found] == [none]
        assert contacts.get(tx, no).opt_in is OptIn.NO

    try_out(store, run)


def test_only_who_changes_is_kept_in_the_journal(store: Store) -> None:
    def run(tx: Tx) -> None:
        tagged, bare, gone = add_contact(tx, 0), add_contact(tx, 1), add_contact(tx, 2)
        contacts.add_tags(tx, [tagged], ["vip"])
        consent.merge(tx, bare, [gone])
        known = contacts.known_tags(tx)["vip"]
        assert bulk_change.add_tags(tx, [tagged, bare, gone], [known]) == [Before(bare, tags_added=(known,))]
        assert bulk_change.add_tags(tx, [tagged, bare], [known]) == []
        city = contacts.make_attribute(tx, "City", Kind.TEXT)
        found = bulk_change.set_attribute(tx, [bare, tagged], city, "Truro")
        assert [one.contact_id for one in found] == [tagged, bare]
        assert bulk_change.set_attribute(tx, [bare, tagged], city, "Truro") == []
        assert bulk_change.set_attribute(tx, [bare], city, "") == [
            Before(bare, attributes={city.id: ("Truro", None)})
        ]
        assert bulk_change.set_opt_in(tx, [bare], OptIn.NONE, None, "", known_to=ALL) == []

    try_out(store, run)


# The journal itself.

_befores = st.builds(
    Before,
    st.integers(1, 9),
    name=st.none() | st.tuples(st.text(), st.text()),
    tags_added=st.lists(st.integers(1, 9)).map(tuple),
    tags_removed=st.lists(st.integers(1, 9)).map(tuple),
    attributes=st.dictionaries(
        st.integers(1, 9), st.tuples(st.none() | st.text(), st.none() | st.text()), max_size=2
    ),
) | st.builds(Before, st.integers(1, 9), opt_in=st.sampled_from(OptIn), event_id=st.integers(1, 9))


@given(_befores)
def test_a_line_of_the_journal_is_read_as_it_was_written(before: Before) -> None:
    assert bulk.from_json(before.contact_id, bulk.to_json(before)) == before


def test_a_journal_is_counted_and_moved_on(store: Store) -> None:
    def run(tx: Tx) -> None:
        change = start(tx)
        bulk.note(tx, change, [Before(1, made=True), Before(2, name=("a", "b"))])
        assert bulk.row_count(tx, change) == 2
        assert bulk.rows(tx, change, limit=1) == [Before(1, made=True)]
        assert [one.id for one in bulk.at_work(tx)] == [change]
        bulk.set_status(tx, change, BulkStatus.DONE, counts={"changed": 2})
        bulk.set_status(tx, change, BulkStatus.UNDONE, counts={"restored": 1})
        assert bulk.get(tx, change).counts == {"changed": 2, "restored": 1}
        assert bulk.at_work(tx) == []
        assert [one.id for one in bulk.newest(tx)] == [change]

    try_out(store, run)
