"""A flow is built from nothing, tried, published and followed by a customer; the mouse is never touched."""

import time

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QTreeWidget

from desktop.ui.bots.page import BotsPage
from desktop.ui.bots.sim_thread import SimThread
from desktop.ui.parts.badge import Badge
from tests.journeys.journey import PATIENCE_S, Journey, journey, until

NOBODYS = "+13065550191"
CONTROL = Qt.KeyboardModifier.ControlModifier
MOST_TABS = 80


def focused() -> str:
    focus = QApplication.focusWidget()
    return focus.objectName() if focus is not None else ""


def write(text: str) -> None:
    """Letters, wherever the focus is."""
    for letter in text:
        focus = QApplication.focusWidget()
        assert focus is not None
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(focus, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


async def tab_to(trip: Journey, name: str) -> None:
    """Tab until the focus is on a control."""
    been: list[str] = []
    while focused() != name:
        assert len(been) < MOST_TABS, f"Tab does not come to “{name}”: {been}"
        await trip.press(Qt.Key.Key_Tab)
        been.append(focused())


async def add(trip: Journey, words: str) -> None:
    """Look for a kind of step, and add it after the chosen exit."""
    await trip.press(Qt.Key.Key_K, CONTROL)
    assert focused() == "bots_library_search"
    write(words)
    await trip.press(Qt.Key.Key_Return)


async def say(trip: Journey, text: str) -> None:
    """As the customer, in the simulator."""
    await until(lambda: focused() == "simulator_text", "the simulator to have the keyboard")
    write(text)
    await trip.press(Qt.Key.Key_Return)


def said(trip: Journey) -> list[str]:
    thread = trip.see("simulator_thread")
    assert isinstance(thread, SimThread)
    return [line.text for line in thread.lines]


async def arrived(trip: Journey, text: str) -> None:
    """Return when the customer's phone shows it."""
    end_s = time.monotonic() + PATIENCE_S
    while not any(text in str(one) for one in await trip.judge.thread(NOBODYS)):
        assert time.monotonic() < end_s, f"“{text}” did not arrive"


@pytest.mark.slow
@journey()
async def test_a_flow_is_built_tried_and_published_with_the_keyboard_alone(trip: Journey) -> None:
    await trip.press(Qt.Key.Key_5, CONTROL)
    await trip.appears("bots_page")
    await trip.press(Qt.Key.Key_N, CONTROL)
    await trip.appears("new_flow")
    write("Which shop")
    await trip.press(Qt.Key.Key_Return)
    await trip.appears("bots_editor")
    page = trip.see("bots_page")
    assert isinstance(page, BotsPage)
    await until(lambda: page.editor is not None and page.editor.record is not None, "the flow to be open")
    await until(lambda: focused() == "bots_canvas", "the canvas to have the keyboard")

    # The trigger.
    await trip.press(Qt.Key.Key_Return)
    await tab_to(trip, "trigger_add")
    await trip.press(Qt.Key.Key_Return)
    assert focused() == "trigger_1_values"
    write("shop")
    await trip.press(Qt.Key.Key_Return)
    await trip.press(Qt.Key.Key_Escape)
    assert focused() == "bots_canvas"

    # A question, a text after its answer; what does not fit goes to people.
    await add(trip, "question")
    assert focused() == "node_text"
    write("In which city are you?")
    await tab_to(trip, "node_answer")
    await trip.press(Qt.Key.Key_A, CONTROL)
    write("city")
    await trip.press(Qt.Key.Key_Escape)
    await add(trip, "text")
    write("Our shop in {{city}} is open until six.")
    await trip.press(Qt.Key.Key_Escape)
    await trip.press(Qt.Key.Key_Left)
    await trip.press(Qt.Key.Key_Down, CONTROL)
    await add(trip, "assign")
    await trip.press(Qt.Key.Key_Escape)

    # The text is led to an end by way of the list: it is added loose, then joined.
    await trip.press(Qt.Key.Key_F, CONTROL)
    write("open until")
    await trip.press(Qt.Key.Key_Return)
    assert focused() == "bots_canvas"
    await add(trip, "end")
    await trip.press(Qt.Key.Key_Left)
    await trip.press(Qt.Key.Key_Down, CONTROL)  # not sent
    await trip.press(Qt.Key.Key_J, CONTROL)
    await trip.appears("bots_join")
    await trip.press(Qt.Key.Key_Tab)
    write("assign")
    await trip.press(Qt.Key.Key_Return)
    await trip.goes("bots_join")
    tree = trip.window.findChildren(QTreeWidget, "bots_outline_tree")[0]
    await until(lambda: tree.topLevelItemCount() == 5, "the list to go along")
    words = [tree.topLevelItem(at).text(0) for at in range(tree.topLevelItemCount())]  # type: ignore[union-attr]
    assert words[0] == "Trigger: Whole message is shop"
    assert words[1] == "Question: In which city are you?"
    assert words[2] == "Text: Our shop in {{city}} is open until six."
    assert len(words) == 5
    await trip.press(Qt.Key.Key_L, CONTROL)
    await trip.says("bots_problems", "no problems")
    await trip.picture("bot-built")

    # Tried.
    await trip.press(Qt.Key.Key_T, CONTROL)
    await say(trip, "Shop!")
    await until(lambda: "In which city are you?" in said(trip), "the question")
    await say(trip, "Toronto")
    await until(lambda: "Our shop in Toronto is open until six." in said(trip), "the answer")
    await trip.picture("bot-tried")
    await trip.press(Qt.Key.Key_Escape)

    # Published.
    await trip.press(Qt.Key.Key_Return, CONTROL)
    await trip.appears("bots_publish_card")
    await tab_to(trip, "bots_publish_note")
    write("The first one")
    await tab_to(trip, "bots_publish_do")
    await trip.press(Qt.Key.Key_Return)
    status = trip.see("bots_status")
    assert isinstance(status, Badge)
    await until(lambda: status.text() == "Published v1", "it to be published")
    assert trip.ask("SELECT number, note FROM flow_version") == [(1, "The first one")]

    # And followed by a customer whose conversation nobody has.
    await trip.judge.customer(NOBODYS, "text", text="shop")
    await arrived(trip, "In which city are you?")
    await trip.judge.customer(NOBODYS, "text", text="Halifax")
    await arrived(trip, "Our shop in Halifax is open until six.")
