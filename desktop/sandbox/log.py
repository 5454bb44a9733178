"""The sandbox's own record: every accepted send, the webhooks still owed, and what customers did.

One SQLite file, used by one background thread. Sends that arrive while a transaction is being written form the
next one (group commit), and a send is answered only after its commit: a killed sandbox has lost nothing that
was answered. WAL with synchronous=NORMAL is safe against the end of the process, not of the machine.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
Row = Sequence[Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS send (
    n INTEGER PRIMARY KEY, at_s REAL NOT NULL, phone TEXT NOT NULL, wa_id TEXT NOT NULL, user_id TEXT NOT NULL,
    to_user INTEGER NOT NULL, type TEXT NOT NULL, template TEXT NOT NULL, category TEXT NOT NULL,
    free INTEGER NOT NULL, error_code INTEGER NOT NULL, plan TEXT NOT NULL, opaque TEXT NOT NULL,
    wamid TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS send_phone ON send (phone);
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY, due_s REAL NOT NULL, at_s REAL NOT NULL, n INTEGER NOT NULL, status TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS inbound (
    n INTEGER PRIMARY KEY, at_s REAL NOT NULL, phone TEXT NOT NULL, wamid TEXT NOT NULL UNIQUE,
    read_at_s REAL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS customer (phone TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS template (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS media (
    id TEXT PRIMARY KEY, mime_type TEXT NOT NULL, filename TEXT NOT NULL, sha256 TEXT NOT NULL,
    data BLOB NOT NULL);
"""

SEND_COLUMNS = 15
OUTBOX_COLUMNS = 6
GROUP_SIZES = (64, 16, 4, 1)
"""Rows per INSERT: one statement is one release of the interpreter's lock, so few and large ones are quick."""


@dataclass(slots=True)
class Group:
    """What one transaction writes, in this order, and who waits for it."""

    sends: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    statements: list[tuple[str, Row]] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    waiting: list[asyncio.Future[None]] = field(default_factory=list)


class SendLog:
    """The file and its thread. `path` None keeps everything in memory, for as long as the sandbox runs."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._work: SimpleQueue[Callable[[sqlite3.Connection], None] | None] = SimpleQueue()
        self._group = Group()
        self._writing = False
        self._thread: Thread | None = None
        self.sends_kept = 0

    async def open(self) -> None:
        """Opens or makes the file; sqlite3.Error or OSError if that fails."""
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[int] = self._loop.create_future()
        self._thread = Thread(target=self._run, args=(opened,), name="sandbox-log", daemon=True)
        self._thread.start()
        self.sends_kept = await opened

    async def close(self) -> None:
        """Writes what waits and closes the file."""
        if self._thread is None:
            return
        await self.settled()
        self._work.put(None)
        await asyncio.to_thread(self._thread.join)
        self._thread = None

    def keep(
        self, send: Row | None, outbox: Sequence[Row], statements: Sequence[tuple[str, Row]] = ()
    ) -> asyncio.Future[None]:
        """Queues one send (or none), the webhooks owed for it and other statements; done when committed."""
        group = self._group
        if send is not None:
            group.sends.append(send)
        group.outbox.extend(outbox)
        group.statements.extend(statements)
        done: asyncio.Future[None] = self._loop.create_future()
        group.waiting.append(done)
        self._write_soon()
        return done

    def forget(self, told: list[int]) -> None:
        """Takes webhooks that were answered 200 off the list of those owed; not waited for."""
        self._group.told.extend(told)
        self._write_soon()

    async def settled(self) -> None:
        """Returns when everything queued so far is committed."""
        await self.keep(None, ())

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `question` in the file's thread, after everything queued so far, and returns its answer."""
        await self.settled()
        answer: asyncio.Future[T] = self._loop.create_future()

        def work(connection: sqlite3.Connection) -> None:
            try:
                value = question(connection)
            except Exception as problem:
                self._loop.call_soon_threadsafe(_fail, answer, problem)
            else:
                self._loop.call_soon_threadsafe(_finish, answer, value)

        self._work.put(work)
        return await answer

    async def rows(self, sql: str, values: Row = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return await self.ask(lambda connection: connection.execute(sql, values).fetchall())

    def _write_soon(self) -> None:
        # One group is in the thread at a time; what comes meanwhile waits together for the next.
        if not self._writing:
            self._writing = True
            self._loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        group, self._group = self._group, Group()

        def work(connection: sqlite3.Connection) -> None:
            problem: Exception | None = None
            try:
                _write(connection, group)
            except Exception as error:
                problem = error
            self._loop.call_soon_threadsafe(self._written, group, problem)

        self._work.put(work)

    def _written(self, group: Group, problem: Exception | None) -> None:
        if problem is None:
            self.sends_kept += len(group.sends)
        for waiting in group.waiting:
            if waiting.done():
                continue
            if problem is None:
                waiting.set_result(None)
            else:
                waiting.set_exception(problem)
        following = self._group
        if following.waiting or following.told:
            self._hand_over()
        else:
            self._writing = False

    def _run(self, opened: asyncio.Future[int]) -> None:
        try:
            connection = sqlite3.connect(str(self._path) if self._path else ":memory:", isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(SCHEMA)
            (kept,) = connection.execute("SELECT count(*) FROM send").fetchone()
        except Exception as problem:
            self._loop.call_soon_threadsafe(_fail, opened, problem)
            return
        self._loop.call_soon_threadsafe(_finish, opened, kept)
        while (work := self._work.get()) is not None:
            work(connection)
        connection.close()


def upsert(table: str, key: str, body: dict[str, Any]) -> tuple[str, Row]:
    """The statement that keeps a customer or a template as JSON."""
    column = "phone" if table == "customer" else "id"
    return (f"INSERT OR REPLACE INTO {table} ({column}, body) VALUES (?, ?)", (key, json.dumps(body)))


def remember(key: str, value: object) -> tuple[str, Row]:
    """The statement that keeps one setting as JSON."""
    return ("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, json.dumps(value)))


def _write(connection: sqlite3.Connection, group: Group) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        _insert(connection, "send", SEND_COLUMNS, group.sends)
        _insert(connection, "outbox", OUTBOX_COLUMNS, group.outbox)
        for sql, values in group.statements:
            connection.execute(sql, values)
        if group.told:
            told = json.dumps(group.told)
            connection.execute("DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))", (told,))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _insert(connection: sqlite3.Connection, table: str, columns: int, rows: list[Row]) -> None:
    marks = "(" + ",".join("?" * columns) + ")"
    start = 0
    for size in GROUP_SIZES:
        while len(rows) - start >= size:
            chunk = rows[start : start + size]
            sql = f"INSERT INTO {table} VALUES " + ",".join([marks] * size)
            connection.execute(sql, list(chain.from_iterable(chunk)))
            start += size


def _finish(future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[Any], problem: Exception) -> None:
    if not future.done():
        future.set_exception(problem)
