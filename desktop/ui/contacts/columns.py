"""The columns of the contact table: what each shows, what it sorts by, and which a person chose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from desktop.domain.contact_table import ContactRow, SortBy
from desktop.domain.contacts import Contact
from desktop.domain.filters import ATTRIBUTE, Attribute, Kind
from desktop.domain.phones import pretty
from desktop.ui.broadcasts import words
from desktop.ui.parts import when
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.rows import Cell, Column

NAME, TAGS = "name", "tags"
USUAL: Final = (NAME, "phone", "opt_in", TAGS, "last_message")
"""The columns until a person chooses others."""


@dataclass(frozen=True, slots=True)
class ContactColumn(Column[ContactRow]):
    """key: how the machine's settings name it. sort: what a click on its head sorts by.

    tip: what is told under the mouse; not made before it is asked for, a table is painted often.
    """

    key: str = ""
    sort: SortBy | None = None
    tip: Callable[[ContactRow], str] | None = None


def opt_in_badge(contact: Contact) -> tuple[str, BadgeKind]:
    """The words and the kind of the badge; WhatsApp's stop comes first, since nothing here lifts it."""
    if contact.facts.stopped_in_whatsapp:
        return "Stopped in WhatsApp", BadgeKind.OUT
    return words.OPT_IN[contact.opt_in]


def value_words(kind: Kind, value: str) -> str:
    """An attribute's value as people read it: '13 Nov 2026', 'Red, Blue', 'Yes'."""
    if kind is Kind.DATE:
        return when.date_words(value)
    if kind is Kind.CHOICES:
        return ", ".join(one for one in value.split("|") if one)
    if kind is Kind.YES_NO:
        return {"yes": "Yes", "true": "Yes", "no": "No", "false": "No"}.get(value.casefold(), value)
    return value


def every_column(attributes: Sequence[Attribute], now: Callable[[], datetime]) -> list[ContactColumn]:
    """All columns there are, the built-in ones first."""
    return [
        ContactColumn("Name", lambda row: Cell(row.contact.shown_name), key=NAME, sort=SortBy.NAME),
        ContactColumn("Phone", _phone, 170, key="phone"),
        ContactColumn("Marketing opt-in", lambda row: Cell(*opt_in_badge(row.contact)), 170, key="opt_in"),
        ContactColumn(
            "Tags", lambda row: Cell(", ".join(row.contact.tags)), key=TAGS, tip=lambda row: ", ".join(row.contact.tags)
        ),
        _time("Last message", "last_message", lambda row: row.last_message_at, now),
        _time("Last wrote", "last_inbound", lambda row: row.contact.last_inbound_at, now, SortBy.LAST_INBOUND),
        _time("Created", "created", lambda row: row.contact.created_at, now, SortBy.CREATED),
        *(_attribute(one) for one in attributes),
    ]  # fmt: skip


def chosen_columns(every: Sequence[ContactColumn], keys: Sequence[str]) -> list[ContactColumn]:
    """Those a person chose, in the usual order; one that is gone is passed over, and Name is always there."""
    wanted = set(keys or USUAL) | {NAME}
    return [one for one in every if one.key in wanted]


def _attribute(attribute: Attribute) -> ContactColumn:
    def cell(row: ContactRow) -> Cell:
        value = row.contact.attributes.get(attribute.name, "")
        return Cell(value_words(attribute.kind, value), end=attribute.kind is Kind.NUMBER)

    return ContactColumn(
        attribute.name, cell, 130, end=attribute.kind is Kind.NUMBER, key=f"{ATTRIBUTE}{attribute.name}"
    )


def _phone(row: ContactRow) -> Cell:
    phone = row.contact.phone
    return Cell(pretty(phone)) if phone else Cell("–", color="muted")


def _time(
    title: str,
    key: str,
    read: Callable[[ContactRow], datetime | None],
    now: Callable[[], datetime],
    sort: SortBy | None = None,
) -> ContactColumn:
    def cell(row: ContactRow) -> Cell:
        moment = read(row)
        return Cell(when.short(moment, now()) if moment is not None else "–", color="muted")

    def tip(row: ContactRow) -> str:
        moment = read(row)
        return when.full(moment) if moment is not None else "Never"

    return ContactColumn(title, cell, 120, key=key, sort=sort, tip=tip)
