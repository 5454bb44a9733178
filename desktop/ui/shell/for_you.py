"""What waits for the person who sits here, in a card beside the rail: mentions in notes, and reminders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import shiboken6
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QGraphicsDropShadowEffect,
    QListView,
    QStackedLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.services.attention import ForYou
from desktop.ui.conversations.reminder_words import due_words
from desktop.ui.parts import when
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.label import SectionLabel
from desktop.ui.parts.listrows import ROW, ListRows, is_mirrored, paint_words
from desktop.ui.parts.naming import named
from desktop.ui.parts.picklist import paint_row_ground
from desktop.ui.theme import Color, Theme

Index = QModelIndex | QPersistentModelIndex
WIDTH_PX, LEAST_PX, MOST_PX = 380, 220, 460
PAD_X_PX, PAD_Y_PX, LINE_PX, ICON_PX = 14, 9, 19, 18
_MENTION: Final = "at"
_COMING: Final = "clock"
_DUE: Final = "bell-ringing-fill"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row. icon: at for a mention, clock for a reminder to come, a bell for one that is due."""

    contact_id: int
    icon: str
    title: str
    text: str
    at: str
    key: str


def rows_of(for_you: ForYou, now: datetime) -> list[Waiting]:
    """What is due first, then mentions from the newest on, then what is to come."""
    due: list[Waiting] = []
    coming: list[Waiting] = []
    for one in for_you.reminders:
        is_due = one.due_at <= now
        row = Waiting(
            one.contact_id,
            _DUE if is_due else _COMING,
            one.contact_name,
            "You wanted to come back to this" if is_due else "Reminder",
            due_words(one.due_at, now),
            f"reminder {one.contact_id}",
        )
        (due if is_due else coming).append(row)
    mentions = [
        Waiting(
            one.note.contact_id,
            _MENTION,
            f"{one.note.author_name} · {one.contact_name}",
            " ".join(one.note.text.split()),
            when.short(one.note.at, now),
            f"note {one.note.id}",
        )
        for one in for_you.mentions
    ]
    return [*due, *mentions, *coming]


def _spoken(row: Waiting) -> str:
    return f"{row.title}, {row.at}: {row.text}"


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, 2 * self._theme.px(PAD_Y_PX) + 2 * self._theme.px(LINE_PX))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Waiting = index.data(ROW)
        theme, view = self._theme, self._view
        painter.save()
        paint_row_ground(painter, theme, view, option)
        pad, line_px, icon_px = theme.px(PAD_X_PX), theme.px(LINE_PX), theme.px(ICON_PX)
        inner = option.rect.adjusted(pad, theme.px(PAD_Y_PX), -pad, 0)
        ink: Color = "warn" if row.icon == _DUE else "muted"
        spot = QRect(inner.topLeft(), QSize(icon_px, line_px))
        theme.icon(row.icon, ink).paint(painter, self._mirrored(spot, inner))
        words = inner.adjusted(icon_px + theme.px(10), 0, 0, 0)
        first = QRect(words.topLeft(), QSize(words.width(), line_px))
        small = theme.font(12)
        painter.setFont(small)
        at_px = painter.fontMetrics().horizontalAdvance(row.at) + 2
        at = QRect(first.right() - at_px + 1, first.top(), at_px, line_px)
        title = first.adjusted(0, 0, -at_px - theme.px(8), 0)
        said: Color = "text" if row.icon == _MENTION else "muted"
        lines: tuple[tuple[QRect, str, QFont, Color], ...] = (
            (at, row.at, small, "muted"),
            (title, row.title, theme.font(weight=600), "text"),
            (first.translated(0, line_px), row.text, theme.font(), said),
        )
        for spot, text, font, color in lines:
            paint_words(painter, theme, view, self._mirrored(spot, inner), text, font, color)
        painter.restore()

    def _mirrored(self, spot: QRect, inner: QRect) -> QRect:
        if not is_mirrored(self._view):
            return spot
        return QRect(QPoint(inner.left() + inner.right() - spot.right(), spot.top()), spot.size())


class ForYouCard(QFrame):
    """`contact_chosen(contact id)` when a row is followed. A child of the window; Escape and a look elsewhere close it."""

    contact_chosen = Signal(int)

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._before: QWidget | None = None
        self.setProperty("kind", "toast")
        self.model: ListRows[Waiting] = ListRows(
            lambda one: one.key,
            name=lambda one: one.title,
            spoken=_spoken,
            tip=lambda one: one.text,
            parent=self,
        )
        self.list = named(QListView(), "for_you_list", "What waits for you")
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(theme, self.list))
        self.list.clicked.connect(self._follow)
        self.list.activated.connect(self._follow)
        self.nothing = EmptyState(
            theme,
            "bell",
            "Nothing waits for you",
            "Notes that name you with an @, and your reminders, stand here.",
            name="for_you_nothing",
        )
        self.stack = QStackedLayout()
        self.stack.addWidget(self.nothing)
        self.stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 12, 1, 8)
        column.setSpacing(8)
        head = SectionLabel("For you")
        head.setContentsMargins(PAD_X_PX, 0, PAD_X_PX, 0)
        column.addWidget(head)
        column.addLayout(self.stack, 1)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 8)
        shadow.setColor(theme.color("veil"))
        self.setGraphicsEffect(shadow)
        named(self, "for_you", "For you")
        self.hide()
        _application().focusChanged.connect(self._focus_moved)

    def show_state(self, for_you: ForYou, now: datetime) -> None:
        rows = rows_of(for_you, now)
        kept = self.list.currentIndex().row()
        self.model.set_rows(rows)
        self.stack.setCurrentIndex(1 if rows else 0)
        if rows and self.isVisible():
            self.list.setCurrentIndex(self.model.index(min(max(kept, 0), len(rows) - 1)))

    def open_at(self, beside: QRect) -> None:
        """Show it beside `beside` (in the coordinates of the window), and take the keyboard."""
        window, theme = self.window(), self._theme
        self._before = QApplication.focusWidget()
        wanted = self.model.rowCount() * (self.list.sizeHintForRow(0) if self.model.rowCount() else 0) + 60
        height_px = min(max(wanted, theme.px(LEAST_PX)), theme.px(MOST_PX), window.height() - 32)
        self.resize(min(theme.px(WIDTH_PX), window.width() - 96), height_px)
        left_px = beside.left() - self.width() - 8 if window.isRightToLeft() else beside.right() + 9
        self.move(left_px, max(8, min(beside.bottom() - height_px + 1, window.height() - height_px - 8)))
        self.show()
        self.raise_()
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
        keys: QWidget = self.list if self.model.rowCount() else self
        keys.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_card()
        else:
            super().keyPressEvent(event)

    def close_card(self) -> None:
        """Give the keyboard back."""
        before = self._before
        self.hide()
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow(self, index: Index) -> None:
        row: Waiting | None = index.data(ROW)
        if row is not None:
            self.hide()
            self.contact_chosen.emit(row.contact_id)

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if not shiboken6.isValid(self) or not self.isVisible() or new is None:
            return
        if new is not self and not self.isAncestorOf(new):
            self.hide()


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
