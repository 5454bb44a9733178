"""The form of each kind of step: everything that can be set is set with keys and clicks, and read back."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.flow_nodes import About, AnswerKind, Choice, Take
from desktop.domain.sequence import Delay, DelayUnit, ZoneOf
from desktop.domain.templates import Variable
from desktop.ui.bots.forms.boxes import Insertable
from desktop.ui.bots.forms.template import ChooseTemplate
from desktop.ui.parts.numberfield import NumberField
from desktop.ui.theme import Theme
from tests.ui.bots.form_hands import NOTE, SALE, Bench, flow, text

UP, DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down
ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def insert(bench: Bench, name: str) -> list[str]:
    """Open the menu of names by its keys; returns what it offers."""
    field = next(
        one
        for one in bench.panel.findChildren(Insertable)
        if one.box.objectName() == name and one.isVisible()
    )
    menu = field.open_menu()
    return [one.text() for one in menu.actions() if one.isEnabled() and one.text()]


def put(bench: Bench, inserted: str) -> None:
    found = bench.panel.findChildren(QAction, f"insert_{inserted}")
    found[-1].trigger()


def test_a_text_takes_names_where_the_caret_is(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendText()))
    bench.type("node_text", "Order !")
    bench.key("node_text", Qt.Key.Key_Left)
    assert insert(bench, "node_text") == ["order", "First name", "Full name", "Phone", "City", "Plan"]
    put(bench, "{{order}}")
    assert bench.does.text == "Order {{order}}!"
    assert bench.focused == "node_text"
    bench.type("node_text", " left")
    assert bench.does.text == "Order {{order}} left!"


def test_a_file_has_a_caption_unless_it_is_heard(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendMedia()))
    bench.type("node_link", "https://example.com/menu.pdf")
    bench.take("node_media", "document")
    bench.type("node_caption", "The menu")
    assert bench.does == nodes.SendMedia(
        media="document", link="https://example.com/menu.pdf", caption="The menu"
    )
    bench.find(QWidget, "node_caption").setFocus()
    bench.key("node_caption", Qt.Key.Key_A, CONTROL)
    bench.key("node_caption", Qt.Key.Key_Delete)
    bench.take("node_media", "audio")
    assert not bench.sees("node_caption")


def test_buttons_are_added_written_moved_and_removed_by_keys(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendButtons(), text("text1")))
    bench.type("node_text", "Help?")
    bench.key("choice_add", Qt.Key.Key_Return)
    assert bench.focused == "choice_c1_title"
    bench.type("choice_c1_title", "Order")
    bench.key("choice_c1_title", Qt.Key.Key_Return)
    assert bench.focused == "choice_c2_title"
    bench.type("choice_c2_title", "Person")
    bench.take("exit_choice_c2", "text1")
    bench.key("choice_c2_title", UP, ALT)
    assert bench.does.choices == (Choice("c2", "Person"), Choice("c1", "Order"))
    assert bench.focused == "choice_c2_title"
    assert bench.definition.after("it", "choice:c2") == "text1"
    bench.key("choice_c2_title", Qt.Key.Key_Return)
    assert bench.focused == "choice_c3_title"
    bench.key("choice_c3_title", Qt.Key.Key_Return)  # three is what WhatsApp takes
    assert len(bench.does.choices) == 3
    assert not bench.find(QWidget, "choice_add").isEnabled()
    bench.click("choice_c2_remove")
    assert [one.id for one in bench.does.choices] == ["c1", "c3"]
    assert bench.definition.after("it", "choice:c2") == ""
    assert bench.focused == "choice_c1_title"
    bench.type("node_answer", "topic")
    assert bench.does.answer == "topic"


def test_a_list_has_rows_with_a_second_line(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendList()))
    bench.type("node_text", "Where?")
    box = bench.find(QLineEdit, "node_button")
    box.selectAll()
    bench.type("node_button", "Stores")
    bench.click("choice_add")
    bench.type("choice_c1_title", "Toronto")
    bench.type("choice_c1_note", "Queen Street 12")
    bench.type("node_answer", "store")
    assert bench.does == nodes.SendList(
        text="Where?", button="Stores", choices=(Choice("c1", "Toronto", "Queen Street 12"),), answer="store"
    )


def test_a_question_shows_what_its_kind_needs(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.Question()))
    assert not bench.sees("node_tries")
    bench.type("node_text", "Your number?")
    bench.take("node_must_be", AnswerKind.PATTERN)
    bench.type("node_pattern", "[0-9]{4}")
    bench.type("node_trial", "44")
    assert bench.said("node_trial_result") == "Does not fit."
    bench.type("node_trial", "68")
    assert bench.said("node_trial_result") == "Fits. Kept as “4468”."
    bench.type("node_invalid_text", "Four digits")
    bench.find(NumberField, "node_tries").setValue(2)
    bench.type("node_answer", "number")
    bench.take("node_attribute", "City")
    assert bench.does == nodes.Question(
        text="Your number?", answer="number", must_be=AnswerKind.PATTERN, pattern="[0-9]{4}",
        invalid_text="Four digits", tries=2, attribute="City",
    )  # fmt: skip
    bench.take("node_must_be", AnswerKind.DATE)
    assert not bench.sees("node_pattern")
    bench.find(QLineEdit, "node_trial").clear()
    bench.type("node_trial", "23.11.2026")
    assert bench.said("node_trial_result") == "Fits. Kept as “2026-11-23”."


def test_a_template_is_picked_and_its_variables_take_answers(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendTemplate()))
    bench.click("node_template_choose")
    dialog = window.findChild(ChooseTemplate)
    assert dialog is not None
    assert [one.name for one in dialog.picker.rows.rows] == ["order_note", "winter_clearance", "spring_sale"]
    dialog.picker.table.setCurrentIndex(dialog.picker.rows.index(1, 0))
    dialog.picker.table.activated.emit(dialog.picker.rows.index(1, 0))
    assert bench.does.template_id == SALE
    assert bench.focused == "node_template_choose"
    assert "consent is not asked. Counted in the register" in bench.said("node_marketing-text")
    source = bench.find(QComboBox, "node_variable_2_source")
    source.setCurrentIndex(source.findData("answer:order"))
    source.activated.emit(source.currentIndex())
    field = bench.find(QLineEdit, "node_variable_2_text")
    field.clear()
    bench.type("node_variable_2_text", "soon")
    assert bench.does.variables == (
        Variable("1", "first_name", "there"),
        Variable("2", "answer:order", "soon"),
    )
    assert bench.find(QLineEdit, "node_variable_2_text") is field


def test_the_marketing_notice_follows_the_workspace(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendTemplate(template_id=SALE)))
    assert "consent is not asked" in bench.said("node_marketing-text")
    bench.known = replace(bench.known, bots_ask=True)
    bench.show()
    assert "Bots ask consent in this workspace" in bench.said("node_marketing-text")
    utility = Bench(theme, QWidget(window), flow(nodes.SendTemplate(template_id=NOTE)))
    assert not utility.sees("node_marketing")


def test_a_condition_asks_the_contact_an_answer_or_the_time(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.Decide()))
    bench.click("node_filter_add")
    assert bench.does.contact == Filter((Condition("tag", Op.ANY_OF),))  # without a value it blocks
    assert bench.said("node_contact_problem")
    bench.type("node_filter_1_value", "VIP")
    bench.key("node_filter_1_value", Qt.Key.Key_Return)
    assert bench.does.contact == Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
    assert bench.said("node_contact_problem") == ""
    bench.take("node_about", About.ANSWER)
    assert not bench.sees("node_filter_add")
    bench.take("node_answer", "order")
    bench.take("node_op", Op.MORE)
    bench.type("node_values", "4000")
    assert (bench.does.answer, bench.does.op, bench.does.values) == ("order", Op.MORE, ("4000",))
    bench.take("node_op", Op.EMPTY)
    assert not bench.sees("node_values")
    bench.take("node_about", About.HOURS)
    bench.click("node_hours_day_7")
    start = bench.find(QComboBox, "node_hours_start")
    start.setCurrentIndex(start.findData(9 * 60))
    start.activated.emit(start.currentIndex())
    zone = bench.find(QComboBox, "node_hours_zone")
    zone.setCurrentIndex(1)
    zone.activated.emit(1)
    hours = bench.does.hours
    assert (hours.weekdays, hours.start_minute, hours.zone_of) == (frozenset(range(6)), 540, ZoneOf.CONTACT)


def test_what_a_field_can_be_is_offered(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SetAttribute()))
    bench.take("node_attribute", "Plan")
    assert insert(bench, "node_value")[:3] == ["Basic", "Pro", "order"]
    put(bench, "Pro")
    assert bench.does == nodes.SetAttribute(attribute="Plan", value="Pro")


def test_an_opt_in_says_what_its_evidence_is(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SetOptIn()))
    assert "with their last answer in this flow as the evidence" in bench.said("node_evidence")
    bench.take("node_value", OptIn.NO)
    assert bench.does == nodes.SetOptIn(value=OptIn.NO)
    assert "a No is believed without one" in bench.said("node_evidence")


def test_tags_are_put_on_and_taken_off(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SetTags()))
    bench.type("node_add", "winter,")
    bench.type("node_remove", "late")
    bench.key("node_remove", Qt.Key.Key_Return)
    assert bench.does == nodes.SetTags(add=("winter",), remove=("late",))


def test_a_conversation_goes_to_a_colleague_or_to_nobody(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.Assign()))
    bench.key("node_user_id", DOWN)
    assert bench.does.user_id == 5
    bench.take("node_user_id", None)
    assert bench.does == nodes.Assign()
    assert not bench.sees("node_exits")


def test_a_sequence_is_chosen(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.Enrol()))
    bench.take("node_sequence_id", 3)
    assert bench.does == nodes.Enrol(sequence_id=3)


def test_a_request_has_headers_a_body_and_what_is_kept(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.Request()))
    bench.type("node_url", "https://api.example.com/orders")
    assert not bench.sees("node_body")
    bench.take("node_method", "POST")
    bench.click("header_add")
    assert bench.focused == "header_1_first"
    bench.type("header_1_first", "Authorization")
    insert(bench, "header_1_second")
    put(bench, "{{secret:name}}")
    bench.type("node_body", '{"n": "{{order}}"}')
    bench.click("take_add")
    bench.type("take_1_first", "order.date")
    bench.type("take_1_second", "date")
    assert bench.does == nodes.Request(
        method="POST", url="https://api.example.com/orders", headers=(("Authorization", "{{secret:name}}"),),
        body='{"n": "{{order}}"}', takes=(Take("date", "order.date"),),
    )  # fmt: skip
    bench.click("header_1_remove")
    assert bench.does.headers == ()
    assert bench.focused == "header_add"


def test_a_wait_is_so_many_minutes_hours_or_days(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.Wait()))
    bench.find(NumberField, "node_delay_count").setValue(90)
    assert bench.does.delay == Delay(90, DelayUnit.MINUTES)
    unit = bench.find(QComboBox, "node_delay_unit")
    unit.setCurrentIndex(unit.findData("days"))
    unit.activated.emit(unit.currentIndex())
    assert bench.does.delay == Delay(90, DelayUnit.DAYS)
    assert "only a template reaches them" in bench.said("node_delay_problem")


def test_a_jump_leads_to_a_step_or_to_another_flow_never_to_both(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.Jump()))
    bench.take("node_node_id", "question1")
    assert bench.does == nodes.Jump(node_id="question1")
    bench.click("node_where-elsewhere")
    assert bench.does == nodes.Jump()
    bench.take("node_flow_id", 4)
    assert bench.does == nodes.Jump(flow_id=4)
    bench.click("node_where-here")
    assert bench.does == nodes.Jump()


def test_an_end_has_nothing_to_set(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.End()))
    assert bench.said("node_title") == "End"
    assert bench.said("node_nothing") == "There is nothing to set."
    bench.click("node_remove")
    assert bench.removed == ["it"]
