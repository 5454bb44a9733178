"""One engine per file: a lock that the system lets go of when the process dies, however it dies."""

import os
from pathlib import Path
from typing import IO

from desktop.domain.problems import Problem

if os.name == "nt":  # pragma: no cover - tried on Windows only
    import msvcrt

    def lock(file: IO[str]) -> None:
        """Lock an open file for as long as it is open. Raises OSError if another process has it."""
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
else:
    import fcntl

    def lock(file: IO[str]) -> None:
        """Lock an open file for as long as it is open. Raises OSError if another process has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_free(file: IO[str]) -> bool:
    """True, and the file is locked, if no other process has it locked."""
    try:
        lock(file)
    except OSError:
        return False
    return True


class EngineRuns(Problem):
    """Another process is this store's engine."""


class EngineLock:
    """Held while this process is the store's engine."""

    def __init__(self, path: Path) -> None:
        """path: beside the store. Raises EngineRuns if another process holds it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+", encoding="utf-8")
        try:
            lock(self._file)
        except OSError as wrong:
            self._file.close()
            raise EngineRuns(
                "An engine already runs", "Another Assent sends for this store; this one leaves it to it."
            ) from wrong

    def release(self) -> None:
        self._file.close()
