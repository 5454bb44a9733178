"""Recent changes of many contacts: shown on a card, and the interrupted one above the table."""

from PySide6.QtWidgets import QWidget

from desktop.domain.bulk import Bulk, BulkStatus
from desktop.ui.contacts.bulk_verbs import BulkVerbs
from desktop.ui.contacts.recent import (
    InterruptedBanner,
    RecentDialog,
    is_half_undone,
    right_to_undo,
    undo_question,
)
from desktop.ui.desk import Desk
from desktop.ui.dialog import ask, confirm


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
        """Show the card; an Undo on it is asked about and done. Kept, the card is back."""
        desk, window = self._desk, self._owner.window()
        while True:
            changes = await desk.app.bulk.newest()
            dialog = RecentDialog(desk.theme, window, changes, desk.app.clock.now(), desk.refusal)
            undo_id = dialog.undo_id if await ask(dialog) else None
            chosen = next((one for one in changes if one.id == undo_id), None)
            if chosen is None:
                return
            if await self._sure(chosen):
                await self._bulk.undo(chosen.id)
                return

    async def undo(self, bulk_id: int) -> None:
        """Undo an interrupted change, or go on with an interrupted undo; it is asked about before."""
        newest = await self._desk.app.bulk.newest()
        chosen = next((one for one in newest if one.id == bulk_id), None)
        if chosen is not None and (is_half_undone(chosen) or await self._sure(chosen)):
            await self._bulk.undo(bulk_id)
            await self.look()

    async def _sure(self, chosen: Bulk) -> bool:
        title, text = undo_question(chosen)
        return await confirm(
            self._desk.theme,
            self._owner.window(),
            title,
            text,
            do="Undo it",
            keep="Keep it",
            danger=True,
            name="recent_ask_undo",
        )

    async def keep(self, bulk_id: int) -> None:
        """Leave an interrupted change as it is."""
        await self._desk.app.bulk.dismiss(bulk_id, self._desk.user())
        await self.look()
