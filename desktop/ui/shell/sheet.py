"""The sheet of keyboard shortcuts."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.actions import (
    ACTIONS,
    BOTS,
    BROADCASTS,
    CONTACTS,
    CONVERSATIONS,
    REPORTS,
    SEQUENCES,
    TEMPLATES,
    WINDOW,
    Action,
)
from desktop.ui.contacts.tall_area import TallArea
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WIDTH_PX = 1_290
SCROLL_PX = 10
LEAST_PX = 240
AROUND_PX = 200
"""What the card has above and below its lines, and what stays free around it."""
_COLUMNS = ((WINDOW,), (CONVERSATIONS,), (CONTACTS, BROADCASTS, SEQUENCES, TEMPLATES), (BOTS, REPORTS))


class Key(QWidget):
    """A key's name in a small box."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme, self._text = theme, text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        named(self, "", text)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font(11))
        return QSize(
            metrics.horizontalAdvance(self._text) + self._theme.px(12), metrics.height() + self._theme.px(5)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.setBrush(self._theme.color("bg"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(self._theme.font(11))
        painter.setPen(self._theme.color("muted"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


def shortcuts_sheet(theme: Theme, window: QWidget) -> CardDialog:
    """A card with every action and its keys, made from `desktop.ui.actions`."""
    dialog = CardDialog(theme, window, "Keyboard shortcuts", width_px=WIDTH_PX, name="shortcuts")
    groups = {name: [one for one in ACTIONS if one.group == name] for names in _COLUMNS for name in names}
    inside = QWidget()
    columns = QHBoxLayout(inside)
    columns.setContentsMargins(0, 0, SCROLL_PX, 0)
    columns.setSpacing(28)
    for names in _COLUMNS:
        part = [(name, groups[name]) for name in names]
        column = QVBoxLayout()
        column.setSpacing(10)
        for name, actions in part:
            column.addWidget(SectionLabel(name))
            column.addLayout(_lines(theme, actions))
            column.addSpacing(8)
        column.addStretch(1)
        columns.addLayout(column, 1)
    area = TallArea(inside, max(LEAST_PX, window.height() - theme.px(AROUND_PX)))
    area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # where it scrolls, by keys as well
    dialog.body.addWidget(named(area, "shortcuts_area", "Keyboard shortcuts"))
    dialog.add_button("Close", "primary", result=0, safe=True, name="shortcuts_close")
    return dialog


def _lines(theme: Theme, actions: list[Action]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(0, 1)
    for row, action in enumerate(actions):
        grid.addWidget(Label(action.text, wrap=True, tight=True), row, 0)
        keys = QHBoxLayout()
        keys.setSpacing(4)
        for key in action.keys:
            keys.addWidget(Key(theme, key))
        grid.addLayout(keys, row, 1, Qt.AlignmentFlag.AlignRight)
    return grid
