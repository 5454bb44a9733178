"""Recent changes of many contacts: shown on a card, and the interrupted one above the table."""

from PySide6.QtWidgets import QWidget

from desktop.domain.bulk import BulkStatus
from desktop.ui.contacts.bulk_verbs import BulkVerbs
from desktop.ui.contacts.recent import InterruptedBanner, RecentDialog, right_to_undo
from desktop.ui.desk import Desk
from desktop.ui.dialog import ask


class RecentVerbs:
    """Coroutines for the page."""

    def __init__(self, desk: Desk, owner: QWidget, bulk: BulkVerbs, banner: InterruptedBanner) -> None:
        self._desk, self._owner, self._bulk, self._banner = desk, owner, bulk, banner

    async def look(self) -> None:
        """Say above the table whether a change was interrupted."""
        newest = await self._desk.app.bulk.newest()
        found = next((one for one in newest if one.status is BulkStatus.INTERRUPTED), None)
        refusal = self._desk.refusal(right_to_undo(found)) if found is not None else ""
        self._banner.show_bulk(found, refusal)

    async def open(self) -> None:
        """Show the card; an Undo on it is done."""
        desk = self._desk
        changes = await desk.app.bulk.newest()
        now = desk.app.clock.now()
        dialog = RecentDialog(desk.theme, self._owner.window(), changes, now, desk.refusal)
        undo_id = dialog.undo_id if await ask(dialog) else None
        if undo_id is not None:
            await self._bulk.undo(undo_id)

    async def keep(self, bulk_id: int) -> None:
        """Leave an interrupted change as it is."""
        await self._desk.app.bulk.dismiss(bulk_id, self._desk.user())
        await self.look()
