"""Texts: a label by its role, one that ends in an ellipsis, the small upper-case heading, and lines between things."""

from html import escape
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QStyle, QWidget

from desktop.ui.parts.naming import named, restyle
from desktop.ui.theme import Color

Role = Literal[
    "body", "strong", "muted", "soft", "title", "h1", "h2", "number", "figure", "mono", "section", "dialog"
]


LINE_HEIGHT_PERCENT = 118  # of Inter's own line of 1.21 em: the design's 1.45


class Label(QLabel):
    """A text in one of the design's roles; `wrap` lets it use several lines.

    Plain text unless `rich`: what a customer wrote is shown as written. text() returns what was set. Several lines
    stand as far apart as the design has them unless `tight`.
    """

    def __init__(
        self, text: str = "", role: Role = "body", *, color: Color | None = None, wrap: bool = False,
        rich: bool = False, tight: bool = False, selectable: bool = False, name: str = "", parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._rich, self._spaced, self._text = rich, wrap and not tight, text
        self.setTextFormat(Qt.TextFormat.RichText if rich or self._spaced else Qt.TextFormat.PlainText)
        self.setText(text)
        self.setWordWrap(wrap)
        self.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.setProperty("role", role)
        self.setProperty("color", color)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        if selectable:
            flags = (
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            self.setTextInteractionFlags(flags)
        named(self, name)

    def setAlignment(self, alignment: Qt.AlignmentFlag) -> None:
        """By the direction of the layout; Qt would go by the direction of the words."""
        self._wanted = alignment
        visual = QStyle.visualAlignment(self.layoutDirection(), alignment)
        super().setAlignment(visual | Qt.AlignmentFlag.AlignAbsolute)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self.setAlignment(self._wanted)

    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        self._text = text
        shown = text
        if self._spaced:
            inner = text if self._rich else escape(text).replace("\n", "<br>")
            shown = f'<p style="line-height: {LINE_HEIGHT_PERCENT}%; margin: 0">{inner}</p>' if text else ""
        super().setText(shown)

    def set_color(self, color: Color | None) -> None:
        restyle(self, color=color)


class SectionLabel(Label):
    """The small upper-case heading above a group; a screen reader gets it as written."""

    def __init__(self, text: str, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, "section", name=name, parent=parent)

    def setText(self, text: str) -> None:
        super().setText(text.upper())
        self.setAccessibleName(text)


class ElidedLabel(QLabel):
    """One line that ends in "…" when there is no room; the whole text is then its tooltip."""

    def __init__(
        self, text: str = "", role: Role = "body", *, color: Color | None = None, name: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("color", color)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        named(self, name)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(" ".join(text.split()))
        self.setAccessibleName(text)
        self._hint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…") + 2, super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """What fits now."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setLayoutDirection(
            Qt.LayoutDirection.LayoutDirectionAuto
        )  # a phone number stays as it is written
        side = (
            QStyle.visualAlignment(self.layoutDirection(), self.alignment()) | Qt.AlignmentFlag.AlignAbsolute
        )
        align = side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(self.contentsRect(), int(align), self.shown_text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._hint()

    def _hint(self) -> None:
        self.setToolTip("" if self.shown_text() == self.text() else self.text())


class Rule(QFrame):
    """A line of one pixel between two things."""

    def __init__(self, *, vertical: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "rule-vertical" if vertical else "rule")
        fixed, wide = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(fixed if vertical else wide, wide if vertical else fixed)
