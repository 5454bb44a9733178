"""Which flow is started by hand: a card with the published ones, found by name."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.domain import window
from desktop.domain.consent import Category, Path, Policy, Question, decide
from desktop.domain.contacts import Contact
from desktop.domain.flow import FlowDefinition, FlowStatus, SessionStatus
from desktop.domain.flow_checks import Known
from desktop.domain.flow_nodes import LABELS, SendTemplate
from desktop.domain.flow_words import summary
from desktop.domain.reasons import Reason
from desktop.domain.text import fold
from desktop.services.flows import FlowShown
from desktop.ui.conversations.words import lower_first
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
_CHOSEN: Final = 1
MOST_NAMED: Final = 3
"""Templates that a sentence names."""


class StartFlow(CardDialog):
    """`flow` is the chosen one; Enter and a double click take it."""

    def __init__(
        self, desk: Desk, over: QWidget, contact: Contact, flows: list[FlowShown], known: Known, *, closed: bool, policy: Policy
    ) -> None:  # fmt: skip
        super().__init__(
            desk.theme, over, f"Start a flow with {contact.first_name}", icon="robot", color="accent", width_px=WIDTH_PX,
            name="start_flow",
        )  # fmt: skip
        self._known, self._contact, self._policy = known, contact, policy
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
        note = (
            ""
            if chosen is None
            else stopped_words(chosen.record.definition, self._known, self._contact, self._policy)
        )
        self.note.setText(note)
        self.note.setVisible(bool(note))

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
    dialog = StartFlow(desk, parent.window(), contact, flows, known, closed=closed, policy=settings.policy)
    return dialog.flow if await ask(dialog) == _CHOSEN else None


def begins_with(definition: FlowDefinition, known: Known) -> str:
    """'Question · What is your order number?'; "" for a flow that does nothing."""
    first = definition.node(definition.first_id)
    if first is None:
        return ""
    said = " ".join(summary(first, known).partition("\n")[0].split())
    return f"{LABELS[first.does.kind]} · {said}"


def marketing_of(definition: FlowDefinition, known: Known) -> list[str]:
    """The names of its templates that are marketing now, each once, in the order of its steps."""
    ids = (one.does.template_id for one in definition.nodes if isinstance(one.does, SendTemplate))
    found = (known.templates.get(id) for id in ids if id is not None)
    return list(dict.fromkeys(one.name for one in found if one is not None and one.is_marketing))


_BECAUSE: Final = {
    Reason.OPTED_OUT: "opted out",
    Reason.STOPPED_IN_WHATSAPP: "stopped promotions in WhatsApp",
    Reason.NO_CHOICE: "has said neither Yes nor No, and this workspace requires an opt-in",
    Reason.US_NUMBER: "has a United States number, where WhatsApp delivers no marketing",
}


def stopped_words(definition: FlowDefinition, known: Known, contact: Contact, policy: Policy) -> str:
    """Which of its marketing would not go to this contact, and why; "" where all of it would."""
    names = marketing_of(definition, known)
    asked = policy.in_session(has_spoken=False)
    verdict = decide(Question(Path.BOT, Category.MARKETING, contact.facts, asked))
    if not names or verdict.may_send:
        return ""
    why = _BECAUSE.get(verdict.reason, lower_first(verdict.reason.label))
    # What WhatsApp itself does not deliver arrives after an answer no more than before it.
    for_good = policy.bots_ask or contact.facts.us_number
    until = "" if for_good else f" until {contact.first_name} answers the bot"
    return f"{contact.first_name} {why}: {_listed(names)} will not be sent{until}."


def _listed(names: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and 3 more'."""
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[: MOST_NAMED - 1])} and {len(names) - MOST_NAMED + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _running(one: FlowShown) -> Cell:
    count = one.counts.of(SessionStatus.RUNNING)
    return Cell(f"{count:,}", color="text" if count else "muted", end=True)
