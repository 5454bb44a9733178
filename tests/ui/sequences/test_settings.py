"""The settings of a sequence: each switch and field is a change of its definition, kept and taken back."""

import pytest
from PySide6.QtWidgets import QPushButton

from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.problems import Problem
from desktop.domain.sequence import Definition, Hours, Trigger, ZoneOf
from desktop.ui.parts.label import Label
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.parts.switch import Switch
from tests.looks.scenes.sequence_history import welcome
from tests.looks.stage import Stage, staged, until
from tests.ui.contacts.hands import press
from tests.ui.sequences.hands import choose, kept, made, opened

pytestmark = pytest.mark.slow
YES = Filter((Condition("opt_in", Op.IS, ("yes",)),))


def turn(stage: Stage, name: str) -> None:
    stage.find(Switch, name).toggle()


@staged
async def test_everything_that_can_be_set_is_kept(stage: Stage) -> None:
    detail = await opened(stage, await made(stage, "Settings", Definition()), "settings")
    assert not stage.sees("sequence_trigger_condition")
    turn(stage, "sequence_on_created")
    assert (
        stage.find(Label, "sequence_trigger_note").text().startswith("Without a condition every new contact")
    )
    turn(stage, "sequence_trigger_condition")
    choose(stage, "sequence_trigger_condition_filter_1_field", "opt_in")
    choose(stage, "sequence_trigger_condition_filter_1_value", "yes")
    assert not stage.sees("sequence_trigger_note")
    turn(stage, "sequence_run_once")
    stage.find(NumberField, "sequence_cooling").setValue(14)
    turn(stage, "sequence_success")
    choose(stage, "sequence_success_filter_1_field", "opt_in")
    choose(stage, "sequence_success_filter_1_value", "yes")
    turn(stage, "sequence_only_if_sent")
    press(stage, "sequence_hours_day_7")
    choose(stage, "sequence_hours_zone", "contact")
    now = (await kept(stage, detail)).shown
    assert now == Definition(
        trigger=Trigger(on_created=True, condition=YES), run_once=False, cooling_days=14, success=YES,
        only_if_sent=True, hours=Hours(frozenset(range(6)), zone_of=ZoneOf.CONTACT),
    )  # fmt: skip


@staged
async def test_undo_takes_a_setting_back_and_shows_it_so(stage: Stage) -> None:
    detail = await opened(stage, await made(stage, "Settings", Definition()), "settings")
    turn(stage, "sequence_run_once")
    field = stage.find(NumberField, "sequence_cooling")
    for days in (3, 30):
        field.setValue(days)
    press(stage, "sequence_undo")
    assert field.value() == 0  # the digits that were typed are one change
    press(stage, "sequence_undo")
    assert stage.find(Switch, "sequence_run_once").isChecked()
    assert not stage.find(QPushButton, "sequence_undo").isEnabled()
    assert (await kept(stage, detail)).shown == Definition()


@staged
async def test_a_goal_without_a_condition_is_said_beside_it_and_off_is_no_goal(stage: Stage) -> None:
    detail = await opened(stage, await made(stage, "Settings", Definition()), "settings")
    turn(stage, "sequence_failure")
    missing = "“Tag is any of …” has no value yet. Give it one, or remove it."
    assert stage.find(Label, "sequence_failure_problem").text() == missing
    assert detail.edit.definition.failure == Filter((Condition("tag", Op.ANY_OF),))
    turn(stage, "sequence_failure")
    assert not stage.sees("sequence_failure_problem")
    assert detail.edit.definition.failure is None


@staged
async def test_a_trigger_never_comes_to_mean_everyone_while_its_condition_is_made(stage: Stage) -> None:
    record = await welcome(stage)
    detail = await opened(stage, await made(stage, "Settings", record.definition), "settings")
    turn(stage, "sequence_on_created")
    turn(stage, "sequence_trigger_condition")
    assert stage.find(Label, "sequence_trigger_condition_problem").text().startswith("“Tag is any of …”")
    assert not stage.sees("sequence_trigger_note")  # not everyone
    press(stage, "sequence_go")
    await stage.seen("sequence_missing")
    press(stage, "sequence_missing_close")
    with pytest.raises(Problem, match="Value missing"):
        await stage.app.sequences.activate((await kept(stage, detail)).id, stage.window.desk.user())
    press(stage, "sequence_trigger_condition_filter_1_remove")
    assert not stage.find(Switch, "sequence_trigger_condition").isChecked()
    assert stage.sees("sequence_trigger_note")  # it says so


@staged
async def test_another_sequence_shows_its_own(stage: Stage) -> None:
    """Nothing of what was switched on in one stays when the next is opened."""
    first = await made(stage, "First", Definition(trigger=Trigger(True, True, YES), success=YES))
    second = await made(stage, "Second", Definition())
    detail = await opened(stage, first, "settings")
    assert stage.find(Switch, "sequence_success").isChecked()
    detail = await opened(stage, second, "settings")
    for name in ("sequence_success", "sequence_on_created", "sequence_on_updated"):
        assert not stage.find(Switch, name).isChecked(), name
    assert detail.settings.trigger.condition.filter() is None
    assert not detail.edit.can_undo


@staged
async def test_the_hours_of_the_sequence_are_told_where_a_step_has_none(stage: Stage) -> None:
    record = await welcome(stage)
    detail = await opened(stage, record.id, "settings")
    press(stage, "sequence_hours_day_6")
    press(stage, "sequence_hours_day_7")
    detail.show_tab("steps")
    await until(
        lambda: (
            detail.steps.timeline.rows[0].delay.toolTip()
            == "Messages leave Mon–Fri, by the workspace’s clock."
        ),
        "the hours",
    )
