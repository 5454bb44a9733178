"""The middle cards of a report: over time, by hour and compared; why messages did not arrive, and the retries."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.domain.broadcast_figures import ReasonCount
from desktop.domain.broadcast_report import Chosen, Earlier, Extras, Hour, Milestone, Retryable, Why
from desktop.domain.messages import Status
from desktop.services.broadcasts import Report
from desktop.ui.broadcasts import report_words, words
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.chart import Line, LineChart
from desktop.ui.parts.frame import LowTable, Pages
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Color, Theme

NOTHING_LEFT: Final = "Nothing has left so far."
_TABS: Final = {"time": "Over time", "hours": "By hour", "compare": "Compared"}
_HOUR_STEPS: Final = (Milestone.SENT, Milestone.DELIVERED, Milestone.READ, Milestone.REPLIED)
_LINES: Final[tuple[tuple[str, str, Color], ...]] = (
    ("sent", "Sent", "accent"),
    ("delivered", "Delivered", "info"),
    ("read", "Read", "warn"),
)


class NothingYet(Label):
    """What stands where the chart will be, as large as that: nothing moves when the first message leaves."""

    def __init__(self, chart: LineChart) -> None:
        super().__init__(NOTHING_LEFT, "soft", name="report_chart_nothing")
        self._chart = chart
        self.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(chart.sizePolicy())

    def sizeHint(self) -> QSize:
        return self._chart.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._chart.minimumSizeHint()


class TimeCard(Card):
    """Sent, delivered, read over time; the same by the hour; the broadcast beside earlier ones.

    `tab_chosen` when another is looked at: what `current` needs is read then. `opened(Chosen)`: the people of an hour.
    `broadcast_opened(id)`.
    """

    tab_chosen = Signal()
    opened = Signal(object)
    broadcast_opened = Signal(int)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(name="report_time_card")
        self._now = now
        tabs = [Tab(key, told) for key, told in _TABS.items()]
        self.tabs = Tabs(theme, tabs, label="Over time, by hour or compared", name="report_time")
        self.chart = LineChart(theme, label="Sent, delivered and read over time", name="report_chart")
        self._drawn = True
        self._zone: ZoneInfo | None = None
        self.hours: Rows[Hour] = Rows(self._hour_columns())
        self.hour_table = LowTable(theme, self.hours, label="By hour", name="report_hours")
        self.hour_table.setToolTip("Enter on a number shows its people")
        self.others: Rows[Earlier] = Rows(self._other_columns())
        self.other_table = LowTable(
            theme, self.others, label="Compared with earlier broadcasts", name="report_compare"
        )
        self.note = Label("", "muted", wrap=True, tight=True, name="report_time_note")
        self.pages = Pages()
        self.nothing = NothingYet(self.chart)
        for page in (self.chart, self.hour_table, self.other_table, self.nothing):
            self.pages.add_page(page)
        for table in (self.hour_table, self.other_table):
            table.setMinimumHeight(theme.px(130))
        self.body.addWidget(self.tabs)
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(self.note)
        self.note.hide()
        self.tabs.chosen.connect(self._choose)
        self.hour_table.activated.connect(self._open_hour)
        self.other_table.activated.connect(self._open_other)

    @property
    def current(self) -> str:
        """'time', 'hours' or 'compare'."""
        return self.tabs.current

    def _choose(self, key: str) -> None:
        self._show_page()
        self._say("" if key == "time" else "Reading…")
        self.tab_chosen.emit()

    def _show_page(self) -> None:
        """The chosen one; while there is nothing to draw, a sentence instead of an empty chart."""
        at = list(_TABS).index(self.current)
        self.pages.show_page(at if at or self._drawn else len(_TABS))

    def _say(self, note: str) -> None:
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def show_report(self, report: Report) -> None:
        """Lines go on level to the newest moment."""
        end_s = max((points[-1][0] for points in report.timeline.values() if points), default=0.0)
        lines = []
        for key, label, color in _LINES:
            points = report.timeline.get(key)
            if points:
                last = points[-1]
                level = [(end_s, last[1])] if last[0] < end_s else []
                lines.append(Line(label, color, tuple((x, float(y)) for x, y in (*points, *level))))
        launched = report.record.launched_at
        marks: list[tuple[float, str]] = []
        if lines and launched is not None:
            marks = [
                (0.0, f"{launched.astimezone(self._zone):%H:%M:%S}"),
                (end_s, f"after {words.duration(end_s)}"),
            ]
        self.chart.show_lines(lines, marks)
        if self._drawn != bool(lines):
            self._drawn = bool(lines)
            self._show_page()

    def show_zone(self, zone: ZoneInfo) -> None:
        """The workspace's, by whose clock times are told."""
        if zone != self._zone:
            self._zone = zone
            self.hours.set_rows(list(self.hours.rows))
            if self.hours.rows:
                self.show_hours(self.hours.rows)

    def show_hours(self, hours: Sequence[Hour]) -> None:
        if list(hours) != list(self.hours.rows):
            self.hours.set_rows(hours)
        if self.current == "hours":
            told = words.zone_words(self._zone, self._now()) if self._zone is not None else ""
            self._say(f"Hours of {told}." if hours and told else "" if hours else NOTHING_LEFT)

    def show_others(self, own: Earlier, others: Sequence[Earlier]) -> None:
        """The broadcast itself stands first."""
        if [own, *others] != list(self.others.rows):
            self.others.set_rows([own, *others])
        if self.current == "compare":
            share = "Shares are parts of what each broadcast sent."
            self._say(share if others else "No broadcast was launched before this one.")

    def _hour_columns(self) -> list[Column[Hour]]:
        def number(name: str) -> Callable[[Hour], Cell]:
            return lambda one: Cell(f"{getattr(one, name):,}", end=True)

        return [
            Column(
                "Hour",
                lambda one: Cell(
                    words.when(one.start, self._now(), self._zone),
                    tooltip=words.full(one.start, self._zone),
                ),
            ),
            *(
                Column(step.value.capitalize(), number(f"{step.value}_count"), 84, end=True)
                for step in _HOUR_STEPS
            ),
        ]

    def _other_columns(self) -> list[Column[Earlier]]:
        def share(of: Callable[[Earlier], int]) -> Callable[[Earlier], Cell]:
            def cell(one: Earlier) -> Cell:
                told = words.share(of(one), one.figures.sent_count, "sent")
                return Cell(
                    told.partition(" of ")[0] or "–", end=True, tooltip=f"{of(one):,}: {told}" if told else ""
                )

            return cell

        return [
            Column("Broadcast", self._name),
            Column("Sent", lambda one: Cell(f"{one.figures.sent_count:,}", end=True), 64, end=True),
            Column("Delivered", share(lambda one: one.figures.delivered_count), 78, end=True),
            Column("Read", share(lambda one: one.figures.read_count), 60, end=True),
            Column("Replied", share(lambda one: one.replied_count), 66, end=True),
            Column("Opted out", share(lambda one: one.figures.opted_out_since_count), 78, end=True),
        ]

    def _name(self, one: Earlier) -> Cell:
        first = bool(self.others.rows) and one.record.id == self.others.rows[0].record.id
        launched = words.start(one.record.launched_at, self._now(), self._zone)
        same = "The same template." if one.same_template else f"Another template: {one.record.template_name}."
        return Cell(one.record.name, bold=first, tooltip=f"{one.record.name} · {launched}. {same}")

    def _open_hour(self) -> None:
        hour, column = self.hour_table.chosen_row(), self.hour_table.currentIndex().column()
        if isinstance(hour, Hour):
            step = _HOUR_STEPS[max(0, column - 1)]
            self.opened.emit(Chosen(reached=step, within=(hour.start, hour.start + timedelta(hours=1))))

    def _open_other(self) -> None:
        row = self.other_table.chosen_row()
        if isinstance(row, Earlier):
            self.broadcast_opened.emit(row.record.id)


class ReasonLine(QWidget):
    """One reason, its number a button that shows the people."""

    opened = Signal(object)

    def __init__(self, theme: Theme, position: int, one: ReasonCount, note: str) -> None:
        super().__init__()
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 1, 0, 1)
        across.setSpacing(4)
        text = words.reason_words(one.reason, one.error_code)
        self.label = Label(text, wrap=True, tight=True, name=f"report_reason_{position}")
        self.count = Button(theme, f"{one.count:,}", "link", name=f"report_reason_{position}_count")
        self.count.setToolTip("Show these people")
        self.count.setAccessibleName(f"{text} {note}: {one.count:,}")
        # A wrapping label asks for little; without this it would break where there is room.
        self.label.setMinimumWidth(min(self.label.fontMetrics().horizontalAdvance(text) + 2, 260))
        self.label.setToolTip(one.reason.sentence)
        across.addWidget(self.label)
        across.addWidget(Label(note, "muted"))
        across.addStretch(1)
        across.addWidget(self.count)
        why = Why(one.status, one.reason, one.error_code)
        self.count.clicked.connect(lambda: self.opened.emit(Chosen(why=why)))
        named(self, f"report_reason_row_{position}", f"{text} {note}: {one.count:,}")


class ReasonsCard(Card):
    """One line per reason, the most frequent first; under them what can be tried again, and the tries so far.

    `opened(Chosen)`, `retry_requested()`, `broadcast_opened(id)`.
    """

    opened = Signal(object)
    retry_requested = Signal()
    broadcast_opened = Signal(int)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__(name="report_why_card")
        self._theme, self._now = theme, now
        self.body.addWidget(Label("Why messages failed or were left out", "strong"))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        self.body.addLayout(self._lines)
        self.retry = Button(theme, "", name="report_retry")
        self.retry.hide()
        self.retry.clicked.connect(self.retry_requested)
        self._tries = QVBoxLayout()
        self._tries.setSpacing(0)
        self.body.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeading)
        self.body.addLayout(self._tries)
        self.body.addStretch(1)
        self._shown: object = None
        self._reasons: tuple[ReasonCount, ...] | None = None
        self._found = Retryable()
        self._shown_tries: list[str] = []
        self.lines: list[tuple[QLabel, Button]] = []

    def show_reasons(self, reasons: Sequence[ReasonCount]) -> None:
        self._reasons = tuple(reasons)
        self._show()

    def show_extras(self, extras: Extras, refusal: str) -> None:
        """refusal: why the person may not try anything again; "" when they may."""
        self._found = found = extras.retryable
        told = report_words.retry_words(found, self._now())
        self.retry.setVisible(bool(told))
        self.retry.setText(told)
        self.retry.setAccessibleName(told)
        self.retry.setEnabled(bool(found.now_count) and not found.preparing and not refusal)
        self.retry.setToolTip(refusal or report_words.retry_tooltip(found, self._now()))
        self._show_tries(extras)
        self._show()

    def _show(self) -> None:
        wanted = (self._reasons, self._found.codes)
        if self._reasons is None or wanted == self._shown:
            return
        self._shown = wanted
        _clear(self._lines)
        self.lines = []
        waits = dict(self._found.codes)
        for position, one in enumerate(self._reasons):
            note = words.reason_note(one)
            if one.error_code in waits and one.status is Status.FAILED:
                note += f" · from {words.when(waits[one.error_code], self._now())}"
            line = ReasonLine(self._theme, position, one, note)
            line.opened.connect(self.opened)
            self._lines.addWidget(line)
            self.lines.append((line.label, line.count))
        if not self._reasons:
            self._lines.addWidget(Label("Nothing so far.", "soft", name="report_why_none"))

    def _show_tries(self, extras: Extras) -> None:
        told = [report_words.try_words(at, one, self._now()) for at, one in enumerate(extras.tries, 1)]
        if told == self._shown_tries:
            return
        self._shown_tries = told
        _clear(self._tries)
        for at, (text, one) in enumerate(zip(told, extras.tries, strict=True), 1):
            row = QWidget()
            across = QHBoxLayout(row)
            across.setContentsMargins(0, 0, 0, 0)
            across.setSpacing(8)
            across.addWidget(ElidedLabel(text, "muted", name=f"report_try_{at}_text"), 1)
            link = Button(self._theme, "Open", "link", name=f"report_try_{at}")
            link.setAccessibleName(f"Open {text}")
            link.clicked.connect(lambda _=False, id=one.record.id: self.broadcast_opened.emit(id))
            across.addWidget(link)
            self._tries.addWidget(row)


def _clear(column: QVBoxLayout) -> None:
    while item := column.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
