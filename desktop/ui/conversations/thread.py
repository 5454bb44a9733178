"""The thread: the newest below, older ones on scrolling up, and what can be done with one message."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from desktop.domain.messages import Status
from desktop.ui.conversations.bubble_delegate import BubbleDelegate
from desktop.ui.conversations.entries import BubbleEntry, Entry
from desktop.ui.conversations.thread_model import ENTRY, ThreadModel
from desktop.ui.parts.button import Button
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

NEAR_PX = 24
"""How close to an end counts as being there."""
WHY_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
"""Beside "?", what opens *Why?* on a message of ours."""


class ThreadView(QListView):
    """Bubbles in a scrolled list. `older_requested` and `newer_requested` when an end of the rows is reached."""

    older_requested = Signal()
    newer_requested = Signal()
    send_again_requested = Signal(int)
    why_requested = Signal(int)
    link_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = ThreadModel(self)
        self._delegate = BubbleDelegate(theme, self)
        self._has_older = self._has_newer = False
        self._at_bottom = True
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setProperty("surface", "bg")
        self.setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(24)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._range_changed)
        self.latest = Button(theme, "Latest messages", icon="arrow-down", name="thread_latest", parent=self)
        self.latest.clicked.connect(self._to_latest)
        self.latest.hide()
        self.menu: QMenu | None = None
        named(self, "thread_messages", "Messages")
        theme.changed.connect(self._relay)

    def show_entries(self, entries: Sequence[Entry], *, has_older: bool, has_newer: bool, anew: bool) -> None:
        """Show rows. anew: another conversation, begun at the newest; else the place read stays."""
        at_bottom = self._at_bottom and not has_newer
        anchor = self._anchor()
        self._has_older, self._has_newer = has_older, has_newer
        reset = self._rows.show_entries(entries)
        if reset and not anew:
            self.doItemsLayout()
        self._settle()
        if anew or (at_bottom and not self._has_newer):
            self._at_bottom = True
            self.scrollToBottom()
        elif reset and anchor is not None:
            self._restore(*anchor)
        self._mark_latest()

    def entries(self) -> Sequence[Entry]:
        return self._rows.entries

    def go_to_bottom(self) -> None:
        self._at_bottom = True
        self.scrollToBottom()

    def middle_message_id(self) -> int | None:
        """The message in the middle of the rows: what is older than it overlaps with what is shown."""
        ids = [entry.message.id for entry in self._rows.entries if isinstance(entry, BubbleEntry)]
        return ids[len(ids) // 2] if ids else None

    def selected(self) -> BubbleEntry | None:
        """The message that the keyboard stands on."""
        entry = self.currentIndex().data(ENTRY) if self.currentIndex().isValid() else None
        return entry if isinstance(entry, BubbleEntry) else None

    # What can be done with a message.

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        at = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(at)
        entry = index.data(ENTRY) if index.isValid() else None
        if not isinstance(entry, BubbleEntry):
            return
        if event.reason() != QContextMenuEvent.Reason.Mouse:
            at = self._delegate.bubble_rect(entry, self.visualRect(index)).center()
        self._open_menu(entry, self.viewport().mapToGlobal(at))

    def event(self, event: QEvent) -> bool:
        """On a message of ours the key is the thread's, before the window's shortcut of the same key."""
        asked = isinstance(event, QKeyEvent) and event.text() == "?"
        if asked and event.type() == QEvent.Type.ShortcutOverride and self._own() is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry, own = self.selected(), self._own()
        if entry is not None and event.matches(QKeySequence.StandardKey.Copy):
            self._copy(entry)
        elif own is not None and (event.text() == "?" or event.key() in WHY_KEYS):
            self.why_requested.emit(own.message.id)
        else:
            super().keyPressEvent(event)

    def _own(self) -> BubbleEntry | None:
        """The message of ours that the keyboard stands on: those answer *Why?*."""
        entry = self.selected()
        return entry if entry is not None and entry.message.outgoing else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        address = self._link_under(at)
        if address:
            self.link_requested.emit(address)
        elif (asked := self._why_under(at)) is not None:
            self.why_requested.emit(asked.message.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        over = self._link_under(at) or self._why_under(at)
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def _why_under(self, at: QPoint) -> BubbleEntry | None:
        """The message whose *Why?* is under a point."""
        index = self.indexAt(at)
        entry = index.data(ENTRY) if index.isValid() else None
        if not isinstance(entry, BubbleEntry):
            return None
        asks = self._delegate.why_at(entry, self.visualRect(index), at.x(), at.y())
        return entry if asks else None

    def _link_under(self, at: QPoint) -> str | None:
        index = self.indexAt(at)
        entry = index.data(ENTRY) if index.isValid() else None
        if not isinstance(entry, BubbleEntry):
            return None
        return self._delegate.link_at(entry, self.visualRect(index), at.x(), at.y())

    def _open_menu(self, entry: BubbleEntry, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("thread_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(self._theme.icon("copy"), "Copy text\tCtrl+C")
        copy.setObjectName("thread_copy")
        copy.setEnabled(bool(entry.message.text))
        copy.triggered.connect(lambda: self._copy(entry))
        if entry.message.outgoing:
            why = menu.addAction(self._theme.icon("question"), "Why?\t?")
            why.setObjectName("thread_why")
            why.triggered.connect(lambda: self.why_requested.emit(entry.message.id))
        if entry.message.status is Status.FAILED:
            again = menu.addAction(self._theme.icon("arrow-clockwise"), "Send again")
            again.setObjectName("thread_send_again")
            again.triggered.connect(lambda: self.send_again_requested.emit(entry.message.id))
        self.menu = menu
        menu.popup(at)

    def _copy(self, entry: BubbleEntry) -> None:
        if entry.message.text:
            QGuiApplication.clipboard().setText(entry.message.text)

    # Where one is.

    def resizeEvent(self, event: QResizeEvent) -> None:
        at_bottom = self._at_bottom
        super().resizeEvent(event)
        self._settle()
        if at_bottom:
            self.go_to_bottom()
        self._place_latest()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange):
            self._relay()

    def _relay(self) -> None:
        self.scheduleDelayedItemsLayout()
        QTimer.singleShot(0, self, self._settle)

    def _settle(self) -> None:
        """Few messages stand at the foot of the thread, as if there were more above."""
        self.executeDelayedItemsLayout()
        count = self._rows.rowCount()
        used_px = 0
        for row in range(count):
            used_px += self.sizeHintForIndex(self._rows.index(row)).height()
            if used_px > self.height():
                break
        rim_px = self._theme.px(14)
        free_px = max(0, self.height() - used_px - rim_px)
        margins = self.viewportMargins()
        if margins.top() != free_px or margins.bottom() != rim_px:
            self.setViewportMargins(0, free_px, 0, rim_px)

    def _anchor(self) -> tuple[str, int] | None:
        """The first message in sight and how far below the upper edge it begins."""
        index = self.indexAt(QPoint(self.viewport().width() // 2, 1))
        entry = index.data(ENTRY) if index.isValid() else None
        if entry is None:
            return None
        return entry.key, self.visualRect(index).top()

    def _restore(self, key: str, top_px: int) -> None:
        row = self._rows.row_of(key)
        if row < 0:
            return
        here = self.visualRect(self._rows.index(row)).top()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + here - top_px)

    def _scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        self._at_bottom = value >= bar.maximum() - NEAR_PX
        self._mark_latest()
        if bar.maximum() == 0:
            return
        if value <= NEAR_PX and self._has_older:
            self.older_requested.emit()
        elif self._at_bottom and self._has_newer:
            self.newer_requested.emit()

    def _range_changed(self) -> None:
        if self._at_bottom:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _mark_latest(self) -> None:
        bar = self.verticalScrollBar()
        far = bar.maximum() - bar.value() > self.viewport().height() or self._has_newer
        self.latest.setVisible(far and self._rows.rowCount() > 0)
        if far:
            self._place_latest()

    def _place_latest(self) -> None:
        self.latest.adjustSize()
        place = QRect(0, 0, self.latest.width(), self.latest.height())
        place.moveCenter(self.rect().center())
        place.moveBottom(self.height() - self._theme.px(12))
        self.latest.setGeometry(place)
        self.latest.raise_()

    def _to_latest(self) -> None:
        if self._has_newer:
            self._at_bottom = True
            self.newer_requested.emit()
        else:
            self.go_to_bottom()
