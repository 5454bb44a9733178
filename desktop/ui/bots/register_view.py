"""The register on the screen: what it is, the figures, the filters, the list."""

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.bot_report import RegisterCounts, RegisterRow
from desktop.domain.phones import pretty
from desktop.domain.problems import Problem
from desktop.domain.report_page import Period, Span
from desktop.ui.bots import register_words as words
from desktop.ui.bots.report_words import who
from desktop.ui.parts import when
from desktop.ui.parts.badge import Badge, BadgeKind
from desktop.ui.parts.banner import Banner
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import EDGE_PX, LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.menu import MenuButton, drop
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.stat import Stat, TileRow
from desktop.ui.reports.choosing import OneMenu
from desktop.ui.reports.spans import SpanButton
from desktop.ui.theme import Color, Theme
from desktop.ui.why.on_rows import offer_why

LONGEST_FLOW = 28


class RegisterPanel(QWidget):
    """`wanted()`: other filters, see `span` and `flow_id`; `days_requested()` for a day to a day.

    `contact_requested(id)`, `why_requested(message id)`, `export_requested()`, `settings_requested()`,
    `retry_requested()`.
    """

    wanted = Signal()
    days_requested = Signal()
    contact_requested = Signal(int)
    why_requested = Signal(int)
    export_requested = Signal()
    settings_requested = Signal()
    retry_requested = Signal()

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._theme, self._now = theme, now
        self.span = Span(Period.EVERYTHING)
        self.flow_id: int | None = None
        self.counts = RegisterCounts()
        self._flows: Mapping[int, str] = {}
        self._keep: int | None = None
        self._build_head()
        self._build_filters()
        self._build_list()
        self._lay_out()
        self._show_links()
        named(self, "bot_register_panel", "Bot: consent not asked")

    # What it is made of.

    def _build_head(self) -> None:
        theme = self._theme
        self.problem = Banner(theme, "danger", "", name="register_problem")
        self.problem.hide()
        self.problem.action_requested.connect(self.retry_requested)
        self.about = Label(words.WHAT, "soft", wrap=True, name="register_what")
        self.switch = Badge(theme, words.OFF, BadgeKind.NEUTRAL, name="register_switch")
        self.means = Label(words.OFF_MEANS, "muted", wrap=True, name="register_switch_means")
        self.moved = Label("", "muted", wrap=True, name="register_moved")
        self.moved.hide()
        self.settings = Button(theme, words.SETTINGS, "link", name="register_settings")
        self.settings.clicked.connect(self.settings_requested)
        self.total = Stat("Sent without asking", "–", name="register_total")
        self.out = Stat("Had opted out", "–", name="register_opted_out")
        self.none_recorded = Stat("No choice recorded", "–", name="register_no_choice")
        self.opted_in = Stat("Had opted in", "–", name="register_opted_in")

    def _build_filters(self) -> None:
        theme = self._theme
        self.by_time = named(SpanButton(theme), "register_span")
        self.by_time.chosen.connect(self._span_chosen)
        self.by_time.days_requested.connect(self.days_requested)
        self.by_flow = MenuButton(theme, "Flow: all", name="register_flow", tooltip="Filter by flow")
        self.by_flow.clicked.connect(self._open_flows)
        self.clear = Button(theme, "Clear", "link", tooltip="Take every filter away", name="register_clear")
        self.clear.clicked.connect(self._clear)
        self.conversation = Button(theme, "Open conversation", tooltip="Enter", name="register_conversation")
        self.conversation.clicked.connect(self._lead)
        self.why = Button(theme, "Why?", tooltip="The verdict, step by step (?)", name="register_why")
        self.why.clicked.connect(self._why)
        self.export = Button(theme, "Export", icon="download-simple", color="text", name="register_export")
        self.export.clicked.connect(self.export_requested)

    def _build_list(self) -> None:
        theme = self._theme
        columns: list[Column[RegisterRow]] = [
            Column("Time", self._when, 120),
            Column("Contact", lambda one: Cell(who(one), bold=True)),
            Column("Phone", lambda one: pretty(one.phone) if one.phone else "–", 150),
            Column("Opt-in then", words.opt_in_cell, 168),
            Column("Flow", words.flow_cell),
            Column("Template", lambda one: Cell(one.template_name or "–", tooltip=one.template_name)),
            Column("Status", words.status_cell, 118),
        ]
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label="Bot: consent not asked", name="register_table")
        self.table.activated.connect(self._lead)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_links())
        offer_why(theme, self.table, "register_row_why", lambda row: self.why_requested.emit(row.message_id))
        self.loading = Label("Counting…", "muted", name="register_loading")
        self.nothing = EmptyState(
            theme, "robot", "Nothing in the register",
            "No bot has sent marketing without asking for the opt-in. When one does, the message is counted and listed here.",
            name="register_nothing",
        )  # fmt: skip
        self.none_found = EmptyState(
            theme, "magnifying-glass", "Nothing matches", "No such message is of this time and flow.",
            action="Clear the filters", name="register_none_found",
        )  # fmt: skip
        self.none_found.action_requested.connect(self._clear)
        self.stack = QStackedWidget()
        for page in (self.loading, self.table, self.nothing, self.none_found):
            self.stack.addWidget(page)

    def _lay_out(self) -> None:
        state = QHBoxLayout()
        state.setSpacing(8)
        state.addWidget(self.switch)
        state.addWidget(self.means, 1)
        state.addWidget(self.settings)
        about = Card("Bot: consent not asked", spacing_px=8, name="register_about")
        about.body.addWidget(self.about)
        about.body.addLayout(state)
        about.body.addWidget(self.moved)
        filters = QHBoxLayout()
        filters.setSpacing(8)
        for widget in (self.by_time, self.by_flow, self.clear):
            filters.addWidget(widget)
        filters.addStretch(1)
        for button in (self.why, self.conversation, self.export):
            filters.addWidget(button)
        listed = Card(spacing_px=8, pad_px=14, name="register_card")
        listed.body.addLayout(filters)
        listed.body.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, 20, EDGE_PX, EDGE_PX)
        column.setSpacing(16)
        column.addWidget(self.problem)
        column.addWidget(about)
        column.addWidget(
            TileRow([self.total, self.out, self.none_recorded, self.opted_in], name="register_tiles")
        )
        column.addWidget(listed, 1)

    # Showing.

    @property
    def is_narrowed(self) -> bool:
        return self.span.period is not Period.EVERYTHING or self.flow_id is not None

    def show_switch(self, on: bool) -> None:
        """Whether bots ask, as the workspace has it."""
        self.switch.show_badge(words.ON if on else words.OFF, BadgeKind.IN if on else BadgeKind.NEUTRAL)
        self.means.setText(words.ON_MEANS if on else words.OFF_MEANS)

    def show_counts(self, counts: RegisterCounts) -> None:
        self.counts = counts
        moved = words.moved_words(counts)
        self.moved.setText(moved)
        self.moved.setVisible(bool(moved))
        self.total.show_value(f"{counts.total_count:,}", "of this time and flow" if self.is_narrowed else "")
        for stat, count in (
            (self.out, counts.opted_out_count),
            (self.none_recorded, counts.no_choice_count),
            (self.opted_in, counts.opted_in_count),
        ):
            color: Color | None = "danger" if stat is self.out and count else None
            stat.show_value(f"{count:,}", words.share(count, counts), color=color)

    def show_filters(self, flows: Mapping[int, str], zone: ZoneInfo) -> None:
        """flows: their names by id."""
        self._flows = flows
        self.by_time.show_span(self.span, self._now(), zone)
        self.by_time.setObjectName("register_span")
        name = flows.get(self.flow_id, "a flow that is gone") if self.flow_id is not None else ""
        short = name if len(name) <= LONGEST_FLOW else f"{name[: LONGEST_FLOW - 1].rstrip()}…"
        self.by_flow.show_words(f"Flow: {short or 'all'}")
        self.by_flow.setAccessibleName(f"Flow: {name or 'all'}")
        self.by_flow.setToolTip(name or "Filter by flow")
        self.clear.setVisible(self.is_narrowed)

    def show_export(self, refusal: str) -> None:
        """refusal: why the person who sits here may not; "" when they may."""
        count = self.counts.total_count
        self.export.setEnabled(bool(count) and not refusal)
        told = f"{words.these(count)} as CSV or Excel" if count else "There is nothing to export"
        self.export.setToolTip(refusal or told)

    def page_shown(self) -> None:
        """Another page of rows came."""
        rows = self.rows.rows
        empty = self.none_found if self.is_narrowed else self.nothing
        self.stack.setCurrentWidget(self.table if rows else empty)
        if rows and not self.table.selectionModel().hasSelection():
            place = next((at for at, one in enumerate(rows) if one.message_id == self._keep), 0)
            self.table.setCurrentIndex(self.rows.index(place, 0))
        self._show_links()

    def show_problem(self, problem: Problem | None) -> None:
        """Why it could not be read; what was there stays."""
        if problem is not None:
            said = f"<b>{escape(problem.title)}.</b> {escape(problem.sentence)}"
            self.loading.setText("")
            self.problem.show_banner("danger", said, "Try again")
        self.problem.setVisible(problem is not None)

    @property
    def current(self) -> RegisterRow | None:
        row = self.table.chosen_row()
        return row if isinstance(row, RegisterRow) else None

    # What a person does.

    def set_span(self, span: Span) -> None:
        self.span = span
        self.wanted.emit()

    def _span_chosen(self, span: object) -> None:
        assert isinstance(span, Span)
        self.set_span(span)

    def _open_flows(self) -> None:
        def choose(flow_id: int | None) -> None:
            self.flow_id = flow_id
            self.wanted.emit()

        lines = [(id, name.replace("&", "&&")) for id, name in self._flows.items()]
        drop(OneMenu(self.by_flow, lines, self.flow_id, choose, name="register_flow"), self.by_flow)

    def _clear(self) -> None:
        self.span, self.flow_id = Span(Period.EVERYTHING), None
        self.wanted.emit()

    def _show_links(self) -> None:
        one = self.current
        for button in (self.conversation, self.why):
            button.setVisible(one is not None)
        if one is not None:
            self._keep = one.message_id

    def _lead(self) -> None:
        if self.current is not None:
            self.contact_requested.emit(self.current.contact_id)

    def _why(self) -> None:
        if self.current is not None:
            self.why_requested.emit(self.current.message_id)

    def _when(self, one: RegisterRow) -> Cell:
        return Cell(when.stamp(one.at, self._now()), tooltip=when.full(one.at))
