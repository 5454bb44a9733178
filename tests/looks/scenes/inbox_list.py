"""The list of conversations: conditions, found messages, several chosen, and its menus."""

from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest

from desktop.domain.consent import OptIn
from desktop.domain.conversations import Box
from desktop.domain.inbox import Order, Wanted
from desktop.store import reminders
from desktop.ui.conversations.page import ConversationsPage
from tests.looks.scenes.conversations import opened
from tests.looks.stage import Stage, until


async def everything(stage: Stage) -> None:
    """All open ones: who has them, what is left of each window, a reminder."""
    page = await opened(stage, "Priya")
    user = stage.window.desk.user()
    rows = await stage.app.inbox.rows(Wanted(Box.ALL), user)
    people = await stage.app.workspace.people()
    now = stage.app.clock.now()

    await stage.app.store.write(
        lambda tx: reminders.put(tx, rows[2].contact_id, user.id, now + timedelta(hours=2))
    )
    await stage.app.conversations.assign(rows[1].contact_id, people[1], user)
    page.list.ask_for(Wanted(Box.ALL))
    await stage.quiet()


async def _filtered(stage: Stage) -> ConversationsPage:
    page = await opened(stage, "Priya")
    page.list.ask_for(Wanted(Box.ALL, Order.WAITING, ("VIP",), OptIn.NO))
    await stage.quiet()
    return page


async def conditions(stage: Stage) -> None:
    await _filtered(stage)


async def filter_card(stage: Stage) -> None:
    await _filtered(stage)
    await stage.click("inbox_filter_button")
    await stage.seen("inbox_filter")


async def sort_menu(stage: Stage) -> None:
    await opened(stage, "Priya")
    await stage.click("inbox_sort")
    await stage.seen("inbox_sort_menu")


async def views_menu(stage: Stage) -> None:
    page = await _filtered(stage)
    inbox, user = stage.app.inbox, stage.window.desk.user()
    await inbox.save_view("VIPs who wait", page.list.wanted, user)
    await inbox.save_view("Closes soon", Wanted(Box.UNASSIGNED, Order.WINDOW, closing=True), user)
    await stage.click("inbox_views")
    await stage.seen("inbox_views_menu")


async def save_view(stage: Stage) -> None:
    await _filtered(stage)
    await stage.click("inbox_views")
    await stage.seen("inbox_views_menu")
    keep = stage.find(ConversationsPage, "conversations_page").findChild(QAction, "inbox_view_save")
    assert isinstance(keep, QAction)
    keep.trigger()
    await stage.seen("inbox_view_name")


async def nothing_fits(stage: Stage) -> None:
    page = await opened(stage, "Priya")
    page.list.ask_for(Wanted(Box.MINE, closing=True, tags=("Wholesale",)))
    await stage.seen("conversations_empty")


async def found(stage: Stage) -> None:
    """A search finds a name, and messages below it."""
    page = await opened(stage, "Arjun")
    page.list.ask_for(Wanted(Box.ALL))
    await stage.type_into("conversations_search", "order")
    await until(lambda: len(page.list.rows.entries) > len(page.list.rows.rows), "messages to be found")
    await stage.quiet()


async def many(stage: Stage) -> None:
    page = await opened(stage, "Priya")
    view = page.list.view
    page.list.focus_rows()
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    await stage.seen("inbox_bulk")


async def assign_menu(stage: Stage) -> None:
    await many(stage)
    await stage.click("inbox_bulk-assign")
    await stage.seen("inbox_assign_menu")


async def tag(stage: Stage) -> None:
    await many(stage)
    await stage.click("inbox_bulk-tag")
    await stage.seen("inbox_tag_field")
