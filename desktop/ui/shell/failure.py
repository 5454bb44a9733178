"""When the program itself is wrong: one card with a report to copy, and a line in the log."""

import asyncio
import logging
import platform
import traceback
from importlib import metadata
from pathlib import Path

import shiboken6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.system.logs import redact
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.button import Button
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

_log = logging.getLogger("assent.window")
REPORT_PX = 200


def report_of(error: BaseException) -> str:
    """What to send to the developers: versions and the traceback, without tokens, phones and the home folder."""
    try:
        version = metadata.version("assent")
    except metadata.PackageNotFoundError:
        version = "unknown"
    head = f"Assent {version}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform(terse=True)}"
    text = f"{head}\n{''.join(traceback.format_exception(error))}"
    return redact(text.replace(str(Path.home()), "~"))


class Failures:
    """Shows the first unexpected error in a card; the same one is shown once, all are logged."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        self._theme, self._window = theme, window
        self._seen: set[str] = set()
        self._card: CardDialog | None = None

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

    def _make(self, report: str) -> CardDialog:
        card = CardDialog(
            self._theme, self._window, "Something went wrong", icon="warning-circle-fill", color="danger",
            width_px=620, name="failure",
        )  # fmt: skip
        card.add_text(
            "A fault in Assent stopped what you just did; what was kept before is safe. You can go on working. The "
            "report below helps to mend it."
        )
        text = named(QPlainTextEdit(report), "failure_report", "Report")
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setFont(self._theme.font(11, mono=True))
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        text.setFixedHeight(self._theme.px(REPORT_PX))
        card.body.addWidget(text)
        card.add_text("Phone numbers and secrets have been taken out.", muted=True)
        copy = Button(self._theme, "Copy report", icon="copy", name="failure_copy")
        copy.clicked.connect(lambda: self._copy(copy, report))
        card.buttons.addWidget(copy)
        card.add_button("Go on", "primary", result=0, safe=True, name="failure_close")
        card.finished.connect(card.deleteLater)
        return card

    def _copy(self, button: Button, report: str) -> None:
        QGuiApplication.clipboard().setText(report)
        button.setText("Copied")


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
