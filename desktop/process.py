"""What marks one process on a store: its name, its clock, its stamp and key, and the engine's lock."""

import getpass
import os
import secrets
from datetime import timedelta

from desktop.options import Options
from desktop.store import engines, opening, settings
from desktop.store.engine import Store, Tx, WriteLane
from desktop.store.engine_lock import DatabaseEngineLock
from desktop.system.clock import SystemClock
from desktop.system.lock import EngineLock, EngineRuns
from desktop.whatsapp.connection import Connection


def process_name(options: Options) -> str:
    """A name that no other process has, to tell its changes and claims apart."""
    return f"{options.process}-{os.getpid()}-{secrets.token_hex(3)}"


async def set_clock(store: Store, clock: SystemClock) -> None:
    """Move business time to where the store has it."""
    kept = await store.read(lambda tx: settings.meta(tx, "clock_offset_s"))
    ahead = timedelta(seconds=float(kept or 0)) - clock.offset
    if ahead > timedelta():
        clock.move(ahead)


def stamp_of(connection: Connection) -> str:
    """What a store that talks to this connection is: the sandbox's, or a business account's."""
    return opening.SANDBOX if connection.is_sandbox else connection.waba_id


def store_key_of(tx: Tx) -> str:
    """This store's mark in callback data, so that another store's webhooks are told apart."""
    found = settings.meta(tx, "key")
    if found is None:
        found = secrets.token_hex(4)
        settings.set_meta(tx, "key", found)
    return found


def engine_lock(store: Store) -> EngineLock | DatabaseEngineLock:
    """The lock that one engine has. Raises EngineRuns. Blocks: call it in a thread."""
    path = opening.file_path(store.url)
    if path is not None:
        return EngineLock(path.with_name(path.name + ".engine"))
    lock = DatabaseEngineLock(store.url)
    if not lock.obtained:
        lock.release()
        raise EngineRuns("An engine already runs", "Another Assent sends for this store.")
    return lock


async def retire(store: Store, engine_id: int) -> None:
    """The engine has stopped: nothing of it is on the way."""
    await store.write(lambda tx: engines.stop(tx, [engine_id]), WriteLane.CLAIM)


def who_sits_here() -> str:
    """The name of the system's account, for the first admin."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no name for this user id: some containers
        return "Admin"
