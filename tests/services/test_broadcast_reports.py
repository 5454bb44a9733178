"""A broadcast's report: each number opens as many people as it says, hours add up, files hold the same."""

import csv
import os
from pathlib import Path

import pytest

from desktop.domain.broadcast_report import GOT_IT_DESPITE, Chosen, Milestone, Why
from desktop.domain.consent import OptIn
from desktop.domain.messages import Status
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed
from desktop.services.exports import ExportFormat
from tests.services.desk import PRIYA, Desk


async def _count(desk: Desk, broadcast_id: int, chosen: Chosen) -> int:
    """How many are listed; the number beside a list that is cut is the same."""
    reports = desk.app.broadcast_reports
    found, _ = await reports.people(broadcast_id, chosen)
    some, total = await reports.people(broadcast_id, chosen, limit=1)
    assert total == (len(found) if some else None)
    return len(found)


async def test_each_number_opens_as_many_people_as_it_says(desk: Desk) -> None:
    await desk.crowd(yes=8, no=3)
    await desk.contact(PRIYA, OptIn.YES, name="Priya Sharma")
    await desk.trouble(code=131026, count=2)
    launched = await desk.launch()
    await desk.ended(launched)
    await desk.settled()
    await desk.says(PRIYA, "Thank you")
    report = await desk.app.broadcasts.report(launched)
    figures = report.figures
    for status, count in figures.now.items():
        assert await _count(desk, launched, Chosen((status,))) == count
    for milestone, count in (
        (Milestone.SENT, figures.sent_count),
        (Milestone.DELIVERED, figures.delivered_count),
        (Milestone.READ, figures.read_count),
        (Milestone.OPTED_OUT_SINCE, figures.opted_out_since_count),
    ):
        assert await _count(desk, launched, Chosen(reached=milestone)) == count
    for one in report.reasons:
        assert (
            await _count(desk, launched, Chosen(why=Why(one.status, one.reason, one.error_code))) == one.count
        )
    hours = await desk.app.broadcast_reports.hours(launched)
    assert sum(one.sent_count for one in hours) == figures.sent_count
    assert sum(one.delivered_count for one in hours) == figures.delivered_count
    assert sum(one.read_count for one in hours) == figures.read_count
    assert sum(one.replied_count for one in hours) in (0, 1)
    found, total = await desk.app.broadcast_reports.people(launched, limit=5)
    assert (len(found), total) == (5, 12)
    by_name, _ = await desk.app.broadcast_reports.people(launched, search="priya")
    assert [one.message.phone for one in by_name] == [PRIYA]


async def test_with_the_toggle_off_who_got_it_despite_an_opt_out_is_counted_named_and_why(desk: Desk) -> None:
    await desk.crowd(no=4)
    await desk.trouble(code=131026, count=1)
    launched = await desk.launch(reason="A recall")
    await desk.ended(launched)
    await desk.settled()
    override = (await desk.app.broadcast_reports.extras(launched)).override
    assert override is not None
    assert (override.reason, override.at_yes_count, override.by_name) == ("A recall", 4, desk.supervisor.name)
    assert override.yes_by_name == ""
    assert override.got_count == 3  # the number of one is not on WhatsApp
    assert await _count(desk, launched, GOT_IT_DESPITE) == 3
    ordinary = await desk.launch()
    await desk.ended(ordinary)
    assert (await desk.app.broadcast_reports.extras(ordinary)).override is None


async def test_who_launched_is_named_and_not_who_began_the_draft(desk: Desk) -> None:
    await desk.crowd(yes=1)
    drafted = await desk.draft()
    other = next(one for one in await desk.app.workspace.people() if one.id != desk.supervisor.id)
    other = User(other.id, other.name, Role.SUPERVISOR)
    done = await desk.app.broadcasts.launch(drafted, other, now=False)
    assert (done.created_by_name, done.launched_by_name) == (desk.supervisor.name, other.name)
    await desk.app.broadcasts.take_back(drafted, other)
    done = await desk.app.broadcasts.launch(drafted, desk.supervisor, now=True)
    assert done.launched_by_name == desk.supervisor.name


async def test_earlier_broadcasts_of_the_template_stand_beside_it(desk: Desk) -> None:
    await desk.crowd(yes=2)
    first, other, last = await desk.launch(), await desk.launch("order_shipped"), await desk.launch()
    for one in (first, other, last):
        await desk.ended(one)
    own, others = await desk.app.broadcast_reports.compare(last)
    assert own.record.id == last
    assert [(one.record.id, one.same_template) for one in others] == [(first, True), (other, False)]


@pytest.mark.slow
async def test_the_messages_of_a_number_as_a_file(desk: Desk, tmp_path: Path) -> None:
    await desk.crowd(yes=3, no=2)
    launched = await desk.launch()
    await desk.ended(launched)
    path = tmp_path / "left out.csv"
    reports, chosen = desk.app.broadcast_reports, Chosen((Status.LEFT_OUT,))
    made = await reports.run_people(launched, chosen, "", path, ExportFormat.CSV, desk.supervisor)
    assert made is not None
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["Reason"] for row in rows] == ["Opted out of marketing"] * 2
    assert made.row_count == 2
    whole = tmp_path / "all.xlsx"
    everyone = await reports.run_people(launched, Chosen(), "", whole, ExportFormat.XLSX, desk.supervisor)
    assert everyone is not None
    assert (everyone.row_count, whole.exists()) == (5, True)


@pytest.mark.slow
async def test_the_report_as_a_pdf(desk: Desk, tmp_path: Path) -> None:
    await desk.crowd(yes=3, no=2)
    launched = await desk.launch()
    await desk.ended(launched)
    path = tmp_path / "report.pdf"
    agent = User(desk.agent.id, desk.agent.name, Role.AGENT)
    with pytest.raises(NotAllowed):
        await desk.app.broadcast_reports.run_paper(launched, path, agent)
    assert os.listdir(tmp_path).count("report.pdf") == 0
    made = await desk.app.broadcast_reports.run_paper(launched, path, desk.supervisor)
    assert made is not None
    assert made.row_count >= 1
    assert path.read_bytes().startswith(b"%PDF-")
    assert [one for one in os.listdir(tmp_path) if one.startswith(".assent")] == []
