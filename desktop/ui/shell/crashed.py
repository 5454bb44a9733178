"""Told once, at the next start: that the last window ended without closing, and what is safe."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.system import crash
from desktop.system.crash import Crash
from desktop.ui.dialog import CardDialog
from desktop.ui.shell.report import CARD_PX, add_report
from desktop.ui.theme import Theme

SAFE = (
    "Nothing that was kept is lost. A message that was on its way at that moment is shown under Not certain, in its "
    "broadcast's report or its conversation; Assent does not send it again by itself."
)
NO_WORD = "The system left no word: the program was ended from outside, or the computer stopped."


async def tell_crashes(
    theme: Theme, window: QWidget, home: Path, details: Callable[[], Awaitable[str]]
) -> CardDialog | None:
    """Look for windows that ended unexpectedly and tell of them; each is told once. Returns the open card, if any."""
    found = await asyncio.to_thread(crash.left_behind, home)
    if not found:
        return None
    card = crashed_card(theme, window, found, await details())
    card.open()
    await asyncio.to_thread(crash.forget, found)
    return card


def crashed_card(theme: Theme, window: QWidget, crashes: Sequence[Crash], details: str) -> CardDialog:
    """The card for one or more crashes, the newest last. details: appended to the report."""
    last = crashes[-1]
    card = CardDialog(
        theme, window, "Assent ended unexpectedly", icon="warning-circle-fill", color="warn", width_px=CARD_PX,
        name="crashed",
    )  # fmt: skip
    more = f" That happened {len(crashes)} times." if len(crashes) > 1 else ""
    card.add_text(f"It was opened on {_when(last.started_at)} and last seen on {_when(last.seen_at)}.{more}")
    card.add_text(SAFE)
    add_report(card, theme, report_of(crashes, details), "crashed")
    card.add_button("Go on", "primary", result=0, safe=True, name="crashed_close")
    card.finished.connect(card.deleteLater)
    return card


def report_of(crashes: Sequence[Crash], details: str) -> str:
    """What to send to the developers."""
    parts = []
    for one in crashes:
        head = f"Assent {one.version} ended unexpectedly\nStarted: {_full(one.started_at)}\n"
        head += f"Last seen: {_full(one.seen_at)}\n"
        parts.append(f"{head}\n{one.told or NO_WORD}")
    return "\n\n".join([*parts, details]).rstrip()


def _when(at: datetime) -> str:
    return f"{at.astimezone():%d %b %H:%M}"


def _full(at: datetime) -> str:
    return f"{at.astimezone():%d %b %Y %H:%M:%S %Z}"
