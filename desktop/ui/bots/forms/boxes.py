"""Boxes to type in that keep the caret where it is, and a menu of the names that can stand in a text."""

import math
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.ui.bots.forms.place import Place
from desktop.ui.parts.button import IconButton
from desktop.ui.parts.menu import drop
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

MOST_LINES: Final = 10
CONTACT_NAMES: Final = (("first_name", "First name"), ("name", "Full name"), ("phone", "Phone"))
INSERT_KEYS: Final = "Ctrl+Space"


class TextBox(QPlainTextEdit):
    """Several lines; it grows with them up to MOST_LINES. `edited(text)` at each change by a person."""

    edited = Signal(str)

    def __init__(self, *, least_lines: int, hint: str, name: str, label: str) -> None:
        super().__init__()
        self._least_lines, self._silent = least_lines, False
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self.updateGeometry())
        self.textChanged.connect(self._tell)
        named(self, name, label)

    def text(self) -> str:
        return self.toPlainText()

    def show_text(self, text: str) -> None:
        """Without telling; the caret stays where somebody types, and stands at the end where nobody does."""
        if text == self.toPlainText():
            return
        at = self.textCursor().position() if self.hasFocus() else len(text)
        self._silent = True
        self.setPlainText(text)
        self._silent = False
        cursor = self.textCursor()
        cursor.setPosition(min(at, len(self.toPlainText())))
        self.setTextCursor(cursor)
        if not self.hasFocus():
            self.verticalScrollBar().setValue(0)

    def put(self, text: str) -> None:
        """Type a text where the caret is."""
        self.textCursor().insertText(text)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        edges_px = self.height() - self.viewport().height()  # padding and border, as the style has them
        height_px = math.ceil(self._text_px()) + max(edges_px, 2 * self.frameWidth())
        return QSize(super().sizeHint().width(), height_px)

    def _text_px(self) -> float:
        """How high the shown lines are laid out; not all are alike, and more than the font says."""
        document = self.document()
        heights: list[float] = []
        block = document.firstBlock()
        while block.isValid() and len(heights) < MOST_LINES:
            document.documentLayout().blockBoundingRect(block)  # Qt lays lines out when it is asked for them
            laid = block.layout()
            heights += [laid.lineAt(at).height() for at in range(laid.lineCount())]
            block = block.next()
        line_px = max([float(self.fontMetrics().lineSpacing()), *heights])
        missing = max(0, self._least_lines - len(heights))
        return line_px * min(missing + len(heights), MOST_LINES) + 2 * document.documentMargin()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()  # another width, other lines

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def _tell(self) -> None:
        if not self._silent:
            self.edited.emit(self.toPlainText())


class LineBox(QLineEdit):
    """One line. `edited(text)` at each change by a person."""

    edited = Signal(str)

    def __init__(self, *, hint: str = "", name: str, label: str, ltr: bool = False) -> None:
        """ltr: an address or a pattern, which is read from left to right everywhere."""
        super().__init__()
        self.setPlaceholderText(hint)
        if ltr:
            self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.textEdited.connect(self.edited)
        named(self, name, label)

    def show_text(self, text: str) -> None:
        """Without telling; the caret stays."""
        if text != self.text():
            at = self.cursorPosition()
            self.setText(text)
            self.setCursorPosition(min(at, len(text)))

    def put(self, text: str) -> None:
        """Type a text where the caret is."""
        self.insert(text)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit(self.text())


class Insertable(QWidget):
    """A box with a button that puts {{name}} where the caret is: of an answer, of a field, or what `more` adds."""

    edited = Signal(str)

    def __init__(self, theme: Theme, box: TextBox | LineBox) -> None:
        super().__init__()
        self.box = box
        self._place = Place()
        self.more: Callable[[], Sequence[tuple[str, str]]] = tuple
        """(what is typed, its words): besides answers and fields."""
        name = box.objectName()
        self.insert = IconButton(
            theme, "brackets-curly", f"Insert an answer or a field ({INSERT_KEYS})", name=f"{name}_insert"
        )
        self.insert.clicked.connect(self.open_menu)
        QShortcut(
            QKeySequence(INSERT_KEYS), box, context=Qt.ShortcutContext.WidgetShortcut
        ).activated.connect(self.open_menu)
        box.edited.connect(self.edited)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(box, 1)
        side = QVBoxLayout()
        side.setContentsMargins(0, 2, 0, 0)
        side.addWidget(self.insert)
        side.addStretch(1)
        row.addLayout(side)
        self.setFocusProxy(box)

    def text(self) -> str:
        return self.box.text()

    def show_text(self, text: str, place: Place) -> None:
        self._place = place
        self.box.show_text(text)

    def open_menu(self) -> QMenu:
        """Open it; returns it for who wants to look at it."""
        menu = InsertMenu(self, self._place, tuple(self.more()), self.box.put)
        drop(menu, self.insert)
        return menu


class InsertMenu(QMenu):
    """What can stand in a text, in groups."""

    def __init__(
        self,
        parent: QWidget,
        place: Place,
        more: Sequence[tuple[str, str]],
        put: Callable[[str], object],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("insert_menu")
        self._put = put
        answers = place.answers
        fields = [(name, words) for name, words in CONTACT_NAMES]
        fields += [(f"attribute:{one}" if one in answers else one, one) for one in place.known.attributes]
        self._group("Values", [(text, words) for text, words in more])
        self._group("Answers", [(f"{{{{{one}}}}}", one) for one in answers])
        self._group("Contact", [(f"{{{{{name}}}}}", words) for name, words in fields])

    def _group(self, title: str, entries: Sequence[tuple[str, str]]) -> None:
        if not entries:
            return
        if not self.isEmpty():
            self.addSeparator()
        head = self.addAction(title)
        head.setEnabled(False)
        for text, words in entries:
            action = self.addAction(words.replace("&", "&&"))
            action.setObjectName(f"insert_{text}")
            action.triggered.connect(lambda _=False, text=text: self._put(text))
