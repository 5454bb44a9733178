"""One line that adds up: *Now: 2 waiting · 1,204 read · 8 failed = 1,214 messages*, each figure a link."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.messages import Status
from desktop.domain.report_page import ReportPage
from desktop.ui.broadcasts.words import share
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.reports import words
from desktop.ui.reports.figure import Figure
from desktop.ui.theme import Theme


class NowLine(QWidget):
    """`status_requested(Status)`: a figure was followed."""

    status_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        flow = FlowLayout(self, spacing_px=0, line_spacing_px=0)
        self._begin = Label("Now:", "muted")
        flow.addWidget(self._begin)
        self.figures: dict[Status, Figure] = {}
        self._joints: dict[Status, Label] = {}
        for status in Status:
            self._joints[status] = Label("+", "muted")
            flow.addWidget(self._joints[status])
            figure = Figure(theme, color="muted", size_px=12, end=False, name=f"reports_now_{status.value}")
            figure.clicked.connect(lambda _=False, status=status: self.status_requested.emit(status))
            flow.addWidget(figure)
            self.figures[status] = figure
        self.total = Label("", "muted", selectable=True, name="reports_now_total")
        flow.addWidget(self.total)
        named(self, "reports_now", "Now")

    def show_statuses(self, statuses: Mapping[Status, int], total: int, page: ReportPage) -> None:
        """statuses add up to total; who looks can check it."""
        first = True
        for status, figure in self.figures.items():
            count = statuses.get(status, 0)
            figure.setVisible(bool(count))
            self._joints[status].setVisible(bool(count) and not first)
            first = first and not count
            text = f"{count:,} {words.status(status).lower()}"
            marked = page.choice.statuses == frozenset({status})
            figure.show_figure(text, text, share(count, total, "messages"), marked=marked)
        self.total.setText(f"= {words.messages(total)}")
        said = [one.text() for one in self.figures.values() if not one.isHidden()]
        self.setAccessibleDescription(f"Now: {', '.join(said)} = {words.messages(total)}")
