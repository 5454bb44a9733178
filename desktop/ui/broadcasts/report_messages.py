"""The messages of a report: tabs, the people of a number that was opened, search, one line each."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QItemSelection, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain.broadcast_figures import Figures
from desktop.domain.broadcast_report import Chosen, Milestone, Person, Press, Replies
from desktop.domain.messages import Status
from desktop.domain.phones import pretty
from desktop.ui.broadcasts import report_words, words
from desktop.ui.broadcasts.report_detail import Detail
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.searchfield import SearchField
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme
from desktop.ui.why.on_rows import offer_why

PAGE = 200
TABS: Final[Mapping[str, tuple[str, Chosen]]] = {
    "all": ("All", Chosen()),
    "failed": ("Failed", Chosen((Status.FAILED,))),
    "unknown": ("Not certain", Chosen((Status.UNKNOWN,))),
    "left_out": ("Left out", Chosen((Status.LEFT_OUT,))),
    "replied": ("Replied", Chosen(reached=Milestone.REPLIED)),
}
_OWN: Final = "chosen"
"""The tab of a number that has none of its own, there while it is looked at."""


class PressRow(QWidget):
    """The buttons of the message with how many pressed each; hidden where nobody did. `opened(Chosen)`."""

    opened = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[Press, ...] = ()
        self._flow = FlowLayout(self, spacing_px=12, line_spacing_px=2)
        named(self, "report_presses", "Buttons pressed")
        self.hide()

    def show_presses(self, presses: Sequence[Press], of_count: int) -> None:
        """of_count: who replied at all."""
        self.setVisible(bool(presses))
        if tuple(presses) == self._shown:
            return
        self._shown = tuple(presses)
        self._flow.clear()
        for at, one in enumerate(presses):
            told = f"“{one.title}” {words.share(one.contact_count, of_count, 'replied')}"
            button = Button(
                self._theme, f"“{one.title}” {one.contact_count:,}", "link", name=f"report_press_{at}"
            )
            button.setToolTip(f"{told}. Show these people")
            chosen = Chosen(reached=Milestone.REPLIED, button=one.title)
            button.clicked.connect(lambda _=False, chosen=chosen: self.opened.emit(chosen))
            self._flow.addWidget(button)


class MessagesCard(Card):
    """`wanted` when another tab, search or page is asked for; read them by `chosen`, `text`, `limit`."""

    wanted = Signal()
    contact_requested = Signal(int)
    why_requested = Signal(int)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(name="report_messages_card")
        self._now = now
        self._zone: ZoneInfo | None = None
        self.limit = PAGE
        self._counts: dict[str, int] = {}
        self._own = Chosen()
        self._replied_count = 0
        self._replies = Replies()
        tabs = [*(Tab(key, title) for key, (title, _) in TABS.items()), Tab(_OWN, "")]
        self.tabs = Tabs(theme, tabs, label="Messages", name="report_tab")
        self.tabs.button(_OWN).hide()
        self.search = SearchField(theme, "Name or phone", hint="Ctrl F", name="report_search")
        self.search.setMinimumWidth(theme.px(220))
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Label("Messages", "strong"))
        head.addWidget(self.tabs, 1, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.search)
        self.presses = PressRow(theme)
        self.rows = Rows(self._columns())
        self.table = LowTable(theme, self.rows, label="Messages", name="report_messages")
        self.table.setMinimumHeight(theme.px(112))
        self.detail = Detail(theme, now)
        self.none = Label("", "soft", wrap=True, name="report_messages_none")
        self.none.hide()
        self.more_text = Label("", "muted", name="report_more_text")
        self.more = Button(theme, "Show more", "link", name="report_more")
        foot = QHBoxLayout()
        foot.addWidget(self.more_text)
        foot.addWidget(self.more)
        foot.addStretch(1)
        self.body.addLayout(head)
        for widget in (self.presses, self.detail, self.none):
            self.body.addWidget(widget)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(foot)
        self._show_more(0, None)
        self._wire(theme)

    def _wire(self, theme: Theme) -> None:
        self.tabs.chosen.connect(self._another)
        self.search.search_requested.connect(self._another)
        self.more.clicked.connect(self._more)
        self.presses.opened.connect(self.open)
        self.table.activated.connect(self._activated)
        self.detail.why_requested.connect(self.why_requested)
        offer_why(theme, self.table, "report_row_why", self._ask_why)
        self.table.selectionModel().selectionChanged.connect(self._selected)

    def _columns(self) -> list[Column[Person]]:
        return [
            Column("Contact", lambda one: Cell(one.message.contact_name or "–")),
            Column("Phone", lambda one: pretty(one.message.phone) if one.message.phone else "–"),
            Column("Status", _status, 140),
            Column("Reason", self._note),
            Column("Last change", self._changed, 150),
        ]

    @property
    def chosen(self) -> Chosen:
        """Whose messages are looked at."""
        current = self.tabs.current
        return self._own if current == _OWN else TABS[current][1]

    @property
    def told(self) -> str:
        """What they are called."""
        current = self.tabs.current
        return (
            report_words.chosen_words(self._own, self._now(), self._zone)
            if current == _OWN
            else TABS[current][0]
        )

    @property
    def count(self) -> int:
        """How many they are; with a search, how many were found at least."""
        return len(self.rows.rows) if self.text.strip() else self._counts.get(self.tabs.current, 0)

    @property
    def text(self) -> str:
        return self.search.text()

    def open(self, chosen: Chosen) -> None:
        """Show the people of a number, in its own tab where none of the others is theirs."""
        key = next((key for key, (_, one) in TABS.items() if one == chosen), _OWN)
        if key == _OWN:
            self._own = chosen
            self._counts.pop(_OWN, None)
            self.tabs.show_tabs([Tab(_OWN, report_words.chosen_words(chosen, self._now(), self._zone))])
            self.tabs.button(_OWN).show()
        self.tabs.choose(key)
        self._another(key)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def begin(self) -> None:
        """Another broadcast's: nothing is opened, and nothing known of it yet."""
        self._own, self._counts, self._replied_count, self._replies = Chosen(), {}, 0, Replies()
        self.tabs.show_tabs([Tab(key, title) for key, (title, _) in TABS.items()])
        self.tabs.choose("all")
        self._fit_tabs()
        self.show_people([])
        self.none.hide()

    def show_zone(self, zone: ZoneInfo) -> None:
        """The workspace's, by whose clock times are told."""
        if zone != self._zone:
            self._zone = zone
            self.table.viewport().update()

    def look_for(self, text: str) -> None:
        """Put into the search what one came for, among all messages; nothing is asked for: the owner reads next."""
        self.limit = PAGE
        with QSignalBlocker(self.search):
            self.search.setText(text)
        if text:
            self.tabs.choose("all")
            self._fit_tabs()

    def show_figures(self, figures: Figures) -> None:
        counts = {"all": figures.selected_count, "replied": self._replied_count}
        for key, (_, chosen) in TABS.items():
            if chosen.statuses:
                counts[key] = sum(figures.count(one) for one in chosen.statuses)
        self._counts = {**self._counts, **counts}
        self.tabs.show_tabs([Tab(key, title, counts[key]) for key, (title, _) in TABS.items()])

    def show_replies(self, replies: Replies) -> None:
        """How many replied, and what they pressed."""
        self._replied_count = self._counts["replied"] = replies.contact_count
        self.tabs.show_tabs([Tab("replied", TABS["replied"][0], replies.contact_count)])
        self._replies = replies
        self._fit_presses()

    def _fit_presses(self) -> None:
        shown = self.chosen.reached is Milestone.REPLIED
        replies = self._replies
        self.presses.show_presses(replies.presses if shown else (), replies.contact_count)

    def show_people(self, people: Sequence[Person], total: int | None = None) -> None:
        """The chosen line stays chosen and the table where it was. total: of all; None: as the tab says, or all here."""
        chosen = self.table.chosen_row()
        scrolled = self.table.verticalScrollBar().value()
        self.rows.set_rows(people)
        same = (at for at, one in enumerate(people) if chosen and one.message.id == chosen.message.id)
        at = next(same, -1)
        if at < 0 and self.tabs.current == "unknown" and people:
            at = 0  # the list of what needs an answer begins with the first question
        if at >= 0:
            self.table.setCurrentIndex(self.rows.index(at, 0))
        self.table.verticalScrollBar().setValue(scrolled)
        self.detail.show_person(people[at] if at >= 0 else None)
        self.none.setVisible(not people)
        nothing = "None." if self._counts.get("all") else "Nobody is selected yet."
        self.none.setText("No message has this name or phone." if self.text.strip() else nothing)
        if self.tabs.current == _OWN and not self.text.strip():
            self._counts[_OWN] = total if total is not None else len(people)
            told = report_words.chosen_words(self._own, self._now(), self._zone)
            self.tabs.show_tabs([Tab(_OWN, told, self._counts[_OWN])])
        self._show_more(len(people), total)

    def _show_more(self, shown: int, total: int | None) -> None:
        more = total is not None and total > shown
        self.more_text.setVisible(more)
        self.more.setVisible(more)
        self.more_text.setText(f"The {shown:,} newest changes of {total or 0:,} are shown.")

    def _another(self, _: str) -> None:
        self.limit = PAGE
        self._fit_tabs()
        self.wanted.emit()

    def _fit_tabs(self) -> None:
        """Only what is looked at has a tab of its own, and the column says what is in it."""
        self.tabs.button(_OWN).setVisible(self.tabs.current == _OWN)
        for key in (*TABS, _OWN):
            self.tabs.button(key).updateGeometry()  # the one that is chosen is bold, and wider
        self._fit_presses()
        reached = self.chosen.reached
        replied, out = reached is Milestone.REPLIED, reached is Milestone.OPTED_OUT_SINCE
        title = "Reply" if replied else "Opted out" if out else "Reason"
        if self.rows.columns[3].title != title:
            columns = list(self.rows.columns)
            columns[3] = Column(title, self._note)
            self.rows.columns = tuple(columns)
            self.rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 3, 3)

    def _more(self) -> None:
        self.limit += 2 * PAGE
        self.wanted.emit()

    def _activated(self) -> None:
        row = self.table.chosen_row()
        if row is not None:
            self.contact_requested.emit(row.message.contact_id)

    def _ask_why(self, row: Person) -> None:
        """Of a message; who was selected twice has none for this row, and the line says it all."""
        if row.again is None:
            self.why_requested.emit(row.message.id)

    def _selected(self, selected: QItemSelection, _: QItemSelection) -> None:
        row = self.table.chosen_row()
        if isinstance(row, Person) and selected.indexes():
            self.detail.show_person(row)

    def _note(self, one: Person) -> Cell:
        return Cell(
            report_words.person_note(one, self.chosen, self._now()),
            tooltip=words.message_sentence(one.message),
        )

    def _changed(self, one: Person) -> Cell:
        at = one.message.changed_at
        shown = words.clock(at, self._now(), self._zone)
        return Cell(shown, color="muted", small=True, tooltip=words.full(at, self._zone))


def _status(one: Person) -> Cell:
    text, icon, color = words.status_of(one.message)
    return Cell(text, icon=icon, color=color)
