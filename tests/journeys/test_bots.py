"""Bots through the whole program: what customers say, what a bot answers, who ends it, and the thread that shows it."""

import json
import time
from datetime import timedelta
from typing import Final

import pytest
from aiohttp import web
from PySide6.QtCore import Qt

from desktop.domain.consent import OptIn
from desktop.domain.flow import FlowDefinition, SessionStatus, Trigger
from desktop.domain.flow_nodes import (
    AnswerKind,
    Choice,
    Does,
    End,
    Question,
    Request,
    SendButtons,
    SendTemplate,
    SendText,
    Take,
)
from desktop.domain.reasons import Reason
from desktop.domain.templates import Variable
from tests.journeys.journey import PATIENCE_S, Journey, journey, until
from tests.receiver import Posted, Receiver, open_receiver
from tests.services.talk import flow

AYA: Final = ("Aya Nakamura", "+15065550122")
SOFIA: Final = ("Sofia Greco", "+12365550163")
RAVI: Final = ("Ravi Iyer", "+12505550109")
"""Said yes, said nothing, said no."""


def order_flow(shop: Receiver) -> FlowDefinition:
    ask = Question(
        text="Which order, {{first_name}}?",
        answer="order",
        must_be=AnswerKind.NUMBER,
        invalid_text="Only the number, please",
        tries=3,
    )
    request = Request(url=f"{shop.address}/orders/{{{{order}}}}", takes=(Take("status", "order.status"),))
    nodes: dict[str, Does] = {
        "ask": ask,
        "look": request,
        "found": SendText(text="Order {{order}} is {{status}}"),
        "lost": SendText(text="I cannot look now"),
        "end": End(),
    }
    ways = {
        ("ask", "next"): "look",
        ("look", "next"): "found",
        ("look", "failed"): "lost",
        ("found", "next"): "end",
    }
    return flow(nodes, ways, Trigger(values=("order",)))


def news_flow() -> FlowDefinition:
    choices = (Choice("yes", "Yes, please"), Choice("no", "Not now"))
    nodes: dict[str, Does] = {
        "ask": SendButtons(text="News once a week?", choices=choices, answer="news"),
        "fine": SendText(text="You will hear from us"),
        "end": End(),
    }
    ways = {("ask", "choice:yes"): "fine", ("ask", "choice:no"): "end", ("fine", "next"): "end"}
    return flow(nodes, ways, Trigger(values=("news",)), Trigger(values=("order news",)))


async def publish(trip: Journey, name: str, definition: FlowDefinition) -> int:
    meera = await trip.user("Meera Rao")
    id = await trip.app.flows.create(name, definition, meera)
    await trip.app.flows.publish(id, meera)
    return id


async def nobody_has(trip: Journey, *who: tuple[str, str]) -> None:
    """Their conversations, if there are any, are everybody's."""
    meera = await trip.user("Meera Rao")
    for _, phone in who:
        [(contact_id,)] = trip.ask("SELECT id FROM contact WHERE phone = ?", phone)
        await trip.app.conversations.assign(contact_id, None, meera)


async def says(trip: Journey, who: tuple[str, str], text: str) -> None:
    await trip.judge.customer(who[1], "text", text=text)


async def reads(trip: Journey, who: tuple[str, str], *texts: str) -> None:
    """Return when the last of what the customer's phone got from us is this."""

    async def got() -> list[str]:
        thread = await trip.judge.thread(who[1])
        return [one["text"] for one in thread if one["direction"] == "from_business"]

    end_s = time.monotonic() + PATIENCE_S
    while (found := await got())[-len(texts) :] != list(texts):
        assert time.monotonic() < end_s, f"{who[0]} got {found}"


async def shown(trip: Journey, *parts: str) -> None:
    """Return when the open thread has these, in this order."""

    def there() -> bool:
        told = iter(trip.thread())
        return all(any(part in one for one in told) for part in parts)

    await until(there, f"{parts} in the thread")


async def ended(trip: Journey, who: tuple[str, str], *expected: SessionStatus) -> None:
    """Return when the customer's sessions stand so, the oldest first."""

    def states() -> list[str]:
        sql = "SELECT s.status FROM bot_session s JOIN contact c ON c.id = s.contact_id WHERE c.phone = ? ORDER BY s.id"
        return [row[0] for row in trip.ask(sql, who[1])]

    await until(lambda: states() == [one.value for one in expected], f"{who[0]}: {expected}, not {states()}")


def answer(one: Posted) -> web.Response:
    return web.Response(text=json.dumps({"order": {"status": f"packed ({one.path.rpartition('/')[2]})"}}))


@pytest.mark.slow
@journey()
async def test_two_flows_at_once_with_answers_a_stop_a_timeout_a_colleague_and_a_program_that_fails(
    trip: Journey,
) -> None:
    async with open_receiver() as shop:
        shop.answer = answer
        await nobody_has(trip, AYA, SOFIA)
        await publish(trip, "Order status", order_flow(shop))
        await publish(trip, "News", news_flow())

        # Two at once; what would start the other flow is this one's answer, and no number.
        await says(trip, AYA, "Order")
        await says(trip, SOFIA, "order news")
        await reads(trip, AYA, "Which order, Aya?")
        await reads(trip, SOFIA, "News once a week?")
        await says(trip, AYA, "news")
        await reads(trip, AYA, "Only the number, please")
        await says(trip, AYA, "4711")
        await reads(trip, AYA, "Order 4711 is packed (4711)")
        await trip.open_conversation(AYA[0], "unassigned")
        await shown(trip, "Order", "Which order, Aya?", "news", "Only the number", "4711", "packed (4711)")
        await ended(trip, AYA, SessionStatus.COMPLETED)
        await trip.picture("bot-answers")

        # STOP is no answer: it is an opt-out, and the question waits on until its time is over.
        await says(trip, SOFIA, "STOP")
        await trip.open_conversation(SOFIA[0], "unassigned")
        await shown(trip, "News once a week?", "STOP", "Sofia opted out", "Got it, Sofia")
        assert SOFIA[1] in trip.phones_that_said(OptIn.NO.value)
        await ended(trip, SOFIA, SessionStatus.RUNNING)
        await trip.app.move_clock(timedelta(minutes=20))
        await ended(trip, SOFIA, SessionStatus.TIMED_OUT)

        # A program that fails has its own way out.
        shop.refuse(503)
        await says(trip, SOFIA, "order")
        await reads(trip, SOFIA, "Which order, Sofia?")
        await says(trip, SOFIA, "12")
        await reads(trip, SOFIA, "I cannot look now")
        await shown(trip, "Which order, Sofia?", "12", "I cannot look now")
        await ended(trip, SOFIA, SessionStatus.TIMED_OUT, SessionStatus.COMPLETED)

        # A colleague replies: the bot is silent from then on, and the conversation is theirs.
        await says(trip, AYA, "order")
        await reads(trip, AYA, "Which order, Aya?")
        await trip.open_conversation(AYA[0], "unassigned")
        await trip.write("compose_text", "This is Meera")
        await trip.press(Qt.Key.Key_Return)
        await reads(trip, AYA, "This is Meera")
        await ended(trip, AYA, SessionStatus.COMPLETED, SessionStatus.TAKEN_OVER)
        await says(trip, AYA, "4712")
        await says(trip, AYA, "order")
        await shown(trip, "This is Meera", "4712", "order")
        await trip.app.quiet()
        await reads(trip, AYA, "This is Meera")
        assert len(shop.posts) == 2
        await trip.picture("bot-taken-over")


@journey()
async def test_marketing_in_a_flow_goes_to_who_said_no_unless_bots_ask(trip: Journey) -> None:
    await nobody_has(trip, RAVI)
    template = await trip.app.templates.by_name("winter_clearance")
    values = tuple(Variable(name, "first_name", "x") for name in template.variables)
    nodes: dict[str, Does] = {
        "sale": SendTemplate(template_id=template.id, variables=values),
        "yes": SendText(text="There you are"),
        "no": SendText(text="Not without your yes"),
    }
    await publish(
        trip,
        "Sale",
        flow(nodes, {("sale", "next"): "yes", ("sale", "not_sent"): "no"}, Trigger(values=("sale",))),
    )
    await says(trip, RAVI, "sale")
    await trip.open_conversation(RAVI[0], "unassigned")
    await shown(trip, "sale", Reason.BOT_NOT_ASKED.label, "There you are")
    await trip.judge.has(2)
    await ended(trip, RAVI, SessionStatus.COMPLETED)
    page = await trip.app.bot_reports.register()
    assert [(one.phone, one.opt_in_then, one.flow_name) for one in page.rows] == [(RAVI[1], OptIn.NO, "Sale")]
    assert (await trip.app.bot_reports.register_counts()).opted_out_count == 1
    await trip.picture("bot-not-asked")

    await trip.settings(bots_ask=True)
    await says(trip, RAVI, "sale")
    await shown(trip, "There you are", "sale", "Not without your yes")
    await trip.judge.has(3)
    await ended(trip, RAVI, SessionStatus.COMPLETED, SessionStatus.COMPLETED)
    stopped = trip.ask(
        "SELECT status, reason FROM message WHERE path = 'bot' AND category = 'marketing' ORDER BY id"
    )
    assert stopped == [(stopped[0][0], "bot_not_asked"), ("failed", "opted_out")]
    assert len((await trip.app.bot_reports.register()).rows) == 1
