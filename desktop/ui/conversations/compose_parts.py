"""The text of the compose box, which grows with what is written, and the ground it stands on."""

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

MOST_LINES = 6
RADIUS_PX = 10


_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -5, Qt.Key.Key_PageDown: 5}


def paths_in(data: QMimeData) -> list[Path]:
    """The files of this machine that were copied or dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class GrowingText(QPlainTextEdit):
    """One to six lines high; Enter sends, Ctrl+Enter sends anyway, Shift+Enter begins a new line.

    While `suggesting`, Up, Down, Enter, Tab and Escape are the list's: `stepped(by)`, `taken`, `dismissed`.
    `files_given(paths)` and `picture_given(QImage)`: pasted or dropped.
    """

    send_requested = Signal()
    anyway_requested = Signal()
    stepped = Signal(int)
    taken = Signal()
    dismissed = Signal()
    files_given = Signal(object)
    picture_given = Signal(object)

    def __init__(
        self, theme: Theme, name: str = "compose_text", label: str = "Message", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.suggesting = False
        self.setProperty("kind", "bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self._grow)
        theme.changed.connect(self._grow)
        named(self, name, label)

    def show_text(self, text: str) -> None:
        """Set the text with the cursor at its end."""
        self.setPlainText(text)
        self.moveCursor(self.textCursor().MoveOperation.End)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.suggesting and self._suggested(event):
            return
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in _ENTER and not shifted:
            anyway = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            (self.anyway_requested if anyway else self.send_requested).emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
            event.ignore()  # also what lies over the conversation may close by it
        else:
            super().keyPressEvent(event)

    def _suggested(self, event: QKeyEvent) -> bool:
        """Whether the key was the list's."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in (*_ENTER, Qt.Key.Key_Tab):
            self.taken.emit()
        elif key == Qt.Key.Key_Escape:
            self.dismissed.emit()
        else:
            return False
        return True

    def event(self, event: QEvent) -> bool:
        """Tab is the list's while there is one, before it leads on to the next control; so is Escape."""
        if self.suggesting and isinstance(event, QKeyEvent):
            ours = event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Escape)
            if ours and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.key() == Qt.Key.Key_Tab and event.type() == QEvent.Type.KeyPress:
                self.taken.emit()
                return True
        return super().event(event)

    # What stands before the cursor.

    def before(self) -> str:
        """The line up to the cursor."""
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText()

    def put(self, text: str, instead_of: str = "") -> None:
        """Insert a text at the cursor, in place of what stands before it."""
        cursor = self.textCursor()
        if instead_of:
            cursor.setPosition(cursor.position() - units(instead_of), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)
        self.setTextCursor(cursor)

    def select(self, begin: int, end: int) -> None:
        """Select what stands there, counted in Python's letters of the whole text."""
        text = self.toPlainText()
        cursor = self.textCursor()
        cursor.setPosition(units(text[:begin]))
        cursor.setPosition(units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    # Files.

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(paths_in(source)) or source.hasImage() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        paths = paths_in(source)
        if paths:
            self.files_given.emit(paths)
        elif source.hasImage() and not source.hasText():
            picture = source.imageData()
            if isinstance(picture, QImage):
                self.picture_given.emit(picture)
        else:
            super().insertFromMimeData(source)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._grow()

    def _height(self) -> int:
        lines = max(1, min(MOST_LINES, round(self.document().size().height())))
        return lines * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin()) + 2

    def _grow(self) -> None:
        full = round(self.document().size().height()) > MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if full else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        self.updateGeometry()


def units(text: str) -> int:
    """How long Qt says it is: a letter beyond the first 65,536 counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class ComposeFrame(QWidget):
    """The box's ground; its upper corners are square under a banner, and it is yellow for a note.

    `files_given(paths)`: dropped on it.
    """

    files_given = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._attached = False
        self._noting = False
        self.setAcceptDrops(True)

    def attach(self, attached: bool) -> None:
        self._attached = attached
        self.update()

    def show_noting(self, noting: bool) -> None:
        self._noting = noting
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths_in(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = paths_in(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.files_given.emit(paths)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        path.addRoundedRect(box, RADIUS_PX, RADIUS_PX)
        if self._attached:
            top = QRectF(box.left(), box.top() - 0.5, box.width(), RADIUS_PX * 2)
            path.addRect(top)
            path = path.simplified()
        painter.setPen(QPen(self._theme.color("warn_line" if self._noting else "line"), 1))
        painter.setBrush(self._theme.color("warn_bg" if self._noting else "raised"))
        painter.drawPath(path)
