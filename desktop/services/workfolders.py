"""Folders for customers' data on its way in or out: nobody else's to read, and gone when the work is over.

A program that is killed cannot clean up after itself: the next one does, by the process number in the name.
"""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final

from desktop.domain.problems import Problem
from desktop.system import processes

_NAME: Final = re.compile(r"assent-(?:import|export)-(\d+)-\w+")


class WorkKind(StrEnum):
    IMPORT = "import"
    EXPORT = "export"


@asynccontextmanager
async def work_folder(kind: WorkKind, parent: Path | None) -> AsyncIterator[Path]:
    """An empty folder for the owner alone, until the context is left; what dead programs left behind goes first.

    parent: where, usually the data folder; None: the system's temporary folder. Raises Problem.
    """
    made = await asyncio.to_thread(_make, kind, parent)
    try:
        yield Path(made.name)
    finally:
        await asyncio.to_thread(made.cleanup)


def _make(kind: WorkKind, parent: Path | None) -> "tempfile.TemporaryDirectory[str]":
    place = parent or Path(tempfile.gettempdir())
    try:
        place.mkdir(parents=True, exist_ok=True)
        sweep(place)
        # Made with mode 0700, see tempfile.mkdtemp.
        return tempfile.TemporaryDirectory(
            prefix=f"assent-{kind}-{os.getpid()}-", dir=place, ignore_cleanup_errors=True
        )
    except OSError as wrong:
        raise Problem(
            "No room to work",
            f"A folder cannot be made in “{place}”: {wrong.strerror or wrong}. Make room there, try again.",
        ) from wrong


def sweep(place: Path) -> None:
    """Delete the folders here whose program is gone. Other people's, and what only looks like one, stay."""
    for one in place.iterdir():
        named = _NAME.fullmatch(one.name)
        if named is not None and not processes.runs(int(named[1])) and _is_own_folder(one):
            shutil.rmtree(one, ignore_errors=True)


def _is_own_folder(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    # A link there, in a folder that all may write to, was put by somebody else.
    is_folder = path.is_dir() and not path.is_symlink()
    return is_folder and (not hasattr(os, "getuid") or found.st_uid == os.getuid())
