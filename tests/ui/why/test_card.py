"""The card: steps, badges, link, conclusion, the folded calls, and what happens while it is shown."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from sqlalchemy import insert, update

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.reasons import Reason
from desktop.store import consent, outbox, tables
from desktop.store.engine import Tx
from desktop.ui.why.card import NOTHING, WhyCard
from desktop.ui.why.step_line import StepLine
from desktop.ui.why.wire import CodeBox, indented
from tests.ui.conversations.bench import Bench, until


class Shown:
    """A card in a window of its own."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.window = QWidget()
        self.window.resize(420, 600)
        self.card = WhyCard(bench.desk)
        QVBoxLayout(self.window).addWidget(self.card)
        self.window.show()
        self.window.activateWindow()

    @property
    def steps(self) -> list[str]:
        lines = [line for line in self.card.findChildren(StepLine) if line.isVisible()]
        return [line.text() for line in sorted(lines, key=lambda line: line.y())]

    async def answered(self, words: str) -> None:
        """Wait until the conclusion says so."""
        await until(lambda: words in self.card.conclusion.text.text() and self.card.answer.isVisible())
        await until(lambda: self.card.height() > 0 and bool(self.steps))

    def link(self) -> Any:
        return next(line.link for line in self.card.findChildren(StepLine) if line.link and line.isVisible())


async def api_message(bench: Bench, name: str, template: str = "winter_clearance") -> int:
    chosen = next(one for one in await bench.world.app.templates.every() if one.name == template)
    values = {variable: "x" for variable in chosen.variables}
    wanted = Submission(
        bench.world.ids[name], Path.API, "template", "", Lane.API, {"values": values}, template_id=chosen.id
    )
    done = await bench.world.app.sending.submit(wanted)
    assert done.message_id is not None
    return done.message_id


async def test_the_answer_with_its_badges_and_the_link_to_the_event(bench: Bench) -> None:
    failed = await api_message(bench, "Priya")
    shown = Shown(bench)
    asked: list[int] = []
    shown.card.event_requested.connect(asked.append)
    shown.card.show_message(failed)
    await shown.answered("So the message failed. It would go out if Priya opts in again")
    assert shown.card.title.text() == "Why was this not sent?"
    assert shown.steps[1] == "Path API: marketing needs opt-in"
    contact = await bench.world.app.contacts.get(bench.world.ids["Priya"])
    assert shown.card.contact_id() == contact.id
    link = shown.link()
    assert link.text() == f"event {contact.facts.consent_event_id}"
    assert link.parentWidget().rect().contains(link.geometry())
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    link.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(link, Qt.Key.Key_Return)
    assert asked == [contact.facts.consent_event_id] * 2
    assert "3. Priya’s opt-in is No" in link.parentWidget().accessibleName()
    shown.card.copy.click()
    assert QGuiApplication.clipboard().text().startswith("Why was this not sent?\n1 · The template")


async def test_it_follows_the_message_and_the_contact(bench: Bench) -> None:
    waiting = await api_message(bench, "Arjun")
    shown = Shown(bench)
    shown.card.show_message(waiting)
    await shown.answered("So it waits for its turn")

    def lose(tx: Tx) -> None:
        row = outbox.lock(tx, [waiting])[waiting]
        outbox.write_moves(
            tx, [outbox.move(tx, row, Status.UNKNOWN, outbox.ENGINE, reason=Reason.ANSWER_LOST)]
        )
        outbox.touch(tx, row.contact_id, None)

    await bench.world.write(lose)
    await shown.answered("So nobody knows whether it arrived.")
    assert shown.card.title.text() == "Why is this not certain?"


async def test_a_question_follows_what_the_contact_says(bench: Bench) -> None:
    arjun = bench.world.ids["Arjun"]
    shown = Shown(bench)
    shown.card.show_question(arjun, None, Path.BROADCAST, marketing=True)
    await shown.answered("So it would go out.")
    await bench.world.write(lambda tx: consent.record(tx, arjun, OptIn.NO, Source.KEYWORD, evidence="STOP"))
    await shown.answered("So Arjun would be left out.")


async def test_the_newest_wish_wins(bench: Bench) -> None:
    first, second = await api_message(bench, "Priya"), await api_message(bench, "Arjun")
    shown = Shown(bench)
    for message_id in (first, second, first, second):
        shown.card.show_message(message_id)
    await shown.answered("So it waits for its turn")
    await bench.tasks.drain()
    assert shown.card.contact_id() == bench.world.ids["Arjun"]


async def test_what_cannot_be_found_can_be_tried_again_and_cleared(bench: Bench) -> None:
    shown = Shown(bench)
    assert shown.card.quiet.text() == NOTHING
    assert shown.card.contact_id() is None
    shown.card.show_message(9_999)
    await until(lambda: shown.card.retry.isVisible())
    assert shown.card.quiet.text().startswith("Message not found.")
    shown.card.retry.click()
    await bench.tasks.drain()
    assert shown.card.retry.isVisible()
    shown.card.clear()
    assert (shown.card.quiet.text(), shown.card.retry.isVisible()) == (NOTHING, False)


async def test_the_calls_are_folded_until_they_are_wanted(bench: Bench) -> None:
    failed = await api_message(bench, "Arjun")

    def call(tx: Tx) -> None:
        tx.conn.execute(
            insert(tables.attempt).values(
                message_id=failed, number=1, started_at=tx.now, ended_at=tx.now, outcome="refused",
                request='POST http://127.0.0.1:1/messages\nAuthorization: Bearer ••••\n\n{"to":"+14165550117"}',
                http_status=400, answer='{"error":{"code":131026}}',
            )
        )  # fmt: skip
        values = {"status": "failed", "reason": "whatsapp_error", "error_code": 131026, "attempt_count": 1}
        tx.conn.execute(update(tables.message).where(tables.message.c.id == failed).values(**values))

    await bench.world.write(call)
    shown = Shown(bench)
    shown.card.show_message(failed)
    await shown.answered("So the message failed.")
    boxes = shown.card.findChildren(CodeBox)
    assert len(boxes) == 2
    assert not any(box.isVisible() for box in boxes)
    QTest.mouseClick(shown.card.wire.fold, Qt.MouseButton.LeftButton)
    assert all(box.isVisible() for box in boxes)
    assert boxes[0].toPlainText().endswith('{\n  "to": "+14165550117"\n}')
    shown.card.wire.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "Call 1 · " in copied
    assert " · refused · HTTP 400 · " in copied
    assert "Bearer ••••" in copied
    assert '"code": 131026' in copied
    # Another message begins folded, and one without calls shows none.
    shown.card.show_message(await api_message(bench, "Priya"))
    await shown.answered("opts in again")
    assert not shown.card.wire.isVisible()
    assert not shown.card.wire.fold.isChecked()


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert indented("<html>Bad Gateway</html>") == "<html>Bad Gateway</html>"
    assert indented('POST x\nA: b\n\n{"a":1') == 'POST x\nA: b\n\n{"a":1'
    assert indented('POST x\n\n{"a":1}') == 'POST x\n\n{\n  "a": 1\n}'


async def test_a_narrow_card_is_higher_and_nothing_is_cut(bench: Bench) -> None:
    failed = await api_message(bench, "Priya")
    shown = Shown(bench)
    shown.card.show_message(failed)
    await shown.answered("So the message failed.")
    lines = [line for line in shown.card.findChildren(StepLine) if line.isVisible()]
    assert sum(line.heightForWidth(240) for line in lines) > sum(line.heightForWidth(600) for line in lines)
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        shown.window.setLayoutDirection(direction)
        shown.window.resize(260, 700)
        QApplication.processEvents()
        for line in lines:
            assert line.height() >= line.heightForWidth(line.width())
            if line.link is not None:
                assert line.rect().contains(line.link.geometry()), direction
