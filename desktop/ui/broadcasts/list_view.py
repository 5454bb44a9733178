"""All broadcasts in one table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStackedWidget, QStyle, QStyleOptionViewItem, QWidget

from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures
from desktop.domain.messages import Status
from desktop.domain.template_notices import Notice, Severity, spoken, warnings
from desktop.domain.templates import Template
from desktop.ui.broadcasts import words
from desktop.ui.parts.bars import HEIGHT_PX, paint_track, widths
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import HEADER_PX, Bar, Body, stacked
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import ROW, Cell, Column, Index, Rows
from desktop.ui.parts.table import CellDelegate, Table
from desktop.ui.templates import words as template_words
from desktop.ui.theme import Color, Theme

_OUTCOME: Final[tuple[tuple[Color, tuple[Status, ...]], ...]] = (
    ("accent", (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)),
    ("info", (Status.UNKNOWN,)),
    ("warn", (Status.FAILED,)),
    ("danger", (Status.LEFT_OUT,)),
    ("muted", (Status.CANCELLED,)),
)
BAR_COLUMN = 4
NEW_TIP: Final = "New broadcast (Ctrl+N)"
WHAT_FOR: Final = (
    "Send one approved template to many contacts. Whoever opted out of marketing is left out, and the "
    "report accounts for everyone."
)


@dataclass(frozen=True, slots=True)
class BroadcastRow:
    """One line of the list. template None: none chosen yet, or gone."""

    record: BroadcastRecord
    figures: Figures
    template: Template | None = None

    @property
    def shares(self) -> list[tuple[Color, int]]:
        """The coloured parts of the bar; what waits stays empty."""
        return [(color, sum(self.figures.count(one) for one in statuses)) for color, statuses in _OUTCOME]

    def warnings(self, now: datetime) -> tuple[Notice, ...]:
        """What a person should know of its template; nothing once it is over."""
        if self.template is None or self.record.status.is_over:
            return ()
        return warnings(self.template, now)

    @property
    def outcome_words(self) -> str:
        figures = self.figures
        if not figures.selected_count:
            return ""
        return figures.sentence.removeprefix("Now: ")


class OutcomeDelegate(CellDelegate):
    """The bar of what became of everyone selected."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._shades = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        row = index.data(ROW)
        if not isinstance(row, BroadcastRow) or not row.figures.selected_count:
            return
        theme = self._shades
        height_px = theme.px(HEIGHT_PX - 2)
        box = QRectF(option.rect).adjusted(theme.px(4), 0, -theme.px(16), 0)
        box = QRectF(box.left(), box.center().y() - height_px / 2, box.width(), height_px)
        painter.save()
        paint_track(painter, theme, box)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("surface"))
        waiting = row.figures.selected_count - sum(count for _, count in row.shares)
        shown = widths([*(count for _, count in row.shares), max(0, waiting)], box.width())
        x_px = 0.0
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        for (color, _), width_px in zip(row.shares, shown, strict=False):
            left_px = box.right() - x_px - width_px if mirrored else box.left() + x_px
            painter.fillRect(QRectF(left_px, box.top(), width_px, box.height()), theme.color(color))
            x_px += width_px
        painter.restore()


class BroadcastList(QWidget):
    """`open_requested(row)` by Enter or double click, `new_requested` by Ctrl+N or a button."""

    open_requested = Signal(object)
    new_requested = Signal()

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self.count = Label("", "muted", name="broadcasts_count")
        self.new_button = Button(
            theme,
            "New broadcast",
            "primary",
            icon="plus",
            tooltip=NEW_TIP,
            name="broadcasts_new",
        )
        self.new_button.clicked.connect(self.new_requested)
        header = Bar(theme, "header", HEADER_PX, name="broadcasts_header")
        header.row.addWidget(Label("Broadcasts", "h1"))
        header.row.addWidget(self.count)
        header.row.addStretch(1)
        header.row.addWidget(self.new_button)
        self.rows = Rows(self._columns())
        self.table = Table(theme, self.rows, label="Broadcasts", name="broadcasts_table")
        self.table.setItemDelegateForColumn(BAR_COLUMN, OutcomeDelegate(theme, self.table))
        self.table.activated.connect(self._activated)
        card = Card(name="broadcasts_card", pad_px=12)
        card.body.addWidget(self.table, 1)
        self.empty = EmptyState(
            theme, "megaphone", "No broadcasts yet", WHAT_FOR, action="New broadcast", name="broadcasts_empty"
        )
        self.empty.action_requested.connect(self.new_requested)
        self.loading = Label("Loading…", "soft", name="broadcasts_loading")
        self.loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        for page in (self.loading, card, self.empty):
            self.stack.addWidget(page)
        self._card = card
        body = Body(name="broadcasts_body")
        body.column.addWidget(self.stack, 1)
        self.setLayout(stacked(header, body))
        named(self, "broadcasts_list", "Broadcasts")

    def _columns(self) -> list[Column[BroadcastRow]]:
        return [
            Column("Name", lambda row: Cell(row.record.name or "No name yet", bold=True)),
            Column("Template", self._template),
            Column("", _category, 118),
            Column("Status", _status, 98),
            Column("Outcome", lambda row: Cell("", tooltip=row.outcome_words), 110),
            Column("Selected", lambda row: _number(row, row.figures.selected_count), 70, end=True),
            Column("Sent", lambda row: _number(row, row.figures.sent_count), 56, end=True),
            Column("Left out", lambda row: _left_out(row), 66, end=True),
            Column("", lambda _: "", 16),
            Column("Who", lambda row: Cell(row.record.created_by_name or "–", color="muted"), 86),
            Column("When", self._when, 108),
        ]

    def show_rows(
        self, rows: Sequence[tuple[BroadcastRecord, Figures]], templates: Mapping[int, Template]
    ) -> None:
        """The newest first; the chosen line stays chosen."""
        chosen = self.table.chosen_row()
        made = [
            BroadcastRow(record, figures, templates.get(record.template_id or 0)) for record, figures in rows
        ]
        scrolled = self.table.verticalScrollBar().value()
        if made != list(self.rows.rows):
            self.rows.set_rows(made)
            for position, row in enumerate(made):
                if chosen is not None and row.record.id == chosen.record.id:
                    self.table.setCurrentIndex(self.rows.index(position, 0))
            self.table.verticalScrollBar().setValue(scrolled)
        self.count.setText(f"{len(made):,}" if made else "")
        self.stack.setCurrentWidget(self._card if made else self.empty)
        self.new_button.setVisible(bool(made))

    def show_refusal(self, refused: str) -> None:
        """refused: why the person who sits here may not begin one; "" when they may."""
        for button in (self.new_button, self.empty.action):
            button.setEnabled(not refused)
            button.setToolTip(refused or NEW_TIP)
        sentence = f"{WHAT_FOR} {refused}".rstrip()
        self.empty.sentence.setText(sentence)
        self.empty.setAccessibleDescription(sentence)

    def _template(self, row: BroadcastRow) -> Cell:
        """Its name; with a sign where WhatsApp took it away or turned it, as long as that still matters."""
        name, found = row.record.template_name or "–", row.warnings(self._now())
        if not found:
            return Cell(name, color="muted")
        danger = any(one.severity is Severity.DANGER for one in found)
        icon: tuple[str, Color] = ("warning-circle-fill", "danger") if danger else ("warning-fill", "warn")
        return Cell(name, icon=icon[0], color=icon[1], tooltip=spoken(found))

    def _when(self, row: BroadcastRow) -> Cell:
        moment = row.record.launched_at or row.record.created_at
        said = "Launched" if row.record.launched_at else "Begun"
        return Cell(words.when(moment, self._now()), color="muted", tooltip=f"{said} {words.full(moment)}")

    def _activated(self) -> None:
        row = self.table.chosen_row()
        if row is not None:
            self.open_requested.emit(row)


def _category(row: BroadcastRow) -> Cell:
    if row.template is None:
        return Cell("")
    text, kind = template_words.CATEGORY[row.template.effective_category]
    return Cell(text, kind)


def _status(row: BroadcastRow) -> Cell:
    text, kind = words.BROADCAST_STATUS[row.record.status]
    return Cell(text, kind, tooltip=row.record.held_because)


def _number(row: BroadcastRow, count: int) -> Cell:
    drafted = row.record.status is BroadcastStatus.DRAFT
    return Cell("–" if drafted else f"{count:,}", color="muted" if drafted else "text", end=True)


def _left_out(row: BroadcastRow) -> Cell:
    cell = _number(row, row.figures.left_out_count)
    return Cell(cell.text, color="danger", end=True) if row.figures.left_out_count else cell
