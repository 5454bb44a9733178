import asyncio
from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from desktop.ui.dialog import CardDialog, ask, confirm
from desktop.ui.parts.button import Button
from desktop.ui.theme import Theme
from tests.looks.checks import differs, pixel


def warning(theme: Theme, window: QWidget) -> tuple[CardDialog, QLineEdit]:
    dialog = CardDialog(theme, window, "Priya opted out of marketing", icon="warning-fill", name="warning")
    dialog.add_text("“winter_clearance” is a <b>marketing</b> template.", rich=True)
    reason = QLineEdit()
    reason.setObjectName("reason")
    dialog.body.addWidget(reason)
    dialog.add_button("Send anyway", result=1, name="send-anyway")
    dialog.add_button("Don’t send", "primary", result=0, safe=True, name="dont-send")
    return dialog, reason


def click(window: QWidget, name: str) -> None:
    button = window.findChild(Button, name)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def until(condition: Callable[[], bool]) -> None:
    """Let Qt have its turns until it is so; the test's time-out ends it otherwise."""
    while not condition():  # noqa: ASYNC110  # there is no event for what Qt does by itself
        await asyncio.sleep(0)


async def shown(window: QWidget) -> None:
    await until(lambda: any(each.isVisible() for each in window.findChildren(CardDialog)))


async def test_a_dialog_is_awaited_while_the_rest_goes_on(theme: Theme, window: QWidget) -> None:
    dialog, reason = warning(theme, window)
    ticks: list[int] = []

    async def tick() -> None:
        for number in range(5):
            ticks.append(number)
            await asyncio.sleep(0)

    async def decide() -> str:
        result = await ask(dialog)
        return f"{result} {reason.text()}"

    answer = asyncio.create_task(decide())
    await tick()
    assert len(ticks) == 5
    assert dialog.isVisible()
    reason.setText("asked for it on the phone")
    click(window, "send-anyway")
    assert await answer == "1 asked for it on the phone"
    await until(lambda: not shiboken6.isValid(dialog))


async def test_the_safe_choice_has_the_focus_and_enter_takes_it(theme: Theme, window: QWidget) -> None:
    dialog, _ = warning(theme, window)
    answer = asyncio.create_task(ask(dialog))
    await shown(window)
    focused = window.focusWidget()
    assert focused is not None
    assert focused.objectName() == "dont-send"
    QTest.keyClick(focused, Qt.Key.Key_Return)
    assert await answer == 0


async def test_escape_rejects_and_the_focus_returns(theme: Theme, window: QWidget) -> None:
    field = QLineEdit()
    QVBoxLayout(window).addWidget(field)
    field.setFocus()
    dialog, reason = warning(theme, window)
    answer = asyncio.create_task(ask(dialog))
    await shown(window)
    QTest.keyClick(reason, Qt.Key.Key_Escape)
    assert await answer == 0
    assert window.focusWidget() is field


async def test_tab_stays_inside(theme: Theme, window: QWidget) -> None:
    field = QLineEdit()
    QVBoxLayout(window).addWidget(field)
    dialog, _ = warning(theme, window)
    answer = asyncio.create_task(ask(dialog))
    await shown(window)
    names = []
    for _ in range(4):
        focused = window.focusWidget()
        assert focused is not None
        names.append(focused.objectName())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert names == ["dont-send", "reason", "send-anyway", "dont-send"]
    field.setFocus()
    assert window.focusWidget() is not field
    dialog.reject()
    await answer


async def test_clicks_and_shortcuts_do_not_pass_it(theme: Theme, window: QWidget) -> None:
    told: list[str] = []
    behind = Button(theme, "Behind")
    behind.clicked.connect(lambda: told.append("click"))
    behind.setParent(window)
    behind.move(5, 5)
    behind.show()
    shortcut = QShortcut("Ctrl+K", window)
    shortcut.activated.connect(lambda: told.append("shortcut"))
    action = QAction(window)
    action.setShortcut("Ctrl+J")
    action.triggered.connect(lambda: told.append("action"))
    window.addAction(action)
    window.activateWindow()
    dialog, reason = warning(theme, window)
    answer = asyncio.create_task(ask(dialog))
    await shown(window)
    assert window.childAt(QPoint(15, 15)) is dialog
    QTest.mouseClick(dialog, Qt.MouseButton.LeftButton, pos=QPoint(15, 15))
    QTest.keyClick(reason, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(reason, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    dialog.reject()
    await answer
    assert told == []
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert told == ["shortcut"]


async def test_it_ends_with_its_window(app: QApplication, theme: Theme) -> None:
    window = QWidget()
    window.resize(700, 500)
    window.show()
    dialog, _ = warning(theme, window)
    answer = asyncio.create_task(ask(dialog))
    await shown(window)
    shiboken6.delete(window)
    assert await answer == 0


async def test_cancelling_the_caller_closes_it(theme: Theme, window: QWidget) -> None:
    dialog, _ = warning(theme, window)
    answer = asyncio.create_task(ask(dialog))
    await shown(window)
    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer
    await until(lambda: not shiboken6.isValid(dialog))


async def test_confirm(theme: Theme, window: QWidget) -> None:
    for name, wanted in (("confirm-do", True), ("confirm-keep", False)):
        answer = asyncio.create_task(
            confirm(theme, window, "Stop it?", "268 are waiting.", do="Stop", danger=True)
        )
        await shown(window)
        click(window, name)
        assert await answer is wanted


async def test_it_is_drawn_in_its_window_with_a_veil(theme: Theme, window: QWidget) -> None:
    before = window.grab().toImage()
    plain = pixel(window, "window", 3, 3)
    dialog, _ = warning(theme, window)
    answer = asyncio.create_task(ask(dialog))
    await shown(window)
    assert differs(before, window.grab().toImage()) > 0.9
    assert pixel(window, "window", 3, 3).lightness() < plain.lightness()
    assert pixel(window, "warning", dialog.card.x() + 30, dialog.card.y() + 8) == theme.color("raised")
    assert dialog.card.width() == 520
    window.resize(400, 600)
    await asyncio.sleep(0)
    assert dialog.card.width() == 400 - 2 * 24
    assert dialog.geometry() == window.rect()
    dialog.reject()
    await answer
