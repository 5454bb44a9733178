"""Exported files: they import again as the same contacts, run as no formula, and are whole or not there."""

import asyncio
import csv
import io
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import python_calamine as calamine

from desktop.domain.activity import Deed
from desktop.domain.consent import OptIn, Source
from desktop.domain.contact_table import TableQuery, Target
from desktop.domain.filters import Condition, Filter, Kind, Op
from desktop.domain.importing import Options
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, Problem
from desktop.services import exportfiles, jobwork
from desktop.services.exports import ExportFormat, ExportResult, Exports
from desktop.services.imports import Imports
from desktop.services.jobs import JobEnded
from desktop.store import activity, consent, contacts, people, seeds
from desktop.store.engine import Store, Tx
from desktop.store.opening import open_store
from desktop.store.seeds import SeedContact
from desktop.system.clock import SystemClock
from tests.services.standing import standing

AWKWARD = [
    ("=cmd|' /C calc'!A0", "+1 day", {"Code": "007", "Optin": "1e5", "Notes": "line one\nline two"}),
    ("प्रिया शर्मा", "VIP", {"Code": "'=quoted", "Notes": '; , "x"\t|'}),
    ("@SUM(A1)", "-5", {"Code": "''=twice", "Optin": "maybe", "Notes": "﻿Łódź 🌻"}),
    ("O'Brien, Anna", "=tag", {"Code": "+16045550142", "★": "TRUE", "Created (UTC)": "long ago"}),
]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(str(tmp_path / "store.db"), SystemClock(), "test").store
    yield opened
    opened.close()


@pytest.fixture
async def user(store: Store) -> User:
    ids = await store.write(lambda tx: people.add(tx, [("Meera Rao", Role.SUPERVISOR)]))
    return User(ids[0], "Meera Rao", Role.SUPERVISOR)


async def fill(store: Store, count: int = 0) -> list[int]:
    """Four contacts whose data no spreadsheet should meet unprepared, and others."""

    def write(tx: Tx) -> list[int]:
        made = []
        for at, (name, tag, attributes) in enumerate(AWKWARD):
            one = contacts.create(tx, name, f"+1604555010{at}")
            contacts.add_tags(tx, [one], [tag, "spring"])
            for field, value in attributes.items():
                contacts.set_attribute(tx, one, contacts.make_attribute(tx, field, Kind.TEXT), value)
            if at:
                consent.record(tx, one, OptIn.YES if at == 1 else OptIn.NO, Source.KEYWORD)
            made.append(one)
        return made + [contacts.create(tx, f"Person {at}", f"+44131496{at:04}") for at in range(count)]

    return await store.write(write)


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """The number of the process that exports: it is started by a script that notes it."""
    noted, starter = tmp_path / "pid", tmp_path / "starter"
    starter.write_text(f"#!/bin/sh\necho $$ >'{noted}'\nexec '{sys.executable}' \"$@\"\n", "utf-8")
    starter.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(starter))
    return lambda: int(noted.read_text())


def cells(path: Path) -> list[list[Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    return calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


@pytest.mark.slow
@pytest.mark.parametrize("form", list(ExportFormat))
async def test_an_exported_file_imports_again_as_the_same_contacts(
    store: Store, user: User, tmp_path: Path, form: ExportFormat
) -> None:
    await fill(store)
    path = tmp_path / f"contacts.{form}"

    result = await Exports(store).run(Target(), path, form, user)

    assert result == ExportResult(path, 4)
    found = cells(path)
    assert found[0] == [
        *("Name", "Phone", "Marketing opt-in", "Stopped in WhatsApp", "Tags"),
        *("Code", "Optin (contact field)", "Notes", "★ (contact field)", "Created (UTC) (contact field)"),
        *("Created (UTC)", "Last message from the contact (UTC)"),
    ]
    assert [row[2] for row in found[1:]] == ["", "Yes", "No", "No"]
    assert all(isinstance(cell, str) for row in found for cell in row)
    if form is ExportFormat.CSV:
        runs = [cell for row in found for cell in row if cell[:1] in ("=", "+", "-", "@")]
        assert all(cell[0] == "+" and cell[1:].isdecimal() for cell in runs)
        assert not [row[1] for row in found if row[1][:1] == "'"], (
            "a phone number matches that of another system"
        )
    other = open_store(str(tmp_path / "other.db"), SystemClock(), "other").store
    try:
        imported = await Imports(other).run(path, Options(), User(0, "The shell", Role.ADMIN))
        assert (imported.counts.new, imported.counts.rows) == (4, 4)
        assert await other.read(standing) == await store.read(standing)
    finally:
        other.close()
    (line,) = await store.read(activity.newest)
    assert (line.deed, line.subject, line.details) == (Deed.EXPORTED, path.name, "4 contacts")
    assert line.user_name == "Meera Rao"


@pytest.mark.slow
async def test_a_workbook_is_split_where_a_sheet_ends(store: Store, user: User, tmp_path: Path) -> None:
    await fill(store, 17)
    path = tmp_path / "contacts.xlsx"
    told: list[tuple[int, int]] = []

    result = await Exports(store, most_sheet_rows=10).run(
        Target(), path, ExportFormat.XLSX, user, lambda done, total: told.append((done, total))
    )

    assert result == ExportResult(path, 21, 3)
    assert told[-1] == (21, 21)
    with calamine.CalamineWorkbook.from_path(path) as book:
        assert book.sheet_names == ["Contacts", "Contacts 2", "Contacts 3"]
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [len(sheet) for sheet in sheets] == [10, 10, 4]
    assert sheets[0][0] == sheets[1][0] == sheets[2][0]
    other = open_store(str(tmp_path / "other.db"), SystemClock(), "other").store
    try:
        imported = await Imports(other).run(path, Options(), User(0, "The shell", Role.ADMIN))
        assert imported.counts.new == 21
        assert await other.read(standing) == await store.read(standing)
    finally:
        other.close()


@pytest.mark.slow
async def test_only_whom_the_target_names(store: Store, user: User, tmp_path: Path) -> None:
    made = await fill(store, 3)
    await store.write(lambda tx: consent.merge(tx, made[0], [made[5]]))
    path = tmp_path / "some.csv"
    yes = Filter((Condition("opt_in", Op.IS, ("no",)),))
    searched = TableQuery(yes, search="brien")

    for target, names in [
        (Target(searched), ["O'Brien, Anna"]),
        (Target(ids=(made[6], made[4], made[5], 999_999)), ["Person 0", "Person 2"]),
        (Target(ids=()), []),
    ]:
        result = await Exports(store).run(target, path, ExportFormat.CSV, user)
        assert result is not None
        assert result.row_count == len(names)
        assert [row[0] for row in cells(path)[1:]] == names


class TestWholeOrNotThere:
    @pytest.mark.slow
    async def test_stopped_the_old_file_stays(self, store: Store, user: User, tmp_path: Path) -> None:
        await fill(store, 900)
        path = tmp_path / "contacts.xlsx"
        path.write_text("of yesterday")
        stop = threading.Event()
        stop.set()
        assert await Exports(store).run(Target(), path, ExportFormat.XLSX, user, None, stop) is None
        assert path.read_text() == "of yesterday"
        assert not [one for one in os.listdir(tmp_path) if one.endswith(".part")]
        assert await store.read(activity.newest) == []

    @pytest.mark.slow
    @pytest.mark.parametrize("form", list(ExportFormat))
    @pytest.mark.parametrize("how", ["stopped", "cancelled", "killed"])
    async def test_ended_in_the_middle_nothing_is_left(
        self,
        store: Store,
        user: User,
        tmp_path: Path,
        child: Callable[[], int],
        form: ExportFormat,
        how: str,
    ) -> None:
        someone = [
            SeedContact("", f"+4413149{at:05}", OptIn.NONE, datetime(2026, 11, 1, tzinfo=UTC))
            for at in range(30_000)
        ]
        await store.write(lambda tx: seeds.add_contacts(tx, someone))
        place, out = tmp_path / "data", tmp_path / "out"
        out.mkdir()
        stop, begun = threading.Event(), asyncio.Event()
        written: list[Path] = []

        def tell(_done: int, _total: int) -> None:
            if not begun.is_set():
                written[:] = [*out.iterdir(), *place.glob("*/*")]
                begun.set()

        running = asyncio.create_task(
            Exports(store, place).run(Target(), out / "all", form, user, tell, stop)
        )
        await asyncio.wait_for(begun.wait(), 60)
        if how == "stopped":
            stop.set()
            assert await running is None
        elif how == "killed":
            os.kill(child(), signal.SIGKILL)
            with pytest.raises(JobEnded):
                await running
        else:
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        # It had begun, a workbook's sheet in a folder of ours; and nothing of it is left.
        assert len(written) == (1 if form is ExportFormat.CSV else 2)
        assert [*out.iterdir(), *place.iterdir()] == []

    async def test_a_file_that_cannot_be_put_in_its_place(
        self, store: Store, user: User, tmp_path: Path
    ) -> None:
        """The log has the line before the file is there, and another one if it never comes."""
        await fill(store)
        out = tmp_path / "out"
        (out / "all.csv").mkdir(parents=True)
        with pytest.raises(Problem, match="cannot be written"):
            await Exports(store).run(Target(), out / "all.csv", ExportFormat.CSV, user)
        assert [one.name for one in out.iterdir()] == ["all.csv"]
        lines = await store.read(activity.newest)
        assert [one.details for one in lines] == ["not saved after all", "4 contacts"]

    @pytest.mark.parametrize("form", list(ExportFormat))
    async def test_a_file_that_is_there_already_is_somebodys(
        self, store: Store, user: User, tmp_path: Path, form: ExportFormat
    ) -> None:
        """Were the name of the half file taken, it would not be ours to write over or to delete."""
        part = tmp_path / "letters.part"
        part.write_text("Dear Ana")
        asked = {
            "store": store.url,
            "path": str(tmp_path / "all"),
            "part": str(part),
            "folder": str(tmp_path),
            "format": form.value,
            "target": exportfiles.target_to_json(Target()),
            "user": jobwork.user_to_json(user),
            "most_sheet_rows": 100,
        }
        with pytest.raises(Problem, match="File exists"):
            await exportfiles.export(asked, jobwork.Talk(io.StringIO()))
        assert part.read_text() == "Dear Ana"

    @pytest.mark.parametrize("form", list(ExportFormat))
    @pytest.mark.sampled(1)
    async def test_a_folder_that_is_not_there(
        self, store: Store, user: User, tmp_path: Path, form: ExportFormat
    ) -> None:
        await fill(store)
        with pytest.raises(Problem, match="cannot be written") as raised:
            await Exports(store).run(Target(), tmp_path / "nowhere" / "c", form, user)
        assert raised.value.field == "path"
        assert await store.read(activity.newest) == []

    async def test_an_agent_may_not(self, store: Store, tmp_path: Path) -> None:
        ids = await store.write(lambda tx: people.add(tx, [("Tom Lee", Role.AGENT)]))
        tom = User(ids[0], "Tom Lee", Role.ADMIN)
        with pytest.raises(NotAllowed, match=r"Tom Lee \(Agent\) may not export contacts"):
            await Exports(store).run(Target(), tmp_path / "c.csv", ExportFormat.CSV, tom)
        assert not (tmp_path / "c.csv").exists()
