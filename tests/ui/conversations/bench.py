"""The page in a window, driven as a person would."""

import asyncio
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.problems import Problem
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.desk import Desk
from desktop.ui.live import Live
from desktop.ui.parts.toasts import Toasts
from desktop.ui.tasks import Tasks
from desktop.ui.theme import Theme
from tests.ui.conversations.world import World

PATIENCE_S = 20


class Bench:
    """One window, one person at it; `user` may be changed."""

    def __init__(self, world: World, theme: Theme, *, rail_px: int = 0) -> None:
        self.world = world
        self.faults: list[Exception] = []
        self.window = QWidget()
        self.window.setObjectName("window")
        self.window.resize(1440, 900)
        self.tasks = Tasks(self.faults.append, Problem)
        self.toasts = Toasts(theme, self.window)
        self.user = world.users[0]
        self.desk = Desk(world.app, theme, self.tasks, self.toasts, Live(world.app.feed), lambda: self.user)
        self.page = ConversationsPage(self.desk)
        row = QHBoxLayout(self.window)
        row.setContentsMargins(rail_px, 0, 0, 0)
        row.addWidget(self.page)
        self.feeding = asyncio.get_running_loop().create_task(world.app.feed.run())

    async def show(self) -> None:
        self.window.show()
        self.window.activateWindow()
        await until(lambda: self.page.list.stack.currentIndex() > 0)

    async def open(self, name: str) -> None:
        contact_id = self.world.ids[name]
        self.page.open_contact(contact_id)
        await until(lambda: self.page.area.contact_id == contact_id)
        await self.tasks.drain()

    def find(self, name: str, kind: type[Any] = QWidget) -> Any:
        """The visible widget of that name. Raises LookupError."""
        found = [one for one in self.window.findChildren(kind, name) if one.isVisible()]
        if not found:
            raise LookupError(f"nothing visible is called {name}")
        return found[-1]

    def sees(self, name: str) -> bool:
        return any(one.isVisible() for one in self.window.findChildren(QWidget, name))

    def click(self, name: str) -> None:
        widget = self.find(name)
        assert widget.isEnabled(), f"{name} is disabled"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    async def close(self) -> None:
        await self.page.settle()
        self.window.close()
        await self.tasks.close()
        self.feeding.cancel()
        await asyncio.gather(self.feeding, return_exceptions=True)
        self.window.deleteLater()
        await asyncio.to_thread(self.world.app.store.close)
        # Qt has its turn once more when a test's loop has stopped: a step of a task may fall there.
        faults = [one for one in self.faults if "no running event loop" not in str(one)]
        assert not faults, faults


async def until(condition: Callable[[], bool]) -> None:
    """Let Qt and the loop have their turns until it is so. Raises TimeoutError after PATIENCE_S."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  # there is no event for what Qt does by itself
            await asyncio.sleep(0.002)
