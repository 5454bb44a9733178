"""The editor of flows: the design's order status, and every state around it."""

from dataclasses import replace

from PySide6.QtWidgets import QApplication

from desktop.domain import flow_layout
from desktop.domain.filters import Op
from desktop.domain.flow import START, Edge, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_nodes import (
    About,
    AnswerKind,
    Assign,
    Choice,
    Decide,
    End,
    Question,
    SendButtons,
    SendTemplate,
    SendText,
    SetOptIn,
    Wait,
)
from desktop.domain.templates import Variable
from desktop.ui.bots import chosen
from desktop.ui.bots.editor import Editor
from desktop.ui.bots.editor_parts import STEPS
from desktop.ui.bots.page import BotsPage
from tests.looks.stage import Stage, until

LONG = "Bestellstatusabfrage und Rücksendungsbenachrichtigung für alle Filialen in Nova Scotia"
WORDS = (
    "Please write the order number that stands at the top of the confirmation we sent you by e-mail; it begins with "
    "NS and has nine figures. If you cannot find it, write “help” and a colleague looks for it."
)


async def order_status(stage: Stage) -> FlowDefinition:
    """The design's flow."""
    found = await stage.app.templates.every()
    winter = next(one for one in found if one.name == "winter_clearance")
    given = tuple(Variable(str(at), "", words) for at, words in enumerate(winter.examples, 1))
    nodes = (
        Node("question1", Question(text="What is your order number?", answer="order"), 330, 90),
        Node(
            "condition1",
            Decide(about=About.ANSWER, answer="order", op=Op.NOT_EMPTY),
            330, 290,
        ),
        Node("text1", SendText(text="Order {{order}} left on 20 Nov."), 620, 240),
        Node("assign1", Assign(), 620, 110),
        Node("template1", SendTemplate(template_id=winter.id, variables=given), 330, 540),
    )  # fmt: skip
    edges = (
        Edge(START, "next", "question1"),
        Edge("question1", "next", "condition1"),
        Edge("condition1", "yes", "text1"),
        Edge("condition1", "no", "template1"),
        Edge("question1", "invalid", "assign1"),
    )
    triggers = (Trigger(TriggerKind.KEYWORD, ("order", "status")),)
    return FlowDefinition(triggers, nodes, edges, start_x=40, start_y=50)


def many(count: int) -> FlowDefinition:
    """So many steps in one tree: questions, conditions and texts."""
    nodes: list[Node] = []
    edges: list[Edge] = [Edge(START, "next", "n0")]
    for at in range(count):
        kind = at % 4
        if kind == 0:
            does = SendButtons(
                text=f"Question {at}: which way?", choices=(Choice("a", "This way"), Choice("b", "That way"))
            )
            exits = ("choice:a", "choice:b")
        elif kind == 1:
            does = Decide(about=About.ANSWER, answer="order", op=Op.IS, values=(str(at),))  # type: ignore[assignment]
            exits = ("yes", "no")
        elif kind == 2:
            does = SendText(text=f"This is the text of step {at}.")  # type: ignore[assignment]
            exits = ("next", "")
        else:
            does = Question(text=f"What is number {at}?", answer=f"answer{at}", must_be=AnswerKind.NUMBER)  # type: ignore[assignment]
            exits = ("next", "invalid")
        nodes.append(Node(f"n{at}", does))
        for place, exit in enumerate(exits):
            to = at * 2 + 1 + place
            if exit and to < count:
                edges.append(Edge(f"n{at}", exit, f"n{to}"))
    made = FlowDefinition((Trigger(TriggerKind.ANY),), tuple(nodes), tuple(edges))
    return flow_layout.laid_out(made)


async def open_editor(stage: Stage, flow_id: int) -> Editor:
    """Its page, with one flow in the editor."""
    page = stage.window.go("bots")
    assert isinstance(page, BotsPage)
    page.open_flow(flow_id)
    editor = page.editor
    assert editor is not None
    await until(lambda: editor.record is not None and editor.record.id == flow_id, "the flow to be open")
    await stage.quiet()
    editor.parts.canvas.setFocus()
    stage.window.toasts.clear()
    return editor


async def make(stage: Stage, name: str, definition: FlowDefinition) -> Editor:
    """A new draft, open."""
    flow_id = await stage.app.flows.create(name, definition, stage.window.desk.user())
    return await open_editor(stage, flow_id)


async def published(stage: Stage, name: str = "Order status", times: int = 3) -> Editor:
    """The design's flow: in its third version, with two changes since."""
    user, flows = stage.window.desk.user(), stage.app.flows
    definition = await order_status(stage)
    flow_id = await flows.create(name, definition, user)
    for minutes in range(15, 15 + times):
        await flows.save_draft(flow_id, replace(definition, timeout_minutes=minutes), user)
        await flows.publish(flow_id, user)
    text = replace(definition, timeout_minutes=20)
    nodes = tuple(
        replace(one, does=replace(one.does, text="What is your order number, please?"))
        if isinstance(one.does, Question) else one
        for one in text.nodes
    )  # fmt: skip
    await flows.save_draft(flow_id, replace(text, nodes=nodes), user)
    return await open_editor(stage, flow_id)


async def filled(stage: Stage) -> None:
    """As in the design: a condition is chosen, its settings stand at the right."""
    editor = await published(stage)
    editor.choose(chosen.one(editor.edit.definition, "condition1"))
    await stage.quiet()


async def tried(stage: Stage) -> None:
    """The simulator beside it."""
    editor = await published(stage)
    editor.choose(chosen.one(editor.edit.definition, "condition1"))
    editor.do("test")
    field = editor.parts.right.simulator.field
    for words in ("order", "4468"):
        field.setText(words)
        field.returnPressed.emit()
        await stage.quiet()


async def template(stage: Stage) -> None:
    """A marketing template is chosen."""
    editor = await published(stage)
    editor.choose(chosen.one(editor.edit.definition, "template1"))
    await stage.quiet()


async def empty(stage: Stage) -> None:
    await make(stage, "Spring reminders", FlowDefinition())


async def problems(stage: Stage) -> None:
    """What stands against publishing."""
    definition = await order_status(stage)
    nodes = tuple(
        replace(one, does=SendText()) if one.id == "text1" else one for one in definition.nodes if one.id != "assign1"
    )  # fmt: skip
    loose = (
        Node("wait1", Wait(), 640, 480),
        Node("buttons1", SendButtons(text="Shall we write you about offers?"), 640, 620),
    )
    edges = tuple(one for one in definition.edges if one.to_id != "assign1")
    made = replace(definition, nodes=(*nodes, *loose), edges=edges)
    editor = await make(stage, "Order status", made)
    editor.do("problems")
    await stage.quiet()


async def hundreds(stage: Stage) -> None:
    """As many as there can be, all of them in the window."""
    editor = await make(stage, "Everything we can be asked", many(200))
    editor.do("lay_out")
    await editor.settle()
    editor.parts.canvas.fit()
    await stage.quiet()


async def hundreds_near(stage: Stage) -> None:
    """The same at its own size."""
    editor = await make(stage, "Everything we can be asked", many(200))
    editor.do("lay_out")
    await editor.settle()
    await stage.quiet()


async def long_names(stage: Stage) -> None:
    definition = await order_status(stage)
    nodes = (
        Node("question1", Question(text=WORDS, answer="order"), 330, 90),
        Node(
            "buttons1",
            SendButtons(
                text="Dürfen wir Ihnen Angebote schicken?",
                choices=(Choice("yes", "Ja, sehr gern, jeden Tag"), Choice("no", "Nein danke"), Choice("c", "Später vielleicht")),
            ),
            640, 60,
        ),
        Node("set_opt_in1", SetOptIn(), 940, 40),
        Node("end1", End(), 940, 200),
        definition.nodes[-1],
    )  # fmt: skip
    edges = (
        Edge(START, "next", "question1"), Edge("question1", "next", "buttons1"),
        Edge("buttons1", "choice:yes", "set_opt_in1"), Edge("buttons1", "choice:no", "end1"),
        Edge("question1", "invalid", "template1"),
    )  # fmt: skip
    words = tuple(f"{LONG.split()[0]} {number}" for number in range(1, 9))
    made = FlowDefinition((Trigger(TriggerKind.KEYWORD, words),), nodes, edges)
    editor = await make(stage, LONG[:80], made)
    editor.choose(chosen.one(editor.edit.definition, "question1"))
    await stage.quiet()


async def outline(stage: Stage) -> None:
    """The flow as a list."""
    editor = await published(stage)
    editor.parts.left.show_tab(STEPS)
    editor.parts.left.outline.tree.setFocus()
    editor.choose(chosen.one(editor.edit.definition, "condition1"))
    await stage.quiet()


async def publish(stage: Stage) -> None:
    """What will change for customers, before it does."""
    editor = await published(stage)
    editor.do("publish")
    await stage.seen("bots_publish_card")


async def join(stage: Stage) -> None:
    """An exit is led to a step from the keyboard."""
    editor = await published(stage)
    editor.choose(chosen.one(editor.edit.definition, "condition1"))
    editor.do("join")
    await stage.seen("bots_join")


async def refused(stage: Stage) -> None:
    """An agent looks, and may change nothing."""
    editor = await published(stage)
    flow_id = editor.flow_id
    await stage.sit_down("Lina Haddad")
    await open_editor(stage, flow_id)
    QApplication.processEvents()
