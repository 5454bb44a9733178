"""The order of triggers: what stands where and why, and a message that is tried."""

from datetime import UTC, datetime

import pytest

from desktop.domain.flow import Trigger, TriggerKind
from desktop.domain.flow_triggers import Candidate
from desktop.services.flows import Asked
from desktop.ui.bots.page import BotsPage
from desktop.ui.bots.trigger_order import OrderRow, TriggerOrder, order_rows, why_words
from desktop.ui.parts.button import Button
from tests.looks.scenes import bots_flows as scenes
from tests.looks.stage import Stage, staged, until
from tests.ui.bots.flow_hands import cells, write

AT = datetime(2026, 11, 22, 18, 46, tzinfo=UTC)


def test_each_line_has_its_place_and_what_became_of_the_message() -> None:
    first = Candidate(1, "Orders", AT, Trigger(values=("order",)))
    second = Candidate(2, "Rest", AT, Trigger(TriggerKind.ANY))
    rows = order_rows([first, second], [Asked(first, True, True), Asked(second, True, False)])
    assert [(row.place, row.candidate.flow_name) for row in rows] == [(1, "Orders"), (2, "Rest")]
    assert [row.asked.answers for row in rows if row.asked] == [True, False]
    assert [row.asked for row in order_rows([first, second])] == [None, None]
    assert why_words(OrderRow(1, first), AT).startswith("Whole message · 22 Nov ")


RESTING = ["", "", "", "", "Answers in part", "", ""]
"""Where nothing is tried: “order” starts another flow than Order status first."""


def marks(order: TriggerOrder) -> list[str]:
    return cells(order.rows, 5)


async def answers(stage: Stage, page: BotsPage, verdict: str) -> None:
    await until(lambda: page.order.form.verdict.text() == verdict, f"“{verdict}”")
    await stage.quiet()


@pytest.mark.slow
@staged
async def test_triggers_stand_in_their_order_and_a_message_shows_who_answers(stage: Stage) -> None:
    page = await scenes.ordered(stage)
    order = page.order
    assert cells(order.rows, 3) == [
        "Refunds",
        "Menu",
        "Menu",
        "Refunds",
        "Order status",
        "Refunds",
        "Office hours",
    ]
    assert marks(order) == RESTING
    await stage.type_into("trigger_try_text", "Order!")
    await answers(stage, page, "“Menu” answers.")
    no = "Does not fit"
    assert marks(order) == [no, no, "Answers", no, "Would have answered", no, "Would have answered"]
    assert order.table.currentIndex().row() == 2
    others = [one.text() for one in order.form.others.findChildren(Button) if one.isVisible()]
    assert others == ["Order status", "Office hours"]
    await write(stage, "trigger_try_payload", "menu_orders")
    await until(lambda: marks(order)[1] == "Answers", "the button to answer")
    await write(stage, "trigger_try_text", "")
    await write(stage, "trigger_try_payload", "")
    await until(lambda: marks(order) == RESTING, "nothing to be tried")


@pytest.mark.slow
@staged
async def test_an_opt_out_word_reaches_no_flow_and_a_message_may_find_none(stage: Stage) -> None:
    page = await scenes.ordered(stage)
    await stage.type_into("trigger_try_text", "s t o p!")
    await answers(stage, page, "This is an opt-out word: it is recorded and confirmed, and no flow sees it.")
    assert marks(page.order) == RESTING
    office = next(one.record for one in await stage.app.flows.every() if one.record.name == "Office hours")
    await stage.app.flows.turn_off(office.id, stage.window.desk.user())
    await until(lambda: len(page.order.rows.rows) == 6, "its trigger to be gone")
    await write(stage, "trigger_try_text", "Good morning")
    await answers(stage, page, "No flow answers. The message waits for a colleague.")


@pytest.mark.slow
@staged
async def test_an_advertisement_comes_first_and_its_flow_opens_from_here(stage: Stage) -> None:
    await scenes.tried_advertisement(stage)
    page = await scenes.page(stage, "triggers")
    assert marks(page.order)[0] == "Answers"
    page.order.table.activated.emit(page.order.rows.index(0, 0))
    await until(lambda: stage.sees("bots_editor"), "the editor")
    assert page.editor is not None
    await until(lambda: page.editor is not None and page.editor.record is not None, "the flow")
    assert page.editor.record is not None
    assert page.editor.record.name == "Refunds"


@pytest.mark.slow
@staged
async def test_where_no_trigger_is_asked_it_says_what_to_do(stage: Stage) -> None:
    await scenes.no_triggers(stage)
    page = await scenes.page(stage, "triggers")
    assert page.order.empty.title.text() == "No trigger is asked"
    await scenes.made(stage, "Office hours", scenes.asleep())
    await until(lambda: cells(page.order.rows, 3) == ["Office hours"], "its trigger")


def test_a_trigger_whose_words_all_start_another_flow_never_answers() -> None:
    newer = Candidate(2, "Order status 2", AT, Trigger(values=("order", "status")))
    older = Candidate(1, "Order status", AT, Trigger(values=("order", "status")))
    part = Candidate(3, "Parcels", AT, Trigger(values=("order", "parcel")))
    rows = order_rows([newer, older, part])
    assert [(row.is_dead, len(row.dead)) for row in rows] == [(False, 0), (True, 2), (False, 1)]
    assert rows[1].dead[0] == "“order” starts “Order status 2” first."
