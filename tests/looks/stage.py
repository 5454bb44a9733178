"""A stage: the whole program with its demo, its window, and a clock that stands still."""

import asyncio
import functools
import inspect
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app import App
from desktop.options import Options
from desktop.root import open_app
from desktop.services.demo import Demo
from desktop.system.clock import SystemClock
from desktop.system.paths import Paths
from desktop.ui.dialog import CardDialog
from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow
from tests.emptystore import empty_store

ZONE = "America/Vancouver"
NOW = datetime(2026, 11, 22, 18, 46, tzinfo=UTC)
"""Sunday, 22 November 2026, 10:46 in Vancouver: the moment of the design's pictures."""
PATIENCE_S = 60.0
SIZE_PX = (1440, 900)

W = TypeVar("W", bound=QWidget)


class StillClock(SystemClock):
    """Business time stands at NOW, unless it is moved."""

    def now(self) -> datetime:
        return NOW + self.offset


@contextmanager
def vancouver() -> Iterator[None]:
    """The machine's zone is Vancouver meanwhile."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = ZONE
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ", None) if before is None else os.environ.update(TZ=before)
        time.tzset()


async def until(condition: Callable[[], object], what: str) -> None:
    """Return when `condition()` is true. Raises AssertionError naming `what` if that takes too long."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE_S:.0f} s for {what}"
        await asyncio.sleep(0.01)


@dataclass(frozen=True, slots=True)
class Stage:
    """The program, its window, and hands to use it with."""

    app: App
    window: MainWindow
    theme: Theme

    def find(self, kind: type[W], name: str) -> W:
        """The widget with this objectName, a visible one if there are several. Raises LookupError."""
        found = self.window.findChildren(kind, name)
        if not found:
            raise LookupError(f"no {kind.__name__} is called {name}")
        return next((widget for widget in found if widget.isVisible()), found[0])

    def sees(self, name: str) -> bool:
        """True if a widget of this name can be seen."""
        return any(widget.isVisible() for widget in self.window.findChildren(QWidget, name))

    async def seen(self, name: str) -> None:
        """Return when a widget of this name can be seen."""
        await until(lambda: self.sees(name), f"“{name}” to be seen")

    async def click(self, name: str) -> None:
        """Click a visible, enabled control as a person would, as soon as there is one."""

        def ready() -> bool:
            return any(w.isVisible() and w.isEnabled() for w in self.window.findChildren(QWidget, name))

        await until(ready, f"“{name}” to be clicked")
        QTest.mouseClick(self.find(QWidget, name), Qt.MouseButton.LeftButton)
        await self.quiet()

    async def type_into(self, name: str, text: str) -> None:
        await self.seen(name)
        widget = self.find(QWidget, name)
        widget.setFocus()
        for letter in text:  # QTest's own keyClicks ends the process at a letter beyond Latin-1
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))
        await self.quiet()

    async def quiet(self) -> None:
        """Return when nothing is being read or written and everything is laid out."""
        calm = 0
        while calm < 3:
            await asyncio.sleep(0.02)
            # A dialog that is open has somebody waiting for its answer.
            asked = sum(card.isVisible() for card in self.window.findChildren(CardDialog))
            calm = calm + 1 if self.window.tasks.running_count <= asked else 0
        QApplication.processEvents()

    async def sandbox(self, path: str, body: dict[str, Any]) -> None:
        """Ask something of the pretend WhatsApp (see desktop.sandbox.control). Raises AssertionError."""
        address = f"{self.app.sandbox_url}/_control/{path}"
        async with aiohttp.ClientSession() as session, session.post(address, json=body) as answer:
            assert answer.status < 400, await answer.text()

    async def sit_down(self, name: str) -> None:
        """Make the person with this name sit here."""
        people = await self.app.workspace.people()
        self.window.switch_user(next(one for one in people if one.name == name))
        await self.quiet()
        self.window.toasts.clear()


@asynccontextmanager
async def open_stage(
    home: Path, theme: Theme, *, demo: bool = True, still: bool = True
) -> AsyncIterator[Stage]:
    """Open the program with a fresh store in `home`, and its window at 1440 × 900."""
    path = home / "assent.db"
    path.write_bytes(empty_store())
    options = Options(str(path), Paths(home), demo=demo)
    if still:
        options = replace(options, clock=StillClock(timedelta()))
    async with open_app(options) as app:
        if not demo:
            await Demo(app.store).add_people()
        people = await app.workspace.people()
        window = MainWindow(app, theme, people, people[0], (await app.workspace.settings()).given)
        window.resize(*SIZE_PX)
        window.show()
        stage = Stage(app, window, theme)
        try:
            await stage.quiet()
            yield stage
        finally:
            await window.leave()
            window.hide()
            window.deleteLater()


def staged(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., Coroutine[Any, Any, None]]:
    """Give an async test a `stage`; its other arguments are fixtures as usual.

    No async fixture: between a fixture and its test the loop stands still while pytest-qt handles events,
    and what the program runs in the background must not be stepped then.
    """
    wanted = inspect.signature(test)
    names = [name for name in wanted.parameters if name != "stage"]
    added = [name for name in ("tmp_path", "theme") if name not in names]

    @functools.wraps(test)
    async def run(**given: Any) -> None:
        async with open_stage(given["tmp_path"], given["theme"]) as stage:
            stage.window.activateWindow()
            await test(stage=stage, **{name: given[name] for name in names})

    kind = inspect.Parameter.KEYWORD_ONLY
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # what pytest reads
        [inspect.Parameter(name, kind) for name in (*names, *added)]
    )
    return run
