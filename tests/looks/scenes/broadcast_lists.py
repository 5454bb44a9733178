"""What is long or half done: broadcasts of every state in the list, a full calendar, messages being made, more people."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from PySide6.QtWidgets import QPushButton

from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.broadcast_when import When
from desktop.domain.drift import Cause
from desktop.store import broadcast_plan, holds
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.rows import Rows
from desktop.ui.parts.table import Table
from tests.looks.scenes import broadcast_reports, broadcast_wizard, broadcasts
from tests.looks.stage import Stage, until

LINES = 10
LONG = "End of season clearance for everyone who bought something in Metro Vancouver, the Fraser Valley or Victoria"
BECAUSE = "The template winter_clearance was edited in WhatsApp Manager since it was approved."


async def preparing(stage: Stage) -> None:
    """The report while the messages are made."""
    broadcast_id = await _half_made(stage, broadcasts.NAME)
    _page(stage).open_report(broadcast_id)
    await stage.seen("report_tiles")
    await until(lambda: stage.find(Badge, "report_status").text() == "Preparing", "the report")
    await stage.quiet()


async def states(stage: Stage) -> None:
    """One line of each state, with a test and names that are too long."""
    await broadcast_reports._through(stage, "Autumn preview – Vancouver")
    held_id = await broadcast_reports._underway(stage)
    await stage.app.store.write(lambda tx: holds.hold(tx, held_id, Cause.TEMPLATE_EDITED, BECAUSE))
    user = stage.window.desk.user()
    stopped_id = await broadcast_reports._underway(stage)
    await stage.app.broadcasts.stop(stopped_id, user)
    paused_id = await broadcast_reports._underway(stage)
    await stage.app.broadcasts.pause(paused_id, user)
    at = stage.app.clock.now() + timedelta(days=2)
    await broadcast_reports._launched(stage, "Boxing Day", when=When(at), now=False)
    await _half_made(stage, LONG)
    await broadcast_reports._launched(stage, "Last call", now=False)
    for name in ("New Year", ""):
        await stage.app.broadcasts.save_draft(None, BroadcastDraft(name), user)
    await _list(stage)
    await until(lambda: len(_rows(stage.find(Table, "broadcasts_table"))) == LINES, "all of them")
    await stage.quiet()


async def more(stage: Stage) -> None:
    """More than one page of broadcasts, seen at its end."""
    user = stage.window.desk.user()
    for number in range(1, 104):
        await stage.app.broadcasts.save_draft(None, BroadcastDraft(f"Store opening {number}"), user)
    await _list(stage)
    await stage.seen("broadcasts_more")
    stage.find(Table, "broadcasts_table").scrollToBottom()
    await stage.quiet()


async def no_hits(stage: Stage) -> None:
    await broadcasts.filled(stage)
    await stage.type_into("broadcasts_search", "easter")
    await stage.seen("broadcasts_none_found")


async def month(stage: Stage) -> None:
    """Days with one broadcast, with several, and with more than fit."""
    await broadcast_reports._through(stage, "Autumn preview – Vancouver")
    now = stage.app.clock.now()
    for days, names in (
        (1, ("Boxing Day", "Last call")),
        (2, ("Store opening in Halifax",)),
        (4, ("Breakfast", "Lunch", "Dinner", "Midnight", LONG)),
        (6, (LONG, "Thank you")),
    ):
        for number, name in enumerate(names):
            at = now + timedelta(days=days, minutes=45 * number - 90)
            await broadcast_reports._launched(stage, name, when=When(at), now=False)
    await _list(stage)
    await stage.click("broadcasts_tabs-calendar")
    await stage.seen("broadcasts_calendar")
    await stage.quiet()


async def more_people(stage: Stage) -> None:
    """The people of a line after *Show more*, seen at their end."""
    await broadcasts._audience(stage)
    counts = broadcast_wizard._wizard_of(stage).view.summary.counts
    counts.line_requested.emit(next(one for one in counts.lines if one.value == "will_opted_in"))
    await stage.seen("line_people_more")
    await _turn_page(stage, "line_people_table", "line_people_more", 200)


async def more_messages(stage: Stage) -> None:
    """The messages of a report after *Show more*, seen at their end."""
    await broadcasts.done(stage)
    await stage.seen("report_more")
    await _turn_page(stage, "report_messages", "report_more", 400)


# How they come about.


def _page(stage: Stage) -> BroadcastsPage:
    return stage.find(BroadcastsPage, "broadcasts")


async def _list(stage: Stage) -> None:
    stage.window.go("broadcasts")
    _page(stage).show_all()
    await stage.seen("broadcasts_table")
    stage.window.toasts.clear()
    await stage.quiet()


async def _turn_page(stage: Stage, table_name: str, button_name: str, wanted_count: int) -> None:
    table = stage.find(Table, table_name)
    stage.find(QPushButton, button_name).click()
    await until(lambda: len(_rows(table)) >= wanted_count, "the next page")
    table.scrollToBottom()
    await stage.quiet()


def _rows(table: Table) -> Sequence[object]:
    rows = table.model()
    assert isinstance(rows, Rows)
    return rows.rows


async def _half_made(stage: Stage, name: str) -> int:
    """A broadcast of which the first messages are made; nobody makes the others, so that the picture stands."""
    template = await stage.app.templates.by_name("winter_clearance")
    draft = BroadcastDraft(name, template.id, variables=broadcast_reports.VALUES)
    user = stage.window.desk.user()
    broadcast_id = await stage.app.broadcasts.save_draft(None, draft, user)
    _stop_rounds()
    await stage.app.broadcasts.launch(broadcast_id, user, now=True)
    await stage.app.store.write(partial(broadcast_plan.plan, broadcast_id=broadcast_id))
    stage.window.go("broadcasts")
    return broadcast_id


def _stop_rounds() -> None:
    """End what plans and ends broadcasts in the background."""
    for task in asyncio.all_tasks():
        frame = getattr(task.get_coro(), "cr_frame", None)
        if frame is not None and frame.f_code.co_name == "kept_up" and frame.f_locals["name"] == "broadcasts":
            task.cancel()
