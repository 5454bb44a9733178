"""The messages of a report: tabs, search, one line each, and what can be done about the chosen one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from typing import Final

from PySide6.QtCore import QItemSelection, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.domain.broadcast_figures import Figures
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.phones import pretty
from desktop.services.broadcasts import UnknownDecision
from desktop.ui.broadcasts import words
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme
from desktop.ui.why.on_rows import offer_why

PAGE = 200
TABS: Final[dict[str, tuple[str, tuple[Status, ...]]]] = {
    "all": ("All", ()),
    "failed": ("Failed", (Status.FAILED,)),
    "unknown": ("Not certain", (Status.UNKNOWN,)),
    "left_out": ("Left out", (Status.LEFT_OUT,)),
}
_ASK: Final[dict[UnknownDecision, tuple[str, str]]] = {
    UnknownDecision.ARRIVED: ("It arrived", "Mark the message to {name} as arrived?"),
    UnknownDecision.SEND_AGAIN: (
        "Send again",
        "Send a new message to {name}? If the first one arrived, they get it twice. The opt-in is asked anew.",
    ),
    UnknownDecision.LEAVE_IT: (
        "Leave it",
        "Leave the message to {name} as it is, not knowing whether it arrived?",
    ),
}


class Detail(QFrame):
    """What happened to the chosen message; for one that is not certain, the three answers, each asked once more."""

    decided = Signal(int, object)
    why_requested = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "inset")
        self._message: MessageView | None = None
        self._asking: UnknownDecision | None = None
        self.text = Label("", wrap=True, rich=True, tight=True, name="report_detail_text")
        self.answers = {
            decision: Button(theme, caption, name=f"report_unknown_{decision.value}")
            for decision, (caption, _) in _ASK.items()
        }
        self.confirm = Button(theme, "", "primary", name="report_unknown_confirm")
        self.keep = Button(theme, "Cancel", name="report_unknown_cancel")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        for decision, button in self.answers.items():
            button.clicked.connect(lambda _=False, decision=decision: self._ask(decision))
            row.addWidget(button)
        self.why = Button(theme, "Why?", "link", name="report_why")
        self.why.setToolTip("Why this message went out or did not, step by step (?)")
        self.why.clicked.connect(self._ask_why)
        row.addWidget(self.why)
        row.addWidget(self.keep)
        row.addWidget(self.confirm)
        self.confirm.clicked.connect(self._decide)
        self.keep.clicked.connect(self._cancel)
        named(self, "report_detail", "The chosen message")
        self.show_message(None)

    def show_message(self, message: MessageView | None) -> None:
        old = self._message
        if message and old and (message.id, message.status) == (old.id, old.status):
            return  # a reload: a question that stands open stays open
        self._message, self._asking = message, None
        self._show()

    def _show(self) -> None:
        message = self._message
        sentence = words.message_sentence(message) if message else ""
        self.setVisible(bool(sentence))
        unknown = message is not None and message.status is Status.UNKNOWN
        for button in self.answers.values():
            button.setVisible(unknown and self._asking is None)
        self.confirm.setVisible(self._asking is not None)
        self.keep.setVisible(self._asking is not None)
        self.why.setVisible(self._asking is None)
        if message is None:
            return
        name = message.contact_name or pretty(message.phone)
        if self._asking is None:
            self.text.setText(f"<b>{escape(name)}</b> · {escape(sentence)}")
            return
        caption, question = _ASK[self._asking]
        self.text.setText(escape(question.format(name=name)))
        self.confirm.setText(caption)
        self.confirm.setAccessibleName(caption)

    def _ask(self, decision: UnknownDecision) -> None:
        self._asking = decision
        self._show()
        self.keep.setFocus()

    def _ask_why(self) -> None:
        if self._message is not None:
            self.why_requested.emit(self._message.id)

    def _cancel(self) -> None:
        asked, self._asking = self._asking, None
        self._show()
        if asked is not None:
            self.answers[asked].setFocus()

    def _decide(self) -> None:
        if self._message is not None and self._asking is not None:
            decision, self._asking = self._asking, None
            self._show()
            self.decided.emit(self._message.id, decision)


class MessagesCard(Card):
    """`wanted` when another tab, search or page is asked for; read them by `statuses`, `text`, `limit`."""

    wanted = Signal()
    contact_requested = Signal(int)
    why_requested = Signal(int)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(name="report_messages_card")
        self._now = now
        self.limit = PAGE
        self._counts: dict[str, int] = {}
        self.tabs = Tabs(
            theme, [Tab(key, title) for key, (title, _) in TABS.items()], label="Messages", name="report_tab"
        )
        self.search = SearchField(theme, "Name or phone", hint="Ctrl F", name="report_search")
        self.search.setMinimumWidth(theme.px(220))
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Label("Messages", "strong"))
        head.addWidget(self.tabs, 1, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.search)
        columns: list[Column[MessageView]] = [
            Column("Contact", lambda one: Cell(one.contact_name or "–")),
            Column("Phone", lambda one: pretty(one.phone) if one.phone else "–"),
            Column("Status", _status, 140),
            Column("Reason", _reason),
            Column("Last change", self._changed, 150),
        ]
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label="Messages", name="report_messages")
        self.table.setMinimumHeight(theme.px(112))
        self.detail = Detail(theme)
        self.none = Label("", "soft", wrap=True, name="report_messages_none")
        self.none.hide()
        self.more_text = Label("", "muted", name="report_more_text")
        self.more = Button(theme, "Show more", "link", name="report_more")
        foot = QHBoxLayout()
        foot.addWidget(self.more_text)
        foot.addWidget(self.more)
        foot.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(self.detail)
        self.body.addWidget(self.none)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(foot)
        self._show_more(0, 0)
        self.tabs.chosen.connect(self._another)
        self.search.search_requested.connect(self._another)
        self.more.clicked.connect(self._more)
        self.table.activated.connect(self._activated)
        self.detail.why_requested.connect(self.why_requested)
        offer_why(theme, self.table, "report_row_why", lambda row: self.why_requested.emit(row.id))
        self.table.selectionModel().selectionChanged.connect(self._selected)

    @property
    def statuses(self) -> tuple[Status, ...]:
        return TABS[self.tabs.current][1]

    @property
    def text(self) -> str:
        return self.search.text()

    def look_for(self, text: str) -> None:
        """Put into the search what one came for, among all messages; nothing is asked for: the owner reads next."""
        self.limit = PAGE
        with QSignalBlocker(self.search):
            self.search.setText(text)
        if text:
            self.tabs.choose("all")

    def show_figures(self, figures: Figures) -> None:
        counts = {"all": figures.selected_count}
        for key, (_, statuses) in TABS.items():
            if statuses:
                counts[key] = sum(figures.count(one) for one in statuses)
        self._counts = counts
        self.tabs.show_tabs([Tab(key, title, counts[key]) for key, (title, _) in TABS.items()])

    def show_messages(self, messages: Sequence[MessageView]) -> None:
        """The chosen line stays chosen and the table where it was."""
        chosen = self.table.chosen_row()
        scrolled = self.table.verticalScrollBar().value()
        self.rows.set_rows(messages)
        at = next((place for place, one in enumerate(messages) if chosen and one.id == chosen.id), -1)
        if at < 0 and self.tabs.current == "unknown" and messages:
            at = 0  # the list of what needs an answer begins with the first question
        if at >= 0:
            self.table.setCurrentIndex(self.rows.index(at, 0))
        self.table.verticalScrollBar().setValue(scrolled)
        self.detail.show_message(messages[at] if at >= 0 else None)
        self.none.setVisible(not messages)
        self.none.setText("No message has this name or phone." if self.text.strip() else "None.")
        total = self._counts.get(self.tabs.current, 0)
        self._show_more(len(messages), total if not self.text.strip() else 0)

    def _show_more(self, shown: int, total: int) -> None:
        more = shown >= self.limit and (total > shown or not total)
        self.more_text.setVisible(more)
        self.more.setVisible(more)
        of = f" of {total:,}" if total else ""
        self.more_text.setText(f"The {shown:,} newest changes{of} are shown.")

    def _another(self, _: str) -> None:
        self.limit = PAGE
        self.wanted.emit()

    def _more(self) -> None:
        self.limit += 2 * PAGE
        self.wanted.emit()

    def _activated(self) -> None:
        row = self.table.chosen_row()
        if row is not None:
            self.contact_requested.emit(row.contact_id)

    def _selected(self, selected: QItemSelection, _: QItemSelection) -> None:
        row = self.table.chosen_row()
        if isinstance(row, MessageView) and selected.indexes():
            self.detail.show_message(row)

    def _changed(self, one: MessageView) -> Cell:
        return Cell(
            words.clock(one.changed_at, self._now()),
            color="muted",
            small=True,
            tooltip=words.full(one.changed_at),
        )


def _status(one: MessageView) -> Cell:
    text, icon, color = words.status_of(one)
    return Cell(text, icon=icon, color=color)


def _reason(one: MessageView) -> Cell:
    return Cell(words.message_reason(one), tooltip=words.message_sentence(one))
