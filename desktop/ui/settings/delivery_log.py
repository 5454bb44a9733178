"""What was sent to one webhook: each delivery with its attempts, the answer and the body, to be sent once more."""

from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.domain.changes import Changes, Topic
from desktop.domain.people import Right
from desktop.domain.problems import Problem
from desktop.domain.subscriptions import MOST_WAITING, Delivery, DeliveryStatus, Event, Subscription
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog
from desktop.ui.loads import Latest, Reload
from desktop.ui.parts import when
from desktop.ui.parts.button import Button
from desktop.ui.parts.empty import EmptyState
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.rows import Cell, Column, Rows
from desktop.ui.settings.subscription_words import answer_said, attempts_said, day_said, delivery_said
from desktop.ui.tasks import Once
from desktop.ui.theme import Theme
from desktop.ui.why.wire import CodeBox, indented

WIDTH_PX, TABLE_PX, BODY_LINES = 960, 250, 9
PAGE_COUNT: Final = 50
NEAR_PX: Final = 120
KEPT: Final = "Kept for seven days."
UNSENT: Final = "What is sent to this address is listed here."
UNTRIED: Final = "What waits for its first try is left out."


class BodyBox(CodeBox):
    """A body to read, always as high as BODY_LINES."""

    def sizeHint(self) -> QSize:
        pads_px = 2 * round(self.document().documentMargin()) + self._theme.px(24)
        return QSize(self._theme.px(320), BODY_LINES * self.fontMetrics().lineSpacing() + pads_px)

    def show_body(self, body: str) -> None:
        text = indented(body)
        if text != self.toPlainText():  # what somebody reads or has selected stays as it is
            self.setPlainText(text)


class LogTable(LowTable):
    """Home and End go to the first and the last line, not along one. `end_requested`: what is not read yet comes first."""

    end_requested = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_End:
            self.end_requested.emit()
        elif event.key() == Qt.Key.Key_Home:
            self.setCurrentIndex(self.model().index(0, 0))
        else:
            super().keyPressEvent(event)


class LogView(QWidget):
    """`replay_requested(delivery)`, `more_requested()` near the end of the list, `tried_requested(bool)`.

    `tried` is a check box for whoever shows this to put beside its heading.
    """

    replay_requested = Signal(object)
    tried_requested = Signal(bool)
    more_requested = Signal()

    def __init__(self, theme: Theme, now: datetime, refusal: str) -> None:
        """refusal: why this person may not send one again; "" when they may."""
        super().__init__()
        self._now, self._refusal = now, refusal
        self.rows: Rows[Delivery] = Rows(self._columns())
        self.table = LogTable(theme, self.rows, label="Deliveries", name="log_table")
        self.table.setMinimumHeight(theme.px(TABLE_PX))
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_chosen())
        self.chosen = ElidedLabel("", "strong", name="log_chosen")
        self.answer = Label("", "muted", wrap=True, selectable=True, name="log_answer")
        self.copy = Button(theme, "Copy", icon="copy", name="log_copy")
        self.copy.setAccessibleName("Copy the body")
        self.copy.clicked.connect(self._copy)
        self.replay = Button(theme, "Replay", icon="arrow-clockwise", name="log_replay")
        self.replay.clicked.connect(self._ask_replay)
        self.box = BodyBox(theme, "", "log_body", "Body")
        self.empty = EmptyState(
            theme, "paper-plane-tilt", "Nothing sent yet", UNSENT,
            name="log_empty",
        )  # fmt: skip
        self.loading = Label("Reading…", "soft", name="log_loading")
        self.tried = QCheckBox("Only what was tried")
        named(self.tried, "log_tried", "Only what was tried")
        self.tried.toggled.connect(self.tried_requested)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.chosen, 1)
        head.addWidget(self.copy)
        head.addWidget(self.replay)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.table, 1)
        column.addLayout(head)
        column.addWidget(self.answer)
        column.addWidget(self.box)
        self._filled = filled
        self.stack = QStackedWidget()
        for page in (self.loading, filled, self.empty):
            self.stack.addWidget(page)
        across = QVBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self.stack)
        named(self, "log_view", "Deliveries")

    def show_deliveries(self, found: list[Delivery], now: datetime) -> None:
        """The newest ones; the chosen one stays chosen."""
        self._now = now
        chosen = self.table.chosen_row()
        at_px = self.table.verticalScrollBar().value()
        self.rows.set_rows(found)
        tried = self.tried.isChecked()
        self.empty.title.setText("Nothing tried yet" if tried else "Nothing sent yet")
        self.empty.sentence.setText(UNTRIED if tried else UNSENT)
        self.tried.setVisible(tried or bool(found))
        self.stack.setCurrentWidget(self._filled if found else self.empty)
        ids = [one.id for one in found]
        again = ids.index(chosen.id) if chosen is not None and chosen.id in ids else 0
        if found:
            self.table.setCurrentIndex(self.rows.index(again, 0))
        self.table.verticalScrollBar().setValue(at_px)
        self._show_chosen()

    def _why_not(self) -> str:
        one: Delivery | None = self.table.chosen_row()
        if one is not None and one.status is DeliveryStatus.WAITING and not one.attempt_count:
            return "It waits for its first try"
        if one is not None and not one.body:
            return "What arrived keeps its body for a day"
        return self._refusal

    def _show_chosen(self) -> None:
        one: Delivery | None = self.table.chosen_row()
        if one is None:
            return
        again = " · sent once more" if one.replay_of is not None else ""
        self.chosen.setText(f"{when.stamp(one.created_at, self._now)} · {one.event}{again}")
        self.answer.setText(f"Answer: {answer_said(one)}" if answer_said(one) != "–" else "No attempt yet")
        self.box.show_body(one.body or "What arrived keeps its body for a day.")
        self.replay.setEnabled(not self._why_not())
        waits = one.status is DeliveryStatus.WAITING
        self.replay.setText("Try now" if waits else "Replay")
        self.replay.setAccessibleName(self.replay.text())
        what = (
            "Do not wait for its next try" if waits else "Send the same body again, as a delivery of its own"
        )
        self.replay.setToolTip(self._why_not() or what)
        self.copy.setText("Copy")

    def _columns(self) -> list[Column[Delivery]]:
        return [
            Column("Time", lambda one: Cell(_second(one.created_at, self._now), tooltip=when.full(one.created_at)), 120),
            Column("Event", lambda one: Cell(_event(one), bold=True, tooltip=one.event)),
            Column("Attempts", lambda one: Cell(attempts_said(one)), 90),
            Column("", self._state, 140),
            Column("Answer", lambda one: Cell(answer_said(one), color="muted", tooltip=answer_said(one))),
        ]  # fmt: skip

    def _state(self, one: Delivery) -> Cell:
        said, color = delivery_said(one, self._now)
        ended = when.full(one.ended_at) if one.ended_at is not None else ""
        return Cell(said, icon="circle-fill", color=color, tooltip=ended)

    def _scrolled(self, at_px: int) -> None:
        if at_px > 0 and at_px >= self.table.verticalScrollBar().maximum() - NEAR_PX:
            self.more_requested.emit()

    def _ask_replay(self) -> None:
        one = self.table.chosen_row()
        if one is not None:
            self.replay_requested.emit(one)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.box.toPlainText())
        self.copy.setText("Copied")


class LogDialog(CardDialog):
    """The log of one webhook; it follows what happens."""

    def __init__(self, desk: Desk, window: QWidget, one: Subscription) -> None:
        super().__init__(desk.theme, window, "Log", width_px=WIDTH_PX, name="webhook_log")
        self._desk, self._id, self._whole = desk, one.id, False
        self.said = ElidedLabel("", "soft", name="log_said")
        self.note = Label("", "muted", color="danger", wrap=True, name="log_problem")
        self.view = LogView(desk.theme, desk.app.clock.now(), desk.refusal(Right.KEYS))
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.said, 1)
        top.addWidget(self.view.tried)
        self.body.addLayout(top)
        for part in (self.view, self.note):
            self.body.addWidget(part)
        self.note.hide()
        self.add_button("Close", result=0, safe=True, name="webhook_log_close")
        self._show_said(one)
        self._reload = Reload(desk.tasks, self, self._read, wait_ms=1_000, on_problem=self._show_problem)
        self._more = Latest(desk.tasks, self, self._show_problem)
        self._replaying = Once(desk.tasks, self)
        self.view.more_requested.connect(self._ask_more)
        self.view.table.end_requested.connect(lambda: self._more.start(self._read_to_the_end()))
        self.view.replay_requested.connect(self._ask_replay)
        # An address that fails lets a thousand wait in front of the few that say why.
        self.view.tried.setChecked(one.failing_since is not None)
        self.view.tried_requested.connect(self._filter)
        desk.live.follow(self, self._heard)
        self._reload.now()

    def _show_said(self, one: Subscription) -> None:
        said = day_said(one, self._desk.app.clock.now())
        self.said.setText(f"{one.url} · {said.head}{f' · {said.tail}' if said.tail else ''}. {KEPT}")

    def _heard(self, changes: Changes) -> None:
        if changes.has(Topic.SUBSCRIPTION, self._id):
            self._reload.soon()

    async def _read(self) -> None:
        app = self._desk.app
        # As far down as somebody has read already, so that the list does not jump.
        most = max(PAGE_COUNT, len(self.view.rows.rows))
        tried_only = self.view.tried.isChecked()
        found = await app.subscriptions.log(self._id, most_count=most, tried_only=tried_only)
        self._whole = len(found) < most
        self.view.show_deliveries(found, app.clock.now())
        self._show_said(await app.subscriptions.get(self._id))

    def _ask_more(self) -> None:
        if not self._whole and not self._more.running and not self._reload.running:
            self._more.start(self._read_more())

    async def _read_to_the_end(self) -> None:
        while not self._whole and 0 < len(self.view.rows.rows) < MOST_WAITING:
            await self._read_more()
        self.view.table.setCurrentIndex(self.view.rows.index(len(self.view.rows.rows) - 1, 0))

    async def _read_more(self) -> None:
        last: Any = self.view.rows.rows[-1]
        found = await self._desk.app.subscriptions.log(
            self._id, before_id=last.id, most_count=PAGE_COUNT, tried_only=self.view.tried.isChecked()
        )
        self._whole = len(found) < PAGE_COUNT
        if self.view.rows.rows[-1].id == last.id:
            self.view.rows.append(found)

    def _filter(self) -> None:
        self._more.cancel()
        self.view.rows.set_rows([])
        self._reload.now()

    def _ask_replay(self, delivery: Delivery) -> None:
        self._replaying.start(lambda: self._replay(delivery), on_problem=self._show_problem)

    async def _replay(self, delivery: Delivery) -> None:
        await self._desk.app.subscriptions.replay(delivery.id, self._desk.user())
        self.note.hide()
        waits = delivery.status is DeliveryStatus.WAITING
        self._desk.toasts.show_toast("It is tried now." if waits else "It is sent once more.", "done")
        self._reload.now()

    def _show_problem(self, problem: Exception) -> None:
        assert isinstance(problem, Problem)
        self.note.setText(f"{problem.title}. {problem.sentence}")
        self.note.show()


def _second(at: datetime, now: datetime) -> str:
    """'10:51:03' today, else '21 Nov 10:51:03'."""
    here = when.local(at)
    day = "" if here.date() == when.local(now).date() else f"{when.day(at, now)} "
    return f"{day}{here:%H:%M:%S}"


def _event(one: Delivery) -> str:
    """The event as the screen says it; one of another shape by its own name."""
    known = one.event in {event.value for event in Event}
    said = Event(one.event).label if known else one.event
    return f"{said} (again)" if one.replay_of is not None else said
