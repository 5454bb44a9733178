"""The dark rail: where you can go, and who you are."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.parts.avatar import paint_avatar
from desktop.ui.parts.badge import count_size, paint_count
from desktop.ui.parts.button import KEYBOARD
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

WIDTH_PX = 64
ITEM_PX = 44


@dataclass(frozen=True, slots=True)
class RailItem:
    """`key` names the page, `label` is its tooltip and accessible name, `icon` a Phosphor name."""

    key: str
    label: str
    icon: str


class _RailButton(QAbstractButton):
    def __init__(self, theme: Theme, label: str, *, icon: str = "", person: str = "") -> None:
        super().__init__()
        self._theme, self._icon, self.person = theme, icon, person
        self.count = 0
        self._ring = False
        self.setToolTip(label)
        self.setAccessibleName(label)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(ITEM_PX, ITEM_PX)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(theme.color("rail_on"))
            painter.setOpacity(1.0 if self.isChecked() else 0.5)
            painter.drawRoundedRect(QRectF(self.rect()), 10, 10)
            painter.setOpacity(1.0)
        if self.person:
            paint_avatar(painter, theme, QRectF(6, 6, 32, 32), self.person)
        else:
            tone: Color = "knob" if self.isChecked() else "rail_text"
            theme.icon(f"{self._icon}-fill" if self.isChecked() else self._icon, tone).paint(
                painter, QRect(11, 11, 22, 22)
            )
        if self.count:
            size = count_size(theme, self.count)
            paint_count(
                painter, theme, QRect(self.width() - size.width(), 0, size.width(), size.height()), self.count
            )
        if self._ring and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("knob"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 9, 9)


class Rail(QWidget):
    """`chosen(key)` when a person goes somewhere; `person_requested` for the face at the bottom, `bell_requested`
    for the bell above the lower items, where there is one.
    """

    chosen = Signal(str)
    person_requested = Signal()
    bell_requested = Signal()

    def __init__(
        self, theme: Theme, items: Sequence[RailItem], bottom: Sequence[RailItem] = (), *, person: str = "",
        mark: str = "A", bell: RailItem | None = None, name: str = "rail", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme, self._mark = theme, mark
        self._buttons: dict[str, _RailButton] = {}
        self._group = QButtonGroup(self)
        self.setFixedWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 62, 0, 8)
        column.setSpacing(6)
        for item in items:
            self._add_page(item, name, column)
        column.addStretch(1)
        if bell is not None:
            self._add(bell, name, column).clicked.connect(self.bell_requested)
        for item in bottom:
            self._add_page(item, name, column)
        self.person = _RailButton(theme, person, person=person)
        self.person.setObjectName(f"{name}-person")
        self.person.clicked.connect(self.person_requested)
        column.addWidget(self.person, 0, Qt.AlignmentFlag.AlignHCenter)
        # In its place first: shown without a parent it would flash as a window of its own.
        self.person.setVisible(bool(person))
        named(self, name, "Pages")
        self._group.buttonClicked.connect(self._clicked)

    @property
    def current(self) -> str:
        checked = self._group.checkedButton()
        return str(checked.property("key")) if checked else ""

    def choose(self, key: str) -> None:
        """Show `key` as chosen, without telling. Raises KeyError."""
        self._buttons[key].setChecked(True)

    def show_count(self, key: str, count: int) -> None:
        """A number on an item (unread); 0 takes it away."""
        button = self._buttons[key]
        button.count = count
        button.setAccessibleDescription(f"{count:,} new" if count else "")
        button.update()

    def show_person(self, person: str) -> None:
        self.person.person = person
        self.person.setAccessibleName(person)
        self.person.setToolTip(person)
        self.person.setVisible(bool(person))
        self.person.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("rail"))
        painter.setPen(self._theme.color("knob"))
        font = self._theme.font(weight=700)
        font.setPixelSize(20)
        painter.setFont(font)
        painter.drawText(QRect(0, 12, self.width(), ITEM_PX), Qt.AlignmentFlag.AlignCenter, self._mark)

    def place_of(self, key: str) -> QRect:
        """Where an item stands, in the rail's coordinates."""
        return self._buttons[key].geometry()

    def _add(self, item: RailItem, name: str, column: QVBoxLayout) -> "_RailButton":
        button = _RailButton(self._theme, item.label, icon=item.icon)
        button.setObjectName(f"{name}-{item.key}")
        button.setProperty("key", item.key)
        self._buttons[item.key] = button
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        return button

    def _add_page(self, item: RailItem, name: str, column: QVBoxLayout) -> None:
        button = self._add(item, name, column)
        button.setCheckable(True)
        self._group.addButton(button)

    def _clicked(self, button: QAbstractButton) -> None:
        self.chosen.emit(str(button.property("key")))
