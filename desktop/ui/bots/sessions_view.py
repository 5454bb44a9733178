"""The sessions of a flow: who, how it stands, at which step, and the way to the conversation."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.bot_report import SessionRow
from desktop.domain.flow import SessionStatus
from desktop.domain.phones import pretty
from desktop.ui.bots import report_words as words
from desktop.ui.desk import Desk
from desktop.ui.parts import when
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.menu import MenuButton, drop
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.reports.choosing import ChoiceButton, Entry, OneMenu
from desktop.ui.reports.paging import Pages, Read

LONGEST_STEP = 36


class SessionsView(QWidget):
    """`wanted()` when other sessions are asked for, see `statuses` and `node_id`; `contact_requested(id)`."""

    wanted = Signal()
    contact_requested = Signal(int)

    def __init__(self, desk: Desk, failed: Callable[[Exception], object]) -> None:
        super().__init__()
        theme = desk.theme
        self._theme, self._now = theme, desk.app.clock.now
        self.statuses: frozenset[SessionStatus] = frozenset()
        self.node_id = ""
        self._counts: dict[SessionStatus, int] = {}
        self._steps: dict[str, str] = {}
        self._keep: int | None = None
        self.by_status = ChoiceButton(
            theme, "State", self._entries, self._choose_statuses, name="bot_sessions_state"
        )
        self.by_step = MenuButton(theme, "Step: all", name="bot_sessions_step", tooltip="Filter by step")
        self.by_step.clicked.connect(self._open_steps)
        self.clear = Button(
            theme, "Clear", "link", tooltip="Take every filter away", name="bot_sessions_clear"
        )
        self.clear.clicked.connect(lambda: self.ask_for(frozenset(), ""))
        self.conversation = Button(
            theme, "Open conversation", tooltip="Enter", name="bot_sessions_conversation"
        )
        self.conversation.clicked.connect(self._lead)
        self.sentence = Label("", "soft", wrap=True, name="bot_sessions_sentence")
        self.rows = Rows(self._columns())
        self.table = LowTable(theme, self.rows, label="Sessions", name="bot_sessions")
        self.none = EmptyState(
            theme, "magnifying-glass", "Nothing matches", "Nobody’s way through the flow is of this state and step.",
            action="Clear the filters", name="bot_sessions_none",
        )  # fmt: skip
        self.none.action_requested.connect(self.clear.click)
        self.pages = Pages(desk.tasks, self.table, self.rows, shown=self._page_shown, on_problem=failed)
        self.table.activated.connect(self._lead)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_chosen())
        self._lay_out()
        self.show_filters()
        self._show_chosen()
        named(self, "bot_sessions_view", "Sessions")

    def _columns(self) -> list[Column[SessionRow]]:
        return [
            Column("Started", self._started, 120),
            Column("Contact", lambda one: Cell(words.who(one), bold=True, tooltip=pretty(one.phone) if one.phone else "")),
            Column("State", lambda one: Cell(one.status.label, words.STATUS[one.status], tooltip=self._why(one)), 166),
            Column("Step", self._step),
            Column("Started by", _started_by),
            Column("Ended", self._ended, 120),
            Column("Version", lambda one: Cell(f"{one.version_number}", end=True), 64, end=True),
        ]  # fmt: skip

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        for button in (self.by_status, self.by_step, self.clear):
            head.addWidget(button)
        head.addStretch(1)
        head.addWidget(self.conversation)
        card = Card(spacing_px=8, pad_px=14, name="bot_sessions_card")
        self.stack = QStackedWidget()
        for page in (self.table, self.none):
            self.stack.addWidget(page)
        card.body.addLayout(head)
        card.body.addWidget(self.stack, 1)
        card.body.addWidget(self.sentence)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)

    def show_around(self, counts: dict[SessionStatus, int], steps: dict[str, str]) -> None:
        """What can be filtered by: how many sessions stand how, and the titles of the steps by id."""
        renamed = steps != self._steps
        self._counts, self._steps = counts, steps
        if renamed and self.rows.rows:
            self.rows.dataChanged.emit(
                self.rows.index(0, 0), self.rows.index(self.rows.rowCount() - 1, self.rows.columnCount() - 1)
            )
        self.show_filters()

    def ask_for(self, statuses: frozenset[SessionStatus], node_id: str) -> None:
        """As if these had been chosen."""
        self.set_filters(statuses, node_id)
        self.wanted.emit()

    def set_filters(self, statuses: frozenset[SessionStatus], node_id: str) -> None:
        """Without telling."""
        self.statuses, self.node_id = statuses, node_id
        self.show_filters()

    def start(self, read: Read[SessionRow]) -> None:
        """Read the first page of what is asked for."""
        self.pages.start(read)

    def reset(self) -> None:
        """Another flow."""
        self._keep = None
        self.pages.stop()
        self.rows.set_rows([])
        self.set_filters(frozenset(), "")

    def show_filters(self) -> None:
        chosen = [one for one in SessionStatus if one in self.statuses]
        self.by_status.show_chosen(self.statuses, [one.label for one in chosen])
        title = self._steps.get(self.node_id, words.GONE if self.node_id else "")
        short = title if len(title) <= LONGEST_STEP else f"{title[: LONGEST_STEP - 1].rstrip()}…"
        self.by_step.show_words(f"Step: {short or 'all'}")
        self.by_step.setAccessibleName(f"Step: {title or 'all'}")
        self.by_step.setToolTip(title or "Filter by step")
        self.clear.setVisible(bool(self.statuses or self.node_id))

    @property
    def current(self) -> SessionRow | None:
        row = self.table.chosen_row()
        return row if isinstance(row, SessionRow) else None

    def _entries(self) -> Sequence[Entry[SessionStatus]]:
        return [Entry(one, one.label, self._counts.get(one, 0)) for one in SessionStatus]

    def _choose_statuses(self, chosen: Any) -> None:
        self.ask_for(frozenset(chosen), self.node_id)

    def _open_steps(self) -> None:
        def choose(node_id: str | None) -> None:
            self.ask_for(self.statuses, node_id or "")

        lines = [(id, title.replace("&", "&&")) for id, title in self._steps.items()]
        drop(
            OneMenu(self.by_step, lines, self.node_id or None, choose, name="bot_sessions_step"), self.by_step
        )

    def _page_shown(self) -> None:
        rows = self.rows.rows
        self.stack.setCurrentWidget(self.table if rows else self.none)
        if rows and not self.table.selectionModel().hasSelection():
            place = next((at for at, one in enumerate(rows) if one.id == self._keep), 0)
            self.table.setCurrentIndex(self.rows.index(place, 0))
        self._show_chosen()

    def _show_chosen(self) -> None:
        one = self.current
        self.conversation.setEnabled(one is not None)
        self.sentence.setText(self._sentence_of(one) if one is not None else "")
        self.sentence.setVisible(one is not None)
        if one is not None:
            self._keep = one.id

    def _sentence_of(self, one: SessionRow) -> str:
        told = f"{words.who(one)}: {words.session_because(one)}"
        return f"{told} {words.mishap_words(one, self._steps)}".strip()

    def _lead(self) -> None:
        if self.current is not None:
            self.contact_requested.emit(self.current.contact_id)

    def _why(self, one: SessionRow) -> str:
        return f"{words.session_because(one)}\n{words.mishap_words(one, self._steps)}".strip()

    def _started(self, one: SessionRow) -> Cell:
        return Cell(when.stamp(one.started_at, self._now()), tooltip=when.full(one.started_at))

    def _ended(self, one: SessionRow) -> Cell:
        if one.ended_at is None:
            return Cell(words.NO_STEP, color="muted")
        return Cell(when.stamp(one.ended_at, self._now()), color="muted", tooltip=when.full(one.ended_at))

    def _step(self, one: SessionRow) -> Cell:
        title = self._steps.get(one.node_id) or (words.GONE if one.node_id else words.NO_STEP)
        return Cell(title, color="text" if one.node_id in self._steps else "muted", tooltip=title)


def _started_by(one: SessionRow) -> Cell:
    """A colleague, or what triggered it."""
    told = f"{one.trigger[:1].upper()}{one.trigger[1:]}"
    said = one.user_name or told or words.NO_STEP
    return Cell(said, color="muted" if said == words.NO_STEP else "text", tooltip=said)
