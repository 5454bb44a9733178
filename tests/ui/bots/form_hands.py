"""A panel of a step that stands by itself, with the flow that it changes; what a person does in it."""

from dataclasses import replace
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from desktop.domain.consent import Category
from desktop.domain.filters import Attribute, Kind
from desktop.domain.flow import START, Edge, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_checks import check
from desktop.domain.flow_edit import FlowEdit
from desktop.domain.flow_findings import Known
from desktop.domain.flow_nodes import AnswerKind, Does, Question, SendText
from desktop.domain.templates import Template, TemplateStatus
from desktop.ui.bots.forms.rows import Choosing
from desktop.ui.bots.node_panel import NodePanel
from desktop.ui.theme import Theme

W = TypeVar("W", bound=QWidget)
SALE, NOTE = 7, 8
TEMPLATES = {
    SALE: Template(
        SALE, "winter_clearance", "en", Category.MARKETING, "Hi {{1}}, 40 % off until {{2}}.", examples=("Priya", "Sunday")
    ),
    NOTE: Template(NOTE, "order_note", "en", Category.UTILITY, "Your order {{1}} left.", examples=("4468",)),
    9: Template(9, "spring_sale", "en", Category.MARKETING, "Spring!", status=TemplateStatus.REJECTED),
}  # fmt: skip
KNOWN = Known(
    TEMPLATES,
    {
        "City": Attribute(1, "City", Kind.TEXT),
        "Plan": Attribute(2, "Plan", Kind.CHOICE, ("Basic", "Pro")),
    },
    {3: "Welcome sequence"},
    {4: "Returns"},
    {5: "Lina Haddad", 6: "Maya Roy"},
    ("VIP", "late"),
)
ASKED = Node(
    "question1", Question(text="What is your order number?", answer="order", must_be=AnswerKind.NUMBER)
)
STARTED = FlowDefinition(
    (Trigger(TriggerKind.KEYWORD, ("order",)),), (ASKED,), (Edge(START, "next", ASKED.id),)
)


def flow(does: Does, *others: Node) -> FlowDefinition:
    """A trigger, a question, and after it the step that is looked at: 'it'."""
    nodes = (ASKED, Node("it", does, 300, 0), *others)
    return replace(STARTED, nodes=nodes, edges=(*STARTED.edges, Edge(ASKED.id, "next", "it")))


class Bench:
    """The panel shows a step of `edit`'s flow; each change is kept there and shown anew, as the editor does it."""

    def __init__(
        self, theme: Theme, window: QWidget, definition: FlowDefinition, node_id: str = "it"
    ) -> None:
        self.edit, self.known, self.node_id = FlowEdit(definition), KNOWN, node_id
        self.removed: list[str] = []
        self.wanted: list[str] = []
        self.panel = NodePanel(theme)
        self.panel.setFixedWidth(theme.px(320))
        column = QVBoxLayout(window)
        column.addWidget(self.panel)
        self.panel.changed.connect(self._changed)
        self.panel.remove_requested.connect(self.removed.append)
        self.panel.node_requested.connect(self.wanted.append)
        window.activateWindow()
        self.show()

    def show(self, node_id: str = "") -> None:
        self.node_id = node_id or self.node_id
        definition = self.edit.definition
        self.panel.show_node(definition, self.node_id, self.known, check(definition, self.known))
        QApplication.processEvents()

    @property
    def definition(self) -> FlowDefinition:
        return self.edit.definition

    @property
    def inside(self) -> QWidget:
        """What scrolls in the panel."""
        found = self.panel.area.widget()
        assert found is not None
        return found

    @property
    def does(self) -> Any:
        """What the step that is looked at does, as the flow has it."""
        node = self.definition.node(self.node_id)
        assert node is not None
        return node.does

    def find(self, kind: type[W], name: str) -> W:
        found = [one for one in self.panel.findChildren(kind, name) if one.isVisible()]
        assert found, f"no {kind.__name__} {name} can be seen"
        return found[-1]

    def sees(self, name: str) -> bool:
        return any(one.isVisible() for one in self.panel.findChildren(QWidget, name))

    def said(self, name: str) -> str:
        """The words of a label that can be seen; "" where it cannot."""
        found = [one for one in self.panel.findChildren(QWidget, name) if one.isVisible()]
        return str(found[-1].text()) if found else ""  # type: ignore[attr-defined]  # labels

    def type(self, name: str, text: str) -> None:
        """Key by key, where the caret is."""
        box = self.find(QWidget, name)
        box.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClicks(box, text)

    def key(self, name: str, key: Qt.Key, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        box = self.find(QWidget, name)
        box.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(box, key, mods)

    def click(self, name: str) -> None:
        QTest.mouseClick(self.find(QPushButton, name), Qt.MouseButton.LeftButton)
        QApplication.processEvents()

    def take(self, name: str, value: object) -> None:
        """An entry of a list that drops down."""
        self.find(Choosing, name).take(value)
        QApplication.processEvents()

    @property
    def focused(self) -> str:
        """The name of what has the keyboard."""
        found = QApplication.focusWidget()
        return found.objectName() if found is not None else ""

    def _changed(self, definition: object, joint: str) -> None:
        assert isinstance(definition, FlowDefinition)
        self.edit = self.edit.change(definition, joint)
        self.show()


def text(id: str, words: str = "It left.") -> Node:
    """A further step that says something."""
    return Node(id, SendText(text=words))
