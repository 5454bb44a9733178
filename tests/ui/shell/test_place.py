"""The window comes back where it was: page, list, conversation, and the part of it that was read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.domain.conversations import Box
from desktop.domain.inbox import Order
from desktop.options import Options
from desktop.root import open_app
from desktop.store import conversations
from desktop.store.engine import Tx
from desktop.system.paths import Paths
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.conversations.place import kept, restore
from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow
from tests.looks.scenes.conversations import opened
from tests.looks.stage import SIZE_PX, Stage, open_stage, staged, until


@asynccontextmanager
async def again(home: Path, theme: Theme, user: int = 0) -> AsyncIterator[MainWindow]:
    """The program begins anew on the same store; user: who sits down, by number."""
    async with open_app(Options(str(home / "assent.db"), Paths(home))) as app:
        people = await app.workspace.people()
        window = MainWindow(app, theme, people, people[user], (await app.workspace.settings()).given)
        window.resize(*SIZE_PX)
        window.show()
        try:
            yield window
        finally:
            await window.leave()
            window.hide()
            window.deleteLater()


def conversations_of(window: MainWindow) -> ConversationsPage:
    page = window.pages.built["conversations"]
    assert isinstance(page, ConversationsPage)
    return page


@pytest.mark.slow
async def test_page_list_and_conversation_come_back(tmp_path: Path, theme: Theme) -> None:
    async with open_stage(tmp_path, theme) as stage:
        page = await opened(stage, "Tunde")
        tunde = page.area.contact_id
        page.list.ask_for(replace(page.list.wanted, box=Box.ALL, order=Order.WAITING))
        stage.window.go("contacts")
        await stage.quiet()
    async with again(tmp_path, theme) as window:
        await until(lambda: window.pages.current_key == "contacts", "the page of before")
        page = conversations_of(window)
        await until(lambda: page.area.contact_id == tunde, "the conversation of before")
        assert (page.list.wanted.box, page.list.wanted.order) == (Box.ALL, Order.WAITING)


@pytest.mark.slow
async def test_somebody_else_begins_anew(tmp_path: Path, theme: Theme) -> None:
    async with open_stage(tmp_path, theme) as stage:
        await opened(stage, "Tunde")
        stage.window.go("contacts")
        await stage.quiet()
    async with again(tmp_path, theme, user=1) as window:
        await window.tasks.drain()
        assert window.pages.current_key == "conversations"
        assert conversations_of(window).area.contact_id is None


@staged
async def test_the_part_that_was_read_comes_back(stage: Stage) -> None:
    page = await opened(stage, "Tunde")
    tunde = page.area.contact_id
    assert tunde is not None

    def many(tx: Tx) -> None:
        for number in range(120):
            conversations.add_inbound(
                tx, tunde, wamid="", kind="text", text=f"Message {number}", content={}, context_wamid=""
            )

    await stage.app.store.write(many)
    await opened(stage, "Arjun")
    await stage.app.conversations.mark_read(tunde, stage.window.desk.user())
    page = await opened(stage, "Tunde")
    bar = page.area.thread_view.verticalScrollBar()
    await until(lambda: bar.maximum() > 0 and bar.value() >= bar.maximum() - 1, "the end of the thread")
    assert kept(page)["message_id"] == 0
    bar.setValue(bar.maximum() // 2)
    place = kept(page)
    assert place["contact_id"] == tunde
    assert place["message_id"] > 0
    await opened(stage, "Arjun")
    restore(page, place)
    await until(lambda: page.area.contact_id == tunde, "the conversation")
    await stage.quiet()
    await until(lambda: abs(kept(page)["message_id"] - place["message_id"]) <= 4, "the place")


@staged
async def test_what_another_version_kept_is_passed_over(stage: Stage) -> None:
    page = await opened(stage, "Tunde")
    before = page.area.contact_id
    restore(page, {"wanted": {"box": "attic", "order": 7}, "contact_id": "nobody", "message_id": None})
    await stage.quiet()
    assert page.area.contact_id == before
    assert page.list.box is Box.MINE
