"""Stores full of made-up contacts, made once and kept: a million contacts take minutes."""

import asyncio
import os
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

from desktop.app import App
from desktop.options import Options
from desktop.root import open_app
from desktop.services.demo import Demo
from desktop.services.seeding import Plan, Seeding
from desktop.store import opening, settings
from desktop.store.engine import Store, Tx, WriteLane
from desktop.system.clock import Clock, SystemClock
from desktop.system.paths import Paths
from tests.bench import crowd

_WAL = ("-wal", "-shm", ".engine")


def prepared(cache: Path, contact_count: int, no_count: int, none_count: int) -> Path:
    """A sandbox store without a pace; its name says what is in it and which tables it has."""
    name = f"{contact_count}-{no_count}-{none_count}-{opening.newest_revision()}"

    async def fill(store: Store) -> None:
        await Demo(store).seed(contact_count, no_count, none_count)
        await store.write(_spread, WriteLane.BULK)

    return _kept(cache, name, contact_count, fill)


def counted(cache: Path, contact_count: int) -> Path:
    """A store to count in: one per cent NO, twelve without a choice, 40 tags, 6 attributes, a running broadcast."""

    async def fill(store: Store) -> None:
        await crowd.fill(store, contact_count, contact_count // 100, contact_count * 12 // 100)

    return _kept(cache, f"crowd-{contact_count}-{opening.newest_revision()}", contact_count, fill)


def talking(cache: Path, contact_count: int, conversation_count: int, message_count: int) -> Path:
    """A store with an inbox, as `assent seed` makes it; the first contact has the longest conversation."""
    plan = Plan(contact_count, conversation_count, message_count)

    async def fill(store: Store) -> None:
        await Seeding(store, plan, lambda *_: None).run()

    name = f"inbox-{contact_count}-{conversation_count}-{message_count}-{opening.newest_revision()}"
    return _kept(cache, name, contact_count, fill)


def _kept(cache: Path, stem: str, contact_count: int, fill: Callable[[Store], Awaitable[None]]) -> Path:
    name = f"{stem}.db"
    path = cache / name
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        print(f"making {contact_count:,} contacts, kept in {cache.name}/{name} …", flush=True)
        began_s = time.perf_counter()
        unfinished = cache / f"{name}.{os.getpid()}"
        try:
            asyncio.run(_make(unfinished, fill))
            unfinished.replace(path)
        finally:
            for ending in ("", *_WAL):
                unfinished.with_name(unfinished.name + ending).unlink(missing_ok=True)
        print(f"made in {time.perf_counter() - began_s:.0f} s", flush=True)
    return path


async def _make(path: Path, fill: Callable[[Store], Awaitable[None]]) -> None:
    store = opening.open_store(str(path), SystemClock(), "bench").store
    try:
        await store.write(_set_up)
        await Demo(store).add_people()
        await fill(store)
    finally:
        await asyncio.to_thread(store.close)
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for ending in _WAL:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _set_up(tx: Tx) -> None:
    opening.stamp(tx, opening.SANDBOX)
    settings.save(tx, replace(settings.load(tx), pace_per_s=None), None)


def _spread(tx: Tx) -> None:
    """Dates of 300 days for the filters that ask for them: a seed is made in one go."""
    tx.conn.exec_driver_sql("UPDATE contact SET created_at = created_at - (id % 300) * 86400000000")


def copied(prepared_store: Path, folder: Path) -> Path:
    """A copy to change."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "store.db"
    shutil.copyfile(prepared_store, made)
    return made


@asynccontextmanager
async def opened(path: Path, sandbox_url: str = "", *, home: Path | None = None) -> AsyncIterator[App]:
    """The whole program on a store, without its window; an engine only if there is a sandbox.

    home: for machine settings; default: the folder of the store.
    """
    options = Options(
        str(path), Paths(home or path.parent), sandbox_url, engine=bool(sandbox_url), process="bench"
    )
    async with open_app(options) as app:
        if sandbox_url:
            await app.templates.refresh()
        yield app


@asynccontextmanager
async def looked_at(path: Path, clock: Clock | None = None) -> AsyncIterator[Store]:
    """A store alone."""
    store = (await asyncio.to_thread(opening.open_store, str(path), clock or SystemClock(), "bench")).store
    try:
        yield store
    finally:
        await asyncio.to_thread(store.close)
