"""The panel of a step: the caret stays, findings stand beside their inputs, exits are joined by keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.domain import flow_nodes as nodes
from desktop.domain.flow import START, FlowDefinition, Node
from desktop.domain.flow_findings import FlowFinding
from desktop.domain.flow_nodes import KINDS, Choice
from desktop.ui.bots.forms.boxes import TextBox
from desktop.ui.bots.forms.exits import ExitRow
from desktop.ui.bots.problems import ROW, ProblemsPanel
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme
from tests.ui.bots.form_hands import KNOWN, SALE, STARTED, Bench, flow, text


def test_who_types_keeps_the_caret_and_the_field(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendText(text="one three")))
    box = bench.find(TextBox, "node_text")
    box.setFocus()
    cursor = box.textCursor()
    cursor.setPosition(4)
    box.setTextCursor(cursor)
    QTest.keyClicks(box, "two ")
    assert bench.does.text == "one two three"
    assert bench.find(TextBox, "node_text") is box
    assert (box.textCursor().position(), bench.focused) == (8, "node_text")


def test_what_is_typed_in_one_go_is_undone_in_one_go(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendButtons(choices=(Choice("c1", ""), Choice("c2", "")))))
    bench.type("node_text", "Hello")
    bench.type("choice_c1_title", "Yes")
    bench.type("choice_c2_title", "No")
    undone = []
    while bench.edit.can_undo:
        bench.edit = bench.edit.undo()
        undone.append((bench.does.text, *(one.title for one in bench.does.choices)))
    assert undone == [("Hello", "Yes", ""), ("Hello", "", ""), ("", "", "")]
    bench.show()
    assert bench.find(QLineEdit, "choice_c1_title").text() == ""


def test_what_is_still_being_typed_is_kept_when_another_step_is_shown(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SetTags(), text("text1")))
    bench.type("node_add", "winter")
    bench.show("text1")
    assert bench.said("node_title") == "Text"
    node = bench.definition.node("it")
    assert node is not None
    assert node.does == nodes.SetTags(add=("winter",))
    bench.type("node_text", "!")
    assert bench.does.text == "It left.!"


def test_a_step_that_is_gone_shows_that_none_is_chosen(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendText(text="Bye")))
    bench.panel.show_node(STARTED, "it", KNOWN, ())
    assert bench.said("node_title") == "No step chosen"
    assert not bench.sees("node_text")
    assert not bench.sees("node_remove")


def test_counters_turn_red_beyond_what_whatsapp_takes(theme: Theme, window: QWidget) -> None:
    title = "x" * 21
    bench = Bench(theme, window, flow(nodes.SendButtons(text="y" * 1_024, choices=(Choice("c1", title),))))
    assert bench.said("node_text_count") == "1,024 / 1,024"
    assert bench.find(Label, "node_text_count").property("color") is None
    bench.type("node_text", "z")
    assert bench.said("node_text_count") == "1,025 / 1,024"
    assert bench.find(Label, "node_text_count").property("color") == "danger"
    assert bench.said("choice_c1_count") == "21 / 20"
    assert bench.said("node_text_problem") == "It has 1,025 characters; WhatsApp takes 1,024. Shorten it."


def test_each_finding_stands_beside_its_input(theme: Theme, window: QWidget) -> None:
    bench = Bench(
        theme, window, flow(nodes.SendButtons(text="Which?", choices=(Choice("c1", ""),), answer="a:b"))
    )
    assert bench.said("choice_c1_problem") == "Write what the button says."
    assert "without braces and colons" in bench.said("node_answer_problem")
    assert "Nothing happens after" in bench.said("exit_choice_c1_problem")
    assert bench.find(QLineEdit, "node_answer").property("problem") is True
    assert "without braces" in bench.find(QLineEdit, "node_answer").accessibleDescription()
    bench.find(QLineEdit, "node_answer").clear()
    bench.type("node_answer", "b")
    assert bench.said("node_answer_problem") == ""
    assert bench.find(QLineEdit, "node_answer").property("problem") is False


def test_a_doubt_is_no_error(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendText(text="Hi {{nothing}}")))
    assert "Nothing" not in bench.said("node_problem")
    assert "{{nothing}}" in bench.said("node_text_problem")
    assert bench.find(Label, "node_text_problem").property("color") == "warn"
    assert not bench.find(TextBox, "node_text").property("problem")


def test_what_belongs_to_no_input_stands_above_them(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendText(text="Hi")))
    lost = FlowFinding("it", "loop", "Round", "It goes round.")
    other = FlowFinding("question1", "text", "Other", "Not this one.")
    bench.panel.show_node(bench.definition, "it", KNOWN, (lost, other))
    assert bench.said("node_problem") == "It goes round."


def test_findings_of_variables_headers_and_what_is_kept_stand_in_their_lines(
    theme: Theme, window: QWidget
) -> None:
    request = nodes.Request(
        url="https://api.example.com", headers=(("Accept", "x"), ("", "y")), takes=(nodes.Take("", "a.b"),)
    )
    bench = Bench(theme, window, flow(request, Node("template1", nodes.SendTemplate(template_id=SALE))))
    assert bench.said("header_1_problem") == ""
    assert bench.said("header_2_problem")
    assert "Name the answer" in bench.said("take_1_problem")
    bench.show("template1")
    assert bench.said("node_variable_1_problem") == "Give {{1}} a value, a field or an answer."
    assert bench.said("node_template_problem") == ""  # the banner has said it


def test_exits_are_joined_and_parted_with_the_arrow_keys(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendText(text="Hi"), text("text1", "Bye")))
    assert bench.find(QWidget, "exit_next").property("text") is None
    bench.key("exit_next", Qt.Key.Key_Down)
    assert bench.definition.after("it", "next") == "question1"
    bench.key("exit_next", Qt.Key.Key_Down)
    assert bench.definition.after("it", "next") == "text1"
    assert bench.focused == "exit_next"
    bench.click("exit_next_go")
    assert bench.wanted == ["text1"]
    bench.key("exit_next", Qt.Key.Key_Home)
    assert bench.definition.after("it", "next") == ""
    assert not bench.find(QWidget, "exit_next_go").isEnabled()


def test_a_new_step_is_put_at_an_exit_and_asked_for(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, STARTED, START)
    row = bench.find(ExitRow, "exit_next_row")
    row.open_menu()
    bench.panel.findChild(QAction, "new_step_text").trigger()  # type: ignore[union-attr]  # just made
    assert bench.definition.first_id == "text1"
    assert bench.definition.after("text1", "next") == "question1"
    assert bench.wanted == ["text1"]


def test_two_steps_with_the_same_words_can_be_told_apart(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendText(text="Hi"), text("text1", "Bye"), text("text2", "Bye")))
    combo = bench.find(ExitRow, "exit_next_row").to
    shown = [combo.itemText(at) for at in range(combo.count())]
    assert shown == [
        "The flow ends", "Question: What is your order number?", "Text: Bye (text1)", "Text: Bye (text2)",
    ]  # fmt: skip


def test_tab_goes_from_above_to_below_also_through_what_was_added(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.SendButtons(text="Hi")))
    bench.click("choice_add")
    bench.find(QWidget, "node_remove").setFocus()
    seen = []
    for _ in range(12):
        QTest.keyClick(bench.find(QWidget, bench.focused), Qt.Key.Key_Tab)
        seen.append(bench.focused)
    assert seen == [
        "node_text", "node_text_insert", "choice_c1_remove", "choice_c1_title", "choice_add", "node_invalid_text",
        "node_invalid_text_insert", "node_tries", "node_answer", "exit_choice_c1", "exit_choice_c1_new", "exit_other",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_control_of_every_kind_is_named_and_fits(
    theme: Theme, window: QWidget, kind: type[nodes.Does]
) -> None:
    bench = Bench(theme, window, flow(kind()))
    inner = bench.inside
    assert inner.minimumSizeHint().width() <= bench.panel.area.viewport().width()
    for widget in inner.findChildren(QWidget):
        own = not widget.objectName().startswith("qt_")
        if own and widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert widget.accessibleName(), widget
            assert widget.objectName(), widget


def test_the_keyboard_is_led_to_the_input_of_a_finding(theme: Theme, window: QWidget) -> None:
    bench = Bench(theme, window, flow(nodes.Question(text="Hi")))
    bench.panel.focus_part("answer")
    assert bench.focused == "node_answer"
    bench.panel.focus_part("exit:invalid")
    assert bench.focused == "exit_invalid"
    bench.panel.focus_part("loop")
    assert bench.focused == "node_text"


def test_the_keyboard_is_led_into_the_line_that_a_finding_speaks_of(theme: Theme, window: QWidget) -> None:
    choices = nodes.SendButtons(text="Hi", choices=(Choice("c1", "Yes"), Choice("c2", "")))
    request = nodes.Request(headers=(("Accept", "x"), ("", "y")), takes=(nodes.Take("", "a"),))
    template = nodes.SendTemplate(template_id=SALE)
    bench = Bench(theme, window, flow(choices, Node("ask", request), Node("send", template)))
    wanted = {
        "it": ("choices:c2", "choice_c2_title"),
        "ask": ("headers:1", "header_2_first"),
        "send": ("variables:2", "node_variable_2_source"),
        START: ("triggers:0", "trigger_1_values"),
    }
    for node_id, (part, name) in wanted.items():
        bench.show(node_id)
        bench.panel.focus_part(part)
        assert bench.focused == name


def test_the_list_of_problems_leads_to_their_steps(theme: Theme, window: QWidget) -> None:
    panel = ProblemsPanel(theme)
    panel.setParent(window)
    panel.resize(320, 500)
    panel.show()
    wanted: list[str] = []
    panel.node_requested.connect(wanted.append)
    assert not panel.empty.isHidden()
    found = (
        FlowFinding("question1", "text", "Doubt", "Perhaps.", blocks=False),
        FlowFinding("question1", "text", "Nothing written", "Write what the customer reads."),
        FlowFinding("", "nodes", "Too many steps", "Remove some."),
    )
    panel.show_findings(STARTED, found, KNOWN)
    assert panel.count.text() == "2 problems, 1 warning"
    assert panel.empty.isHidden()
    shown = [panel.rows.index(at, 0).data(ROW) for at in range(3)]
    assert [one.where for one in shown] == [
        "Question: What is your order number?", "This flow", "Question: What is your order number?",
    ]  # fmt: skip
    panel.list.setFocus()
    panel.list.setCurrentIndex(panel.rows.index(0, 0))
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert wanted == ["question1"]  # reading on leads nowhere
    QTest.keyClick(panel.list, Qt.Key.Key_Enter)
    assert wanted == ["question1", START]
    place = panel.list.visualRect(panel.rows.index(2, 0)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert wanted == ["question1", START, "question1"]
    panel.show_findings(FlowDefinition(), (), KNOWN)
    assert not panel.empty.isHidden()
