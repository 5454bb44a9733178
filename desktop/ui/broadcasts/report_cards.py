"""The cards of a report: progress, figures, ledger, over time, why."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.domain.broadcast import BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures, ReasonCount
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.services.broadcasts import Report
from desktop.ui.broadcasts import words
from desktop.ui.parts.bars import ProgressBar
from desktop.ui.parts.card import Card
from desktop.ui.parts.chart import Line, LineChart
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.stat import Stat, TileRow
from desktop.ui.theme import Color, Theme

RATE_OVER_S = 5.0
_DOING: Final[dict[BroadcastStatus, str]] = {
    BroadcastStatus.DRAFT: "Draft",
    BroadcastStatus.SCHEDULED: "Scheduled",
    BroadcastStatus.PREPARING: "Preparing",
    BroadcastStatus.RUNNING: "Sending",
    BroadcastStatus.PAUSED: "Paused",
    BroadcastStatus.HELD: "Held",
    BroadcastStatus.STOPPED: "Stopped",
    BroadcastStatus.DONE: "Sent",
}


class Speed:
    """How fast messages leave, from what was seen during the last seconds of machine time."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def saw(self, gone_count: int, at_s: float) -> None:
        if self._seen and gone_count < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((at_s, gone_count))
        while len(self._seen) > 2 and at_s - self._seen[0][0] > RATE_OVER_S:
            self._seen.popleft()

    def forget(self) -> None:
        self._seen.clear()

    @property
    def per_s(self) -> float:
        """Messages a second; 0.0 while too little has been seen."""
        if len(self._seen) < 2:
            return 0.0
        (first_s, first), (last_s, last) = self._seen[0], self._seen[-1]
        return (last - first) / (last_s - first_s) if last_s - first_s >= 0.2 else 0.0


def progress_words(record: BroadcastRecord, figures: Figures, per_s: float) -> str:
    """'720 of 988 gone · 79 / s · about 4 s left'."""
    parts = [f"{figures.gone_count:,} of {figures.to_send_count:,} gone"]
    left = figures.waiting_count
    if record.status is BroadcastStatus.RUNNING and per_s > 0 and left:
        parts += [
            f"{per_s:.0f} / s" if per_s >= 1 else f"{per_s:.1f} / s",
            f"about {words.duration(left / per_s)} left",
        ]
    if record.status.is_over and record.launched_at and record.ended_at:
        parts.append(f"took {words.duration((record.ended_at - record.launched_at).total_seconds())}")
    if cancelled := figures.count(Status.CANCELLED):
        parts.append(f"{cancelled:,} never went")
    return " · ".join(parts)


class ProgressCard(Card):
    def __init__(self, theme: Theme) -> None:
        super().__init__(spacing_px=12, name="report_progress_card")
        self.doing = Label("", "strong", name="report_doing")
        self.text = Label("", "muted", wrap=True, tight=True, name="report_progress_text")
        self.who = Label("", "muted", name="report_launched")
        self.bar = ProgressBar(theme, label="Messages gone", name="report_progress")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.doing)
        row.addWidget(self.text, 1)
        row.addWidget(self.who)
        self.body.addLayout(row)
        self.body.addWidget(self.bar)

    def show_report(self, report: Report, per_s: float, now: datetime) -> None:
        record, figures = report.record, report.figures
        self.doing.setText(_DOING[record.status])
        self.text.setText(progress_words(record, figures, per_s))
        self.bar.show_progress(figures.gone_count, figures.to_send_count)
        launched = words.when(record.launched_at, now)
        by = f" by {record.created_by_name}" if record.created_by_name else ""
        self.who.setText(f"Launched{by}, {launched}" if launched else "")
        self.who.setToolTip(words.full(record.launched_at))


class Tiles(TileRow):
    """The eight figures; *sent*, *delivered*, *read* count who was reached at least once."""

    def __init__(self) -> None:
        self.selected = Stat("Selected", "–", name="report_tile_selected")
        self.left_out = Stat("Left out", "–", name="report_tile_left_out")
        self.sent = Stat("Sent", "–", name="report_tile_sent")
        self.delivered = Stat("Delivered", "–", name="report_tile_delivered")
        self.read = Stat("Read", "–", name="report_tile_read")
        self.failed = Stat("Failed", "–", name="report_tile_failed")
        self.unknown = Stat("Not certain", "–", name="report_tile_not_certain")
        self.opted_out = Stat("Opted out since", "–", name="report_tile_opted_out_since")
        super().__init__(
            [
                self.selected,
                self.left_out,
                self.sent,
                self.delivered,
                self.read,
                self.failed,
                self.unknown,
                self.opted_out,
            ],
            name="report_tiles",
        )

    def show_report(self, report: Report) -> None:
        figures = report.figures
        left: dict[Reason, int] = {}
        for one in report.reasons:
            if one.status is Status.LEFT_OUT:
                left[one.reason] = left.get(one.reason, 0) + one.count
        sent = figures.sent_count
        self.selected.show_value(f"{figures.selected_count:,}")
        self.left_out.show_value(
            f"{figures.left_out_count:,}",
            words.left_out_note(left),
            color="danger" if figures.left_out_count else None,
        )
        self.sent.show_value(f"{sent:,}")
        self.delivered.show_value(
            f"{figures.delivered_count:,}", words.share(figures.delivered_count, sent, "sent")
        )
        self.read.show_value(f"{figures.read_count:,}", words.share(figures.read_count, sent, "sent"))
        failed, unknown = figures.count(Status.FAILED), figures.count(Status.UNKNOWN)
        self.failed.show_value(f"{failed:,}", color="warn" if failed else None)
        self.unknown.show_value(f"{unknown:,}")
        self.opted_out.show_value(f"{figures.opted_out_since_count:,}")


class LedgerLine(QWidget):
    """*Now: … = 1,000 selected*, with a check; red, with what is wrong, when the records disagree."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.sign = Glyph(theme, "check", "muted", 14, label="Adds up", name="report_ledger_sign")
        self.text = Label("", "muted", wrap=True, tight=True, selectable=True, name="report_ledger")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1)
        named(self, "report_ledger_line")

    def show_ledger(self, figures: Figures, faults: Sequence[str], verified: bool) -> None:
        """`verified`: the four records were compared; until then only the sum is known."""
        wrong = [] if figures.adds_up else ["The states do not add up to the number selected."]
        wrong += faults
        self.sign.show_icon("warning-circle-fill" if wrong else "check", "danger" if wrong else "muted")
        self.sign.setAccessibleName("Does not add up" if wrong else "Adds up")
        self.text.set_color("danger" if wrong else None)
        self.text.setText(" ".join([figures.sentence + ("." if wrong else ""), *wrong]))
        told = "Four records were compared and agree: the selection, the states, the events, the attempts."
        self.text.setToolTip("" if wrong or not verified else told)


class TimeCard(Card):
    """Sent, delivered, read over time; lines go on level to the newest moment."""

    _LINES: Final[tuple[tuple[str, str, Color], ...]] = (
        ("sent", "Sent", "accent"),
        ("delivered", "Delivered", "info"),
        ("read", "Read", "warn"),
    )

    def __init__(self, theme: Theme) -> None:
        super().__init__(name="report_time_card")
        self.body.addWidget(Label("Over time", "strong"))
        self.chart = LineChart(theme, label="Sent, delivered and read over time", name="report_chart")
        self.body.addWidget(self.chart, 1)

    def show_report(self, report: Report) -> None:
        end_s = max((points[-1][0] for points in report.timeline.values() if points), default=0.0)
        lines = []
        for key, label, color in self._LINES:
            points = report.timeline.get(key)
            if points:
                last = points[-1]
                level = [(end_s, last[1])] if last[0] < end_s else []
                lines.append(Line(label, color, tuple((x, float(y)) for x, y in (*points, *level))))
        launched = report.record.launched_at
        marks: list[tuple[float, str]] = []
        if lines and launched is not None:
            marks = [(0.0, f"{launched.astimezone():%H:%M:%S}"), (end_s, f"after {words.duration(end_s)}")]
        self.chart.show_lines(lines, marks)


class ReasonsCard(Card):
    """One line per reason, the most frequent first."""

    def __init__(self) -> None:
        super().__init__(name="report_why_card")
        self.body.addWidget(Label("Why messages failed or were left out", "strong"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        self.body.addLayout(self._lines)
        self.body.addStretch(1)
        self._shown: tuple[ReasonCount, ...] | None = None
        self.lines: list[tuple[QLabel, QLabel]] = []

    def show_reasons(self, reasons: Sequence[ReasonCount]) -> None:
        if tuple(reasons) == self._shown:
            return
        self._shown = tuple(reasons)
        while item := self._lines.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.lines = []
        for position, one in enumerate(reasons):
            self._add(position, one)
        if not reasons:
            self._lines.addWidget(Label("Nothing so far.", "soft", name="report_why_none"))

    def _add(self, position: int, one: ReasonCount) -> None:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 4, 0, 4)
        across.setSpacing(4)
        text = words.reason_words(one.reason, one.error_code)
        note = words.reason_note(one)
        label = Label(text, wrap=True, tight=True, name=f"report_reason_{position}")
        small = Label(note, "muted")
        count = Label(f"{one.count:,}", "strong", name=f"report_reason_{position}_count")
        # A wrapping label asks for little; without this it would break where there is room.
        label.setMinimumWidth(min(label.fontMetrics().horizontalAdvance(text) + 2, 260))
        across.addWidget(label)
        across.addWidget(small)
        across.addStretch(1)
        across.addWidget(count)
        label.setToolTip(one.reason.sentence)
        named(row, f"report_reason_row_{position}", f"{text} {note}: {one.count:,}")
        self._lines.addWidget(row)
        self.lines.append((label, count))


def approved_words(record: BroadcastRecord, figures: Figures, reasons: Sequence[ReasonCount]) -> str:
    """One line when another number is to be sent than the one on the button; "" otherwise."""
    approved = record.approved_count
    if approved is None or approved == figures.to_send_count or record.status is BroadcastStatus.PREPARING:
        return ""
    since = sum(one.count for one in reasons if one.reason is Reason.OPTED_OUT_AFTER_LAUNCH)
    why = f": {since:,} opted out after launch" if since else ""
    return f"{approved:,} stood on the button, {figures.to_send_count:,} are to be sent{why}."


def held_html(record: BroadcastRecord) -> str:
    """Why it is held, for the banner."""
    return f"<b>Held:</b> {escape(record.held_because or 'a person has to look at it first.')}"
