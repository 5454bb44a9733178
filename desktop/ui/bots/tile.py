"""A figure on a card that leads to what it counts."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.parts.button import KEYBOARD, paint_ring
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

RADIUS_PX = 8


class Tile(QAbstractButton):
    """The word, the number, what it is a part of; checked while what it counts is listed."""

    def __init__(self, theme: Theme, title: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._title, self._ring = theme, title, False
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.number = Label("–", "number", name=f"{name}-value")
        self.note = Label("", "muted", wrap=True, tight=True, name=f"{name}-note")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 10)
        column.setSpacing(2)
        for label in (SectionLabel(title), self.number, self.note):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        column.addStretch(1)
        named(self, name, title)

    def show_count(
        self, count: int, note: str = "", *, color: Color | None = None, tooltip: str = ""
    ) -> None:
        self.number.setText(f"{count:,}")
        if self.number.property("color") != color:
            self.number.set_color(color)
        self.note.setText(note)
        self.setAccessibleName(f"{self._title}: {count:,} {note}".strip())
        self.setToolTip(tooltip)

    def sizeHint(self) -> QSize:
        """As wide as its words must be, and as high as the note is in the width that it has."""
        width_px = self.minimumSizeHint().width()
        return QSize(width_px, self.heightForWidth(max(width_px, self.width())))

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        width_px = layout.minimumSize().width() if layout is not None else 0
        return QSize(width_px, self.heightForWidth(max(width_px, self.width())))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.heightForWidth(width) if layout is not None else super().heightForWidth(width)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent_weak" if self.isChecked() else "bg"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), RADIUS_PX, RADIUS_PX)
        if self._ring and self.hasFocus():
            paint_ring(painter, self._theme, QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX)
