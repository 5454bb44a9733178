"""Opening a store: made new, upgraded with a backup first, refused when newer, damaged or somebody else's."""

import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from desktop.domain.consent import OptIn
from desktop.store import contacts, settings, tables
from desktop.store.database import make_engine
from desktop.store.engine import Store, StoreBroken
from desktop.store.engine_lock import DatabaseEngineLock
from desktop.store.opening import (
    SANDBOX,
    NewerStore,
    Opened,
    WrongStore,
    file_path,
    newest_revision,
    open_store,
    quick_look,
    stamp,
    store_url,
    wipe,
)
from tests.clock import FakeClock
from tests.databases import PATIENCE_S, read, write
from tests.store.bots import answered, begun, ended, published
from tests.store.world import add_contacts, add_person, add_template, claim, run_broadcast


def test_a_path_is_a_file_and_anything_else_an_address(tmp_path: Path) -> None:
    assert store_url("shop.db") == "sqlite:///shop.db"
    assert store_url("postgresql+psycopg://host/shop") == "postgresql+psycopg://host/shop"
    assert file_path(store_url(str(tmp_path / "shop.db"))) == tmp_path / "shop.db"
    assert file_path("postgresql+psycopg://host/shop") is None


def test_a_new_store_is_made_and_opened_again_without_a_backup(blank_address: str, clock: FakeClock) -> None:
    assert quick_look(blank_address)["stamp"] is None
    for count in (1, 2):
        opened = open_store(blank_address, clock, "test")
        write(opened.store, lambda tx: add_contacts(tx, OptIn.YES) if contacts.count(tx) == 0 else [])
        write(opened.store, lambda tx: stamp(tx, SANDBOX))
        assert opened.backup_path is None
        assert read(opened.store, contacts.count) == 1, count
        opened.store.close()
    assert quick_look(blank_address) == {"revision": newest_revision(), "stamp": SANDBOX}


def test_the_folder_of_a_new_file_is_made(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "shops" / "one" / "store.db"
    open_store(str(path), clock, "test").store.close()

    assert path.is_file()


def test_looking_does_not_make_a_file(tmp_path: Path) -> None:
    path = tmp_path / "nothing.db"

    assert quick_look(f"sqlite:///{path}") == {"revision": None, "stamp": None}
    assert not path.exists()

    path.write_text("Remember the milk. " * 500)
    assert quick_look(f"sqlite:///{path}") == {"revision": None, "stamp": None}


def test_several_programs_may_open_a_new_store_at_once(blank_address: str, clock: FakeClock) -> None:
    together = threading.Barrier(3)
    opened: list[Opened] = []
    wrong: list[BaseException] = []

    def open_one() -> None:
        try:
            together.wait(PATIENCE_S)
            opened.append(open_store(blank_address, clock, "test"))
        except BaseException as one:
            wrong.append(one)

    threads = [threading.Thread(target=open_one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    counts = [read(one.store, contacts.count) for one in opened]
    for one in opened:
        one.store.close()

    assert wrong == []
    assert counts == [0, 0, 0]


def test_a_store_of_a_newer_program_is_refused_and_left_alone(address: str, clock: FakeClock) -> None:
    engine = make_engine(address, reader=False)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NewerStore, match="9999"):
        open_store(address, clock, "test")

    with engine.connect() as conn:
        assert conn.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    engine.dispose()
    path = file_path(address)
    if path is not None:
        assert [one.name for one in path.parent.glob("*before*")] == []


def test_what_is_no_store_is_a_problem(tmp_path: Path, clock: FakeClock) -> None:
    garbage = tmp_path / "notes.db"
    garbage.write_text("Remember the milk. " * 500)
    with pytest.raises(StoreBroken, match=r"notes\.db"):
        open_store(str(garbage), clock, "test")
    assert garbage.read_text().startswith("Remember the milk.")

    with pytest.raises(StoreBroken, match="cannot be opened"):
        open_store(str(tmp_path), clock, "test")
    with pytest.raises(StoreBroken, match="cannot be opened"):
        open_store(str(garbage / "inside" / "store.db"), clock, "test")


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_a_problem(postgres_address: str, clock: FakeClock) -> None:
    with pytest.raises(StoreBroken):
        open_store(postgres_address.replace("/prepared?", "/missing?"), clock, "test")


def test_a_file_that_cannot_be_written_is_not_upgraded(sqlite_address: str, clock: FakeClock) -> None:
    path = Path(sqlite_address.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '0001'")
        conn.commit()
    backup_taken = path.with_name(f"store.before-{newest_revision()}-from-0001.db")
    backup_taken.mkdir()

    with pytest.raises(StoreBroken):
        open_store(sqlite_address, clock, "test")
    assert quick_look(sqlite_address)["revision"] == "0001"


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of a file there")
def test_a_backup_that_finds_no_room_is_a_problem_and_leaves_nothing(
    sqlite_address: str, clock: FakeClock
) -> None:
    import resource

    path = Path(sqlite_address.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '0001'")
        conn.commit()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Room for what SQLite keeps beside a file, and not for a second one.
    room_bytes = 65_536
    assert path.stat().st_size > room_bytes
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, before[1]))
    try:
        with pytest.raises(StoreBroken, match="backup") as raised:
            open_store(sqlite_address, clock, "test")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert raised.value.title == "No backup could be made"
    assert [one.name for one in path.parent.iterdir() if "before" in one.name] == []
    assert quick_look(sqlite_address)["revision"] == "0001"


# The stamp.


def test_a_store_keeps_its_stamp(store: Store) -> None:
    write(store, lambda tx: stamp(tx, "102290"))
    write(store, lambda tx: stamp(tx, "102290"))

    with pytest.raises(WrongStore, match="102290"):
        write(store, lambda tx: stamp(tx, SANDBOX))
    assert read(store, lambda tx: settings.meta(tx, "stamp")) == "102290"


def test_a_sandbox_store_is_never_a_real_one(store: Store) -> None:
    write(store, lambda tx: stamp(tx, SANDBOX))

    with pytest.raises(WrongStore, match="sandbox"):
        write(store, lambda tx: stamp(tx, "102290"))


def fill(store: Store) -> None:
    def run(tx: object) -> None:
        ana, _ = add_contacts(tx, OptIn.YES, OptIn.NO)  # type: ignore[arg-type]
        add_person(tx)  # type: ignore[arg-type]
        run_broadcast(tx, add_template(tx))  # type: ignore[arg-type]
        claim(tx)  # type: ignore[arg-type]
        session = begun(tx, published(tx), ana)  # type: ignore[arg-type]
        answered(tx, session, "order", "S-77")  # type: ignore[arg-type]
        ended(tx, session)  # type: ignore[arg-type]

    write(store, run)


def test_a_sandbox_store_is_started_over_and_guarded_as_before(store: Store) -> None:
    write(store, lambda tx: stamp(tx, SANDBOX))
    fill(store)
    write(store, wipe)

    kept = ("meta", "change", "engine", "person", "alembic_version")
    for table in tables.metadata.sorted_tables:
        if table.name not in kept:
            assert read(store, lambda tx, table=table: tx.rows(select(table))) == []  # type: ignore[misc]
    assert read(store, lambda tx: settings.meta(tx, "stamp")) == SANDBOX
    assert len(read(store, lambda tx: tx.rows(select(tables.person)))) == 1
    fill(store)
    with pytest.raises(Exception, match="append-only"):
        write(store, lambda tx: tx.conn.execute(text("DELETE FROM consent_event")))


@pytest.mark.parametrize("stamped", [None, "102290"])
def test_any_other_store_is_never_started_over(store: Store, stamped: str | None) -> None:
    if stamped:
        write(store, lambda tx: stamp(tx, stamped))
    fill(store)

    with pytest.raises(WrongStore):
        write(store, wipe)
    assert read(store, contacts.count) == 2


@pytest.mark.postgres
def test_one_process_at_a_time_is_the_engine_of_a_database(postgres_address: str) -> None:
    first, second = DatabaseEngineLock(postgres_address), DatabaseEngineLock(postgres_address)
    assert (first.obtained, second.obtained) == (True, False)
    first.release()
    third = DatabaseEngineLock(postgres_address)
    assert third.obtained
    for one in (second, third):
        one.release()
