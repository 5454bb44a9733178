"""Bots in a conversation: who has it, what they sent, taking over, starting one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import text

from desktop.domain.consent import OptIn, Source
from desktop.domain.conversations import Box
from desktop.domain.flow import START, Edge, FlowDefinition, FlowRecord, Node, SessionStatus, Trigger
from desktop.domain.flow_nodes import End, Question, SendTemplate
from desktop.domain.flow_session import Said
from desktop.domain.flow_triggers import Incoming
from desktop.domain.templates import Variable
from desktop.services.bots import heard
from desktop.store import consent, conversations, inbox_rows, sessions
from desktop.store.engine import Tx
from desktop.ui.conversations.entries import BubbleEntry, EventEntry
from desktop.ui.conversations.row_delegate import badges
from desktop.ui.conversations.start_flow import CLOSED, NONE_FITS, NOTHING, StartFlow
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.label import ElidedLabel, Label
from tests.ui.conversations.bench import Bench, until
from tests.ui.conversations.scenes import arrives

FLOW = "Order status"


@pytest.fixture
async def flow(bench: Bench) -> FlowRecord:
    """Published: it asks for the order number."""
    return await publish(
        bench, FLOW, Node("ask", Question(text="What is your order number?", answer="order"))
    )


async def publish(bench: Bench, name: str, node: Node) -> FlowRecord:
    """The one step, and the end."""
    verbs, user = bench.world.app.flows, bench.world.users[1]
    edges = (Edge(START, "next", node.id), Edge(node.id, "next", "end"))
    definition = FlowDefinition((Trigger(values=("order",)),), (node, Node("end", End())), edges)
    return await verbs.publish(await verbs.create(name, definition, user), user)


async def offering(bench: Bench, name: str) -> FlowRecord:
    """One that sends marketing at once."""
    sale = next(one for one in await bench.world.app.templates.every() if one.name == "winter_clearance")
    given = tuple(
        Variable(number, "", value) for number, value in (("1", "you"), ("2", "40%"), ("3", "30 Nov"))
    )
    return await publish(bench, name, Node("sale", SendTemplate(template_id=sale.id, variables=given)))


def says(contact_id: int, words: str) -> Callable[[Tx], None]:
    """A customer's message with everything that it sets off."""

    def write(tx: Tx) -> None:
        arrives(contact_id, words)(tx)
        heard(tx, contact_id, Incoming(words), Said(words))

    return write


async def test_a_bot_that_has_the_conversation_is_named_under_the_head_and_taken_over(
    bench: Bench, flow: FlowRecord
) -> None:
    arjun = bench.world.ids["Arjun"]
    await bench.world.write(lambda tx: conversations.assign(tx, arjun, None))
    await bench.world.write(says(arjun, "order"))
    await bench.open("Arjun")
    await until(lambda: bench.sees("thread_bot"))
    assert bench.find("thread_bot_name", ElidedLabel).text() == "Bot: Order status"
    assert bench.find("thread_bot").accessibleName().startswith("Bot: Order status, since ")
    bench.click("thread_bot_take_over")
    await until(lambda: not bench.sees("thread_bot"))
    assert await bench.world.app.bots.running(arjun) is None
    rows = await bench.world.app.conversations.rows(Box.MINE, bench.user)
    assert arjun in [row.contact_id for row in rows]
    assert [toast.text for toast in bench.toasts.shown] == [
        "The bot has ended here. The conversation is yours."
    ]


async def test_unassigned_shows_what_a_bot_handles(bench: Bench, flow: FlowRecord) -> None:
    arjun, lucia = bench.world.ids["Arjun"], bench.world.ids["Lucía"]
    for contact_id in (arjun, lucia):
        await bench.world.write(lambda tx, id=contact_id: conversations.assign(tx, id, None))  # type: ignore[misc]
    await bench.world.write(says(arjun, "order"))
    bench.click("conversations_tab-unassigned")
    await until(lambda: bench.page.list.rows.rowCount() == 2)
    rows = {row.contact_id: row for row in bench.page.list.rows.rows}
    assert (rows[arjun].bot, rows[lucia].bot) == (FLOW, "")
    assert badges(rows[arjun])[0] == ("Bot", BadgeKind.BOT)
    index = bench.page.list.rows.index(bench.page.list.rows.row_of(arjun))
    assert "Bot: Order status" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Bot: Order status" in index.data(Qt.ItemDataRole.ToolTipRole)
    await bench.world.app.bots.stop(arjun, bench.world.users[1])
    await until(lambda: [row.contact_id for row in bench.page.list.rows.rows] == [lucia])


async def test_which_bot_has_a_row_comes_out_of_the_index_of_those_that_run(
    bench: Bench, flow: FlowRecord
) -> None:
    def plan(tx: Tx) -> str:
        asked = str(inbox_rows._BOTS.compile(tx.conn.engine)).split("IN (")[0]
        found = tx.conn.execute(
            text(f"EXPLAIN QUERY PLAN {asked} IN (1, 2) AND bot_session.status = 'running'")
        )
        return " ".join(str(row) for row in found)

    assert "uq_bot_session_running" in await bench.world.app.store.read(plan)
    user = bench.user
    assert all(not row.bot for row in await bench.world.app.conversations.rows(Box.ALL, user))


async def test_marketing_of_a_bot_is_marked_in_the_thread(bench: Bench) -> None:
    await offering(bench, "Winter")
    priya = bench.world.ids["Priya"]
    await bench.world.write(lambda tx: conversations.assign(tx, priya, None))
    await bench.world.write(says(priya, "order"))
    await bench.open("Priya")
    bubble = bench.page.area.thread_view.entries()[-1]
    assert isinstance(bubble, BubbleEntry)
    assert bubble.meta.startswith("Bot · Winter ")
    assert [note.title for note in bubble.notes] == ["Bot: consent not asked"]
    assert bubble.asks_why


async def test_a_flow_is_found_and_started_by_keyboard(bench: Bench, flow: FlowRecord) -> None:
    await offering(bench, "Winter clearance")
    await bench.open("Arjun")
    QTest.keyClick(bench.find("compose_text"), Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: bench.sees("start_flow_search"))
    dialog, search = bench.find("start_flow", StartFlow), bench.find("start_flow_search")
    assert dialog.title.text() == "Start a flow with Arjun"
    assert search.hasFocus()
    assert not bench.sees("start_flow_note")
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert not bench.sees("start_flow_note")  # it would go to Arjun
    QTest.keyClicks(search, "nothing like it")
    assert bench.find("start_flow_nothing", Label).text() == NONE_FITS
    assert not bench.find("start_flow_do").isEnabled()
    search.clear()
    QTest.keyClicks(search, "ORDER")
    assert [one.record.name for one in dialog.rows.rows] == [FLOW]
    assert dialog.rows.cell(0, 1).text == "Question · What is your order number?"
    QTest.keyClick(search, Qt.Key.Key_Return)
    await until(lambda: bench.sees("thread_bot"))
    running = await bench.world.app.bots.running(bench.world.ids["Arjun"])
    assert running is not None
    assert (running.flow_id, running.user_name) == (flow.id, bench.user.name)
    await until(lambda: not bench.find("compose_flow_button").isEnabled())
    tip = "“Order status” runs in this conversation. Take over first."
    assert bench.find("compose_flow_button").toolTip() == tip
    QTest.keyClick(bench.find("compose_text"), Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    await bench.tasks.drain()
    assert not bench.sees("start_flow")
    entries = bench.page.area.thread_view.entries()
    await until(lambda: any("What is your order number?" in getattr(one, "text", "") for one in entries))


async def start(bench: Bench, who: str, flow: str) -> None:
    """Open the card of a contact and choose a flow, without starting it."""
    await bench.open(who)
    bench.click("compose_flow_button")
    await until(lambda: bench.sees("start_flow_search"))
    bench.find("start_flow_search").setText(flow)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("facts", "settings", "told"),
    [
        (
            {"opt_in": OptIn.NO},
            {},
            "Priya opted out: winter_clearance will not be sent until Priya answers the bot.",
        ),
        ({"opt_in": OptIn.NO}, {"bots_ask": True}, "Priya opted out: winter_clearance will not be sent."),
        (
            {"opt_in": OptIn.YES, "stopped": True},
            {},
            "Priya stopped promotions in WhatsApp: winter_clearance will not be sent until Priya answers the bot.",
        ),
        (
            {"opt_in": OptIn.NONE},
            {"strict": True},
            "Priya has said neither Yes nor No, and this workspace requires an opt-in: winter_clearance will not be "
            "sent until Priya answers the bot.",
        ),
        ({"opt_in": OptIn.NONE}, {}, ""),
        ({"opt_in": OptIn.YES}, {"bots_ask": True, "strict": True}, ""),
    ],
)
async def test_what_would_not_go_to_this_contact_is_told_before_the_start(
    bench: Bench, facts: dict[str, Any], settings: dict[str, bool], told: str
) -> None:
    await offering(bench, "Winter")
    priya = bench.world.ids["Priya"]
    await bench.world.change_settings(**settings)
    await bench.world.write(lambda tx: consent.record(tx, priya, facts["opt_in"], Source.AGENT))
    await bench.world.write(lambda tx: consent.record(tx, priya, bool(facts.get("stopped")), Source.WHATSAPP))
    await start(bench, "Priya", "Winter")
    assert bench.sees("start_flow_note") is bool(told)
    if told:
        assert bench.find("start_flow_note", Label).text() == told
    bench.click("start_flow_cancel")
    await until(lambda: not bench.sees("start_flow"))


async def test_a_flow_that_ends_with_its_only_message_says_so_at_once_and_in_the_thread(bench: Bench) -> None:
    await offering(bench, "Winter")
    priya = bench.world.ids["Priya"]
    await bench.world.write(lambda tx: consent.record(tx, priya, OptIn.NO, Source.AGENT))
    await start(bench, "Priya", "Winter")
    bench.click("start_flow_do")
    await until(lambda: bool(bench.toasts.shown))
    toast = bench.toasts.shown[-1]
    assert toast.text == "“Winter” ended at once: winter_clearance was not sent (opted out of marketing)."
    assert toast.urgent
    await until(lambda: "ended" in lines(bench)[-1])
    *_, began, message, ended = lines(bench)
    assert began.startswith(f"event: Bot “Winter” began · {bench.user.name} started it · ")
    assert message.startswith("Hi")
    assert ended.startswith("event: Bot “Winter” ended: could not send (opted out of marketing) · ")


def lines(bench: Bench) -> list[str]:
    """The thread's lines; those between the messages begin with 'event: '."""
    return [
        f"event: {one.text}" if isinstance(one, EventEntry) else one.text
        for one in bench.page.area.thread_view.entries()
        if not one.key.startswith("deed:")
    ]


async def test_the_thread_says_who_took_over_and_nothing_of_a_flow_that_came_to_its_end(
    bench: Bench, flow: FlowRecord
) -> None:
    arjun = bench.world.ids["Arjun"]
    await bench.world.write(lambda tx: conversations.assign(tx, arjun, None))
    await bench.world.write(says(arjun, "order"))
    await bench.open("Arjun")
    assert not [one for one in lines(bench) if "Order status" in one]
    other = bench.world.users[1]
    await bench.world.app.bots.stop(arjun, other)
    await until(
        lambda: lines(bench)[-1].startswith(f"event: Bot “Order status” ended: {other.name} took over · ")
    )
    # A flow that comes to its end leaves nothing but its messages.
    await bench.world.write(lambda tx: conversations.assign(tx, arjun, None))
    await bench.world.write(says(arjun, "order"))
    count = len(lines(bench))

    def over(tx: Tx) -> None:
        session = sessions.hold_of(tx, arjun)
        assert session is not None
        sessions.end(tx, session, SessionStatus.COMPLETED)

    await bench.world.write(over)
    await until(lambda: not bench.sees("thread_bot") and len(lines(bench)) > count)
    assert sum("Order status" in one for one in lines(bench)) == 1


async def test_who_comes_second_to_take_over_is_told_who_was_quicker(bench: Bench, flow: FlowRecord) -> None:
    arjun, quicker = bench.world.ids["Arjun"], bench.world.users[1]
    await bench.world.write(lambda tx: conversations.assign(tx, arjun, None))
    await bench.world.write(says(arjun, "order"))
    await bench.open("Arjun")
    await until(lambda: bench.sees("thread_bot"))
    await bench.world.app.bots.stop(arjun, quicker)
    bench.page.area._take_over()  # as pressed before the screen had heard of it
    await until(lambda: bool(bench.toasts.shown))
    assert bench.toasts.shown[-1].text == (
        f"Taken over already. {quicker.name} took over a moment ago. Look again."
    )
    rows = await bench.world.app.conversations.rows(Box.MINE, quicker)
    assert arjun in [row.contact_id for row in rows]


async def test_a_long_name_gives_way_to_what_the_bot_waits_for(bench: Bench) -> None:
    name = "Winter clearance for customers of the Halifax and the Vancouver shop"
    await publish(bench, name, Node("ask", Question(text="Which size?", answer="size")))
    arjun = bench.world.ids["Arjun"]
    await bench.world.write(lambda tx: conversations.assign(tx, arjun, None))
    await bench.world.write(says(arjun, "order"))
    await bench.open("Arjun")
    await until(lambda: bench.sees("thread_bot"))
    bench.window.resize(1100, 760)
    await until(lambda: bench.window.width() == 1100)
    title, line = bench.find("thread_bot_name", ElidedLabel), bench.find("thread_bot_line", Label)
    assert line.width() >= line.sizeHint().width()
    assert title.shown_text() != title.text()
    assert title.toolTip() == title.text()


async def test_without_a_published_flow_the_card_says_what_to_do(bench: Bench) -> None:
    user = bench.world.users[1]
    await bench.world.app.flows.create("Only a draft", FlowDefinition(), user)
    await bench.open("Arjun")
    bench.click("compose_flow_button")
    await until(lambda: bench.sees("start_flow_nothing"))
    assert bench.find("start_flow_nothing", Label).text() == NOTHING
    assert not bench.sees("start_flow_do")
    bench.click("start_flow_cancel")
    await until(lambda: not bench.sees("start_flow"))


async def test_a_closed_window_is_told_before_a_flow_is_started(bench: Bench, flow: FlowRecord) -> None:
    await bench.open("Arjun")
    bench.world.clock.move(timedelta(days=2))
    bench.page.area.reload()
    bench.page.area.tick()
    await until(lambda: bench.sees("template_picker"))
    bench.click("compose_flow_button")
    await until(lambda: bench.sees("start_flow_closed"))
    assert bench.find("start_flow_closed", Label).text() == CLOSED
    bench.click("start_flow_cancel")
    await until(lambda: not bench.sees("start_flow"))
