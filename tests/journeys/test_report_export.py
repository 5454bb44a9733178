"""A report as a file: what the page lists is in it, as CSV or as a workbook; a stop leaves nothing."""

import csv

import pytest
import python_calamine as calamine

from desktop.domain.consent import Source
from desktop.domain.messages import Status
from desktop.domain.report import Choice, Scope
from desktop.ui.exports.flow import ExportFlow
from desktop.ui.reports.export import export_messages, export_opted_out
from tests.journeys.journey import Journey, journey, until
from tests.journeys.test_import import pick

pytestmark = pytest.mark.slow

SENT = "SELECT count(*) FROM message WHERE outgoing AND status IN ('sent', 'delivered', 'read')"


@journey()
async def test_messages_are_exported_as_the_page_lists_them(trip: Journey) -> None:
    window, path = trip.window, trip.path.with_name("sent.xlsx")
    ((count,),) = trip.ask(SENT)
    assert count > 0
    choice = Choice(statuses=frozenset({Status.SENT, Status.DELIVERED, Status.READ}))
    running = window.tasks.spawn(window, export_messages(window.desk, window, Scope(), choice, count))
    await until(lambda: trip.shows("export"), "the card")
    assert trip.text("export_who").endswith(
        "that match the filters" if count > 1 else "that matches the filters"
    )
    await trip.click("export_as_xlsx")
    assert trip.text("export_note").startswith("An Excel workbook.")
    await trip.click("export_choose")
    await pick(trip, "export_place", path)
    await running
    said = f"“sent.xlsx” was saved: {count:,} message{'' if count == 1 else 's'}."
    await until(lambda: said in trip.toasts, "the end to be said")
    headings, *rows = calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("Messages").to_python()
    assert headings[:4] == ["When", "Contact", "Phone", "Path"]
    assert len(rows) == count
    await until(lambda: window.findChild(ExportFlow) is None, "the export to be let go")


@journey()
async def test_opted_out_contacts_are_exported_with_their_evidence(trip: Journey) -> None:
    window, path = trip.window, trip.path.with_name("no.csv")
    count = await trip.app.reports.opted_out_count(source=Source.KEYWORD)
    running = window.tasks.spawn(window, export_opted_out(window.desk, window, count, source=Source.KEYWORD))
    await until(lambda: trip.shows("export"), "the card")
    await trip.click("export_choose")
    await pick(trip, "export_place", path)
    await running
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    assert {row["Source"] for row in rows} <= {"Keyword"}


@journey()
async def test_left_nothing_is_written_and_the_caller_goes_on(trip: Journey) -> None:
    window = trip.window
    before = set(trip.path.parent.iterdir())
    running = window.tasks.spawn(window, export_messages(window.desk, window, Scope(), Choice(), 3))
    await until(lambda: trip.shows("export"), "the card")
    assert trip.text("export_who") == "All 3 messages"
    await trip.click("export_cancel")
    await running
    assert not trip.shows("export")
    assert {one for one in trip.path.parent.iterdir() if one.suffix in (".csv", ".xlsx", ".part")} <= before


@journey()
async def test_an_agent_may_not(trip: Journey) -> None:
    await trip.choose_person("Lina Haddad")
    window = trip.window
    await window.tasks.spawn(window, export_messages(window.desk, window, Scope(), Choice(), 3))
    assert any("Lina Haddad (Agent) may not export" in one for one in trip.toasts)
    assert not trip.shows("export")
