"""Long work behind a card with a bar and a Stop."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import shiboken6
from PySide6.QtWidgets import QWidget

from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.bars import ProgressBar
from desktop.ui.parts.label import Label

T = TypeVar("T")
Tell = Callable[[int, int], None]
Work = Callable[[Tell, threading.Event], Coroutine[Any, Any, T]]

PATIENCE_S = 0.4
"""What is done sooner needs no card."""


class ProgressCard(CardDialog):
    """A bar, the count under it, and Stop: what is done stays done."""

    def __init__(self, desk: Desk, window: QWidget, title: str, stop: threading.Event) -> None:
        super().__init__(desk.theme, window, title, name="progress")
        self._stop = stop
        self.bar = ProgressBar(desk.theme, label=title, name="progress_bar")
        self.line = Label("Starting…", "muted", name="progress_line")
        self.body.addWidget(self.bar)
        self.body.addWidget(self.line)
        self.halt = self.add_button("Stop", result=0, safe=True, name="progress_stop")
        self.halt.clicked.disconnect()
        self.halt.clicked.connect(self.reject)

    def show_progress(self, done: int, total: int) -> None:
        self.bar.show_progress(done, total)
        if total:
            self.line.setText("Stopping…" if self._stop.is_set() else f"{done:,} of {total:,}")

    def reject(self) -> None:
        """Stop after the step that runs; the card goes when the work has ended."""
        self._stop.set()
        self.halt.setEnabled(False)
        self.line.setText("Stopping…")


async def with_progress(
    desk: Desk, window: QWidget, title: str, work: Work[T], *, patience_s: float = PATIENCE_S
) -> T:
    """Do `work` and return its result; if it takes longer, behind a card. Raises what it raises."""
    stop = threading.Event()
    seen = (0, 0)
    card: ProgressCard | None = None

    def tell(done: int, total: int) -> None:
        nonlocal seen
        seen = (done, total)
        if card is not None:
            card.show_progress(done, total)

    running = asyncio.ensure_future(work(tell, stop))
    try:
        await asyncio.wait({running}, timeout=patience_s)
        if not running.done():
            card = ProgressCard(desk, window, title, stop)
            card.show_progress(*seen)
            asked = asyncio.ensure_future(ask(card))
            await asyncio.wait({running})
            shown, card = card, None
            if shiboken6.isValid(shown):
                shown.done(1)
            await asked
        return await running
    except asyncio.CancelledError:
        stop.set()
        running.cancel()
        raise
