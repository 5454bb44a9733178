"""A real store with the demo's thousand contacts, real services, and a window with the page in it."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from desktop.app import App
from desktop.domain.consent import Category
from desktop.domain.messages import Status
from desktop.domain.outbox import AttemptOutcome, Claimed, Settled
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.domain.templates import Button, Quality, Template, TemplateStatus
from desktop.services.broadcasts import Broadcasts
from desktop.services.contacts import Contacts
from desktop.services.conversations import Conversations
from desktop.services.demo import Demo
from desktop.services.feed import Feed
from desktop.services.sending import Sending
from desktop.services.sequences import Sequences
from desktop.services.templates import Templates
from desktop.services.workspace import Workspace
from desktop.store import (
    attempts,
    broadcast_plan,
    claims,
    engines,
    opening,
    outbox,
    people,
    templates,
)
from desktop.store.engine import Tx
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.broadcasts.summary import NumberInfo
from desktop.ui.desk import Desk
from desktop.ui.live import Live
from desktop.ui.parts.toasts import Toasts
from desktop.ui.tasks import Tasks
from desktop.ui.theme import Theme
from tests.looks.checks import named_widget

WINTER = Template(
    0, "winter_clearance", "en", Category.MARKETING,
    "Hi {{1}}, the winter clearance is on: up to {{2}} off until {{3}}.", footer="Reply STOP to opt out",
    examples=("Arjun", "40%", "30 Nov"), quality=Quality.GREEN,
)  # fmt: skip
ORDER = Template(
    0, "order_update", "en", Category.UTILITY, "Hello {{1}}, your order {{2}} is on its way.",
    examples=("Arjun", "A-1042"), buttons=(Button("quick_reply", "Where is it?"),), quality=Quality.GREEN,
)  # fmt: skip
SPRING = Template(
    0, "spring_sale", "en", Category.MARKETING, "Spring is here: 20% off.", status=TemplateStatus.PAUSED,
    quality=Quality.RED,
)  # fmt: skip
CODE = Template(0, "login_code", "en", Category.AUTHENTICATION, "{{1}} is your code.", examples=("483920",))
FESTIVE = Template(
    0, "festive_offer", "hi", Category.MARKETING, "नमस्ते {{1}}, आपके लिए *विशेष* ऑफ़र!", examples=("Arjun",),
    status=TemplateStatus.PENDING,
)  # fmt: skip


@pytest.fixture(scope="session")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that each test gets a copy of: 970 yes, 20 without a choice, 10 no."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    asyncio.run(fill_store(path))
    return path


async def fill_store(path: Path) -> None:
    """The demo's contacts and five templates in a new store, without a broadcast."""
    clock = SystemClock()
    store = open_store(str(path), clock, "fill").store
    await store.write(lambda tx: opening.stamp(tx, opening.SANDBOX))
    await Demo(store).fill()
    await store.write(lambda tx: templates.replace_all(tx, _stamped(clock)))
    await asyncio.to_thread(store.close)
    with closing(sqlite3.connect(path)) as whole:  # one file, without a journal beside it, to copy
        # Without the demo's own broadcast: these tests begin with an empty list.
        whole.execute("UPDATE message SET broadcast_id = NULL")
        whole.execute("DELETE FROM broadcast_recipient")
        whole.execute("DELETE FROM broadcast_tally")
        whole.execute("DELETE FROM broadcast_reached")
        whole.execute("DELETE FROM broadcast")
        whole.commit()
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _stamped(clock: SystemClock) -> list[Template]:
    return [replace(one, fetched_at=clock.now()) for one in (WINTER, ORDER, SPRING, CODE, FESTIVE)]


@dataclass
class Scene:
    """The page in its window, and what a test does with it."""

    app: App
    desk: Desk
    page: BroadcastsPage
    window: QWidget
    who: list[User]
    errors: list[Exception] = field(default_factory=list)

    def find(self, name: str) -> QWidget:
        return named_widget(self.window, name)

    def text(self, name: str) -> str:
        widget = self.find(name)
        return str(getattr(widget, "text")())  # noqa: B009 - labels and buttons alike

    async def appears(self, name: str) -> QWidget:
        """Wait for a widget; what was just added is shown in the next round of the loop."""
        await self.until(lambda: self.shows(name), f"{name} is shown")
        return self.find(name)

    def click(self, name: str) -> None:
        widget = self.find(name)
        assert widget.isEnabled(), f"{name} is disabled"
        if isinstance(widget, QAbstractButton):
            widget.click()
        else:
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def shows(self, name: str) -> bool:
        try:
            self.find(name)
        except LookupError:
            return False
        return True

    async def until(self, holds: Callable[[], bool], what: str = "") -> None:
        """Wait for what the screen shows, at most ten seconds."""
        for _ in range(2_000):
            try:
                if holds():
                    return
            except (LookupError, AttributeError):
                pass
            await asyncio.sleep(0.005)
        raise AssertionError(f"never came true: {what or holds}")

    async def choose_template(self, name: str) -> None:
        """In the wizard's first step."""
        wizard = self.page.wizard
        assert wizard is not None
        step = wizard.view.template_step
        await self.until(lambda: any(one.name == name for one in step.rows.rows), "templates are listed")
        at = [one.name for one in step.rows.rows].index(name)
        step.table.setCurrentIndex(step.rows.index(at, 0))

    async def to_audience(self, template: str = "winter_clearance") -> None:
        """A new broadcast with its template chosen, counted."""
        self.page.new_broadcast()
        await self.choose_template(template)
        self.click("wizard_next")
        await self.counted()

    async def counted(self) -> None:
        wizard = self.page.wizard
        assert wizard is not None
        await self.until(
            lambda: (
                wizard.state.breakdown is not None and not wizard.state.counting and not wizard.reach.counting
            )
        )

    async def plan(self, broadcast_id: int) -> None:
        """What the engine does after a launch: make the message rows."""
        while await self.app.store.write(lambda tx: broadcast_plan.plan(tx, broadcast_id)):
            pass

    async def send(self, count: int) -> tuple[Claimed, ...]:
        """Claim up to `count` messages, asked anew, and settle each call as accepted."""
        sent: list[Claimed] = []
        engine_id = await self.app.store.write(lambda tx: engines.register(tx, "test", "http://127.0.0.1:1"))
        while len(sent) < count:
            most = min(32, count - len(sent))
            done = await self.app.store.write(lambda tx, most=most: claims.claim(tx, most, engine_id))  # type: ignore[misc]
            if not done.claimed:
                break
            sent += done.claimed
        accepted = [
            Settled(
                one.message_id,
                one.attempt_number,
                AttemptOutcome.ACCEPTED,
                Status.ACCEPTED,
                wamid=f"w{one.message_id}",
            )
            for one in sent
        ]
        await self.app.store.write(lambda tx: attempts.settle(tx, accepted))
        return tuple(sent)

    async def lose(self) -> Claimed:
        """One call whose answer is lost."""
        engine_id = await self.app.store.write(lambda tx: engines.register(tx, "test", "http://127.0.0.1:1"))
        done = await self.app.store.write(lambda tx: claims.claim(tx, 1, engine_id))
        one = done.claimed[0]
        lost = Settled(
            one.message_id, one.attempt_number, AttemptOutcome.LOST, Status.UNKNOWN, Reason.ANSWER_LOST
        )
        await self.app.store.write(lambda tx: attempts.settle(tx, [lost]))
        return one

    async def report(self, ids: list[int], status: Status, error_code: int | None = None) -> None:
        """WhatsApp's status reports."""

        def write(tx: Tx) -> None:
            for row in outbox.lock(tx, ids).values():
                outbox.report(tx, row, status, error_code=error_code)

        await self.app.store.write(write)


def in_scene(
    test: Callable[[Scene], Coroutine[Any, Any, None]],
) -> Callable[[Theme, Path, Path], Coroutine[Any, Any, None]]:
    """The page over a copy of the store, opened inside the test: between a test's phases no loop runs, yet
    pytest-qt lets Qt's events through, and a coroutine that woke then would find no running loop."""

    async def run(theme: Theme, demo_store: Path, tmp_path: Path) -> None:
        path = tmp_path / "store.db"
        shutil.copy(demo_store, path)
        async with open_scene(theme, path) as scene:
            await test(scene)

    run.__name__, run.__doc__, run.__module__ = test.__name__, test.__doc__, test.__module__
    return run


@asynccontextmanager
async def open_scene(theme: Theme, path: Path) -> AsyncIterator[Scene]:
    """The broadcasts page at 1376 × 900 over the store at `path`."""
    clock = SystemClock()
    store = open_store(str(path), clock, "test").store
    # The file may be older than ten minutes: then nothing is claimed before the templates are read anew.
    await store.write(lambda tx: templates.replace_all(tx, _stamped(clock)))

    def wake() -> None:
        """No engine runs here: the tests claim by hand."""

    async def fetch() -> list[Template]:
        return _stamped(clock)

    made = App(
        store=store, clock=clock, feed=Feed(store), workspace=Workspace(store), contacts=Contacts(store),
        conversations=Conversations(store), sending=Sending(store, wake), broadcasts=Broadcasts(store, wake),
        sequences=Sequences(store, wake),
        templates=Templates(store, clock, fetch), is_sandbox=True,
    )  # fmt: skip
    everybody = await store.read(people.every)
    errors: list[Exception] = []
    tasks = Tasks(errors.append, Problem)
    window = QWidget()
    window.setObjectName("window")
    window.resize(1376, 900)
    who = [everybody[0]]
    desk = Desk(made, theme, tasks, Toasts(theme, window), Live(made.feed), lambda: who[0])
    background = Tasks(errors.append, Problem)  # apart: what the page does can be waited for
    following = background.spawn(window, made.feed.run(), name="feed")

    async def number() -> NumberInfo:
        return NumberInfo("+1 236 555 0100", Quality.GREEN, "8,412 of 10,000")

    page = BroadcastsPage(desk, number)
    row = QHBoxLayout(window)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(page)
    window.show()
    try:
        yield Scene(made, desk, page, window, who, errors)
    finally:
        await tasks.close()
        await background.close()
        window.close()
        window.deleteLater()
        await asyncio.to_thread(store.close)
    assert errors == []
    assert following.cancelled()
