"""A list above the text that narrows as one types, with what would be put in beside it: quick replies, colleagues."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Inset
from desktop.ui.parts.label import Label
from desktop.ui.parts.listrows import ROW, ListRows, is_mirrored, paint_words
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

ROW_PX: Final = 30
MOST_ROWS: Final = 5
PAD_PX: Final = 8
TITLE_SHARE: Final = 0.45

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Suggestion:
    """title: what it is called; text: one line of it; preview: as rich text what would be put in; value: what it is of."""

    key: object
    title: str
    text: str
    preview: str = ""
    value: Any = None


class Suggestions(QWidget):
    """`chosen(Suggestion)`, `footer_requested()`. The keyboard stays in the text: `step()` moves in the list."""

    chosen = Signal(object)
    footer_requested = Signal()

    def __init__(self, theme: Theme, name: str, label: str, *, footer: str = "", nothing: str) -> None:
        super().__init__()
        self._theme = theme
        self._nothing = nothing
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.rows = ListRows[Suggestion](
            lambda one: one.key,
            name=lambda one: one.title,
            spoken=lambda one: f"{one.title}. {one.text}",
            tip=lambda one: "",
            parent=self,
        )
        self.view = named(QListView(), f"{name}_list", label)
        self.view.setModel(self.rows)
        self.view.setItemDelegate(SuggestionRows(theme, self.view))
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setProperty("surface", "raised")
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(lambda index: self.chosen.emit(index.data(ROW)))
        self.view.selectionModel().currentChanged.connect(self._show_preview)
        self.nothing = Label("", "muted", wrap=True, name=f"{name}_nothing")
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.view, 3)
        row.addWidget(self._preview(name), 2)
        column.addLayout(row)
        column.addWidget(self.nothing)
        self.footer = Button(theme, footer, "link", name=f"{name}_footer")
        self.footer.clicked.connect(self.footer_requested)
        column.addWidget(self.footer, 0, Qt.AlignmentFlag.AlignLeading)
        self.footer.setVisible(bool(footer))  # in its place first, or it would flash as a window of its own
        named(self, name, label)
        self.hide()
        theme.changed.connect(self._fit)

    def show_rows(self, found: Sequence[Suggestion], wanted: str) -> None:
        """Show what fits what was typed; the one that was chosen stays chosen while it is there."""
        before = self.current()
        self.rows.set_rows(found)
        kept = self.rows.row_of(before.key) if before is not None else 0
        self.view.setCurrentIndex(self.rows.index(max(0, kept)) if found else QModelIndex())
        self.nothing.setText(f"{self._nothing} “{wanted}”." if wanted else f"{self._nothing} yet.")
        self.nothing.setVisible(not found)
        self.view.setVisible(bool(found))
        self._fit()
        self._show_preview()

    def step(self, by: int) -> None:
        """Move up or down; at an end it stays."""
        row = min(max(self.view.currentIndex().row() + by, 0), self.rows.rowCount() - 1)
        self.view.setCurrentIndex(self.rows.index(row))

    def current(self) -> Suggestion | None:
        index = self.view.currentIndex()
        found = index.data(ROW) if index.isValid() else None
        return found if isinstance(found, Suggestion) else None

    def _preview(self, name: str) -> QWidget:
        self._box = Inset(name=f"{name}_preview")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("surface", "none")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        self.words = Label("", wrap=True, rich=True, name=f"{name}_words")
        column.addWidget(self.words)
        column.addStretch(1)
        area.setWidget(inside)
        self._box.body.addWidget(area)
        return self._box

    def _fit(self) -> None:
        count = min(max(self.rows.rowCount(), 1), MOST_ROWS)
        previewed = any(one.preview for one in self.rows.rows)
        least = 3 if previewed else 1
        height_px = self._theme.px(ROW_PX) * max(count, least) + 2
        self.view.setFixedHeight(height_px)
        self._box.setFixedHeight(height_px)
        self._box.setVisible(previewed)

    def _show_preview(self) -> None:
        one = self.current()
        self.words.setText(one.preview if one is not None else "")


class SuggestionRows(QStyledItemDelegate):
    """The title, and after it the beginning of the text."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self._theme.px(ROW_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        one = index.data(ROW)
        if not isinstance(one, Suggestion):
            return
        px, mirrored = self._theme.px, is_mirrored(self._view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = option.rect.adjusted(2, 1, -2, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent_weak"))
            painter.drawRoundedRect(rect, 8, 8)
        area = rect.adjusted(px(PAD_PX), 0, -px(PAD_PX), 0)
        bold = self._theme.font(13, 600)
        wanted_px = QFontMetrics(bold).horizontalAdvance(one.title) + px(2)
        title_px = min(wanted_px, round(area.width() * TITLE_SHARE) if one.text else area.width())
        left_px = area.right() + 1 - title_px if mirrored else area.left()
        title = QRect(left_px, area.top(), title_px, area.height())
        paint_words(painter, self._theme, self._view, title, one.title, bold, "text")
        gap_px = title_px + px(10)
        rest = area.adjusted(0, 0, -gap_px, 0) if mirrored else area.adjusted(gap_px, 0, 0, 0)
        paint_words(painter, self._theme, self._view, rest, one.text, self._theme.font(12), "muted")
        painter.restore()
