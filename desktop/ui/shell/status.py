"""Keeps the foot of the window up to date: the connection, the engine, the last webhook, what is at work."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, QTimer

from desktop.domain.changes import Changes, Topic
from desktop.ui.desk import Desk
from desktop.ui.parts.statusbar import StatusBar
from desktop.ui.shell import words
from desktop.ui.tasks import Once

LOOK_MS = 500
"""The engine says nothing by itself; twice a second is as often as a person reads."""
REST_MS = 1_000
"""A broadcast changes many times a second; its figures are read once in this time."""


class StatusLine(QObject):
    """Fills `bar`; forgotten with it."""

    def __init__(self, desk: Desk, bar: StatusBar) -> None:
        super().__init__(bar)
        self._desk, self._bar = desk, bar
        self._webhook_at: datetime | None = None
        self._readings: dict[str, _Coalesced] = {
            "webhook": _Coalesced(desk, self, self._read_webhook),
            "broadcasts": _Coalesced(desk, self, self._read_broadcasts),
        }
        bar.show_sandbox(desk.app.is_sandbox)
        machine = desk.app.machine
        number_id = machine.settings.phone_number_id if machine else ""
        said = words.connection_words(
            is_sandbox=desk.app.is_sandbox, sandbox_url=desk.app.sandbox_url, phone_number_id=number_id
        )
        bar.show_segment(
            "connection", *said, tooltip=f"Webhooks arrive at {desk.app.server_address or 'no address'}"
        )
        self._look()
        desk.live.follow(self, self._heard)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        for reading in self._readings.values():
            reading.ask()

    def show_closing(self) -> None:
        """The window closes: say what is waited for."""
        self._timer.stop()
        count = self._desk.app.engine_status().on_the_way_count
        waits = f" · waiting for {count:,} on the way" if count else ""
        self._bar.show_segment("engine", f"Closing…{waits}", "muted")

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.WEBHOOK):
            self._readings["webhook"].ask()
        if changes.has(Topic.BROADCAST):
            self._readings["broadcasts"].ask()

    def _look(self) -> None:
        app = self._desk.app
        text, color = words.engine_words(app.engine_status(), here=app.engine is not None)
        self._bar.show_segment("engine", text, color, tooltip=text)
        self._show_webhook()

    def _show_webhook(self) -> None:
        app = self._desk.app
        text, color = words.webhook_words(self._webhook_at, app.clock.now(), is_sandbox=app.is_sandbox)
        at = self._webhook_at
        self._bar.show_segment(
            "webhook", text, color, tooltip=f"{at.astimezone():%d %b %Y %H:%M:%S %Z}" if at else ""
        )

    async def _read_webhook(self) -> None:
        self._webhook_at = await self._desk.app.last_webhook_at()
        self._show_webhook()

    async def _read_broadcasts(self) -> None:
        text, color = words.broadcast_words(await self._desk.app.broadcast_list.at_work())
        self._bar.show_segment("broadcasts", text, color, tooltip=text)


class _Coalesced:
    """Reads at once, and then at most once in REST_MS however often it is asked."""

    def __init__(self, desk: Desk, owner: QObject, read: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._read = read
        self._once = Once(desk.tasks, owner)
        self._wanted = False
        self._rest = QTimer(owner)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._rested)

    def ask(self) -> None:
        self._wanted = True
        if not self._rest.isActive():
            self._rested()

    def _rested(self) -> None:
        # Nobody asked for this reading: what goes wrong is shown where a person asked for something.
        if self._wanted and self._once.start(self._read, on_problem=lambda problem: None):
            self._wanted = False
        if self._wanted or self._once.running:
            self._rest.start()
