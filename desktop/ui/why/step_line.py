"""One step of *Why?*: words, badges and a link in one flowing line."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.consent import Category, OptIn
from desktop.domain.known import Piece, WhyStep
from desktop.ui.parts.badge import BadgeKind, badge_size, paint_badge
from desktop.ui.parts.button import Button
from desktop.ui.parts.naming import named, restyle
from desktop.ui.theme import Theme

BADGES = {
    OptIn.YES: BadgeKind.IN,
    OptIn.NO: BadgeKind.OUT,
    OptIn.NONE: BadgeKind.NEUTRAL,
    Category.MARKETING: BadgeKind.MARKETING,
    Category.UTILITY: BadgeKind.UTILITY,
    Category.AUTHENTICATION: BadgeKind.AUTHENTICATION,
    Category.SERVICE: BadgeKind.NEUTRAL,
}
LINE_PX = 20
BETWEEN_PX = 1
LONGEST_WHOLE = 24
"""A remark in brackets up to this length stays on one line."""
_LEANING = ",:;.)"
"""What begins so stands close to the word before it."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, a badge or the link. close: no gap before it."""

    text: str
    size: QSizeF
    strong: bool = False
    badge: BadgeKind | None = None
    link: bool = False
    close: bool = False


class StepLine(QWidget):
    """`event_requested(id)` for the link. Words flow as they are written; in a right-to-left layout the lines stand
    at the right, as those of any text do."""

    event_requested = Signal(int)

    def __init__(self, theme: Theme, number: int, step: WhyStep, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._number, self._step = theme, number, step
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.link: Button | None = None
        for piece in step.pieces:
            if piece.event_id is not None:
                self.link = self._link(piece.text, piece.event_id)
        named(self, f"why_step_{number}", f"{number}. {step.text}")

    def text(self) -> str:
        return self._step.text

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width)[1]

    def sizeHint(self) -> QSize:
        width_px = self._theme.px(380)
        return QSize(width_px, self.heightForWidth(width_px))

    def minimumSizeHint(self) -> QSize:
        widest_px = max((token.size.width() for token in self._tokens()), default=0)
        return QSize(math.ceil(widest_px + self._indent_px()), self._line_px())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_link()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (
            QEvent.Type.StyleChange,
            QEvent.Type.LayoutDirectionChange,
            QEvent.Type.FontChange,
        ):
            self.updateGeometry()
            self._place_link()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setFont(self._font(strong=False))
        painter.setPen(theme.color("muted"))
        indent_px = self._indent_px()
        left_px = self.width() - indent_px if self.isRightToLeft() else 0
        head = QRectF(left_px, 0, indent_px, self._line_px())
        side = Qt.AlignmentFlag.AlignRight if self.isRightToLeft() else Qt.AlignmentFlag.AlignLeft
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        shown = f"· {self._number}" if self.isRightToLeft() else f"{self._number} ·"
        painter.drawText(head, side | Qt.AlignmentFlag.AlignVCenter, shown)
        for token, place in self._arrange(self.width())[0]:
            if token.badge is not None:
                paint_badge(painter, theme, place.toAlignedRect(), token.text, token.badge)
            elif not token.link:
                painter.setFont(self._font(strong=token.strong))
                painter.setPen(theme.color("text"))
                room = place.adjusted(0, 0, 4, 0)  # a letter that leans out is not cut
                flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                painter.drawText(room, int(flags | Qt.TextFlag.TextSingleLine), token.text)

    def _link(self, text: str, event_id: int) -> Button:
        button = Button(self._theme, text, "link", name=f"why_event_{event_id}", parent=self)
        restyle(button, inline=True)
        button.setToolTip("Show the history of the opt-in")
        button.clicked.connect(lambda: self.event_requested.emit(event_id))
        return button

    def _font(self, *, strong: bool) -> QFont:
        return self._theme.font(13, 600 if strong else 400)

    def _line_px(self) -> int:
        return max(self._theme.px(LINE_PX), math.ceil(QFontMetricsF(self._font(strong=False)).height()) + 2)

    def _indent_px(self) -> float:
        return QFontMetricsF(self._font(strong=False)).horizontalAdvance(f"{self._number} · ")

    def _tokens(self) -> Iterator[_Token]:
        for piece in self._step.pieces:
            if piece.event_id is not None and self.link is not None:
                self.link.ensurePolished()
                yield _Token(piece.text, QSizeF(self.link.sizeHint()), link=True)
            elif (badge := _badge_of(piece)) is not None:
                size = QSizeF(badge_size(self._theme, piece.text, badge))
                yield _Token(piece.text, size, badge=badge)
            else:
                metrics = QFontMetricsF(self._font(strong=piece.strong))
                whole = piece.text.startswith("(") and len(piece.text) <= LONGEST_WHOLE
                for word in [piece.text] if whole else piece.text.split():
                    size = QSizeF(metrics.horizontalAdvance(word), metrics.height())
                    yield _Token(word, size, strong=piece.strong, close=word[0] in _LEANING)

    def _arrange(self, width_px: int) -> tuple[list[tuple[_Token, QRectF]], int]:
        """Where each token stands, and the height used."""
        gap_px = QFontMetricsF(self._font(strong=False)).horizontalAdvance(" ")
        indent_px, line_px = self._indent_px(), self._line_px()
        room_px = max(1.0, width_px - indent_px)
        lines: list[list[tuple[_Token, float]]] = [[]]
        x = 0.0
        for token in self._tokens():
            step_px = gap_px if lines[-1] and not token.close else 0
            if lines[-1] and x + step_px + token.size.width() > room_px and not token.close:
                lines.append([])
                x, step_px = 0.0, 0.0
            lines[-1].append((token, x + step_px))
            x += step_px + token.size.width()
        places: list[tuple[_Token, QRectF]] = []
        for row, line in enumerate(lines):
            used_px = line[-1][1] + line[-1][0].size.width() if line else 0.0
            start_px = room_px - used_px if self.isRightToLeft() else indent_px
            for token, at_px in line:
                height_px = token.size.height() if token.badge is not None else line_px
                top_px = row * (line_px + BETWEEN_PX) + (line_px - height_px) / 2
                places.append((token, QRectF(start_px + at_px, top_px, token.size.width(), height_px)))
        return places, len(lines) * (line_px + BETWEEN_PX) - BETWEEN_PX

    def _place_link(self) -> None:
        if self.link is None:
            return
        for token, place in self._arrange(self.width())[0]:
            if token.link:
                self.link.setGeometry(place.toRect())


def _badge_of(piece: Piece) -> BadgeKind | None:
    said = piece.category or piece.opt_in
    return BADGES[said] if said is not None else None
