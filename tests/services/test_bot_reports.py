"""What flows collected, and what bots sent without asking, on the screen and in files: the same rows, and only whole."""

import csv
import os
import threading
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path as File
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import python_calamine as calamine

from desktop.domain.activity import Deed
from desktop.domain.bot_report import AnswerRow, RegisterRow, RegisterScope
from desktop.domain.consent import OptIn, Source
from desktop.domain.flow import SessionStatus
from desktop.domain.importing import plain
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.domain.report import Choice, Scope
from desktop.domain.settings import Settings
from desktop.services.bot_reports import BotReports
from desktop.services.exports import ExportFormat, ExportResult
from desktop.services.reportexports import ReportExports
from desktop.store import activity, consent, people, sessions, settings
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.bots import answered, begun, published, sent_in
from tests.store.world import add_contact, add_contacts, add_person, add_template

ANSWERS = (
    "S-77",
    "=1+1",
    "line one\nline two",
    "'quoted",
    "+16045550142",
    "@SUM(A1)",
    "Łódź 🌻",
    "-2+3",
    "0044",
)
MOST_ROWS = 560
"""More than a page of an export."""
TORONTO = ZoneInfo("America/Toronto")


class World:
    """A store with a flow that 560 answers were collected by, and marketing that nobody asked for."""

    def __init__(self, store: Store, folder: File) -> None:
        self.store = store
        self.folder = folder
        self.service = BotReports(store, folder / "data", most_sheet_rows=400)
        self.user, self.agent = write(store, self._people)
        self.flow_id, self.other_id = write(store, self._fill)

    def _people(self, tx: Tx) -> tuple[User, User]:
        settings.save(tx, Settings(time_zone="America/Toronto"), None)
        found = [add_person(tx), add_person(tx, "Tom Lee", Role.AGENT)]
        made = {one.id: one for one in people.every(tx)}
        return made[found[0]], made[found[1]]

    def _fill(self, tx: Tx) -> tuple[int, int]:
        offer = add_template(tx)
        record, other = published(tx), published(tx, name="Other")
        crowd = add_contacts(tx, *(OptIn.NO, OptIn.YES, OptIn.NONE) * 4)
        stopped = add_contact(tx, 40, OptIn.YES, stopped=True, name="=HYPERLINK")
        for number, contact_id in enumerate([*crowd, stopped]):
            session = begun(tx, other if number == 0 else record, contact_id)
            sent_in(tx, session, offer)
            sent_in(tx, session)
            if number == 3:
                for count in range(MOST_ROWS):
                    answered(tx, session, f"answer {count % 3}", ANSWERS[count % len(ANSWERS)])
            sessions.end(tx, session, SessionStatus.COMPLETED)
        return record.id, other.id

    async def answers(self) -> list[AnswerRow]:
        """What the screen shows when it is scrolled to its end."""
        found: list[AnswerRow] = []
        while page := await self.service.answers(self.flow_id, found[-1].id if found else None, 90):
            found += page
        return found

    async def register(self, scope: RegisterScope) -> list[RegisterRow]:
        found: list[RegisterRow] = []
        while page := (
            await self.service.register(
                scope.flow_id, scope.since, scope.until, found[-1].message_id if found else None, 5
            )
        ).rows:
            found += page
        return found


@pytest.fixture
def world(sqlite_store: Store, tmp_path: File) -> World:
    """On one database: what is read of both is asked in tests/store/test_bot_report.py."""
    folder = tmp_path / "work"
    folder.mkdir()
    return World(sqlite_store, folder)


def read_back(path: File, form: ExportFormat) -> list[dict[str, str]]:
    """The rows of all sheets by their headings, without what defuses them."""
    if form is ExportFormat.CSV:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sheets: list[list[list[Any]]] = [list(csv.reader(file))]
    else:
        with calamine.CalamineWorkbook.from_path(path) as book:
            sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    return [dict(zip(headings, map(cell, row), strict=True)) for headings, *found in sheets for row in found]


def cell(value: Any) -> str:
    """A moment of a workbook is a real one, of the workspace's clock."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value}T00:00:00"  # calamine makes a date of a midnight
    return value.isoformat() if isinstance(value, datetime) else plain(value)


def moments(at: datetime) -> tuple[str, str]:
    """As CSV tells it, and a workbook."""
    here = at.replace(microsecond=0).astimezone(TORONTO)
    return here.isoformat(), here.replace(tzinfo=None).isoformat()


@pytest.mark.parametrize("form", list(ExportFormat))
@pytest.mark.sampled(1)
async def test_the_answers_of_the_screen_are_in_the_file(world: World, form: ExportFormat) -> None:
    path, told = world.folder / f"answers.{form}", list[tuple[int, int]]()
    result = await world.service.export_answers(
        world.flow_id, path, form, world.user, lambda done, total: told.append((done, total))
    )
    assert result == ExportResult(path, MOST_ROWS, 1 if form is ExportFormat.CSV else 2)
    assert told[-1] == (MOST_ROWS, MOST_ROWS)
    rows, shown = read_back(path, form), await world.answers()
    assert len(rows) == len(shown) == MOST_ROWS
    for row, one in zip(rows, shown, strict=True):
        assert row["When"] in moments(one.at)
        assert (row["Contact"], row["Phone"]) == (one.contact_name, one.phone)
        assert (row["Answer"], row["Value"]) == (one.name, one.value)
        assert (row["Session id"], row["Contact id"]) == (str(one.session_id), str(one.contact_id))
    line = read(world.store, activity.newest)[0]
    assert (line.deed, line.subject, line.details) == (Deed.EXPORTED, path.name, "560 answers")
    if form is ExportFormat.CSV:
        raw = path.read_text("utf-8-sig")
        for formula in ("=1+1", "@SUM(A1)", "-2+3"):
            assert f",'{formula}," in raw, "a spreadsheet must not compute what a customer wrote"
            assert f",{formula}," not in raw


@pytest.mark.parametrize(
    ("form", "whose"),
    [
        (ExportFormat.CSV, "all"),
        (ExportFormat.XLSX, "all"),
        (ExportFormat.CSV, "other"),
        (ExportFormat.XLSX, "nobody"),
    ],
)
@pytest.mark.sampled(1)
async def test_the_register_of_the_screen_is_in_the_file(
    world: World, clock: FakeClock, form: ExportFormat, whose: str
) -> None:
    now = clock.now()
    scope = {
        "all": RegisterScope(since=now - timedelta(days=1), until=now + timedelta(days=1)),
        "other": RegisterScope(world.other_id),
        "nobody": RegisterScope(until=now - timedelta(days=1)),
    }[whose]
    # What was said later does not change what stood there then.
    clock.move(timedelta(hours=1))
    for one in await world.register(RegisterScope(world.other_id)):
        said_yes = partial(consent.record, contact_id=one.contact_id, value=OptIn.YES, source=Source.KEYWORD)
        write(world.store, said_yes)
    path = world.folder / f"register.{form}"
    result = await world.service.export_register(scope, path, form, world.user)
    rows, shown = read_back(path, form), await world.register(scope)
    assert result == ExportResult(path, len(shown))
    assert len(rows) == len(shown) == {"all": 13, "other": 1, "nobody": 0}[whose]
    words = {OptIn.YES: "Yes", OptIn.NO: "No", OptIn.NONE: "None"}
    for row, one in zip(rows, shown, strict=True):
        assert row["When"] in moments(one.at)
        assert (row["Contact"], row["Phone"]) == (one.contact_name, one.phone)
        assert row["Opt-in then"] == words[one.opt_in_then]
        assert row["Stopped in WhatsApp then"] == ("Yes" if one.stopped_then else "No")
        assert row["Begun by"] == (one.started_by or one.trigger)
        assert (row["Flow"], row["Template"], row["Status"]) == (one.flow_name, "spring", "Waiting")
        assert (row["Message id"], row["Contact id"]) == (str(one.message_id), str(one.contact_id))
    counts = await world.service.register_counts(scope.flow_id, scope.since, scope.until)
    assert counts.total_count == len(rows)
    if whose == "all":
        assert (counts.opted_out_count, counts.no_choice_count, counts.opted_in_count) == (5, 4, 4)
        assert [row["Stopped in WhatsApp then"] for row in rows].count("Yes") == 1
        if form is ExportFormat.CSV:
            assert "'=HYPERLINK" in path.read_text("utf-8-sig")
    if whose == "other":
        assert rows[0]["Opt-in then"] == "No"


async def test_the_report_over_everything_marks_what_was_not_asked(world: World) -> None:
    path = world.folder / "messages.csv"
    done = await ReportExports(world.store).run_messages(
        Scope(), Choice(), path, ExportFormat.CSV, world.user
    )
    rows = read_back(path, ExportFormat.CSV)
    assert done == ExportResult(path, len(rows))
    marked = [row for row in rows if row["Reason"]]
    assert {(row["Path"], row["Category"], row["Reason"], row["Consent asked"]) for row in marked} == {
        ("Bot", "Marketing", "Bot: consent not asked", "No")
    }
    assert len(marked) == len(rows) / 2 == 13, "what is no marketing is never asked about"
    assert {row["Of"] for row in rows} == {"Order status", "Other"}


async def test_the_report_comes_through_the_service(world: World) -> None:
    found = await world.service.report(world.flow_id)
    assert found.counts.started_count == found.counts.of(SessionStatus.COMPLETED) == 12
    assert found.nodes["n1"].by_exit == {"": 12}
    assert (await world.service.report(world.flow_id, found.versions[0].id)).nodes == found.nodes
    listed = await world.service.sessions(world.flow_id, {SessionStatus.COMPLETED}, "n1", limit=5)
    assert len(listed) == 5
    rest = await world.service.sessions(world.flow_id, after_id=listed[-1].id)
    assert len({one.id for one in (*listed, *rest)}) == 12
    with pytest.raises(NotFound):
        await world.service.report(404)


@pytest.mark.parametrize("form", list(ExportFormat))
@pytest.mark.sampled(1)
async def test_stopped_nothing_is_left(world: World, tmp_path: File, form: ExportFormat) -> None:
    stop = threading.Event()
    stop.set()
    out = tmp_path / "out"
    out.mkdir()
    path = out / "a"
    service = world.service
    assert await service.export_answers(world.flow_id, path, form, world.user, None, stop) is None
    assert await service.export_register(RegisterScope(), path, form, world.user, None, stop) is None
    assert os.listdir(out) == []
    assert list((world.folder / "data").rglob("*.part")) == []
    assert [one.deed for one in read(world.store, activity.newest)].count(Deed.EXPORTED) == 0


async def test_whoever_may_not_export_gets_no_file(world: World, tmp_path: File) -> None:
    path = tmp_path / "a.csv"
    # The role that counts is the store's, not the one that is pretended.
    pretended = User(world.agent.id, world.agent.name, Role.ADMIN)
    with pytest.raises(NotAllowed, match=r"Tom Lee \(Agent\) may not export"):
        await world.service.export_answers(world.flow_id, path, ExportFormat.CSV, pretended)
    with pytest.raises(NotAllowed, match=r"Tom Lee \(Agent\) may not export"):
        await world.service.export_register(RegisterScope(), path, ExportFormat.CSV, pretended)
    assert not path.exists()


@pytest.mark.slow
async def test_what_cannot_be_written_is_a_problem(world: World) -> None:
    with pytest.raises(NotFound):
        await world.service.export_answers(404, world.folder / "a.csv", ExportFormat.CSV, world.user)
    with pytest.raises(Problem, match="cannot be written") as raised:
        await world.service.export_answers(
            world.flow_id, world.folder / "nowhere" / "a.csv", ExportFormat.CSV, world.user
        )
    assert raised.value.field == "path"
    assert set(os.listdir(world.folder)) <= {"data"}
