"""What went over the wire: the last exchanges between the program and the sandbox, secrets left out."""

from __future__ import annotations

import re
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from .clock import iso

EXCHANGES_KEPT = 2000
SHOWN_CHARS = 4000

_SECRET = re.compile(r"((?:access_token|hub\.verify_token)=)[^&\s]+")


@dataclass(slots=True)
class Exchange:
    """One request and its answer. `direction` is 'in' (a call to the sandbox) or 'out' (a webhook)."""

    n: int
    at_s: float
    direction: str
    method: str
    path: str
    request: bytes
    status: int | None
    answer: bytes
    took_ms: float

    def shown(self) -> dict[str, Any]:
        """For the control API: bodies as text, cut to 4,000 characters, tokens masked."""
        return {
            "n": self.n,
            "at": iso(self.at_s),
            "direction": self.direction,
            "method": self.method,
            "path": _SECRET.sub(r"\1•••", self.path),
            "request": _text(self.request),
            "status": self.status,
            "answer": _text(self.answer),
            "took_ms": round(self.took_ms, 1),
        }


class Wire:
    """A ring of the last 2,000 exchanges. Headers are never kept, so neither is the access token."""

    def __init__(self) -> None:
        self._ring: deque[Exchange] = deque(maxlen=EXCHANGES_KEPT)
        self._n = 0

    def note(
        self,
        direction: str,
        method: str,
        path: str,
        request: bytes,
        status: int | None,
        answer: bytes,
        took_s: float,
    ) -> None:
        """Keeps one exchange; `status` is None where the connection ended without an answer."""
        self._n += 1
        self._ring.append(
            Exchange(self._n, time.time(), direction, method, path, request, status, answer, took_s * 1000)
        )

    def after(self, n: int) -> list[dict[str, Any]]:
        """The exchanges numbered above `n`, oldest first."""
        return [exchange.shown() for exchange in self._ring if exchange.n > n]

    def clear(self) -> None:
        """Forgets everything; the numbering goes on."""
        self._ring.clear()


def _text(body: bytes) -> str:
    text = body[: SHOWN_CHARS * 4].decode("utf-8", "replace")
    return text if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS] + "…"
