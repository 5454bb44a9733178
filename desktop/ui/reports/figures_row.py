"""The three cards of figures side by side; where there is no room, the plot stands below the other two."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.domain.report_page import Figures, ReportPage
from desktop.ui.reports.by_path import ByPathCard
from desktop.ui.reports.by_reason import ByReasonCard
from desktop.ui.reports.figure import Figure
from desktop.ui.reports.over_time import OverTimeCard
from desktop.ui.theme import Theme

NARROW_PX, LEAST_PX, LOW_PX = 1_000, 232, 180


class FiguresRow(QWidget):
    """Holds the cards; connect to theirs."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._narrow: bool | None = None
        self.by_path = ByPathCard(theme)
        self.by_reason = ByReasonCard(theme)
        self.over_time = OverTimeCard(theme)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(16)
        for column, share in enumerate((6, 4, 4)):
            self._grid.setColumnStretch(column, share)
        self._arrange(narrow=False)
        theme.changed.connect(self._rescale)
        self._rescale()

    def show_figures(self, figures: Figures, page: ReportPage) -> None:
        self.by_path.show_lines(figures.lines, page)
        self.by_reason.show_causes(figures.causes, page)
        leads = [
            one for one in self.by_path.findChildren(Figure) if one.focusPolicy() != Qt.FocusPolicy.NoFocus
        ]
        if leads:
            self.by_reason.follow_in_tabs(leads[-1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(narrow=self.width() < self._theme.px(NARROW_PX))

    def _arrange(self, *, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for card in (self.by_path, self.by_reason, self.over_time):
            self._grid.removeWidget(card)
        self._grid.setColumnStretch(2, 0 if narrow else 4)
        self._grid.addWidget(self.by_path, 0, 0)
        self._grid.addWidget(self.by_reason, 0, 1)
        self.over_time.setMinimumHeight(self._theme.px(LOW_PX if narrow else LEAST_PX))
        if narrow:
            self._grid.addWidget(self.over_time, 1, 0, 1, 2)
        else:
            self._grid.addWidget(self.over_time, 0, 2)

    def _rescale(self) -> None:
        self._narrow = None
        for card in (self.by_path, self.by_reason):
            card.setMinimumHeight(self._theme.px(LEAST_PX))
        self._arrange(narrow=self.width() < self._theme.px(NARROW_PX))
