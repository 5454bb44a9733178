"""Every trigger in the order in which it is asked, and a message to try on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.flow import TriggerKind
from desktop.domain.flow_triggers import Candidate, Incoming, is_dead, overtaken
from desktop.domain.flow_words import first_words, trigger_words
from desktop.domain.problems import Problem
from desktop.domain.words import Words
from desktop.services.flows import Asked
from desktop.ui.bots.trigger_try import Tried, TriggerTry
from desktop.ui.desk import Desk
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import EDGE_PX
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.table import Table
from desktop.ui.parts.when import full, stamp

KINDS: Final[dict[TriggerKind, str]] = {
    TriggerKind.ADVERTISEMENT: "Advertisement",
    TriggerKind.PAYLOAD: "Button",
    TriggerKind.KEYWORD: "Whole message",
    TriggerKind.PATTERN: "Pattern",
    TriggerKind.ANY: "Any message",
}
ORDER: Final = (
    "A message is asked from above: advertisement, button, whole message, pattern, any message. Among triggers of one "
    "kind, the flow that was published last comes first. The first that fits answers, and no other flow does."
)
WHEN: Final = (
    "Triggers are asked only in a conversation that nobody has and where no flow runs. Opt-out and opt-in words never "
    "reach a flow."
)
NONE_ON: Final = "Publish a flow with a trigger, and it stands here in its place."


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A trigger in its place, from 1. asked: what became of the message that was tried; None: none was."""

    place: int
    candidate: Candidate
    asked: Asked | None = None
    dead: tuple[str, ...] = ()
    """What it takes and starts another flow first, a sentence each."""
    is_dead: bool = False


def order_rows(candidates: Sequence[Candidate], asked: Sequence[Asked] = ()) -> list[OrderRow]:
    """The lines, the first one first. asked: of the message that was tried, in the same order."""
    results = [*asked, *([None] * (len(candidates) - len(asked)))]
    return [
        _order_row(at + 1, one, candidates[:at], found)
        for at, (one, found) in enumerate(zip(candidates, results, strict=True))
    ]


def _order_row(place: int, one: Candidate, above: Sequence[Candidate], found: Asked | None) -> OrderRow:
    before = [other for other in above if other.flow_id != one.flow_id]
    dead = tuple(first_words(one.trigger, value, other) for value, other in overtaken(one.trigger, before))
    return OrderRow(place, one, found, dead, is_dead(one.trigger, before))


def why_words(row: OrderRow, now: datetime) -> str:
    """What puts a trigger where it stands, its kind and then its date: 'Whole message · 22 Nov 10:46'."""
    candidate = row.candidate
    return f"{KINDS[candidate.trigger.kind]} · {stamp(candidate.published_at, now)}"


class TriggerOrder(QWidget):
    """`flow_requested(id)` for a flow to open."""

    flow_requested = Signal(int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._words = Words()
        self._candidates: Sequence[Candidate] = ()
        self._build()
        self._reload = Reload(desk.tasks, self, self._load, on_problem=self._unread)
        self._trying = Latest(desk.tasks, self, self._unread)
        self.form.tried.connect(self._try)
        self.form.cleared.connect(self._clear)
        self.form.flow_requested.connect(self.flow_requested)
        self.table.activated.connect(self._open)
        self.unread.action_requested.connect(self.refresh)
        desk.live.follow(self, self._heard)
        named(self, "trigger_order", "Order of triggers")

    def _build(self) -> None:
        theme = self._desk.theme
        self.rows = Rows(self._columns())
        self.table = Table(theme, self.rows, label="Triggers in their order", name="triggers_table")
        self.open_button = Button(theme, "Open flow", "quiet", icon="flow-arrow", name="triggers_open")
        card = Card(name="triggers_card", pad_px=16)
        card.body.addWidget(Label(ORDER, wrap=True, name="triggers_order_words"))
        card.body.addWidget(Label(WHEN, "soft", wrap=True, name="triggers_when_words"))
        card.body.addWidget(self.table, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.open_button)
        card.body.addLayout(foot)
        self.empty = EmptyState(theme, "list-numbers", "No trigger is asked", NONE_ON, name="triggers_empty")
        self.unread = EmptyState(theme, "warning-circle", "", "", action="Try again", name="triggers_unread")
        self.loading = Label("Loading…", "soft", name="triggers_loading")
        self.stack = QStackedWidget()
        for page in (self.loading, card, self.empty, self.unread):
            self.stack.addWidget(page)
        self._card = card
        self.form = TriggerTry(theme)
        side = QVBoxLayout()
        side.addWidget(self.form)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        row.setSpacing(16)
        row.addWidget(self.stack, 5)
        row.addLayout(side, 2)
        self.setFocusProxy(self.table)
        self.open_button.setEnabled(False)
        self.open_button.clicked.connect(self._open)
        self.table.selectionModel().selectionChanged.connect(
            lambda *_: self.open_button.setEnabled(self.table.chosen_row() is not None)
        )

    def _columns(self) -> list[Column[OrderRow]]:
        return [
            Column("", lambda row: Cell(f"{row.place:,}", color="muted", end=True), 32, end=True),
            Column("", lambda _: "", 8),
            Column("Trigger", _trigger),
            Column("Flow", lambda row: Cell(row.candidate.flow_name, bold=True), 128),
            Column("Why here", self._why, 204),
            Column("", _mark, 178),
        ]

    def _why(self, row: OrderRow) -> Cell:
        words = why_words(row, self._desk.app.clock.now())
        return Cell(words, color="muted", small=True, tooltip=f"Published {full(row.candidate.published_at)}")

    # Reading.

    def refresh(self) -> None:
        """Read the triggers anew; what was tried is tried again."""
        self._reload.now()

    def focus_text(self) -> None:
        """To the message that is tried."""
        self.form.focus_text()

    async def _load(self) -> None:
        self._candidates = await self._desk.app.flows.triggers()
        self._words = (await self._desk.app.workspace.settings()).words
        incoming = self.form.incoming
        if incoming is not None:
            await self._ask(incoming)
        else:
            self._show(())
        self.stack.setCurrentWidget(self._card if self._candidates else self.empty)

    def _heard(self, changes: Changes) -> None:
        if self.isVisible() and (changes.has(Topic.FLOW) or changes.has(Topic.SETTINGS)):
            self._reload.soon()

    # Trying.

    def _try(self, incoming: Incoming) -> None:
        self._trying.start(self._ask(incoming))

    async def _ask(self, incoming: Incoming) -> None:
        asked = await self._desk.app.flows.try_message(incoming)
        self._candidates = [one.candidate for one in asked]
        wish = self._words.wish(incoming.text)
        if wish is not None:
            self._show(())
            self.form.show_answer(Tried(wish=wish))
            return
        self._show(asked)
        answering = next((one for one in asked if one.answers), None)
        others = tuple(
            dict.fromkeys(
                (one.candidate.flow_id, one.candidate.flow_name)
                for one in asked
                if one.fires
                and not one.answers
                and (answering is None or one.candidate.flow_id != answering.candidate.flow_id)
            )
        )
        first = answering.candidate if answering else None
        self.form.show_answer(
            Tried(
                None if first is None else (first.flow_id, first.flow_name),
                "" if first is None else trigger_words(first.trigger),
                others,
            )
        )

    def _clear(self) -> None:
        self._trying.cancel()
        self._show(())

    def _show(self, asked: Sequence[Asked]) -> None:
        chosen = self.table.currentIndex().row()
        self.rows.set_rows(order_rows(self._candidates, asked))
        answering = next((at for at, one in enumerate(asked) if one.answers), chosen)
        if 0 <= answering < self.rows.rowCount():
            self.table.setCurrentIndex(self.rows.index(answering, 0))

    def _open(self) -> None:
        row = self.table.chosen_row()
        if isinstance(row, OrderRow):
            self.flow_requested.emit(row.candidate.flow_id)

    def _unread(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.unread.title.setText(problem.title)
            self.unread.sentence.setText(problem.sentence)
            self.stack.setCurrentWidget(self.unread)


def _trigger(row: OrderRow) -> Cell:
    words = trigger_words(row.candidate.trigger)
    return Cell(words, tooltip=words)


def _mark(row: OrderRow) -> Cell:
    """What became of the message that was tried."""
    if row.asked is None:
        words = "Never answers" if row.is_dead else "Answers in part"
        return Cell(words, BadgeKind.WARN, tooltip="\n".join(row.dead)) if row.dead else Cell("")
    if row.asked.answers:
        return Cell("Answers", BadgeKind.DONE, tooltip="The first that fits: this flow answers.")
    if row.asked.fires:
        return Cell("Would have answered", BadgeKind.NEUTRAL, tooltip="It fits, but one above answers.")
    return Cell("Does not fit", color="muted", small=True)
