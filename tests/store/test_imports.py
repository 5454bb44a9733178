"""A chunk of an import and its journal: once for each contact, all that it takes to bring back what stood before."""

import pytest

from desktop.domain.bulk import Before, BulkKind
from desktop.domain.consent import OptIn, Source
from desktop.domain.filters import Attribute, Kind
from desktop.domain.importing import Counts, ImportRow, Options
from desktop.store import bulk, consent, contacts, imports
from desktop.store.engine import Store, Tx
from desktop.store.importjournal import together
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


def test_without_a_journal_nothing_is_kept(store: Store) -> None:
    city = write(store, make_city)
    row = ImportRow(2, "+16045550142", "Ana")
    write(store, lambda tx: imports.write_chunk(tx, chunk(None, city, row)))
    assert read(store, contacts.count) == 1
    assert read(store, bulk.newest) == []


def test_a_contact_that_was_made_stays_made() -> None:
    assert together(Before(7, made=True), Before(7, name=("a", "b"))) == Before(7, made=True)
