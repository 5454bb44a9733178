"""Broadcasts by the month: what was sent on each day, and what is to come."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.services.broadcast_list import Dated
from desktop.ui.broadcasts import words
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WEEKS: Final = 6
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHOWN_COUNT: Final = 3
"""Entries in one day's field; the rest are said in a number, and listed when it is pressed."""
BESIDE_PX: Final = 14
"""What an entry needs beside its icon and its text."""
PAD_PX, INSET_PX = 4, 7
"""Around what stands in a day's field, and before the name of its column."""


class _Entry(Button):
    """One broadcast in a day's field: its time on the workspace's clock and its name, cut where there is no room."""

    def __init__(self, theme: Theme, one: Dated) -> None:
        status, kind = words.BROADCAST_STATUS[one.record.status]
        self._text = f"{one.at:%H:%M} {one.record.name or 'No name yet'}"
        super().__init__(theme, "", "quiet", icon=kind.look.icon, color=kind.look.ink)
        self.set_icon_px(13)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        sent = f", {one.figures.sent_count:,} sent" if one.figures.sent_count else ""
        self.setToolTip(f"{self._text} · {status}{sent}")
        named(self, f"broadcasts_day_entry_{one.record.id}", f"{self._text}, {status}{sent}")
        self.setProperty("entry", "dated")

    def sizeHint(self) -> QSize:
        """As wide as its day: what has no room is in the tooltip."""
        return QSize(self._theme.px(40), super().sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        room_px = self.width() - self.iconSize().width() - self._theme.px(BESIDE_PX)
        self.setText(self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room_px))
        super().resizeEvent(event)  # type: ignore[arg-type]


class BroadcastCalendar(QWidget):
    """`open_requested((record, figures))` for an entry, `month_requested(first day)` for another month.

    PgUp and PgDn turn the month, Home leads to this one.
    """

    open_requested = Signal(object)
    month_requested = Signal(object)

    def __init__(self, theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._theme, self._now = theme, now
        self._zone: tzinfo | None = None
        self.first = self._today().replace(day=1)
        self._found: tuple[Dated, ...] = ()
        self._open_day: date | None = None
        self.title = Label("", "title", name="broadcasts_month")
        left, right = "caret-left", "caret-right"
        back, ahead = (right, left) if self.isRightToLeft() else (left, right)
        self.before = IconButton(theme, back, "Month before (PgUp)", name="broadcasts_month_before")
        self.after = IconButton(theme, ahead, "Next month (PgDn)", name="broadcasts_month_after")
        self.this = Button(theme, "Today", "quiet", tooltip="This month (Home)", name="broadcasts_month_this")
        self.nothing = Label("Nothing in this month.", "soft", name="broadcasts_month_empty")
        line = QHBoxLayout()
        for widget in (self.before, self.after, self.title, self.this, self.nothing):
            line.addWidget(widget)
        line.addStretch(1)
        self._grid = QGridLayout()
        self._grid.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        column.addLayout(self._grid, 1)
        self.before.clicked.connect(lambda: self._turn(-1))
        self.after.clicked.connect(lambda: self._turn(1))
        self.this.clicked.connect(lambda: self._turn(0))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        named(self, "broadcasts_calendar", "Broadcasts by the month")
        theme.changed.connect(self._fill)
        self._fill()

    def show_zone(self, zone: tzinfo) -> None:
        """The workspace's: by its clock it is today."""
        if zone != self._zone:
            self._zone = zone
            self._fill()

    def show_month(self, found: Sequence[Dated]) -> None:
        """The entries of the month that is shown, by the workspace's clock."""
        if tuple(found) != self._found:
            self._found = tuple(found)
            self._fill()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        turns = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_Home: 0}
        by = turns.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self._turn(by)

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()

    def _turn(self, by: int) -> None:
        """By so many months; 0: to this one."""
        middle = self.first.replace(day=15) + timedelta(days=30 * by) if by else self._today()
        self.first, self._found, self._open_day = middle.replace(day=1), (), None
        self._fill()
        self.month_requested.emit(self.first)

    def _fill(self) -> None:
        had_focus = self.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.title.setText(f"{self.first:%B %Y}")
        self.nothing.setVisible(not self._found)
        for at, name in enumerate(DAYS):
            heading = Label(name, "muted")
            heading.setContentsMargins(INSET_PX, 0, INSET_PX, 4)
            self._grid.addWidget(heading, 0, at)
            self._grid.setColumnStretch(at, 1)
        start = self.first - timedelta(days=self.first.weekday())
        for number in range(WEEKS * 7):
            day = start + timedelta(days=number)
            self._grid.addWidget(self._field(day, start), 1 + number // 7, number % 7)
            self._grid.setRowStretch(1 + number // 7, 1)
            self._grid.setRowMinimumHeight(1 + number // 7, self._theme.px(64))
        if had_focus:
            self.setFocus()

    def _field(self, day: date, start: date) -> QFrame:
        """One day; the days of other months are quiet, and empty. start: the first that is shown."""
        field = QFrame()
        field.setProperty("kind", "day")
        field.setProperty("today", day == self._today())
        # Each field draws the lines after and below it; those at the outer edges draw theirs as well.
        field.setProperty("leftmost", day.weekday() == (6 if self.isRightToLeft() else 0))
        field.setProperty("topmost", day < start + timedelta(days=7))
        field.setMinimumWidth(self._theme.px(84))
        column = QVBoxLayout(field)
        column.setContentsMargins(2, 4, 2, 4)
        column.setSpacing(1)
        of_month = day.month == self.first.month
        number = Label(f"{day.day}", "strong" if day == self._today() else ("body" if of_month else "soft"))
        number.setContentsMargins(PAD_PX, 0, PAD_PX, 0)
        column.addWidget(number)
        mine = [one for one in self._found if one.day == day] if of_month else []
        shown = mine if day == self._open_day or len(mine) <= SHOWN_COUNT else mine[: SHOWN_COUNT - 1]
        for one in shown:
            entry = _Entry(self._theme, one)
            entry.clicked.connect(
                lambda _=False, one=one: self.open_requested.emit((one.record, one.figures))
            )
            column.addWidget(entry)
        if len(shown) < len(mine):
            more = QHBoxLayout()
            more.setContentsMargins(PAD_PX, 0, PAD_PX, 0)
            more.addWidget(self._more(day, len(mine) - len(shown)))
            more.addStretch(1)
            column.addLayout(more)
        column.addStretch(1)
        told = f"{day:%A %d %B}, {len(mine)} broadcasts" if mine else f"{day:%A %d %B}"
        named(field, f"broadcasts_day_{day:%Y_%m_%d}", told)
        return field

    def _more(self, day: date, count: int) -> Button:
        more = Button(self._theme, f"{count} more", "link", name=f"broadcasts_day_more_{day:%d}")

        def open_day() -> None:
            self._open_day = day
            self._fill()

        more.clicked.connect(open_day)
        return more
