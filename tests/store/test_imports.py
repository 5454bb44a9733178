"""A chunk of an import and its journal: once for each contact, all that it takes to bring back what stood before."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from desktop.domain.bulk import Before, BulkKind
from desktop.domain.consent import OptIn, Source
from desktop.domain.filters import Attribute, Kind
from desktop.domain.importing import Counts, ImportRow, Options
from desktop.store import bulk, consent, contacts, imports, tables
from desktop.store.engine import Store, Tx
from desktop.store.importjournal import together
from tests.clock import FakeClock
from tests.databases import read, write

OLD, NEW = "+5215512345678", "+525512345678"


def start(tx: Tx) -> int:
    return bulk.start(tx, BulkKind.IMPORT, "leads.csv", None, "test-1-abc")


def make_city(tx: Tx) -> Attribute:
    return contacts.make_attribute(tx, "City", Kind.TEXT)


def chunk(
    bulk_id: int | None, city: Attribute, *rows: ImportRow, options: Options | None = None
) -> imports.Chunk:
    return imports.Chunk(rows, options or Options(), {"city": city}, "leads.csv", None, bulk_id)


def known(tx: Tx) -> int:
    """A contact of which an import can change everything."""
    made = contacts.create(tx, "Ana", "+16045550142")
    contacts.learn(tx, made, phone=NEW)
    contacts.add_tags(tx, [made], ["VIP"])
    contacts.set_attribute(tx, made, make_city(tx), "Halifax")
    consent.record(tx, made, OptIn.YES, Source.KEYWORD)
    return made


def test_what_was_made_and_what_was_changed(store: Store) -> None:
    someone, city = write(store, known), write(store, make_city)
    bulk_id = write(store, start)
    rows = (
        ImportRow(2, "+14165550117", "Bo", OptIn.YES),
        ImportRow(3, "+16045550142", "Ana Pérez", OptIn.NO, ("vip", "spring"), (("City", "Kraków"),)),
    )

    counts, held_s = write(store, lambda tx: imports.write_chunk(tx, chunk(bulk_id, city, *rows)))

    assert (counts.new, counts.updated, counts.opt_outs_applied) == (1, 1, 1)
    assert held_s > 0
    made = read(store, lambda tx: contacts.find(tx, phone="+14165550117"))[0]
    spring = read(store, contacts.known_tags)["spring"]
    newest = read(store, lambda tx: consent.history(tx, someone))[-1].id
    assert read(store, lambda tx: bulk.rows(tx, bulk_id)) == [
        Before(
            someone,
            name=("Ana", "Ana Pérez"),
            tags_added=(spring,),
            attributes={city.id: ("Halifax", "Kraków")},
            opt_in=OptIn.YES,
            event_id=newest,
        ),
        Before(made, made=True),
    ]


def test_nothing_is_noted_of_a_contact_that_stays_as_it_is(store: Store) -> None:
    write(store, known)
    city, bulk_id = write(store, make_city), write(store, start)
    same = ImportRow(2, "+16045550142", "Ana", OptIn.YES, ("VIP",), (("City", "Halifax"),))
    counts, _ = write(store, lambda tx: imports.write_chunk(tx, chunk(bulk_id, city, same)))
    assert counts == Counts(known=1)
    assert read(store, lambda tx: bulk.rows(tx, bulk_id)) == []


def test_an_opt_out_that_is_not_applied_is_no_change(store: Store) -> None:
    someone, city = write(store, known), write(store, make_city)
    bulk_id = write(store, start)
    options = Options(apply_opt_outs=False)
    row = ImportRow(2, "+16045550142", opt_in=OptIn.NO)
    counts, _ = write(store, lambda tx: imports.write_chunk(tx, chunk(bulk_id, city, row, options=options)))
    assert counts == Counts(known=1, opt_outs_in_file=1)
    assert read(store, lambda tx: contacts.get(tx, someone)).opt_in is OptIn.YES
    assert read(store, lambda tx: bulk.rows(tx, bulk_id)) == []


@pytest.mark.parametrize("at_once", [True, False])
def test_a_person_with_two_numbers_has_one_line(store: Store, at_once: bool) -> None:
    """Both rows are theirs; the line tells what stood before the first and after the last."""
    someone, city = write(store, known), write(store, make_city)
    bulk_id = write(store, start)
    rows = (
        ImportRow(2, "+16045550142", "Ana Pérez", None, ("spring",), (("City", "Kraków"),)),
        ImportRow(3, OLD, "Ana P.", OptIn.NO, ("autumn",), (("City", "Łódź"),)),
    )

    for some in [rows] if at_once else [(one,) for one in rows]:
        write(store, lambda tx, some=some: imports.write_chunk(tx, chunk(bulk_id, city, *some)))  # type: ignore[misc]

    tags = read(store, contacts.known_tags)
    (line,) = read(store, lambda tx: bulk.rows(tx, bulk_id))
    assert (line.contact_id, line.name, line.opt_in) == (someone, ("Ana", "Ana P."), OptIn.YES)
    assert set(line.tags_added) == {tags["spring"], tags["autumn"]}
    assert line.attributes == {city.id: ("Halifax", "Łódź")}
    assert line.event_id == read(store, lambda tx: consent.history(tx, someone))[-1].id


@pytest.mark.parametrize("at_once", [True, False])
def test_a_no_in_both_rows_of_a_person_is_taken_back_whole(store: Store, at_once: bool) -> None:
    """Their second row says No again: the line names that event, so that the undo finds it as the newest."""
    someone, city = write(store, known), write(store, make_city)
    bulk_id = write(store, start)
    rows = (ImportRow(2, "+16045550142", opt_in=OptIn.NO), ImportRow(3, OLD, opt_in=OptIn.NO))

    for some in [rows] if at_once else [(one,) for one in rows]:
        write(store, lambda tx, some=some: imports.write_chunk(tx, chunk(bulk_id, city, *some)))  # type: ignore[misc]

    (line,) = read(store, lambda tx: bulk.rows(tx, bulk_id))
    history = read(store, lambda tx: consent.history(tx, someone))
    assert [one.value for one in history] == ["yes", *["no"] * (1 if at_once else 2)]
    assert line == Before(someone, opt_in=OptIn.YES, event_id=history[-1].id)


def test_a_no_between_both_rows_of_a_person_is_newer(store: Store) -> None:
    someone, city = write(store, known), write(store, make_city)
    bulk_id = write(store, start)
    for number, phone in ((2, "+16045550142"), (3, OLD)):
        row = ImportRow(number, phone, opt_in=OptIn.NO)
        write(store, lambda tx, row=row: imports.write_chunk(tx, chunk(bulk_id, city, row)))  # type: ignore[misc]
        write(store, lambda tx: consent.record(tx, someone, OptIn.NO, Source.KEYWORD))

    (line,) = read(store, lambda tx: bulk.rows(tx, bulk_id))
    history = read(store, lambda tx: consent.history(tx, someone))
    assert [one.source for one in history[1:]] == [Source.IMPORT, Source.KEYWORD] * 2
    assert line == Before(someone, opt_in=OptIn.YES, event_id=history[1].id)


def test_a_no_that_stood_already_is_recorded_and_no_change(store: Store) -> None:
    someone, city = write(store, known), write(store, make_city)
    write(store, lambda tx: consent.record(tx, someone, OptIn.NO, Source.KEYWORD))
    bulk_id = write(store, start)
    row = ImportRow(2, "+16045550142", opt_in=OptIn.NO)

    counts, _ = write(store, lambda tx: imports.write_chunk(tx, chunk(bulk_id, city, row)))

    assert counts == Counts(known=1, already_no=1)
    newest = read(store, lambda tx: consent.history(tx, someone))[-1]
    assert (newest.value, newest.source, newest.evidence) == ("no", Source.IMPORT, "leads.csv")
    kept = read(store, lambda tx: tx.rows(select(tables.contact).where(tables.contact.c.id == someone)))[0]
    assert kept.consent_event_id == newest.id
    assert read(store, lambda tx: bulk.rows(tx, bulk_id)) == []


@pytest.mark.parametrize("said", [None, OptIn.YES])
def test_whoever_is_in_a_file_is_touched(store: Store, clock: FakeClock, said: OptIn | None) -> None:
    """Also when nothing changes: an undo of what made them must see that another file knows them."""
    someone, city = write(store, known), write(store, make_city)
    clock.move(timedelta(hours=1))
    write(
        store,
        lambda tx: imports.write_chunk(tx, chunk(None, city, ImportRow(2, "+16045550142", opt_in=said))),
    )
    (kept,) = read(store, lambda tx: tx.rows(select(tables.contact).where(tables.contact.c.id == someone)))
    assert kept.updated_at == kept.created_at + timedelta(hours=1)


def test_without_a_journal_nothing_is_kept(store: Store) -> None:
    city = write(store, make_city)
    row = ImportRow(2, "+16045550142", "Ana")
    write(store, lambda tx: imports.write_chunk(tx, chunk(None, city, row)))
    assert read(store, contacts.count) == 1
    assert read(store, bulk.newest) == []


def test_a_contact_that_was_made_stays_made() -> None:
    assert together(Before(7, made=True), Before(7, name=("a", "b"))) == Before(7, made=True)
