"""The time: a menu of spans, and the card that asks for a day to a day."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QDateTime, QTime, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QMenu, QWidget

from desktop.domain.report_page import Period, Span
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.label import Label
from desktop.ui.parts.menu import MenuButton, drop
from desktop.ui.parts.numberfield import DateTimeField
from desktop.ui.reports import words
from desktop.ui.theme import Theme


class SpanMenu(QMenu):
    """`choose(span)`; `ask_days()` for a day to a day."""

    def __init__(
        self, parent: QWidget, chosen: Span, choose: Callable[[Span], object], ask_days: Callable[[], object]
    ) -> None:
        super().__init__(parent)
        self.setObjectName("reports_span_menu")
        for period, text in words.PERIOD.items():
            action = self.addAction(text)
            action.setObjectName(f"reports_span_{period.value}")
            action.setCheckable(True)
            action.setChecked(chosen.period is period)
            action.triggered.connect(lambda _=False, period=period: choose(Span(period)))
        self.addSeparator()
        days = self.addAction("From a day to a day…")
        days.setObjectName("reports_span_days")
        days.setCheckable(True)
        days.setChecked(chosen.period in (Period.DAYS, Period.EXACT))
        days.triggered.connect(lambda: ask_days())


class SpanButton(MenuButton):
    """`chosen(Span)`, `days_requested()`."""

    chosen = Signal(object)
    days_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, words.PERIOD[Period.LAST_7], name="reports_span")
        self._span = Span()
        self.clicked.connect(self._open)

    def show_span(self, span: Span, now: datetime, zone: ZoneInfo) -> None:
        self._span = span
        self.show_words(words.span(span, now, zone))
        self.setAccessibleName(f"Time: {words.span(span, now, zone)}")
        self.setToolTip(words.span_tooltip(span, now, zone))

    def _open(self) -> None:
        drop(SpanMenu(self, self._span, self.chosen.emit, self.days_requested.emit), self)


async def ask_days(theme: Theme, window: QWidget, span: Span, now: datetime, zone: ZoneInfo) -> Span | None:
    """Ask for two days; None when left. Given the wrong way round, they are turned."""
    today = now.astimezone(zone).date()
    since, until = span.bounds(now, zone)
    first = span.first or (since.astimezone(zone).date() if since else today)
    last = span.last or (until.astimezone(zone).date() if until else today)
    dialog = CardDialog(theme, window, "From a day to a day", width_px=440, name="reports_days")
    dialog.add_text(
        f"Both days are included. Days are those of the workspace’s time zone, {zone.key}.", muted=True
    )
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(8)
    fields = []
    for row, (title, day, name) in enumerate((("From", first, "first"), ("To", last, "last"))):
        field = DateTimeField(
            theme, QDateTime(QDate(day.year, day.month, day.day), QTime(0, 0)), label=title, name=f"reports_days_{name}"
        )  # fmt: skip
        field.setDisplayFormat("ddd d MMM yyyy")
        grid.addWidget(Label(title), row, 0)
        grid.addWidget(field, row, 1)
        fields.append(field)
    grid.setColumnStretch(1, 1)
    dialog.body.addLayout(grid)
    refuse, accept = QDialog.DialogCode.Rejected.value, QDialog.DialogCode.Accepted.value
    dialog.add_button("Cancel", result=refuse, name="reports_days_cancel")
    dialog.add_button("Show", "primary", result=accept, name="reports_days_show")
    dialog.focus_first(fields[0])
    if await ask(dialog) != accept:
        return None
    days = sorted(_day(field) for field in fields)
    return Span(Period.DAYS, days[0], days[1])


def _day(field: DateTimeField) -> date:
    shown = field.date()
    return date(shown.year(), shown.month(), shown.day())
