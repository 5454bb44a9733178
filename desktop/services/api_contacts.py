"""Contacts as other programs make, change and look them up, in the shape of Gallabox's contacts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from desktop.domain import api_filter
from desktop.domain.api_filter import EMAIL
from desktop.domain.api_filter_conditions import Known
from desktop.domain.api_filter_rules import AskedRule, rule_of
from desktop.domain.api_message import phone_of
from desktop.domain.contact_table import TableQuery
from desktop.domain.filters import BadFilter
from desktop.domain.keys import Caller
from desktop.domain.problems import Problem
from desktop.domain.public_ids import public_id
from desktop.domain.segments import Segment
from desktop.domain.text import fold
from desktop.services.api_answers import Once, once, written
from desktop.services.api_contact_edit import ContactWanted, change, checked_email, retag
from desktop.services.api_contact_shown import account_id, every_shown, moment, shown
from desktop.services.api_identity import (
    Conflict,
    found_by_both,
    found_by_email,
    found_by_phone,
    without_number,
)
from desktop.services.api_people import open_accounts
from desktop.store import api_contacts, consent, contact_table, contacts, segments, settings
from desktop.store.engine import Store, Tx, WriteLane

_MADE: Final = 201
_DONE: Final = 200


@dataclass(frozen=True, slots=True)
class ListWanted:
    """Which contacts: those of the rules (none: everyone) whose name or number contains the text; a page from 1."""

    rules: tuple[AskedRule, ...] = ()
    match_all: bool = True
    search: str = ""
    limit: int = 20
    page: int = 1


class ApiContacts:
    """The verbs that the API has on contacts and segments. Answers are JSON values."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(self, wanted: ContactWanted, caller: Caller, asked: Once) -> dict[str, Any]:
        """Make a contact. Raises Conflict (409), or a Problem that names the field."""
        wanted, phone = _named(wanted)
        email = wanted.email or ""

        def do(tx: Tx) -> dict[str, Any]:
            if phone and found_by_phone(tx, phone) is not None:
                raise Conflict("Known already", "There is a contact with this number. Use upsert.", "phone")
            # With another number it may be somebody else's; without one, it is the same person until told otherwise.
            if without_number(tx, email) if phone else found_by_email(tx, email) is not None:
                raise Conflict("Known already", "There is a contact with this address. Use upsert.", "email")
            return _written(tx, contacts.create(tx, "", phone or None), wanted, caller)

        return await self._write(wanted, lambda tx: once(tx, caller, asked, _MADE, lambda: do(tx)))

    async def upsert(self, wanted: ContactWanted, caller: Caller, asked: Once) -> dict[str, Any]:
        """Change the contact with this number, else the one with this address, or make one.

        Who has the address and no number is the one with the number; what was recorded of either stays, a No above
        all. Raises Conflict (409) where several have the address, or somebody with another number, or a Problem that
        names the field.
        """
        wanted, phone = _named(wanted)
        email = wanted.email or ""

        def do(tx: Tx) -> dict[str, Any]:
            at = found_by_both(tx, phone, email) if phone else found_by_email(tx, email)
            return _written(tx, contacts.create(tx, "", phone or None) if at is None else at, wanted, caller)

        return await self._write(wanted, lambda tx: once(tx, caller, asked, _DONE, lambda: do(tx)))

    async def tag(
        self, contact_id: int, add: tuple[str, ...], remove: tuple[str, ...], caller: Caller, asked: Once
    ) -> dict[str, Any]:
        """Give a contact tags, and take others from it. Raises NotFound."""

        def do(tx: Tx) -> dict[str, Any]:
            at = contacts.get(tx, contacts.kept_id(tx, contact_id)).id
            retag(tx, at, add, remove, caller.name)
            return shown(tx, at)

        return await written(self._store, lambda tx: once(tx, caller, asked, _DONE, lambda: do(tx)))

    async def get(self, contact_id: int) -> dict[str, Any]:
        """One contact, or the one it was merged into. Raises NotFound."""
        return await self._store.read(lambda tx: shown(tx, contacts.kept_id(tx, contact_id)))

    async def by_phone(self, phone: str) -> list[dict[str, Any]]:
        """The contact with this number: one or none. Raises NotAPhone (phone)."""
        number = phone_of(phone, "phone")

        def read(tx: Tx) -> list[dict[str, Any]]:
            return [shown(tx, one) for one in contacts.find(tx, phone=number)[:1]]

        return await self._store.read(read)

    async def search(self, text: str, limit: int, page: int) -> list[dict[str, Any]]:
        """A page (from 1) of those whose name or number contains the text, by name."""

        def read(tx: Tx) -> list[dict[str, Any]]:
            ids = contact_table.ids(tx, TableQuery(search=text), (page - 1) * limit, limit)
            return every_shown(tx, ids)

        return await self._store.read(read, listing=True)

    async def listed(self, wanted: ListWanted) -> list[dict[str, Any]]:
        """A page of those whom the rules select, by name. Raises a Problem that names the rule's part."""

        def read(tx: Tx) -> list[dict[str, Any]]:
            known = _known(tx)
            rules = [rule_of(one, known, f"filter.rules.{place}") for place, one in enumerate(wanted.rules)]
            try:
                ids = api_contacts.ids(
                    tx,
                    rules,
                    match_all=wanted.match_all,
                    search=wanted.search,
                    strict=settings.load(tx).policy.strict,
                    first=(wanted.page - 1) * wanted.limit,
                    limit=wanted.limit,
                )
            except BadFilter as wrong:
                raise Problem(wrong.title, wrong.sentence, "filter") from wrong
            return every_shown(tx, ids)

        return await self._store.read(read, listing=True)

    async def filters(self) -> dict[str, Any]:
        """What contacts can be listed by, and the operators of each type."""
        known = await self._store.read(contacts.known_attributes)
        return {
            "filters": api_filter.properties(known),
            "options": {type: list(operators) for type, operators in api_filter.OPERATORS.items()},
        }

    async def account_id(self) -> str:
        return await self._store.read(account_id)

    async def count(self) -> int:
        return await self._store.read(contacts.count, listing=True)

    async def history(self, contact_id: int) -> list[dict[str, Any]]:
        """What the contact said about marketing, oldest first. Raises NotFound."""

        def read(tx: Tx) -> list[dict[str, Any]]:
            at = contacts.get(tx, contacts.kept_id(tx, contact_id)).id
            return [
                {
                    "fact": one.fact.value,
                    "value": one.value,
                    "source": one.source.value,
                    "origin": one.origin,
                    "reason": one.reason,
                    "at": moment(one.at),
                }
                for one in consent.history(tx, at)
            ]

        return await self._store.read(read)

    async def segments(self) -> list[dict[str, Any]]:
        """The saved filters, by name."""

        def read(tx: Tx) -> list[dict[str, Any]]:
            return [segment_shown(tx, one) for one in segments.every(tx)]

        return await self._store.read(read, listing=True)

    async def segment(self, segment_id: int) -> dict[str, Any]:
        """One saved filter with how many it selects now. Raises NotFound, or a Problem: a field of it is gone."""

        def read(tx: Tx) -> dict[str, Any]:
            found = segments.get(tx, segment_id)
            count = contact_table.count(tx, TableQuery(found.filter))
            return {**segment_shown(tx, found), "contactCount": count}

        return await self._store.read(read, listing=True)

    async def _write(self, wanted: ContactWanted, run: Callable[[Tx], dict[str, Any]]) -> dict[str, Any]:
        lane = WriteLane.PEOPLE if wanted.opt_in is None else WriteLane.CONSENT
        return await written(self._store, run, lane)


def _named(wanted: ContactWanted) -> tuple[ContactWanted, str]:
    """What is wanted, the address in its own place; and the number as E.164, "" where the address alone names the
    contact. Raises a Problem (phone, email)."""
    given = {name: value for name, value in wanted.values.items() if fold(name) == fold(EMAIL)}
    if given:
        others = {name: value for name, value in wanted.values.items() if name not in given}
        email = next(iter(given.values())) if wanted.email is None else wanted.email
        wanted = replace(wanted, email=email, values=others)
    checked_email(wanted.email or "")
    if wanted.phone.strip():
        return wanted, phone_of(wanted.phone, "phone")
    if not (wanted.email or "").strip():
        raise Problem("Nobody named", "Give the contact’s phone, or its email.", "phone")
    return wanted, ""


def _written(tx: Tx, contact_id: int, wanted: ContactWanted, caller: Caller) -> dict[str, Any]:
    change(tx, contact_id, wanted, caller)
    return shown(tx, contact_id)


def _known(tx: Tx) -> Known:
    tags = contacts.known_tags(tx)
    people = open_accounts(tx)
    by_id = {public_id(one.user.id): one.user.name for one in people}
    by_email = {fold(one.sign_in_name): one.user.name for one in people if one.sign_in_name}
    names = {public_id(id): name for name, id in tags.items()}
    return Known(contacts.known_attributes(tx), names, by_id | by_email)


def segment_shown(tx: Tx, one: Segment) -> dict[str, Any]:
    """A saved filter as the API tells it."""
    return {
        "id": public_id(one.id),
        "name": one.name,
        "contactFilter": api_filter.filter_shown(one.filter, contacts.known_attributes(tx)),
        "updatedAt": moment(one.updated_at),
    }
