"""What to begin a flow from: nothing, a file, or one of those that are ready-made."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.flow_ready import READY, ReadyFlow
from desktop.domain.problems import Problem
from desktop.ui.bots.page_head import ProblemLine
from desktop.ui.parts.button import Button
from desktop.ui.parts.card import Card
from desktop.ui.parts.glyph import Glyph
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.theme import Theme

WHAT_FOR: Final = (
    "A flow answers customers by itself: it asks, looks things up, writes down what it hears, and hands over to a "
    "colleague. It takes a conversation that nobody has; opt-out words never reach it."
)
ICONS: Final = {
    "office_hours": "clock",
    "order_status": "package",
    "opt_in_collection": "check-circle",
    "hand_over": "hand-waving",
}
BLANK_ICON: Final = "plus"
_COLUMNS = 2
_WIDTH_PX = 760


class FlowBegin(QWidget):
    """`begin_requested(key)`: of a ready-made flow, "" for an empty one; `import_requested`."""

    begin_requested = Signal(str)
    import_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        title = Label("No flows yet", "h2", wrap=True, name="flows_begin_title")
        self.sentence = Label(WHAT_FOR, "soft", wrap=True, name="flows_begin_sentence")
        self.blank = Button(theme, "New flow", "primary", icon="plus", name="flows_begin_blank")
        self.file = Button(
            theme, "Import a file…", icon="upload-simple", color="text", name="flows_begin_import"
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.blank)
        row.addWidget(self.file)
        row.addStretch(1)
        self.problem = ProblemLine(theme, name="flows_begin_problem", edge_px=0)
        self.cards = [ReadyCard(theme, one) for one in READY]
        grid = QGridLayout()
        grid.setSpacing(12)
        for at, card in enumerate(self.cards):
            grid.addWidget(card, at // _COLUMNS, at % _COLUMNS)
            card.use_requested.connect(self.begin_requested)
        self._inner = inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(title)
        column.addWidget(self.sentence)
        column.addLayout(row)
        column.addWidget(self.problem)
        column.addSpacing(14)
        column.addWidget(Label("Or begin from one that works already", "title", wrap=True))
        column.addLayout(grid)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inner, 100)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)
        theme.changed.connect(self._rescale)
        self._rescale()
        self.blank.clicked.connect(lambda: self.begin_requested.emit(""))
        self.file.clicked.connect(self.import_requested)
        named(self, "flows_begin", "No flows yet", WHAT_FOR)

    def show_problem(self, problem: Problem | None) -> None:
        """What is wrong with the file that was chosen; None: nothing."""
        self.problem.show_problem(problem)

    def show_refusal(self, refused: str) -> None:
        """refused: why the person who sits here may not; "" when they may."""
        self.sentence.setText(f"{WHAT_FOR} {refused}".rstrip())
        for button in (self.blank, self.file, *(card.use for card in self.cards)):
            button.setEnabled(not refused)
            button.setToolTip(refused)

    def _rescale(self) -> None:
        self._inner.setMaximumWidth(self._theme.px(_WIDTH_PX))


class ReadyCard(Card):
    """A ready-made flow: what it does, and the button that begins from it. A click anywhere does the same."""

    use_requested = Signal(str)

    def __init__(self, theme: Theme, ready: ReadyFlow) -> None:
        super().__init__(name=f"ready_{ready.key}", pad_px=14, spacing_px=6)
        self._key = ready.key
        self.use = Button(
            theme, "Use", "link", tooltip=f"Begin from “{ready.name}”", name=f"ready_{ready.key}_use"
        )
        self.use.setAccessibleName(f"Begin from “{ready.name}”")
        self.header.addWidget(Glyph(theme, ICONS.get(ready.key, "robot"), "accent", 18))
        self.header.addWidget(Label(ready.name, "strong", wrap=True), 1)
        self.header.addWidget(self.use)
        self.body.addLayout(self.header)
        self.body.addWidget(Label(ready.sentence, "soft", wrap=True))
        self.body.addStretch(1)
        self.use.clicked.connect(lambda: self.use_requested.emit(self._key))
        self.setAccessibleName(ready.name)
        self.setAccessibleDescription(ready.sentence)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.use.isEnabled() and self.rect().contains(event.position().toPoint()):
            self.use.click()
