"""Several conversations chosen in the list, and what is done with them at once."""

from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop.domain.conversations import Box
from desktop.domain.inbox import Wanted
from desktop.store import conversations, people
from desktop.ui.parts.listrows import ROW
from tests.looks.checks import clipped_texts, overlaps, unnamed_controls
from tests.ui.conversations.bench import Bench, until
from tests.ui.conversations.scenes import arrives
from tests.ui.conversations.test_list import opened_id, pick
from tests.ui.conversations.test_page import shown

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def click(bench: Bench, name: str, modifier: Qt.KeyboardModifier = NONE, *, on_face: bool = False) -> None:
    view = bench.find("conversations_list")
    rect = view.visualRect(bench.page.list.rows.index(bench.page.list.rows.row_of(bench.world.ids[name])))
    spot = QPoint(30, rect.center().y()) if on_face else rect.center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, spot)


def many(bench: Bench) -> list[str]:
    names = {id: name for name, id in bench.world.ids.items()}
    return [names[id] for id in bench.page.list.many]


async def test_ctrl_and_shift_choose_several_without_opening_one(bench: Bench) -> None:
    await bench.open("Priya")
    assert not bench.sees("inbox_bulk")
    click(bench, "Lucía", CTRL)
    assert many(bench) == ["Priya", "Lucía"]
    assert bench.find("inbox_bulk_count").text() == "2 selected"
    click(bench, "Sofia", SHIFT)
    assert many(bench) == ["Priya", "Lucía", "Tunde", "Sofia"]
    click(bench, "Arjun", on_face=True)
    assert many(bench) == ["Priya", "Arjun", "Lucía", "Tunde", "Sofia"]
    click(bench, "Tunde", on_face=True)
    assert many(bench) == ["Priya", "Arjun", "Lucía", "Sofia"]
    await bench.tasks.drain()
    assert opened_id(bench) == bench.world.ids["Priya"]
    click(bench, "Tunde")
    assert many(bench) == []
    await until(lambda: opened_id(bench) == bench.world.ids["Tunde"])
    assert not bench.sees("inbox_bulk")


async def test_keys_choose_several_and_none(bench: Bench) -> None:
    await bench.open("Priya")
    view = bench.find("conversations_list")
    bench.page.list.focus_rows()
    QTest.keyClick(view, Qt.Key.Key_Down, SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Down, SHIFT)
    assert many(bench) == ["Priya", "Arjun", "Lucía"]
    QTest.keyClick(view, Qt.Key.Key_A, CTRL)
    assert len(many(bench)) == 6
    assert clipped_texts(bench.window) == []
    assert overlaps(bench.window) == []
    assert unnamed_controls(bench.window) == []
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert many(bench) == []
    await bench.tasks.drain()
    assert opened_id(bench) == bench.world.ids["Priya"]


async def test_what_is_chosen_stays_while_others_move(bench: Bench) -> None:
    await bench.open("Priya")
    click(bench, "Tunde", CTRL)
    click(bench, "Sofia", CTRL)
    await bench.world.write(arrives(bench.world.ids["Lucía"], "Hello?"))
    await until(lambda: shown(bench)[0] == "Lucía Morales")
    assert many(bench) == ["Priya", "Tunde", "Sofia"]
    await bench.world.write(
        partial(conversations.set_open, contact_id=bench.world.ids["Sofia"], is_open=False)
    )
    await until(lambda: len(shown(bench)) == 5)
    assert many(bench) == ["Priya", "Tunde"]


async def rows(bench: Bench, box: Box) -> dict[str, Any]:
    found = await bench.world.app.inbox.rows(Wanted(box), bench.user)
    return {one.name: one for one in found}


async def test_several_are_closed_and_come_back(bench: Bench) -> None:
    await bench.open("Priya")
    click(bench, "Lucía", CTRL)
    click(bench, "Tunde", CTRL)
    bench.click("inbox_bulk-close")
    await until(lambda: len(shown(bench)) == 3)
    assert [one.text for one in bench.toasts.shown] == ["3 conversations closed"]
    assert not bench.sees("inbox_bulk")
    bench.click("toast-action")
    await until(lambda: len(shown(bench)) == 6)
    assert await rows(bench, Box.CLOSED) == {}


async def test_several_get_a_colleague_and_those_changed_since_keep_theirs(bench: Bench) -> None:
    tom, ines = bench.world.users[1:]
    await bench.open("Priya")
    click(bench, "Arjun", SHIFT)
    bench.click("inbox_bulk-assign")
    await until(lambda: bench.sees("inbox_assign_menu"))
    pick(bench, "inbox_assign_menu", f"inbox_assign-{tom.id}")
    await until(lambda: len(shown(bench)) == 4)
    await bench.tasks.drain()
    assert bench.toasts.shown[-1].text == "2 conversations assigned to Tom Abel"
    await bench.world.write(
        partial(conversations.assign, contact_id=bench.world.ids["Arjun"], user_id=ines.id)
    )
    bench.click("toast-action")
    await until(lambda: shown(bench)[:1] == ["Priya Sharma"])
    await until(lambda: any("1 has been changed since" in one.text for one in bench.toasts.shown))
    assert (await rows(bench, Box.ALL))["Arjun Kapoor"].assigned_to == ines.id


async def test_several_get_a_tag(bench: Bench) -> None:
    await bench.open("Priya")
    click(bench, "Arjun", SHIFT)
    bench.click("inbox_bulk-tag")
    await until(lambda: bench.sees("inbox_tag_field"))
    assert not bench.find("inbox_tag_add").isEnabled()
    QTest.keyClicks(bench.find("inbox_tag_field"), "Wholesale")
    bench.click("inbox_tag_add")
    await until(lambda: any("tagged “Wholesale”" in one.text for one in bench.toasts.shown))
    found = await rows(bench, Box.MINE)
    assert [name for name, row in found.items() if "Wholesale" in row.tags] == [
        "Priya Sharma",
        "Arjun Kapoor",
    ]
    await until(lambda: "Wholesale" in bench.page.list.rows.index(0).data(ROW).tags)


async def test_who_may_not_any_more_is_told(bench: Bench) -> None:
    bench.click("conversations_tab-all")  # what somebody had whose account is closed is nobody's
    await bench.open("Priya")
    click(bench, "Arjun", SHIFT)
    await bench.world.write(lambda tx: people.set_active(tx, bench.user.id, False))
    bench.click("inbox_bulk-close")
    await until(lambda: any("is closed" in one.text for one in bench.toasts.shown))
    await bench.tasks.drain()
    assert many(bench) == ["Priya", "Arjun"], "what was chosen stays chosen"
    assert len(shown(bench)) == 6
