"""A store full of made-up messages of all paths, made once and kept."""

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from desktop.store import opening
from desktop.store.tables import micros
from tests.bench import stores

DAYS: Final = 300
TEMPLATES: Final = 12
CODES: Final = (131026, 131049, 131050, 131047, 130472, 131042, 131051, 132001)
_SEED: Final = "messages"
_TEXT: Final = (
    "Hello {}, our winter clearance starts on Sunday: up to 50 % off everything. Reply STOP to opt out."
)
_PATHS: Final = {"broadcast": 60, "sequence": 12, "api": 12, "compose": 10, "bot": 5, "automatic": 1}
_STATUSES: Final = {
    "read": 45, "delivered": 25, "sent": 10, "accepted": 2, "failed": 10, "left_out": 5, "cancelled": 2, "unknown": 1,
}  # fmt: skip
_STOPPED: Final = ("opted_out", "no_choice", "us_number", "stopped_in_whatsapp", "missing_variable")
_COLUMNS: Final = (
    "id", "contact_id", "outgoing", "path", "lane", "status", "reason", "error_code", "kind", "category", "text",
    "template_id", "asked", "wamid", "attempt_count", "created_at", "due_at", "changed_at",
)  # fmt: skip


def prepared(cache: Path, message_count: int) -> Path:
    """Five messages for each contact over 300 days; every other contact is NO."""
    name = f"messages-{message_count}-{opening.newest_revision()}.db"
    path = cache / name
    if not path.exists():
        contact_count = message_count // 5
        people = stores.prepared(cache, contact_count, contact_count // 2, contact_count // 10)
        print(f"making {message_count:,} messages, kept in {cache.name}/{name} …", flush=True)
        began_s = time.perf_counter()
        unfinished = stores.copied(people, cache / f"{name}.{os.getpid()}")
        with closing(sqlite3.connect(unfinished)) as conn, conn:
            _fill(conn, message_count, contact_count)
        unfinished.replace(path)
        shutil.rmtree(unfinished.parent)
        print(f"made in {time.perf_counter() - began_s:.0f} s", flush=True)
    return path


def looked_into(path: Path) -> sqlite3.Connection:
    """A connection by hand, with the caches of the program's readers."""
    conn = sqlite3.connect(path, isolation_level=None)
    for pragma in ("query_only=ON", "cache_size=-65536", "mmap_size=1073741824", "temp_store=MEMORY"):
        conn.execute(f"PRAGMA {pragma}")
    return conn


def _fill(conn: sqlite3.Connection, message_count: int, contact_count: int) -> None:
    templates = [
        (
            id,
            f"template_{id:02}",
            "en",
            ("marketing", "marketing", "utility")[id % 3],
            "approved",
            "green",
            "Hello",
        )
        for id in range(1, TEMPLATES + 1)
    ]
    conn.executemany(
        "INSERT INTO template (id, name, language, category, status, quality, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        templates,
    )
    marks = ", ".join("?" * len(_COLUMNS))
    conn.executemany(
        f"INSERT INTO message ({', '.join(_COLUMNS)}) VALUES ({marks})", _rows(message_count, contact_count)
    )


def _rows(message_count: int, contact_count: int) -> Iterator[Sequence[Any]]:
    rng = random.Random(_SEED)
    paths, statuses = _drawn(rng, _PATHS), _drawn(rng, _STATUSES)
    first = datetime.now(UTC) - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / message_count
    for id in range(1, message_count + 1):
        at = micros(first + id * step)
        path, status = next(paths), next(statuses)
        template = None if path == "automatic" or rng.random() < 0.05 else rng.randint(1, TEMPLATES)
        category = ("marketing", "marketing", "utility")[template % 3] if template else "service"
        reason, code = _why(rng, status, category)
        gone = status in ("read", "delivered", "sent", "accepted")
        contact_id = rng.randint(1, contact_count)
        yield (
            id, contact_id, True, path, 0, status, reason, code, "template" if template else "text", category,
            _TEXT.format(contact_id), template, category == "marketing", f"wamid.{id:X}" if gone else None, 1,
            at, at, at,
        )  # fmt: skip


def _drawn(rng: random.Random, weights: dict[str, int]) -> Iterator[str]:
    while True:
        yield from rng.choices(list(weights), list(weights.values()), k=1_000)


def _why(rng: random.Random, status: str, category: str) -> tuple[str, int | None]:
    if status == "failed":
        return ("opted_out", None) if rng.random() < 0.4 else ("whatsapp_error", rng.choice(CODES))
    if status == "left_out":
        return rng.choice(_STOPPED), None
    if status in ("cancelled", "unknown"):
        return {"cancelled": "broadcast_stopped", "unknown": "answer_lost"}[status], None
    return (
        "opted_in" if rng.random() < 0.9 else "no_choice_passes"
    ) if category == "marketing" else "not_marketing", None
