"""Widgets are destroyed where Qt allows it."""

import asyncio
import gc
import threading

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from desktop.ui.collector import collect_here

MANY = 3_000


class Closed(QWidget):
    """Refers to itself, as a dialog does whose button calls one of its methods; says where it was destroyed."""

    def __init__(self, destroyed_in: list[str]) -> None:
        super().__init__()
        self._itself = self
        self._destroyed_in = destroyed_in

    def __del__(self) -> None:
        self._destroyed_in.append(threading.current_thread().name)


def allocate() -> None:
    """More than makes Python collect, three times over."""
    for _ in range(MANY):
        kept = [[number] for number in range(100)]
        kept.append(kept)  # type: ignore[arg-type]


async def test_a_thread_that_makes_objects_destroys_no_widget(app: QApplication) -> None:
    destroyed_in: list[str] = []
    closed = [Closed(destroyed_in) for _ in range(20)]
    closed.clear()
    await asyncio.to_thread(allocate)
    # The window's own thread does it, by itself.
    async with asyncio.timeout(30):
        while len(destroyed_in) < 20:
            kept = [[number] for number in range(2_000)]
            await asyncio.sleep(0.05)
            del kept
    assert set(destroyed_in) == {threading.main_thread().name}


def test_there_is_one_timer_and_python_itself_collects_nothing(app: QApplication) -> None:
    for _ in range(2):
        collect_here(app)
    assert not gc.isenabled()
    assert len(app.findChildren(QTimer, "collector")) == 1
