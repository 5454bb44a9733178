"""What the list does beside showing: views kept and deleted, several conversations changed at once and taken back."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

from PySide6.QtWidgets import QLineEdit

from desktop.domain.inbox import InboxView, Wanted
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.services.inbox_bulk import Deed, Done, InboxBulk, Tell
from desktop.ui.conversations.list import ConversationList
from desktop.ui.conversations.list_menus import AssignMenu, ViewsMenu
from desktop.ui.conversations.list_tag import TagDialog
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.menu import drop
from desktop.ui.parts.naming import named
from desktop.ui.tasks import Once

PATIENCE_S: Final = 1.0
"""What takes longer shows how far it is."""


class ListVerbs:
    """Coroutines for the page. `changed` when the list should be read again."""

    def __init__(
        self,
        desk: Desk,
        list: ConversationList,
        changed: Callable[[], object],
        on_problem: Callable[[Exception], object],
    ) -> None:
        self._desk, self._list, self._changed, self._on_problem = desk, list, changed, on_problem
        self._once = Once(desk.tasks, list)

    # Views.

    async def open_views(self) -> None:
        """The menu of a person's views, under its button."""
        views = await self._desk.app.inbox.views(self._desk.user())
        menu = ViewsMenu(
            self._list,
            views,
            self._list.wanted,
            choose=lambda view: self._list.ask_for(view.wanted),
            save=lambda: self._spawn(self.save_view(self._list.wanted)),
            remove=lambda view: self._spawn(self.remove_view(view)),
        )
        drop(menu, self._list.views)

    async def save_view(self, wanted: Wanted) -> None:
        """Ask for a name, and keep box, order and conditions under it."""
        desk = self._desk
        dialog = CardDialog(desk.theme, self._list.window(), "Save this view", name="inbox_view")
        dialog.add_text(self._list.told(wanted))
        field = named(QLineEdit(), "inbox_view_name")
        field.setMaxLength(60)
        row = FormRow("Name", field, help_text="Only you see it. A view of the same name is replaced.", name="inbox_view_row")  # fmt: skip
        dialog.body.addWidget(row)
        dialog.focus_first(field)
        dialog.add_button("Cancel", result=0, name="inbox_view_cancel")
        keep = dialog.add_button("Save", "primary", result=1, name="inbox_view_keep")
        keep.clicked.disconnect()

        async def save() -> None:
            await desk.app.inbox.save_view(field.text(), wanted, desk.user())
            dialog.done(1)

        def wrong(problem: Exception) -> None:
            row.show_problem(problem.sentence if isinstance(problem, Problem) else str(problem))
            field.setFocus()

        once = Once(desk.tasks, dialog, lambda busy: keep.setEnabled(not busy))
        keep.clicked.connect(lambda: once.start(save, on_problem=wrong))
        field.returnPressed.connect(keep.click)
        name = field.text
        if await ask(dialog):
            desk.toasts.show_toast(f"View “{name().strip()}” saved", "done")

    async def remove_view(self, view: InboxView) -> None:
        """Delete a view; it can be brought back."""
        inbox, user = self._desk.app.inbox, self._desk.user()
        await inbox.remove_view(view.id, user)
        self._desk.toasts.show_toast(
            f"View “{view.name}” deleted",
            "done",
            action="Undo",
            on_action=lambda: self._spawn(inbox.save_view(view.name, view.wanted, user)),
        )

    # Several at once.

    async def assign(self) -> None:
        """Ask who gets the chosen ones."""
        people = await self._desk.app.workspace.people()
        menu = AssignMenu(self._list, people, self._desk.user(), self._assign_to)
        drop(menu, self._list.bulk.verbs["assign"])

    def _assign_to(self, to: User | None) -> None:
        ids, user = self._list.many, self._desk.user()
        self._start(lambda bulk, tell: bulk.assign(ids, to, user, tell), "Assigning")

    def set_open(self, is_open: bool) -> None:
        ids, user = self._list.many, self._desk.user()
        doing = "Opening" if is_open else "Closing"
        self._start(lambda bulk, tell: bulk.set_open(ids, is_open, user, tell), doing)

    async def tag(self) -> None:
        """Ask which tag the chosen ones get."""
        ids, user = self._list.many, self._desk.user()
        tags = await self._desk.app.contacts.tag_names()
        dialog = TagDialog(self._desk.theme, self._list.window(), tags, len(ids))
        if await ask(dialog):
            name = dialog.name
            self._start(lambda bulk, tell: bulk.add_tag(ids, name, user, tell), "Tagging")

    def _start(self, verb: Callable[[InboxBulk, Tell], Coroutine[Any, Any, Done]], doing: str) -> None:
        self._once.start(lambda: self._do(verb, doing), on_problem=self._on_problem)

    async def _do(self, verb: Callable[[InboxBulk, Tell], Coroutine[Any, Any, Done]], doing: str) -> None:
        try:
            done = await verb(self._desk.app.inbox.bulk, self._told(doing))
        finally:
            self._list.show_bulk()
        self._list.view.clear_many()
        self._changed()
        user = self._desk.user()
        if not done.changed_count:
            self._desk.toasts.show_toast(f"Nothing to change: {nothing(done)}", "info")
            return
        self._desk.toasts.show_toast(
            await self._words(done),
            "done",
            action="Undo",
            on_action=lambda: self._spawn(self._undo(done, user)),
        )

    async def _undo(self, done: Done, user: User) -> None:
        back = await self._desk.app.inbox.bulk.undo(done, user, self._told("Undoing"))
        self._list.show_bulk()
        self._changed()
        left = done.changed_count - back
        if left:
            changed = "has" if left == 1 else "have"
            told = f"{conversations(back)} as before; {left:,} {changed} been changed since and stay so."
            self._desk.toasts.show_toast(told, "warn")

    def _told(self, doing: str) -> Tell:
        """Shows how far it is, once it has taken longer than anybody waits without a word."""
        began_s = time.monotonic()

        def tell(done: int, total: int) -> None:
            if time.monotonic() - began_s > PATIENCE_S and done < total:
                self._list.bulk.show_progress(f"{doing} {done:,} of {total:,}…")

        return tell

    async def _words(self, done: Done) -> str:
        """'3 conversations closed'."""
        what = conversations(done.changed_count)
        if done.deed is Deed.TAG:
            return f"{what} tagged “{done.to}”"
        if done.deed is Deed.OPEN:
            return f"{what} {'opened again' if done.to else 'closed'}"
        if not done.to:
            return f"{what} moved to Unassigned"
        people = await self._desk.app.workspace.people()
        name = next((one.name for one in people if one.id == done.to), "a colleague")
        return f"{what} assigned to {'you' if done.to == self._desk.user().id else name}"

    def _spawn(self, coro: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        return self._desk.tasks.spawn(self._list, coro, on_problem=self._on_problem)


def conversations(count: int) -> str:
    return "1 conversation" if count == 1 else f"{count:,} conversations"


def nothing(done: Done) -> str:
    """Why nothing changed."""
    if done.deed is Deed.TAG:
        return f"they have the tag “{done.to}” already"
    if done.deed is Deed.OPEN:
        return "they are open" if done.to else "they are closed"
    return "they are assigned so already"
