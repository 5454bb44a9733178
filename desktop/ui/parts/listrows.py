"""The rows of a list for Qt, and the strokes that rows drawn by hand share: a line of words, a row of pills."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
)
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QWidget

from desktop.ui.parts.badge import BadgeKind, badge_size, paint_badge
from desktop.ui.theme import Color, Theme

Index = QModelIndex | QPersistentModelIndex
T = TypeVar("T")
ROW: Final = Qt.ItemDataRole.UserRole + 1
"""What the row is of, a plain value."""
PILL_GAP_PX: Final = 4


class ListRows(QAbstractListModel, Generic[T]):
    """Plain values as rows. key: what tells a row from another; name, spoken, tip: its texts."""

    def __init__(
        self,
        key: Callable[[T], object],
        *,
        name: Callable[[T], str],
        spoken: Callable[[T], str],
        tip: Callable[[T], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._key = key
        self._told: dict[int, Callable[[T], str]] = {
            Qt.ItemDataRole.DisplayRole: name,
            Qt.ItemDataRole.AccessibleTextRole: spoken,
            Qt.ItemDataRole.ToolTipRole: tip,
        }
        self._rows: list[T] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW:
            return row
        told = self._told.get(role)
        return (told(row) or None) if told is not None else None

    @property
    def rows(self) -> Sequence[T]:
        return self._rows

    def set_rows(self, rows: Sequence[T]) -> None:
        """Take over rows; the same ones in the same order are only repainted."""
        same = [self._key(one) for one in rows] == [self._key(one) for one in self._rows]
        if same:
            self._rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def row_of(self, key: object) -> int:
        """The row with this key, or -1."""
        return next((at for at, one in enumerate(self._rows) if self._key(one) == key), -1)


def is_mirrored(view: QWidget) -> bool:
    """True where reading begins at the right."""
    return view.layoutDirection() == Qt.LayoutDirection.RightToLeft


def paint_words(
    painter: QPainter,
    theme: Theme,
    view: QWidget,
    line: QRect,
    text: str,
    font: QFont,
    color: Color,
    *,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """A line of words from where reading begins, shortened to its room."""
    painter.setFont(font)
    painter.setPen(theme.color(color))
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    shown = painter.fontMetrics().elidedText(text, elide, line.width())
    side = Qt.AlignmentFlag.AlignRight if is_mirrored(view) else Qt.AlignmentFlag.AlignLeft
    flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
    painter.drawText(line, int(flags) | int(Qt.TextFlag.TextSingleLine), shown)


def paint_pills(
    painter: QPainter, theme: Theme, view: QWidget, line: QRect, pills: Iterable[tuple[str, BadgeKind]]
) -> None:
    """Pills one after the other from where reading begins, as many as there is room for."""
    mirrored = is_mirrored(view)
    x_px = line.right() + 1 if mirrored else line.left()
    room_px = line.width()
    for text, kind in pills:
        size = badge_size(theme, text, kind)
        if size.width() > room_px:
            break
        left_px = x_px - size.width() if mirrored else x_px
        paint_badge(painter, theme, QRect(QPoint(left_px, line.top()), size), text, kind, mirrored=mirrored)
        step_px = size.width() + theme.px(PILL_GAP_PX)
        x_px += -step_px if mirrored else step_px
        room_px -= step_px
