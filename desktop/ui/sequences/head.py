"""The head of one sequence: its name and state, the tabs, and what can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QIcon, QMouseEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from desktop.domain.sequence import SequenceRecord, SequenceStatus
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.frame import HEADER_PX, Bar
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.sequences.enrol_dialog import closed_words
from desktop.ui.sequences.words import STATUS
from desktop.ui.theme import Theme

STEPS, REPORT, SETTINGS = "steps", "report", "settings"
TABS: Final = (Tab(STEPS, "Steps"), Tab(REPORT, "Report"), Tab(SETTINGS, "Settings"))
_GO: Final = {
    SequenceStatus.DRAFT: ("Activate", "", "activate"),
    SequenceStatus.ACTIVE: ("Pause", "pause", "pause"),
    SequenceStatus.PAUSED: ("Resume", "play", "resume"),
    SequenceStatus.HELD: ("Resume", "play", "resume"),
}
"""By the state: the words of the last button, its icon, and what it asks for."""


@dataclass(frozen=True, slots=True)
class HeadLook:
    """refused: why this person may change nothing; saving: "" or a word; why_not_delete: "" when it can be."""

    refused: str = ""
    saving: str = ""
    can_undo: bool = False
    can_redo: bool = False
    why_not_delete: str = ""
    busy: bool = False


class GoButton(Button):
    """The second press of a double click is not another wish: after *Pause* it would be *Resume*."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()


class SequenceHead(Bar):
    """`tab_chosen(key)`; `verb_requested(verb)`: activate, pause, resume, enrol, undo, redo, rename, copy, delete."""

    tab_chosen = Signal(str)
    verb_requested = Signal(str)
    back_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "header", HEADER_PX, name="sequence_head")
        self._look = HeadLook()
        self.back = IconButton(theme, "caret-left", "All sequences (Esc)", name="sequence_back")
        self.back.clicked.connect(self.back_requested)
        self.title = ElidedLabel("", "h1", name="sequence_name")
        self.badge = Badge(theme, "", name="sequence_status")
        self.tabs = Tabs(theme, TABS, label="What is shown", name="sequence_tabs")
        self.tabs.setSizePolicy(
            QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed
        )  # the name gives way first
        self.tabs.chosen.connect(self.tab_chosen)
        self.saving = Label("", "muted", name="sequence_saving")
        self.undo = self._icon(theme, "arrow-u-up-left", "Undo (Ctrl+Z)", "undo")
        self.redo = self._icon(theme, "arrow-u-up-right", "Redo (Ctrl+Shift+Z)", "redo")
        self.enrol = Button(theme, "Enrol contacts…", name="sequence_enrol")
        self.enrol.clicked.connect(lambda: self.verb_requested.emit("enrol"))
        self.go = GoButton(theme, "", name="sequence_go")
        self.go.clicked.connect(self._go_clicked)
        self.more = IconButton(theme, "dots-three", "Rename, copy, delete", name="sequence_more")
        self.more.clicked.connect(self._show_menu)
        self._verb = ""
        first: tuple[QWidget, ...] = (self.back, self.title, self.badge, self.tabs)
        last: tuple[QWidget, ...] = (self.saving, self.undo, self.redo, self.enrol, self.go, self.more)
        for widget in first:
            self.row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.row.addStretch(1)
        for widget in last:
            self.row.addWidget(widget)

    @property
    def tab(self) -> str:
        return self.tabs.current

    def show_record(self, record: SequenceRecord, look: HeadLook) -> None:
        """The sequence, and what this person may do with it."""
        self._look = look
        self.title.setText(record.name)
        self.badge.show_badge(*STATUS[record.status])
        self.badge.setToolTip(record.held_because)
        words, icon, self._verb = _GO[record.status]
        self.go.setText(words)
        self.go.setAccessibleName(words)
        draft = record.status is SequenceStatus.DRAFT
        if self.go.property("kind") != ("primary" if draft else "default"):
            self.go.set_kind("primary" if draft else "default")
        if icon:
            self.go.set_icon(icon, "text")
        else:
            self.go.setIcon(QIcon())
        self._refuse(self.go, look.refused)
        self._refuse(self.enrol, look.refused or closed_words(record))
        self.go.setEnabled(self.go.isEnabled() and not look.busy)
        editing = self.tab != REPORT
        for button, can, tip in (
            (self.undo, look.can_undo, "Undo (Ctrl+Z)"), (self.redo, look.can_redo, "Redo (Ctrl+Shift+Z)"),
        ):  # fmt: skip
            button.setVisible(editing)
            button.setEnabled(can and not look.refused)
            button.setToolTip(look.refused or tip)
        self.saving.setText(look.saving)
        self.saving.setVisible(editing and bool(look.saving))

    def _refuse(self, button: Button, why: str) -> None:
        button.setEnabled(not why)
        button.setToolTip(why)

    def _icon(self, theme: Theme, icon: str, label: str, verb: str) -> IconButton:
        button = IconButton(theme, icon, label, name=f"sequence_{verb}")
        button.clicked.connect(lambda: self.verb_requested.emit(verb))
        return button

    def _go_clicked(self) -> None:
        self.verb_requested.emit(self._verb)

    def _show_menu(self) -> None:
        """Opens below the button and returns at once."""
        menu = sequence_menu(self, self._look.refused, self._look.why_not_delete, self.verb_requested.emit)
        corner = QPoint(self.more.width() - menu.sizeHint().width(), self.more.height() + 4)
        if self.isRightToLeft():
            corner.setX(0)
        menu.popup(self.more.mapToGlobal(corner))


def sequence_menu(
    parent: QWidget, refused: str, why_not_delete: str, choose: Callable[[str], object]
) -> QMenu:
    """Rename, copy, delete; each with its reason where it cannot be done."""
    menu = QMenu(parent)
    menu.setObjectName("sequence_menu")
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for verb, words, why in (
        ("rename", "Rename…", refused), ("copy", "Copy", refused), ("delete", "Delete…", refused or why_not_delete),
    ):  # fmt: skip
        action = menu.addAction(words)
        action.setObjectName(f"sequence_menu_{verb}")
        action.setEnabled(not why)
        action.setToolTip(why or words)
        action.triggered.connect(lambda _=False, verb=verb: choose(verb))
    return menu
