"""Migrations lose nothing: a filled store of the first revision is upgraded with every consent event kept."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, insert, inspect, select, text

from desktop.store import conversations, opening, sessions, tables
from desktop.store.database import make_engine
from desktop.store.engine import StoreBroken, Tx
from desktop.store.opening import file_path, newest_revision, open_store
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.bots import answered, begun, published, sent_in
from tests.store.world import phone

CONTACTS: Final = 120
EVENTS_EACH: Final = 5


def first_revision(url: str) -> None:
    """Make the store as the first version of the program made it."""
    upgrade_to(url, "0001", fill)


def upgrade_to(url: str, revision: str, then: Callable[[Connection], None] | None = None) -> None:
    """Bring the store to a revision, and put into it what there was then."""
    engine = make_engine(url, reader=False)
    with engine.connect() as conn, keys_off(conn).begin():
        config = Config()
        config.set_main_option("script_location", str(Path(opening.__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = conn
        command.upgrade(config, revision)
    if then is not None:
        with engine.begin() as conn:
            then(conn)
    engine.dispose()


def keys_off(conn: Connection) -> Connection:
    """As the program's own upgrade has it: SQLite tears down tables that others name."""
    if conn.dialect.name == "sqlite":
        assert conn.connection.driver_connection is not None
        conn.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    return conn


def fill(conn: Connection) -> None:
    """Contacts with long histories and messages, through the tables as they were then."""
    then = MetaData()
    then.reflect(conn)
    at = tables.micros(START)
    people = [
        {
            "name": f"Ana {n}",
            "name_folded": f"ana {n}",
            "phone": phone(n),
            "facts": n % 3,
            "created_at": at,
            "updated_at": at,
        }
        for n in range(CONTACTS)
    ]
    conn.execute(insert(then.tables["contact"]), people)
    ids = list(conn.scalars(select(then.tables["contact"].c.id).order_by("id")))
    events = [
        {
            "contact_id": id,
            "fact": "opt_in",
            "value": "no" if n % 2 else "yes",
            "source": "import",
            "at": at,
            "evidence": f"{id}.{n}",
        }
        for id in ids
        for n in range(EVENTS_EACH)
    ]
    conn.execute(insert(then.tables["consent_event"]), events)
    identities = [
        {"kind": "phone", "value": one["phone"], "contact_id": id}
        for id, one in zip(ids, people, strict=True)
    ]
    conn.execute(insert(then.tables["identity"]), identities)
    messages = [
        {
            "contact_id": id,
            "outgoing": True,
            "status": "sent",
            "kind": "text",
            "text": f"Hello {id}",
            "created_at": at,
            "due_at": at,
            "changed_at": at,
        }
        for id in ids
    ]
    conn.execute(insert(then.tables["message"]), messages)
    sent = [
        {"message_id": id, "status": "sent", "moved": True, "source": "webhook", "at": at}
        for id in conn.scalars(select(then.tables["message"].c.id))
    ]
    conn.execute(insert(then.tables["message_event"]), sent)


def content(url: str, *names: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the named tables, by the columns that the first revision had of them."""
    engine = make_engine(url, reader=True)
    with engine.connect() as conn:
        found = {
            name: [tuple(row) for row in conn.execute(text(f"SELECT {columns} FROM {name} ORDER BY 1, 2"))]
            for name, columns in COLUMNS.items()
            if name in names
        }
    engine.dispose()
    return found


COLUMNS: Final = {
    "contact": "id, name, phone, facts, created_at",
    "consent_event": "id, contact_id, fact, value, source, at, evidence",
    "identity": "kind, value, contact_id",
    "message": "id, contact_id, status, text, created_at",
    "message_event": "id, message_id, status, moved, at",
}


def test_an_upgrade_keeps_every_consent_event(blank_address: str, clock: FakeClock) -> None:
    first_revision(blank_address)
    before = content(blank_address, *COLUMNS)
    assert len(before["consent_event"]) == CONTACTS * EVENTS_EACH

    opened = open_store(blank_address, clock, "test")
    events = read(opened.store, lambda tx: tx.rows(select(tables.consent_event)))
    opened.store.close()

    assert len(events) == CONTACTS * EVENTS_EACH
    assert content(blank_address, *COLUMNS) == before
    assert opening.quick_look(blank_address)["revision"] == newest_revision()


OF_SEVEN: Final = ("flow", "flow_version", "bot_session", "bot_step", "bot_answer")


def test_messages_from_before_there_were_bots_stay_as_they_are(blank_address: str, clock: FakeClock) -> None:
    upgrade_to(blank_address, "0001", fill)
    upgrade_to(blank_address, "0006")
    before = whole(blank_address)
    assert not set(OF_SEVEN) & set(before)
    assert len(before["message"]) == CONTACTS

    upgrade_to(blank_address, "0007")
    after = whole(blank_address)
    assert {name: after.pop(name) for name in OF_SEVEN} == {name: [] for name in OF_SEVEN}
    for row in after["message"]:
        assert (row.pop("session_id"), row.pop("node_id")) == (None, None)
    assert after == before


def test_a_filled_store_of_the_seventh_revision_opens(blank_address: str, clock: FakeClock) -> None:
    """What is kept of a bot is read as it was written, and one contact has one running session."""
    upgrade_to(blank_address, "0001", fill)
    upgrade_to(blank_address, "0007")
    opened = open_store(blank_address, clock, "test")

    def talk(tx: Tx) -> None:
        record = published(tx)
        session = begun(tx, record, 1, "n2")
        answered(tx, session, "order", "S-77")
        sent_in(tx, session)
        assert record.version_id is not None
        assert sessions.begin(tx, record.id, record.version_id, 1) is None

    write(opened.store, talk)
    first, second = read(opened.store, lambda tx: conversations.thread(tx, 1))
    opened.store.close()
    assert (first.flow_name, second.flow_name, second.node_id) == ("", "Order status", "n2")


def whole(url: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, the number of the revision aside."""
    engine = make_engine(url, reader=True)
    with engine.connect() as conn:
        there = MetaData()
        there.reflect(conn)
        found = {
            name: sorted(
                (dict(row._mapping) for row in conn.execute(select(table))),
                key=lambda row: [str(row[column.name]) for column in table.primary_key],
            )
            for name, table in there.tables.items()
            if name != "alembic_version" and not name.startswith("message_text")
        }
    engine.dispose()
    return found


def test_a_file_is_backed_up_before_the_upgrade(tmp_path: Path, clock: FakeClock) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first_revision(url)
    before = content(url, *COLUMNS)

    opened = open_store(url, clock, "test")
    opened.store.close()

    assert opened.backup_path == tmp_path / f"store.before-{newest_revision()}-from-0001.db"
    backup = f"sqlite:///{opened.backup_path}"
    assert content(backup, *COLUMNS) == before
    assert opening.quick_look(backup)["revision"] == "0001"


def test_keys_and_guards_hold_after_an_upgrade(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "store.db"
    first_revision(f"sqlite:///{path}")
    open_store(str(path), clock, "test").store.close()

    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA foreign_keys=ON")
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for verb in ("DELETE FROM consent_event", "UPDATE consent_event SET value = 'yes'"):
            with pytest.raises(sqlite3.DatabaseError, match="append-only"):
                conn.execute(verb)
        with pytest.raises(sqlite3.DatabaseError):
            conn.execute("DELETE FROM contact WHERE id = 1")


def test_an_upgrade_that_would_lose_rows_changes_nothing(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a migration to lose history, the check at its end undoes it; here the loss is made on the way."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first_revision(url)
    before = content(url, *COLUMNS)
    upgrade = command.upgrade

    def lossy(config: Config, revision: str) -> None:
        upgrade(config, revision)
        conn: Connection = config.attributes["connection"]
        conn.execute(text("DROP TRIGGER consent_event_no_delete"))
        conn.execute(text("DELETE FROM consent_event WHERE contact_id = 7"))

    monkeypatch.setattr(command, "upgrade", lossy)
    with pytest.raises(StoreBroken, match="consent_event"):
        open_store(url, clock, "test")

    assert content(url, *COLUMNS) == before
    assert opening.quick_look(url)["revision"] == "0001"


def test_an_upgrade_that_would_orphan_rows_changes_nothing(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first_revision(url)
    upgrade = command.upgrade

    def orphaning(config: Config, revision: str) -> None:
        upgrade(config, revision)
        conn: Connection = config.attributes["connection"]
        conn.execute(text("UPDATE identity SET contact_id = 100000 WHERE contact_id = 7"))

    monkeypatch.setattr(command, "upgrade", orphaning)
    with pytest.raises(StoreBroken, match="identity"):
        open_store(url, clock, "test")
    assert opening.quick_look(url)["revision"] == "0001"


def test_the_migrations_make_the_tables_of_the_program(address: str) -> None:
    engine = make_engine(address, reader=True)
    with engine.connect() as conn:
        # What triggers count in is no table of the program, see store.migrations.briefs and .tallies, nor is the index of
        # messages' texts with the tables behind it, see .searching.
        kept = ("contact_brief", "broadcast_tally", "broadcast_reached")
        opts = {
            "compare_type": True,
            "include_name": lambda name, kind, _: (
                name not in kept and not str(name).startswith("message_text")
            ),
        }
        context = MigrationContext.configure(conn, opts=opts)
        assert compare_metadata(context, tables.metadata) == []
        found = inspect(conn)
        for table in tables.metadata.sorted_tables:
            keys = {tuple(one["constrained_columns"]): one for one in found.get_foreign_keys(table.name)}
            for key in table.foreign_key_constraints:
                columns = tuple(column.name for column in key.columns)
                assert keys[columns]["options"].get("ondelete") == key.ondelete, (table.name, columns)
    engine.dispose()


def test_each_migration_follows_the_one_before() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(opening.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)

    assert scripts.get_heads() == [newest_revision()]
    assert scripts.get_bases() == ["0001"]


def test_the_newest_store_is_not_upgraded(sqlite_address: str, clock: FakeClock) -> None:
    path = file_path(sqlite_address)
    assert path is not None
    opened = open_store(sqlite_address, FakeClock(START + timedelta(days=1)), "test")
    opened.store.close()

    assert opened.backup_path is None
    assert sorted(one.suffix for one in path.parent.glob("store*")) == [".db"]
