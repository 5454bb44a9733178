"""Filters and breakdowns in SQL give the answer that the domain gives contact by contact."""

from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, literal, select

from desktop.domain import templates
from desktop.domain.audience import Breakdown, Candidate, Line, Rule, line_for, sort_out
from desktop.domain.broadcast import checksum_part
from desktop.domain.consent import Category, OptIn, Policy
from desktop.domain.contacts import fields_of
from desktop.domain.filters import EVERYONE, BadFilter, Condition, Filter, Kind, Op
from desktop.domain.templates import Template, Variable, values_for
from desktop.store import audience, broadcasts, consent, contacts, tables
from desktop.store.engine import Store, Tx
from tests.databases import read, write
from tests.store.people import Made, make_attributes, people, selected, wanted_filters
from tests.store.world import US_PHONE, add_contact, add_contacts, add_template, draft, launch, phone


class RolledBack(Exception):
    """The end of an example: nothing of it stays."""


def try_out(store: Store, run: Callable[[Tx], None]) -> None:
    def write_and_roll_back(tx: Tx) -> None:
        run(tx)
        raise RolledBack

    with pytest.raises(RolledBack):
        write(store, write_and_roll_back)


def chosen(tx: Tx, wanted: Filter) -> set[int]:
    return set(tx.conn.scalars(select(tables.contact.c.id).where(audience.condition(tx, wanted))))


def test_every_filter_selects_in_sql_whom_it_selects_in_python(store: Store) -> None:
    write(store, make_attributes)

    @settings(max_examples=30)
    @given(people(), st.lists(wanted_filters, min_size=1, max_size=6))
    def agree(made: list[Made], wanted: list[Filter]) -> None:
        def run(tx: Tx) -> None:
            everyone = [one.keep(tx) for one in made]
            for one in wanted:
                assert chosen(tx, one) == selected(one, everyone, tx), one

        try_out(store, run)

    agree()


def one(field: str, op: Op, *values: str) -> Filter:
    return Filter((Condition(field, op, values),))


def test_a_bar_in_a_value_does_not_join_two_choices(store: Store) -> None:
    def run(tx: Tx) -> set[int]:
        make_attributes(tx)
        made = add_contact(tx)
        contacts.set_attribute(tx, made, contacts.known_attributes(tx)["Likes"], "Shoes|Hats")
        assert chosen(tx, one("attribute:Likes", Op.ALL_OF, "hats", "SHOES")) == {made}
        assert chosen(tx, one("attribute:Likes", Op.NONE_OF, "shoes|hats")) == {made}
        return chosen(tx, one("attribute:Likes", Op.ANY_OF, "shoes|hats"))

    assert write(store, run) == set()


def several(field: str, op: Op, *values: str) -> Filter:
    """Is one of these, or is none of them, as rules of another program say it."""
    return Filter(tuple(Condition(field, op, (value,)) for value in values), match_all=op is Op.IS_NOT)


def test_many_values_of_one_field_are_a_list_and_not_a_tree(store: Store) -> None:
    many = [str(number) for number in range(2_000)]

    def run(tx: Tx) -> None:
        make_attributes(tx)
        ana, ben = add_contact(tx, 0), add_contact(tx, 1)
        contacts.rename(tx, ben, "Ben Okoye")
        contacts.set_attribute(tx, ana, contacts.known_attributes(tx)["City"], "Montréal")
        assert chosen(tx, several("name", Op.IS, *many, "ana BELL")) == {ana}
        assert chosen(tx, several("name", Op.IS_NOT, *many, "ana bell", "Zoé")) == {ben}
        assert chosen(tx, several("phone", Op.IS, phone(1), phone(0))) == {ana, ben}
        assert chosen(tx, several("attribute:City", Op.IS, "Delhi", "MONTRÉAL", *many)) == {ana}
        assert chosen(tx, several("attribute:City", Op.IS_NOT, "Delhi", "MONTRÉAL", *many)) == {ben}
        both = (Condition("name", Op.IS, ("Ana Bell",)), Condition("name", Op.IS, ("Ben Okoye",)))
        assert chosen(tx, Filter(both)) == set(), "nobody has two names"
        neither = tuple(Condition("name", Op.IS_NOT, one.values) for one in both)
        assert chosen(tx, Filter(neither, match_all=False)) == {ana, ben}

    try_out(store, run)


def test_someone_who_was_merged_is_never_selected(store: Store) -> None:
    keep, drop = write(store, lambda tx: (add_contact(tx, 0), add_contact(tx, 1)))
    write(store, lambda tx: consent.merge(tx, keep, [drop]))

    for wanted in (EVERYONE, Filter(match_all=False), one("phone", Op.EMPTY), one("tag", Op.NONE_OF, "vip")):
        assert drop not in read(store, lambda tx, wanted=wanted: chosen(tx, wanted))  # type: ignore[misc]


@pytest.mark.parametrize(
    "wanted",
    [
        one("shoe size", Op.IS, "9"),
        one("name", Op.IS, "An\x00a"),
        one("tag", Op.ANY_OF, "\ud800"),
        one("created", Op.IS, "soon"),
        Filter((Filter((Filter(),)),)),
    ],
)
def test_a_filter_that_cannot_be_answered_is_a_problem(store: Store, wanted: Filter) -> None:
    with pytest.raises(BadFilter):
        read(store, lambda tx: chosen(tx, wanted))


# The lines.

RULES = [
    Rule(category, Policy(strict=strict), only_opted_in)
    for category, strict, only_opted_in in product(
        (Category.MARKETING, Category.UTILITY), (False, True), (False, True)
    )
]
FIRST_NAME = Variable("1", "first_name")
CITY = Variable("2", "attribute:City")
PHONE = Variable("3", "phone")
VARIABLES = [
    (),
    (FIRST_NAME,),
    (CITY,),
    (FIRST_NAME, CITY, PHONE),
    (Variable("1", "first_name", "there"), Variable("2", "attribute:City", " ")),
    (Variable("1", "", "50%"),),
    (Variable("1", "", " "),),
    (Variable("1", "attribute:Shoe size"),),
    (Variable("1", "attribute:Shoe size", "9"),),
]


def line_by_line(tx: Tx, rule: Rule, variables: tuple[Variable, ...], ids: list[int]) -> dict[int, Line]:
    """Each contact's line as the domain sorts it, from what the store says of the contact."""
    body = " ".join(f"{{{{{variable.name}}}}}" for variable in variables)
    template = Template(0, "x", "en", rule.category, body)
    candidates = []
    for person in contacts.many(tx, ids):
        values = values_for(variables, fields_of(person.name, person.phone, person.attributes))
        lacks = bool(templates.missing(template, values))
        candidates.append(Candidate(person.id, person.facts, bool(person.phone), missing_variable=lacks))
    return dict(sort_out(rule, candidates))


def test_the_breakdown_counts_what_sorting_each_contact_gives(store: Store) -> None:
    write(store, make_attributes)

    @settings(max_examples=30)
    @given(people(most=4), st.sampled_from(RULES), st.sampled_from(VARIABLES), st.sampled_from(Line))
    def agree(made: list[Made], rule: Rule, variables: tuple[Variable, ...], line: Line) -> None:
        def run(tx: Tx) -> None:
            ids = [one.keep(tx).id for one in made]
            expected = line_by_line(tx, rule, variables, ids)
            found = audience.breakdown(tx, EVERYONE, rule, variables)
            assert {line: n for line, n in found.counts.items() if n} == Breakdown.of(
                expected.values()
            ).counts
            assert found.selected_count == len(ids)
            assert {
                person.id: line for person, line in audience.people(tx, EVERYONE, rule, variables)
            } == expected
            on_it = audience.people(tx, EVERYONE, rule, variables, line=line)
            assert {person.id for person, _ in on_it} == {id for id, on in expected.items() if on is line}

        try_out(store, run)

    agree()


def everyone_there_is(tx: Tx) -> list[int]:
    """One contact for each combination of the facts that decide, with and without a name."""
    ids = []
    for number, (opt_in, stopped, us, named) in enumerate(
        product(OptIn, (False, True), ("", "us", "none"), (True, False))
    ):
        at = phone(number) if not us else None if us == "none" else f"+1212555{number:04}"
        id = add_contact(tx, number, opt_in, stopped=stopped, phone_number=at, name="Ana" if named else "")
        ids.append(id)
    return ids


def test_every_combination_of_facts_is_on_its_line_in_the_snapshot_too(store: Store) -> None:
    ids = write(store, everyone_there_is)
    for rule in RULES:
        _snapshot_agrees(store, rule, ids)


def _snapshot_agrees(store: Store, rule: Rule, ids: list[int]) -> None:
    def run(tx: Tx) -> None:
        expected = line_by_line(tx, rule, (FIRST_NAME,), ids)
        counted = audience.breakdown(tx, EVERYONE, rule, (FIRST_NAME,))
        broadcast_id = launch(
            tx,
            add_template(tx, category=rule.category),
            only_opted_in=rule.only_opted_in,
            policy=rule.policy,
            variables=[FIRST_NAME],
        )
        recipient = tables.broadcast_recipient.c
        rows = tx.rows(select(tables.broadcast_recipient).where(recipient.broadcast_id == broadcast_id))
        assert {row.contact_id: Line(row.line) for row in rows} == expected
        assert counted.counts == Breakdown.of(expected.values()).counts
        kept = tx.conn.execute(select(tables.broadcast).where(tables.broadcast.c.id == broadcast_id)).one()
        assert kept.selected_count == len(ids)
        assert kept.checksum == sum(checksum_part(id) for id in ids)
        assert kept.approved_no_count == counted.despite_count

    try_out(store, run)


@pytest.mark.parametrize("only_opted_in", [True, False])
def test_a_reason_covers_in_the_snapshot_who_had_chosen_before_it(store: Store, only_opted_in: bool) -> None:
    ids = write(store, everyone_there_is)
    rule = Rule(Category.MARKETING, only_opted_in=only_opted_in)

    def run(tx: Tx) -> None:
        people = contacts.many(tx, ids)
        events = sorted(one.facts.consent_event_id for one in people if one.facts.consent_event_id)
        covered_to = events[len(events) // 2]
        expected = {
            one.id: line_for(
                rule,
                one.facts,
                has_phone=bool(one.phone),
                chose_since=(one.facts.consent_event_id or 0) > covered_to,
            )
            for one in people
        }
        wanted = draft(add_template(tx), only_opted_in=only_opted_in)
        made = broadcasts.save_draft(tx, None, wanted, None)
        counts = audience.snapshot(tx, made, EVERYONE, rule, (), covered_to=covered_to).counts
        recipient = tables.broadcast_recipient.c
        rows = tx.rows(select(tables.broadcast_recipient).where(recipient.broadcast_id == made))
        assert {row.contact_id: Line(row.line) for row in rows} == expected
        assert counts == Counter(expected.values())
        assert (Line.OPTED_OUT_AFTER_LAUNCH in counts) is not only_opted_in

    try_out(store, run)


def test_the_checksum_is_the_same_in_sql_for_large_ids(store: Store) -> None:
    ids = [1, 2, 3, 4, 1_000_003, 2**31 - 1, 2**31, 10**9]

    def run(tx: Tx) -> list[int]:
        return [
            tx.conn.execute(select(audience.checksum_of(literal(id, BigInteger)))).scalar_one() for id in ids
        ]

    assert read(store, run) == [checksum_part(id) for id in ids]


def test_the_specifications_thousand(store: Store) -> None:
    """1,000 selected less 10 who opted out are 990, of whom 20 have no choice recorded."""
    from desktop.store.seeds import SeedContact
    from desktop.store.seeds import add_contacts as seed
    from tests.clock import START

    def make(tx: Tx) -> None:
        said = [OptIn.YES] * 970 + [OptIn.NONE] * 20 + [OptIn.NO] * 10
        seed(
            tx,
            [SeedContact("Ana", f"+1604555{number:04}", opt_in, START) for number, opt_in in enumerate(said)],
        )

    write(store, make)

    def counted(rule: Rule) -> tuple[int, int, int]:
        found = read(store, lambda tx: audience.breakdown(tx, EVERYONE, rule))
        return found.selected_count, found.will_be_sent_count, found.left_out_count

    assert counted(Rule(Category.MARKETING)) == (1_000, 990, 10)
    assert counted(Rule(Category.MARKETING, Policy(strict=True))) == (1_000, 970, 30)
    assert counted(Rule(Category.MARKETING, only_opted_in=False)) == (1_000, 1_000, 0)
    assert counted(Rule(Category.UTILITY)) == (1_000, 1_000, 0)


# Looking at people.


def test_people_are_searched_by_name_and_by_digits(store: Store) -> None:
    def make(tx: Tx) -> list[int]:
        return [
            add_contact(tx, 0, name="Ana Bell"),
            add_contact(tx, 142, name="Zoé 100%"),
            add_contact(tx, 200, name="O_Brien"),
        ]

    ana, zoe, brien = write(store, make)

    def found(search: str) -> set[int]:
        rule = Rule(Category.MARKETING)
        return {
            person.id
            for person, _ in read(store, lambda tx: audience.people(tx, EVERYONE, rule, search=search))
        }

    assert found("BELL") == {ana}
    assert found("zoé") == {zoe}
    assert found("%") == {zoe}
    assert found("_") == {brien}
    assert found("(416) 555-01 42") == {zoe}
    assert found("555") == {ana, zoe, brien}
    assert found("nobody") == set()
    assert found("bel\x00l") == {ana}


def test_people_are_limited_in_the_order_they_came(store: Store) -> None:
    ids = write(store, lambda tx: add_contacts(tx, OptIn.YES, OptIn.NO, OptIn.YES, OptIn.NONE, OptIn.YES))
    rule = Rule(Category.MARKETING)

    found = read(store, lambda tx: audience.people(tx, EVERYONE, rule, limit=2))
    opted_in = read(store, lambda tx: audience.people(tx, EVERYONE, rule, line=Line.WILL_OPTED_IN, limit=2))

    assert [(person.id, line) for person, line in found] == [
        (ids[0], Line.WILL_OPTED_IN),
        (ids[1], Line.OPTED_OUT),
    ]
    assert [person.id for person, _ in opted_in] == [ids[0], ids[2]]


def test_a_number_in_the_united_states_is_told_by_its_region(store: Store) -> None:
    def run(tx: Tx) -> None:
        add_contact(tx, 0, OptIn.YES)
        add_contact(tx, 1, OptIn.YES, phone_number=US_PHONE)
        found = audience.breakdown(tx, EVERYONE, Rule(Category.MARKETING))
        assert found.counts == {Line.WILL_OPTED_IN: 1, Line.US_NUMBER: 1}

    try_out(store, run)


def test_attributes_and_kinds_of_this_file_cover_every_kind() -> None:
    from tests.store.people import ATTRIBUTES

    assert {*ATTRIBUTES.values(), Kind.TAG, Kind.OPT_IN} == set(Kind)


def test_only_what_says_nothing_is_missing(store: Store) -> None:
    """No choice of several is kept as two bars; a text may be two bars, and says so."""

    def run(tx: Tx) -> None:
        city = contacts.make_attribute(tx, "City", Kind.TEXT)
        likes = contacts.make_attribute(tx, "Likes", Kind.CHOICES, ("shoes", "hats"))
        bars, blank = add_contact(tx, 0), add_contact(tx, 1)
        contacts.set_attribute(tx, bars, city, "||")
        contacts.set_attribute(tx, bars, likes, "shoes")
        contacts.set_attribute(tx, blank, city, " ")
        for field in ("attribute:City", "attribute:Likes"):
            wanted = (Variable("1", field),)
            assert line_by_line(tx, Rule(Category.MARKETING), wanted, [bars, blank]) == {
                bars: Line.WILL_NO_CHOICE,
                blank: Line.MISSING_VARIABLE,
            }
            counted = audience.breakdown(tx, EVERYONE, Rule(Category.MARKETING), wanted)
            assert counted.counts == {Line.WILL_NO_CHOICE: 1, Line.MISSING_VARIABLE: 1}, field

    try_out(store, run)
