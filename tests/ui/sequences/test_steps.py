"""The steps of a sequence: added, edited, moved, deleted and brought back; kept a moment later."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.people import Role
from desktop.domain.sequence import Definition, Delay, DelayUnit, Hours, SequenceStep, ZoneOf
from desktop.domain.templates import Variable
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.parts.switch import Switch
from tests.looks.scenes.sequence_history import welcome, welcome_templates
from tests.looks.stage import Stage, staged, until
from tests.ui.contacts.hands import press, sit, told
from tests.ui.sequences.hands import ALT, CONTROL, choose, kept, made, names, opened, pick, press_key

pytestmark = pytest.mark.slow
WELCOME = ["welcome_note", "first_order_offer", "how_to_return", "vip_invite"]


@staged
async def test_a_step_is_added_with_its_template_variables_delay_hours_and_condition(stage: Stage) -> None:
    ids = await welcome_templates(stage)
    detail = await opened(stage, await made(stage, "Offers", Definition()))
    assert stage.sees("steps_none")
    press(stage, "steps_add")
    await stage.seen("step_editor")
    assert not stage.find(QPushButton, "step_save").isEnabled()
    await pick(stage, "first_order_offer")
    await stage.seen("step_variable_1_source")
    assert stage.sees("step_marketing")
    assert (
        stage.find(Label, "step_marketing_text").text() == "Not sent to contacts who opted out; they move on."
    )
    assert stage.find(Label, "step_preview_body").text().startswith("<u>")
    choose(stage, "step_variable_1_source", "name")
    until_when = stage.find(QLineEdit, "step_variable_2_text")
    until_when.setText("5 Dec")
    until_when.textEdited.emit("5 Dec")
    assert "<u>5 Dec</u>" in stage.find(Label, "step_preview_body").text()
    choose(stage, "step_delay_unit", "hours")
    stage.find(NumberField, "step_delay_count").setValue(4)
    press(stage, "step_hours_of-own")
    for day in (6, 7):
        press(stage, f"step_hours_day_{day}")
    choose(stage, "step_hours_zone", "contact")
    stage.find(Switch, "step_condition").toggle()
    assert stage.sees("step_condition_problem")  # no value yet
    choose(stage, "step_condition_filter_1_field", "opt_in")
    choose(stage, "step_condition_filter_1_value", "yes")
    QTest.keyClick(stage.find(QPushButton, "step_save"), Qt.Key.Key_Return, CONTROL)
    await until(lambda: names(detail) == ["first_order_offer"], "the card")
    step = (await kept(stage, detail)).shown.steps[0]
    assert step == SequenceStep(
        ids["first_order_offer"], (Variable("1", "name", "there"), Variable("2", "", "5 Dec")),
        Delay(4, DelayUnit.HOURS), Filter((Condition("opt_in", Op.IS, ("yes",)),)),
        Hours(frozenset(range(5)), zone_of=ZoneOf.CONTACT),
    )  # fmt: skip


@staged
async def test_cancel_changes_nothing(stage: Stage) -> None:
    record = await welcome(stage)
    detail = await opened(stage, record.id)
    press(stage, "step_2_edit")
    await stage.seen("step_editor")
    choose(stage, "step_delay_unit", "at_once")
    press(stage, "step_cancel")
    await until(lambda: not stage.sees("step_editor"), "the card to be gone")
    assert not detail.edit.can_undo
    assert not (await kept(stage, detail)).has_changes


@staged
async def test_steps_are_moved_copied_and_deleted_by_keys_and_brought_back(stage: Stage) -> None:
    detail = await opened(stage, (await welcome(stage)).id)
    press_key(detail, 2, Qt.Key.Key_Up, ALT)
    assert names(detail)[:2] == ["first_order_offer", "welcome_note"]
    assert stage.window.focusWidget() is detail.steps.timeline.card(1)
    press_key(detail, 1, Qt.Key.Key_Up, ALT)  # it is the first already
    assert names(detail)[:2] == ["first_order_offer", "welcome_note"]
    press_key(detail, 1, Qt.Key.Key_Down, ALT)
    assert names(detail) == WELCOME
    press_key(detail, 1, Qt.Key.Key_D, CONTROL)
    assert names(detail) == ["welcome_note", *WELCOME]
    press_key(detail, 1, Qt.Key.Key_Delete)
    assert names(detail) == WELCOME
    press_key(detail, 3, Qt.Key.Key_Delete)
    assert names(detail) == ["welcome_note", "first_order_offer", "vip_invite"]
    await told(stage, "Step 3 (how_to_return) is deleted.")
    stage.window.toasts.shown[-1].action.click()
    assert names(detail) == WELCOME
    stage.find(QPushButton, "sequence_undo").click()
    stage.find(QPushButton, "sequence_undo").click()
    assert names(detail) == WELCOME
    stage.find(QPushButton, "sequence_redo").click()
    assert names(detail) == ["welcome_note", "first_order_offer", "vip_invite"]
    assert [one.template_id for one in (await kept(stage, detail)).shown.steps] == [
        one.template_id for one in detail.edit.definition.steps
    ]


@staged
async def test_ten_steps_are_the_most_and_the_button_says_so(stage: Stage) -> None:
    record = await welcome(stage)
    many = Definition(record.definition.steps[:1] * 9)
    detail = await opened(stage, await made(stage, "Many", many))
    assert detail.steps.add.isEnabled()
    press_key(detail, 9, Qt.Key.Key_D, CONTROL)
    assert len(names(detail)) == 10
    assert not detail.steps.add.isEnabled()
    assert detail.steps.add.toolTip() == "A sequence has at most 10 steps."
    press_key(detail, 10, Qt.Key.Key_D, CONTROL)
    await told(stage, "A sequence has at most 10 steps.")
    assert len(names(detail)) == 10


@staged
async def test_what_is_missing_stands_on_its_card_and_leads_there(stage: Stage) -> None:
    ids = await welcome_templates(stage)
    half = Definition((SequenceStep(ids["welcome_note"]), SequenceStep()))
    detail = await opened(stage, await made(stage, "Half", half))
    assert stage.find(ElidedLabel, "step_1_note_1").text() == "Give {{1}} a value or a field."
    assert stage.find(ElidedLabel, "step_2_note_1").text() == "Choose a template."
    press(stage, "sequence_go")
    await stage.seen("sequence_missing")
    press(stage, "sequence_missing_show")
    await until(lambda: not stage.sees("sequence_missing"), "the card to be gone")
    await until(
        lambda: stage.window.focusWidget() is detail.steps.timeline.card(1), "the first step to have the keys"
    )
    assert (await kept(stage, detail)).version_id is None
    press(stage, "sequence_ready_2_show")
    assert stage.window.focusWidget() is detail.steps.timeline.card(2)


@staged
async def test_an_agent_sees_everything_and_may_change_nothing(stage: Stage) -> None:
    record = await welcome(stage)
    await sit(stage, Role.AGENT)
    detail = await opened(stage, record.id)
    why = detail.refusal
    assert "may not set up sequences" in why
    for name in ("steps_add", "step_1_edit", "sequence_go", "sequence_enrol", "sequence_undo"):
        button = stage.find(QPushButton, name)
        assert not button.isEnabled(), name
        assert button.toolTip() == why, name
    press_key(detail, 2, Qt.Key.Key_Delete)
    press_key(detail, 2, Qt.Key.Key_Up, ALT)
    assert names(detail) == WELCOME
    detail.show_tab("settings")
    assert not stage.find(Switch, "sequence_run_once").isEnabled()
