"""Try a message: what would happen is said, and nothing is sent."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton
from sqlalchemy import func, select

from desktop.store import tables
from desktop.ui.parts.label import Label
from tests.looks.stage import Stage, staged, until
from tests.ui.settings.place import integrations

pytestmark = pytest.mark.slow


async def counts(stage: Stage) -> tuple[int, ...]:
    """Messages, contacts and calls."""
    kept = (tables.message, tables.contact, tables.attempt)
    return await stage.app.store.read(
        lambda tx: tuple(tx.conn.scalar(select(func.count()).select_from(one)) or 0 for one in kept)
    )


def choose(stage: Stage, name: str) -> None:
    box = stage.find(QComboBox, "try_template")
    at = next((at for at in range(box.count()) if box.itemText(at).startswith(name)), -1)
    assert at >= 0, name
    box.setCurrentIndex(at)


async def answered(stage: Stage, phone: str) -> str:
    field = stage.find(QLineEdit, "try_phone")
    field.setText(phone)
    assert not stage.sees("try_answer"), "an old answer goes with what was asked"
    QTest.keyClick(field, Qt.Key.Key_Return)
    await stage.seen("try_answer")
    return stage.find(Label, "try_answer").text()


@staged
async def test_it_says_what_would_become_of_it_and_does_nothing(stage: Stage) -> None:
    await integrations(stage)
    before = await counts(stage)
    choose(stage, "winter_clearance")
    said = await answered(stage, "+1 604 555 0142")
    assert said.startswith("→ would fail: Priya Sharma opted out of marketing on ")
    assert "(keyword “STOP”)" in said
    choose(stage, "order_shipped")
    assert (await answered(stage, "+1 604 555 0142")).startswith("→ would be sent: ")
    choose(stage, "winter_clearance")
    assert (await answered(stage, "+1 306 555 0199")).startswith("→ would be sent: ")  # nobody has it yet
    choose(stage, "A text")
    assert "24 hours" in await answered(stage, "+1 306 555 0199")
    assert await counts(stage) == before
    button = stage.find(QPushButton, "try_do")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    await stage.quiet()
    assert stage.window.focusWidget() is button, "a second Space asks again and copies nothing"


@staged
async def test_the_call_follows_what_is_entered(stage: Stage) -> None:
    await integrations(stage)
    choose(stage, "winter_clearance")
    stage.find(QLineEdit, "try_phone").setText("+1 416 555 0117")
    call = stage.find(Label, "try_call").text()
    assert call.startswith(f"curl -X POST {stage.app.server_address}/devapi/messages/whatsapp/explain ")
    assert '"phone": "14165550117"' in call
    assert '"templateName": "winter_clearance"' in call


@staged
async def test_a_wrong_number_is_said_beside_its_field(stage: Stage) -> None:
    await integrations(stage)
    note = stage.find(Label, "row_try_phone-note")
    for wrong in ("", "12", "call me"):
        stage.find(QLineEdit, "try_phone").setText(wrong)
        await stage.click("try_do")
        await until(lambda: note.isVisible() and note.text(), "what is wrong")
        assert not stage.sees("try_answer")
    stage.find(QLineEdit, "try_phone").setText("+1 604 555 0142")
    assert not note.isVisible()
