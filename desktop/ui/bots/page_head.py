"""The head of the bots' page: its tabs, and how a flow comes in."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.domain.problems import Problem
from desktop.ui.parts.button import Button, IconButton
from desktop.ui.parts.frame import EDGE_PX, HEADER_PX, Bar
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.tabs import Tab, Tabs
from desktop.ui.theme import Theme

FLOWS, TRIGGERS, REGISTER = "flows", "triggers", "register"
TABS: Final = (Tab(FLOWS, "Flows"), Tab(TRIGGERS, "Order of triggers"), Tab(REGISTER, "Register"))
NEW_TIP: Final = "New flow (Ctrl+N)"
IMPORT_TIP: Final = "Make a draft of a flow’s file"


class BotsHead(QWidget):
    """`tab_chosen(key)`, `new_requested`, `import_requested`. Under the bar: what is wrong with a file."""

    tab_chosen = Signal(str)
    new_requested = Signal()
    import_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.tabs = Tabs(theme, TABS, label="What is shown", name="bots_tab")
        self.file = Button(theme, "Import…", icon="upload-simple", color="text", name="bots_import")
        self.new = Button(theme, "New flow", "primary", icon="plus", name="bots_new")
        bar = Bar(theme, "header", HEADER_PX, name="bots_header")
        bar.row.addWidget(Label("Bots", "h1"))
        bar.row.addWidget(self.tabs, 1, Qt.AlignmentFlag.AlignVCenter)
        bar.row.addWidget(self.file)
        bar.row.addWidget(self.new)
        self.problem = ProblemLine(theme, name="bots_import_problem")
        beside = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        self.problem.words.setAlignment(beside)  # under the button
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.problem)
        self.tabs.chosen.connect(self.tab_chosen)
        self.file.clicked.connect(self.import_requested)
        self.new.clicked.connect(self.new_requested)
        self._refused, self._has_flows = "", False
        self._fit()
        named(self, "bots_head")

    @property
    def tab(self) -> str:
        return self.tabs.current

    def choose(self, key: str) -> None:
        """Choose a tab without telling."""
        self.tabs.choose(key)

    def show_count(self, count: int) -> None:
        """How many flows there are; where there is none, the page itself has the buttons."""
        self._has_flows = count > 0
        self.tabs.show_tabs([Tab(FLOWS, "Flows", count or None)])
        self._fit()

    def show_refusal(self, refused: str) -> None:
        """refused: why the person who sits here may not; "" when they may."""
        self._refused = refused
        self._fit()

    def show_problem(self, problem: Problem | None) -> None:
        """What is wrong with the file that was chosen; None: nothing."""
        self.problem.show_problem(problem)

    def _fit(self) -> None:
        for button, tip in ((self.new, NEW_TIP), (self.file, IMPORT_TIP)):
            button.setVisible(self._has_flows)
            button.setEnabled(not self._refused)
            button.setToolTip(self._refused or tip)


class ProblemLine(QWidget):
    """A problem in a line of its own, which a person can put away."""

    def __init__(self, theme: Theme, *, name: str, edge_px: int = EDGE_PX) -> None:
        super().__init__()
        self.words = Label("", "body", color="danger", wrap=True, name=f"{name}_words")
        self.close_button = IconButton(theme, "x", "Put this away", name=f"{name}_close")
        row = QHBoxLayout(self)
        row.setContentsMargins(edge_px, 8, edge_px, 0)
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.close_button.clicked.connect(self.hide)
        named(self, name)
        self.hide()

    def show_problem(self, problem: Problem | None) -> None:
        said = f"{problem.title}. {problem.sentence}" if problem is not None else ""
        self.words.setText(said)
        self.setAccessibleName(said)
        self.setVisible(bool(said))
