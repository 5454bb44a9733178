"""The messages behind the figures, newest first, and *Why?* of the chosen one beside them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.conversations import MessageView
from desktop.domain.phones import pretty
from desktop.domain.report import Cause
from desktop.services.reports import Mark
from desktop.ui.desk import Desk
from desktop.ui.parts import when
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.reports import words
from desktop.ui.reports.paging import PAGE, Pages, Read
from desktop.ui.why.card import WhyCard

LEAST_PX, WHY_PX, LEAST_WHY_PX, TABLE_PX = 230, 440, 280, 740
WHEN_PX, CONTACT_PX, TEMPLATE_PX, STATUS_PX, PHONE_PX = 98, 112, 124, 98, 132
PHONE_COLUMN, PHONE_FROM_PX = 2, 1_000


def mark(message: MessageView) -> Mark:
    """Where the page ends that this message is the last of."""
    return Mark(message.at, message.id)


class Beside(QWidget):
    """*Why?* and the ways from the chosen message to what it belongs to."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        theme = desk.theme
        self.whose = Label("", "soft", wrap=True, selectable=True, name="reports_why_whose")
        self.whose.hide()
        self.why = WhyCard(desk)
        self.conversation = Button(theme, "Open conversation", "link", name="reports_open_conversation")
        self.contact = Button(theme, "Contact", "link", name="reports_open_contact")
        self.broadcast = Button(theme, "Broadcast", "link", name="reports_open_broadcast")
        self.sequence = Button(theme, "Sequence", "link", name="reports_open_sequence")
        self.flow = Button(theme, "Flow", "link", name="reports_open_flow")
        self._links = QWidget()
        flow = FlowLayout(self._links, spacing_px=14, line_spacing_px=2)
        for button in (self.conversation, self.contact, self.broadcast, self.sequence, self.flow):
            flow.addWidget(button)
        inner = QWidget()
        inner.setProperty("surface", "none")
        column = QVBoxLayout(inner)
        column.setContentsMargins(18, 18, 18, 18)
        column.setSpacing(12)
        column.addWidget(self.whose)
        column.addWidget(self.why)
        column.addWidget(self._links)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(area, 1)
        named(self, "reports_why", "Why?")
        self.message: MessageView | None = None
        self._links.hide()

    def show_message(self, message: MessageView | None) -> None:
        shown, self.message = self.message, message
        self._links.setVisible(message is not None)
        self.whose.setVisible(message is not None)
        if message is None:
            self.why.clear()
            return
        if shown is None or shown.id != message.id:
            self.why.show_message(message.id)
        name = message.contact_name or pretty(message.phone)
        phone = pretty(message.phone) if message.phone and message.contact_name else ""
        self.whose.setText(" · ".join(one for one in (name or "–", phone, when.full(message.at)) if one))
        self.contact.setToolTip(f"What is known of {name}")
        self.conversation.setToolTip(f"The conversation with {name} (Enter)")
        for button, what, title in (
            (self.broadcast, message.broadcast_id, message.broadcast_name),
            (self.sequence, message.sequence_id, message.sequence_name),
            (self.flow, message.flow_id, message.flow_name),
        ):
            button.setVisible(what is not None)
            button.setToolTip(f"Open “{title}”")


class MessagesCard(Card):
    """`everything_requested()`: of any time. `contact_requested(id)`, `contact_page_requested(id)`, `broadcast_requested(id)`, `sequence_requested(id)`, `flow_requested(id)`;
    `event_requested(contact id, event id)`: the consent event that a verdict names; `fresh_requested()`: read the newest rows; `clear_requested()`: every filter away."""

    contact_requested = Signal(int)
    contact_page_requested = Signal(int)
    event_requested = Signal(int, int)
    broadcast_requested = Signal(int)
    sequence_requested = Signal(int)
    flow_requested = Signal(int)
    fresh_requested = Signal()
    clear_requested = Signal()
    everything_requested = Signal()

    def __init__(self, desk: Desk, failed: Callable[[Exception], object]) -> None:
        super().__init__(spacing_px=0, pad_px=0, name="reports_messages_card")
        theme = desk.theme
        self._theme, self._now = theme, desk.app.clock.now
        self._zone: ZoneInfo | None = None
        self.title = Label("Messages", "strong", name="reports_count")
        self.fresh = Button(theme, "", "link", icon="arrow-up", name="reports_fresh")
        self.fresh.clicked.connect(self.fresh_requested)
        self.fresh.hide()
        columns: list[Column[MessageView]] = [
            Column("When", self._when, WHEN_PX),
            Column("Contact", lambda one: Cell(one.contact_name or pretty(one.phone) or "–", tooltip=pretty(one.phone) if one.phone else ""), CONTACT_PX),
            Column("Phone", lambda one: pretty(one.phone) if one.phone else "–", PHONE_PX),
            Column("Path", lambda one: Cell(words.path_of(one), middle=True)),
            Column("Template", lambda one: Cell(words.template_of(one), color="text" if one.template_name else "muted"), TEMPLATE_PX),
            Column("Status", _status, STATUS_PX),
            Column("Reason", _reason),
        ]  # fmt: skip
        self.rows = Rows(columns)
        self.table = LowTable(theme, self.rows, label="Messages", name="reports_messages")
        self.beside = Beside(desk)
        self.none = EmptyState(
            theme, "magnifying-glass", "Nothing matches", "No message is of this choice.", action="Clear the filters",
            name="reports_none",
        )  # fmt: skip
        self._of_a_time = False
        self.none.action_requested.connect(self._offer_more)
        self.pages = Pages(desk.tasks, self.table, self.rows, shown=self._page_shown, on_problem=failed)
        self._keep: int | None = None
        self._lay_out()
        self.table.activated.connect(lambda: self._lead(self.contact_requested, "contact_id"))
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._chosen())
        side = self.beside
        side.conversation.clicked.connect(lambda: self._lead(self.contact_requested, "contact_id"))
        side.contact.clicked.connect(lambda: self._lead(self.contact_page_requested, "contact_id"))
        side.broadcast.clicked.connect(lambda: self._lead(self.broadcast_requested, "broadcast_id"))
        side.sequence.clicked.connect(lambda: self._lead(self.sequence_requested, "sequence_id"))
        side.flow.clicked.connect(lambda: self._lead(self.flow_requested, "flow_id"))
        side.why.event_requested.connect(self._event)

    def _lay_out(self) -> None:
        left = QWidget()
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.fresh)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.none)
        column = QVBoxLayout(left)
        column.setContentsMargins(18, 16, 14, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        both = QSplitter()
        both.setChildrenCollapsible(False)
        both.setHandleWidth(1)
        both.addWidget(left)
        both.addWidget(self.beside)
        both.setStretchFactor(0, 1)
        both.setStretchFactor(1, 0)
        both.splitterMoved.connect(self._draw_line)
        self._both, self._drawn = both, False
        self.body.addWidget(both, 1)
        self._theme.changed.connect(self._rescale)
        self._rescale()

    def _draw_line(self) -> None:
        self._drawn = True

    def _rescale(self) -> None:
        self.beside.setMinimumWidth(self._theme.px(LEAST_WHY_PX))
        self.setMinimumHeight(self._theme.px(LEAST_PX))
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """The table gets what it needs first, until a person drew the line."""
        if not self._drawn:
            px, whole_px = self._theme.px, self.width()
            why_px = max(px(LEAST_WHY_PX), min(px(WHY_PX), whole_px - px(TABLE_PX)))
            room_px = whole_px - why_px
            self.table.setColumnHidden(PHONE_COLUMN, room_px < px(PHONE_FROM_PX))
            self._both.setSizes([room_px, why_px])

    # Showing.

    def show_zone(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def show_counts(self, chosen: int, everything: int) -> None:
        of = f" of {everything:,}" if chosen != everything else ""
        self.title.setText(f"{chosen:,}{of} messages" if of else words.messages(chosen))

    def show_time(self, said: str) -> None:
        """Which time is looked at: 'today', 'in the last 7 days'; "" for all of it."""
        self._of_a_time = bool(said)
        self.none.title.setText(f"Nothing matches {said}".strip())
        self.none.action.setText("Search everything" if said else "Clear the filters")

    def _offer_more(self) -> None:
        (self.everything_requested if self._of_a_time else self.clear_requested).emit()

    def start(self, read: Read[MessageView]) -> None:
        """Other messages: the first page; a chosen one that is among them stays chosen."""
        chosen = self.table.chosen_row()
        self._keep = chosen.id if isinstance(chosen, MessageView) else None
        self.fresh.hide()
        self.pages.start(read)

    def show_newer(self, found: Sequence[MessageView]) -> None:
        """The newest page as it is now: rows that are shown are brought up to date, new ones are only announced.

        Rows never move under the eyes of who reads them.
        """
        places = {one.id: place for place, one in enumerate(self.rows.rows)}
        new = 0
        for one in found:
            place = places.get(one.id)
            if place is None:
                new += 1
            elif self.rows.rows[place] != one:
                self.rows.replace(place, one)
        last = self.rows.rows[-1] if self.rows.rows else None
        if last is not None and new:
            new = sum(one.id not in places and (one.at, one.id) > (last.at, last.id) for one in found)
        self.fresh.setVisible(bool(new))
        shown = f"{new:,}" if new < PAGE else f"{PAGE}+"
        self.fresh.setText(f"{shown} new")
        self.fresh.setAccessibleName(f"{shown} new messages: show them")
        self.fresh.setToolTip("Show them")

    def _page_shown(self) -> None:
        rows = self.rows.rows
        self.stack.setCurrentWidget(self.table if rows else self.none)
        if not rows:
            self.beside.show_message(None)
            return
        # The focus that comes to a table makes a row the current one without choosing it.
        if not self.table.selectionModel().hasSelection():
            place = next((at for at, one in enumerate(rows) if one.id == self._keep), 0)
            self.table.setCurrentIndex(self.rows.index(place, 0))
            self.table.selectRow(place)
            self._chosen()

    def _chosen(self) -> None:
        row = self.table.chosen_row()
        if isinstance(row, MessageView):
            self._keep = row.id
            self.beside.show_message(row)

    def _lead(self, signal: SignalInstance, field: str) -> None:
        row = self.beside.message
        to = getattr(row, field, None)
        if to is not None:
            signal.emit(to)

    def _event(self, event_id: int) -> None:
        contact_id = self.beside.why.contact_id()
        if contact_id is not None:
            self.event_requested.emit(contact_id, event_id)

    def _when(self, one: MessageView) -> Cell:
        return Cell(when.stamp(one.at, self._now()), tooltip=full(one.at, self._zone))


def full(at: datetime, zone: ZoneInfo | None) -> str:
    """The whole time, and the workspace's where its clock shows another one."""
    said = when.full(at)
    if zone is None or at.astimezone(zone).utcoffset() == at.astimezone().utcoffset():
        return said
    there = at.astimezone(zone)
    return f"{said}\n{there.day} {there:%b %Y, %H:%M:%S} in the workspace’s zone, {zone.key}"


def _status(one: MessageView) -> Cell:
    text, icon, color = words.status_of(one)
    return Cell(text, icon=icon, color=color)


def _reason(one: MessageView) -> Cell:
    text = words.reason_of(one)
    told = words.cause_sentence(Cause(one.reason, one.error_code)) if text else ""
    return Cell(text, tooltip=f"{text}. {told}" if text else "")
