"""Contacts as a file: who is in it, its end said, a stop that leaves nothing, and who may not."""

import csv
from pathlib import Path

import pytest

from desktop.domain.contact_table import Target
from desktop.domain.problems import NotAllowed
from desktop.services.exports import ExportFormat
from desktop.ui.contacts.exports import open_export
from desktop.ui.exports.flow import ExportFlow
from tests.journeys.journey import Journey, journey, until
from tests.journeys.test_import import pick

pytestmark = pytest.mark.slow


@journey()
async def test_contacts_are_exported_and_an_old_file_is_asked_for(trip: Journey) -> None:
    path = trip.path.with_name("everyone.csv")
    path.write_text("old", encoding="utf-8")
    await trip.click("rail-contacts")
    open_export(trip.window.desk, trip.window, Target(), 1_000, ExportFormat.CSV)
    assert trip.text("export_who") == "All 1,000 contacts"
    await trip.click("export_choose")
    await pick(trip, "export_place", path)
    await trip.click("export_place_replace-keep")
    assert path.read_text(encoding="utf-8") == "old"
    await trip.click("export_choose")
    await pick(trip, "export_place", path)
    await trip.click("export_place_replace-keep")
    await trip.click("export_choose")
    await pick(trip, "export_place", path.with_name("everyone.xlsx"))
    await until(lambda: "“everyone.xlsx.csv” was saved: 1,000 contacts." in trip.toasts, "its true name")
    assert not path.with_name("everyone.xlsx").exists()
    open_export(trip.window.desk, trip.window, Target(), 1_000, ExportFormat.CSV)
    await trip.click("export_choose")
    await pick(trip, "export_place", path)
    await trip.click("export_place_replace-do")
    await until(lambda: "“everyone.csv” was saved: 1,000 contacts." in trip.toasts, "the end to be said")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1_001
    assert "+16045550142" in {row[1].removeprefix("'") for row in rows}
    await until(lambda: trip.window.findChild(ExportFlow) is None, "the export to be let go")


@journey()
async def test_a_place_that_cannot_be_written_is_said_in_the_card(trip: Journey) -> None:
    await trip.click("rail-contacts")
    ids = tuple(id for (id,) in trip.ask("SELECT id FROM contact LIMIT 12"))
    open_export(trip.window.desk, trip.window, Target(ids=ids), 12, ExportFormat.XLSX)
    assert trip.text("export_who") == "The 12 contacts that you selected"
    await trip.click("export_choose")
    await pick(trip, "export_place", trip.path.with_name("no such folder") / "some.xlsx")
    await trip.appears("export_problem")
    await trip.click("export_choose")
    await pick(trip, "export_place", trip.path.with_name("some.xlsx"))
    await until(lambda: "“some.xlsx” was saved: 12 contacts." in trip.toasts, "the end to be said")


@journey()
async def test_an_agent_may_not_export(trip: Journey) -> None:
    await trip.choose_person("Lina Haddad")
    open_export(trip.window.desk, trip.window, Target(), 1_000, ExportFormat.CSV)
    assert any("Lina Haddad (Agent) may not export contacts" in one for one in trip.toasts)
    assert not trip.shows("export")
    path: Path = trip.path.with_name("never.csv")
    with pytest.raises(NotAllowed):
        await trip.app.exports.run(Target(), path, ExportFormat.CSV, await trip.user("Lina Haddad"))
    assert path.name not in {one.name for one in trip.path.parent.iterdir()}
