"""A condition that is not finished: it never comes to mean *everybody*; and the field that its values are typed into."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton

from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.sequence import Definition
from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.parts.label import Label
from desktop.ui.parts.switch import Switch
from desktop.ui.sequences.detail import SequenceDetail
from desktop.ui.sequences.enrol_dialog import EnrolDialog, enrol_contacts
from tests.looks.scenes.sequence_history import welcome
from tests.looks.stage import Stage, staged, until
from tests.ui.contacts.hands import press
from tests.ui.sequences.hands import NO_KEY, kept, made, names, opened, pick

pytestmark = pytest.mark.slow
VIP = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))


async def new_step(stage: Stage) -> ChipsValue:
    """The card of a new step with its condition switched on; the field for the tags."""
    await welcome(stage)
    detail = await opened(stage, await made(stage, "Winter", Definition()))
    detail.add_step()
    await stage.seen("step_editor")
    await pick(stage, "how_to_return")
    stage.find(Switch, "step_condition").toggle()
    await stage.quiet()
    field = stage.find(QLineEdit, "step_condition_filter_1_value").parentWidget()
    assert isinstance(field, ChipsValue)
    return field


@staged
async def test_a_step_is_not_saved_while_its_condition_has_no_value(stage: Stage) -> None:
    field = await new_step(stage)
    press(stage, "step_save")
    assert stage.sees("step_editor")
    words = "“Tag is any of …” has no value yet. Give it one, or remove it."
    assert stage.find(Label, "step_condition_problem").text() == words
    assert stage.window.focusWidget() is field.entry
    QTest.keyClicks(field.entry, "VIP")  # not kept by Enter: saving keeps it
    press(stage, "step_save")
    await until(lambda: not stage.sees("step_editor"), "the card to be gone")
    detail = stage.find(SequenceDetail, "sequence_detail")
    await until(lambda: names(detail) == ["how_to_return"], "the step")
    assert (await kept(stage, detail)).shown.steps[0].condition == VIP


@staged
async def test_a_click_anywhere_in_the_box_of_tags_gives_it_the_keys(stage: Stage) -> None:
    field = await new_step(stage)
    stage.find(QPushButton, "step_save").setFocus()
    edge = QPoint(field.width() - 6, field.height() // 2)
    assert field.childAt(edge) is None
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, NO_KEY, edge)
    assert stage.window.focusWidget() is field.entry


@staged
async def test_one_finished_condition_beside_one_that_is_not_means_nobody_yet(stage: Stage) -> None:
    record = await welcome(stage)
    desk = stage.window.desk
    asked = desk.tasks.spawn(stage.window, enrol_contacts(desk, stage.window, record))
    await stage.seen("enrol")
    dialog = stage.find(EnrolDialog, "enrol")
    stage.find(QPushButton, "enrol_by-filter").click()
    await until(lambda: dialog.whom and dialog.whom.builder.group.rows, "a condition to fill in")
    assert dialog.whom is not None
    builder = dialog.whom.builder
    builder.group.show_filter(VIP)
    builder.flush()
    await until(lambda: dialog.do.isEnabled(), "the count")
    top = dialog.card.y()
    builder.group.add.click()
    await until(lambda: not dialog.do.isEnabled(), "nobody to be meant")
    assert stage.find(Label, "enrol_filter_note").text().startswith("“Tag is any of …” has no value yet.")
    stage.find(QPushButton, "enrol_by-some").click()
    await stage.quiet()
    assert dialog.card.y() == top  # the tabs stay under the pointer
    press(stage, "enrol_cancel")
    await asked
