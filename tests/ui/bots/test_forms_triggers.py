"""The form of the trigger: ways in are added, set, moved, tried; how long an answer may take."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from desktop.domain.flow import START, FlowDefinition, Trigger, TriggerKind
from desktop.ui.bots.forms.trigger_trial import AS_ADVERTISEMENT, AS_PAYLOAD
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.theme import Theme
from tests.ui.bots.form_hands import STARTED, Bench

KEYWORD, PATTERN, ANY = TriggerKind.KEYWORD, TriggerKind.PATTERN, TriggerKind.ANY


def test_triggers_are_added_and_set_by_keys(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, FlowDefinition(), START)
    assert "can still be started by hand" in bench.said("triggers_problem")
    bench.key("trigger_add", Qt.Key.Key_Return)
    assert bench.focused == "trigger_1_values"
    assert bench.said("trigger_1_problem") == "Give at least one message that starts the flow."
    bench.type("trigger_1_values", "order,status")
    bench.key("trigger_1_values", Qt.Key.Key_Return)
    assert bench.said("trigger_1_problem") == ""
    bench.key("trigger_1_case", Qt.Key.Key_Space)
    assert bench.definition.triggers == (Trigger(KEYWORD, ("order", "status"), True),)
    assert bench.find(QCheckBox, "trigger_1_case").isChecked()
    bench.take("trigger_1_kind", ANY)
    assert not bench.sees("trigger_1_values")
    assert not bench.sees("trigger_1_case")


def test_a_comma_is_part_of_a_pattern(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, STARTED, START)
    bench.click("trigger_add")
    bench.take("trigger_2_kind", PATTERN)
    bench.type("trigger_2_values", "order [0-9]{4,6")
    bench.key("trigger_2_values", Qt.Key.Key_Return)
    assert bench.definition.triggers[1] == Trigger(PATTERN, ("order [0-9]{4,6",))
    bench.type("trigger_2_values", "(")
    bench.key("trigger_2_values", Qt.Key.Key_Return)
    assert "no regular expression" in bench.said("trigger_2_problem")


def test_triggers_are_moved_and_removed(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, STARTED, START)
    bench.click("trigger_add")
    bench.take("trigger_2_kind", ANY)
    bench.key("trigger_2_up", Qt.Key.Key_Return)
    assert [one.kind for one in bench.definition.triggers] == [ANY, KEYWORD]
    bench.key("trigger_1_kind", Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [one.kind for one in bench.definition.triggers] == [KEYWORD, ANY]
    assert not bench.find(QWidget, "trigger_1_up").isEnabled()
    bench.click("trigger_1_remove")
    assert bench.definition.triggers == (Trigger(ANY),)
    assert bench.focused == "trigger_add"


def test_words_that_change_the_opt_in_are_said_to_never_come(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, STARTED, START)
    bench.type("trigger_1_values", "stop,")
    assert "never reaches a bot" in bench.said("trigger_1_problem")


def test_a_message_is_tried_against_them(theme: Theme, window: QWidget) -> None:
    triggers = (
        Trigger(KEYWORD, ("order",)),
        Trigger(TriggerKind.PAYLOAD, ("TRACK",)),
        Trigger(TriggerKind.ADVERTISEMENT),
    )
    bench = Bench(theme, window, FlowDefinition(triggers), START)
    assert bench.said("node_trigger_try_result") == ""
    bench.type("node_trigger_try", "Order")
    assert bench.said("node_trigger_try_result") == "Starts this flow: trigger 1, “Whole message is”."
    bench.type("node_trigger_try", "s please")
    assert bench.said("node_trigger_try_result") == "Does not start this flow."
    bench.find(QLineEdit, "node_trigger_try").clear()
    bench.take("node_trigger_try_how", AS_PAYLOAD)
    bench.type("node_trigger_try", "TRACK")
    assert bench.said("node_trigger_try_result") == "Starts this flow: trigger 2, “Button sends”."
    bench.take("node_trigger_try_how", AS_ADVERTISEMENT)
    assert bench.said("node_trigger_try_result") == "Starts this flow: trigger 3, “From an advertisement”."
    bench.take("trigger_1_kind", ANY)
    assert "trigger 1" in bench.said("node_trigger_try_result")


def test_how_long_an_answer_may_take(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, STARTED, START)
    bench.find(NumberField, "flow_timeout_count").setValue(3)
    assert bench.definition.timeout_minutes == 3
    unit = bench.find(QComboBox, "flow_timeout_unit")
    unit.setCurrentIndex(unit.findData("hours"))
    unit.activated.emit(unit.currentIndex())
    assert bench.definition.timeout_minutes == 180
    bench.find(NumberField, "flow_timeout_count").setValue(24)
    assert bench.definition.timeout_minutes == 24 * 60
    assert unit.currentData() == "hours"  # as it was written, not as one day
