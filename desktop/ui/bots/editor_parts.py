"""The frame of the editor: its head, the library and the list at the left, the canvas, the settings at the right."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.bots.canvas import Canvas
from desktop.ui.bots.canvas_tools import CanvasTools
from desktop.ui.bots.head import EditorHead
from desktop.ui.bots.library import Library
from desktop.ui.bots.node_panel import NodePanel
from desktop.ui.bots.outline import Outline
from desktop.ui.bots.problems import ProblemsPanel
from desktop.ui.bots.report_tab import FlowReportTab
from desktop.ui.bots.simulator import Simulator
from desktop.ui.desk import Desk
from desktop.ui.parts.card import Panel
from desktop.ui.parts.label import Label
from desktop.ui.parts.naming import named
from desktop.ui.parts.tabs import Tab, Tabs

ADD, STEPS = "add", "steps"
SETTINGS, TEST, PROBLEMS = "settings", "test", "problems"
LEFT_PX, RIGHT_PX = 190, 320
LEFT_TABS: Final = (Tab(ADD, "Add"), Tab(STEPS, "Steps"))


class Left(Panel):
    """The library, and the flow as a list. `tabs_shown` when one takes the place of the other."""

    tabs_shown = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__("list", name="bots_left")
        theme = desk.theme
        self._theme = theme
        self.tabs = Tabs(theme, LEFT_TABS, label="Steps to add, or the steps of the flow", name="bots_left")
        self.library, self.outline = Library(theme), Outline(theme)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.library)
        self.stack.addWidget(self.outline)
        self.tabs.chosen.connect(self.show_tab)
        top = QHBoxLayout()
        top.setContentsMargins(14, 10, 14, 10)
        top.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.stack, 1)
        theme.changed.connect(self._rescale)
        self._rescale()

    def show_tab(self, key: str) -> None:
        self.tabs.choose(key)
        self.stack.setCurrentWidget(self.library if key == ADD else self.outline)
        self.tabs_shown.emit()

    def _rescale(self) -> None:
        self.setFixedWidth(self._theme.px(LEFT_PX))


class Right(Panel):
    """The settings of a step, the simulator or the problems."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("side", name="bots_right")
        theme = desk.theme
        self._theme = theme
        self.node = NodePanel(theme)
        self.simulator = Simulator(desk)
        self.problems = ProblemsPanel(theme)
        self.refused = Label("", "muted", wrap=True, tight=True, name="bots_refused")
        self.refused.setContentsMargins(16, 12, 16, 0)
        self.refused.hide()
        self.stack = QStackedWidget()
        self.pages: dict[str, QWidget] = {
            SETTINGS: self.node, TEST: self.simulator, PROBLEMS: self.problems,
        }  # fmt: skip
        for page in self.pages.values():
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)  # the line at its inner side
        column.setSpacing(0)
        column.addWidget(self.refused)
        column.addWidget(self.stack, 1)
        theme.changed.connect(self._rescale)
        self._rescale()

    @property
    def side(self) -> str:
        """What is shown."""
        return next(key for key, page in self.pages.items() if page is self.stack.currentWidget())

    def show_side(self, key: str) -> None:
        self.stack.setCurrentWidget(self.pages[key])

    def _rescale(self) -> None:
        self.setFixedWidth(self._theme.px(RIGHT_PX))


class EditorParts:
    """Everything that the editor shows, in its place on `editor`."""

    def __init__(self, desk: Desk, editor: QWidget) -> None:
        theme = desk.theme
        self.head = EditorHead(theme)
        self.left, self.right = Left(desk), Right(desk)
        self.canvas = Canvas(theme)
        self.tools = CanvasTools(theme, self.canvas)
        self.report = FlowReportTab(desk)
        self.build = named(QWidget(), "bots_build", "Build")
        row = QHBoxLayout(self.build)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.left)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.right)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.build)
        self.stack.addWidget(self.report)
        column = QVBoxLayout(editor)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.stack, 1)

    @property
    def areas(self) -> tuple[QWidget, ...]:
        """What F6 goes through."""
        left = self.left
        first = left.library.search if left.tabs.current == ADD else left.outline.tree
        return first, self.canvas, self.right

    def focus_right(self) -> None:
        """The first control of what is shown at the right."""
        shown = self.right.stack.currentWidget()
        if shown is self.right.node:
            self.right.node.focus_part("")
        elif shown is not None:
            shown.setFocus(Qt.FocusReason.OtherFocusReason)
            if not shown.hasFocus():
                shown.focusNextChild()
