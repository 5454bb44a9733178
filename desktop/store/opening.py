"""Opening a store: make it, bring it up to date with a backup first, check that it is the right one."""

import secrets
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from desktop.domain.problems import Problem
from desktop.store import message_search, settings, subscriptions, tables
from desktop.store.database import make_engine
from desktop.store.engine import Store, StoreBroken, Tx
from desktop.store.migrations import guards
from desktop.system.clock import Clock

SANDBOX: Final = "sandbox"
"""The stamp of a store that may only talk to a sandbox; a real one is stamped with its account id."""
_KEPT: Final = ("meta", "change", "engine", "person", "api_key", "subscription")
"""What starting over leaves as it is."""
_ADVISORY_LOCK: Final = 7_242_001


class NewerStore(Problem):
    """The store was written by a newer Assent."""


class WrongStore(Problem):
    """The store belongs to another connection than the one asked for."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A store that is ready, and the backup that was made if it had to be upgraded."""

    store: Store
    backup_path: Path | None


def store_url(address: str) -> str:
    """An SQLAlchemy address from what people write: a path is a SQLite file."""
    return address if "://" in address else f"sqlite:///{address}"


def file_path(url: str) -> Path | None:
    """The file of a SQLite address; None for PostgreSQL."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def open_store(address: str, clock: Clock, process: str) -> Opened:
    """Open a store, making or upgrading it first.

    Raises NewerStore if a newer Assent wrote it, StoreBroken if it cannot be read or written.
    """
    url = store_url(address)
    path = file_path(url)
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        backup = _bring_up_to_date(url, path)
    except (OSError, DatabaseError) as wrong:
        raise StoreBroken(
            "The store cannot be opened", f"“{path or 'The database'}” cannot be used: {_plain(wrong)}"
        ) from wrong
    return Opened(Store(url, clock, process), backup)


def _plain(wrong: Exception) -> str:
    return str(wrong.orig) if isinstance(wrong, DatabaseError) else str(wrong)


def migration_config(conn: Connection) -> Config:
    """Alembic's configuration, for migrating on a connection that is open."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    return config


@cache
def newest_revision() -> str:
    """The revision that this program writes; reading all of them takes a twentieth of a second, once."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return str(ScriptDirectory.from_config(config).get_current_head())


def _bring_up_to_date(url: str, path: Path | None) -> Path | None:
    """Upgrade on a connection of its own; returns the backup made before, if one was needed."""
    migrating = make_engine(url, reader=False)
    backup: Path | None = None
    try:
        with migrating.connect() as conn:
            sqlite = conn.dialect.name == "sqlite"
            if sqlite:
                # A batch change of `contact` with keys on would cascade: off, and before BEGIN.
                conn.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            with conn.begin():
                _take_turns(conn)
                current = MigrationContext.configure(conn).get_current_revision()
                if current == newest_revision():
                    return None
                _refuse_newer(conn, current)
            if current is not None and path is not None:
                backup = _back_up(path, current)
            with conn.begin():
                _take_turns(conn)
                before = _counts(conn)
                command.upgrade(migration_config(conn), "head")
                _check(conn, before)
    finally:
        migrating.dispose()
    return backup


def _take_turns(conn: Connection) -> None:
    """One program migrates at a time; on SQLite BEGIN IMMEDIATE sees to it. Alembic looks at the revision anew."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _refuse_newer(conn: Connection, current: str | None) -> None:
    if current is None:
        return
    known = {one.revision for one in ScriptDirectory.from_config(migration_config(conn)).walk_revisions()}
    if current not in known:
        raise NewerStore(
            "The store is newer than this program",
            f"A newer Assent wrote it (revision {current}). Update Assent, then open it again. "
            "Nothing was changed.",
        )


def _back_up(path: Path, revision: str) -> Path:
    """A copy beside the store, whole or not there. Raises StoreBroken."""
    backup = path.with_name(f"{path.stem}.before-{newest_revision()}-from-{revision}{path.suffix}")
    part = backup.with_name(f"{backup.name}.{secrets.token_hex(4)}.part")
    try:
        with closing(sqlite3.connect(path)) as source:
            source.execute("VACUUM INTO ?", (str(part),))
        part.replace(backup)
    except (OSError, sqlite3.Error) as wrong:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StoreBroken(
            "No backup could be made",
            f"The store has to be upgraded, and its backup “{backup}” cannot be written: {wrong}. Nothing was "
            "changed. Make room there, then open it again.",
        ) from wrong
    return backup


def _counts(conn: Connection) -> dict[str, int]:
    present = set(inspect(conn).get_table_names())
    kept = [table for name, table in tables.metadata.tables.items() if name in present]
    return {table.name: int(conn.scalar(select(func.count()).select_from(table)) or 0) for table in kept}


def _check(conn: Connection, before: dict[str, int]) -> None:
    """Nothing may be lost on the way: every table keeps its rows, every key its target."""
    after = _counts(conn)
    lost = [name for name, count in before.items() if after.get(name, 0) < count]
    if conn.dialect.name == "sqlite":
        lost += [str(row[0]) for row in conn.execute(text("PRAGMA foreign_key_check"))]
    if lost:
        raise StoreBroken(
            "The upgrade would lose data",
            f"Rows of {', '.join(sorted(set(lost)))} would be lost, so nothing was changed.",
        )


def stamp(tx: Tx, wanted: str) -> None:
    """Stamp a new store, or check a stamped one. Raises WrongStore when they differ."""
    found = settings.meta(tx, "stamp")
    if found is None:
        settings.set_meta(tx, "stamp", wanted)
    elif found != wanted:
        is_sandbox = found == SANDBOX
        raise WrongStore(
            "Wrong store",
            "This store belongs to the sandbox and never talks to WhatsApp. Open another one."
            if is_sandbox
            else f"This store belongs to the WhatsApp account {found}. Open another one.",
        )


def wipe(tx: Tx) -> None:
    """Empty a sandbox store, to start over; who comes in stays, and so do keys and webhooks, told from now on.

    Raises WrongStore for any other.
    """
    if settings.meta(tx, "stamp") != SANDBOX:
        raise WrongStore("Not a sandbox store", "Only a sandbox store can be started over.")
    guards.drop(tx.conn)
    for table in reversed(tables.metadata.sorted_tables):
        if table.name not in _KEPT:
            tx.conn.execute(delete(table))
    message_search.clear(tx)
    guards.add(tx.conn)
    subscriptions.go_on_from_here(tx)


def quick_look(url: str) -> dict[str, Any]:
    """The revision and stamp of a store without changing it, for diagnostics."""
    path = file_path(url)
    if path is not None and not path.is_file():
        # Connecting would make an empty one.
        return {"revision": None, "stamp": None}
    looking = make_engine(url, reader=True)
    try:
        with looking.connect() as conn, conn.begin():
            revision = MigrationContext.configure(conn).get_current_revision()
            key = tables.meta.c.key
            found = conn.scalar(select(tables.meta.c.value).where(key == "stamp")) if revision else None
            return {"revision": revision, "stamp": found}
    except DatabaseError:
        return {"revision": None, "stamp": None}
    finally:
        looking.dispose()
