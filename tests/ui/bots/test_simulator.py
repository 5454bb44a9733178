"""Try it: the flow in the editor, in the hands of a made-up customer."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QDate, QDateTime, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDateTimeEdit, QLineEdit, QPushButton

from desktop.domain.consent import Facts, OptIn
from desktop.domain.flow import START, Edge, FlowDefinition, Node, SessionStatus, Trigger, TriggerKind
from desktop.domain.flow_checks import Known
from desktop.domain.flow_layout import laid_out
from desktop.domain.flow_nodes import SendText
from desktop.domain.flow_ready import READY
from desktop.domain.flow_simulation import Who
from desktop.domain.flow_triggers import Incoming
from desktop.ui.bots.canvas import Canvas
from desktop.ui.bots.sim_openings import Opening, openings
from desktop.ui.bots.simulator import Simulator
from tests.looks.scenes import bots_flows as scenes
from tests.looks.scenes.bots_flows import looked_up, say, simulator
from tests.looks.scenes.bots_history import order_status
from tests.looks.stage import Stage, staged
from tests.ui.contacts.hands import press

slow = pytest.mark.slow


def said(shown: Simulator, who: Who = Who.BOT) -> list[str]:
    return [one.text for one in shown.thread_view.lines if one.who is who]


def test_what_begins_it_can_be_pressed_once_each_and_a_pattern_is_left_to_the_person() -> None:
    definition = FlowDefinition(
        (
            Trigger(values=("order", " ", "order")),
            Trigger(TriggerKind.PAYLOAD, ("menu",)),
            Trigger(TriggerKind.PATTERN, ("ref.*",)),
            Trigger(TriggerKind.ADVERTISEMENT),
        )
    )
    assert openings(definition) == (
        Opening("order", Incoming("order")),
        Opening("Press menu", Incoming("menu", "menu")),
        Opening("Come from an advertisement", Incoming("Hello", "", "an advertisement")),
    )


def status(shown: Simulator) -> SessionStatus:
    return shown.simulation.state.status


def opt_in(shown: Simulator) -> OptIn:
    return shown.simulation.contact.opt_in


@slow
@staged
async def test_a_whole_way_as_the_customer_goes_it_with_the_card_where_it_stands(stage: Stage) -> None:
    shown = await simulator(stage, looked_up())
    stood: list[str] = []
    shown.at_node.connect(stood.append)
    assert shown.welcome.isVisible()
    press(stage, "simulator_opening_1")
    await stage.quiet()
    assert not shown.welcome.isVisible()
    assert said(shown, Who.CUSTOMER) == ["order"]
    assert said(shown) == ["What is your order number?"]
    assert stood[-1] == "question1"
    await say(stage, "4468")
    assert stood[-1] == "request1"
    assert shown.controls.request.what.text() == "GET https://orders.northwind-shop.ca/api/4468"
    field = stage.find(QLineEdit, "simulator_take_1")
    field.setText("20 Nov")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert said(shown)[-1] == "It left on 20 Nov."
    assert shown.controls.waits.text() == "Waits 5 minutes"
    assert not shown.controls.request.isVisible()
    skip = stage.find(QPushButton, "simulator_skip")
    skip.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(skip, Qt.Key.Key_Return)
    await stage.quiet()
    assert stage.window.focusWidget() is shown.field
    assert said(shown)[-1] == "May we write to you about offers?"
    canvas = stage.find(Canvas, "bots_canvas")
    card = canvas.nodes["buttons1"]
    assert canvas.seen.contains(card.box.translated(card.pos()))
    button = next(one for one in shown.thread_view.findChildren(QPushButton) if one.text() == "Yes, please")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    await stage.quiet()
    assert opt_in(shown) is OptIn.YES
    assert shown.simulation.contact.tags == ("Newsletter",)
    assert "opt-in: yes" in shown.who.text()
    notes = said(shown, Who.NOTE)
    assert "offers = Yes, please" in notes
    assert "Marketing opt-in: Yes, because of “Yes, please”" in notes
    assert status(shown) is SessionStatus.COMPLETED
    assert stage.sees("simulator_again")
    press(stage, "simulator_again")
    assert shown.welcome.isVisible()
    assert opt_in(shown) is OptIn.NONE
    assert stood[-1] == ""


@slow
@staged
async def test_a_request_that_fails_and_an_answer_that_never_comes_hand_over(stage: Stage) -> None:
    shown = await simulator(stage, looked_up())
    await say(stage, "order", "4468")
    press(stage, "simulator_request_fails")
    await stage.quiet()
    assert status(shown) is SessionStatus.HANDED_OVER
    assert "The request failed: The other program did not answer." in said(shown, Who.NOTE)
    press(stage, "simulator_restart")
    await say(stage, "status")
    press(stage, "simulator_timeout")
    await stage.quiet()
    assert status(shown) is SessionStatus.TIMED_OUT
    assert "15 minutes later" in said(shown, Who.NOTE)


@slow
@staged
async def test_what_no_trigger_takes_and_stop_never_reach_the_flow(stage: Stage) -> None:
    shown = await simulator(stage, looked_up())
    await say(stage, "Do you deliver?", "order", "Stop!")
    assert said(shown) == ["What is your order number?"]
    assert shown.simulation.state.node_id == "question1"
    assert "No trigger of this flow takes this message" in said(shown, Who.NOTE)
    assert "Changes the marketing opt-in to No, and never reaches the bot" in said(shown, Who.NOTE)
    assert "opt-in: no" in shown.who.text()
    await say(stage, "4468")
    assert shown.simulation.state.node_id == "request1"


@slow
@staged
async def test_a_marketing_template_goes_to_no_and_is_marked(stage: Stage) -> None:
    await scenes.try_marketing(stage)
    shown = stage.find(Simulator, "simulator")
    assert opt_in(shown) is OptIn.NO
    assert said(shown)[-1].startswith("Hi Maya, the winter clearance is on")
    marked = next(one for one in shown.thread_view.lines if one.text.startswith("Bot: consent is not asked"))
    assert marked.is_warning


@slow
@staged
async def test_where_bots_ask_too_it_does_not_leave_and_takes_the_exit_for_that(stage: Stage) -> None:
    user = stage.window.desk.user()
    settings = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(settings, bots_ask=True), user)
    await scenes.try_marketing(stage)
    shown = stage.find(Simulator, "simulator")
    assert status(shown) is SessionStatus.NOT_SENT
    assert not any("consent is not asked" in one.text for one in shown.thread_view.lines)
    assert any(one.startswith("Not sent: The contact opted out") for one in said(shown, Who.NOTE))
    shown.contact = replace(shown.contact, facts=Facts(OptIn.YES))
    shown.start()
    await say(stage, "order", "4468", "No, thanks")
    assert status(shown) is SessionStatus.COMPLETED


@slow
@staged
async def test_who_writes_can_be_somebody_else_whose_messages_do_not_go_out(stage: Stage) -> None:
    template = next(one for one in await stage.app.templates.every() if one.name == "winter_clearance")
    shown = await simulator(stage, order_status(template.id))
    await say(stage, "order")
    press(stage, "simulator_contact")
    await stage.seen("made_up")
    stage.find(QLineEdit, "made_up_name").setText("  Noor   Haddad ")
    choice = stage.find(QComboBox, "made_up_opt_in")
    choice.setCurrentIndex(choice.findText("No"))
    city = next(one for one in stage.window.findChildren(QLineEdit) if one.accessibleName() == "City")
    city.setText("Halifax")
    stage.find(QLineEdit, "made_up_tags").setText("VIP")  # not kept by Enter, and counts all the same
    stage.find(QCheckBox, "made_up_sends").setChecked(False)
    press(stage, "made_up_do")
    await stage.quiet()
    contact = shown.contact
    assert (contact.name, contact.opt_in, contact.tags) == ("Noor Haddad", OptIn.NO, ("VIP",))
    assert dict(contact.attributes) == {"City": "Halifax"}
    assert not shown.thread_view.lines
    assert "messages do not go out" in shown.who.text()
    press(stage, "simulator_by_hand")
    await stage.quiet()
    assert status(shown) is SessionStatus.NOT_SENT


@pytest.mark.slow
@staged
async def test_office_hours_can_be_tried_out_of_hours(stage: Stage) -> None:
    hours = next(one.definition for one in READY if one.key == "office_hours")
    shown = await simulator(stage, hours)
    for at, status_then in ((QTime(11, 0), SessionStatus.HANDED_OVER), (QTime(3, 0), SessionStatus.RUNNING)):
        press(stage, "simulator_contact")
        await stage.seen("made_up")
        stage.find(QComboBox, "made_up_when").setCurrentIndex(1)
        stage.find(QDateTimeEdit, "made_up_time").setDateTime(QDateTime(QDate(2026, 11, 24), at))
        press(stage, "made_up_do")
        await stage.quiet()
        assert at.toString("HH:mm") in shown.who.text()
        await say(stage, "hello")
        assert status(shown) is status_then


@slow
@staged
async def test_an_edit_is_tried_from_the_next_beginning(stage: Stage) -> None:
    shown = await simulator(stage, looked_up())
    page = await scenes.page(stage)
    assert page.editor is not None
    await say(stage, "order")
    edited = replace(looked_up(), triggers=(Trigger(values=("parcel",)),))
    shown.show_definition(laid_out(looked_up()), Known())
    assert not shown.changed.isVisible(), "where cards lie is no change"
    shown.show_definition(edited, Known())
    assert shown.changed.isVisible()
    assert not shown.controls.again.isVisible(), "one button for it"
    assert said(shown) == ["What is your order number?"]
    press(stage, "simulator_anew")
    await stage.quiet()
    assert not shown.changed.isVisible()
    assert stage.find(QPushButton, "simulator_opening_1").text() == "parcel"


@slow
@staged
async def test_only_the_last_buttons_can_be_pressed_and_long_words_fit(stage: Stage) -> None:
    shown = await simulator(stage, looked_up())
    await say(stage, "order", "4468")
    press(stage, "simulator_request_answers")
    press(stage, "simulator_skip")
    await stage.quiet()
    await say(stage, "W" * 300)
    asked = [one for one in shown.thread_view.findChildren(QPushButton) if one.text() == "Yes, please"]
    assert [one.isEnabled() for one in asked] == [False, True]
    room_px = shown.thread_view.viewport().width()
    for row in shown.thread_view._rows:
        assert row.bubble is None or row.bubble.width() <= room_px


@slow
@staged
async def test_a_flow_without_a_step_says_so(stage: Stage) -> None:
    shown = await simulator(stage, FlowDefinition((Trigger(values=("order",)),)))
    assert shown.welcome.words.text() == "Nothing to try yet: the flow has no step."
    assert not stage.sees("simulator_by_hand")
    one = FlowDefinition((), (Node("text1", SendText(text="Hello")),), (Edge(START, "next", "text1"),))
    shown.show_definition(one, Known())
    assert shown.welcome.words.text().startswith("No trigger begins this flow.")
    press(stage, "simulator_by_hand")
    await stage.quiet()
    assert said(shown) == ["Hello"]
