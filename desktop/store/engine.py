"""The store's threads: one writer, four readers, and every transaction through one of two doors.

`write()` runs a function in the writer's transaction, `read()` in a reader's. Both hand the function a
`Tx`; what it touches is kept in the change table in the same transaction and told to listeners after the
commit, so that no mutation can forget to say what it changed.
"""

import asyncio
import contextlib
import heapq
import itertools
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Executable, Transaction, insert, text
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError

from desktop.domain.changes import Change, Changes, Topic
from desktop.domain.problems import Problem
from desktop.store import tables
from desktop.store.database import make_engine
from desktop.system.clock import Clock

_log = logging.getLogger("assent.store")
T = TypeVar("T")
_GENERAL_READERS: Final = 2
REST_S: Final = 0.012
"""What long work leaves free between two of its steps. SQLite has no queue: a writer of another process looks again
after 1, 3, 8, 18 … ms. Without a rest such a writer waited up to 1.9 s; with it 22 ms in nine cases of ten."""
_PATIENCE_S: Final = 0.2
"""After so long a write goes before other work of the machine: a broadcast that keeps the writer busy would else hold
up an import's undo for half an hour. People and opt-outs wait for nobody."""
_AGAIN_COUNT: Final = 2
_GAVE_WAY: Final = frozenset({"40P01", "40001"})
"""PostgreSQL's states of a write that it ended so that another one could go on: a deadlock, a serialization failure."""
_CHANGE_TURN: Final = text("SELECT pg_advisory_xact_lock(7242003)")


class WriteLane(IntEnum):
    """Who writes first when several wait."""

    CONSENT = 0
    PEOPLE = 1
    CLAIM = 2
    STATUS = 3
    BULK = 4


class StoreBusy(Problem):
    """Another process holds the file, or rows of the database, for too long."""


class StoreBroken(Problem):
    """The disk is full, read-only, or the file cannot be read."""


class Uncertain(StoreBroken):
    """The connection was lost while a write was committed: it is done, or nothing of it is, and nobody here knows.

    Any other failure of a write left nothing, so only after this one is doing it again not the same as doing it.
    """


class StoreClosed(Problem):
    """The store has been closed."""


def is_trouble(wrong: BaseException) -> bool:
    """True for what is the database's state and not the data's fault: busy, full, a deadlock, a race."""
    return isinstance(wrong, OperationalError | IntegrityError)


class Interrupted(Exception):
    """A read that nobody waits for any more was stopped."""


@dataclass(slots=True)
class Tx:
    """One transaction: the connection, the business time at its start, and what it touched.

    memo: where many deeds share a transaction that changes neither settings nor templates, what they all read.
    kept: of the store's writer, from one transaction to the next: only what can never be another for its key.
    """

    conn: Connection
    now: datetime
    touched: set[Change] = field(default_factory=set)
    memo: dict[object, Any] | None = None
    kept: dict[object, Any] = field(default_factory=dict)

    def touch(self, topic: Topic, id: int = 0) -> None:
        """Say that something changed; id 0 means several of its topic."""
        self.touched.add(Change(topic, id))

    def rows(self, asked: Executable, **values: Any) -> list[Any]:
        """The rows of a query, read at once; columns by name. values: for its bound parameters."""
        return list(self.conn.execute(asked, values).all())

    def once(self, key: object, read: Callable[[], T]) -> T:
        """What `read` gives; with a memo it is asked only once for each key."""
        if self.memo is None:
            return read()
        if key not in self.memo:
            self.memo[key] = read()
        found: T = self.memo[key]
        return found

    @property
    def on_postgresql(self) -> bool:
        return self.conn.dialect.name == "postgresql"


@dataclass(order=True, slots=True)
class _Work:
    lane: int
    number: int
    run: Callable[[Tx], Any] = field(compare=False)
    future: "Future[Any]" = field(compare=False)
    queued_s: float = field(compare=False, default=0.0)


class Store:
    """An open store. Make one with `desktop.store.opening.open_store`; close it when done."""

    def __init__(self, url: str, clock: Clock, process: str) -> None:
        """url: an SQLAlchemy address. process: this program's name in the change table."""
        self.url = url
        self.process = process
        self._clock = clock
        self._listeners: list[Callable[[Changes], None]] = []
        self._kept: dict[object, Any] = {}
        self._closing = False
        self._numbers = itertools.count()
        self._writes: list[_Work] = []
        self._wakeup = threading.Condition()
        self._writer_engine = make_engine(url, reader=False)
        self._reader_engine = make_engine(url, reader=True)
        self._people: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._general: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._lists: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._write_loop, name="store-writer", daemon=True)]
        for number, jobs in enumerate([self._people, self._lists, *[self._general] * _GENERAL_READERS]):
            self._threads.append(
                threading.Thread(
                    target=self._read_loop, args=(jobs,), name=f"store-reader-{number}", daemon=True
                )
            )
        for thread in self._threads:
            thread.start()

    @property
    def on_postgresql(self) -> bool:
        return self.url.startswith("postgresql")

    def listen(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Call `listener` after each commit of this process, in the writer's thread. Returns the undo."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def write(self, run: Callable[[Tx], T], lane: WriteLane = WriteLane.PEOPLE) -> T:
        """Run in a write transaction and return its result; an exception rolls back. Raises Uncertain where one may not."""
        return await asyncio.wrap_future(self.submit_write(run, lane))

    async def read(self, run: Callable[[Tx], T], *, people: bool = False, listing: bool = False) -> T:
        """Run in a read-only transaction. people: a person waits for it, so it has its own reader. listing: another
        program asked and decides how long it takes; those share one reader, so that nobody else waits for them.

        Cancelling the await interrupts the query.
        """
        future = self.submit_read(run, people=people, listing=listing)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            future.interrupt()
            raise

    def submit_write(self, run: Callable[[Tx], T], lane: WriteLane = WriteLane.PEOPLE) -> "Future[T]":
        """Queue a write; for callers without a loop."""
        future: Future[T] = Future()
        with self._wakeup:
            if self._closing:
                raise StoreClosed("The store is closed", "Assent is shutting down; nothing was changed.")
            work = _Work(int(lane), next(self._numbers), run, future, self._clock.monotonic_s())
            heapq.heappush(self._writes, work)
            self._wakeup.notify()
        return future

    def submit_read(
        self, run: Callable[[Tx], T], *, people: bool = False, listing: bool = False
    ) -> "_Reading[T]":
        """Queue a read; for callers without a loop."""
        future: _Reading[T] = _Reading()
        with self._wakeup:
            if self._closing:
                raise StoreClosed("The store is closed", "Assent is shutting down.")
            jobs = self._people if people else self._lists if listing else self._general
            jobs.put(_Work(0, 0, run, future))
        return future

    def close(self) -> None:
        """Finish the writes that wait, then end the threads. Safe to call twice."""
        with self._wakeup:
            if self._closing:
                return
            self._closing = True
            self._wakeup.notify_all()
        self._people.put(None)
        self._lists.put(None)
        for _ in range(_GENERAL_READERS):
            self._general.put(None)
        for thread in self._threads:
            thread.join()
        self._writer_engine.dispose()
        self._reader_engine.dispose()

    def _next_write(self) -> _Work | None:
        with self._wakeup:
            while not self._writes and not self._closing:
                self._wakeup.wait()
            return self._most_urgent() if self._writes else None

    def _most_urgent(self) -> _Work:
        if self._writes[0].lane > WriteLane.PEOPLE:
            oldest = min(self._writes, key=lambda one: one.number)
            if self._clock.monotonic_s() - oldest.queued_s > _PATIENCE_S:
                self._writes.remove(oldest)
                heapq.heapify(self._writes)
                return oldest
        return heapq.heappop(self._writes)

    def _write_loop(self) -> None:
        conn: Connection | None = None
        while (work := self._next_write()) is not None:
            if not work.future.set_running_or_notify_cancel():
                continue
            try:
                conn = conn if conn is not None and not conn.invalidated else self._writer_engine.connect()
                result, changes = self._run_write(conn, work.run)
            except BaseException as wrong:
                conn = _discard_if_lost(conn, wrong)
                work.future.set_exception(_explain(wrong))
            else:
                work.future.set_result(result)
                self._tell(changes)
        if conn is not None:
            if not self.on_postgresql:
                # A copy of the file alone, made afterwards, then holds everything.
                with contextlib.suppress(OperationalError):
                    conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            conn.close()

    def _tell(self, changes: Changes) -> None:
        """A listener that fails must not end the writer: every later write would wait for ever."""
        for listener in tuple(self._listeners) if changes else ():
            try:
                listener(changes)
            except Exception:
                _log.exception("a listener failed")

    def _run_write(self, conn: Connection, run: Callable[[Tx], T]) -> tuple[T, Changes]:
        """Run, and begin anew what had to give way to another program: nothing of it stays, so nothing is twice."""
        for _ in range(_AGAIN_COUNT):
            try:
                return self._run_once(conn, run)
            except OperationalError as wrong:
                if not _gave_way(wrong):
                    raise
                _log.info("a write gave way to another one and begins anew: %s", wrong.orig)
        return self._run_once(conn, run)

    def _run_once(self, conn: Connection, run: Callable[[Tx], T]) -> tuple[T, Changes]:
        with conn.begin() as begun:
            tx = Tx(conn, self._clock.now(), kept=self._kept)
            result = run(tx)
            if tx.touched:
                if tx.on_postgresql:
                    # Ids are given here and seen at the commit: one writer at a time, or a window that has
                    # seen 11 would never see a 10 that is committed after it. The last lock, so no deadlock.
                    conn.execute(_CHANGE_TURN)
                conn.execute(
                    insert(tables.change),
                    [
                        {"at": tx.now, "topic": one.topic.value, "ref": one.id, "process": self.process}
                        for one in tx.touched
                    ],
                )
            changes = Changes(frozenset(tx.touched))
            self._commit(begun, changes)
        return result, changes

    def _commit(self, begun: Transaction, changes: Changes) -> None:
        """A lost connection is uncertain here and only here: before COMMIT was sent, the database takes all back."""
        try:
            begun.commit()
        except DBAPIError as wrong:
            if not wrong.connection_invalidated:
                raise
            _log.warning("a commit was not answered: %s", wrong.orig)
            self._tell(changes)  # perhaps: whoever looks finds what is there
            raise Uncertain(
                "It may have been done",
                "The connection to the database was lost while it was kept. Look whether it is there before you do"
                " it again.",
            ) from wrong

    def _read_loop(self, jobs: "queue.SimpleQueue[_Work | None]") -> None:
        conn: Connection | None = None
        while (work := jobs.get()) is not None:
            if not work.future.set_running_or_notify_cancel():
                continue
            try:
                conn = conn if conn is not None and not conn.invalidated else self._reader_engine.connect()
                assert isinstance(work.future, _Reading)
                with work.future.reading(conn), conn.begin():
                    result = work.run(Tx(conn, self._clock.now()))
            except BaseException as wrong:
                conn = _discard_if_lost(conn, wrong)
                work.future.set_exception(_explain(wrong))
            else:
                work.future.set_result(result)
        if conn is not None:
            conn.close()


class _Reading(Future[T]):
    """A queued read that can be interrupted while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self._conn: Connection | None = None
        self._guard = threading.Lock()
        self._unwanted = False

    def reading(self, conn: Connection) -> AbstractContextManager[None]:
        return _Marked(self, conn)

    def interrupt(self) -> None:
        """Stop the query if it runs; forget it if it waits."""
        self.cancel()
        with self._guard:
            self._unwanted = True
            if self._conn is not None:
                driver: Any = self._conn.connection.driver_connection
                (driver.interrupt if hasattr(driver, "interrupt") else driver.cancel)()

    def enter(self, conn: Connection) -> None:
        with self._guard:
            if self._unwanted:
                raise Interrupted
            self._conn = conn

    def leave(self) -> None:
        with self._guard:
            self._conn = None


@dataclass(slots=True)
class _Marked:
    """While inside, the reading knows which connection to interrupt."""

    reading: _Reading[Any]
    conn: Connection

    def __enter__(self) -> None:
        self.reading.enter(self.conn)

    def __exit__(self, *_: object) -> None:
        self.reading.leave()


def _discard_if_lost(conn: Connection | None, wrong: BaseException) -> Connection | None:
    if conn is None:
        return None
    if conn.invalidated or (isinstance(wrong, DBAPIError) and wrong.connection_invalidated):
        conn.close()
        return None
    if conn.in_transaction():
        conn.rollback()
    return conn


def _gave_way(wrong: OperationalError) -> bool:
    return getattr(wrong.orig, "sqlstate", None) in _GAVE_WAY


def _explain(wrong: BaseException) -> BaseException:
    """A Problem for what a person can do something about; anything else as it is."""
    if type(wrong) is DatabaseError:
        return StoreBroken("The store cannot be read", f"The file is damaged: {wrong.orig}. Open a backup.")
    if not isinstance(wrong, OperationalError):
        return wrong
    if _gave_way(wrong):
        return StoreBusy(
            "The database is busy", "Another program changes the same rows again and again. Try once more."
        )
    said = str(wrong.orig).lower()
    if "interrupted" in said or "canceling statement" in said:
        return Interrupted()
    if "locked" in said or "busy" in said:
        return StoreBusy(
            "The store is busy", "Another program holds the file. Close it or wait, then try again."
        )
    if "full" in said:
        return StoreBroken(
            "The disk is full", "Nothing was changed. Make room on the disk of the store, then try again."
        )
    if "readonly" in said or "read-only" in said:
        return StoreBroken(
            "The store cannot be written", "The file or its folder is read-only. Change its permissions."
        )
    return StoreBroken("The store cannot be used", f"The database said: {wrong.orig}")
