"""How far this machine has seen each store go, kept outside of the store: a copy that was put back tells nobody its age."""

import os
import re
from pathlib import Path


class Seen:
    """A folder with a small file for each store: the number that the store counted to when this machine saw it last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last(self, store_key: str) -> int:
        """The highest number; 0 for a store that was never seen here. Blocks: call it in a thread."""
        try:
            return int(self._path(store_key).read_text())
        except (OSError, ValueError):  # none yet, or a file that a power cut left empty
            return 0

    def keep(self, store_key: str, number: int) -> None:
        """Keep a number, whole or not at all. Blocks: call it in a thread. Raises OSError."""
        path = self._path(store_key)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}.new")
        beside.write_text(str(number))
        beside.replace(path)

    def _path(self, store_key: str) -> Path:
        return self._folder / re.sub(r"[^A-Za-z0-9]", "_", store_key)
