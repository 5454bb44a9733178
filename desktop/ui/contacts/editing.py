"""Adding and changing a contact: the card, the service, and what is said when it does not work."""

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.domain import phones
from desktop.domain.contact_table import TableQuery
from desktop.domain.contacts import Contact
from desktop.domain.problems import Problem
from desktop.services.contacts import ContactEdit
from desktop.ui.contacts.bulk_verbs import problem_words
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
            _check(wanted, known[0])
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
        if saved and contact is not None and contact.name:
            await self._offer_name(contact)
        return saved[0] if saved else None

    async def _add(self, wanted: ContactEdit, region: str) -> Contact:
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

    async def _offer_name(self, before: Contact) -> None:
        """The name was taken away, perhaps not on purpose: say so, with a way back."""
        if (await self._desk.app.contacts.get(before.id)).name:
            return

        def undo() -> None:
            self._desk.tasks.spawn(self._owner, self._name_again(before), on_problem=self._toast)

        self._desk.toasts.show_toast("Saved without a name", "warn", action="Undo", on_action=undo)

    async def _name_again(self, before: Contact) -> None:
        verbs = self._desk.app.contacts
        now = await verbs.get(before.id)
        if now.name:
            self._desk.toasts.show_toast(f"Not undone: the contact is called {now.name} now.", "warn")
            return
        await verbs.edit(now.id, ContactEdit(before.name, now.phone), "", self._desk.user())

    def _toast(self, problem: Exception) -> None:
        self._desk.toasts.show_toast(problem_words(problem), "danger")

    async def _owner_of(self, number: str) -> Contact | None:
        rows = await self._desk.app.contact_table.page(TableQuery(search=number), 0, 20)
        return next((row.contact for row in rows if row.contact.phone == number), None)


def _check(wanted: ContactEdit, known: Contact | None) -> None:
    """Raise a Problem where nothing would be left to tell the contact by; one who never had either may stay so."""
    had = known is None or bool(known.name or known.phone)
    if had and not wanted.name and not wanted.phone:
        raise Problem("Nothing to go by", "Give the contact a name or a number.", "name")
