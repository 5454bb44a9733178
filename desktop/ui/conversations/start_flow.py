"""Which flow is started by hand: a card with the published ones, found by name."""

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain import window
from desktop.domain.contacts import Contact
from desktop.domain.flow import FlowDefinition, FlowStatus, SessionStatus
from desktop.domain.flow_checks import Known
from desktop.domain.flow_nodes import LABELS
from desktop.domain.flow_words import summary
from desktop.domain.text import fold
from desktop.services.flows import FlowShown
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.table import ROW_PX

HEAD_PX, LEAST_ROWS, MOST_ROWS = 34, 2, 8
WIDTH_PX: Final = 640
NOTHING: Final = "No flow is published. Build one under Bots and publish it."
NONE_FITS: Final = "No flow fits the search."
CLOSED: Final = (
    "The reply window is closed: until the customer writes, only templates of the flow reach them."
)
ASKED_AT_FIRST: Final = (
    "It sends marketing. Until the customer answers the bot, that does not go to contacts who opted out. After an answer "
    "a bot does not ask for the opt-in; each such message is counted in the register."
)
ASKED: Final = (
    "It sends marketing. Bots ask for the opt-in here, so it does not go to contacts who opted out."
)
_CHOSEN: Final = 1


class StartFlow(CardDialog):
    """`flow` is the chosen one; Enter and a double click take it."""

    def __init__(
        self, desk: Desk, over: QWidget, name: str, flows: list[FlowShown], known: Known, *, closed: bool, bots_ask: bool
    ) -> None:  # fmt: skip
        super().__init__(
            desk.theme, over, f"Start a flow with {name}", icon="robot", color="accent", width_px=WIDTH_PX,
            name="start_flow",
        )  # fmt: skip
        self._known, self._bots_ask = known, bots_ask
        running = (one for one in flows if one.record.status is FlowStatus.PUBLISHED)
        self._flows = [one for one in running if not one.record.is_unreadable]
        columns: list[Column[FlowShown]] = [
            Column("Flow", lambda one: Cell(one.record.name, bold=True, tooltip=one.record.name)),
            Column("Begins with", lambda one: Cell(begins_with(one.record.definition, known), color="muted")),
            Column("In it now", _running, 84, end=True),
        ]
        self.search = SearchField(desk.theme, "Search flows", name="start_flow_search")
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.rows = Rows(columns, self._flows)
        self.table = LowTable(desk.theme, self.rows, label="Published flows", name="start_flow_table")
        shown = min(max(len(self._flows), LEAST_ROWS), MOST_ROWS)
        self.table.setMinimumHeight(desk.theme.px(HEAD_PX + shown * ROW_PX))
        self.nothing = Label(
            NONE_FITS if self._flows else NOTHING, "soft", wrap=True, name="start_flow_nothing"
        )
        self.note = Label("", "soft", color="warn", wrap=True, name="start_flow_note")
        for widget in (self.search, self.table, self.nothing, self.note):
            self.body.addWidget(widget)
        if closed:
            self.add_text(CLOSED, muted=True).setObjectName("start_flow_closed")
        leave = self.add_button("Cancel" if self._flows else "Close", result=0, name="start_flow_cancel")
        self.go = self.add_button("Start", "primary", result=_CHOSEN, name="start_flow_do")
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_note())
        self.table.activated.connect(self._activated)
        self.search.setVisible(bool(self._flows))
        self.go.setVisible(bool(self._flows))
        self.focus_first(self.search if self._flows else leave)
        self._filter()

    @property
    def flow(self) -> FlowShown | None:
        row = self.table.chosen_row()
        return row if isinstance(row, FlowShown) else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search the arrow keys move in the list, and Enter takes what is chosen there."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                at = min(max(self.table.currentIndex().row() + step, 0), self.rows.rowCount() - 1)
                self.table.setCurrentIndex(self.rows.index(at, 0))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
        return super().eventFilter(watched, event)

    def _filter(self) -> None:
        before, wanted = self.flow, fold(self.search.text().strip())
        found = [one for one in self._flows if wanted in fold(one.record.name)]
        self.rows.set_rows(found)
        kept = next((at for at, one in enumerate(found) if before and one.record.id == before.record.id), 0)
        self.table.setCurrentIndex(self.rows.index(kept, 0) if found else QModelIndex())
        self.table.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self._show_note()

    def _show_note(self) -> None:
        chosen = self.flow
        self.go.setEnabled(chosen is not None)
        sells = chosen is not None and sends_marketing(chosen.record.definition, self._known)
        self.note.setText(ASKED if self._bots_ask else ASKED_AT_FIRST)
        self.note.setVisible(sells)

    def _activated(self, _: QModelIndex) -> None:
        self._take()

    def _take(self) -> None:
        if self.flow is not None:
            self.done(_CHOSEN)


async def choose_flow(desk: Desk, parent: QWidget, contact: Contact) -> FlowShown | None:
    """Ask which flow to start with a contact; None for *Cancel*."""
    app = desk.app
    flows, known = await app.flows.every(), await app.flows.known()
    settings = await app.workspace.settings()
    closed = not window.is_open(contact.last_inbound_at, app.clock.now())
    dialog = StartFlow(
        desk, parent.window(), contact.first_name, flows, known, closed=closed, bots_ask=settings.bots_ask
    )
    return dialog.flow if await ask(dialog) == _CHOSEN else None


def begins_with(definition: FlowDefinition, known: Known) -> str:
    """'Question · What is your order number?'; "" for a flow that does nothing."""
    first = definition.node(definition.first_id)
    if first is None:
        return ""
    said = " ".join(summary(first, known).partition("\n")[0].split())
    return f"{LABELS[first.does.kind]} · {said}"


def sends_marketing(definition: FlowDefinition, known: Known) -> bool:
    """True if a template in it is marketing now."""
    found = (known.templates.get(id) for id in definition.template_ids)
    return any(one is not None and one.is_marketing for one in found)


def _running(one: FlowShown) -> Cell:
    count = one.counts.of(SessionStatus.RUNNING)
    return Cell(f"{count:,}", color="text" if count else "muted", end=True)
