"""What is done with the selected contacts: asked on a card, done behind a bar, told with a way back."""

import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.domain.bulk import BulkChange, UndoCounts, deed_of
from desktop.domain.contact_table import Target
from desktop.domain.problems import Problem
from desktop.services.bulk import BulkResult
from desktop.ui.contacts.bulk_dialogs import BulkDialog, FieldDialog, OptInDialog, TagsDialog, contacts_words
from desktop.ui.contacts.progress import Tell, with_progress
from desktop.ui.desk import Desk
from desktop.ui.dialog import ask
from desktop.ui.sequences.choose_sequence import choose_sequence
from desktop.ui.sequences.enrol_dialog import enrol_contacts

UNDO_PATIENCE_S = 1.0


class BulkVerbs:
    """Coroutines for the page; `changed` is called when contacts are different."""

    def __init__(
        self,
        desk: Desk,
        owner: QWidget,
        changed: Callable[[], object],
        on_problem: Callable[[Exception], object],
    ) -> None:
        self._desk, self._owner, self._changed, self._on_problem = desk, owner, changed, on_problem

    async def tags(self, target: Target, *, add: bool) -> None:
        app = self._desk.app
        count = await app.bulk.count(target)
        known = await app.contacts.tag_names()
        await self._ask(target, TagsDialog(self._desk.theme, self._owner.window(), known, count, add=add))

    async def field(self, target: Target) -> None:
        app = self._desk.app
        count = await app.bulk.count(target)
        attributes = await app.fields.every()
        people = [one.name for one in await app.workspace.people()]
        await self._ask(
            target, FieldDialog(self._desk.theme, self._owner.window(), attributes, people, count)
        )

    async def opt_in(self, target: Target) -> None:
        app = self._desk.app
        count = await app.bulk.count(target)
        out = await app.bulk.opted_out_count(target)
        await self._ask(target, OptInDialog(self._desk.theme, self._owner.window(), count, out))

    async def enrol(self, target: Target) -> None:
        """Ask for a sequence, show what it does, and put them in."""
        record = await choose_sequence(self._desk, self._owner)
        if record is not None:
            await enrol_contacts(self._desk, self._owner, record, target)

    async def undo(self, bulk_id: int) -> None:
        """Bring back what stood before, and say how it went."""
        app, user = self._desk.app, self._desk.user()

        async def work(tell: Tell, stop: threading.Event) -> UndoCounts:
            return await app.bulk.undo(bulk_id, user, tell, stop)

        counts = await with_progress(
            self._desk, self._owner.window(), "Undoing…", work, patience_s=UNDO_PATIENCE_S
        )
        self._changed()
        self._desk.toasts.show_toast(undo_words(counts), "done")

    async def _ask(self, target: Target, dialog: BulkDialog) -> None:
        change = dialog.change() if await ask(dialog) else None
        if change is not None:
            await self._run(target, change)

    async def _run(self, target: Target, change: BulkChange) -> None:
        app, user = self._desk.app, self._desk.user()

        async def work(tell: Tell, stop: threading.Event) -> BulkResult:
            return await app.bulk.run(target, change, user, tell, stop)

        try:
            result = await with_progress(self._desk, self._owner.window(), "Changing contacts…", work)
        finally:
            self._changed()
        if not result.changed_count:
            self._desk.toasts.show_toast("Nothing to change: all of them have it already.", "info")
            return
        said = deed_of(change, result.changed_count)
        if result.stopped:
            said += (
                f", then stopped. {contacts_words(result.selected_count - _done(result))} were not looked at."
            )
        self._desk.toasts.show_toast(
            said,
            "warn" if result.stopped else "done",
            action="Undo",
            on_action=partial(self._spawn_undo, result.bulk_id),
        )

    def _spawn_undo(self, bulk_id: int) -> None:
        self._desk.tasks.spawn(self._owner, self.undo(bulk_id), on_problem=self._on_problem)


def _done(result: BulkResult) -> int:
    return result.changed_count + result.unchanged_count


def undo_words(counts: UndoCounts) -> str:
    """'Undone: 1,204 contacts are as before.', with those that are gone and those that stay as they are."""
    parts = []
    if counts.restored:
        parts.append(f"{contacts_words(counts.restored)} {'is' if counts.restored == 1 else 'are'} as before")
    if counts.removed:
        parts.append(f"{contacts_words(counts.removed)} {'is' if counts.removed == 1 else 'are'} gone again")
    if counts.kept:
        stay = "stays" if counts.kept == 1 else "stay"
        parts.append(f"{contacts_words(counts.kept)} {stay}: something newer is there")
    return f"Undone: {', '.join(parts)}." if parts else "Undone: there was nothing to bring back."


def problem_words(problem: Exception) -> str:
    """A Problem in one line, for a toast."""
    return f"{problem.title}. {problem.sentence}" if isinstance(problem, Problem) else str(problem)
