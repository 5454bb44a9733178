"""The list: tabs, order, conditions, views, search in messages, and the way through it by keyboard."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from desktop.domain.consent import OptIn
from desktop.domain.conversations import Box, BoxCounts
from desktop.domain.inbox import Order, Wanted
from desktop.store import contacts, conversations, reminders
from desktop.ui.conversations.list_tabs import compact
from desktop.ui.conversations.rows import FoundMessage, Heading
from desktop.ui.parts.label import Label
from desktop.ui.theme import Theme
from tests.looks.checks import clipped_texts, overlaps, unnamed_controls
from tests.ui.conversations.bench import Bench, until
from tests.ui.conversations.scenes import arrives
from tests.ui.conversations.test_page import shown


def pick(bench: Bench, menu: str, name: str) -> None:
    """Choose from a menu that is open, and close it."""
    opened = bench.find(menu, QMenu)
    action = opened.findChild(QAction, name)
    assert isinstance(action, QAction), name
    assert action.isEnabled(), name
    opened.close()
    action.trigger()


def opened_id(bench: Bench) -> int | None:
    return bench.page.area.contact_id


def keys(bench: Bench, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for one in modifiers:
        held |= one
    focused: QWidget | None = bench.window.focusWidget()
    QTest.keyClick(bench.page if focused is None else focused, key, held)


async def unassign(bench: Bench, *names: str) -> None:
    for name in names:
        await bench.world.write(partial(conversations.assign, contact_id=bench.world.ids[name], user_id=None))


async def test_five_tabs_show_the_counts_that_fit_and_tell_the_others(bench: Bench) -> None:
    tabs = bench.page.list.tabs
    await unassign(bench, "Tunde")
    await until(lambda: tabs.button("unassigned").text() == "Unassigned 1")
    assert [tabs.button(box.value).text().split()[0] for box in Box] == [
        "Mine", "Unassigned", "All", "Closed", "Bot",
    ]  # fmt: skip
    tabs.show_counts(BoxCounts(1_204, 18_400, 60_000, 1_400_000, 3))
    assert tabs.button("mine").text() == "Mine 1.2k"
    assert tabs.button("unassigned").toolTip() == "18,400 open conversations that nobody has"
    assert tabs.button("closed").accessibleName() == "Closed 1,400,000"
    assert [compact(one) for one in (999, 1_000, 1_999, 18_400, 1_450_000)] == [
        "999",
        "1k",
        "1.9k",
        "18k",
        "1.4M",
    ]


@pytest.mark.parametrize("percent", [100, 130])
async def test_the_tabs_stand_in_one_line(
    bench: Bench, theme: Theme, app: QApplication, percent: int
) -> None:
    theme.set_text_scale(percent)
    theme.apply(app)
    tabs = bench.page.list.tabs
    tabs.show_counts(BoxCounts(1_204, 18_400, 60_000, 1_400_000, 312))
    await until(lambda: len({tabs.button(box.value).y() for box in Box}) == 1)
    last = tabs.button("bot")
    assert last.x() + last.width() <= tabs.width()
    bench.page.list.ask_for(
        Wanted(Box.ALL, Order.WAITING, ("VIP", "Mumbai"), OptIn.NO, unread=True, closing=True)
    )
    await bench.tasks.drain()
    await until(lambda: clipped_texts(bench.window) == [])
    assert overlaps(bench.window) == []
    bench.click("inbox_filter_button")
    await until(lambda: bench.sees("inbox_filter"))
    assert clipped_texts(bench.window) == []
    assert unnamed_controls(bench.window) == []


async def test_the_order_is_chosen_told_and_taken_back(bench: Bench) -> None:
    bench.click("inbox_sort")
    pick(bench, "inbox_sort_menu", "inbox_sort-oldest")
    await until(lambda: shown(bench)[0] == "+1 306 555 0191")
    await until(lambda: bench.sees("inbox_condition-order"))
    assert bench.find("inbox_condition-order").text() == "Oldest"
    bench.click("inbox_sort")
    pick(bench, "inbox_sort_menu", "inbox_sort-waiting")
    await until(lambda: shown(bench)[:2] == ["Arjun Kapoor", "Priya Sharma"])
    await until(lambda: bench.sees("inbox_condition-order-remove"))
    bench.click("inbox_condition-order-remove")
    await until(lambda: shown(bench)[0] == "Priya Sharma")
    assert not bench.sees("inbox_conditions")


async def test_conditions_are_set_in_a_card_and_cleared_in_the_strip(bench: Bench) -> None:
    bench.click("inbox_filter_button")
    bench.find("inbox_filter_unread").click()
    await until(lambda: shown(bench) == ["Priya Sharma", "Arjun Kapoor"])
    card = bench.find("inbox_filter")
    card.opt_in.setCurrentIndex(card.opt_in.findData("no"))
    await until(lambda: shown(bench) == ["Priya Sharma"])
    QTest.keyClicks(bench.find("inbox_filter_tags"), "vip")
    QTest.keyClick(bench.find("inbox_filter_tags"), Qt.Key.Key_Return)
    QTest.keyClick(card, Qt.Key.Key_Escape)
    await until(lambda: not bench.sees("inbox_filter"))
    assert bench.page.list.wanted == Wanted(tags=("VIP",), opt_in=OptIn.NO, unread=True)
    await until(lambda: bench.sees("inbox_condition-opt_in-remove"))
    bench.click("inbox_condition-opt_in-remove")
    await until(lambda: bench.page.list.wanted.opt_in is None)
    await until(lambda: bench.sees("inbox_conditions_clear"))
    bench.click("inbox_conditions_clear")
    await until(lambda: len(shown(bench)) == 6)
    bench.click("inbox_filter_button")
    bench.find("inbox_filter_closing").click()
    await until(lambda: shown(bench) == ["+1 306 555 0191"])
    bench.world.clock.move(timedelta(hours=2))
    bench.page._ticked()
    await until(lambda: shown(bench) == ["Sofia Greco"])
    bench.world.clock.move(timedelta(hours=2))
    bench.page._ticked()
    await until(lambda: bench.page.list.empty.title.text() == "Nothing fits")


async def test_a_view_is_kept_chosen_deleted_and_brought_back(bench: Bench) -> None:
    urgent = Wanted(Box.ALL, Order.WAITING, unread=True)
    bench.page.list.ask_for(urgent)
    await bench.tasks.drain()
    bench.click("inbox_views")
    await until(lambda: bench.sees("inbox_views_menu"))
    pick(bench, "inbox_views_menu", "inbox_view_save")
    await until(lambda: bench.sees("inbox_view_name"))
    bench.click("inbox_view_keep")
    await until(lambda: bench.sees("inbox_view_row-problem") or "Give 1" in "".join(_texts(bench)))
    QTest.keyClicks(bench.find("inbox_view_name"), "Urgent")
    bench.click("inbox_view_keep")
    await until(lambda: not bench.sees("inbox_view_name"))
    bench.page.list.ask_for(Wanted())
    await bench.tasks.drain()
    (view,) = await bench.world.app.inbox.views(bench.user)
    bench.click("inbox_views")
    await until(lambda: bench.sees("inbox_views_menu"))
    pick(bench, "inbox_views_menu", f"inbox_view-{view.id}")
    await until(lambda: bench.page.list.wanted == urgent)
    await until(lambda: shown(bench) == ["Arjun Kapoor", "Priya Sharma"])
    bench.toasts.clear()
    bench.click("inbox_views")
    await until(lambda: bench.sees("inbox_views_menu"))
    pick(bench, "inbox_views_menu", "inbox_view_delete")
    await until(lambda: bench.sees("toast-action"))
    assert await bench.world.app.inbox.views(bench.user) == []
    bench.click("toast-action")
    await bench.tasks.drain()
    assert [one.name for one in await bench.world.app.inbox.views(bench.user)] == ["Urgent"]


def _texts(bench: Bench) -> list[str]:
    return [one.text() for one in bench.window.findChildren(Label) if one.isVisible()]


async def test_messages_are_found_below_the_names_and_opened_at(bench: Bench) -> None:
    field = bench.find("conversations_search")
    bench.page.focus_search()
    QTest.keyClicks(field, "order")
    entries: Any = bench.page.list.rows
    await until(lambda: any(isinstance(one, Heading) for one in entries.entries))
    found = [one for one in entries.entries if isinstance(one, FoundMessage)]
    assert {one.name for one in found} == {"Lucía Morales", "Priya Sharma"}
    for one in found:
        ((start, end), *_) = one.excerpt.spans
        assert one.excerpt.text[start:end].casefold() == "order"
    heading = next(at for at, one in enumerate(entries.entries) if isinstance(one, Heading))
    assert not entries.flags(entries.index(heading)) & Qt.ItemFlag.ItemIsSelectable
    asked = next(one for one in found if one.hit.text == "Where is my order?")
    row = entries.row_of(("message", asked.hit.message_id))
    spoken = entries.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("Message, Lucía Morales, Where is my order?")
    view = bench.find("conversations_list")
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(entries.index(row)).center()
    )
    await until(lambda: opened_id(bench) == bench.world.ids["Lucía"])
    await bench.tasks.drain()
    field.setText("+1 902")
    await until(lambda: shown(bench) == ["Tunde Nwosu"])
    field.clear()
    await until(lambda: len(shown(bench)) == 6)


async def test_a_hit_far_back_is_opened_where_it_stands(bench: Bench) -> None:
    sofia = bench.world.ids["Sofia"]

    def many(tx: Any) -> None:
        arrives(sofia, "Where did you put the kaleidoscope?")(tx)
        for number in range(400):
            arrives(sofia, f"Message {number}")(tx)

    await bench.world.write(many)
    bench.page.focus_search()
    QTest.keyClicks(bench.find("conversations_search"), "kaleidos")
    model: Any = bench.page.list.rows
    await until(lambda: any(isinstance(one, FoundMessage) for one in model.entries))
    QTest.keyClick(bench.find("conversations_search"), Qt.Key.Key_Return)
    await until(lambda: opened_id(bench) == sofia)
    thread = bench.page.area.thread_view
    await until(lambda: any("kaleidoscope" in getattr(one, "text", "") for one in thread.entries()))


async def test_arrows_look_through_and_enter_writes(bench: Bench) -> None:
    view = bench.find("conversations_list")
    bench.page.list.focus_rows()
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Down)
    await until(lambda: opened_id(bench) == bench.world.ids["Arjun"])
    await bench.tasks.drain()
    assert view.hasFocus(), "one looks on with the next arrow key"
    QTest.keyClick(view, Qt.Key.Key_Return)
    await until(lambda: bench.find("compose_text").hasFocus())
    QTest.keyClick(bench.page, Qt.Key.Key_F6)
    assert view.hasFocus()
    QTest.keyClick(bench.page, Qt.Key.Key_F6)
    assert bench.find("compose_text").hasFocus()


async def test_from_conversation_to_conversation_and_to_who_waits_longest(bench: Bench) -> None:
    ctrl, alt, shift = (
        Qt.KeyboardModifier.ControlModifier,
        Qt.KeyboardModifier.AltModifier,
        Qt.KeyboardModifier.ShiftModifier,
    )
    ids = bench.world.ids
    await bench.open("Lucía")
    keys(bench, Qt.Key.Key_Down, ctrl, alt)
    await until(lambda: opened_id(bench) == ids["Tunde"])
    keys(bench, Qt.Key.Key_Up, ctrl, alt)
    await until(lambda: opened_id(bench) == ids["Lucía"])
    keys(bench, Qt.Key.Key_U, ctrl, shift)
    await until(lambda: opened_id(bench) == ids["Arjun"])
    await until(lambda: bench.page.list.rows.rows[1].unread_count == 0)
    keys(bench, Qt.Key.Key_U, ctrl, shift)
    await until(lambda: opened_id(bench) == ids["Priya"])
    await until(lambda: bench.page.list.rows.rows[0].unread_count == 0)
    keys(bench, Qt.Key.Key_U, ctrl, shift)
    await until(lambda: any("Nobody waits" in one.text for one in bench.toasts.shown))
    keys(bench, Qt.Key.Key_Up, ctrl, alt)
    await bench.tasks.drain()
    assert opened_id(bench) == ids["Priya"], "there is nobody above the first"


async def test_rows_tell_who_has_them_and_what_is_due(bench: Bench) -> None:
    tom, lucia = bench.world.users[1], bench.world.ids["Lucía"]
    at = bench.world.clock.now() + timedelta(hours=2)
    await bench.world.write(lambda tx: reminders.put(tx, lucia, bench.user.id, at))
    await bench.world.write(partial(conversations.assign, contact_id=lucia, user_id=tom.id))
    bench.click("conversations_tab-all")
    await until(lambda: any(one.assigned_name == "Tom Abel" for one in bench.page.list.rows.rows))
    index = bench.page.list.rows.index(bench.page.list.rows.row_of(lucia))
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Assigned to Tom Abel" in spoken
    assert "with a reminder" in spoken
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert "Assigned to Tom Abel" in tip
    assert "Reminder: " in tip


async def test_more_rows_come_at_the_end_and_the_place_stays(bench: Bench) -> None:
    def many(tx: Any) -> None:
        for number in range(250):
            made = contacts.create(tx, f"Customer {number}", f"+1604555{number + 1000:04d}")
            arrives(made, "Hi")(tx)

    await bench.world.write(many)
    bench.click("conversations_tab-all")
    await until(lambda: len(shown(bench)) == 200)
    view = bench.find("conversations_list")
    bar = view.verticalScrollBar()
    await until(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    here = view.indexAt(QPoint(20, 20)).data()
    await until(lambda: len(shown(bench)) == 256)
    assert view.indexAt(QPoint(20, 20)).data() == here
