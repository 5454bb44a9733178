"""What a flow can be made of, in its groups: a click, Enter or a drag adds one."""

from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop.domain.flow_nodes import LABELS
from desktop.domain.text import fold
from desktop.ui.bots.forms.words import SENTENCES
from desktop.ui.parts.button import Button
from desktop.ui.parts.frame import Body
from desktop.ui.parts.label import Label, SectionLabel
from desktop.ui.parts.naming import named
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.theme import Theme

GROUPS: Final = (
    ("Send", ("text", "buttons", "list", "template", "media")),
    ("Ask", ("question",)),
    (
        "Decide and do",
        ("condition", "set_attribute", "set_opt_in", "tag", "assign", "enrol", "request", "wait", "jump", "end"),
    ),
)  # fmt: skip
PAD_PX: Final = 14
_MORE_WORDS: Final = {
    "text": "message say", "buttons": "choice reply", "list": "menu rows choice", "media": "image video document",
    "question": "ask answer", "condition": "if yes no branch hours", "set_attribute": "field contact",
    "set_opt_in": "consent marketing yes no", "tag": "label", "assign": "hand over colleague unassign",
    "request": "api webhook ask program", "wait": "delay pause", "jump": "go to flow", "end": "stop finish",
}  # fmt: skip
"""What else people look for them by."""


class Entry(Button):
    """`dragged(kind, place on the screen)` while it is dragged, `dropped` at its end. No nested loop, as QDrag has."""

    dragged = Signal(str, QPoint)
    dropped = Signal(str, QPoint)

    def __init__(self, theme: Theme, kind: str) -> None:
        super().__init__(theme, LABELS[kind], tooltip=SENTENCES.get(kind, ""), name=f"bots_add_{kind}")
        self.kind = kind
        self._pressed: QPoint | None = None
        self._is_dragged = False
        self.by_keys = False
        self.setProperty("entry", True)
        self.setAccessibleDescription(SENTENCES.get(kind, ""))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.by_keys = True
        super().keyPressEvent(event)
        self.by_keys = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._is_dragged = event.position().toPoint(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self._pressed is None:
            return
        far = (event.position().toPoint() - self._pressed).manhattanLength()
        if self._is_dragged or far >= QApplication.startDragDistance():
            self._is_dragged = True
            self.dragged.emit(self.kind, event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was, self._is_dragged, self._pressed = self._is_dragged, False, None
        if was:
            self.setDown(False)
            self.dropped.emit(self.kind, event.globalPosition().toPoint())
        else:
            super().mouseReleaseEvent(event)


class Library(QWidget):
    """`add_requested(kind, by keyboard)`; `dragged(kind, place)`, `dropped(kind, place)` on the screen; `left` with
    Escape."""

    add_requested = Signal(str, bool)
    dragged = Signal(str, QPoint)
    dropped = Signal(str, QPoint)
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.search = SearchField(theme, "Add a step", hint="Ctrl K", name="bots_library_search")
        self.search.textChanged.connect(self._filter)
        self.none = Label("Nothing is called so.", "muted", wrap=True, name="bots_library_none")
        self.none.hide()
        self.entries: dict[str, Entry] = {}
        self._heads: list[tuple[SectionLabel, tuple[str, ...]]] = []
        self.body = Body(spacing_px=6, name="bots_library_body")
        self.body.column.setContentsMargins(PAD_PX, 4, PAD_PX, PAD_PX)
        for title, kinds in GROUPS:
            head = SectionLabel(title)
            if self._heads:
                self.body.column.addSpacing(8)
            self._heads.append((head, kinds))
            self.body.column.addWidget(head)
            for kind in kinds:
                self.body.column.addWidget(self._entry(theme, kind))
        self.body.column.addWidget(self.none)
        self.body.column.addStretch(1)
        top = QVBoxLayout()
        top.setContentsMargins(PAD_PX, 0, PAD_PX, 8)
        top.addWidget(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.body, 1)
        named(self, "bots_library", "Steps to add")

    def show_refusal(self, refused: str) -> None:
        """Why this person may add nothing; "" when they may."""
        for kind, entry in self.entries.items():
            entry.setEnabled(not refused)
            entry.setToolTip(refused or SENTENCES.get(kind, ""))

    def focus_search(self) -> None:
        self.search.clear()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def found(self) -> list[str]:
        """The kinds that the search leaves, in their order."""
        wanted = fold(self.search.text()).split()
        return [kind for kind in self.entries if all(one in _words(kind) for one in wanted)]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the search adds the first that is found; up and down go through them; Escape leads back."""
        kinds = self.found
        focus = self.focusWidget()
        at = next((at for at, kind in enumerate(kinds) if self.entries[kind] is focus), -1)
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and focus is self.search and kinds:
            self.add_requested.emit(kinds[0], True)
        elif key == Qt.Key.Key_Down and kinds:
            self.entries[kinds[min(at + 1, len(kinds) - 1)]].setFocus(Qt.FocusReason.TabFocusReason)
        elif key == Qt.Key.Key_Up and at > 0:
            self.entries[kinds[at - 1]].setFocus(Qt.FocusReason.TabFocusReason)
        elif key == Qt.Key.Key_Up:
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _entry(self, theme: Theme, kind: str) -> Entry:
        entry = Entry(theme, kind)
        entry.clicked.connect(lambda: self.add_requested.emit(kind, entry.by_keys))
        entry.dragged.connect(self.dragged)
        entry.dropped.connect(self.dropped)
        self.entries[kind] = entry
        return entry

    def _filter(self) -> None:
        kinds = set(self.found)
        for kind, entry in self.entries.items():
            entry.setVisible(kind in kinds)
        for head, those in self._heads:
            head.setVisible(bool(kinds & set(those)))
        self.none.setVisible(not kinds)


def _words(kind: str) -> str:
    return fold(f"{LABELS[kind]} {_MORE_WORDS.get(kind, '')}")
