"""Long changes: the card with the bar, its Stop, and a change that was interrupted."""

import asyncio
import threading
from dataclasses import replace

from PySide6.QtWidgets import QPushButton

from desktop.domain.bulk import Bulk, BulkKind, BulkStatus, UndoCounts
from desktop.domain.contact_table import TableQuery
from desktop.domain.people import Role
from desktop.store import bulk
from desktop.store.engine import Tx
from desktop.ui.contacts.bulk_verbs import undo_words
from desktop.ui.contacts.progress import Tell, with_progress
from desktop.ui.contacts.recent import interrupted_html
from desktop.ui.parts.label import Label
from tests.looks.stage import NOW, Stage, staged, until
from tests.ui.contacts.hands import contacts, press, sit, told


@staged
async def test_a_stop_is_heard_and_the_card_stays_until_the_work_has_ended(stage: Stage) -> None:
    page = await contacts(stage)
    may_end = asyncio.Event()
    heard: list[bool] = []

    async def work(tell: Tell, stop: threading.Event) -> str:
        tell(40, 1_000)
        await may_end.wait()
        heard.append(stop.is_set())
        return "done"

    running = stage.window.tasks.spawn(
        page, with_progress(stage.window.desk, stage.window, "Changing contacts…", work, patience_s=0)
    )
    await stage.seen("progress_bar")
    assert stage.find(Label, "progress_line").text() == "40 of 1,000"
    press(stage, "progress_stop")
    assert stage.find(Label, "progress_line").text() == "Stopping…"
    assert stage.sees("progress_bar")
    may_end.set()
    assert await running == "done"
    assert heard == [True]
    await until(lambda: not stage.sees("progress_bar"), "the card to go")
    await stage.quiet()


@staged
async def test_an_interrupted_change_is_announced_and_can_be_kept(stage: Stage) -> None:
    user = await sit(stage, Role.SUPERVISOR)
    page = await contacts(stage)
    assert not stage.sees("contacts_interrupted")

    def begin(tx: Tx) -> int:
        made = bulk.start(tx, BulkKind.IMPORT, "november_leads.xlsx", user.id, "gone")
        bulk.set_status(tx, made, BulkStatus.INTERRUPTED, counts={"new": 3_900, "known": 100})
        return made

    await stage.app.store.write(begin)
    await stage.seen("contacts_interrupted")
    assert stage.find(Label, "contacts_interrupted-text").text() == (
        "<b>The import of november_leads.xlsx was interrupted:</b> 4,000 contacts were written."
    )
    await stage.click("contacts_interrupted-keep")
    await until(lambda: not stage.sees("contacts_interrupted"), "the sentence to go")
    assert (await stage.app.bulk.newest())[0].status is BulkStatus.DONE
    assert page.everyone.query == TableQuery()


@staged
async def test_an_interrupted_change_is_taken_back_from_the_sentence(stage: Stage) -> None:
    user = await sit(stage, Role.SUPERVISOR)
    await contacts(stage)

    def begin(tx: Tx) -> None:
        made = bulk.start(tx, BulkKind.TAGS, "Tag “VIP” added", user.id, "gone")
        bulk.set_status(tx, made, BulkStatus.INTERRUPTED)

    await stage.app.store.write(begin)
    await stage.seen("contacts_interrupted")
    await stage.click("contacts_interrupted-action")
    await stage.seen("recent_ask_undo")
    press(stage, "recent_ask_undo-do")
    await told(stage, "Undone: there was nothing to bring back.")
    await until(lambda: not stage.sees("contacts_interrupted"), "the sentence to go")
    assert (await stage.app.bulk.newest())[0].status is BulkStatus.UNDONE


@staged
async def test_who_may_not_undo_sees_the_sentence_without_the_way(stage: Stage) -> None:
    user = await sit(stage, Role.AGENT)
    await contacts(stage)

    def begin(tx: Tx) -> None:
        made = bulk.start(tx, BulkKind.IMPORT, "leads.csv", user.id, "gone")
        bulk.set_status(tx, made, BulkStatus.INTERRUPTED)

    await stage.app.store.write(begin)
    await stage.seen("contacts_interrupted")
    button = stage.find(QPushButton, "contacts_interrupted-action")
    assert not button.isEnabled()
    assert "may not import contacts" in button.toolTip()


def test_sentences() -> None:
    change = Bulk(
        1, BulkKind.OPT_IN, "Opt-in set to <No>", BulkStatus.INTERRUPTED, NOW, counts={"changed": 1}
    )
    assert interrupted_html(change) == (
        "<b>The change “Opt-in set to &lt;No&gt;” was interrupted:</b> 1 contact was written."
    )
    half = replace(change, counts={"changed": 9, "restored": 3, "removed": 0, "kept": 1})
    assert interrupted_html(half) == (
        "<b>Taking it back was interrupted:</b> The change “Opt-in set to &lt;No&gt;” is half undone, "
        "4 contacts so far."
    )
    assert undo_words(UndoCounts(1_204, 0, 1)) == (
        "Undone: 1,204 contacts are as before, 1 contact stays: something newer is there."
    )
    assert undo_words(UndoCounts(0, 2, 0)) == "Undone: 2 contacts are gone again."
