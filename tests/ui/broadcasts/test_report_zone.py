"""The hours of a report are those of the workspace's clock, on the screen and on paper, and it is named."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from desktop.domain.broadcast_report import Hour
from desktop.domain.messages import Status
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.report_printing import document
from tests.ui.broadcasts.conftest import Scene, in_scene
from tests.ui.broadcasts.test_report import launch

KATHMANDU = ZoneInfo("Asia/Kathmandu")
"""No machine here is in it: its hours begin at a quarter past those of most others."""
NAMED = "Asia/Kathmandu, UTC+05:45"


async def begin(scene: Scene) -> int:
    kept = await scene.app.workspace.settings()
    await scene.app.workspace.change_settings(replace(kept, time_zone=KATHMANDU.key), scene.who[0])
    broadcast_id = await launch(scene)
    ids = [one.message_id for one in await scene.send(8)]
    await scene.report(ids, Status.SENT)
    return broadcast_id


@in_scene
async def test_the_hours_tab_names_the_workspace_s_zone(scene: Scene) -> None:
    broadcast_id = await begin(scene)
    card = scene.page.report.time
    card.tabs.choose("hours")
    card.tab_chosen.emit()
    await scene.until(lambda: scene.text("report_time_note") == f"Hours of {NAMED}.")
    (hour,) = await scene.app.broadcast_reports.hours(broadcast_id)
    assert isinstance(hour, Hour)
    told = words.when(hour.start, scene.app.clock.now(), KATHMANDU)
    assert told.endswith(":00"), "an hour of that clock begins here"
    await scene.until(lambda: card.hours.index(0, 0).data() == told)
    # The people of the hour are told by the same clock.
    card.hour_table.setCurrentIndex(card.hours.index(0, 1))
    card.hour_table.activated.emit(card.hours.index(0, 1))
    messages = scene.page.report.messages
    await scene.until(lambda: len(messages.rows.rows) == 8 and messages.told == f"Sent {told}")


@in_scene
async def test_the_paper_tells_all_times_by_the_workspace_s_clock(scene: Scene) -> None:
    broadcast_id = await begin(scene)
    html = await document(scene.app.store, broadcast_id)
    assert f"Times are those of {NAMED}." in html
    record = await scene.app.broadcasts.get(broadcast_id)
    assert f"Launched by Meera Rao, {words.dated(record.launched_at, KATHMANDU)}" in html
    (hour,) = await scene.app.broadcast_reports.hours(broadcast_id)
    assert f"<td>{words.dated(hour.start, KATHMANDU)}</td><td>8</td>" in html
