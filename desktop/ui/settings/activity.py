"""Who did what: the log, newest first, by person and by kind; more of it on scrolling, the new as it happens."""

import asyncio
import re
from typing import Any

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QWidget

from desktop.domain.activity import Activity, Deed
from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Account, Right
from desktop.domain.problems import Problem
from desktop.ui.desk import Desk
from desktop.ui.parts import when
from desktop.ui.parts.card import Card
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.parts.table import Table
from desktop.ui.theme import Theme

PAGE_COUNT = 100
SUBJECT, DETAILS = 3, 4
NO_DETAILS_PX = 70
_SIZED = re.compile(r"(?P<what>.+) (?:to|from|for) (?P<size>[\d,]+ contacts?)")
"""'Tag “VIP” added to 1,204 contacts', as `deed_of` says it."""
NEAR_PX = 200
"""So far above the end the next page is read."""


def who(one: Activity) -> str:
    """The person's name; the program's own deeds and refused strangers have none."""
    if one.user_name:
        return one.user_name
    return "Nobody" if one.deed is Deed.SIGN_IN_FAILED else "Assent"


def subject_and_details(one: Activity) -> tuple[str, str]:
    """To what, and the details; of a change of many contacts how many stands first there, where it is not cut off."""
    sized = _SIZED.fullmatch(one.subject) if one.deed is Deed.BULK_CHANGED else None
    if sized is None:
        return one.subject, one.details
    return sized["what"], f"{sized['size']}; {one.details}" if one.details else sized["size"]


def _details(one: Activity) -> Cell:
    said = subject_and_details(one)[1]
    return Cell(said, color="muted", tooltip=said)


class ActivityTable(Table):
    """Where no line has details, the room of that column is the one's before it."""

    def __init__(self, theme: Theme, rows: Rows[Activity]) -> None:
        self._lines = rows
        super().__init__(theme, rows, label="Who did what", name="activity_table")
        rows.modelReset.connect(self._fit)
        rows.rowsInserted.connect(self._fit)

    def _fit(self) -> None:
        super()._fit()
        if any(subject_and_details(one)[1] for one in self._lines.rows):
            return
        header = self.horizontalHeader()
        both_px = header.sectionSize(SUBJECT) + header.sectionSize(DETAILS)
        least_px = min(self._theme.px(NO_DETAILS_PX), both_px // 2)
        header.resizeSection(DETAILS, least_px)
        header.resizeSection(SUBJECT, both_px - least_px)


class ActivityPanel(Card):
    """Two filters above a table. Whoever may not see it reads why."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(name="activity_card", spacing_px=12)
        self._desk = desk
        self._reading: asyncio.Task[Any] | None = None
        self._whole = False
        self._now = desk.app.clock.now()
        theme = desk.theme
        self.person = named(QComboBox(), "activity_person", "Whose")
        self.person.addItem("Everybody", None)
        self.deed = named(QComboBox(), "activity_deed", "What kind")
        self.deed.addItem("Everything", None)
        for deed in sorted(Deed, key=lambda one: one.label):
            self.deed.addItem(deed.label, deed.value)
        for box in (self.person, self.deed):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.currentIndexChanged.connect(self.refresh)
        self._bar = QWidget()
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(0, 0, 0, 0)
        bar.setSpacing(8)
        bar.addWidget(self.person)
        bar.addWidget(self.deed)
        bar.addStretch(1)
        self.body.addWidget(self._bar)
        self.rows: Rows[Activity] = Rows(
            [
                Column("When", self._when, 108),
                Column("Who", lambda one: Cell(who(one), bold=True, tooltip=who(one)), 130),
                Column("What", lambda one: Cell(one.deed.label, tooltip=one.deed.label), 165),
                Column("To what", lambda one: Cell(subject_and_details(one)[0], tooltip=one.subject)),
                Column("Details", _details),
            ]
        )
        self.table = ActivityTable(theme, self.rows)
        self.empty = EmptyState(
            theme,
            "clock-counter-clockwise",
            "Nothing yet",
            "What people do is listed here.",
            name="activity_empty",
        )
        self.refused = EmptyState(theme, "lock-key", "Not for you to see", "", name="activity_refused")
        self._stack = QStackedWidget()
        for one in (self.table, self.empty, self.refused):
            self._stack.addWidget(one)
        self.body.addWidget(self._stack, 1)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        desk.live.follow(self, self._heard)
        self.refresh()

    def refresh(self) -> None:
        """Read the newest anew; a load that is overtaken is given up."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._desk.tasks.spawn(self, self._read(), on_problem=self._show_problem)

    def _heard(self, changes: Changes) -> None:
        if any(changes.has(topic) for topic in (Topic.ACTIVITY, Topic.PERSON, Topic.SETTINGS)):
            self.refresh()

    async def _read(self) -> None:
        accounts = self._desk.app.accounts
        refusal = self._desk.refusal(Right.SEE_ACTIVITY)
        if refusal:
            self._show_refusal(refusal)
            return
        self._show_people(await accounts.every())
        # As far down as somebody has read already, so that the list does not jump.
        limit = max(PAGE_COUNT, len(self.rows.rows)) if self.table.verticalScrollBar().value() else PAGE_COUNT
        found = await accounts.activity(self._desk.user(), limit=limit, **self._asked())
        self._now = self._desk.app.clock.now()
        self._whole = len(found) < limit
        at_px = self.table.verticalScrollBar().value()
        self.rows.set_rows(found)
        self.table.verticalScrollBar().setValue(at_px)
        self._bar.show()
        self._stack.setCurrentWidget(self.table if found else self.empty)

    async def _read_more(self) -> None:
        last = self.rows.rows[-1].id
        found = await self._desk.app.accounts.activity(
            self._desk.user(), before_id=last, limit=PAGE_COUNT, **self._asked()
        )
        self._whole = len(found) < PAGE_COUNT
        self.rows.append(found)

    def _asked(self) -> dict[str, Any]:
        deed = self.deed.currentData()
        return {"person_id": self.person.currentData(), "deed": Deed(deed) if deed else None}

    def _scrolled(self, at_px: int) -> None:
        bar = self.table.verticalScrollBar()
        idle = self._reading is None or self._reading.done()
        if at_px >= bar.maximum() - NEAR_PX and at_px > 0 and idle and not self._whole and self.rows.rows:
            self._reading = self._desk.tasks.spawn(self, self._read_more(), on_problem=self._show_problem)

    def _show_people(self, accounts: list[Account]) -> None:
        wanted = [("Everybody", None), *((one.user.name, one.user.id) for one in accounts)]
        shown = [(self.person.itemText(at), self.person.itemData(at)) for at in range(self.person.count())]
        if wanted == shown:
            return
        chosen = self.person.currentData()
        self.person.blockSignals(True)
        self.person.clear()
        for name, id in wanted:
            self.person.addItem(name, id)
        self.person.setCurrentIndex(max(0, self.person.findData(chosen)) if chosen is not None else 0)
        self.person.blockSignals(False)

    def _show_problem(self, problem: Exception) -> None:
        assert isinstance(problem, Problem)
        self._show_refusal(problem.sentence)

    def _show_refusal(self, sentence: str) -> None:
        self.rows.set_rows([])
        self._bar.hide()
        self.refused.sentence.setText(sentence)
        self._stack.setCurrentWidget(self.refused)

    def _when(self, one: Activity) -> Cell:
        return Cell(when.stamp(one.at, self._now), tooltip=when.full(one.at))
