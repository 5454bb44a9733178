"""A row that says what something is: the word on one side, the value on the other."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.parts.glyph import Dot
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color, Theme

KEY_SHARE = 0.4
SPARE_PX = 4


class KeyValue(QWidget):
    """`dot` before the word, `value_dot` before the value, `note` small after it, `strong` a bold value."""

    def __init__(
        self, theme: Theme, key: str, value: str = "", *, note: str = "", dot: Color | None = None,
        value_dot: Color | None = None, color: Color | None = None, strong: bool = False, name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.setSpacing(6)
        if dot:
            row.addWidget(Dot(theme, dot), 0, Qt.AlignmentFlag.AlignVCenter)
        self.key = Label(key, "body" if dot or strong else "muted", wrap=True, tight=True)
        self.value = Label(
            value, "strong" if strong else "body", color=color, selectable=True, wrap=True, tight=True
        )
        self.value.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.note = Label(note, "muted")
        row.addWidget(self.key, 2 if value_dot else 0)
        if value_dot:
            row.addStretch(1)
            row.addWidget(Dot(theme, value_dot), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.value, 0 if value_dot else 1)
        row.addWidget(self.note)
        # In its place first: shown without a parent it would flash as a window of its own.
        self.note.setVisible(bool(note))
        self._shares = not value_dot
        named(self, name)
        self._say()

    def show_value(self, value: str, *, note: str = "", color: Color | None = None) -> None:
        self.value.setText(value)
        self.value.set_color(color)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._say()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._share()
        return super().event(event)

    def _share(self) -> None:
        """The value gets the room that the word leaves; where both are long the word has KEY_SHARE of it."""
        row = self.layout()
        if row is None or not self._shares:
            return
        taken_px = 0
        for position in range(row.count()):
            item = row.itemAt(position)
            widget = item.widget() if item is not None else None
            if widget is not None and widget not in (self.key, self.value) and widget.isVisibleTo(self):
                taken_px += widget.sizeHint().width() + row.spacing()
        room_px = self.width() - taken_px - row.spacing()
        most_px = max(room_px - _natural_px(self.value), round(room_px * KEY_SHARE), 1)
        self.key.setFixedWidth(min(_natural_px(self.key), most_px))

    def _say(self) -> None:
        self.setAccessibleName(f"{self.key.text()}: {self.value.text()} {self.note.text()}".strip())


def _natural_px(label: Label) -> int:
    """The width on one line; the hint of a label that may wrap is that of a narrow block."""
    return label.fontMetrics().size(0, label.text()).width() + SPARE_PX
