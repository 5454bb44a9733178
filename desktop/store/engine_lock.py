"""On PostgreSQL the engine's lock is an advisory lock of a connection that lives as long as the engine."""

from sqlalchemy import text

from desktop.store.database import make_engine

_KEY = 7_242_002


class DatabaseEngineLock:
    """Held while this process is the engine; `obtained` is False if another one is.

    If its connection is lost, the lock is: another process may become the engine then while this one goes on as one.
    What is written stays right, since every write looks first; what goes out between two writes may go out twice, as
    a webhook's delivery, under the same mark.
    """

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url, reader=False)
        self._conn = self._engine.connect()
        self.obtained = bool(self._conn.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY}))
        self._conn.commit()

    def release(self) -> None:
        self._conn.close()
        self._engine.dispose()
