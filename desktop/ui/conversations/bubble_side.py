"""Which side is which: bubbles, notes and lines are drawn from right to left where the window is."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from desktop.ui.theme import Theme

WIDEST_PX: Final = 520
SIDE_PX: Final = 28
PAD_X_PX, PAD_Y_PX = 12, 8
GAP_PX: Final = 6
RADIUS_PX: Final = 12
META_PX, META_LINE_PX = 11, 16
NOTE_PX: Final = 12
ICON_PX: Final = 14
WRAP: Final = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop


def isolated(text: str) -> str:
    """What somebody wrote, in its own direction: its signs stay at the ends where they belong in either layout."""
    return f"\u2068{text}\u2069"


class Side:
    """The theme and the view that rows are drawn for."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        self.theme = theme
        self.view = view

    @property
    def mirrored(self) -> bool:
        return self.view.layoutDirection() == Qt.LayoutDirection.RightToLeft

    @property
    def leading(self) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self.mirrored else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignAbsolute

    def split(self, line: QRect, icon_px: int, gap_px: int) -> tuple[QRect, QRect]:
        """The icon's square at the reading side of a line, and what is left of it."""
        step_px = icon_px + gap_px
        top_px = line.center().y() - icon_px // 2
        if self.mirrored:
            spot = QRect(line.right() + 1 - icon_px, top_px, icon_px, icon_px)
            return spot, line.adjusted(0, 0, -step_px, 0)
        return QRect(line.left(), top_px, icon_px, icon_px), line.adjusted(step_px, 0, 0, 0)

    def event_width(self) -> int:
        """Of a line between the messages, pixels."""
        return max(120, self.view.width() - 4 * self.theme.px(SIDE_PX))

    def widest(self) -> int:
        """Of what stands in a bubble, pixels."""
        px = self.theme.px
        scroll_px = 12
        room_px = max(160, self.view.width() - 2 * px(SIDE_PX) - scroll_px)
        return min(px(WIDEST_PX), room_px) - 2 * px(PAD_X_PX)
