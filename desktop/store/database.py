"""A connection to either database, with the settings that the store relies on."""

from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool
from sqlalchemy.util import LRUCache

_BUSY_TIMEOUT_S: Final = 30
_KEPT_STATEMENTS: Final = 2_000


class _Compiled(LRUCache[tuple[Any, ...], Any]):
    """The SQL of statements, made once for all engines of one kind of database.

    SQLAlchemy keeps them per dialect object, and each engine has one: reader and writer would make the same SQL
    twice, which is most of what opening a store costs.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(_of_its_kind(key), default)

    def __getitem__(self, key: tuple[Any, ...]) -> Any:
        return super().__getitem__(_of_its_kind(key))

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__(_of_its_kind(key), value)


def _of_its_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """What stands for the dialect is what its SQL depends on; the settings of ours are alike."""
    dialect, *statement = key
    return (dialect.name, dialect.server_version_info, *statement)


_COMPILED: Final = _Compiled(_KEPT_STATEMENTS)


def make_engine(url: str, *, reader: bool) -> Engine:
    """An SQLAlchemy engine with the settings of its database; no pool, each thread keeps its connection."""
    if make_url(url).get_backend_name() == "sqlite":
        made = create_engine(
            url,
            poolclass=NullPool,
            connect_args={
                "isolation_level": None,
                "timeout": _BUSY_TIMEOUT_S,
                "check_same_thread": False,
            },
        )
        event.listen(made, "connect", _prepare_sqlite_reader if reader else _prepare_sqlite)
        event.listen(made, "begin", _begin if reader else _begin_immediate)
        return made.execution_options(compiled_cache=_COMPILED)
    made = create_engine(
        url, poolclass=NullPool, isolation_level="REPEATABLE READ" if reader else "READ COMMITTED"
    )
    if reader:
        event.listen(made, "begin", _begin_read_only)
    return made.execution_options(compiled_cache=_COMPILED)


def _prepare_sqlite(driver: Any, _record: Any) -> None:
    driver.execute("PRAGMA journal_mode=WAL")
    driver.execute("PRAGMA synchronous=FULL")
    driver.execute("PRAGMA foreign_keys=ON")
    # Kept for good once it is full: with twice as much a million recipients took 75 MB more, and no less time.
    driver.execute("PRAGMA cache_size=-32768")
    driver.execute("PRAGMA temp_store=MEMORY")


def _prepare_sqlite_reader(driver: Any, _record: Any) -> None:
    driver.execute("PRAGMA query_only=ON")
    driver.execute("PRAGMA cache_size=-65536")
    driver.execute(
        "PRAGMA mmap_size=2147418112"
    )  # as much as SQLite takes: a million contacts are more than 1 GB
    driver.execute("PRAGMA temp_store=MEMORY")


def _begin(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN")


def _begin_immediate(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_read_only(conn: Connection) -> None:
    conn.exec_driver_sql("SET TRANSACTION READ ONLY")
