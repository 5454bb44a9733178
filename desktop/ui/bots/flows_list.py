"""All flows in one table, with what starts each and how its sessions ended."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from desktop.domain.flow import FlowStatus, SessionStatus
from desktop.domain.flow_words import trigger_words
from desktop.domain.text import fold
from desktop.services.flows import FlowShown
from desktop.ui.bots import standing
from desktop.ui.bots.flow_begin import FlowBegin
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import Body, stacked
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.table import Table
from desktop.ui.theme import Theme

WAS_USED: Final = "Customers were in this flow, and the reports show it. Turn it off instead."
NONE_CHOSEN: Final = "Choose a flow first."
NOT_PUBLISHED: Final = "It is a draft. Open it and publish it: that turns it on."
UNREADABLE: Final = "This version of Assent cannot read it. Update Assent, then open it."
NO_TRIGGER: Final = "Nothing starts it by itself"
_TIPS: Final = {
    "switch": "It starts with nobody anew; who is in it goes on",
    "rename": "Rename (F2)",
    "copy": "Copy (Ctrl+D)",
    "export": "Save it as a file",
    "delete": "Delete (Del)",
}
_KEYS: Final = {Qt.Key.Key_F2: "rename", Qt.Key.Key_Delete: "delete"}


class FlowTable(Table):
    """`verb_requested(verb)` by F2, Ctrl+D and Del."""

    verb_requested = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.verb_requested.emit("copy")
        elif plain and Qt.Key(event.key()) in _KEYS:
            self.verb_requested.emit(_KEYS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class FlowsList(QWidget):
    """`open_requested(FlowShown)` by Enter or a double click; `verb_requested(verb, FlowShown)`: switch, rename, copy,
    export, delete; `begin_requested(key)`: of a ready-made flow, or "" for an empty one; `import_requested`.
    """

    open_requested = Signal(object)
    verb_requested = Signal(str, object)
    begin_requested = Signal(str)
    import_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._every: list[FlowShown] = []
        self._refused = ""
        self._wanted_id = 0
        self._build(theme)
        self._wire()
        self._fit()
        named(self, "flows_list", "Flows")

    def _build(self, theme: Theme) -> None:
        self.search = SearchField(theme, "Name or trigger", hint="Ctrl F", name="flows_search")
        self.search.setMinimumWidth(theme.px(260))
        self.verbs = {
            "switch": Button(theme, "Turn off", "quiet", icon="power", name="flows_switch"),
            "rename": Button(theme, "Rename", "quiet", icon="pencil-simple", name="flows_rename"),
            "copy": Button(theme, "Copy", "quiet", icon="copy", name="flows_copy"),
            "export": Button(theme, "Export", "quiet", icon="download-simple", name="flows_export"),
            "delete": Button(theme, "Delete", "quiet", icon="trash", name="flows_delete"),
        }
        self.rows = Rows(_columns())
        self.table = FlowTable(theme, self.rows, label="Flows", name="flows_table")
        self.none_found = Label("No flow has these words.", "soft", wrap=True, name="flows_none_found")
        self._card = Card(name="flows_card", pad_px=12)
        self._card.header.addWidget(self.search)
        self._card.header.addStretch(1)
        for button in self.verbs.values():
            self._card.header.addWidget(button)
        self._card.body.addLayout(self._card.header)
        self._card.body.addWidget(self.none_found)
        self._card.body.addWidget(self.table, 1)
        self.begin = FlowBegin(theme)
        self.loading = Label("Loading…", "soft", name="flows_loading")
        self.loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.unread = EmptyState(theme, "warning-circle", "", "", action="Try again", name="flows_unread")
        self.stack = QStackedWidget()
        for page in (self.loading, self._card, self.begin, self.unread):
            self.stack.addWidget(page)
        self.body = Body(name="flows_body")
        self.body.column.addWidget(self.stack, 1)
        self.setLayout(stacked(self.body))

    def _wire(self) -> None:
        self.search.search_requested.connect(lambda _: self._fill())
        for verb, button in self.verbs.items():
            button.clicked.connect(lambda _=False, verb=verb: self._ask(verb))
        self.table.activated.connect(self._activated)
        self.table.verb_requested.connect(self._ask)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._fit())
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.begin.begin_requested.connect(self.begin_requested)
        self.begin.import_requested.connect(self.import_requested)

    # What is shown.

    def show_flows(self, found: Sequence[FlowShown]) -> None:
        """By name; the chosen line stays chosen."""
        self._every = list(found)
        self._fill()
        self.stack.setCurrentWidget(self._card if found else self.begin)

    def show_failure(self, title: str, sentence: str) -> None:
        """The flows cannot be read; `unread.action_requested` asks again."""
        self.unread.title.setText(title)
        self.unread.sentence.setText(sentence)
        self.stack.setCurrentWidget(self.unread)

    def show_refusal(self, refused: str) -> None:
        """refused: why the person who sits here may change nothing; "" when they may."""
        self._refused = refused
        self.begin.show_refusal(refused)
        self._fit()

    def chosen(self) -> FlowShown | None:
        row = self.table.chosen_row()
        return row if isinstance(row, FlowShown) else None

    def choose(self, flow_id: int) -> None:
        """Choose a line, now or once it is read."""
        self._wanted_id = flow_id
        self._choose_wanted()

    def _choose_wanted(self) -> None:
        for at, row in enumerate(self.rows.rows):
            if row.record.id == self._wanted_id:
                self.table.setCurrentIndex(self.rows.index(at, 0))
                self._wanted_id = 0

    def _fill(self) -> None:
        chosen, wanted = self.chosen(), fold(self.search.text())
        found = [row for row in self._every if wanted in fold(f"{row.record.name} {_triggers_words(row)}")]
        scrolled = self.table.verticalScrollBar().value()
        if found != list(self.rows.rows):
            self.rows.set_rows(found)
            for at, row in enumerate(found):
                if chosen is not None and row.record.id == chosen.record.id:
                    self.table.setCurrentIndex(self.rows.index(at, 0))
            self.table.verticalScrollBar().setValue(scrolled)
        self._choose_wanted()
        self.none_found.setVisible(bool(self._every) and not found)
        self._fit()

    # What can be done.

    def _fit(self) -> None:
        """The verbs, by the line that is chosen and the person who sits here."""
        row = self.chosen()
        is_off = row is not None and row.record.status is FlowStatus.OFF
        switch = self.verbs["switch"]
        switch.setText("Turn on" if is_off else "Turn off")
        switch.setAccessibleName(switch.text())
        for verb, button in self.verbs.items():
            why = self._why_not(verb, row)
            button.setEnabled(not why)
            button.setToolTip(why or ("Sessions start again" if verb == "switch" and is_off else _TIPS[verb]))

    def _why_not(self, verb: str, row: FlowShown | None) -> str:
        """Why something cannot be done to a line now; "" if it can."""
        if row is None:
            return NONE_CHOSEN
        if row.record.is_unreadable:
            return UNREADABLE
        if verb == "export":
            return ""
        if self._refused:
            return self._refused
        if verb == "switch" and row.record.status is FlowStatus.DRAFT:
            return NOT_PUBLISHED
        return WAS_USED if verb == "delete" and row.counts.started_count else ""

    def _ask(self, verb: str) -> None:
        row = self.chosen()
        if row is not None and self.verbs[verb].isEnabled():
            self.verb_requested.emit(verb, row)

    def _show_menu(self, point: QPoint) -> None:
        row = self.chosen()
        if row is None:
            return
        menu = named(QMenu(self.table), "flows_menu", "Flow")
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self._theme.icon("flow-arrow", "text"), "Open").triggered.connect(self._activated)
        for verb, button in self.verbs.items():
            action = menu.addAction(button.icon(), button.text())
            action.setObjectName(f"flows_menu_{verb}")
            action.setEnabled(button.isEnabled())
            action.setToolTip(button.toolTip())
            action.triggered.connect(lambda _=False, verb=verb: self._ask(verb))
        menu.popup(self.table.viewport().mapToGlobal(point))

    def _activated(self) -> None:
        row = self.chosen()
        if row is not None:
            self.open_requested.emit(row)


def _columns() -> list[Column[FlowShown]]:
    return [
        Column("Name", lambda row: Cell(row.record.name, bold=True)),
        Column("Status", _status, 104),
        Column("Version", lambda row: Cell(standing.version_words(row.record), color="muted"), 68),
        Column("", _changes, 136),
        Column("Triggers", _triggers),
        Column("Started", lambda row: _count(row.counts.started_count, standing.ends_words(row.counts)), 76, end=True),
        Column("Finished", lambda row: _count(row.counts.of(SessionStatus.COMPLETED)), 80, end=True),
        Column("Handed over", _handed_over, 104, end=True),
        Column("Dropped", lambda row: _count(row.counts.dropped_count, standing.dropped_words(row.counts)), 80, end=True),
    ]  # fmt: skip


def _status(row: FlowShown) -> Cell:
    text, kind = standing.STATUS[row.record.status]
    return Cell(text, kind, tooltip=standing.STATUS_TIPS[row.record.status])


def _changes(row: FlowShown) -> Cell:
    if row.problem:
        return Cell("Has a problem", BadgeKind.OUT, tooltip=row.problem)
    if not standing.has_changes(row.record):
        return Cell("")
    tip = "Edited, and not published: sessions start in the version before."
    return Cell("Draft has changes", BadgeKind.NEUTRAL, tooltip=tip)


def _triggers_words(row: FlowShown) -> str:
    return " · ".join(trigger_words(one) for one in row.record.shown.triggers)


def _triggers(row: FlowShown) -> Cell:
    if row.record.is_unreadable:
        return Cell("Cannot be read by this version", color="warn", tooltip=UNREADABLE)
    words = _triggers_words(row)
    return Cell(words or NO_TRIGGER, color="text" if words else "muted", tooltip=words.replace(" · ", "\n"))


def _handed_over(row: FlowShown) -> Cell:
    """By the flow itself, or because a colleague replied."""
    statuses = (SessionStatus.HANDED_OVER, SessionStatus.TAKEN_OVER)
    told = [f"{one.label} {row.counts.of(one):,}" for one in statuses if row.counts.of(one)]
    return _count(row.counts.of(*statuses), " · ".join(told))


def _count(count: int, tooltip: str = "") -> Cell:
    return Cell(f"{count:,}", color="text" if count else "muted", end=True, tooltip=tooltip)
