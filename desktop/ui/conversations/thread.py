"""The thread: the newest below, older ones on scrolling up, and what can be done with one message."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QMetaMethod, QModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from desktop.ui.conversations.bubble_delegate import BubbleDelegate, Hit
from desktop.ui.conversations.bubble_media import FileRef
from desktop.ui.conversations.entries import BubbleEntry, Entry, NoteEntry
from desktop.ui.conversations.thread_files import ThreadFiles
from desktop.ui.conversations.thread_menu import copy, file_menu, message_menu
from desktop.ui.conversations.thread_model import ENTRY, ThreadModel
from desktop.ui.parts.button import Button
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

NEAR_PX: Final = 24
"""How close to an end counts as being there."""
MARKED_MS: Final = 1_800
"""How long a message that was jumped to is marked."""
WHY_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
"""Beside "?", what opens *Why?* on a message of ours, and the file or the place of a customer's."""


class ThreadView(QListView):
    """Bubbles in a scrolled list. `older_requested` and `newer_requested` when an end of the rows is reached.

    `reply_requested`, `quoted_requested`, `why_requested` and `send_again_requested` name a message;
    `open_file_requested` and `save_file_requested` a FileRef.
    """

    older_requested = Signal()
    newer_requested = Signal()
    latest_requested = Signal()
    reply_requested = Signal(int)
    quoted_requested = Signal(int)
    open_file_requested = Signal(object)
    save_file_requested = Signal(object)
    send_again_requested = Signal(int)
    why_requested = Signal(int)
    link_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.files = ThreadFiles(self)
        self._delegate = BubbleDelegate(theme, self, self.files)
        self._rows = ThreadModel(self, self._delegate.height_of)
        self._rows.repaint_wanted.connect(self._repaint)
        self._unmark = QTimer(self)
        self._unmark.setSingleShot(True)
        self._unmark.setInterval(MARKED_MS)
        self._unmark.timeout.connect(lambda: self._mark(""))
        self.files.changed.connect(self._repaint_file)
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

    def show_entries(
        self,
        entries: Sequence[Entry],
        *,
        has_older: bool,
        has_newer: bool,
        anew: bool,
        at_key: str = "",
    ) -> None:
        """Show rows. anew: another conversation, begun at at_key, else at the newest; else the place read stays."""
        follows = self._at_bottom and not self._has_newer and not at_key
        anchor = self._anchor()
        current = self.currentIndex().data(ENTRY) if self.currentIndex().isValid() else None
        self._at_bottom = False
        self._has_older, self._has_newer = has_older, has_newer
        reset = self._rows.show_entries(entries)
        if reset and not anew:
            self.doItemsLayout()
            if current is not None:
                self.setCurrentIndex(self._rows.index(self._rows.row_of(current.key)))
        self._settle()
        if at_key and self._rows.row_of(at_key) >= 0:
            self._go_to(at_key)
        elif anew or (follows and not has_newer):
            self._at_bottom = True
            self.scrollToBottom()
        elif reset and anchor is not None:
            self._restore(*anchor)
        self._mark_latest()

    def go_to_message(self, key: str) -> None:
        """Scroll to an entry that is laid out, and mark it for a moment."""
        self._go_to(key)
        self._mark(key)
        row = self._rows.row_of(key)
        if row >= 0:
            self.setCurrentIndex(self._rows.index(row))

    def _go_to(self, key: str) -> None:
        """Into the upper third, so that one sees what came before."""
        index = self._rows.index(self._rows.row_of(key))
        if not index.isValid():
            return
        self.executeDelayedItemsLayout()
        bar = self.verticalScrollBar()
        top_px = self.visualRect(index).top() + bar.value()
        self._at_bottom = False
        bar.setValue(top_px - self.viewport().height() // 4)
        self._at_bottom = bar.value() >= bar.maximum() - NEAR_PX and not self._has_newer

    def _mark(self, key: str) -> None:
        self._delegate.marked_key = key
        self.viewport().update()
        if key:
            self._unmark.start()

    def _repaint(self, row: int) -> None:
        self.viewport().update(self.visualRect(self._rows.index(row)))

    def _repaint_file(self, media_id: str) -> None:
        for row, entry in enumerate(self._rows.entries):
            if isinstance(entry, BubbleEntry) and entry.carried is not None:
                file = entry.carried.file
                if file is not None and file.media_id == media_id:
                    self._repaint(row)

    def entries(self) -> Sequence[Entry]:
        return self._rows.entries

    def go_to_bottom(self) -> None:
        self._at_bottom = True
        self.scrollToBottom()

    def first_key(self) -> str:
        """The first entry in sight; "" if there is none."""
        anchor = self._anchor()
        return anchor[0] if anchor is not None else ""

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
        if not isinstance(entry, BubbleEntry | NoteEntry):
            return
        if event.reason() != QContextMenuEvent.Reason.Mouse:
            row = self.visualRect(index)
            at = (self._delegate.bubble_rect(entry, row) if isinstance(entry, BubbleEntry) else row).center()
        self._open_menu(entry, self.viewport().mapToGlobal(at))

    def _open_menu(self, entry: BubbleEntry | NoteEntry, at: QPoint) -> None:
        self.menu = message_menu(self, self._theme, entry, self)
        self._pop_up(at)

    def _pop_up(self, at: QPoint) -> None:
        assert self.menu is not None
        self.menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.menu.popup(at)

    def may_reply(self, entry: BubbleEntry) -> bool:
        """True if somebody listens, and WhatsApp knows the message by an id."""
        heard = self.isSignalConnected(QMetaMethod.fromSignal(self.reply_requested))
        return heard and bool(entry.message.wamid)

    def do(self, verb: str, value: object) -> None:
        """What was chosen in a menu: reply, quoted, open, save, link, why or send_again."""
        signals = {
            "reply": self.reply_requested,
            "quoted": self.quoted_requested,
            "open": self.open_file_requested,
            "save": self.save_file_requested,
            "link": self.link_requested,
            "why": self.why_requested,
            "send_again": self.send_again_requested,
        }
        signals[verb].emit(value)

    def event(self, event: QEvent) -> bool:
        """On a message of ours the key is the thread's, before the window's shortcut of the same key."""
        asked = isinstance(event, QKeyEvent) and event.text() == "?"
        if asked and event.type() == QEvent.Type.ShortcutOverride and self._own() is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry, own = self.selected(), self._own()
        current = self.currentIndex().data(ENTRY) if self.currentIndex().isValid() else None
        if isinstance(current, BubbleEntry | NoteEntry) and event.matches(QKeySequence.StandardKey.Copy):
            copy(current)
        elif own is not None and (event.text() == "?" or event.key() in WHY_KEYS):
            self.why_requested.emit(own.message.id)
        elif entry is not None and event.key() in WHY_KEYS and self._use(entry):
            event.accept()
        else:
            super().keyPressEvent(event)

    def _use(self, entry: BubbleEntry) -> bool:
        """Open what a message carries; False where it carries nothing."""
        carried = entry.carried
        if carried is not None and carried.link:
            self.link_requested.emit(carried.link)
        elif carried is not None and carried.file is not None:
            middle = self.visualRect(self.currentIndex()).center()
            self._open_file(entry, carried.file, self.viewport().mapToGlobal(middle))
        else:
            return False
        return True

    def _own(self) -> BubbleEntry | None:
        """The message of ours that the keyboard stands on: those answer *Why?*."""
        entry = self.selected()
        return entry if entry is not None and entry.message.outgoing else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        index, hit = self._under(event.position().toPoint())
        entry = index.data(ENTRY) if hit is not None else None
        if hit is None:
            return
        if hit.link:
            self.link_requested.emit(hit.link)
        elif hit.quoted_id is not None:
            self.quoted_requested.emit(hit.quoted_id)
        elif hit.why and isinstance(entry, BubbleEntry):
            self.why_requested.emit(entry.message.id)
        elif hit.file and isinstance(entry, BubbleEntry) and entry.carried is not None:
            file = entry.carried.file
            if file is not None:
                self._open_file(entry, file, QCursor.pos())

    def _open_file(self, entry: BubbleEntry, file: FileRef, at: QPoint) -> None:
        """A picture that is not here yet is fetched; one that is here is opened; else the menu of *Open with…*."""
        state = self.files.state(entry)
        if file.is_picture and state.action:
            self.files.fetch_picture(file)
        elif file.is_picture and state.image is not None:
            self.open_file_requested.emit(file)
        else:
            self.menu = file_menu(self, self._theme, file, self)
            self._pop_up(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        _, hit = self._under(event.position().toPoint())
        shape = Qt.CursorShape.PointingHandCursor if hit is not None else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def _under(self, at: QPoint) -> tuple[QModelIndex, Hit | None]:
        """The row under a point, and what a click there does."""
        index = self.indexAt(at)
        entry = index.data(ENTRY) if index.isValid() else None
        return index, self._delegate.hit(entry, self.visualRect(index), at.x(), at.y())

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
        self._delegate.forget()
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
        at_end = value >= bar.maximum() - NEAR_PX
        self._at_bottom = at_end and not self._has_newer
        self._mark_latest()
        if bar.maximum() == 0:
            return
        if value <= NEAR_PX and self._has_older:
            self.older_requested.emit()
        elif at_end and self._has_newer:
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
            self.latest_requested.emit()
        else:
            self.go_to_bottom()
