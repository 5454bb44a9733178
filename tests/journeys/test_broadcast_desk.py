"""A supervisor's broadcast from end to end: a list, an exclusion, a missing value, a second yes, a time, undo, and a stop."""

import csv
import re
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit

from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.consent import OptIn
from desktop.domain.importing import Options
from desktop.domain.selection import Selection, Source, SourceKind
from desktop.domain.templates import Variable
from desktop.services.imports import Imports
from tests.journeys.broadcasting import (
    REASON,
    Auditor,
    ended,
    lines,
    message_count,
    new_broadcast,
    newest,
)
from tests.journeys.journey import Journey, journey, until

AGAIN = 5
LATELY = 8
LISTED = 300


async def a_list(trip: Journey, folder: Path) -> list[int]:
    """An import's list: LISTED contacts, everybody who opted out among them, and AGAIN of its rows twice."""
    sql = "SELECT id, phone FROM contact WHERE merged_into IS NULL ORDER BY phone NOT IN (%s), id LIMIT ?"
    no = trip.phones_that_said(OptIn.NO.value)
    found = trip.ask(sql % ", ".join(f"'{one}'" for one in sorted(no)), LISTED)
    phones = [phone for _, phone in found]
    file = folder / "leads.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([["phone"], *([one] for one in (*phones, *phones[-AGAIN:]))])
    meera = await trip.user("Meera Rao")
    done = await Imports(trip.app.store).run(file, Options("CA"), meera)
    assert done.bulk_id is not None
    await trip.app.lists.from_import(done.bulk_id, "November leads", meera)
    return [id for id, _ in found]


async def offers_lately(trip: Journey, ids: list[int]) -> None:
    """The last ones of the list got an offer a moment ago."""
    meera = await trip.user("Meera Rao")
    winter = next(one for one in await trip.app.templates.every() if one.name == "winter_clearance")
    values = tuple(Variable(name, "", "x") for name in winter.variables)
    picked = Selection(Source(SourceKind.PICKED, tuple(ids[-LATELY:])))
    draft = BroadcastDraft("Autumn", winter.id, variables=values, selection=picked)
    sent = await trip.app.broadcasts.save_draft(None, draft, meera)
    await trip.app.broadcasts.launch(sent, meera, now=True)
    await ended(trip)


def status(trip: Journey) -> str:
    return str(trip.ask("SELECT status FROM broadcast ORDER BY id DESC LIMIT 1")[0][0])


async def choose_audience(trip: Journey) -> None:
    """The list, without those who got an offer lately, with those who opted out."""
    await new_broadcast(trip)
    await trip.choose_row("wizard_templates", "winter_clearance")
    await trip.click("wizard_next")
    await trip.click("wizard_audience_by-lists")
    await trip.choose_row("wizard_lists", "November leads")
    await trip.says("wizard_selected", f"of {LISTED + AGAIN:,} selected")
    await trip.click("wizard_exclude_lately")
    await until(lambda: str(LATELY) in lines(trip).get("excluded", ""), "those of lately to be left out")
    await trip.click("wizard_toggle")
    await until(lambda: "10" in lines(trip).get("will_despite", ""), "those who opted out to be included")
    await trip.picture("desk-audience")


async def leave_a_value_out(trip: Journey) -> int:
    """The second variable comes from a field that some do not have; how many are left out for it."""
    await trip.click("wizard_next")
    await trip.appears("wizard_variables_card")
    source = next(
        one
        for one in trip.see("wizard_variables_card").findChildren(QComboBox)
        if one.objectName().endswith("2_source")
    )
    source.setCurrentText("City")
    text = next(
        one
        for one in trip.see("wizard_variables_card").findChildren(QLineEdit)
        if one.objectName().endswith("2_text")
    )
    text.clear()
    text.textEdited.emit("")
    await until(lambda: "missing_variable" in lines(trip), "some to lack a city")
    (count,) = re.findall(r"[0-9]+", lines(trip)["missing_variable"])
    return int(count)


async def open_draft(trip: Journey) -> None:
    """The newest broadcast, which is a draft, at its review."""
    if not trip.shows("wizard_next"):
        await trip.click("rail-broadcasts")
        await trip.choose_row("broadcasts_table", "Winter clearance", twice=True)
        await trip.appears("wizard_next")
    while not trip.shows("wizard_review_card"):
        await until(lambda: trip.can("wizard_next"), "the next step")
        await trip.click("wizard_next")


@pytest.mark.slow
@journey(pace_per_s=20, second_approval=True)
async def test_everything_that_a_supervisor_decides_and_everyone_is_accounted_for(trip: Journey) -> None:
    folder = trip.path.parent
    ids = await a_list(trip, folder)
    await offers_lately(trip, ids)
    before_count = len(await trip.judge.sends("template"))
    auditor = Auditor(trip.app.store)

    await choose_audience(trip)
    lacking = await leave_a_value_out(trip)
    wanted = LISTED - LATELY - lacking
    await trip.click("wizard_next")
    await trip.click("wizard_when_later")
    await trip.click("wizard_next")
    await trip.appears("wizard_review_card")
    assert not trip.can("wizard_next"), "a second person has to say yes"
    await trip.write("wizard_approval_text", REASON)
    await trip.click("wizard_approval_ask")
    await trip.says("wizard_approval_state", "Waiting")
    await trip.picture("desk-approval")

    # Somebody else says yes to this number.
    await trip.choose_person("Arun Das")
    await trip.click("rail-broadcasts")
    await trip.choose_row("broadcasts_table", "Asks for a yes", twice=True)
    await trip.says("wizard_approval_said", "10 contacts who opted out")
    await trip.click("wizard_approval_approve")
    await trip.says("wizard_approval_state", "Approved")
    await trip.choose_person("Meera Rao")
    await open_draft(trip)
    await trip.says("wizard_next", "Schedule for")
    await trip.click("wizard_next")
    await trip.click("launch_anyway")
    await trip.appears("report_waiting")
    assert status(trip) == "scheduled"
    assert len(await trip.judge.sends("template")) == before_count

    # Taken back, nothing has happened; and scheduled once more.
    await trip.click("report_waiting-action")
    await until(lambda: status(trip) == "draft", "it to be a draft again")
    await trip.appears("wizard_next")
    await open_draft(trip)
    await trip.click("wizard_next")
    await trip.click("launch_anyway")
    await trip.appears("report_waiting")
    await trip.picture("desk-scheduled")

    # Its time comes.
    await trip.app.move_clock(timedelta(days=1, hours=1))
    await trip.says("report_status", "Running")
    await until(
        lambda: message_count(trip, "status NOT IN ('queued', 'sending', 'left_out')") > 3,
        "the first to leave",
    )
    await trip.click("report_pause")
    await trip.says("report_status", "Paused")
    await until(lambda: trip.app.engine_status().on_the_way_count == 0, "the calls on the way to end")
    paused_at = message_count(trip, "status = 'queued'")
    assert paused_at > 100
    assert (await trip.app.broadcasts.verify(newest(trip))).is_green
    await trip.click("report_pause")
    await trip.says("report_status", "Running")
    await until(lambda: message_count(trip, "status = 'queued'") < paused_at, "it to go on")
    await trip.click("report_stop")
    await trip.click("stop_go")
    await trip.says("report_status", "Stopped")
    await ended(trip)
    await until(lambda: message_count(trip, "status = 'queued'") == 0, "what waited to be cancelled")
    await until(lambda: trip.app.engine_status().on_the_way_count == 0, "the calls on the way to end")
    await trip.picture("desk-stopped")

    gone = message_count(trip, "status IN ('accepted', 'sent', 'delivered', 'read')")
    cancelled = message_count(trip, "status = 'cancelled'")
    assert (message_count(trip, "status = 'unknown'"), gone + cancelled) == (0, wanted)
    assert len(await trip.judge.sends("template")) - before_count == gone
    left_out = dict(
        trip.ask(
            "SELECT reason, count(*) FROM message WHERE status = 'left_out' "
            "AND broadcast_id = (SELECT max(id) FROM broadcast) GROUP BY reason"
        )
    )
    assert left_out == {"excluded": LATELY, "missing_variable": lacking}
    await trip.says("report_ledger", f"{cancelled:,} cancelled", f"= {LISTED + AGAIN:,} selected")
    assert (await trip.app.broadcasts.verify(newest(trip))).is_green
    auditor.forget()
    assert auditor.looks
    assert all(one.adds_up and not one.faults for one in auditor.looks), [
        one for one in auditor.looks if one.faults
    ][:3]
