"""Contacts as other programs look for them, on both databases."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from desktop.domain.api_filter_conditions import Changed, EndsWith, Passes, Rule
from desktop.domain.consent import OptIn, Source
from desktop.domain.filters import Condition, Filter, Kind, Op
from desktop.store import api_contacts, consent, contacts, tables
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write

ANA, BEN, CAI, DIA = "Ana Álvarez", "Ben Okoye", "Cai Lopez", "Dia Nunez"


def people(tx: Tx) -> None:
    """Ana said yes and stopped in WhatsApp; Ben no; Cai nothing; Dia, without a number, yes."""
    city = contacts.make_attribute(tx, "City", Kind.TEXT)
    said = ((ANA, OptIn.YES), (BEN, OptIn.NO), (CAI, OptIn.NONE), (DIA, OptIn.YES))
    for place, (name, opt_in) in enumerate(said):
        made = contacts.create(tx, name, None if name == DIA else f"+1604555014{place}")
        if opt_in is not OptIn.NONE:
            consent.record(tx, made, opt_in, Source.IMPORT)
        if name == ANA:
            consent.record(tx, made, True, Source.WHATSAPP)
        contacts.set_attribute(tx, made, city, "Saint_John" if place % 2 else "Montréal")


def names(
    store: Store,
    *rules: Rule,
    match_all: bool = True,
    search: str = "",
    strict: bool = False,
    first: int = 0,
    limit: int = 20,
) -> list[str]:
    def look(tx: Tx) -> list[str]:
        found = api_contacts.ids(
            tx, rules, match_all=match_all, search=search, strict=strict, first=first, limit=limit
        )
        return [one.name for one in contacts.many(tx, found)]

    return read(store, look)


def test_a_page_by_name(store: Store) -> None:
    write(store, people)
    assert names(store) == [ANA, BEN, CAI, DIA]
    assert names(store, first=1, limit=2) == [BEN, CAI]
    assert names(store, first=4) == []
    assert names(store, search="555014") == [ANA, BEN, CAI]


def test_whether_marketing_would_go_out_is_asked_of_both_facts_and_of_strict(store: Store) -> None:
    write(store, people)
    assert names(store, Passes(True)) == [CAI, DIA]
    assert names(store, Passes(False)) == [ANA, BEN]
    assert names(store, Passes(True), strict=True) == [DIA]


def test_how_a_text_ends(store: Store) -> None:
    write(store, people)
    assert names(store, EndsWith("name", ("ez",))) == [ANA, CAI, DIA]
    assert names(store, EndsWith("phone", ("0141", "0142"))) == [BEN, CAI]
    assert names(store, EndsWith("attribute:City", ("_john",))) == [BEN, DIA]
    assert names(store, EndsWith("attribute:City", ("%john",))) == []


def test_when_somebody_was_changed(store: Store) -> None:
    write(store, people)
    at, contact = datetime(2026, 11, 20, 12, tzinfo=UTC), tables.contact

    def change(tx: Tx) -> None:
        for days, name in enumerate((ANA, BEN, CAI, DIA)):
            values = {"updated_at": at + timedelta(days=days)}
            tx.conn.execute(update(contact).where(contact.c.name == name).values(values))

    write(store, change)
    next_noon = at + timedelta(days=1)
    assert names(store, Changed(at, next_noon)) == [ANA]
    assert names(store, Changed(at, next_noon + timedelta(seconds=1))) == [ANA, BEN]
    assert names(store, Changed(None, at)) == []
    assert names(store, Changed(next_noon)) == [BEN, CAI, DIA]


def test_rules_hold_together_or_one_of_them(store: Store) -> None:
    write(store, people)
    rules = (Condition("name", Op.STARTS_WITH, ("ben",)), Passes(True))
    assert names(store, *rules) == []
    assert names(store, *rules, match_all=False) == [BEN, CAI, DIA]
    nested = Filter(
        (Condition("opt_in", Op.IS, ("no",)), Condition("opt_in", Op.IS, ("none",))), match_all=False
    )
    assert names(store, nested, EndsWith("phone", ("1",))) == [BEN]
    assert names(store, *rules, match_all=False, search="okoye") == [BEN]


def test_whoever_was_merged_away_is_not_there(store: Store) -> None:
    write(store, people)
    cai, dia = (contacts_of(store, one) for one in (CAI, DIA))
    write(store, lambda tx: consent.merge(tx, dia, [cai]))
    assert names(store, Passes(True)) == [DIA]
    assert names(store, EndsWith("name", ("ez",)), match_all=False) == [ANA, DIA]


def contacts_of(store: Store, name: str) -> int:
    ids = read(
        store,
        lambda tx: api_contacts.ids(
            tx, [Condition("name", Op.IS, (name,))], match_all=True, search="", strict=False, first=0, limit=2
        ),
    )
    assert len(ids) == 1
    return ids[0]


def test_who_has_a_value(store: Store) -> None:
    write(store, people)

    def look(tx: Tx) -> list[list[int]]:
        city = contacts.known_attributes(tx)["City"]
        return [api_contacts.with_value(tx, city, value) for value in ("MONTRÉAL ", "Saint John")]

    assert read(store, look) == [[contacts_of(store, ANA), contacts_of(store, CAI)], []]


@pytest.mark.postgres
def test_two_who_ask_for_the_same_address_do_so_one_after_the_other(
    postgres_store: Store, postgres_address: str, clock: FakeClock
) -> None:
    store = postgres_store
    write(store, people)
    city = read(store, contacts.known_attributes)["City"]
    holds, may_go = threading.Event(), threading.Event()
    other = Store(postgres_address, clock, "other")
    order: list[str] = []

    def first(tx: Tx) -> None:
        api_contacts.hold_field(tx, city)
        holds.set()
        assert may_go.wait(20)
        order.append("first")

    def second(tx: Tx) -> None:
        api_contacts.hold_field(tx, city)
        order.append("second")

    def gives_a_value(tx: Tx) -> None:
        contacts.set_attribute(tx, contacts_of_tx(tx), city, "Halifax")

    try:
        one = store.submit_write(first)
        assert holds.wait(20)
        # Who only gives somebody a value waits for nobody.
        other.submit_write(gives_a_value).result(20)
        two = other.submit_write(second)
        until_somebody_waits(store)
        may_go.set()
        one.result(20)
        two.result(20)
    finally:
        other.close()
    assert order == ["first", "second"]


def until_somebody_waits(store: Store) -> None:
    waiting, until_s = text("SELECT count(*) FROM pg_locks WHERE NOT granted"), time.monotonic() + 20
    while not read(store, lambda tx: tx.conn.scalar(waiting)):
        assert time.monotonic() < until_s


def contacts_of_tx(tx: Tx) -> int:
    return api_contacts.ids(tx, [], match_all=True, search="", strict=False, first=0, limit=1)[0]
