"""The list of broadcasts: found, duplicated, put away, linked to, and by the month."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from sqlalchemy import update

from desktop.domain.broadcast import BroadcastDraft, BroadcastKind, BroadcastStatus
from desktop.store import broadcasts, tables
from desktop.store.engine import Tx
from tests.ui.broadcasts.conftest import Scene, in_scene


async def drafts(scene: Scene, *names: str) -> list[int]:
    """Kept drafts, and the list that shows them."""
    user = scene.who[0]
    made = [await scene.app.broadcasts.save_draft(None, BroadcastDraft(name), user) for name in names]
    scene.page.show_all()
    await listed(scene, *reversed(names))
    return made


def shown(scene: Scene) -> list[str]:
    return [row.name for row in scene.page.list.rows.rows]


async def listed(scene: Scene, *names: str) -> None:
    await scene.until(lambda: shown(scene) == list(names), f"{names} are listed")


def choose(scene: Scene, at: int) -> None:
    rows = scene.page.list.rows
    scene.page.list.table.setCurrentIndex(rows.index(at, 0))
    scene.page.list.table.setFocus()


def press(scene: Scene, key: Qt.Key, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(scene.page.list.table, key, how)


@in_scene
async def test_they_are_found_by_their_words(scene: Scene) -> None:
    await drafts(scene, "Winter", "Spring", "Summer")
    scene.page.list.search.setText("s")
    await listed(scene, "Summer", "Spring")
    scene.page.list.search.setText("autumn")
    await scene.until(lambda: scene.text("broadcasts_none_found") == "No broadcast has these words.")
    assert not scene.shows("broadcasts_table")
    scene.page.list.search.setText("")
    await listed(scene, "Summer", "Spring", "Winter")


@in_scene
async def test_put_away_with_a_key_and_back_with_undo(scene: Scene) -> None:
    await drafts(scene, "Winter", "Spring")
    choose(scene, 1)
    press(scene, Qt.Key.Key_Delete)
    await listed(scene, "Spring")
    scene.click("broadcasts_tabs-archived")
    await listed(scene, "Winter")
    assert scene.text("broadcasts_archive") == "Put back"
    scene.desk.toasts.shown[-1].action.click()
    await listed(scene)
    scene.click("broadcasts_tabs-current")
    await listed(scene, "Spring", "Winter")


@in_scene
async def test_a_duplicate_is_opened_as_a_draft(scene: Scene) -> None:
    await drafts(scene, "Winter")
    choose(scene, 0)
    press(scene, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    await scene.until(lambda: scene.page.wizard is not None, "the wizard opens")
    wizard = scene.page.wizard
    assert wizard is not None
    await scene.until(lambda: wizard.state.draft.name == "Copy of Winter")


@in_scene
async def test_a_report_has_a_link_and_a_draft_has_none(scene: Scene) -> None:
    (draft,) = await drafts(scene, "Winter")
    choose(scene, 0)
    link = scene.find("broadcasts_link")
    assert (link.isEnabled(), link.toolTip()) == (False, "A draft has no report yet.")
    await scene.app.store.write(lambda tx: broadcasts.set_status(tx, draft, BroadcastStatus.DONE))
    scene.page.show_all()
    await scene.until(lambda: scene.find("broadcasts_link").isEnabled(), "the link can be copied")
    press(scene, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    await scene.until(lambda: QGuiApplication.clipboard().text() == f"broadcast:{draft}", "it is copied")


@in_scene
async def test_a_retry_stands_under_its_parent(scene: Scene) -> None:
    (parent,) = await drafts(scene, "Winter")
    await scene.app.store.write(
        lambda tx: broadcasts.save_draft(
            tx, None, BroadcastDraft("Winter"), None, kind=BroadcastKind.RETRY, parent_id=parent
        )
    )
    scene.page.show_all()
    await listed(scene, "Winter", "↳ Tried again")
    assert scene.text("broadcasts_count") == "1"


@in_scene
async def test_the_hundred_and_first_is_reached(scene: Scene) -> None:
    def many(tx: Tx) -> None:
        for number in range(103):
            broadcasts.save_draft(tx, None, BroadcastDraft(f"Draft {number}"), None)

    await scene.app.store.write(many)
    await scene.until(lambda: len(shown(scene)) == 100, "a hundred are listed")
    assert scene.text("broadcasts_count") == "103"
    scene.click("broadcasts_more")
    await scene.until(lambda: shown(scene)[-1] == "Draft 0" and len(shown(scene)) == 103)
    assert not scene.shows("broadcasts_more")


@in_scene
async def test_times_of_starts_are_the_workspace_s(scene: Scene) -> None:
    """Far from this machine's clock: the list names the zone, the calendar shows the same time on the same day."""
    (draft,) = await drafts(scene, "Winter")
    kiritimati = ZoneInfo("Pacific/Kiritimati")  # fourteen hours before UTC
    kept = await scene.app.workspace.settings()
    await scene.app.workspace.change_settings(replace(kept, time_zone=kiritimati.key), scene.who[0])
    starts = datetime.now(kiritimati).replace(day=15, hour=1, minute=30)

    def plan(tx: Tx) -> None:
        row = update(tables.broadcast).values(starts_at=starts, status=BroadcastStatus.SCHEDULED.value)
        tx.conn.execute(row)

    await scene.app.store.write(plan)
    scene.page.show_all()
    rows = scene.page.list.rows

    def told() -> str:
        return str(rows.index(0, rows.columnCount() - 1).data())

    await scene.until(lambda: "01:30 UTC+14:00" in told(), "the list tells it")
    scene.click("broadcasts_tabs-calendar")
    entry = await scene.appears(f"broadcasts_day_entry_{draft}")
    assert entry.accessibleName().startswith("01:30 Winter")
    assert scene.find(f"broadcasts_day_{starts:%Y_%m_%d}").isAncestorOf(entry)
    scene.page.open_report(draft)
    await scene.until(
        lambda: "01:30 UTC+14:00" in scene.page.report.bar.waiting.text.text(), "the bar tells it"
    )


@in_scene
async def test_the_calendar_turns_by_key_and_opens_what_is_pressed(scene: Scene) -> None:
    (draft,) = await drafts(scene, "Winter")

    def begin(tx: Tx) -> None:
        row = update(tables.broadcast).values(launched_at=tx.now, status=BroadcastStatus.DONE.value)
        tx.conn.execute(row)

    await scene.app.store.write(begin)
    scene.click("broadcasts_tabs-calendar")
    await scene.appears(f"broadcasts_day_entry_{draft}")
    calendar = scene.page.list.calendar
    month = calendar.title.text()
    QTest.keyClick(calendar, Qt.Key.Key_PageDown)
    await scene.until(lambda: calendar.nothing.isVisible() and calendar.title.text() != month)
    QTest.keyClick(calendar, Qt.Key.Key_Home)
    await scene.appears(f"broadcasts_day_entry_{draft}")
    scene.click(f"broadcasts_day_entry_{draft}")
    await scene.until(lambda: scene.page.stack.currentWidget() is scene.page.report, "the report opens")
