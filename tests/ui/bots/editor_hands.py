"""What a person does in the editor of flows, in words of the tests."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.domain.flow import FlowDefinition, FlowRecord
from desktop.ui.bots.editor import Editor
from tests.looks.stage import Stage

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
NO_KEY, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def key(key: Qt.Key, mods: Qt.KeyboardModifier = NO_KEY) -> None:
    """A key, wherever the focus is."""
    focus = QApplication.focusWidget()
    assert focus is not None, "the keyboard is nowhere"
    QTest.keyClick(focus, key, mods)


def write(text: str) -> None:
    """Letters, wherever the focus is."""
    for letter in text:
        focus = QApplication.focusWidget()
        assert focus is not None
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(focus, QKeyEvent(kind, 0, NO_KEY, letter))


def card(editor: Editor, id: str) -> QPoint:
    """The heading of a card, in the viewport."""
    return editor.parts.canvas.mapFromScene(editor.parts.canvas.nodes[id].pos() + QPointF(40, 14))


def exit_of(editor: Editor, id: str, exit: str) -> QPoint:
    """Where an exit of a card is, in the viewport."""
    item = editor.parts.canvas.nodes[id]
    return editor.parts.canvas.mapFromScene(item.pos() + item.port(exit))


def click(editor: Editor, at: QPoint, mods: Qt.KeyboardModifier = NO_KEY) -> None:
    QTest.mouseClick(editor.parts.canvas.viewport(), LEFT, mods, at)


def drag(
    editor: Editor, begin: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, mods: Qt.KeyboardModifier = NO_KEY
) -> None:  # fmt: skip
    """Press, go there in two steps, let go."""
    port = editor.parts.canvas.viewport()
    QTest.mousePress(port, button, mods, begin)
    QTest.mouseMove(port, (begin + end) / 2)
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, button, mods, end)


async def kept(stage: Stage, editor: Editor) -> FlowRecord:
    """The flow as the store has it once everything is kept."""
    await editor.settle()
    await stage.quiet()
    return await stage.app.flows.get(editor.flow_id)


def places(definition: FlowDefinition) -> dict[str, tuple[float, float]]:
    return {one.id: (one.x, one.y) for one in definition.nodes}


def led(definition: FlowDefinition) -> set[tuple[str, str, str]]:
    return {(one.from_id, one.exit, one.to_id) for one in definition.edges}
