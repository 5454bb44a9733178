"""The head of one flow: its name and state, what is not published yet, and what can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from desktop.domain.flow import FlowRecord, FlowStatus
from desktop.ui.bots.standing import STATUS, STATUS_TIPS
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.frame import HEADER_PX, Bar
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme

BUILD, REPORT = "build", "report"
TABS: Final = (Tab(BUILD, "Build"), Tab(REPORT, "Report"))
WAS_USED: Final = "Customers were in it, and the reports show it. Turn it off instead."


@dataclass(frozen=True, slots=True)
class HeadLook:
    """changes_count: what differs from the version that runs; problems_count: what blocks publishing.

    refused: why this person may change nothing; why_not_delete: "" when it can be.
    """

    changes_count: int = 0
    problems_count: int = 0
    doubts_count: int = 0
    can_undo: bool = False
    can_redo: bool = False
    testing: bool = False
    saving: bool = False
    busy: bool = False
    refused: str = ""
    why_not_delete: str = ""


def changes_words(record: FlowRecord, count: int, *, saving: bool = False) -> str:
    """'2 unpublished changes'."""
    if saving:
        return "Saving…"
    if record.version_id is None:
        return "Not published yet"
    if not count:
        return ""
    return "1 unpublished change" if count == 1 else f"{count:,} unpublished changes"


def problems_words(problems_count: int, doubts_count: int) -> str:
    """'no problems', '2 problems', '1 warning'."""
    if problems_count:
        return "1 problem" if problems_count == 1 else f"{problems_count:,} problems"
    if doubts_count:
        return "1 warning" if doubts_count == 1 else f"{doubts_count:,} warnings"
    return "no problems"


def badge_words(record: FlowRecord) -> str:
    """'Published v3'."""
    words = STATUS[record.status][0]
    return words if record.version_number is None else f"{words} v{record.version_number}"


class EditorHead(Bar):
    """`verb_requested(verb)`: publish, test, undo, redo, problems, rename, versions, export, turn_on, turn_off, copy_flow,
    discard, delete; `tab_chosen(key)`."""

    tab_chosen = Signal(str)
    verb_requested = Signal(str)
    back_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "header", HEADER_PX, name="bots_head")
        self._look = HeadLook()
        self._record: FlowRecord | None = None
        back = "caret-right" if self.isRightToLeft() else "caret-left"
        self.back = IconButton(theme, back, "All flows (Esc)", name="bots_back")
        self.back.clicked.connect(self.back_requested)
        self.title = ElidedLabel("", "h1", name="bots_name")
        self.badge = Badge(theme, "", name="bots_status")
        self.changes = Label("", "muted", name="bots_changes")
        self.tabs = Tabs(theme, TABS, label="What is shown", name="bots_tabs")
        self.tabs.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.tabs.chosen.connect(self.tab_chosen)
        self.problems = self._button(
            theme, Button(theme, "", "quiet", icon="check", name="bots_problems"), "problems"
        )
        self.undo = self._button(
            theme, IconButton(theme, "arrow-u-up-left", "Undo (Ctrl+Z)", name="bots_undo"), "undo"
        )
        self.redo = self._button(
            theme, IconButton(theme, "arrow-u-up-right", "Redo (Ctrl+Shift+Z)", name="bots_redo"), "redo"
        )
        self.test = self._button(
            theme, Button(theme, "Test", name="bots_test", tooltip="Try it (Ctrl+T)"), "test"
        )
        self.test.setCheckable(True)
        self.publish = self._button(
            theme, Button(theme, "Publish", "primary", name="bots_publish"), "publish"
        )
        self.more = IconButton(theme, "dots-three", "Rename, versions, export and more", name="bots_more")
        self.more.clicked.connect(self._show_menu)
        first: tuple[QWidget, ...] = (self.back, self.title, self.badge, self.changes)
        last = (self.tabs, self.problems, self.undo, self.redo, self.test, self.publish, self.more)
        for widget in first:
            self.row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.row.addStretch(1)
        for widget in last:
            self.row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    @property
    def tab(self) -> str:
        return self.tabs.current

    def show_record(self, record: FlowRecord, look: HeadLook) -> None:
        """The flow, and what this person may do with it."""
        self._record, self._look = record, look
        self.title.setText(record.name)
        self.badge.show_badge(badge_words(record), STATUS[record.status][1])
        self.badge.setToolTip(STATUS_TIPS[record.status])
        words = changes_words(record, look.changes_count, saving=look.saving)
        self.changes.setText(words)
        self.changes.setVisible(bool(words))
        self._show_problems()
        building = self.tab == BUILD
        for button, can, tip in (
            (self.undo, look.can_undo, "Undo (Ctrl+Z)"), (self.redo, look.can_redo, "Redo (Ctrl+Shift+Z)"),
        ):  # fmt: skip
            button.setVisible(building)
            button.setEnabled(can and not look.refused)
            button.setToolTip(look.refused or tip)
        for widget in (self.problems, self.test):
            widget.setVisible(building)
        self.test.setChecked(look.testing)
        self._show_publish()

    def _show_problems(self) -> None:
        look = self._look
        words = problems_words(look.problems_count, look.doubts_count)
        if words != self.problems.text():
            self.problems.setText(words)
            self.problems.setAccessibleName(words)
            icon, ink = ("warning-circle-fill", "danger") if look.problems_count else ("warning-fill", "warn")
            if not look.problems_count and not look.doubts_count:
                icon, ink = "check", "muted"
            self.problems.set_icon(icon, ink)  # type: ignore[arg-type]
        self.problems.setToolTip("Show them (F8: the next one)")

    def _show_publish(self) -> None:
        record, look = self._record, self._look
        if record is None:
            return
        again = record.status is FlowStatus.OFF and not look.changes_count
        words = "Turn on" if again else f"Publish v{(record.version_number or 0) + 1}"
        if words != self.publish.text():
            self.publish.setText(words)
            self.publish.setAccessibleName(words)
        current = record.status is FlowStatus.PUBLISHED and not look.changes_count
        why = look.refused or ("What is shown is published." if current else "")
        self.publish.setEnabled(not why and not look.busy)
        self.publish.setToolTip(why or f"{words} (Ctrl+Enter)")

    def _button(self, theme: Theme, button: Button, verb: str) -> Button:
        del theme
        button.clicked.connect(lambda: self.verb_requested.emit(verb))
        return button

    def _show_menu(self) -> None:
        """Opens below the button and returns at once."""
        if self._record is None:
            return
        menu = flow_menu(self, self._record, self._look, self.verb_requested.emit)
        corner = QPoint(self.more.width() - menu.sizeHint().width(), self.more.height() + 4)
        if self.isRightToLeft():
            corner.setX(0)
        menu.popup(self.more.mapToGlobal(corner))


def flow_menu(parent: QWidget, record: FlowRecord, look: HeadLook, choose: Callable[[str], object]) -> QMenu:
    """Each with its reason where it cannot be done."""
    menu = QMenu(parent)
    menu.setObjectName("bots_menu")
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    never = "" if record.version_id is not None else "It was never published."
    same = "" if look.changes_count else "Nothing was changed since it was published."
    switch = ("turn_off", "Turn off…") if record.status is FlowStatus.PUBLISHED else ("turn_on", "Turn on")
    for verb, words, why in (
        ("rename", "Rename…", look.refused), ("versions", "Versions and what differs…", never),
        ("discard", "Discard the changes…", look.refused or never or same), ("", "", ""),
        ("lay_out", "Put the cards in order (Ctrl+L)", look.refused), ("export", "Export as a file…", ""),
        ("copy_flow", "Copy the flow", look.refused), ("", "", ""),
        (*switch, look.refused or never), ("delete", "Delete…", look.refused or look.why_not_delete),
    ):  # fmt: skip
        if not verb:
            menu.addSeparator()
            continue
        action = menu.addAction(words)
        action.setObjectName(f"bots_menu_{verb}")
        action.setEnabled(not why)
        action.setToolTip(why or words)
        action.triggered.connect(lambda _=False, verb=verb: choose(verb))
    return menu
