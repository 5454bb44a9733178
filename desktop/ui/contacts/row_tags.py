"""Tags edited in the row: the little editor over the cell, each change done at once and with a way back."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from desktop.domain.contacts import Contact
from desktop.ui.contacts.columns import TAGS
from desktop.ui.contacts.table import ContactsTable
from desktop.ui.contacts.tag_popup import TagPopup
from desktop.ui.desk import Desk


class RowTags:
    """`changed` is called after each change; `on_problem` gets what a person should be told."""

    def __init__(
        self,
        desk: Desk,
        owner: QWidget,
        table: ContactsTable,
        changed: Callable[[], object],
        on_problem: Callable[[Exception], object],
    ) -> None:
        self._desk, self._owner, self._table = desk, owner, table
        self._changed, self._on_problem = changed, on_problem

    def edit(self, contact_id: int, known: Sequence[str]) -> None:
        """Open the editor over a row that is in sight. known: all tags of the workspace."""
        table, window = self._table, self._owner.window()
        position = table.rows.position(contact_id)
        row = table.rows.row(position) if position is not None else None
        if row is None:
            return
        contact, cell = row.contact, table.cell_of(contact_id, TAGS)
        popup = TagPopup(self._desk.theme, window, contact.tags, known)
        popup.add_requested.connect(lambda name: self._spawn(contact, name, add=True))
        popup.remove_requested.connect(lambda name: self._spawn(contact, name, add=False))
        popup.left.connect(lambda: table.setFocus(Qt.FocusReason.OtherFocusReason))
        popup.open_at(QRect(table.viewport().mapTo(window, cell.topLeft()), cell.size()))

    def close(self) -> None:
        """Close the editor if it is open."""
        for popup in self._owner.window().findChildren(TagPopup):
            popup.close_popup()

    def _spawn(self, contact: Contact, name: str, *, add: bool, undone: bool = False) -> None:
        work = self._tag(contact, name, add=add, undone=undone)
        self._desk.tasks.spawn(self._owner, work, on_problem=self._on_problem)

    async def _tag(self, contact: Contact, name: str, *, add: bool, undone: bool) -> None:
        verbs, user = self._desk.app.contacts, self._desk.user()
        await (verbs.add_tag if add else verbs.remove_tag)(contact.id, name, user)
        self._changed()
        if undone:
            return
        self._desk.toasts.show_toast(
            f"Tag “{name}” {'added to' if add else 'removed from'} {contact.shown_name}",
            "done",
            action="Undo",
            on_action=lambda: self._spawn(contact, name, add=not add, undone=True),
        )
