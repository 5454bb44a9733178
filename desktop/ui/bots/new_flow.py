"""A new flow: from nothing or from one that is ready-made, under a name."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from desktop.domain.flow import LONGEST_NAME, FlowDefinition
from desktop.domain.flow_ready import READY, ReadyFlow
from desktop.domain.problems import Problem
from desktop.ui.bots.flow_begin import BLANK_ICON, ICONS
from desktop.ui.desk import Desk
from desktop.ui.dialog import CardDialog, ask
from desktop.ui.parts.button import Button
from desktop.ui.parts.formrow import FormRow
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.tasks import Once
from desktop.ui.theme import Theme

GO: Final = 1
BLANK: Final = ReadyFlow("", "Empty flow", "A trigger, and the rest is yours to draw.", FlowDefinition())
WIDTH_PX: Final = 560
_RADIUS_PX: Final = 10


async def new_flow(desk: Desk, window: QWidget, key: str = "") -> int | None:
    """Ask what to begin from and for a name; the id of the new draft, None where the person does not go on.

    key: of the ready-made flow that is chosen at first.
    """
    dialog = NewFlowDialog(desk, window, key)
    return dialog.made if await ask(dialog) == GO else None


class NewFlowDialog(CardDialog):
    """`made` is the id of the new draft. What stands against it is said below the name."""

    def __init__(self, desk: Desk, window: QWidget, key: str = "") -> None:
        super().__init__(desk.theme, window, "New flow", width_px=WIDTH_PX, name="new_flow")
        self._desk = desk
        self.made: int | None = None
        self._suggested = ""
        self.choices = [ChoiceRow(desk.theme, one) for one in (BLANK, *READY)]
        self._group = QButtonGroup(self)
        rows = QVBoxLayout()
        rows.setSpacing(6)
        for row in self.choices:
            self._group.addButton(row.radio)
            row.radio.toggled.connect(self._chosen)
            row.entered.connect(self._start)
            rows.addWidget(row)
        self.body.addLayout(rows)
        self.field = named(QLineEdit(), "new_flow_name")
        self.field.setMaxLength(LONGEST_NAME)
        self.row = FormRow("Name", self.field, name="new_flow_name_row")
        self.body.addSpacing(4)
        self.body.addWidget(self.row)
        self.add_button("Cancel", result=0, name="new_flow_cancel")
        self.go = Button(desk.theme, "Create", "primary", name="new_flow_do")
        self.buttons.addWidget(self.go)
        self._once = Once(desk.tasks, self, lambda busy: self.go.setEnabled(not busy))
        self.go.clicked.connect(self._start)
        self.field.returnPressed.connect(self._start)
        self.field.textEdited.connect(lambda _: self.row.show_problem(""))
        wanted = next((row for row in self.choices if row.ready.key == key), self.choices[0])
        wanted.radio.setChecked(True)
        self.focus_first(self.field)

    @property
    def ready(self) -> ReadyFlow:
        """What is chosen to begin from."""
        return next((row.ready for row in self.choices if row.radio.isChecked()), BLANK)

    def _chosen(self, checked: bool) -> None:
        """A name that nobody typed follows the choice."""
        if not checked:
            return
        if self.field.text() == self._suggested:
            self._suggested = self.ready.name if self.ready.key else ""
            self.field.setText(self._suggested)
            self.field.selectAll()
        self.row.show_problem("")
        for row in self.choices:
            row.update()

    def _start(self) -> None:
        self._once.start(self._do, on_problem=self._failed)

    async def _do(self) -> None:
        user = self._desk.user()
        self.made = await self._desk.app.flows.create(self.field.text(), self.ready.definition, user)
        self.done(GO)

    def _failed(self, problem: Exception) -> None:
        if isinstance(problem, Problem):
            self.row.show_problem(problem.sentence)
            self.field.setFocus()


class ChoiceRow(QFrame):
    """One thing to begin from; a click anywhere chooses it. `entered` with Enter."""

    entered = Signal()

    def __init__(self, theme: Theme, ready: ReadyFlow) -> None:
        super().__init__()
        self._theme, self.ready = theme, ready
        key = ready.key or "blank"
        self.radio = named(QRadioButton(), f"new_flow_{key}", ready.name, ready.sentence)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(Label(ready.name, "strong", wrap=True, tight=True))
        words.addWidget(Label(ready.sentence, "muted", wrap=True, tight=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 9, 12, 9)
        row.setSpacing(10)
        row.addWidget(self.radio)
        icon = ICONS.get(ready.key, "robot") if ready.key else BLANK_ICON
        row.addWidget(Glyph(theme, icon, "accent", 18))
        row.addLayout(words, 1)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        named(self, f"new_flow_{key}_row")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.radio.setChecked(True)
        self.radio.setFocus(Qt.FocusReason.MouseFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.radio.isChecked()
        painter.setPen(QPen(self._theme.color("accent" if chosen else "line"), 1))
        painter.setBrush(self._theme.color("accent_weak" if chosen else "surface"))
        box = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, _RADIUS_PX, _RADIUS_PX)
