"""The parts of an import that run in a process of their own: look, check, write."""

import asyncio
from pathlib import Path
from typing import Any

from desktop.domain.importing import Counts
from desktop.services import importfiles, jobwork
from desktop.services.importfiles import ReadFile
from desktop.services.imports import Imports, read_into
from desktop.services.importwriting import Progress, Stage
from desktop.services.jobwork import Talk
from desktop.store.engine import REST_S, Store


async def look(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """The first sight of a file: {path, keep_others} to a Look."""
    seen = await asyncio.to_thread(importfiles.look, Path(asked["path"]), keep_others=asked["keep_others"])
    return importfiles.look_to_json(seen)


async def check(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Read the file unless the folder holds it already, and count it against the store."""
    file = await _file(asked, talk)
    with jobwork.open_store(asked["store"], "check") as store:
        counts = await Imports(store).check(file, _teller(talk), talk.stop)
    return {"counts": importfiles.counts_to_json(counts), "read": not file.stopped}


async def write(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Read the file unless the folder holds it already, and write it to the store."""
    with jobwork.open_store(asked["store"], "import") as store:
        return await _write(asked, talk, store)


async def _write(asked: dict[str, Any], talk: Talk, store: Store) -> dict[str, Any]:
    file = await _file(asked, talk)
    options = importfiles.options_from_json(asked["options"])
    user = jobwork.user_from_json(asked["user"])
    result = await Imports(store, rest_s=REST_S).write(file, options, user, _teller(talk), talk.stop)
    return {
        "counts": importfiles.counts_to_json(result.counts),
        "read": not file.stopped,
        "stopped": result.stopped,
        "bulk_id": result.bulk_id,
        "peak_bytes": jobwork.peak_bytes(),
    }


async def _file(asked: dict[str, Any], talk: Talk) -> ReadFile:
    folder = Path(asked["folder"])
    if asked["is_read"]:
        return await asyncio.to_thread(importfiles.open_read, folder)

    def tick(rows: int) -> bool:
        talk.tell(rows, None, Stage.READING)
        return not talk.stop.is_set()

    options = importfiles.options_from_json(asked["options"])
    return await read_into(Path(asked["path"]), folder, options, tick)


def _teller(talk: Talk) -> Any:
    def tell(progress: Progress) -> None:
        talk.tell(progress.done_rows, progress.total_rows, progress.stage)

    return tell


def counts_of(result: dict[str, Any]) -> Counts:
    """The counts of a result, on the other side."""
    return Counts(**result["counts"])
