"""The card of one step: template, category, one line of its words, notes; a foot for figures."""

from functools import partial

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.ui.parts.badge import Badge
from desktop.ui.parts.button import KEYBOARD, IconButton, paint_ring
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import ElidedLabel
from desktop.ui.parts.naming import named
from desktop.ui.sequences.step_line import Note, StepLine
from desktop.ui.templates.words import CATEGORY
from desktop.ui.theme import Theme

HEAD_PX, SIDE_PX, TOP_PX, FOOT_PX, FIGURES_PX = 28, 16, 12, 14, 10
RADIUS_PX = 12
Verb = tuple[str, str, str]
VERBS: tuple[Verb, ...] = (
    ("edit", "Edit", "Return"),
    ("up", "Move up", "Alt+Up"),
    ("down", "Move down", "Alt+Down"),
    ("copy", "Duplicate", "Ctrl+D"),
    ("template", "Open the template", ""),
    ("remove", "Delete step", "Del"),
)


class StepCard(Card):
    """`verb_requested(verb)`, one of VERBS. With `editing` it takes the focus and keys; set_foot() for figures."""

    verb_requested = Signal(str)

    def __init__(self, theme: Theme, *, editing: bool, name: str, parent: QWidget | None = None) -> None:
        super().__init__(spacing_px=0, name=name, parent=parent)
        self._theme, self._editing, self._name = theme, editing, name
        self._ring = False
        self._line: StepLine | None = None
        self._refused = ""
        self._silent: frozenset[str] = frozenset()
        self.title = ElidedLabel("", "strong", name=f"{name}_template")
        self.badge = Badge(theme, "", name=f"{name}_category")
        self.text = ElidedLabel("", "muted", name=f"{name}_body")
        self.edit = IconButton(theme, "pencil-simple", "Edit this step (Enter)", name=f"{name}_edit")
        self.more = IconButton(theme, "dots-three", "More", name=f"{name}_more")
        self.edit.clicked.connect(lambda: self.verb_requested.emit("edit"))
        self.more.clicked.connect(self._show_menu)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addStrut(theme.px(HEAD_PX))
        head.addWidget(self.title)
        head.addWidget(self.badge)
        head.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in (self.edit, self.more):
            buttons.addWidget(button)
            button.setVisible(editing)
        head.addLayout(buttons)
        self._notes = QWidget()
        self._note_rows = QVBoxLayout(self._notes)
        self._note_rows.setContentsMargins(0, theme.px(6), 0, 0)
        self._note_rows.setSpacing(4)
        self.body.setContentsMargins(SIDE_PX, TOP_PX, SIDE_PX, FOOT_PX)
        self.body.addLayout(head)
        self.body.addWidget(self.text)
        self.body.addWidget(self._notes)
        self._foot: QWidget | None = None
        if editing:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_line(self, line: StepLine, *, refused: str = "", silent: frozenset[str] = frozenset()) -> None:
        """refused: why nothing can be changed; silent: verbs that do nothing here (the first cannot go up)."""
        self._refused, self._silent = refused, silent
        self.edit.setEnabled(not refused)
        self.edit.setToolTip(refused or "Edit this step (Enter)")
        before, self._line = self._line, line
        if line == before:
            return
        self.title.setText(line.name)
        self.title.setProperty("color", None if line.category else "muted")
        self.badge.setVisible(line.category is not None)
        if line.category is not None:
            self.badge.show_badge(*CATEGORY[line.category])
        self.text.setText(line.body)
        self.text.setVisible(bool(line.body))
        if before is None or line.notes != before.notes:
            self._fill_notes(line.notes)
        said = [line.name, line.delay, *(note.text for note in line.notes)]
        named(self, "", f"Step {line.number}: {', '.join(said)}")

    def _fill_notes(self, notes: tuple[Note, ...]) -> None:
        while (item := self._note_rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for at, note in enumerate(notes, start=1):
            self._note_rows.addWidget(NoteLine(self._theme, note, f"{self._name}_note_{at}", self._notes))
        self._notes.setVisible(bool(notes))

    def set_foot(self, foot: QWidget) -> None:
        """The caller's row at the bottom of the card, in place of the one before."""
        if foot is self._foot:
            return
        if self._foot is not None:
            self.body.removeWidget(self._foot)
            self._foot.hide()
            self._foot.deleteLater()
        else:
            self.body.addSpacing(self._theme.px(FIGURES_PX))
        self._foot = foot
        self.body.addWidget(foot)

    def _show_menu(self) -> None:
        """Opens below the button and returns at once."""
        menu = QMenu(self)
        menu.setObjectName(f"{self._name}_menu")
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for verb, words, keys in VERBS:
            if verb == "remove":
                menu.addSeparator()
            action = menu.addAction(f"{words}\t{keys}" if keys else words)
            action.setObjectName(f"{self._name}_{verb}")
            refused = "" if verb == "template" else self._refused
            action.setEnabled(not refused and verb not in self._silent)
            action.setToolTip(refused or words)
            action.triggered.connect(partial(self._chosen, verb))
        corner = QPoint(self.more.width() - menu.sizeHint().width(), self.more.height() + 4)
        if self.isRightToLeft():
            corner.setX(0)
        menu.popup(self.more.mapToGlobal(corner))

    def _chosen(self, verb: str) -> None:
        self.verb_requested.emit(verb)

    # The keys of a card that has the focus.

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in KEYBOARD or event.reason() == Qt.FocusReason.OtherFocusReason
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._editing and not self._refused:
            self.verb_requested.emit("edit")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        verb = self._verb_of(event) if self._editing else ""
        if not verb or verb in self._silent or self._refused:
            super().keyPressEvent(event)
            return
        self.verb_requested.emit(verb)

    def _verb_of(self, event: QKeyEvent) -> str:
        key, mods = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if mods == Qt.KeyboardModifier.AltModifier:
            return {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}.get(Qt.Key(key), "")
        if mods == Qt.KeyboardModifier.ControlModifier:
            return "copy" if key == Qt.Key.Key_D else ""
        if mods != Qt.KeyboardModifier.NoModifier:
            return ""
        plain = {Qt.Key.Key_Return: "edit", Qt.Key.Key_Enter: "edit", Qt.Key.Key_Delete: "remove"}
        return plain.get(Qt.Key(key), "")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self._ring:
            painter = QPainter(self)
            paint_ring(painter, self._theme, QRectF(self.rect()), RADIUS_PX)


class NoteLine(QWidget):
    """A small sign and quiet words."""

    def __init__(self, theme: Theme, note: Note, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(5))
        if note.icon:
            row.addWidget(Glyph(theme, note.icon, note.color, 14), 0, Qt.AlignmentFlag.AlignVCenter)
        color = None if note.color == "muted" else note.color
        self.words = ElidedLabel(note.text, "muted", color=color, name=name)
        row.addWidget(self.words, 1)
        self.show()
