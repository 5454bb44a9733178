"""Bots around the editor: the list of flows, a new one, versions, the order of triggers, and a flow that is tried."""

from dataclasses import replace

from PySide6.QtWidgets import QLineEdit, QWidget
from sqlalchemy import update

from desktop.domain.changes import Topic
from desktop.domain.consent import Facts, OptIn
from desktop.domain.flow import START, Edge, FlowDefinition, FlowRecord, Node, Trigger, TriggerKind
from desktop.domain.flow_layout import laid_out
from desktop.domain.flow_nodes import (
    About,
    Assign,
    Choice,
    Decide,
    End,
    Question,
    Request,
    SendButtons,
    SendText,
    SetOptIn,
    SetTags,
    Take,
    Wait,
)
from desktop.domain.flow_ready import READY
from desktop.domain.problems import Problem
from desktop.domain.sequence import Delay, DelayUnit, Hours
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.ui.bots.page import BotsPage
from desktop.ui.bots.page_head import FLOWS, TRIGGERS
from desktop.ui.bots.simulator import Simulator
from tests.looks.scenes.bots_history import lived, order_status, published
from tests.looks.stage import Stage, until

LONG = "Bestellstatus, Rückgaben und Öffnungszeiten für Ontario, Québec und die Provinzen"
MANY = (
    Trigger(
        TriggerKind.KEYWORD, ("rückgabe", "umtausch", "reklamation", "garantie", "retour", "remboursement")
    ),
    Trigger(TriggerKind.PATTERN, (r"(?i)\b(refund|return)\b",)),
    Trigger(TriggerKind.ADVERTISEMENT, ("fb.me/winter", "Winter Clearance")),
)


def looked_up() -> FlowDefinition:
    """Asks for a number, looks it up, waits a little, and asks for the opt-in."""
    choices = (Choice("yes", "Yes, please"), Choice("no", "No, thanks"))
    nodes = (
        Node("question1", Question(text="What is your order number?", answer="order")),
        Node(
            "request1",
            Request(url="https://orders.northwind-shop.ca/api/{{order}}", takes=(Take("date", "left.on"),)),
        ),
        Node("text1", SendText(text="It left on {{date}}.")),
        Node("wait1", Wait(delay=Delay(5, DelayUnit.MINUTES))),
        Node(
            "buttons1",
            SendButtons(text="May we write to you about offers?", choices=choices, answer="offers"),
        ),
        Node("opt1", SetOptIn(value=OptIn.YES)),
        Node("tag1", SetTags(add=("Newsletter",))),
        Node("end1", End()),
        Node("assign1", Assign()),
    )
    edges = (
        Edge(START, "next", "question1"),
        Edge("question1", "next", "request1"),
        Edge("request1", "next", "text1"),
        Edge("request1", "failed", "assign1"),
        Edge("text1", "next", "wait1"),
        Edge("wait1", "next", "buttons1"),
        Edge("buttons1", "choice:yes", "opt1"),
        Edge("buttons1", "choice:no", "end1"),
        Edge("opt1", "next", "tag1"),
        Edge("tag1", "next", "end1"),
    )
    return laid_out(FlowDefinition((Trigger(values=("order", "status")),), nodes, edges))


def asleep() -> FlowDefinition:
    """Says when the shop is open, to everyone who writes outside its hours."""
    nodes = (
        Node("condition1", Decide(about=About.HOURS, hours=Hours(frozenset(range(5)), 9 * 60, 18 * 60))),
        Node("assign1", Assign()),
        Node("text1", SendText(text="We are back on Monday at 9:00.")),
    )
    edges = (
        Edge(START, "next", "condition1"),
        Edge("condition1", "yes", "assign1"),
        Edge("condition1", "no", "text1"),
    )
    return FlowDefinition((Trigger(TriggerKind.ANY),), nodes, edges)


async def made(stage: Stage, name: str, definition: FlowDefinition, *, publish: bool = True) -> FlowRecord:
    """A flow with this in it."""
    user, verbs = stage.window.desk.user(), stage.app.flows
    flow_id = await verbs.create(name, definition, user)
    return await verbs.publish(flow_id, user) if publish else await verbs.get(flow_id)


async def page(stage: Stage, tab: str = FLOWS) -> BotsPage:
    """The page, at one of its tabs."""
    shown: QWidget = stage.window.go("bots")
    assert isinstance(shown, BotsPage)
    await stage.quiet()
    if shown.head.tab != tab:
        await stage.click(f"bots_tab-{tab}")
    return shown


# The list.


async def listed(stage: Stage) -> None:
    """One that runs, one that is off, a long name with changes, and a draft."""
    record = await lived(stage)
    user, verbs = stage.window.desk.user(), stage.app.flows
    await verbs.save_draft(record.id, replace(record.definition, timeout_minutes=30), user)
    off = await made(stage, "Office hours", asleep())
    await verbs.turn_off(off.id, user)
    await made(stage, LONG[:80], replace(order_status(_template(record)), triggers=MANY), publish=False)
    await made(stage, "Help", replace(asleep(), triggers=()), publish=False)
    shown = await page(stage)
    await until(lambda: len(shown.list.rows.rows) == 4, "four flows")
    shown.list.choose(record.id)
    await stage.quiet()


async def no_hits(stage: Stage) -> None:
    await listed(stage)
    shown = await page(stage)
    shown.list.search.setText("nothing has this")
    shown.list.search.returnPressed.emit()
    await stage.seen("flows_none_found")


async def empty(stage: Stage) -> None:
    await page(stage)
    await stage.seen("flows_begin")


async def empty_agent(stage: Stage) -> None:
    """Somebody who may not make one."""
    await stage.sit_down("Lina Haddad")
    await empty(stage)


async def unreadable(stage: Stage) -> None:
    """A newer program wrote what this one cannot read; it stands among the others."""
    await listed(stage)
    record = next(one.record for one in await stage.app.flows.every() if one.record.name == "Order status")
    broken = {"triggers": [], "nodes": [{"id": "x", "does": {"kind": "teleport"}}]}

    def overwrite(tx: Tx) -> None:
        of_it = tables.flow_version.c.flow_id == record.id
        tx.conn.execute(update(tables.flow_version).where(of_it).values(definition=broken))
        tx.touch(Topic.FLOW, record.id)

    await stage.app.store.write(overwrite)
    shown = await page(stage)
    await until(lambda: any(row.record.is_unreadable for row in shown.list.rows.rows), "it to be read anew")
    shown.list.choose(record.id)


async def broken_file(stage: Stage) -> None:
    """What is said of a file that holds no flow."""
    await published(stage)
    shown = await page(stage)
    try:
        await stage.app.flows.import_file(b"{}", stage.window.desk.user())
    except Problem as problem:
        shown._not_imported(problem)  # as when it was chosen in the system's dialog
    await stage.seen("bots_import_problem")


# A new one.


async def new(stage: Stage) -> None:
    """Beginning from one that is ready-made."""
    await published(stage)
    await page(stage)
    await stage.click("bots_new")
    await stage.seen("new_flow")
    await stage.click(f"new_flow_{READY[1].key}")
    await stage.quiet()


async def new_taken(stage: Stage) -> None:
    """A name that there is already."""
    await new(stage)
    stage.find(QLineEdit, "new_flow_name").setText("order STATUS")
    await stage.click("new_flow_do")
    await stage.quiet()


# Versions.


async def versions(stage: Stage) -> None:
    """Three versions and a draft; what the second one changed."""
    record = await published(stage)
    user, verbs = stage.window.desk.user(), stage.app.flows
    first = record.definition
    question = first.nodes[0].does
    assert isinstance(question, Question)
    asked = replace(first.nodes[0], does=replace(question, text="Which order is it?", tries=3))
    more = Node("text2", SendText(text="One moment, please."), 330, 320)
    second = replace(
        first,
        triggers=(Trigger(values=("order", "status", "parcel")),),
        nodes=(asked, *first.nodes[1:], more),
        edges=(*(one for one in first.edges if one.from_id != "question1"), Edge("question1", "next", "text2"), Edge("text2", "next", "text1")),
    )  # fmt: skip
    third = replace(second, timeout_minutes=30)
    for definition, note in ((second, "Asks for parcels as well, and says to wait"), (third, "")):
        await verbs.save_draft(record.id, definition, user)
        await verbs.publish(record.id, user, note)
    await verbs.save_draft(record.id, replace(third, timeout_minutes=60, nodes=third.nodes[:-1]), user)
    await open_versions_of(stage, record.id)
    table = stage.find(QWidget, "versions_table")
    table.setCurrentIndex(table.model().index(2, 0))  # type: ignore[attr-defined]
    await stage.quiet()


async def versions_one(stage: Stage) -> None:
    """The first one alone."""
    record = await published(stage)
    await open_versions_of(stage, record.id)


async def open_versions_of(stage: Stage, flow_id: int) -> None:
    """The card of the versions, as the editor's menu opens it."""
    from desktop.ui.bots.versions import open_versions

    shown = await page(stage)
    record = await stage.app.flows.get(flow_id)
    stage.window.tasks.spawn(shown, open_versions(stage.window.desk, shown, record))
    await stage.seen("versions")
    await stage.quiet()


# The order of triggers.


async def ordered(stage: Stage) -> BotsPage:
    """Flows of every kind of trigger."""
    await published(stage)
    await made(stage, "Office hours", asleep())
    await made(stage, "Refunds", replace(looked_up(), triggers=MANY))
    menu = (Trigger(TriggerKind.PAYLOAD, ("menu_orders",)), Trigger(values=("menu", "order")))
    await made(stage, "Menu", replace(looked_up(), triggers=menu))
    return await page(stage, TRIGGERS)


async def tried(stage: Stage) -> None:
    """A message that three flows would take."""
    shown = await ordered(stage)
    await stage.type_into("trigger_try_text", "Order!")
    await until(lambda: "answers" in shown.order.form.verdict.text(), "the answer")
    await stage.quiet()


async def tried_stop(stage: Stage) -> None:
    """A word that reaches no flow."""
    shown = await ordered(stage)
    await stage.type_into("trigger_try_text", "stop")
    await until(lambda: "opt-out" in shown.order.form.verdict.text(), "what is said of it")
    await stage.quiet()


async def tried_advertisement(stage: Stage) -> None:
    shown = await ordered(stage)
    await stage.click("trigger_try_from_ad")
    await stage.type_into("trigger_try_text", "Is this still on?")
    await stage.type_into("trigger_try_advertisement", "https://fb.me/winter")
    await until(lambda: "Refunds" in shown.order.form.verdict.text(), "the answer")
    await stage.quiet()


async def no_triggers(stage: Stage) -> None:
    await made(stage, "Help", replace(asleep(), triggers=()), publish=False)
    await page(stage, TRIGGERS)
    await stage.seen("triggers_empty")


# Trying a flow.


async def simulator(stage: Stage, definition: FlowDefinition) -> Simulator:
    """The simulator as the editor has it, in its panel at the right."""
    flow = await made(stage, "Order status", definition, publish=False)
    shown = await page(stage)
    shown.open_flow(flow.id)
    await stage.quiet()
    await stage.click("bots_test")
    await stage.seen("simulator")
    return stage.find(Simulator, "simulator")


async def say(stage: Stage, *texts: str) -> None:
    for text in texts:
        await stage.type_into("simulator_text", text)
        stage.find(QLineEdit, "simulator_text").returnPressed.emit()
        await stage.quiet()


async def try_welcome(stage: Stage) -> None:
    await simulator(stage, looked_up())


async def try_request(stage: Stage) -> None:
    """As in the design, at the request."""
    await simulator(stage, looked_up())
    await say(stage, "order", "4468")
    await stage.type_into("simulator_take_1", "20 Nov")


async def try_wait(stage: Stage) -> None:
    await try_request(stage)
    await stage.click("simulator_request_answers")


async def try_buttons(stage: Stage) -> None:
    await try_wait(stage)
    await stage.click("simulator_skip")


async def try_over(stage: Stage) -> None:
    await try_buttons(stage)
    shown = stage.find(Simulator, "simulator")
    shown.thread_view.pressed.emit("flow:buttons1:yes")
    await stage.quiet()


async def try_marketing(stage: Stage) -> None:
    """A marketing template to somebody who opted out."""
    template = next(one for one in await stage.app.templates.every() if one.name == "winter_clearance")
    shown = await simulator(stage, order_status(template.id))
    shown.contact = replace(shown.contact, facts=Facts(OptIn.NO))
    shown.start()
    await say(stage, "order", "4468", "No, thanks")


async def try_refused(stage: Stage) -> None:
    """The same where the workspace has its bots ask."""
    settings = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(settings, bots_ask=True), stage.window.desk.user())
    await try_marketing(stage)


async def try_not_taken(stage: Stage) -> None:
    await simulator(stage, looked_up())
    await say(stage, "Do you deliver to Halifax?", "STOP")


async def try_contact(stage: Stage) -> None:
    """Who writes."""
    await simulator(stage, looked_up())
    await stage.click("simulator_contact")
    await stage.seen("made_up")


def _template(record: FlowRecord) -> int:
    return next(iter(record.definition.template_ids))
