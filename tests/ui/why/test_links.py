"""*Why?* from the compose box and the thread, with the mouse and the keyboard."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QScrollArea

from desktop.ui.conversations.entries import BubbleEntry
from desktop.ui.conversations.thread_model import ENTRY
from desktop.ui.dialog import CardDialog
from desktop.ui.why.card import WhyCard
from tests.ui.conversations.bench import Bench, until
from tests.ui.conversations.test_sending import choose, send_and_be_warned


async def answer(bench: Bench) -> WhyCard:
    """The card of the dialog that has opened, answered."""
    await until(lambda: bench.sees("why"))
    card = bench.find("why_card", WhyCard)
    assert isinstance(card, WhyCard)
    await until(lambda: card.explanation() is not None)
    return card


def title(card: WhyCard) -> str:
    told = card.explanation()
    assert told is not None
    return told.title


def event_of(card: WhyCard) -> int:
    """The consent event that the answer names."""
    told = card.explanation()
    assert told is not None
    return next(piece.event_id for step in told.steps for piece in step.pieces if piece.event_id)


async def close(bench: Bench) -> None:
    QTest.keyClick(bench.find("why_close"), Qt.Key.Key_Escape)
    await until(lambda: not bench.sees("why"))


async def test_the_banner_says_why_and_leads_to_the_history(bench: Bench) -> None:
    await bench.open("Priya")
    bench.click("compose_why")
    card = await answer(bench)
    dialog = bench.find("why", CardDialog)
    assert dialog.title.text() == "Would this go out?"
    assert bench.find("why_close").hasFocus()
    assert "with a reason, which is kept with the message" in card.conclusion.text.text()
    area = next(one for one in dialog.findChildren(QScrollArea) if one.widget() is card)
    await until(lambda: area.height() == card.height() and not area.verticalScrollBar().maximum())
    name = f"why_event_{event_of(card)}"
    await until(lambda: bench.sees(name))
    bench.click(name)
    await until(lambda: not bench.sees("why"))
    await until(lambda: bench.find("optin_history").hasFocus())
    await until(lambda: bench.sees(name.replace("why_", "optin_")))
    assert bench.find(name.replace("why_", "optin_")).text().endswith(f" · event {name.rpartition('_')[2]}")


async def test_nobody_who_said_yes_is_offered_it(bench: Bench) -> None:
    await bench.open("Arjun")
    assert not bench.sees("compose_why")


async def test_the_warning_says_why_and_stays(bench: Bench) -> None:
    await bench.open("Priya")
    await choose(bench, "winter_clearance")
    await send_and_be_warned(bench)
    bench.click("warning_why")
    card = await answer(bench)
    told = card.explanation()
    assert told is not None
    assert "winter_clearance" in told.steps[0].text
    await close(bench)
    assert bench.sees("warning")
    bench.click("warning_dont_send")
    await until(lambda: not bench.sees("warning"))


async def test_the_event_is_marked_behind_the_warning_and_nothing_is_sent(bench: Bench) -> None:
    await bench.open("Priya")
    count = len(await bench.world.messages(bench.world.ids["Priya"]))
    await choose(bench, "winter_clearance")
    await send_and_be_warned(bench)
    bench.click("warning_why")
    card = await answer(bench)
    name = f"why_event_{event_of(card)}"
    await until(lambda: bench.sees(name))
    bench.click(name)
    await until(lambda: not bench.sees("why"))
    assert bench.sees("warning"), "the warning stays"
    line, number = name.replace("why_", "optin_"), name.rpartition("_")[2]
    await until(lambda: bench.find(line).text().endswith(f" · event {number}"))
    bench.click("warning_dont_send")
    await until(lambda: not bench.sees("warning"))
    await bench.tasks.drain()
    assert len(await bench.world.messages(bench.world.ids["Priya"])) == count
    assert bench.page.area.state.template is not None


def failed_bubble(bench: Bench) -> tuple[int, BubbleEntry]:
    rows = bench.page.area.thread_view.entries()
    return next((at, one) for at, one in enumerate(rows) if isinstance(one, BubbleEntry) and one.asks_why)


@pytest.mark.slow
async def test_a_failed_bubble_answers_by_mouse_menu_and_key(bench: Bench) -> None:
    await bench.open("Tunde")
    view = bench.page.area.thread_view
    at, entry = failed_bubble(bench)
    index = view.model().index(at, 0)
    row = view.visualRect(index)
    spots = [
        QPoint(x, y)
        for y in range(row.top(), row.bottom())
        for x in range(row.left(), row.right(), 4)
        if view._delegate.why_at(entry, row, x, y)
    ]
    assert spots, "it can be clicked"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spots[-1])
    card = await answer(bench)
    assert title(card) == "Why did this fail?"
    await close(bench)
    # By the keyboard, and from the menu.
    view.setFocus()
    view.setCurrentIndex(index)
    sheets: list[bool] = []
    everywhere = QShortcut(QKeySequence("?"), view.window())  # as the window's sheet of shortcuts
    everywhere.activated.connect(lambda: sheets.append(True))
    for key, held in (
        (Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier),
    ):
        QTest.keyClick(view, key, held)
        await answer(bench)
        await close(bench)
        view.setFocus()
    assert sheets == []
    view._open_menu(entry, view.mapToGlobal(QPoint(10, 10)))
    menu = bench.find("thread_menu", QMenu)
    next(one for one in menu.actions() if one.objectName() == "thread_why").trigger()
    menu.close()
    await answer(bench)
    await close(bench)


async def test_what_went_out_as_usual_has_no_link_but_answers_too(bench: Bench) -> None:
    await bench.open("Lucía")
    view = bench.page.area.thread_view
    rows = [index for at in range(view.model().rowCount()) if (index := view.model().index(at, 0)).isValid()]
    ours = next(
        index
        for index in rows
        if isinstance(index.data(ENTRY), BubbleEntry) and index.data(ENTRY).message.outgoing
    )
    assert not ours.data(ENTRY).asks_why
    view.setFocus()
    view.setCurrentIndex(ours)
    QTest.keyClick(view, Qt.Key.Key_Question)
    card = await answer(bench)
    assert title(card) == "Why was this sent?"
    await close(bench)
