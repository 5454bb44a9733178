"""The canvas: cards and lines by mouse; every change is kept, and can be taken back."""

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from desktop.domain import flow_edit
from desktop.domain.flow import START, Edge, FlowDefinition
from desktop.domain.flow_nodes import SendText
from desktop.ui.bots import chosen
from desktop.ui.bots.node_item import IN_Y, NodeItem
from tests.looks.scenes.bots_editor import make, many, order_status, published
from tests.looks.stage import Stage, staged, until
from tests.ui.bots.editor_hands import CONTROL, LEFT, SHIFT, card, click, drag, exit_of, kept, led, places

pytestmark = pytest.mark.slow


@staged
async def test_a_card_is_chosen_moved_on_the_grid_and_brought_back(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    before = editor.edit.definition
    begin = card(editor, "question1")
    drag(editor, begin, begin + QPoint(53, 30))
    assert editor.chosen.current == "question1"
    assert places(editor.edit.definition)["question1"] == (384, 120)
    assert (await kept(stage, editor)).shown == editor.edit.definition
    editor.do("undo")
    assert editor.edit.definition == before
    assert editor.parts.canvas.nodes["question1"].pos() == QPointF(330, 90)
    assert (await kept(stage, editor)).shown == before


@staged
async def test_several_cards_are_chosen_by_band_and_ctrl_and_move_together(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    canvas = editor.parts.canvas
    corner = canvas.mapFromScene(QPointF(318, 60))
    drag(editor, corner, canvas.mapFromScene(QPointF(420, 330)))
    assert editor.chosen.ids == {"question1", "condition1"}
    click(editor, card(editor, "text1"), CONTROL)
    assert editor.chosen.ids == {"question1", "condition1", "text1"}
    click(editor, card(editor, "question1"), SHIFT)
    assert editor.chosen.ids == {"condition1", "text1"}
    was = places(editor.edit.definition)
    begin = card(editor, "text1")
    drag(editor, begin, begin + QPoint(16, 40))
    now = places(editor.edit.definition)
    moved = {id for id in now if now[id] != was[id]}
    assert moved == {"condition1", "text1"}
    click(editor, canvas.mapFromScene(QPointF(60, 400)))
    assert not editor.chosen.ids


@staged
async def test_an_exit_is_drawn_to_a_card_and_a_line_parted(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    drag(editor, exit_of(editor, "text1", "next"), card(editor, "template1"))
    assert ("text1", "next", "template1") in led(editor.edit.definition)
    drag(editor, exit_of(editor, "condition1", "yes"), card(editor, "assign1"))
    assert ("condition1", "yes", "assign1") in led(editor.edit.definition)
    assert ("condition1", "yes", "text1") not in led(editor.edit.definition)
    edge = Edge("condition1", "no", "template1")
    line = editor.parts.canvas.edges[edge]
    middle = line.shape().boundingRect().center()
    click(editor, editor.parts.canvas.mapFromScene(middle))
    assert editor.chosen.edge == edge
    QTest.keyClick(editor.parts.canvas, Qt.Key.Key_Delete)
    assert edge not in editor.edit.definition.edges
    assert editor.edit.definition.node("template1") is not None
    assert (await kept(stage, editor)).shown == editor.edit.definition
    QTest.keyClick(editor.parts.canvas, Qt.Key.Key_Z, CONTROL)
    assert edge in editor.edit.definition.edges


@staged
async def test_a_line_dropped_on_the_ground_asks_what_comes_there(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    canvas = editor.parts.canvas
    drag(editor, exit_of(editor, "text1", "not_sent"), canvas.mapFromScene(QPointF(700, 520)))
    search = editor.parts.left.library.search
    assert QApplication.focusWidget() is search
    QTest.keyClicks(search, "assi")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert ("text1", "not_sent", "assign2") in led(editor.edit.definition)
    assert editor.chosen.current == "assign2"


@staged
async def test_a_step_is_clicked_into_the_flow_and_another_dragged_in(stage: Stage) -> None:
    editor = await make(stage, "Spring", FlowDefinition())
    assert stage.sees("bots_empty")
    await stage.click("bots_add_question")
    assert led(editor.edit.definition) == {(START, "next", "question1")}
    assert not stage.sees("bots_empty")
    await stage.click("bots_add_text")
    assert ("question1", "next", "text1") in led(editor.edit.definition)
    canvas, entry = editor.parts.canvas, editor.parts.left.library.entries["end"]
    goal = canvas.viewport().mapToGlobal(QPoint(400, 420))
    QTest.mousePress(entry, LEFT, pos=QPoint(20, 10))
    QTest.mouseMove(entry, QPoint(40, 30))
    QTest.mouseMove(entry, entry.mapFromGlobal(goal))
    QTest.mouseRelease(entry, LEFT, pos=entry.mapFromGlobal(goal))
    node = editor.edit.definition.node("end1")
    assert node is not None
    assert node.x % 8 == 0 == node.y % 8
    spot = canvas.mapToScene(QPoint(400, 420))
    assert abs(node.x - spot.x()) <= 4
    assert abs(node.y - spot.y()) <= 4
    assert not any(one.to_id == "end1" for one in editor.edit.definition.edges)
    assert (await kept(stage, editor)).shown == editor.edit.definition


@staged
async def test_the_canvas_zooms_at_the_pointer_pans_and_fits(stage: Stage) -> None:
    editor = await make(stage, "Everything", many(200))
    canvas = editor.parts.canvas
    at = QPoint(300, 200)
    before = canvas.mapToScene(at)
    turn = QWheelEvent(
        QPointF(at), QPointF(canvas.viewport().mapToGlobal(at)), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        CONTROL, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), turn)
    assert canvas.zoom == pytest.approx(1.44)
    assert (canvas.mapToScene(at) - before).manhattanLength() < 2
    assert stage.find(type(editor.parts.tools.zoom.percent), "bots_zoom_whole").text() == "144 %"
    seen = canvas.seen.topLeft()
    drag(editor, QPoint(300, 300), QPoint(200, 260), Qt.MouseButton.MiddleButton)
    moved = canvas.seen.topLeft() - seen
    assert moved.x() == pytest.approx(100 / 1.44, abs=1.5)
    assert moved.y() == pytest.approx(40 / 1.44, abs=1.5)
    QTest.keyClick(canvas, Qt.Key.Key_0, CONTROL)
    assert canvas.zoom == 1.0
    QTest.keyClick(canvas, Qt.Key.Key_9, CONTROL)
    assert canvas.seen.contains(canvas.extent())
    QTest.keyClick(canvas, Qt.Key.Key_0, CONTROL)
    minimap = editor.parts.tools.map
    QTest.mouseClick(minimap, LEFT, pos=minimap.rect().center())
    middle = canvas.seen.center() - canvas.extent().center()
    assert middle.manhattanLength() < 400  # two or three pixels of the map


@staged
async def test_an_edit_among_two_hundred_steps_touches_its_own_card_only(stage: Stage) -> None:
    editor = await make(stage, "Everything", many(200))
    canvas = editor.parts.canvas
    editor.choose(chosen.one(editor.edit.definition, "n2"))
    await stage.quiet()
    before = dict(canvas.nodes)
    looks = {id: item.look for id, item in before.items()}
    began = time.monotonic()
    for count in range(1, 21):
        node = editor.edit.definition.node("n2")
        assert node is not None
        text = SendText(text="word " * count)
        editor.change(flow_edit.with_does(editor.edit.definition, "n2", text), "n2:text")
    each_s = (time.monotonic() - began) / 20
    assert canvas.nodes == before  # the same items
    changed = [id for id, item in canvas.nodes.items() if item.look is not looks[id]]
    assert changed == ["n2"]
    assert each_s < 0.25, f"{each_s * 1000:.0f} ms for a letter"
    assert editor.edit.undo().definition.node("n2") != editor.edit.definition.node("n2")
    assert len(editor.edit.past) == 1  # the letters of a word are one change
    assert all(isinstance(item, NodeItem) for item in canvas.nodes.values())


@staged
async def test_a_marketing_template_says_that_consent_is_not_asked_until_bots_ask(stage: Stage) -> None:
    editor = await published(stage)
    look = editor.looks["template1"]
    assert look.is_marketing
    assert look.note == "Bot: consent is not asked. Counted in the register."
    settings = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(settings, bots_ask=True), stage.window.desk.user())
    await until(lambda: "ask consent" in editor.looks["template1"].note, "the card to say the other thing")


@staged
async def test_a_right_click_offers_what_can_be_done_with_a_card(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    port = editor.parts.canvas.viewport()
    at = card(editor, "text1")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
    QApplication.sendEvent(port, event)
    assert editor.chosen.current == "text1"
    menu = editor.findChildren(QMenu, "bots_card_menu")[-1]
    entries = {one.objectName().removeprefix("bots_card_menu_"): one for one in menu.actions()}
    assert entries["join"].isEnabled()
    entries["remove"].trigger()
    menu.close()
    assert editor.edit.definition.node("text1") is None
    assert editor.chosen.current == "condition1"


@staged
async def test_a_line_that_is_dropped_on_the_ground_puts_the_new_card_there(stage: Stage) -> None:
    editor = await make(stage, "Order status", await order_status(stage))
    canvas = editor.parts.canvas
    spot = canvas.mapFromScene(QPointF(650, 520))
    drag(editor, exit_of(editor, "question1", "not_sent"), spot)
    await stage.quiet()
    editor.parts.left.library.add_requested.emit("text", True)
    made = editor.edit.definition.node(editor.chosen.current)
    assert made is not None
    assert editor.edit.definition.after("question1", "not_sent") == made.id
    assert abs(made.x - 650) <= 8
    assert abs(made.y + IN_Y - 520) <= 8
    editor.parts.left.library.add_requested.emit("text", True)
    after = editor.edit.definition.node(editor.chosen.current)
    assert after is not None
    assert after.x > made.x, "the next one comes behind it again"
