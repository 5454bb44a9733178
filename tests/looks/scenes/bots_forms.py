"""The panel of each kind of step, side by side, and the list of problems."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import Category
from desktop.domain.filters import Attribute, Condition, Filter, Kind, Op
from desktop.domain.flow import START, Edge, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_checks import check
from desktop.domain.flow_findings import Known
from desktop.domain.flow_nodes import About, AnswerKind, Choice, Take
from desktop.domain.sequence import Delay, DelayUnit, Hours
from desktop.domain.templates import Template, Variable
from desktop.ui.bots.forms.asking import QuestionForm
from desktop.ui.bots.forms.triggers import StartForm
from desktop.ui.bots.node_panel import WIDTH_PX, NodePanel
from desktop.ui.bots.problems import ProblemsPanel
from desktop.ui.parts.card import Panel
from tests.looks.stage import Stage

HEIGHT_PX = 900
SALE = Template(
    7, "winter_clearance", "en", Category.MARKETING, "Hi {{1}}, 40 % off until {{2}}.", footer="Reply STOP to end",
    examples=("Priya", "Sunday"),
)  # fmt: skip
KNOWN = Known(
    {SALE.id: SALE},
    {
        "City": Attribute(1, "City", Kind.TEXT),
        "Plan": Attribute(2, "Plan", Kind.CHOICE, ("Basic", "Pro")),
    },
    {3: "Welcome sequence"},
    {4: "Returns and exchanges in the Maritimes"},
    {5: "Lina Haddad", 6: "Maya Roy"},
    ("VIP", "late"),
)
_WHERE = Filter(
    (
        Condition("tag", Op.ANY_OF, ("VIP",)),
        Filter(
            (Condition("attribute:City", Op.IS, ("Toronto",)), Condition("opt_in", Op.IS, ("yes",))), False
        ),
    )
)
_DOES: dict[str, nodes.Does] = {
    "question": nodes.Question(
        text="What is your order number?", answer="order", must_be=AnswerKind.PATTERN, pattern=r"\d{4}",
        invalid_text="It has four digits. Please try again.",
    ),
    "request": nodes.Request(
        method="POST", url="https://api.example.com/orders/{{order}}",
        headers=(("Authorization", "Bearer {{secret:orders}}"), ("", "json")), body='{"order": "{{order}}"}',
        takes=(Take("date", "order.date"),),
    ),
    "text": nodes.SendText(text="It left on {{date}}, {{nobody}}."),
    "media": nodes.SendMedia(link="https://example.com/menu.png", caption="Our menu"),
    "buttons": nodes.SendButtons(
        text="How can we help?",
        choices=(Choice("c1", "Order status"), Choice("c2", "Talk to somebody who knows"), Choice("c3", "")),
        answer="topic",
    ),
    "list": nodes.SendList(
        text="Which store?", choices=(Choice("c1", "Toronto", "Queen Street 12"), Choice("c2", "Halifax")), answer="store"
    ),
    "template": nodes.SendTemplate(
        template_id=SALE.id, variables=(Variable("1", "first_name", "there"), Variable("2", "answer:date", ""))
    ),
    "contact": nodes.Decide(contact=_WHERE),
    "answer": nodes.Decide(about=About.ANSWER, answer="order", op=Op.STARTS_WITH, values=("44",)),
    "hours": nodes.Decide(about=About.HOURS, hours=Hours(frozenset(range(5)), 9 * 60, 18 * 60)),
    "attribute": nodes.SetAttribute(attribute="Plan", value="Premium"),
    "opt_in": nodes.SetOptIn(),
    "tags": nodes.SetTags(add=("VIP", "winter"), remove=("late",)),
    "assign": nodes.Assign(),
    "enrol": nodes.Enrol(),
    "wait": nodes.Wait(delay=Delay(2, DelayUnit.DAYS)),
    "jump": nodes.Jump(flow_id=4),
    "end": nodes.End(),
}  # fmt: skip
_WAYS = (
    (START, "next", "question"), ("question", "next", "request"), ("request", "next", "text"),
    ("request", "failed", "assign"), ("text", "next", "template"), ("template", "next", "buttons"),
    ("buttons", "choice:c1", "list"), ("list", "choice:c1", "contact"),
)  # fmt: skip
FLOW = FlowDefinition(
    (
        Trigger(TriggerKind.KEYWORD, ("order", "status", "where is my order")),
        Trigger(TriggerKind.PATTERN, (r"order (\d{4}",)),
        Trigger(TriggerKind.ANY),
    ),
    tuple(Node(id, does) for id, does in _DOES.items()),
    tuple(Edge(*one) for one in _WAYS),
)


async def sending(stage: Stage) -> QWidget:
    """The trigger, with a message that is tried, and what is said."""
    board = _board(stage, (START, "text", "media", "template"))
    start = board.findChildren(StartForm)[0]
    start.attempt.said.put("Status!")
    return board


async def asking(stage: Stage) -> QWidget:
    """What waits for the customer, with an answer that does not fit."""
    board = _board(stage, ("buttons", "list", "question", "end"))
    board.findChildren(QuestionForm)[0].trial.put("44a")
    return board


async def deciding(stage: Stage) -> QWidget:
    return _board(stage, ("contact", "answer", "hours", "request"))


async def doing(stage: Stage) -> QWidget:
    return _board(stage, ("attribute", "opt_in", "tags", "enrol"))


async def going(stage: Stage) -> QWidget:
    return _board(stage, ("assign", "wait", "jump", ""))


async def problems(stage: Stage) -> QWidget:
    """What stands against publishing; beside it a flow without any."""
    full, none = ProblemsPanel(stage.theme), ProblemsPanel(stage.theme)
    full.show_findings(FLOW, check(FLOW, KNOWN), KNOWN)
    board = _side_by_side(stage, (full, none))
    full.list.setCurrentIndex(full.rows.index(0, 0))
    return board


def _board(stage: Stage, node_ids: Sequence[str]) -> QWidget:
    findings = check(FLOW, KNOWN)
    panels = []
    for id in node_ids:
        panel = NodePanel(stage.theme)
        panel.show_workspace("America/Vancouver")
        panel.show_node(FLOW, id, KNOWN, findings)
        panels.append(panel)
    return _side_by_side(stage, panels)


def _side_by_side(stage: Stage, panels: Sequence[QWidget]) -> QWidget:
    board = QWidget(stage.window)
    board.setProperty("surface", "bg")
    row = QHBoxLayout(board)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    for panel in panels:
        side = Panel("side")
        side.setFixedWidth(stage.theme.px(WIDTH_PX))
        inside = QHBoxLayout(side)
        inside.setContentsMargins(1, 0, 0, 0)
        inside.addWidget(panel)
        row.addWidget(side)
    row.addStretch(1)
    board.resize(board.sizeHint().width(), HEIGHT_PX * stage.theme.text_scale_percent // 100)
    board.show()
    return board
