"""A commit whose answer is lost: PostgreSQL waits for a standby that is not there, and its connection is ended."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from tests.databases import PATIENCE_S, PostgresServer

_WAITS: Final = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname {} 'postgres'"
_OURS: Final = _WAITS.format("<>")
_PROBES: Final = _WAITS.format("=")


@contextmanager
def next_commit_unanswered(server: PostgresServer) -> Iterator[None]:
    """The next commit in here is done, and whoever asked for it loses the connection instead of hearing so.

    Leave it once that has been felt.
    """
    engine = create_engine(server.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    waits = threading.Event()
    _commits_wait_for(server, "nobody")
    threads = [threading.Thread(target=_probe, args=(engine, waits))]
    threads[0].start()
    try:
        with engine.connect() as conn:
            _wait_for(conn, _PROBES)
        waits.set()
        threads.append(threading.Thread(target=_end_the_next, args=(server, engine)))
        threads[1].start()
        yield
        threads[1].join(PATIENCE_S)
    finally:
        waits.set()
        _commits_wait_for(server, "")
        for one in threads:
            one.join(PATIENCE_S)
        engine.dispose()


def _commits_wait_for(server: PostgresServer, standby: str) -> None:
    server.run(
        f"ALTER SYSTEM SET synchronous_commit = {'on' if standby else 'off'}",
        f"ALTER SYSTEM SET synchronous_standby_names = '{standby}'",
        "SELECT pg_reload_conf()",
    )


def _probe(engine: Engine, waits: threading.Event) -> None:
    """Commit until one waits: the server takes its new settings a moment after it was told."""
    with engine.connect() as conn:
        conn.exec_driver_sql("SET synchronous_commit = on")
        while not waits.is_set():
            conn.exec_driver_sql("CREATE TABLE probe ()")
            conn.exec_driver_sql("DROP TABLE probe")


def _end_the_next(server: PostgresServer, engine: Engine) -> None:
    with engine.connect() as conn:
        pid = _wait_for(conn, _OURS)
        conn.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 10000)")
    _commits_wait_for(server, "")


def _wait_for(conn: Connection, asked: str) -> int:
    for _ in range(50_000):
        found = conn.exec_driver_sql(asked).scalars().first()
        if found is not None:
            return int(found)
    raise AssertionError("no commit waits")
