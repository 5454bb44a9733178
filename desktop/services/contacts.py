"""Contacts: look, change what they said about marketing, tag."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from desktop.domain import phones
from desktop.domain.audience import Line
from desktop.domain.consent import OptIn, Source
from desktop.domain.contacts import ConsentEvent, Contact
from desktop.domain.conversations import MessageView
from desktop.domain.filters import Attribute
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.services.rights import allow
from desktop.store import consent, contacts
from desktop.store.engine import Store, Tx, WriteLane


class ReasonNeeded(Problem):
    """NO to YES by a person is not done without saying why."""


@dataclass(frozen=True, slots=True)
class ContactEdit:
    """What a person typed. phone: as typed, "" for none. attributes: by name, "" clears."""

    name: str
    phone: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContactBroadcast:
    """One broadcast that a contact was selected for, and what became of it there."""

    broadcast_id: int
    name: str
    at: datetime
    line: Line
    message: MessageView | None


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What one contact would be after the merge. facts: NO and WhatsApp's stop of any of them are kept.

    sentences: what changes, for people ('Opt-in stays No: Priya Sharma opted out on 12 Nov.').
    """

    kept: Contact
    dropped: tuple[Contact, ...]
    merged: Contact
    sentences: tuple[str, ...]


class Contacts:
    """The verbs on contacts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, contact_id: int) -> Contact:
        """One contact. Raises NotFound."""
        return await self._store.read(lambda tx: contacts.get(tx, contact_id), people=True)

    async def history(self, contact_id: int) -> list[ConsentEvent]:
        """Its consent events, oldest first."""
        return await self._store.read(lambda tx: consent.history(tx, contact_id), people=True)

    async def set_opt_in(self, contact_id: int, value: OptIn, user: User, reason: str = "") -> None:
        """Record a person's change of the opt-in.

        Raises ReasonNeeded for NO to YES without a reason, NotAllowed by role. The same value again is
        recorded as nothing: the history tells changes.
        """

        def write(tx: Tx) -> None:
            allow(tx, user, Right.CHANGE_OPT_IN)
            _, known = consent.facts_of(tx, contact_id, lock=True)
            if known.opt_in is value:
                return
            if known.opt_in is OptIn.NO and not reason.strip():
                raise ReasonNeeded(
                    "Say why", "The contact opted out. Write where they asked for marketing again.", "reason"
                )
            consent.record(tx, contact_id, value, Source.AGENT, user_id=user.id, reason=reason.strip())

        await self._store.write(write, WriteLane.CONSENT)

    async def add(self, name: str, phone: str, country: str, user: User) -> int:
        """Add a contact by hand, without a recorded choice; returns its id, or the known one's."""
        number = phones.parse(phone, country)

        def write(tx: Tx) -> int:
            allow(tx, user, Right.EDIT_CONTACTS)
            known = contacts.find(tx, phone=number)
            return known[0] if known else contacts.create(tx, name, number)

        return await self._store.write(write)

    async def edit(self, contact_id: int, wanted: ContactEdit, country: str, user: User) -> Contact:
        """Change name, number and attributes; only what differs. Raises NotAllowed, or a Problem naming the
        field: name, phone, attribute:<name>. A number that another contact has is a Problem, too."""
        raise NotImplementedError

    async def duplicates(self, contact_id: int) -> list[Contact]:
        """Contacts that may be the same person: the same name, or the same number without its country code."""
        raise NotImplementedError

    async def merge_preview(self, keep_id: int, drop_ids: Sequence[int]) -> MergePreview:
        """What the merge would make; nothing is changed. Raises NotFound."""
        raise NotImplementedError

    async def merge(self, keep_id: int, drop_ids: Sequence[int], user: User) -> Contact:
        """Make several contacts one: NO is kept, tags are united, values of the kept one win. Raises NotAllowed."""
        raise NotImplementedError

    async def broadcasts(self, contact_id: int) -> list[ContactBroadcast]:
        """The broadcasts a contact was selected for, newest first."""
        raise NotImplementedError

    async def add_tag(self, contact_id: int, name: str, user: User) -> None:
        def write(tx: Tx) -> None:
            allow(tx, user, Right.EDIT_CONTACTS)
            contacts.add_tags(tx, [contact_id], [name])

        await self._store.write(write)

    async def remove_tag(self, contact_id: int, name: str, user: User) -> None:
        def write(tx: Tx) -> None:
            allow(tx, user, Right.EDIT_CONTACTS)
            contacts.remove_tag(tx, contact_id, name)

        await self._store.write(write)

    async def tag_names(self) -> list[str]:
        return await self._store.read(contacts.tag_names, people=True)

    async def attributes(self) -> list[Attribute]:
        """The workspace's attributes."""
        return list((await self._store.read(contacts.known_attributes, people=True)).values())

    async def count(self) -> int:
        return await self._store.read(contacts.count, people=True)
