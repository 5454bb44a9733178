"""The editor by the keyboard alone: from card to card, adding, joining, moving, copying, finding, the list beside it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QListWidget, QTreeWidget, QTreeWidgetItem, QWidget

from desktop.domain.flow import START, Edge, FlowDefinition
from desktop.domain.people import Role
from desktop.ui.bots import chosen
from desktop.ui.bots.editor_parts import PROBLEMS, SETTINGS, STEPS, TEST
from tests.looks.scenes.bots_editor import make, open_editor, order_status
from tests.looks.stage import Stage, staged, until
from tests.ui.bots.editor_hands import ALT, CONTROL, SHIFT, kept, key, led, places, write
from tests.ui.contacts.hands import press, sit

pytestmark = pytest.mark.slow


def holds(part: QWidget) -> bool:
    """The keyboard is somewhere in it."""
    focus = QApplication.focusWidget()
    return focus is not None and part.isAncestorOf(focus)


def top(tree: QTreeWidget, at: int) -> QTreeWidgetItem:
    item = tree.topLevelItem(at)
    assert item is not None
    return item


def child(parent: QTreeWidgetItem, at: int) -> QTreeWidgetItem:
    item = parent.child(at)
    assert item is not None
    return item


@staged
async def test_the_arrows_follow_the_lines_and_tab_goes_through_all_cards(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    assert editor.chosen.current == START
    key(Qt.Key.Key_Right)
    assert editor.chosen.current == "question1"
    key(Qt.Key.Key_Down, CONTROL)
    assert editor.chosen.exit == "invalid"
    key(Qt.Key.Key_Down, CONTROL)
    assert editor.chosen.exit == "not_sent"
    key(Qt.Key.Key_Up, CONTROL)
    key(Qt.Key.Key_Right)
    assert editor.chosen.current == "assign1"
    key(Qt.Key.Key_Left)
    key(Qt.Key.Key_Down)
    assert editor.chosen.current == "condition1"
    key(Qt.Key.Key_Down, SHIFT)
    assert editor.chosen.ids == {"condition1", "template1"}
    editor.choose(chosen.one(editor.edit.definition, START))
    walked = [START]
    for _ in range(5):
        key(Qt.Key.Key_Tab)
        walked.append(editor.chosen.current)
    assert walked == ["start", "question1", "condition1", "text1", "template1", "assign1"]
    key(Qt.Key.Key_Tab)
    focus = QApplication.focusWidget()
    assert focus is not editor.parts.canvas  # no trap: the next control after the last card
    assert "Assign: To: Unassigned" in editor.parts.canvas.accessibleDescription()


@staged
async def test_a_step_is_added_after_the_chosen_exit_and_its_settings_have_the_keyboard(stage: Stage) -> None:
    editor = await make(stage, "Spring", FlowDefinition())
    key(Qt.Key.Key_K, CONTROL)
    assert QApplication.focusWidget() is editor.parts.left.library.search
    write("ques")
    key(Qt.Key.Key_Return)
    assert led(editor.edit.definition) == {(START, "next", "question1")}
    assert holds(editor.parts.right.node)
    write("Which shop?")
    assert editor.looks["question1"].text == "Which shop?"
    key(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is editor.parts.canvas
    key(Qt.Key.Key_Down, CONTROL)
    key(Qt.Key.Key_Insert)
    write("assign")
    key(Qt.Key.Key_Down)
    assert QApplication.focusWidget() is editor.parts.left.library.entries["assign"]
    key(Qt.Key.Key_Return)
    assert ("question1", "invalid", "assign1") in led(editor.edit.definition)
    node = (await kept(stage, editor)).shown.node("question1")
    assert node is not None
    assert node == editor.edit.definition.node("question1")


@staged
async def test_an_exit_is_led_to_a_card_and_away_again(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    editor.choose(chosen.one(editor.edit.definition, "text1"))
    key(Qt.Key.Key_J, CONTROL)
    await stage.seen("bots_join")
    key(Qt.Key.Key_Tab)  # from the exits to the search
    write("winter")
    steps = stage.find(QListWidget, "bots_join_steps")
    assert steps.currentItem().text() == "Template: winter_clearance"
    key(Qt.Key.Key_Return)
    await until(lambda: ("text1", "next", "template1") in led(editor.edit.definition), "the line")
    assert QApplication.focusWidget() is editor.parts.canvas
    editor.choose(chosen.one(editor.edit.definition, "text1", "next"))
    key(Qt.Key.Key_J, CONTROL)
    await stage.seen("bots_join")
    press(stage, "bots_join_part")
    await until(lambda: ("text1", "next", "template1") not in led(editor.edit.definition), "no line")


@staged
async def test_cards_are_moved_copied_cut_pasted_doubled_and_deleted(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    editor.choose(chosen.one(editor.edit.definition, "text1"))
    for _ in range(3):
        key(Qt.Key.Key_Right, ALT)
    key(Qt.Key.Key_Up, ALT)
    assert places(editor.edit.definition)["text1"] == (644, 232)
    key(Qt.Key.Key_Z, CONTROL)
    assert places(editor.edit.definition)["text1"] == (620, 240)  # one movement
    key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert places(editor.edit.definition)["text1"] == (644, 232)
    key(Qt.Key.Key_D, CONTROL)
    assert editor.chosen.ids == {"text2"}
    key(Qt.Key.Key_Delete)
    assert "text2" not in places(editor.edit.definition)
    editor.choose(chosen.several(editor.edit.definition, frozenset({"question1", "condition1"})))
    key(Qt.Key.Key_C, CONTROL)
    key(Qt.Key.Key_V, CONTROL)
    assert editor.chosen.ids == {"question2", "condition2"}
    assert ("question2", "next", "condition2") in led(editor.edit.definition)
    key(Qt.Key.Key_V, CONTROL)
    now = places(editor.edit.definition)
    assert now["question2"] == (362, 122)
    assert now["question3"] == (394, 154)  # not one upon the other
    key(Qt.Key.Key_X, CONTROL)
    assert "question3" not in places(editor.edit.definition)
    key(Qt.Key.Key_V, CONTROL)
    assert places(editor.edit.definition)["question3"] == (394, 154)
    key(Qt.Key.Key_A, CONTROL)
    key(Qt.Key.Key_Delete)
    assert not editor.edit.definition.nodes
    assert editor.chosen.current == START
    key(Qt.Key.Key_Z, CONTROL)
    assert (await kept(stage, editor)).shown == editor.edit.definition
    QApplication.clipboard().setText("a shopping list")
    key(Qt.Key.Key_V, CONTROL)
    assert "no steps of a flow" in stage.window.toasts.shown[-1].text


@staged
async def test_the_list_of_steps_goes_along_with_the_canvas_and_has_its_keys(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    tree = stage.find(QTreeWidget, "bots_outline_tree")
    key(Qt.Key.Key_F, CONTROL)
    assert editor.parts.left.tabs.current == STEPS
    write("order {{")
    key(Qt.Key.Key_Return)
    assert editor.chosen.current == "text1"
    assert QApplication.focusWidget() is editor.parts.canvas
    assert top(tree, 3).text(0) == "Text: Order {{order}} left on 20 Nov."
    editor.parts.left.outline.search.clear()
    tree.setFocus()
    words = [top(tree, at).text(0) for at in range(tree.topLevelItemCount())]
    assert words[0] == "Trigger: Whole message is order, status"
    assert words[1] == "Question: What is your order number?"
    question = top(tree, 1)
    exits = [child(question, at).text(0) for at in range(question.childCount())]
    assert exits == [
        "Answered → Condition: order is not empty?", "Does not fit → Assign: To: Unassigned", "Not sent → People take over",
    ]  # fmt: skip
    tree.setCurrentItem(child(question, 2))
    assert (editor.chosen.current, editor.chosen.exit) == ("question1", "not_sent")
    key(Qt.Key.Key_K, CONTROL)
    write("end")
    key(Qt.Key.Key_Return)
    assert ("question1", "not_sent", "end1") in led(editor.edit.definition)
    editor.parts.left.show_tab(STEPS)
    assert child(top(tree, 1), 2).text(0).startswith("Not sent → End")
    tree.setFocus()
    tree.setCurrentItem(top(tree, tree.topLevelItemCount() - 1))
    gone = editor.chosen.current
    key(Qt.Key.Key_Delete)
    assert gone not in editor.looks
    assert tree.topLevelItemCount() == len(editor.looks)
    key(Qt.Key.Key_Return)
    assert editor.parts.right.side == SETTINGS


@staged
async def test_f8_leads_from_problem_to_problem_and_to_its_input(stage: Stage) -> None:
    editor = await make(stage, "Spring", FlowDefinition())
    for kind in ("text", "question"):
        editor.verbs.add(kind, True)
        key(Qt.Key.Key_Escape)
    seen: set[str] = set()
    for _ in range(4):
        key(Qt.Key.Key_F8)
        seen.add(editor.chosen.current)
        assert holds(editor.parts.right)
    assert {"text1", "question1"} <= seen
    press(stage, "bots_problems")
    assert editor.parts.right.side == PROBLEMS
    problems = editor.parts.right.problems
    problems.finding_requested.emit(next(one for one in editor.findings if one.node_id == "text1"))
    assert editor.parts.right.side == SETTINGS
    assert editor.chosen.current == "text1"


@staged
async def test_the_cards_are_put_in_order_without_touching_what_they_do(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    before = editor.edit.definition
    key(Qt.Key.Key_L, CONTROL)
    after = editor.edit.definition
    assert places(after) != places(before)
    assert led(after) == led(before)
    boxes = [
        item.box.translated(item.pos()) for item in editor.parts.canvas.nodes.values()
    ]  # fmt: skip
    assert not any(one.intersects(other) for at, one in enumerate(boxes) for other in boxes[:at])
    key(Qt.Key.Key_Z, CONTROL)
    assert editor.edit.definition == before


@staged
async def test_f6_goes_round_and_escape_leads_out(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    went: list[object] = []
    editor.back_requested.connect(lambda: went.append(1))
    key(Qt.Key.Key_F6)
    assert holds(editor.parts.right)
    key(Qt.Key.Key_F6)
    assert QApplication.focusWidget() is editor.parts.left.library.search
    key(Qt.Key.Key_F6)
    assert QApplication.focusWidget() is editor.parts.canvas
    key(Qt.Key.Key_T, CONTROL)
    assert editor.parts.right.side == TEST
    key(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is editor.parts.canvas
    key(Qt.Key.Key_A, CONTROL)
    key(Qt.Key.Key_Escape)
    assert len(editor.chosen.ids) == 1
    key(Qt.Key.Key_Escape)
    assert not editor.chosen.ids
    assert not went
    key(Qt.Key.Key_Escape)
    await until(lambda: went, "all flows")


@staged
async def test_who_may_not_sees_everything_and_changes_nothing(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    flow_id, before = editor.flow_id, editor.edit.definition
    await sit(stage, Role.AGENT)
    editor = await open_editor(stage, flow_id)
    assert stage.sees("bots_refused")
    editor.choose(chosen.one(editor.edit.definition, "text1"))
    key(Qt.Key.Key_Delete)
    editor.verbs.add("text", False)
    assert editor.edit.definition == before
    assert not editor.parts.head.publish.isEnabled()
    assert not editor.parts.right.node.isEnabled()
    assert Edge("question1", "next", "condition1") in editor.edit.definition.edges
