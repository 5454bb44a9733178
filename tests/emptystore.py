"""A SQLite store with all tables and nothing in them, as a fresh program makes it; migrating takes a quarter of a second."""

import tempfile
from functools import cache
from pathlib import Path

from desktop.store.opening import open_store
from desktop.system.clock import SystemClock


@cache
def empty_store() -> bytes:
    """The whole file, made once per process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        open_store(str(path), SystemClock(), "empty").store.close()
        return path.read_bytes()
