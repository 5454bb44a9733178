"""The place where a person was, kept on this computer and found again at the next start."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from desktop.app import App
from desktop.process import store_key_of
from desktop.ui.conversations import place as conversations_place
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.desk import Desk
from desktop.ui.shell.pages import Pages

KEEP_MS: Final = 3_000
"""Also kept now and then: a program that is killed comes back there, too."""


class Place(QObject):
    """Remembers the page, and in the conversations the list and the conversation, for one person of one store."""

    def __init__(self, desk: Desk, pages: Pages, go: Callable[[str], QWidget]) -> None:
        super().__init__(pages)
        self._desk, self._pages, self._go = desk, pages, go
        self._store_key = ""
        self._last: dict[str, Any] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(KEEP_MS)
        self._timer.timeout.connect(self._look)

    async def restore(self) -> None:
        """Go where the person was, if it was here and nobody went elsewhere meanwhile; remember from then on."""
        desk = self._desk
        self._store_key = await desk.app.store.write(store_key_of)
        kept = _kept(desk.app)
        mine = kept.get("store") == self._store_key and kept.get("user_id") == desk.user().id
        page = self._pages.built.get("conversations")
        is_new = self._pages.current_key == "conversations" and isinstance(page, ConversationsPage)
        if mine and is_new and isinstance(page, ConversationsPage) and page.area.contact_id is None:
            self._restore(page, kept)
        self._timer.start()

    def _restore(self, page: ConversationsPage, kept: Mapping[str, Any]) -> None:
        where = kept.get("conversations")
        if isinstance(where, Mapping):
            conversations_place.restore(page, where)
        key = kept.get("page")
        if isinstance(key, str) and self._pages.knows(key) and key != "conversations":
            self._go(key)

    async def keep(self) -> None:
        """Keep the place now."""
        self._timer.stop()
        machine, now = self._desk.app.machine, self._now()
        if machine is not None and now and now != machine.settings.place:
            await machine.keep(place=now)

    def _look(self) -> None:
        machine, now = self._desk.app.machine, self._now()
        if machine is not None and now and now != self._last:
            self._last = now
            self._desk.tasks.spawn(self, machine.keep(place=now))

    def _now(self) -> dict[str, Any]:
        """{} before it is known whose store this is."""
        if not self._store_key:
            return {}
        page = self._pages.built.get("conversations")
        where = conversations_place.kept(page) if isinstance(page, ConversationsPage) else {}
        return {
            "store": self._store_key,
            "user_id": self._desk.user().id,
            "page": self._pages.current_key,
            "conversations": where,
        }


def _kept(app: App) -> Mapping[str, Any]:
    kept = app.machine.settings.place if app.machine is not None else {}
    return kept
