"""What can be done for the world around a try-out: skip a wait, answer a request, let the time run out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.flow_nodes import Request
from desktop.domain.flow_session import Awaits
from desktop.domain.flow_simulation import Simulation
from desktop.domain.flow_simulation_words import span_words
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Inset
from desktop.ui.parts.flow import FlowLayout
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

FAILED: Final = "The other program did not answer."


class SimControls(QWidget):
    """`time_requested`: the wait, or the time for an answer, is over. `again_requested`: from the beginning."""

    time_requested = Signal()
    again_requested = Signal()
    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.skip = Button(theme, "Skip the wait", icon="skip-forward", color="text", name="simulator_skip")
        self.timeout = Button(theme, "No answer comes", "link", name="simulator_timeout")
        self.again = Button(
            theme, "Begin again", icon="arrow-counter-clockwise", color="text", name="simulator_again"
        )
        self.request = RequestBox(theme)
        self.waits = Label("", "muted", name="simulator_waits")
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.waits)
        for button in (self.skip, self.timeout, self.again):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 8)
        column.setSpacing(6)
        column.addWidget(self.request)
        column.addLayout(row)
        self.skip.clicked.connect(self.time_requested)
        self.timeout.clicked.connect(self.time_requested)
        self.again.clicked.connect(self.again_requested)
        self.request.answered.connect(self.answered)
        self.request.failed.connect(self.failed)
        named(self, "simulator_controls")
        self.hide()

    def show_simulation(self, made: Simulation, *, can_begin_again: bool = True) -> None:
        """What is waited for now. can_begin_again False: another button does that."""
        awaits = made.state.awaits if made.is_running else Awaits.NOTHING
        span = span_words(max(made.state.due_at - made.now, timedelta())).lower() if made.state.due_at else ""
        self.waits.setText(f"Waits {span}")
        self.waits.setVisible(awaits is Awaits.TIME)
        self.skip.setVisible(awaits is Awaits.TIME)
        self.timeout.setVisible(awaits is Awaits.ANSWER)
        self.timeout.setToolTip(f"{span.capitalize()} pass without an answer")
        begins_again = made.state.is_over and can_begin_again
        self.again.setVisible(begins_again)
        request = made.awaits_request if awaits is Awaits.REQUEST else None
        self.request.show_request(request)
        self.setVisible(request is not None or awaits in (Awaits.TIME, Awaits.ANSWER) or begins_again)


class RequestBox(Inset):
    """An HTTP request that is not made: one says what comes back. `answered({name: value})`, `failed(because)`."""

    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(name="simulator_request")
        self._theme = theme
        self._shown: Request | None = None
        self._fields: dict[str, QLineEdit] = {}
        self.what = Label("", "mono", wrap=True, tight=True, name="simulator_request_what")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self.answer = Button(theme, "It answers", "primary", name="simulator_request_answers")
        self.fail = Button(theme, "It fails", name="simulator_request_fails")
        buttons = QWidget()
        flow = FlowLayout(buttons, spacing_px=8, line_spacing_px=6)
        flow.addWidget(self.answer)
        flow.addWidget(self.fail)
        self.body.addWidget(Label("HTTP request", "strong"))
        self.body.addWidget(self.what)
        self.body.addLayout(self._rows)
        self.body.addWidget(buttons)
        self.answer.clicked.connect(self._answer)
        self.fail.clicked.connect(lambda: self.failed.emit(FAILED))

    def show_request(self, request: Request | None) -> None:
        """None: nothing is asked now. The same one keeps what was entered."""
        self.setVisible(request is not None)
        if request == self._shown:
            return
        self._shown = request
        while (item := self._rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._fields = {}
        if request is None:
            return
        self.what.setText(f"{request.method} {request.url}")
        for at, take in enumerate(request.takes):
            field = named(QLineEdit(), f"simulator_take_{at + 1}", take.answer)
            field.setToolTip(f"What stands at {take.path} of the answer")
            field.returnPressed.connect(self._answer)
            self._fields[take.answer] = field
            self._rows.addWidget(FormRow(take.answer, field, name=f"simulator_take_{at + 1}_row"))

    def focus_first(self) -> None:
        next(iter(self._fields.values()), self.answer).setFocus()

    def _answer(self) -> None:
        values: Mapping[str, str] = {name: field.text() for name, field in self._fields.items()}
        self.answered.emit(values)
