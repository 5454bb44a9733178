"""*Why?* in the wizard's preview and in the report's messages."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest

from desktop.ui.dialog import CardDialog
from desktop.ui.why.card import WhyCard
from tests.ui.broadcasts.conftest import Scene, in_scene
from tests.ui.broadcasts.test_report import launch


async def answer(scene: Scene) -> WhyCard:
    card = await scene.appears("why_card")
    assert isinstance(card, WhyCard)
    await scene.until(lambda: card.explanation() is not None, "the answer")
    return card


async def close(scene: Scene) -> None:
    scene.click("why_close")
    await scene.until(lambda: not scene.shows("why"), "closed")


@in_scene
async def test_a_person_of_the_preview(scene: Scene) -> None:
    await scene.to_audience()
    wizard = scene.page.wizard
    assert wizard is not None
    card = wizard.view.audience_step.recipients
    await scene.until(lambda: len(card.rows.rows) == 50)
    assert not scene.shows("wizard_chosen")
    at = next(at for at, row in enumerate(card.rows.rows) if row[0].name == "Priya Sharma")
    card.table.selectRow(at)
    assert scene.text("wizard_chosen_text").startswith(
        "<b>Priya Sharma</b> · The contact opted out of marketing."
    )
    scene.click("wizard_why")
    told = (await answer(scene)).explanation()
    assert told is not None
    assert (told.title, told.conclusion) == ("Would this go out?", "So Priya would be left out.")
    await close(scene)
    # With the toggle off the same person gets it, and the key on the row says why.
    scene.click("wizard_toggle")
    await scene.counted()
    await scene.until(lambda: len(card.rows.rows) == 50 and card.rows.rows[at][1].is_sent)
    card.table.selectRow(at)
    card.table.setFocus()
    sheets: list[bool] = []
    everywhere = QShortcut(QKeySequence("?"), scene.window)  # as the window's sheet of shortcuts
    everywhere.activated.connect(lambda: sheets.append(True))
    QTest.keyClick(card.table, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    told = (await answer(scene)).explanation()
    assert told is not None
    assert told.conclusion == "So it would go out despite the opt-out."
    assert sheets == []
    gone: list[tuple[int, int]] = []
    scene.page.event_requested.connect(lambda contact_id, event_id: gone.append((contact_id, event_id)))
    event_id = next(piece.event_id for step in told.steps for piece in step.pieces if piece.event_id)
    await scene.appears(f"why_event_{event_id}")
    scene.click(f"why_event_{event_id}")
    await scene.until(lambda: gone == [(told.contact_id, event_id)], "on to the event")


@in_scene
async def test_a_message_of_the_report(scene: Scene) -> None:
    await launch(scene)
    scene.click("report_tab-left_out")
    messages = scene.page.report.messages
    await scene.until(lambda: len(messages.rows.rows) == 10, "those who were left out")
    at = next(at for at, row in enumerate(messages.rows.rows) if row.message.contact_name == "Priya Sharma")
    messages.table.selectRow(at)
    scene.click("report_why")
    told = (await answer(scene)).explanation()
    assert told is not None
    assert told.steps[1].text.startswith("Path Broadcast · Winter clearance – Mumbai: the toggle is on")
    assert told.conclusion == "So Priya was left out."
    dialog = scene.find("why")
    assert isinstance(dialog, CardDialog)
    assert dialog.accessibleName() == "Why was this not sent?"
    await close(scene)
