"""Contacts: look, change what they said about marketing, tag."""

from desktop.domain import phones
from desktop.domain.consent import OptIn, Source
from desktop.domain.contacts import ConsentEvent, Contact
from desktop.domain.filters import Attribute
from desktop.domain.people import Right, User, require
from desktop.domain.problems import Problem
from desktop.store import consent, contacts, settings
from desktop.store.engine import Store, Tx, WriteLane


class ReasonNeeded(Problem):
    """NO to YES by a person is not done without saying why."""


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
            require(user, Right.CHANGE_OPT_IN, settings.load(tx).override_roles)
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
            require(user, Right.REPLY)
            known = contacts.find(tx, phone=number)
            return known[0] if known else contacts.create(tx, name, number)

        return await self._store.write(write)

    async def add_tag(self, contact_id: int, name: str, user: User) -> None:
        def write(tx: Tx) -> None:
            require(user, Right.REPLY)
            contacts.add_tags(tx, [contact_id], [name])

        await self._store.write(write)

    async def remove_tag(self, contact_id: int, name: str, user: User) -> None:
        def write(tx: Tx) -> None:
            require(user, Right.REPLY)
            contacts.remove_tag(tx, contact_id, name)

        await self._store.write(write)

    async def tag_names(self) -> list[str]:
        return await self._store.read(contacts.tag_names, people=True)

    async def attributes(self) -> list[Attribute]:
        """The workspace's attributes."""
        return list((await self._store.read(contacts.known_attributes, people=True)).values())

    async def count(self) -> int:
        return await self._store.read(contacts.count, people=True)
