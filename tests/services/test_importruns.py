"""Imports by a process of their own: equal to the key, taken back when stopped, whole again after a kill."""

import asyncio
import os
import re
import signal
import threading
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import pytest

from desktop.domain.activity import Deed
from desktop.domain.bulk import BulkKind, BulkStatus
from desktop.domain.consent import OptIn
from desktop.domain.contact_table import Target
from desktop.domain.importcolumns import NotATable
from desktop.domain.importing import Options
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed
from desktop.services.bulk import BulkChanges
from desktop.services.exports import ExportFormat, Exports
from desktop.services.importruns import ImportRun, ImportRuns
from desktop.services.importwriting import Progress, Stage
from desktop.services.jobs import JobEnded
from desktop.store import activity, bulk, contacts, people
from desktop.store.engine import Store
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock
from tests.services import import_key
from tests.services.import_store import differences, dump, put
from tests.services.standing import standing

CANADA = Options("CA")
PATIENCE_S = 60


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(str(tmp_path / "store.db"), SystemClock(), "test").store
    yield opened
    opened.close()


@pytest.fixture
async def user(store: Store) -> User:
    ids = await store.write(lambda tx: people.add(tx, [("Meera Rao", Role.SUPERVISOR)]))
    return User(ids[0], "Meera Rao", Role.SUPERVISOR)


async def leads(store: Store, folder: Path, size: int) -> tuple[Path, import_key.Key]:
    """A file, and in the store everyone whom its key expects there before."""
    path = folder / "november_leads.csv"
    key = import_key.make(2024, size, "none", path.name)
    import_key.write_csv(path, key.rows)
    await put(store, key.before)
    return path, key


class Written:
    """Waits until so many rows were written."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._reached = asyncio.Event()
        self.stages: list[Stage] = []

    def __call__(self, progress: Progress) -> None:
        self.stages.append(progress.stage)
        if progress.stage is Stage.WRITING and progress.done_rows >= self._rows:
            self._reached.set()

    async def reached(self) -> None:
        await asyncio.wait_for(self._reached.wait(), PATIENCE_S)


async def writer_of(store: Store) -> int:
    """The process that writes the newest import."""
    (newest,) = await store.read(lambda tx: bulk.newest(tx, 1))
    found = re.fullmatch(r"import-(\d+)-[0-9a-f]+", newest.process)
    assert found is not None
    assert int(found[1]) != os.getpid()
    return int(found[1])


@pytest.mark.slow
async def test_the_import_equals_the_key(store: Store, user: User, tmp_path: Path) -> None:
    path, key = await leads(store, tmp_path, 1_000)
    before = await store.read(standing)
    seen = Written(1)

    async with ImportRuns(store).open(path, user) as run:
        assert [column.heading for column in run.look.columns] == import_key.HEADINGS
        checked = await run.check(CANADA, seen)
        rejected = await run.rejected(3)
        saved = await run.save_rejected(tmp_path)
        result = await run.run(CANADA, user, seen)

    assert differences(key.after, await store.read(lambda tx: dump(tx, user.id))) == []
    counts = {name: count for name, count in asdict(result.counts).items() if count}
    assert counts == {"rows": 1_000, **{name: count for name, count in key.counts.items() if count}}
    for name in ("new", "known", "twice", "rejected", "blank", "opt_outs_in_file", "kept_no"):
        assert getattr(checked, name) == key.counts[name] > 0, name
    assert [row.number for row in rejected] == key.rejected[:3]
    assert [row.number for row in result.rejected_rows] == key.rejected
    assert len(saved.read_text("utf-8-sig").splitlines()) >= len(key.rejected) + 1
    # Read once, though checked and written.
    assert list(dict.fromkeys(seen.stages)) == [Stage.READING, Stage.CHECKING, Stage.WRITING]
    (journal,) = await store.read(bulk.newest)
    assert (journal.id, journal.kind, journal.title) == (result.bulk_id, BulkKind.IMPORT, path.name)
    assert (journal.status, journal.user_name) == (BulkStatus.DONE, "Meera Rao")
    assert journal.counts == counts
    (line,) = await store.read(activity.newest)
    assert (line.deed, line.subject, line.user_name) == (Deed.IMPORTED, path.name, "Meera Rao")
    assert line.details == (
        f"{key.counts['new']:,} new, {key.counts['updated']:,} updated, "
        f"{key.counts['opt_outs_applied']:,} opt-outs recorded"
    )

    undone = await BulkChanges(store).undo(journal.id, user)

    assert await store.read(standing) == before
    assert (undone.removed, undone.restored) == (key.counts["new"], key.counts["updated"])


@pytest.mark.slow
async def test_the_file_is_read_anew_when_it_or_its_columns_changed(
    store: Store, user: User, tmp_path: Path
) -> None:
    path = tmp_path / "l.csv"
    path.write_text("phone,optin\n(604) 555-0142,yes\n", "utf-8")
    seen = Written(1)
    async with ImportRuns(store).open(path, user) as run:

        async def read_for(options: Options) -> tuple[int, bool]:
            seen.stages.clear()
            counts = await run.check(options, seen)
            return counts.new, Stage.READING in seen.stages

        assert await read_for(Options("")) == (0, True)
        assert await read_for(CANADA) == (1, True)
        assert await read_for(Options("CA", opt_in_for_new=OptIn.YES)) == (1, False)
        path.write_text("phone,optin\n(604) 555-0142,yes\n+14165550117,\n", "utf-8")
        assert await read_for(CANADA) == (2, True)
    assert await store.read(contacts.count) == 0


@pytest.mark.slow
async def test_stopped_everything_is_taken_back(store: Store, user: User, tmp_path: Path) -> None:
    path, _ = await leads(store, tmp_path, 5_000)
    before = await store.read(standing)
    stop, seen = threading.Event(), Written(1_000)

    async with ImportRuns(store).open(path, user) as run:
        running = asyncio.create_task(run.run(CANADA, user, seen, stop))
        await seen.reached()
        stop.set()
        result = await asyncio.wait_for(running, PATIENCE_S)

    assert result.stopped
    assert 1_000 <= result.counts.contacts < 4_000
    assert Stage.UNDOING in seen.stages
    assert await store.read(standing) == before
    (journal,) = await store.read(bulk.newest)
    assert journal.status is BulkStatus.UNDONE


async def _interrupt(store: Store, user: User, path: Path, how: str) -> None:
    """Begin an import and have it end in the middle: its process is killed, or nobody waits any more."""
    seen = Written(1_000)
    async with ImportRuns(store).open(path, user) as run:
        running = asyncio.create_task(run.run(CANADA, user, seen))
        await seen.reached()
        if how == "killed":
            os.kill(await writer_of(store), signal.SIGKILL)
            with pytest.raises(JobEnded):
                await running
        else:
            pid = await writer_of(store)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


@pytest.mark.parametrize("how", ["killed", pytest.param("cancelled", marks=pytest.mark.slow)])
async def test_ended_in_the_middle_it_can_be_undone(
    store: Store, user: User, tmp_path: Path, how: str
) -> None:
    path, key = await leads(store, tmp_path, 5_000)
    before = await store.read(standing)

    await _interrupt(store, user, path, how)

    half = await store.read(standing)
    assert len(before) + 100 < len(half) < len(key.after)
    verbs = BulkChanges(store)
    (journal,) = await verbs.newest()
    assert journal.status is BulkStatus.INTERRUPTED
    (line,) = await store.read(activity.newest)
    assert (line.deed, line.subject, line.user_name) == (Deed.IMPORTED, path.name, "Meera Rao")
    assert re.fullmatch(r"interrupted after \d,\d{3} contacts", line.details)
    await verbs.undo(journal.id, user)
    assert await store.read(standing) == before


@pytest.mark.slow
async def test_what_is_read_lies_in_the_data_folder_and_goes(
    store: Store, user: User, tmp_path: Path
) -> None:
    place, path = tmp_path / "data", tmp_path / "l.csv"
    path.write_text("phone\n+16045550142\n", "utf-8")
    async with ImportRuns(store, place).open(path, user) as run:
        await run.check(CANADA)
        (folder,) = place.iterdir()
        assert folder.name.startswith(f"assent-import-{os.getpid()}-")
        assert (folder / "rows.jsonl").exists()
    assert list(place.iterdir()) == []


class TestRefused:
    async def test_by_role_before_the_file_is_touched(self, store: Store, tmp_path: Path) -> None:
        ids = await store.write(lambda tx: people.add(tx, [("Tom Lee", Role.AGENT)]))
        # What a window believes does not count: the store knows the role.
        tom = User(ids[0], "Tom Lee", Role.ADMIN)
        with pytest.raises(NotAllowed, match=r"Tom Lee \(Agent\) may not import contacts"):
            async with ImportRuns(store).open(tmp_path / "nowhere.csv", tom):
                raise AssertionError

    @pytest.mark.slow
    async def test_by_a_role_that_changed_meanwhile(self, store: Store, user: User, tmp_path: Path) -> None:
        path = tmp_path / "l.csv"
        path.write_text("phone\n+16045550142\n", "utf-8")
        async with ImportRuns(store).open(path, user) as run:
            await store.write(lambda tx: people.set_role(tx, user.id, Role.AGENT))
            for verb in (run.check(CANADA), run.run(CANADA, user)):
                with pytest.raises(NotAllowed):
                    await verb
        assert await store.read(contacts.count) == 0
        assert await store.read(bulk.newest) == []

    @pytest.mark.slow
    @pytest.mark.parametrize(("name", "content"), [("empty.csv", b""), ("cut.xlsx", b"PK\x03\x04 cut off")])
    async def test_a_file_that_is_no_table(
        self, store: Store, user: User, tmp_path: Path, name: str, content: bytes
    ) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotATable, match=f"“{name}”"):
            async with ImportRuns(store).open(path, user):
                raise AssertionError

    @pytest.mark.slow
    async def test_columns_without_a_phone(self, store: Store, user: User, tmp_path: Path) -> None:
        path = tmp_path / "l.csv"
        path.write_text("colour,name\nred,Ana\n", "utf-8")
        async with ImportRuns(store).open(path, user) as run:
            assert isinstance(run, ImportRun)
            with pytest.raises(NotATable) as raised:
                await run.check(CANADA)
        assert (raised.value.title, raised.value.field) == ("No phone column", "columns")


@pytest.mark.postgres
@pytest.mark.slow
async def test_on_postgresql(postgres_address: str, tmp_path: Path) -> None:
    """The same, on a server: imported, equal to the key, exported and undone."""
    store = open_store(postgres_address, SystemClock(), "test").store
    try:
        ids = await store.write(lambda tx: people.add(tx, [("Meera Rao", Role.SUPERVISOR)]))
        user = User(ids[0], "Meera Rao", Role.SUPERVISOR)
        path, key = await leads(store, tmp_path, 600)
        before = await store.read(standing)
        async with ImportRuns(store).open(path, user) as run:
            result = await run.run(CANADA, user)
        assert differences(key.after, await store.read(lambda tx: dump(tx, user.id))) == []
        exported = await Exports(store).run(Target(), tmp_path / "out.csv", ExportFormat.CSV, user)
        assert exported is not None
        assert exported.row_count == len(key.after)
        assert result.bulk_id is not None
        await BulkChanges(store).undo(result.bulk_id, user)
        assert await store.read(standing) == before
    finally:
        store.close()
