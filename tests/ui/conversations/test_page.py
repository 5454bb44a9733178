"""The list, the drafts, the opt-in card, and what follows a change that somebody else made."""

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from desktop.domain.changes import Topic
from desktop.domain.consent import OptIn, Source
from desktop.store import consent, conversations, drafts
from desktop.store.engine import Tx
from desktop.ui.conversations import row_delegate, words
from desktop.ui.conversations.entries import BubbleEntry, DayEntry, EventEntry, UnreadEntry
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.theme import Theme
from tests.looks.checks import clipped_texts, overlaps, unnamed_controls
from tests.ui.conversations.bench import Bench, until
from tests.ui.conversations.scenes import arrives, leaves
from tests.ui.conversations.test_sending import choose, write


def shown(bench: Bench) -> list[str]:
    model = bench.page.list.rows
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


async def test_the_list_shows_who_when_what_and_how_many(bench: Bench) -> None:
    assert shown(bench) == [
        "Priya Sharma", "Arjun Kapoor", "Lucía Morales", "Tunde Nwosu", "Sofia Greco", "+1 306 555 0191",
    ]  # fmt: skip
    rows = {one.name: one for one in bench.page.list.rows.rows}
    assert row_delegate.badges(rows["Priya Sharma"])[0] == ("Opted out", BadgeKind.OUT)
    assert row_delegate.badges(rows["Arjun Kapoor"]) == [("Opted in", BadgeKind.IN)]
    assert words.preview(rows["Lucía Morales"]) == ("checks", "Your order #4471 has shipped 🚚")
    assert words.preview(rows["Tunde Nwosu"])[1].startswith("Not delivered – not on WhatsApp")
    assert words.preview(rows[""]) == ("camera", "Photo")
    assert bench.find("conversations_total").text() == "6"
    assert bench.find("conversations_tab-mine").text() == "Mine 6"
    spoken = bench.page.list.rows.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "2 unread" in spoken
    assert "reply window open, 20 h left" in spoken


async def test_search_tabs_and_keys(bench: Bench) -> None:
    bench.page.focus_search()
    field = bench.find("conversations_search")
    assert field.hasFocus()
    QTest.keyClicks(field, "902 555")
    await until(lambda: shown(bench) == ["Tunde Nwosu"])
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until(lambda: bench.page.area.contact_id == bench.world.ids["Tunde"])
    field.setText("nobody at all")
    await until(lambda: bench.sees("conversations_empty"))
    assert bench.page.list.empty.title.text() == "Nobody found"
    field.clear()
    await until(lambda: len(shown(bench)) == 6)
    bench.click("conversations_tab-unassigned")
    await until(lambda: bench.page.list.empty.title.text() == "Nobody is waiting")
    bench.click("conversations_tab-all")
    await until(lambda: len(shown(bench)) == 6)
    view = bench.find("conversations_list")
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Home)
    await until(lambda: bench.page.area.contact_id == bench.world.ids["Priya"])
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down)
    await until(lambda: bench.page.area.contact_id == bench.world.ids["Arjun"])
    assert view.currentIndex().row() == 1


async def test_the_thread_tells_days_messages_and_changes_in_their_order(bench: Bench) -> None:
    await bench.open("Priya")
    rows = list(bench.page.area.thread_view.entries())
    assert [type(row) for row in rows] == [
        DayEntry,
        BubbleEntry,
        UnreadEntry,
        BubbleEntry,
        EventEntry,
        BubbleEntry,
        BubbleEntry,
    ]
    assert [row.text for row in rows[:5]] == [
        "Today",
        "Hi Priya, our Diwali sale starts Friday. Early access for members: 20% off everything. 🪔",
        "2 unread messages",
        "STOP",
        "Priya opted out of marketing by replying “STOP” · 10:42",
    ]
    sale, confirmation = rows[1], rows[5]
    assert isinstance(sale, BubbleEntry)
    assert isinstance(confirmation, BubbleEntry)
    assert sale.meta == "Broadcast · Diwali early access  10:31"
    assert (confirmation.buttons, confirmation.meta, confirmation.tick) == (
        ("Subscribe",),
        "Automatic  10:42",
        "checks",
    )


async def test_opening_in_an_active_window_marks_as_read_and_live_messages_appear(bench: Bench) -> None:
    await bench.open("Arjun")
    await until(lambda: bench.page.list.rows.rows[1].unread_count == 0)
    arjun = bench.world.ids["Arjun"]
    await bench.world.write(arrives(arjun, "Hello?"))
    await until(lambda: bench.page.area.thread_view.entries()[-1].key.startswith("message:"))
    await until(lambda: getattr(bench.page.area.thread_view.entries()[-1], "text", "") == "Hello?")
    await until(lambda: shown(bench)[0] == "Arjun Kapoor")


async def test_a_stop_from_elsewhere_brings_the_banner_while_one_writes(bench: Bench) -> None:
    await bench.open("Arjun")
    await write(bench, "Yes, it is")
    assert not bench.sees("compose_banner")
    await bench.world.write(arrives(bench.world.ids["Arjun"], "STOP"))
    await until(lambda: bench.sees("compose_banner"))
    assert bench.find("compose_text").toPlainText() == "Yes, it is"
    assert "Arjun opted out of marketing" in bench.find("compose_banner").accessibleName()


async def test_a_change_heard_while_another_is_being_opened_does_not_bring_the_old_one_back(
    bench: Bench,
) -> None:
    await bench.open("Priya")
    bench.page.open_contact(bench.world.ids["Tunde"])
    bench.page.area.reload()
    await until(lambda: bench.page.area.contact_id == bench.world.ids["Tunde"])
    await bench.tasks.drain()
    assert bench.page.area.contact_id == bench.world.ids["Tunde"]


@pytest.mark.slow
async def test_drafts_survive_switching_and_a_new_window(bench: Bench) -> None:
    await bench.open("Arjun")
    await write(bench, "I will look")
    await bench.open("Lucía")
    assert bench.find("compose_text").toPlainText() == ""
    await choose(bench, "winter_clearance")
    await bench.open("Arjun")
    assert bench.find("compose_text").toPlainText() == "I will look"
    await bench.open("Lucía")
    assert bench.page.area.state.template is not None
    assert bench.page.area.state.values == {"1": "Lucía", "2": "40%", "3": "30 Nov"}
    arjun = bench.world.ids["Arjun"]
    kept = await bench.world.app.store.read(lambda tx: drafts.load(tx, arjun, bench.user.id))
    assert kept is not None
    assert kept["text"] == "I will look"
    bench.user = bench.world.users[1]
    bench.page.refresh()
    await bench.tasks.drain()
    assert bench.page.area.state.template is None, "a draft is its author's"


async def test_a_message_that_came_back_stands_in_the_box_with_the_reason(bench: Bench) -> None:
    await bench.open("Arjun")
    arjun = bench.world.ids["Arjun"]
    body: dict[str, Any] = {
        "text": "Our sale",
        "template_id": None,
        "values": {},
        "note": "The contact opted out.",
    }

    def give_back(tx: Tx) -> None:
        drafts.save(tx, arjun, bench.user.id, body)
        tx.touch(Topic.CONVERSATION, arjun)

    await bench.world.write(give_back)
    await until(lambda: bench.sees("compose_note"))
    assert bench.find("compose_note").text() == "Came back: The contact opted out."
    assert bench.find("compose_text").toPlainText() == "Our sale"


async def test_opting_out_is_one_click_and_can_be_undone(bench: Bench) -> None:
    await bench.open("Arjun")
    bench.click("optin_to_no")
    await until(lambda: bench.sees("compose_banner"))
    await bench.tasks.drain()
    assert bench.find("optin_badge").text() == "No"
    assert "recorded by Meera Rao" in bench.find("compose_banner").accessibleName()
    bench.click("toast-action")
    await until(lambda: not bench.sees("compose_banner"))
    history = await bench.world.app.contacts.history(bench.world.ids["Arjun"])
    assert [one.value for one in history] == ["yes", "no", "yes"]
    assert history[-1].reason == "Undone right after it was recorded"


async def test_opting_in_is_one_click_where_nobody_chose_and_can_be_undone(bench: Bench) -> None:
    await bench.open("Lucía")
    lucia = bench.world.ids["Lucía"]
    bench.click("optin_to_yes")
    await until(lambda: bench.sees("toast-action"))
    assert (await bench.world.app.contacts.get(lucia)).opt_in is OptIn.YES
    await until(lambda: bench.find("optin_badge").text() != "No choice")
    bench.click("toast-action")
    await until(lambda: bench.find("optin_badge").text() == "No choice")
    history = await bench.world.app.contacts.history(lucia)
    assert [one.value for one in history] == ["yes", "none"]


async def test_an_opt_in_is_not_taken_back_over_a_newer_no(bench: Bench) -> None:
    await bench.open("Lucía")
    lucia = bench.world.ids["Lucía"]
    bench.click("optin_to_yes")
    await until(lambda: bench.sees("toast-action"))
    await bench.world.write(lambda tx: consent.record(tx, lucia, OptIn.NO, Source.KEYWORD, evidence="STOP"))
    bench.click("toast-action")
    await bench.tasks.drain()
    assert (await bench.world.app.contacts.get(lucia)).opt_in is OptIn.NO


async def test_an_undo_never_overrules_what_the_customer_said_meanwhile(bench: Bench) -> None:
    await bench.open("Arjun")
    arjun = bench.world.ids["Arjun"]
    bench.click("optin_to_no")
    await until(lambda: bench.sees("toast-action"))
    await bench.world.write(lambda tx: consent.record(tx, arjun, OptIn.NO, Source.KEYWORD, evidence="STOP"))
    bench.click("toast-action")
    await bench.tasks.drain()
    assert (await bench.world.app.contacts.get(arjun)).opt_in is OptIn.NO
    assert any("Not undone" in toast.text for toast in bench.toasts.shown)


async def test_opting_in_again_asks_for_the_reason_and_keeps_it(bench: Bench) -> None:
    await bench.open("Priya")
    bench.click("optin_to_yes")
    await until(lambda: bench.sees("reason_do"))
    assert not bench.find("reason_do").isEnabled()
    QTest.keyClicks(bench.find("reason_field"), "asked at the counter")
    bench.click("reason_do")
    await until(lambda: not bench.sees("compose_banner"))
    last = (await bench.world.app.contacts.history(bench.world.ids["Priya"]))[-1]
    assert (last.value, last.user_name, last.reason) == ("yes", "Meera Rao", "asked at the counter")


async def test_opting_in_again_can_be_left(bench: Bench) -> None:
    await bench.open("Priya")
    bench.click("optin_to_yes")
    await until(lambda: bench.sees("reason_cancel"))
    bench.click("reason_cancel")
    await bench.tasks.drain()
    assert (await bench.world.app.contacts.get(bench.world.ids["Priya"])).opt_in is OptIn.NO


async def test_tags_are_added_and_removed_in_place(bench: Bench) -> None:
    await bench.open("Priya")
    bench.click("tag_add")
    QTest.keyClicks(bench.find("tag_field"), "Wholesale")
    QTest.keyClick(bench.find("tag_field"), Qt.Key.Key_Return)
    await until(lambda: bench.sees("tag_Wholesale"))
    bench.click("tag_VIP-remove")
    await until(lambda: not bench.sees("tag_VIP"))
    tags = (await bench.world.app.contacts.get(bench.world.ids["Priya"])).tags
    assert tags == ("Mumbai", "Wholesale")


async def test_who_answers_and_closing(bench: Bench) -> None:
    await bench.open("Tunde")
    bench.click("thread_assigned")
    menu = bench.find("thread_assign_menu", QMenu)
    tom = bench.world.users[1]
    choice = menu.findChild(QAction, f"thread_assign_{tom.id}")
    assert isinstance(choice, QAction)
    choice.trigger()
    menu.close()
    await until(lambda: bench.find("thread_assigned").text().strip() == "Assigned: Tom")
    bench.click("thread_close")
    await until(lambda: bench.find("thread_close").text() == "Reopen")
    bench.click("conversations_tab-closed")
    await until(lambda: shown(bench) == ["Tunde Nwosu"])
    bench.click("thread_close")
    await until(lambda: bench.find("thread_close").text() == "Close")


async def test_older_messages_come_on_scrolling_and_the_place_stays(bench: Bench) -> None:
    sofia = bench.world.ids["Sofia"]

    def many(tx: Tx) -> None:
        for number in range(400):
            arrives(sofia, f"Message {number}")(tx)

    await bench.world.write(many)
    await bench.world.write(lambda tx: conversations.mark_read(tx, sofia))
    await bench.open("Sofia")
    view = bench.page.area.thread_view
    bar = view.verticalScrollBar()
    await until(lambda: bar.maximum() > 0 and bar.value() >= bar.maximum() - 1)
    while not any(getattr(one, "text", "") == "Message 0" for one in view.entries()):
        first = view.entries()[0].key
        bar.setValue(0)
        await until(lambda first=first: view.entries()[0].key != first)  # type: ignore[misc]
        assert len(view.entries()) <= 300
        top = view.indexAt(QPoint(view.viewport().width() // 2, 1))
        assert abs(top.row() - view.model().row_of(first)) <= 3  # type: ignore[attr-defined]
    assert bench.sees("thread_latest")
    bench.click("thread_latest")
    await until(lambda: getattr(view.entries()[-1], "text", "") == "Message 399")
    await until(lambda: bar.value() >= bar.maximum() - 1)


async def test_new_messages_leave_the_place_of_who_reads_above(bench: Bench) -> None:
    sofia = bench.world.ids["Sofia"]

    def some(tx: Tx) -> None:
        for number in range(60):
            arrives(sofia, f"Message {number}")(tx)

    await bench.world.write(some)
    await bench.world.write(lambda tx: conversations.mark_read(tx, sofia))
    await bench.open("Sofia")
    view = bench.page.area.thread_view
    bar = view.verticalScrollBar()
    await until(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    bar.setValue(bar.maximum() // 2)
    here = bar.value()
    await bench.world.write(arrives(sofia, "Newest"))
    await until(lambda: getattr(view.entries()[-1], "text", "") == "Newest")
    assert bar.value() == here


@pytest.mark.parametrize("percent", [100, 130])
async def test_the_panel_of_who_made_no_choice_is_not_cut_off(
    bench: Bench, theme: Theme, app: QApplication, percent: int
) -> None:
    theme.set_text_scale(percent)
    theme.apply(app)
    await bench.open("Lucía")
    area = bench.page.area.panel.area
    inside = area.widget()
    assert inside is not None
    assert inside.width() <= area.viewport().width()
    for name in ("optin_to_yes", "optin_to_no"):
        link = bench.find(name)
        right = link.mapTo(area.viewport(), link.rect().topRight()).x()
        assert right < area.viewport().width(), name
        assert link.width() >= link.sizeHint().width(), name
    assert clipped_texts(bench.window) == []
    assert overlaps(bench.window) == []


@pytest.mark.parametrize(("percent", "mirrored"), [(100, False), (130, False), (100, True)])
async def test_nothing_is_cut_off_or_unnamed(
    bench: Bench, theme: Theme, app: QApplication, percent: int, mirrored: bool
) -> None:
    theme.set_text_scale(percent)
    if mirrored:
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    theme.apply(app)
    await bench.world.write(leaves(bench.world.ids["Priya"], "A longer answer " * 20, user=bench.user))
    await bench.open("Priya")
    await choose(bench, "winter_clearance")
    assert clipped_texts(bench.window) == []
    assert overlaps(bench.window) == []
    assert unnamed_controls(bench.window) == []
    bench.world.clock.move(timedelta(days=2))
    bench.click("compose_template_drop")
    bench.page.area.tick()
    await until(lambda: clipped_texts(bench.window) == [])
    assert unnamed_controls(bench.window) == []
