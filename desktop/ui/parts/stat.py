"""Figures in a row: the word, the number, and what it is a part of."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.parts.label import Label, Rule, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.theme import Color

MARGIN_PX = 14


class Stat(QWidget):
    """One tile; `color` for a number that wants attention, `note` for its denominator."""

    def __init__(
        self, label: str, value: str, note: str = "", *, color: Color | None = None, name: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._label = label
        self.value = Label(value, "number", color=color, name=f"{name}-value" if name else "")
        self.note = Label(note, "muted", wrap=True, tight=True, name=f"{name}-note" if name else "")
        self.heading = SectionLabel(label)
        self.heading.setWordWrap(True)
        self.heading.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, 12)
        column.setSpacing(2)
        column.addWidget(self.heading)
        column.addWidget(self.value)
        column.addWidget(self.note)
        column.addStretch(1)
        named(self, name)
        self._say()

    def show_value(self, value: str, note: str = "", *, color: Color | None = None) -> None:
        self.value.setText(value)
        self.value.set_color(color)
        self.note.setText(note)
        self._say()

    def heading_height(self, width_px: int) -> int:
        """px, in a tile of that width. Qt's answer is never less than the height that was given before."""
        self.heading.setMinimumHeight(0)
        return self.heading.heightForWidth(width_px - 2 * MARGIN_PX)

    def _say(self) -> None:
        self.setAccessibleName(f"{self._label}: {self.value.text()} {self.note.text()}".strip())


class TileRow(QFrame):
    """Tiles of the same width on one card, with lines between them; their numbers stand on one line."""

    def __init__(self, tiles: Sequence[QWidget], *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for index, tile in enumerate(tiles):
            if index:
                row.addWidget(Rule(vertical=True))
            row.addWidget(tile, 1)
        self._tiles = [tile for tile in tiles if isinstance(tile, Stat)]
        named(self, name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._level()

    def event(self, event: QEvent) -> bool:
        """Letters of another size ask for another height, once all of them have it."""
        if event.type() == QEvent.Type.StyleChange:
            QTimer.singleShot(0, self, self._level)
        return super().event(event)

    def _level(self) -> None:
        """Where one heading needs two lines, all of them have the room, above: each stands right over its number.

        By the width that a tile gets: what is laid out before the first showing has another one.
        """
        tile_px = (self.width() + 1) // max(1, len(self._tiles)) - 1
        height_px = max((one.heading_height(tile_px) for one in self._tiles), default=0)
        for one in self._tiles:
            one.heading.setFixedHeight(height_px)
