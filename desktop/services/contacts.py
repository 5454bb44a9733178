"""Contacts: look, change what they said about marketing, tag."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop.domain import phones
from desktop.domain.activity import NAMELESS, Deed
from desktop.domain.audience import Line
from desktop.domain.consent import OptIn, Source
from desktop.domain.contacts import ConsentEvent, Contact
from desktop.domain.conversations import MessageView
from desktop.domain.filters import Attribute
from desktop.domain.merging import merged, sentences
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.services import contact_edit
from desktop.services.contact_edit import ContactEdit, checked_name
from desktop.services.rights import allow
from desktop.store import (
    activity,
    consent,
    contact_broadcasts,
    contacts,
    conversations,
    duplicates,
    merging,
    thread_events,
)
from desktop.store.engine import Store, Tx, WriteLane

__all__ = ["ContactBroadcast", "ContactEdit", "Contacts", "MergePreview", "ReasonNeeded"]


class ReasonNeeded(Problem):
    """NO to YES by a person is not done without saying why."""


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
        recorded as nothing: the history tells changes. Only a No is kept as often as it is said.
        """

        def write(tx: Tx) -> None:
            allow(tx, user, Right.CHANGE_OPT_IN)
            # A page may still show one who was merged meanwhile: the answer is that of the one who was kept.
            at = contacts.kept_id(tx, contact_id)
            _, known = consent.facts_of(tx, at, lock=True)
            if known.opt_in is value and value is not OptIn.NO:
                return
            if known.opt_in is OptIn.NO and value is not OptIn.NO and not reason.strip():
                raise ReasonNeeded(
                    "Say why", "The contact opted out. Write where they asked for marketing again.", "reason"
                )
            consent.record(tx, at, value, Source.AGENT, user_id=user.id, reason=reason.strip())
            told = f"{known.opt_in.value} → {value.value}" + (f": {reason.strip()}" if reason.strip() else "")
            subject = contacts.get(tx, at).name or NAMELESS
            activity.log(tx, user, Deed.OPT_IN_CHANGED, subject, told)

        await self._store.write(write, WriteLane.CONSENT)

    async def add(self, name: str, phone: str, country: str, user: User) -> int:
        """Add a contact by hand, without a recorded choice; returns its id, or the known one's.

        Raises NotAllowed, NotAPhone, or a Problem (name).
        """
        number, shown = phones.parse(phone, country), checked_name(name)

        def write(tx: Tx) -> int:
            allow(tx, user, Right.EDIT_CONTACTS)
            known = contacts.find(tx, phone=number)
            if known:
                return known[0]
            made = contacts.create(tx, shown, number)
            activity.log(tx, user, Deed.CONTACT_ADDED, shown or NAMELESS)
            return made

        return await self._store.write(write)

    async def edit(self, contact_id: int, wanted: ContactEdit, country: str, user: User) -> Contact:
        """Change name, number and attributes; only what differs. Raises NotAllowed, or a Problem naming the
        field: name, phone, attribute:<name>. A number that another contact has is a Problem, too."""
        return await self._store.write(lambda tx: contact_edit.edit(tx, contact_id, wanted, country, user))

    async def duplicates(self, contact_id: int) -> list[Contact]:
        """Contacts that may be the same person: the same name, or the same number without its country code."""
        return await self._store.read(lambda tx: duplicates.find(tx, contact_id))

    async def merge_preview(self, keep_id: int, drop_ids: Sequence[int]) -> MergePreview:
        """What the merge would make; nothing is changed. Raises NotFound, Overtaken."""
        return await self._store.read(lambda tx: _preview(tx, keep_id, drop_ids), people=True)

    async def merge(self, keep_id: int, drop_ids: Sequence[int], user: User) -> Contact:
        """Make several contacts one: NO is kept, tags are united, values of the kept one win.

        Raises NotAllowed, NotFound, Overtaken.
        """

        def write(tx: Tx) -> Contact:
            allow(tx, user, Right.MERGE)
            preview = _preview(tx, keep_id, drop_ids)
            consent.merge(tx, keep_id, [one.id for one in preview.dropped])
            done = contacts.get(tx, keep_id)
            told = ", ".join(one.name or NAMELESS.lower() for one in preview.dropped)
            activity.log(tx, user, Deed.MERGED, done.name or NAMELESS, f"with {told}")
            return done

        return await self._store.write(write, WriteLane.CONSENT)

    async def broadcasts(self, contact_id: int) -> list[ContactBroadcast]:
        """The broadcasts a contact was selected for, newest first; of whoever was merged into it, too."""

        def read(tx: Tx) -> list[ContactBroadcast]:
            found = contact_broadcasts.of_contacts(tx, merging.merged_ids(tx, contact_id))
            views = {
                one.id: one
                for one in conversations.messages(tx, [row.message_id for row in found if row.message_id])
            }
            return [
                ContactBroadcast(row.id, row.name, row.launched_at, Line(row.line), views.get(row.message_id))
                for row in found
            ]

        return await self._store.read(read, people=True)

    async def add_tag(self, contact_id: int, name: str, user: User) -> None:
        def write(tx: Tx) -> None:
            allow(tx, user, Right.EDIT_CONTACTS)
            thread_events.tag(tx, contacts.kept_id(tx, contact_id), [name], user.name)

        await self._store.write(write)

    async def remove_tag(self, contact_id: int, name: str, user: User) -> None:
        def write(tx: Tx) -> None:
            allow(tx, user, Right.EDIT_CONTACTS)
            thread_events.untag(tx, contacts.kept_id(tx, contact_id), name, user.name)

        await self._store.write(write)

    async def tag_names(self) -> list[str]:
        return await self._store.read(contacts.tag_names, people=True)

    async def attributes(self) -> list[Attribute]:
        """The workspace's attributes."""
        return list((await self._store.read(contacts.known_attributes, people=True)).values())

    async def count(self) -> int:
        return await self._store.read(contacts.count, people=True)


def _preview(tx: Tx, keep_id: int, drop_ids: Sequence[int]) -> MergePreview:
    wanted = sorted(set(drop_ids) - {keep_id})
    if not wanted:
        raise Problem("Nothing to merge", "Choose at least two contacts.")
    for one in (keep_id, *wanted):
        contacts.expect_there(tx, one)
    kept, *dropped = contacts.many(tx, [keep_id, *wanted])
    no_at = merging.no_since(tx, [keep_id, *wanted])
    return MergePreview(kept, tuple(dropped), merged(kept, dropped), sentences(kept, dropped, no_at))
