"""Generated contacts and filters, as the store keeps them and as `filters.matches` sees them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st
from sqlalchemy import update

from desktop.domain import filters
from desktop.domain.consent import OptIn, Source
from desktop.domain.filters import ATTRIBUTE, FIELDS, OPERATORS, Condition, Filter, Kind, Op, Person, Value
from desktop.store import consent, contacts, tables
from desktop.store.engine import Tx
from tests.clock import START
from tests.store.world import US_PHONE, phone

ATTRIBUTES: Final = {
    "City": Kind.TEXT,
    "Points": Kind.NUMBER,
    "Birthday": Kind.DATE,
    "Level": Kind.CHOICE,
    "Likes": Kind.CHOICES,
    "Newsletter": Kind.YES_NO,
    "Owner": Kind.USER,
}

# Few and awkward letters: wildcards of LIKE, quotes, the bar between choices, cases that fold, widths.
LETTERS: Final = "aAbB%_/\\'\"|ßSsİiéÉ①1ﬁ\u00a0 ,-"
texts = st.text(LETTERS, min_size=1, max_size=4).filter(lambda one: bool(one.strip()))
words = st.sampled_from(
    ["Shoes", "shoes ", "Hats", "SHOES", "ＶＩＰ", "vip", "a%b", "a_b", "Straße", "STRASSE", "x"]
)
moments = st.sampled_from(
    [
        START + timedelta(days=days, hours=hours, microseconds=us)
        for days in (-400, -1, 0, 1)
        for hours in (-12, 0, 11)
        for us in (0, 1)
    ]
)
NUMBERS: Final = ("0", "-1", "1", "12.5", "1e3", " 7 ", "12.50", "-0.0")
UNREADABLE: Final = {
    Kind.NUMBER: ("twelve", "nan", "inf", "-inf"),
    Kind.DATE: ("soon",),
    Kind.YES_NO: ("maybe",),
}


def _attribute_texts(kind: Kind) -> st.SearchStrategy[str]:
    readable: dict[Kind, st.SearchStrategy[str]] = {
        Kind.TEXT: texts,
        Kind.NUMBER: st.sampled_from(NUMBERS),
        Kind.DATE: moments.map(lambda at: at.isoformat()),
        Kind.CHOICE: words,
        Kind.USER: words,
        Kind.CHOICES: st.lists(words, min_size=1, max_size=3).map("|".join),
        Kind.YES_NO: st.sampled_from(["yes", "No", " TRUE", "false"]),
    }
    unreadable = UNREADABLE.get(kind)
    return readable[kind] | st.sampled_from(unreadable) if unreadable else readable[kind]


def _typed(kind: Kind, text: str) -> Value | None:
    """What a filter sees of an attribute's text; None if it cannot be read."""
    if text in UNREADABLE.get(kind, ()):
        return None
    if kind is Kind.NUMBER:
        return float(text)
    if kind is Kind.DATE:
        return datetime.fromisoformat(text)
    if kind is Kind.CHOICES:
        return tuple(text.split("|"))
    if kind is Kind.YES_NO:
        return text.strip().casefold() in ("yes", "true")
    return text


@dataclass(frozen=True)
class Made:
    """A contact as generated."""

    name: str
    phone: str | None
    opt_in: OptIn
    stopped: bool
    created: datetime
    last_inbound: datetime | None
    tags: tuple[str, ...]
    attributes: dict[str, str] = field(default_factory=dict)

    def keep(self, tx: Tx) -> Person:
        """Write it and return what a filter can see of it."""
        id = contacts.create(tx, self.name, self.phone, user_id=None if self.phone else f"CA.{self.created}")
        contacts.add_tags(tx, [id], self.tags)
        known = contacts.known_attributes(tx)
        for name, text in self.attributes.items():
            contacts.set_attribute(tx, id, known[name], text)
        if self.opt_in is not OptIn.NONE:
            consent.record(tx, id, self.opt_in, Source.IMPORT)
        if self.stopped:
            consent.record(tx, id, True, Source.WHATSAPP)
        times = {"created_at": self.created, "last_inbound_at": self.last_inbound}
        tx.conn.execute(update(tables.contact).where(tables.contact.c.id == id).values(times))
        typed = {name: _typed(ATTRIBUTES[name], text) for name, text in self.attributes.items()}
        return Person(
            id,
            self.name.strip(),
            self.phone or "",
            self.opt_in,
            self.created,
            self.last_inbound,
            frozenset(self.tags),
            {name: value for name, value in typed.items() if value is not None},
        )


def make_attributes(tx: Tx) -> None:
    for name, kind in ATTRIBUTES.items():
        contacts.make_attribute(tx, name, kind)


@st.composite
def people(draw: st.DrawFn, most: int = 3) -> list[Made]:
    """Up to `most` contacts with different phones, some with none."""
    count = draw(st.integers(1, most))
    phones = draw(st.permutations([phone(0), phone(142), phone(599), US_PHONE, None, None]))
    return [
        Made(
            name=draw(st.just("") | texts),
            phone=phones[number],
            opt_in=draw(st.sampled_from(OptIn)),
            stopped=draw(st.booleans()),
            created=draw(moments) + timedelta(microseconds=number),
            last_inbound=draw(st.none() | moments),
            tags=tuple(draw(st.lists(words, max_size=2))),
            attributes={
                name: draw(_attribute_texts(kind)) for name, kind in ATTRIBUTES.items() if draw(st.booleans())
            },
        )
        for number in range(count)
    ]


def _values(kind: Kind, name: str) -> st.SearchStrategy[str]:
    if name == "phone":
        return st.sampled_from(
            ["+1604", "0142", "+12125550142", phone(0), "+", "9", "(604) 555-0100", "+1 416"]
        )
    wanted: dict[Kind, st.SearchStrategy[str]] = {
        Kind.TEXT: texts,
        Kind.NUMBER: st.sampled_from(NUMBERS),
        Kind.DATE: st.dates(START.date() - timedelta(days=2), START.date() + timedelta(days=2)).map(str)
        | st.sampled_from(["0001-01-01", "9999-12-31", str((START - timedelta(days=400)).date())]),
        Kind.CHOICE: words,
        Kind.USER: words,
        Kind.CHOICES: words | st.sampled_from(["shoes|hats", "|", "s|h"]),
        Kind.YES_NO: st.sampled_from(["yes", "NO ", "True", "false"]),
        Kind.TAG: words,
        Kind.OPT_IN: st.sampled_from(["yes", "NO", "none"]),
    }
    return wanted[kind]


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Any field with any of its operators."""
    name, kind = draw(
        st.sampled_from([*FIELDS.items(), *((ATTRIBUTE + name, kind) for name, kind in ATTRIBUTES.items())])
    )
    op = draw(st.sampled_from(OPERATORS[kind]))
    if op in (Op.EMPTY, Op.NOT_EMPTY):
        return Condition(name, op)
    most = 3 if op in (Op.ANY_OF, Op.ALL_OF, Op.NONE_OF) else 1
    return Condition(name, op, tuple(draw(st.lists(_values(kind, name), min_size=1, max_size=most))))


def _group(items: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Filter]:
    return st.builds(Filter, st.lists(items, min_size=least, max_size=3).map(tuple), st.booleans())


wanted_filters = _group(conditions() | _group(conditions()))
"""Filters of up to three items, nested once."""


def selected(wanted: Filter, everyone: list[Person], tx: Tx) -> set[int]:
    """Whom the filter selects, person by person."""
    known = contacts.known_attributes(tx)
    return {one.id for one in everyone if filters.matches(wanted, one, known)}
