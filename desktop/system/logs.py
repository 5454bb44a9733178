"""Logs: to a file of limited size, without tokens and phone numbers."""

import logging
import logging.handlers
import re
from pathlib import Path
from typing import Final

_SECRET: Final = re.compile(r"(?i)(bearer\s+|token[=:\s]+|secret[=:\s]+)\S+")
_PHONE: Final = re.compile(r"\+?\d{6,}(\d{2})")
_LARGEST_BYTES: Final = 2_000_000


def redact(text: str) -> str:
    """The text without secrets, phone numbers shortened to their last two digits."""
    return _PHONE.sub(r"…\1", _SECRET.sub(r"\1…", text))


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
