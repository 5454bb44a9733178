"""The head of a conversation: who answers, closing, tags and reminders, by mouse and by keyboard alone."""

from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget

from desktop.domain.people import Role
from desktop.domain.reminders import Later, due
from desktop.domain.zones import zone
from desktop.store import conversations, notes, people, thread_events
from desktop.system.machine import Machine
from desktop.system.zone import machine_zone
from desktop.ui.conversations.reminder_words import due_words, strip_words
from tests.ui.conversations.bench import Bench, until

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
COLLEAGUES = ("Ada Byron", "Bo Chen", "Carla Dias", "Dev Anand", "Elif Kaya", "Femi Ojo", "Gül Şahin")


def press(bench: Bench, key: Qt.Key) -> None:
    focus = QApplication.focusWidget() or bench.window
    QTest.keyClick(focus, key, CTRL_SHIFT)


def toasts(bench: Bench) -> list[str]:
    return [one.text for one in bench.toasts.shown]


async def told(bench: Bench, name: str) -> list[str]:
    contact_id = bench.world.ids[name]
    found = await bench.world.app.store.read(lambda tx: thread_events.of_contact(tx, contact_id))
    return [one.sentence for one in found]


def open_menu(bench: Bench, name: str) -> QMenu:
    menu = next(one for one in bench.window.findChildren(QMenu, name) if one.isVisible())
    assert isinstance(menu, QMenu)
    return menu


async def test_taking_closing_and_opening_by_keys(bench: Bench) -> None:
    tunde = bench.world.ids["Tunde"]
    await bench.world.write(lambda tx: conversations.assign(tx, tunde, None))
    await bench.open("Tunde")
    await until(lambda: bench.find("thread_assigned").text().strip() == "Unassigned")
    press(bench, Qt.Key.Key_M)
    await until(lambda: bench.find("thread_assigned").text().strip() == "Assigned: Me")
    press(bench, Qt.Key.Key_C)
    await until(lambda: bench.find("thread_close").text() == "Reopen")
    assert toasts(bench) == ["Closed: Tunde"]
    press(bench, Qt.Key.Key_C)
    await until(lambda: bench.find("thread_close").text() == "Close")
    assert (await told(bench, "Tunde"))[-3:] == [
        "Meera Rao took this",
        "Closed by Meera Rao",
        "Opened again by Meera Rao",
    ]


async def test_closing_can_be_taken_back(bench: Bench) -> None:
    await bench.open("Tunde")
    bench.click("thread_close")
    await until(lambda: toasts(bench) == ["Closed: Tunde"])
    bench.click("toast-action")
    await until(lambda: bench.find("thread_close").text() == "Close")


async def test_a_colleague_is_found_by_typing(bench: Bench) -> None:
    await bench.world.write(lambda tx: people.add(tx, [(name, Role.AGENT) for name in COLLEAGUES]))
    await bench.open("Tunde")
    await until(lambda: len(bench.page.area.work.people) > len(COLLEAGUES))
    press(bench, Qt.Key.Key_G)
    menu = open_menu(bench, "thread_assign_menu")
    search = menu.findChild(QLineEdit, "assign_search")
    assert isinstance(search, QLineEdit)
    QTest.keyClicks(search, "k")
    shown = [one.text() for one in menu.actions() if one.isVisible() and one.isCheckable()]
    assert shown == ["Elif Kaya"]
    QTest.keyClick(search, Qt.Key.Key_Return)
    await until(lambda: bench.find("thread_assigned").text().strip() == "Assigned: Elif")
    assert not any(one.isVisible() for one in bench.window.findChildren(QMenu))
    await until(lambda: toasts(bench) == ["Tunde is with Elif Kaya now"])
    bench.click("toast-action")
    await until(lambda: bench.find("thread_assigned").text().strip() == "Assigned: Me")


async def test_arrows_walk_through_who_was_found(bench: Bench) -> None:
    await bench.world.write(lambda tx: people.add(tx, [(name, Role.AGENT) for name in COLLEAGUES]))
    await bench.open("Tunde")
    await until(lambda: len(bench.page.area.work.people) > len(COLLEAGUES))
    press(bench, Qt.Key.Key_G)
    menu = open_menu(bench, "thread_assign_menu")
    search = menu.findChild(QLineEdit, "assign_search")
    assert isinstance(search, QLineEdit)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(search, key)
    assert menu.activeAction().text() == "Unassigned"
    QTest.keyClick(search, Qt.Key.Key_Return)
    await until(lambda: bench.find("thread_assigned").text().strip() == "Unassigned")


async def test_a_tag_by_keys(bench: Bench) -> None:
    await bench.open("Priya")
    press(bench, Qt.Key.Key_T)
    field = bench.find("tag_field")
    assert field.hasFocus()
    QTest.keyClicks(field, "Wholesale")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await until(lambda: bench.sees("tag_Wholesale"))
    assert (await told(bench, "Priya"))[-1] == "Meera Rao added the tag Wholesale"


async def test_a_reminder_in_two_hours_comes_due_and_is_done(bench: Bench) -> None:
    await bench.open("Tunde")
    assert not bench.sees("thread_reminder")
    press(bench, Qt.Key.Key_R)
    menu = open_menu(bench, "thread_reminder_menu")
    assert menu.activeAction().text() == "In 2 hours"
    QTest.keyClick(menu, Qt.Key.Key_Return)
    await until(lambda: bench.sees("thread_reminder"))
    clock, line = bench.world.clock, bench.find("thread_reminder_line")
    at = clock.now() + timedelta(hours=2)
    assert line.text() == f"Reminder: {due_words(at, clock.now())}"
    assert bench.find("thread_reminder_remove").text() == "Remove"
    clock.move(timedelta(hours=2))
    bench.page.area.tick()
    assert line.text().startswith("You wanted to come back to this today ")
    assert bench.find("thread_reminder_remove").text() == "Done"
    bench.click("thread_reminder_remove")
    await until(lambda: not bench.sees("thread_reminder"))
    assert await bench.world.app.reminders.every(bench.user) == []


async def test_a_reminder_can_be_taken_away_and_back(bench: Bench) -> None:
    await bench.open("Tunde")
    await bench.world.app.reminders.put(
        bench.world.ids["Tunde"], bench.world.clock.now() + timedelta(days=1), bench.user
    )
    await until(lambda: bench.sees("thread_reminder"))
    bench.click("thread_remind")
    menu = open_menu(bench, "thread_reminder_menu")
    remove = menu.findChild(QAction, "remind_remove")
    assert isinstance(remove, QAction)
    remove.trigger()
    menu.close()
    await until(lambda: not bench.sees("thread_reminder"))
    bench.click("toast-action")
    await until(lambda: bench.sees("thread_reminder"))


async def test_a_time_of_ones_own_with_its_zone(bench: Bench) -> None:
    await bench.open("Tunde")
    bench.page.area.header.time_requested.emit()
    await until(lambda: bench.sees("reminder_do"))
    here = zone(machine_zone())
    now = bench.world.clock.now()
    field = bench.find("reminder_at")
    morning = due(Later.TOMORROW, now, here).astimezone(here)
    assert field.dateTime().toString("yyyy-MM-dd HH:mm") == morning.strftime("%Y-%m-%d %H:%M")
    assert bench.find("reminder_zone").text().startswith(here.key.replace("_", " "))
    field.setDateTime(field.minimumDateTime())  # this very minute
    assert not bench.find("reminder_do").isEnabled()
    assert bench.sees("reminder_wrong")
    wall = (now + timedelta(days=3)).astimezone(here).replace(hour=16, minute=30)
    field.setDateTime(QDateTime.fromString(wall.strftime("%Y-%m-%d %H:%M"), "yyyy-MM-dd HH:mm"))
    bench.click("reminder_do")
    await until(lambda: bench.sees("thread_reminder"))
    (kept,) = await bench.world.app.reminders.every(bench.user)
    assert kept.due_at == wall.replace(second=0, microsecond=0)
    assert bench.find("thread_reminder_line").text() == strip_words(kept, now)


async def test_what_is_closed_gives_way_to_the_next_one_where_wanted(bench: Bench, tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine.json")
    bench.world.app.machine = machine
    ids = bench.world.ids
    await bench.open("Arjun")
    order = [one.contact_id for one in bench.page.list.rows.rows]
    after = order[order.index(ids["Arjun"]) + 1]
    bench.click("thread_close")
    await until(lambda: bench.find("thread_close").text() == "Reopen")
    assert bench.page.area.contact_id == ids["Arjun"]  # not wanted yet
    bench.click("thread_close")
    await until(lambda: bench.find("thread_close").text() == "Close")
    await until(lambda: ids["Arjun"] in [one.contact_id for one in bench.page.list.rows.rows])
    machine.save(next_after_close=True)
    press(bench, Qt.Key.Key_C)
    await until(lambda: bench.page.area.contact_id == after)
    assert any(text == "Closed: Arjun" for text in toasts(bench))


async def test_notes_that_name_the_person_are_seen_by_looking(bench: Bench) -> None:
    meera, tom = bench.world.users[0], bench.world.users[1]
    tunde = bench.world.ids["Tunde"]
    await bench.world.write(lambda tx: notes.add(tx, tunde, tom.id, "@Meera Rao please call him", [meera.id]))
    assert len(await bench.world.app.notes.mentions(meera)) == 1
    await bench.open("Tunde")
    for _ in range(2):
        await bench.tasks.drain()
    assert await bench.world.app.notes.mentions(meera) == []


async def test_keys_rest_while_a_dialog_lies_over_the_window(bench: Bench) -> None:
    await bench.open("Tunde")
    bench.page.area.header.time_requested.emit()
    await until(lambda: bench.sees("reminder_cancel"))
    press(bench, Qt.Key.Key_C)
    bench.click("reminder_cancel")
    await bench.tasks.drain()
    assert bench.find("thread_close", QWidget).text() == "Close"
