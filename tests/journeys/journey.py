"""The whole program as a person meets it: its window, its engine, its sandbox, and hands that click and type."""

import asyncio
import functools
import inspect
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import aiohttp
from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QMenu, QScrollArea, QWidget

from desktop.app import App
from desktop.domain.people import User
from desktop.options import Options
from desktop.root import open_app
from desktop.system.paths import Paths
from desktop.ui.parts.toasts import Toast
from desktop.ui.shell.failure import watch_loop
from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow

PATIENCE_S: Final = 60.0
SIZE_PX: Final = (1440, 900)
QUICK_S: Final = {"sent": 0.01, "delivered": 0.05, "read": 0.1}
"""When the sandbox reports statuses: as on a very good network, so that nothing has to be waited for."""

W = TypeVar("W", bound=QWidget)


async def until(condition: Callable[[], object], what: str) -> None:
    """Return when `condition()` is true, the loop running meanwhile. Raises AssertionError naming `what`."""
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, f"waited {PATIENCE_S:.0f} s for {what}"
        await asyncio.sleep(0.005)


async def next_second() -> None:
    """Return in another second: the times that WhatsApp tells are whole ones, and order what a customer does."""
    began_s = int(time.time())
    await until(lambda: int(time.time()) > began_s, "the next second")


@dataclass(frozen=True, slots=True)
class Judge:
    """The pretend WhatsApp, asked over HTTP: what it accepted is what happened."""

    session: aiohttp.ClientSession
    url: str

    async def look(self, path: str) -> Any:
        async with self.session.get(f"{self.url}/_control/{path}") as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def do(self, path: str, **body: Any) -> Any:
        async with self.session.post(f"{self.url}/_control/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def sends(self, kind: str = "") -> list[dict[str, Any]]:
        """Every accepted send in order; `kind` 'template', 'text' … narrows it."""
        found = (await self.look("sends?limit=20000"))["sends"]
        return [one for one in found if not kind or one["type"] == kind]

    async def has(self, count: int) -> None:
        """Return when so many sends were accepted."""
        end_s = time.monotonic() + PATIENCE_S
        while (found := (await self.look("sends/count"))["count"]) != count:
            assert time.monotonic() < end_s, f"{found} sends, not {count}"

    async def customer(self, phone: str, act: str, **body: Any) -> Any:
        """A customer writes, presses, stops … (desktop.sandbox.control)."""
        return await self.do(f"customers/{phone}/{act}", **body)

    async def thread(self, phone: str) -> list[dict[str, Any]]:
        """What the customer's phone shows, oldest first."""
        found: list[dict[str, Any]] = (await self.look(f"customers/{phone}/thread"))["thread"]
        return found


@dataclass(slots=True)
class Journey:
    """One sitting at the program. Names are objectNames; what is clicked can be seen and lies uncovered."""

    app: App
    window: MainWindow
    theme: Theme
    judge: Judge
    path: Path

    # Looking.

    def see(self, name: str) -> QWidget:
        """The visible widget of this name. Raises LookupError."""
        for widget in self.window.findChildren(QWidget, name):
            if widget.isVisible():
                return widget
        raise LookupError(f"nobody sees “{name}”")

    def shows(self, name: str) -> bool:
        return any(widget.isVisible() for widget in self.window.findChildren(QWidget, name))

    async def appears(self, name: str) -> QWidget:
        await until(lambda: self.shows(name), f"“{name}” to be seen")
        return self.see(name)

    async def goes(self, name: str) -> None:
        await until(lambda: not self.shows(name), f"“{name}” to be gone")

    def text(self, name: str) -> str:
        """What a label, button or field says."""
        widget: Any = self.see(name)
        return str(widget.toPlainText() if hasattr(widget, "toPlainText") else widget.text())

    async def says(self, name: str, *parts: str) -> str:
        """Return the text of a widget once it holds every part."""

        def there() -> bool:
            return self.shows(name) and all(part in self.text(name) for part in parts)

        try:
            await until(there, f"“{name}” to say {parts}")
        except AssertionError as wrong:
            said = self.text(name) if self.shows(name) else "nothing: it is not shown"
            raise AssertionError(f"{wrong}; it says {said!r}") from None
        return self.text(name)

    def every_text(self, name: str) -> str:
        """All that is written inside a widget."""
        return "\n".join(label.text() for label in self.see(name).findChildren(QLabel) if label.isVisible())

    def can(self, name: str) -> bool:
        """True if the control is there and works."""
        return self.shows(name) and self.see(name).isEnabled()

    def rows(self, name: str) -> list[list[str]]:
        """The texts of a table or list, by row and column."""
        model = self._view(name).model()
        width = model.columnCount() if isinstance(model, QAbstractTableModel) else 1
        return [
            [str(model.index(row, column).data() or "") for column in range(width)]
            for row in range(model.rowCount())
        ]

    def thread(self) -> list[str]:
        """The conversation as a screen reader tells it: days, messages, changes of the opt-in."""
        model = self._view("thread_messages").model()
        return [_spoken(model, row) for row in range(model.rowCount())]

    @property
    def toasts(self) -> list[str]:
        return [toast.text for toast in self.window.toasts.shown]

    def toast_over(self, widget: QWidget) -> Toast | None:
        """The toast that lies over the middle of a widget."""
        found = self.window.childAt(widget.mapTo(self.window, widget.rect().center()))
        while found is not None and not isinstance(found, Toast):
            found = found.parentWidget()
        return found

    # Doing.

    async def in_front(self) -> None:
        """What the desktop sees to: the window one works in is the active one."""
        looks = 0

        def steady() -> bool:
            nonlocal looks  # an event that takes the activity away may be on its way
            looks = looks + 1 if _active(self.window) else 0
            return looks >= 3

        await until(steady, "the window to be in front")

    async def click(self, name: str) -> None:
        """Click in the middle of a control as soon as it can be clicked; a toast in the way is dismissed."""
        await self.in_front()
        await until(lambda: self.can(name), f"“{name}” to be ready for a click")
        widget = self.see(name)
        self._scroll_to(widget)
        while (toast := self.toast_over(widget)) is not None:
            cross = next(iter(toast.findChildren(QWidget, "toast-dismiss")))
            self._hit(cross, cross.rect().center())
            await until(lambda toast=toast: self.toast_over(widget) is not toast, "the toast to go")  # type: ignore[misc]
        self._hit(widget, widget.rect().center())

    async def choose_row(self, name: str, text: str, *, twice: bool = False) -> None:
        """Click (or double-click) the first row of a table or list that holds a text."""

        def found() -> int:
            if not self.shows(name):
                return -1
            model = self._view(name).model()
            cells = [f"{_spoken(model, row)} {' '.join(texts)}" for row, texts in enumerate(self.rows(name))]
            return next((row for row, said in enumerate(cells) if text in said), -1)

        await self.in_front()
        await until(lambda: found() >= 0, f"a row with “{text}” in “{name}”")
        view = self._view(name)
        index = view.model().index(found(), 0)
        view.scrollTo(index)
        port, at = view.viewport(), view.visualRect(index).center()
        self._hit(port, at)
        if twice:
            QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=at)

    async def write(self, name: str, text: str) -> None:
        """Click into a field and type."""
        await self.click(name)
        widget = self.see(name)
        focus = QApplication.focusWidget()
        there = focus.objectName() if focus else f"{QApplication.activeWindow()}"
        assert focus is widget, f"the focus is not on “{name}” but on “{there}”"
        for letter in text:  # QTest's own keyClicks ends the process at a letter beyond Latin-1
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))

    async def press(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """A key, wherever the focus is."""
        await self.in_front()
        combined = Qt.KeyboardModifier.NoModifier
        for one in modifiers:
            combined |= one
        QTest.keyClick(QApplication.focusWidget() or self.window, key, combined)

    async def choose_person(self, name: str) -> None:
        """Another person sits down, by the menu behind the face."""
        await self.click("rail-person")
        menu = self.window.findChildren(QMenu, "person_menu")[-1]
        entry = next(one for one in menu.actions() if one.text().startswith(name))
        _choose(menu, entry)
        await until(lambda: self.window.desk.user().name == name, f"{name} to sit here")

    async def open_conversation(self, name: str, tab: str = "") -> None:
        """Click somebody's row and wait for the thread."""
        if tab:
            await self.click(f"conversations_tab-{tab}")
        await self.choose_row("conversations_list", name)
        await self.says("thread_name", name)

    async def settings(self, **changes: Any) -> None:
        """An admin changes the workspace, elsewhere."""
        people = await self.app.workspace.people()
        kept = await self.app.workspace.settings()
        await self.app.workspace.change_settings(replace(kept, **changes), people[0])

    async def user(self, name: str) -> User:
        return next(one for one in await self.app.workspace.people() if one.name == name)

    async def picture(self, name: str) -> None:
        """Keep what the window shows as a PNG, if ASSENT_JOURNEY_PICTURES names a folder."""
        folder = os.environ.get("ASSENT_JOURNEY_PICTURES")
        if folder:
            await self.in_front()  # everything is laid out meanwhile
            self.window.grab().save(str(Path(folder) / f"journey-{name}.png"))

    # What is kept.

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """A look into the store's file past the program."""
        with closing(sqlite3.connect(self.path)) as file:
            return file.execute(sql, values).fetchall()

    def phones_that_said(self, value: str) -> set[str]:
        """Whose newest recorded choice is `value`."""
        return {
            phone
            for phone, said in self.ask(
                "SELECT c.phone, (SELECT e.value FROM consent_event e WHERE e.contact_id = c.id"
                " AND e.fact = 'opt_in' ORDER BY e.id DESC LIMIT 1) FROM contact c"
            )
            if said == value
        }

    # Below.

    def _view(self, name: str) -> QAbstractItemView:
        view = self.see(name)
        assert isinstance(view, QAbstractItemView)
        return view

    def _scroll_to(self, widget: QWidget) -> None:
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget)
            parent = parent.parentWidget()

    def _hit(self, widget: QWidget, at: QPoint) -> None:
        window = widget.window()
        on_top = window.childAt(widget.mapTo(window, at))
        assert on_top is not None, f"“{widget.objectName()}” lies outside the window"
        mine = on_top is widget or widget.isAncestorOf(on_top)
        owner: QWidget | None = on_top
        while owner is not None and not owner.objectName():
            owner = owner.parentWidget()
        assert mine, f"“{widget.objectName()}” is covered by “{owner and owner.objectName()}”"
        QTest.mouseClick(on_top, Qt.MouseButton.LeftButton, pos=on_top.mapFrom(widget, at))


def _spoken(model: QAbstractItemModel, row: int) -> str:
    index: QModelIndex = model.index(row, 0)
    return str(index.data(Qt.ItemDataRole.AccessibleTextRole) or index.data() or "")


def _choose(menu: QMenu, entry: QAction) -> None:
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry).center())


def _active(window: QWidget) -> bool:
    window.activateWindow()
    return QApplication.activeWindow() is window


def options(home: Path, **changes: Any) -> Options:
    """The demo over an inside sandbox, everything below `home`."""
    path = home / "assent.db"
    return replace(Options(str(path), Paths(home), demo=True, status_delays_s=dict(QUICK_S)), **changes)


@asynccontextmanager
async def sitting(wanted: Options, theme: Theme) -> AsyncIterator[Journey]:
    """Open the program and its window; at the end close both, and nothing unexpected may have happened.

    No async fixture: between a fixture and its test the loop stands still while pytest-qt handles events,
    and what the program runs in the background must not be stepped then.
    """
    async with aiohttp.ClientSession() as session, open_app(wanted) as app:
        people = await app.workspace.people()
        window = MainWindow(app, theme, people, people[0], (await app.workspace.settings()).given)
        watch_loop(asyncio.get_running_loop(), window.failures)
        window.resize(*SIZE_PX)
        window.show()
        try:
            yield Journey(app, window, theme, Judge(session, app.sandbox_url), Path(wanted.store))
            assert not window.findChildren(QWidget, "failure"), "a fault was shown"
        finally:
            await window.leave()
            window.hide()
            window.deleteLater()


def journey(**changes: Any) -> Callable[..., Callable[..., Coroutine[Any, Any, None]]]:
    """Give an async test a `trip`: a sitting at a fresh demo. changes: of the workspace's settings."""

    def made(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., Coroutine[Any, Any, None]]:
        @functools.wraps(test)
        async def run(tmp_path: Path, theme: Theme) -> None:
            async with sitting(options(tmp_path), theme) as trip:
                await trip.settings(**changes)
                await test(trip)

        kind = inspect.Parameter.KEYWORD_ONLY
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what pytest reads
            [inspect.Parameter(name, kind) for name in ("tmp_path", "theme")]
        )
        return run

    return made
