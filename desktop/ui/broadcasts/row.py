"""One line of the list of broadcasts, and the columns that show it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from desktop.domain.broadcast import BroadcastKind, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures
from desktop.domain.messages import Status
from desktop.domain.template_notices import Notice, Severity, spoken, warnings
from desktop.domain.templates import Template
from desktop.ui.broadcasts import words
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.bars import HEIGHT_PX, paint_track, widths
from desktop.ui.parts.rows import ROW, Cell, Column, Index
from desktop.ui.parts.table import CellDelegate
from desktop.ui.templates import words as template_words
from desktop.ui.theme import Color, Theme

BAR_COLUMN: Final = 4
CHILD: Final = "↳ "
_KINDS: Final = {BroadcastKind.TEST: "Test", BroadcastKind.RETRY: words.TRIED_AGAIN}
_OUTCOME: Final[tuple[tuple[Color, tuple[Status, ...]], ...]] = (
    ("accent", (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)),
    ("info", (Status.UNKNOWN,)),
    ("warn", (Status.FAILED,)),
    ("danger", (Status.LEFT_OUT,)),
    ("muted", (Status.CANCELLED,)),
)


@dataclass(frozen=True, slots=True)
class BroadcastRow:
    """One line of the list. template None: none chosen yet, or gone. A test or a retry stands under its parent.

    waits_for_yes: a second supervisor was asked about it and has not answered yet. has_yes: of a draft, one said yes.
    """

    record: BroadcastRecord
    figures: Figures
    template: Template | None = None
    waits_for_yes: bool = False
    has_yes: bool = False

    @property
    def name(self) -> str:
        """What the line is called; of a child what it is, as it stands under the name."""
        named = self.record.name or "No name yet"
        return named if self.record.kind is BroadcastKind.BROADCAST else f"{CHILD}{_KINDS[self.record.kind]}"

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


def columns(now: Callable[[], datetime], zone: Callable[[], ZoneInfo | None]) -> list[Column[BroadcastRow]]:
    """now: what times are told from. zone: the workspace's, once it is known."""
    return [
        Column("Name", lambda row: _name(row)),
        Column("Template", lambda row: _template(row, now()), 130),
        Column("", _category, 118),
        Column("Status", _status, 116),
        Column("Outcome", lambda row: Cell("", tooltip=row.outcome_words), 80),
        Column("Selected", _selected, 76, end=True),
        Column("Sent", lambda row: _number(row, row.figures.sent_count), 62, end=True),
        Column("Left out", _left_out, 66, end=True),
        Column("", lambda _: "", 8),
        Column("Who", lambda row: Cell(_who(row.record), color="muted"), 86),
        Column("When", lambda row: _when(row, now(), zone()), 116),
    ]


def _who(record: BroadcastRecord) -> str:
    """Who launched it; of a draft, who began it."""
    drafted = record.status is BroadcastStatus.DRAFT
    return (record.created_by_name if drafted else record.launched_by_name) or "–"


def _name(row: BroadcastRow) -> Cell:
    child = row.record.kind is not BroadcastKind.BROADCAST
    return Cell(row.name, bold=not child, color="muted" if child else "text", tooltip=row.record.name)


def _template(row: BroadcastRow, now: datetime) -> Cell:
    """Its name; with a sign where WhatsApp took it away or turned it, as long as that still matters."""
    name, found = row.record.template_name or "–", row.warnings(now)
    if not found:
        return Cell(name, color="muted")
    danger = any(one.severity is Severity.DANGER for one in found)
    icon: tuple[str, Color] = ("warning-circle-fill", "danger") if danger else ("warning-fill", "warn")
    return Cell(name, icon=icon[0], color=icon[1], tooltip=spoken(found))


def _when(row: BroadcastRow, now: datetime, zone: ZoneInfo | None) -> Cell:
    """When it began, is to begin, or was begun as a draft: on the workspace's clock, as in the calendar."""
    record = row.record
    moment, said = record.created_at, "Begun"
    if record.launched_at is not None:
        moment, said = record.launched_at, "Launched"
    elif record.starts_at is not None:
        moment, said = record.starts_at, "Starts"
    by = f" by {record.updated_by_name}" if record.updated_by_name and said == "Begun" else ""
    told = words.start(moment, now, zone)
    return Cell(told, color="muted", tooltip=f"{said} {words.full(moment, zone)}{by}")


def _category(row: BroadcastRow) -> Cell:
    if row.template is None:
        return Cell("")
    text, kind = template_words.CATEGORY[row.template.effective_category]
    return Cell(text, kind)


def _status(row: BroadcastRow) -> Cell:
    if row.waits_for_yes:
        return Cell(
            "Asks for a yes", BadgeKind.WARN, tooltip="A second supervisor has to say yes. Open it to decide."
        )
    if row.has_yes:
        return Cell(
            "Yes given",
            BadgeKind.DONE,
            tooltip="A draft that a second supervisor approved. Open it to launch.",
        )
    text, kind = words.BROADCAST_STATUS[row.record.status]
    return Cell(text, kind, tooltip=row.record.held_because)


def _number(row: BroadcastRow, count: int, at_yes_count: int | None = None) -> Cell:
    """at_yes_count: what was counted when somebody said yes, of one that nobody is selected of yet."""
    record = row.record
    if record.selected_count is not None:
        return Cell(f"{count:,}", end=True)
    if at_yes_count is None:
        return Cell("–", color="muted", end=True)
    told = f"{at_yes_count:,} {words.WHEN_LAUNCHED}. Who gets it is decided when it starts."
    return Cell(f"{at_yes_count:,}", color="muted", end=True, tooltip=told)


def _selected(row: BroadcastRow) -> Cell:
    then = row.record.at_yes
    return _number(row, row.figures.selected_count, then.selected_count if then else None)


def _left_out(row: BroadcastRow) -> Cell:
    then = row.record.at_yes
    cell = _number(row, row.figures.left_out_count, then.left_out_count if then else None)
    return Cell(cell.text, color="danger", end=True) if row.figures.left_out_count else cell
