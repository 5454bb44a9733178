"""Contacts and the names under which they are found."""

from datetime import UTC, datetime

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.filters import Kind
from desktop.domain.problems import NotFound
from desktop.store import contacts
from desktop.store.engine import Store, Tx
from tests.databases import read, write
from tests.store.world import US_PHONE, add_contact, phone

BRAZIL = ("+5511987654321", "+551187654321")
MEXICO = ("+525512345678", "+5215512345678")
ARGENTINA = ("+541123456789", "+5491123456789")


@pytest.mark.parametrize("forms", [BRAZIL, MEXICO, ARGENTINA])
@pytest.mark.parametrize("turned", [False, True])
def test_old_and_new_forms_of_a_number_are_one_person(
    store: Store, forms: tuple[str, str], turned: bool
) -> None:
    known, other = reversed(forms) if turned else forms
    made = write(store, lambda tx: contacts.create(tx, "Lia", known))

    assert read(store, lambda tx: contacts.find(tx, phone=other)) == [made]
    assert read(store, lambda tx: contacts.find(tx, wa_id=other[1:])) == [made]
    assert read(store, lambda tx: contacts.find(tx, wa_id=known[1:])) == [made]


def test_a_contact_is_found_under_everything_that_was_learned(store: Store) -> None:
    made = write(store, add_contact)
    write(store, lambda tx: contacts.learn(tx, made, wa_id=phone(1)[1:], user_id="CA.12"))

    def found(tx: Tx) -> list[list[int]]:
        return [
            contacts.find(tx, phone=phone(0)),
            contacts.find(tx, phone=phone(1)),
            contacts.find(tx, wa_id=phone(1)[1:]),
            contacts.find(tx, user_id="CA.12"),
            contacts.find(tx, user_id="CA.13"),
            contacts.find(tx),
        ]

    assert read(store, found) == [[made], [made], [made], [made], [], []]


def test_a_name_that_belongs_to_someone_stays_theirs(store: Store) -> None:
    first = write(store, lambda tx: add_contact(tx, 0))
    second = write(store, lambda tx: add_contact(tx, 1))

    write(store, lambda tx: contacts.learn(tx, second, phone=phone(0), user_id="CA.2"))

    assert read(store, lambda tx: contacts.find(tx, phone=phone(0))) == [first]
    assert read(store, lambda tx: contacts.find(tx, phone=phone(0), user_id="CA.2")) == [first, second]


def test_a_contact_as_it_was_made(store: Store) -> None:
    def make(tx: Tx) -> int:
        made = contacts.create(tx, "  Ana\x00 \ud83d Álvarez ", phone(0))
        contacts.add_tags(tx, [made], ["VIP", "vip ", "New", " "])
        contacts.set_attribute(tx, made, contacts.make_attribute(tx, "City", Kind.TEXT), "Saint John")
        return made

    made = write(store, make)
    ana = read(store, lambda tx: contacts.get(tx, made))

    assert (ana.name, ana.phone, ana.opt_in, ana.facts.us_number) == (
        "Ana  Álvarez",
        phone(0),
        OptIn.NONE,
        False,
    )
    assert (ana.tags, ana.attributes) == (("New", "VIP"), {"City": "Saint John"})
    assert ana.created_at == datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_an_unknown_contact_is_a_problem(store: Store) -> None:
    with pytest.raises(NotFound):
        read(store, lambda tx: contacts.get(tx, 404))


def test_a_new_number_changes_what_decides_and_the_old_one_still_finds(store: Store) -> None:
    made = write(store, add_contact)

    write(store, lambda tx: contacts.set_phone(tx, made, US_PHONE))

    assert read(store, lambda tx: contacts.get(tx, made)).facts.us_number
    assert read(store, lambda tx: contacts.find(tx, phone=phone(0))) == [made]
    assert read(store, lambda tx: contacts.find(tx, phone=US_PHONE)) == [made]


def test_tags_and_attributes_are_taken_away(store: Store) -> None:
    made = write(store, add_contact)

    def fill(tx: Tx) -> None:
        contacts.add_tags(tx, [made], ["VIP", "New"])
        contacts.set_attribute(tx, made, contacts.make_attribute(tx, "City", Kind.TEXT), "Moncton")

    def clear(tx: Tx) -> None:
        contacts.remove_tag(tx, made, "vip")
        contacts.set_attribute(tx, made, contacts.make_attribute(tx, "City", Kind.TEXT), " ")

    write(store, fill)
    write(store, clear)
    left = read(store, lambda tx: contacts.get(tx, made))

    assert (left.tags, left.attributes) == (("New",), {})


def test_text_that_no_database_can_keep_is_cleaned(store: Store) -> None:
    def make(tx: Tx) -> int:
        made = add_contact(tx)
        contacts.rename(tx, made, "An\x00a \udfff")
        contacts.add_tags(tx, [made], ["V\x00IP", "\ud800New"])
        contacts.set_attribute(
            tx, made, contacts.make_attribute(tx, "Ci\x00ty", Kind.TEXT), "Mon\x00ct\udcffon"
        )
        return made

    made = write(store, make)
    kept = read(store, lambda tx: contacts.get(tx, made))

    assert (kept.name, kept.tags, kept.attributes) == ("Ana", ("New", "VIP"), {"City": "Moncton"})


def test_an_attribute_is_made_once_whatever_its_case(store: Store) -> None:
    first = write(store, lambda tx: contacts.make_attribute(tx, "City", Kind.CHOICE, ["Moncton"]))
    again = write(store, lambda tx: contacts.make_attribute(tx, "CITY ", Kind.TEXT))

    assert again == first
    assert first.choices == ("Moncton",)


def test_counting_and_listing_leave_out_who_was_merged(store: Store) -> None:
    from desktop.store import consent

    first, second = write(store, lambda tx: (add_contact(tx, 0), add_contact(tx, 1)))
    write(store, lambda tx: consent.merge(tx, first, [second]))

    assert read(store, contacts.count) == 1
    assert read(store, contacts.every_phone) == [phone(0)]
