"""The bar over a report that wants somebody: one that can be taken back, and one that is held."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.drift import Cause
from desktop.ui.broadcasts import report_words
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

TICK_MS = 250
_OF_THE_TEXT = (Cause.TEMPLATE_EDITED, Cause.TEMPLATE_MARKETING)


class ReportBar(QWidget):
    """`take_back_requested`, `go_on_requested`, `stop_requested`, `texts_requested`: of a template that was edited. The seconds are counted down here."""

    take_back_requested = Signal()
    go_on_requested = Signal()
    stop_requested = Signal()
    texts_requested = Signal()
    tick = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._record: BroadcastRecord | None = None
        self.waiting = Banner(theme, "info", "", action="Take back", name="report_waiting")
        self.held = Banner(theme, "warn", "", action="Go on", name="report_held")
        self.second = Button(theme, "Stop", "banner-warn", name="report_held-stop")
        held_row = self.held.layout()
        assert held_row is not None
        self.texts = Button(theme, "Compare the texts", "banner-warn", name="report_held-texts")
        self.texts.hide()
        for button in (self.texts, self.second):
            held_row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.waiting)
        column.addWidget(self.held)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self.waiting.action_requested.connect(self.take_back_requested)
        self.held.action_requested.connect(self.go_on_requested)
        self.second.clicked.connect(self._second)
        self.texts.clicked.connect(self.texts_requested)
        self.waiting.hide()
        self.held.hide()
        self.hide()
        named(self, "report_bar", "What it waits for")

    def show_record(
        self, record: BroadcastRecord | None, now: datetime, zone: ZoneInfo | None = None
    ) -> None:
        """Hidden for one that waits for nobody. zone: the workspace's."""
        self._record = record
        waits = record is not None and record.status.can_be_taken_back
        held = record is not None and record.status is BroadcastStatus.HELD
        self.waiting.setVisible(waits)
        self.held.setVisible(held)
        self.setVisible(waits or held)
        if record is not None and waits:
            self.waiting.show_banner("info", report_words.waiting_html(record, now, zone), "Take back")
        if record is not None and held:
            self.held.show_banner("warn", report_words.held_html(record), "Go on")
            self.texts.setVisible(record.held_cause in _OF_THE_TEXT)
            told = "Stop" if record.selected_count is not None else "Take back"
            self.second.setText(told)
            self.second.setAccessibleName(told)
        if waits and not self._timer.isActive():
            self._timer.start()
        elif not waits:
            self._timer.stop()

    def let(self, allowed: bool, why: str, waits: str = "") -> None:
        """Whether the person may; why: of who may not, as a tooltip. waits: for what it cannot go on yet."""
        for button in (self.waiting.action, self.held.action, self.second):
            button.setEnabled(allowed)
            button.setToolTip(why)
        if waits:
            self.held.action.setEnabled(False)
            self.held.action.setToolTip(why or waits)

    def leave(self) -> None:
        """Nobody looks any more."""
        self._timer.stop()

    def _second(self) -> None:
        record = self._record
        if record is not None and record.selected_count is None:
            self.take_back_requested.emit()
        else:
            self.stop_requested.emit()
