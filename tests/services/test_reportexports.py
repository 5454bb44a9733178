"""Exported reports: every row of the screen's table and no other, whole or not there."""

import asyncio
import csv
import io
import json
import os
import random
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path as File
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import python_calamine as calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from desktop.domain.activity import Deed
from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.conversations import MessageView
from desktop.domain.importing import plain
from desktop.domain.messages import Status
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.reasons import Reason
from desktop.domain.report import Cause, Choice, Mark, OptedOut, Scope
from desktop.domain.settings import Settings
from desktop.services import jobwork, reportfiles
from desktop.services.exports import ExportFormat, ExportResult
from desktop.services.reportexports import ReportExports
from desktop.services.reportrows import MESSAGE_HEADINGS
from desktop.services.reports import Reports
from desktop.store import activity, consent, contacts, people, tables
from desktop.store import settings as setting_store
from desktop.store.engine import Store, Tx
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock

FIRST = datetime(2026, 10, 29, 12, tzinfo=UTC)
"""Messages begin here and go on over the end of summer time in Toronto."""
MESSAGE_COUNT = 1_300
DAY = timedelta(days=1)
STOPPED = "+16045550100"
"""Said No, and stopped in WhatsApp."""
TEXTS = ("Hello", "=1+1", "line one\nline two", "'quoted", 'Łódź 🌻, ok; "so"', "")
REASONS = {
    (Status.READ, Reason.OPTED_IN, None): "",
    (Status.SENT, Reason.NOT_MARKETING, None): "",
    (Status.QUEUED, Reason.NOT_MARKETING, None): "",
    (Status.FAILED, Reason.OPTED_OUT, None): "Opted out of marketing",
    (Status.FAILED, Reason.WHATSAPP_ERROR, 131026): "Not on WhatsApp",
    (Status.FAILED, Reason.WHATSAPP_ERROR, 131049): "WhatsApp’s marketing limit",
    (Status.LEFT_OUT, Reason.STOPPED_IN_WHATSAPP, None): "Stopped promotions in WhatsApp",
    (Status.UNKNOWN, Reason.ANSWER_LOST, None): "Unknown: answer was lost",
}
"""What there is, and the words of the report's table for it."""
CAUSES = tuple(REASONS)


@dataclass(frozen=True, slots=True)
class Filled:
    """A store with messages of every kind; nothing in it changes."""

    store: Store
    user: User
    template_ids: tuple[int, ...]
    folder: File


def one_id(tx: Tx, table: Any, **values: Any) -> int:
    made = tx.conn.execute(insert(table).values(**values)).inserted_primary_key
    assert made is not None
    return int(made[0])


def fill(tx: Tx) -> tuple[int, ...]:
    rolled = random.Random(7)
    at = {"created_at": FIRST}
    author, *_ = people.add(tx, [("Meera Rao", Role.SUPERVISOR), ("Tom Lee", Role.AGENT)])
    made = [contacts.create(tx, f"Person {n}", f"+1604555{n:04}") for n in range(100, 140)]
    words = {
        "language": "en",
        "category": "marketing",
        "status": "APPROVED",
        "quality": "GREEN",
        "body": "Hi",
    }
    templates = tuple(one_id(tx, tables.template, name=f"offer_{n}", **words) for n in range(3))
    sequence = one_id(tx, tables.sequence, name="Welcome", status="active", **at)
    version = one_id(tx, tables.sequence_version, sequence_id=sequence, number=1, definition={}, at=FIRST)
    kinds = [
        (
            rolled.choice([*Path]),
            rolled.choice([*Category]),
            rolled.choice([*templates, None]),
            rolled.choice(CAUSES),
        )
        for _ in range(60)
    ]
    rows = []
    for number in range(MESSAGE_COUNT):
        path, category, template_id, (status, reason, code) = rolled.choice(kinds)
        # Several in the same microsecond: a page may end between them.
        when = FIRST + timedelta(minutes=rolled.randrange(900) * 8)
        asked = rolled.choice([None, True, False])
        rows.append(
            {
                "contact_id": rolled.choice(made),
                "outgoing": True,
                "path": path.value,
                "status": status.value,
                "reason": reason.value,
                "error_code": code,
                "kind": "template",
                "category": category.value,
                "text": rolled.choice(TEXTS),
                "template_id": template_id,
                "asked": asked,
                "consent_event_id": rolled.randrange(9_000) if asked else None,
                "author_id": author if path is Path.COMPOSE else None,
                "version_id": version if path is Path.SEQUENCE else None,
                "step_number": rolled.randrange(1, 11) if path is Path.SEQUENCE else None,
                "wamid": f"wamid.{number}",
                "created_at": when,
                "due_at": when,
                "changed_at": when,
            }
        )
    tx.conn.execute(insert(tables.message), rows)
    consent.record(tx, made[0], OptIn.YES, Source.IMPORT)
    stop = consent.record(tx, made[0], True, Source.WHATSAPP, evidence="Stopped by the customer")
    counted = {"consent_event_id": stop, "asked": True, "sent_at": FIRST, "delivered_at": FIRST + DAY}
    tx.conn.execute(update(tables.message).where(tables.message.c.wamid == "wamid.0").values(counted))
    for number, contact_id in enumerate(made[:9]):
        source = (Source.KEYWORD, Source.IMPORT, Source.AGENT)[number % 3]
        consent.record(tx, contact_id, OptIn.NO, source, evidence=TEXTS[number % 5], user_id=author)
    setting_store.save(tx, Settings(time_zone="America/Toronto"), None)
    return templates


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("reports")
    store = open_store(str(folder / "store.db"), SystemClock(), "test").store
    templates = store.submit_write(fill).result()
    user = store.submit_read(people.every).result()[0]
    yield Filled(store, user, templates, folder)
    store.close()


def read_back(path: File, form: ExportFormat) -> list[dict[str, str]]:
    """The rows of all sheets by their headings, without what defuses them."""
    if form is ExportFormat.CSV:
        with path.open(encoding="utf-8-sig", newline="") as file:
            sheets: list[list[list[Any]]] = [list(csv.reader(file))]
    else:
        with calamine.CalamineWorkbook.from_path(path) as book:
            sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    rows = []
    for headings, *found in sheets:
        rows += [dict(zip(headings, map(_cell, row), strict=True)) for row in found]
    return rows


def _cell(value: Any) -> str:
    """A moment of a workbook is a real one, of the workspace's clock."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value}T00:00:00"  # calamine makes a date of a midnight
    return value.isoformat() if isinstance(value, datetime) else plain(value)


async def screen(reports: Reports, scope: Scope, choice: Choice) -> list[MessageView]:
    """What the table of the report shows when it is scrolled to its end."""
    cells = (await reports.cube(scope)).chosen(choice).cells
    found: list[MessageView] = []
    after = None
    while cells and (page := await reports.messages(scope, cells, after=after, limit=97)):
        found += page
        after = Mark(page[-1].at, page[-1].id)
    return found


def assert_same(row: dict[str, str], one: MessageView) -> None:
    """A row of the file says of a message what the screen says."""
    assert_moment(row["When"], one.at)
    assert (row["Message id"], row["WhatsApp id"], row["Text"]) == (str(one.id), one.wamid, one.text)
    assert (row["Contact"], row["Phone"]) == (one.contact_name, one.phone)
    assert row["Path"] == {Path.COMPOSE: "Inbox", Path.API: "API"}.get(
        one.path or Path.BOT, str(one.path).title()
    )
    assert row["Of"] == (f"Welcome, step {one.step_number}" if one.path is Path.SEQUENCE else "")
    assert (row["Template"], row["Category"]) == (one.template_name, one.category.value.title())
    status = {Status.UNKNOWN: "Not certain", Status.LEFT_OUT: "Left out", Status.QUEUED: "Waiting"}
    assert one.status is not None
    assert row["Status"] == status.get(one.status, one.status.value.title())
    assert row["Code"] == ("" if one.error_code is None else str(one.error_code))
    assert row["Author"] == ("Meera Rao" if one.path is Path.COMPOSE else "")
    assert one.reason is not None
    assert row["Reason"] == REASONS[(one.status, one.reason, one.error_code)] + (
        f"; moved to step {one.moved_on_to}"
        if one.moved_on_to is not None and one.reason is Reason.OPTED_OUT
        else ""
    )
    assert bool(row["What to do"]) is bool(row["Reason"])


def assert_moment(said: str, at: datetime) -> None:
    """A workbook has the clock of the workspace, a CSV file what it is ahead of UTC, too."""
    here = at.replace(microsecond=0).astimezone(ZoneInfo("America/Toronto"))
    assert said in (here.isoformat(), here.replace(tzinfo=None).isoformat())


def run_here(asked: dict[str, Any], filled: Filled, path: File, form: ExportFormat) -> dict[str, Any]:
    """The job in this process, asked as its child is: in one line of JSON."""
    whole = {
        **asked,
        "store": filled.store.url,
        "path": str(path),
        "part": str(path.with_name("of.part")),
        "folder": str(filled.folder),
        "format": form.value,
        "user": jobwork.user_to_json(filled.user),
        "most_sheet_rows": 300,
    }
    heard: dict[str, Any] = json.loads(json.dumps(whole))
    job = reportfiles.export_messages if "choice" in asked else reportfiles.export_opted_out
    return asyncio.run(job(heard, jobwork.Talk(io.StringIO())))


moments = st.integers(-1_000, 9_000).map(lambda minutes: FIRST + timedelta(minutes=minutes))
scopes = st.builds(
    Scope,
    since=st.none() | moments,
    until=st.none() | moments,
    search=st.sampled_from(["", "", "person 11", "+16045550", "wamid.7", "nobody"]),
    contact_id=st.none() | st.integers(1, 45),
)
choices = st.builds(
    Choice,
    paths=st.frozensets(st.sampled_from(Path), max_size=3),
    categories=st.frozensets(st.sampled_from(Category), max_size=3),
    template_ids=st.frozensets(st.sampled_from([1, 2, 3, None]), max_size=2),
    statuses=st.frozensets(st.sampled_from([one[0] for one in CAUSES]), max_size=3),
    causes=st.frozensets(st.sampled_from([Cause(one[1], one[2]) for one in CAUSES]), max_size=3),
)


@settings(deadline=None, max_examples=20, database=None)
@given(scope=scopes, choice=choices, form=st.sampled_from(ExportFormat))
def test_the_file_holds_what_the_screen_shows(
    filled: Filled, scope: Scope, choice: Choice, form: ExportFormat
) -> None:
    shown = asyncio.run(screen(Reports(filled.store), scope, choice))
    path = filled.folder / "shown"
    asked = {"scope": reportfiles.scope_to_json(scope), "choice": reportfiles.choice_to_json(choice)}

    result = run_here(asked, filled, path, form)

    rows = read_back(path, form)
    assert result["row_count"] == len(rows) == len(shown)
    for row, one in zip(rows, shown, strict=True):
        assert_same(row, one)


@pytest.mark.parametrize("form", list(ExportFormat))
@pytest.mark.sampled(1)
def test_all_of_a_thousand_messages_by_a_process_of_its_own(filled: Filled, form: ExportFormat) -> None:
    path = filled.folder / f"all.{form}"
    told: list[tuple[int, int]] = []

    async def run() -> tuple[ExportResult | None, list[MessageView]]:
        exports = ReportExports(filled.store, most_sheet_rows=1_000)
        made = await exports.run_messages(
            Scope(), Choice(), path, form, filled.user, lambda done, total: told.append((done, total))
        )
        return made, await screen(Reports(filled.store), Scope(), Choice())

    result, shown = asyncio.run(run())

    assert result == ExportResult(path, MESSAGE_COUNT, 1 if form is ExportFormat.CSV else 2)
    assert told[-1] == (MESSAGE_COUNT, MESSAGE_COUNT)
    rows = read_back(path, form)
    assert len(rows) == len(shown) == MESSAGE_COUNT
    for row, one in zip(rows, shown, strict=True):
        assert_same(row, one)
    line = filled.store.submit_read(activity.newest).result()[0]
    assert (line.deed, line.subject, line.details) == (Deed.EXPORTED, path.name, "1,300 messages")
    if form is ExportFormat.CSV:
        raw = path.read_text("utf-8-sig")
        assert "'=1+1" in raw
        assert ",=1+1" not in raw
        assert ",+1604555" in raw, "a phone number matches that of another system"
        assert "'+1604555" not in raw


def test_receipts_and_advice_are_in_the_row(filled: Filled) -> None:
    path = filled.folder / "failed.csv"
    choice = Choice(causes=frozenset({Cause(Reason.WHATSAPP_ERROR, 131026)}))
    asked = {"scope": reportfiles.scope_to_json(Scope()), "choice": reportfiles.choice_to_json(choice)}
    run_here(asked, filled, path, ExportFormat.CSV)
    rows = read_back(path, ExportFormat.CSV)
    assert {(row["Status"], row["Code"]) for row in rows} == {("Failed", "131026")}
    assert {row["Consent asked"] for row in rows} == {"Yes", "No", ""}
    assert all(bool(row["Consent event id"]) is (row["Consent asked"] == "Yes") for row in rows)
    assert len({(row["Reason"], row["What to do"]) for row in rows}) == 1
    assert not rows[0]["Reason"].startswith("WhatsApp refused")


@pytest.mark.parametrize("form", list(ExportFormat))
def test_the_choice_of_then_and_what_whatsapp_said_when(filled: Filled, form: ExportFormat) -> None:
    path = filled.folder / "then"
    asked = {
        "scope": reportfiles.scope_to_json(Scope(search="wamid.0")),
        "choice": reportfiles.choice_to_json(Choice()),
    }
    run_here(asked, filled, path, form)
    (row,) = read_back(path, form)
    assert (row["Consent asked"], row["Opt-in then"]) == ("Yes", "Yes"), "the event was the stop in WhatsApp"
    assert_moment(row["Sent"], FIRST)
    assert_moment(row["Delivered"], FIRST + DAY)
    assert row["Read"] == ""


async def opted_out(reports: Reports, **asked: Any) -> list[OptedOut]:
    found: list[OptedOut] = []
    after = None
    while page := await reports.opted_out(**asked, after=after, limit=4):
        found += page
        after = Mark(page[-1].at, page[-1].contact_id)
    return found


@pytest.mark.parametrize("form", list(ExportFormat))
@pytest.mark.parametrize(("source", "search"), [(None, ""), (Source.IMPORT, ""), (None, "person 103")])
@pytest.mark.sampled(2)
def test_opted_out_contacts_are_those_of_the_screen(
    filled: Filled, form: ExportFormat, source: Source | None, search: str
) -> None:
    path = filled.folder / "opted out"

    async def run() -> tuple[ExportResult | None, list[OptedOut]]:
        made = await ReportExports(filled.store).run_opted_out(
            None, None, source, search, path, form, filled.user
        )
        return made, await opted_out(Reports(filled.store), source=source, search=search)

    result, shown = asyncio.run(run())

    rows = read_back(path, form)
    assert result == ExportResult(path, len(shown))
    assert len(rows) == len(shown) == (9 if source is None and not search else 3 if source else 1)
    for row, one in zip(rows, shown, strict=True):
        assert_moment(row["When"], one.at)
        assert (row["Contact"], row["Phone"], row["Contact id"]) == (one.name, one.phone, str(one.contact_id))
        said = "A colleague" if one.source is Source.AGENT else one.source.value.title()
        assert (row["Source"], row["Evidence"]) == (said, one.evidence)
        assert (row["By"], row["Consent event id"]) == ("Meera Rao", str(one.event_id))
        assert (row["Said No"], row["Stopped in WhatsApp"]) == ("Yes", "Yes" if one.also else "No")
        assert bool(one.also) is (one.phone == STOPPED)
        if one.also:
            assert_moment(row["Also when"], one.also.at)
            also = ("WhatsApp", "Stopped by the customer", str(one.also.event_id))
            assert (row["Also source"], row["Also evidence"], row["Also consent event id"]) == also
        else:
            assert (row["Also when"], row["Also source"], row["Also evidence"]) == ("", "", "")


class TestWholeOrNotThere:
    @pytest.mark.parametrize("form", list(ExportFormat))
    @pytest.mark.sampled(1)
    async def test_stopped_nothing_is_left(self, filled: Filled, tmp_path: File, form: ExportFormat) -> None:
        stop = threading.Event()
        stop.set()
        exports = ReportExports(filled.store, tmp_path / "data")
        path = tmp_path / "m"
        assert await exports.run_messages(Scope(), Choice(), path, form, filled.user, None, stop) is None
        assert await exports.run_opted_out(None, None, None, "", path, form, filled.user, None, stop) is None
        assert os.listdir(tmp_path) == ["data"]
        assert os.listdir(tmp_path / "data") == []

    @pytest.mark.slow
    @pytest.mark.skipif(sys.platform == "win32", reason="a limit of the shell stands for a full disk")
    @pytest.mark.parametrize("form", list(ExportFormat))
    async def test_a_full_disk_is_a_problem(
        self, filled: Filled, tmp_path: File, monkeypatch: pytest.MonkeyPatch, form: ExportFormat
    ) -> None:
        starter = tmp_path / "starter"
        starter.write_text(f"#!/bin/sh\nulimit -f 16\nexec '{sys.executable}' \"$@\"\n", "utf-8")
        starter.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(starter))
        out = tmp_path / "out"
        out.mkdir()
        with pytest.raises(Problem, match="cannot be written") as raised:
            await ReportExports(filled.store, tmp_path / "data").run_messages(
                Scope(), Choice(), out / "m", form, filled.user
            )
        assert raised.value.field == "path"
        assert os.listdir(out) == []
        assert os.listdir(tmp_path / "data") == []

    async def test_a_folder_that_is_not_there(self, filled: Filled, tmp_path: File) -> None:
        with pytest.raises(Problem, match="cannot be written") as raised:
            await ReportExports(filled.store).run_messages(
                Scope(), Choice(), tmp_path / "nowhere" / "m.csv", ExportFormat.CSV, filled.user
            )
        assert raised.value.field == "path"

    async def test_an_agent_may_not(self, filled: Filled, tmp_path: File) -> None:
        tom = (await filled.store.read(people.every))[1]
        assert tom.name == "Tom Lee"
        pretended = User(tom.id, tom.name, Role.ADMIN)
        exports, path = ReportExports(filled.store), tmp_path / "m.csv"
        with pytest.raises(NotAllowed, match=r"Tom Lee \(Agent\) may not export"):
            await exports.run_messages(Scope(), Choice(), path, ExportFormat.CSV, pretended)
        with pytest.raises(NotAllowed, match=r"Tom Lee \(Agent\) may not export"):
            await exports.run_opted_out(None, None, None, "", path, ExportFormat.CSV, pretended)
        assert os.listdir(tmp_path) == []

    async def test_nothing_to_export_has_its_headings(self, filled: Filled, tmp_path: File) -> None:
        path = tmp_path / "none.csv"
        made = await ReportExports(filled.store).run_messages(
            Scope(search="nobody at all"), Choice(), path, ExportFormat.CSV, filled.user
        )
        assert made == ExportResult(path, 0)
        (headings,) = csv.reader(path.read_text("utf-8-sig").splitlines())
        assert tuple(headings) == MESSAGE_HEADINGS
