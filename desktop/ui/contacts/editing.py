"""Adding and changing a contact: the card, the service, and what is said when it does not work."""

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.domain import phones
from desktop.domain.contact_table import TableQuery
from desktop.domain.contacts import Contact
from desktop.domain.problems import Problem
from desktop.services.contacts import ContactEdit
from desktop.ui.contacts.edit_dialog import ContactDialog, EditTexts
from desktop.ui.desk import Desk
from desktop.ui.dialog import ask
from desktop.ui.tasks import Once


class Taken(Problem):
    """Somebody else has the number; owner: who."""

    def __init__(self, owner: Contact) -> None:
        super().__init__("Number taken", f"{owner.shown_name} has this number already.", "phone")
        self.owner = owner


class Editing:
    """`open_contact(id)` is called when the person wants to look at who has the number."""

    def __init__(self, desk: Desk, owner: QWidget, open_contact: Callable[[int], object]) -> None:
        self._desk, self._owner, self._open_contact = desk, owner, open_contact

    async def edit(self, contact: Contact | None) -> int | None:
        """Show the card; the id of the contact that was added or changed, or None for *Cancel*."""
        app = self._desk.app
        texts = EditTexts(
            await app.contacts.attributes(),
            [one.name for one in await app.workspace.people()],
            (await app.workspace.settings()).default_country,
        )
        dialog = ContactDialog(self._desk.theme, self._owner.window(), contact, texts)
        saved: list[int] = []
        known = [contact]
        once = Once(self._desk.tasks, dialog, dialog.show_busy)

        async def save() -> None:
            wanted, region = dialog.wanted(), dialog.region
            there = known[0] or await self._add(wanted, region)
            known[0] = there  # if a field is refused, the next try changes what this one has added
            saved.append((await self._change(there, wanted, region)).id)
            dialog.done(1)

        def wrong(problem: Exception) -> None:
            if isinstance(problem, Taken):
                dialog.show_taken(problem.owner)
            elif isinstance(problem, Problem):
                dialog.show_problem(problem)

        dialog.save_requested.connect(lambda: once.start(save, on_problem=wrong))
        looked: list[int] = []

        def look(contact_id: int) -> None:
            looked.append(contact_id)
            dialog.reject()

        dialog.open_requested.connect(look)
        await ask(dialog)
        await asyncio.sleep(0)  # the card has gone before another page comes
        if looked:
            self._open_contact(looked[0])
        return saved[0] if saved else None

    async def _add(self, wanted: ContactEdit, region: str) -> Contact:
        if not wanted.name and not wanted.phone:
            raise Problem("Nothing to go by", "Give the contact a name or a number.", "name")
        number = phones.parse(wanted.phone, region)
        if (owner := await self._owner_of(number)) is not None:
            raise Taken(owner)
        app, before = self._desk.app, self._desk.app.clock.now()
        made = await app.contacts.get(await app.contacts.add(wanted.name, number, region, self._desk.user()))
        if made.created_at < before:  # known under another form of the number
            raise Taken(made)
        return made

    async def _change(self, contact: Contact, wanted: ContactEdit, region: str) -> Contact:
        try:
            return await self._desk.app.contacts.edit(contact.id, wanted, region, self._desk.user())
        except Problem as problem:
            if problem.field == "phone" and not isinstance(problem, phones.NotAPhone):
                owner = await self._owner_of(phones.parse(wanted.phone, region))
                if owner is not None and owner.id != contact.id:
                    raise Taken(owner) from problem
            raise

    async def _owner_of(self, number: str) -> Contact | None:
        rows = await self._desk.app.contact_table.page(TableQuery(search=number), 0, 20)
        return next((row.contact for row in rows if row.contact.phone == number), None)
