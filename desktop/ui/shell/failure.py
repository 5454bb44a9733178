"""When the program itself is wrong: one card with a report to copy, and a line in the log."""

import asyncio
import logging
import threading
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import shiboken6
from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.system.redaction import redact
from desktop.system.version import described
from desktop.ui.dialog import CardDialog
from desktop.ui.shell.report import CARD_PX, add_report
from desktop.ui.theme import Theme

_log = logging.getLogger("assent.window")


def report_of(error: BaseException) -> str:
    """What to send to the developers: versions and the traceback, without tokens, phones and the home folder."""
    text = f"{described()}, Qt {qVersion()}\n{''.join(traceback.format_exception(error))}"
    return redact(text.replace(str(Path.home()), "~"))


class Failures:
    """Shows the first unexpected error in a card; the same one is shown once, all are logged."""

    def __init__(
        self, theme: Theme, window: QWidget, details: Callable[[], Awaitable[str]] | None = None
    ) -> None:
        """details: what else a report should say; read once the card is there."""
        self._theme, self._window, self._details = theme, window, details
        self._seen: set[str] = set()
        self._card: CardDialog | None = None
        self._reading: asyncio.Future[None] | None = None

    def show(self, error: BaseException) -> None:
        _log.error("unexpected: %s", "".join(traceback.format_exception(error)))
        place = _place(error)
        if place in self._seen or not shiboken6.isValid(self._window):
            return
        self._seen.add(place)
        if self._card is not None and shiboken6.isValid(self._card) and self._card.isVisible():
            return  # one card is enough; the log has them all
        self._card = self._make(report_of(error))
        self._card.open()

    def hear(self, error: BaseException, loop: asyncio.AbstractEventLoop) -> None:
        """Show an error of whichever thread; `loop` is the window's."""
        if threading.current_thread() is threading.main_thread():
            self.show(error)
        elif not loop.is_closed():
            loop.call_soon_threadsafe(self.show, error)

    def _make(self, report: str) -> CardDialog:
        card = CardDialog(
            self._theme, self._window, "Something went wrong", icon="warning-circle-fill", color="danger",
            width_px=CARD_PX, name="failure",
        )  # fmt: skip
        card.add_text(
            "A fault in Assent stopped what you just did; what was kept before is safe. You can go on working. The "
            "report below helps to mend it."
        )
        box = add_report(card, self._theme, report, "failure")
        card.add_button("Go on", "primary", result=0, safe=True, name="failure_close")
        card.finished.connect(card.deleteLater)
        if self._details is not None:
            self._reading = asyncio.ensure_future(self._append(box, self._details))
        return card

    async def _append(self, box: QPlainTextEdit, details: Callable[[], Awaitable[str]]) -> None:
        try:
            more = await details()
        except Exception as wrong:  # the report of one fault must not be lost by another
            _log.error("no details for the report: %s", wrong)
            return
        if shiboken6.isValid(box):
            box.setPlainText(f"{box.toPlainText().rstrip()}\n\n{more}")


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return f"{type(error).__name__} {last.filename if last else ''} {last.lineno if last else ''}"


def watch_loop(loop: asyncio.AbstractEventLoop, failures: Failures) -> None:
    """Hear of what nobody awaited."""

    def heard(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):
            failures.show(error)
        else:
            _log.error("loop: %s", context.get("message"))

    loop.set_exception_handler(heard)
