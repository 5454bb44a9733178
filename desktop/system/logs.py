"""Logs: to a file of limited size, without tokens and phone numbers."""

import logging
import logging.handlers
from pathlib import Path
from typing import Final

from desktop.system.redaction import redact

_LARGEST_BYTES: Final = 2_000_000
_TAIL_BYTES: Final = 20_000


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def start(path: Path | None, *, to_screen: bool = False) -> None:
    """Log to a file (None: nowhere) and, for servers, to standard error."""
    root = logging.getLogger("assent")
    root.setLevel(logging.INFO)
    formatter = _Redacting("%(asctime)s %(levelname)s %(name)s %(message)s")
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            path, maxBytes=_LARGEST_BYTES, backupCount=2, encoding="utf-8"
        )
        file.setFormatter(formatter)
        root.addHandler(file)
    if to_screen:
        screen = logging.StreamHandler()
        screen.setFormatter(formatter)
        root.addHandler(screen)


def tail(path: Path, line_count: int = 20) -> str:
    """The last lines of a log, redacted; "" if there is none. Blocks: call it in a thread."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            read = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return redact("\n".join(read.splitlines()[-line_count:]))
