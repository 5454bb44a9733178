"""What the reports' index costs the engine: claims and settlements with it and without it, in the same run."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import insert, select, text, update

from desktop.domain.messages import Status
from desktop.domain.outbox import AttemptOutcome, Claimed, Settled
from desktop.store import (
    attempts,
    claims,
    opening,
    tables,
)
from desktop.store.engine import Store, Tx, WriteLane
from desktop.system.clock import SystemClock
from tests.bench import stores
from tests.bench.figures import Baseline, Row, Spread
from tests.bench.sizes import Place

INDEX: Final = "ix_message_report"
_AT_ONCE: Final = 32
_TURNS: Final = 4
_ENGINE_ID: Final = 1
_PATIENCE_S: Final = 60


def cost(path: Path, place: Place) -> list[Row]:
    """Messages a second, in turns with and without the index."""
    count = max(_AT_ONCE, place.sizes.send_count // 10)
    copy = stores.copied(path, place.folder / "reports")
    store = opening.open_store(str(copy), SystemClock(), "bench").store
    rates: dict[bool, list[float]] = {True: [], False: []}
    try:
        with closing(sqlite3.connect(copy)) as conn:
            made = conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (INDEX,)).fetchone()[0]
        for turn in range(_TURNS):
            has_index = turn % 2 == 0
            statement = made if has_index else f"DROP INDEX {INDEX}"
            if turn:
                _write(store, lambda tx, statement=statement: tx.conn.execute(text(statement)))
            rates[has_index].append(_rate(store, count))
    finally:
        store.close()
    ours, without = Spread.of(rates[True]), Spread.of(rates[False])
    told = f"reports: claiming and settling {count:,} beside {place.sizes.contact_count:,} messages"
    return [
        Row(
            told,
            "messages/s",
            ours,
            Baseline(f"the same without {INDEX}", without),
            ours.median / without.median,
        )
    ]


def _write(store: Store, run: object) -> None:
    store.submit_write(run, WriteLane.CLAIM).result(_PATIENCE_S)  # type: ignore[arg-type]


def _rate(store: Store, count: int) -> float:
    _write(store, lambda tx: _queue(tx, count))
    began_s = time.perf_counter()
    done = 0
    while done < count:
        claimed = store.submit_write(_claim, WriteLane.CLAIM).result(_PATIENCE_S)
        if not claimed:
            raise RuntimeError(f"{done:,} of {count:,} were claimed")
        _write(store, lambda tx, claimed=claimed: attempts.settle(tx, [_accepted(one) for one in claimed]))
        done += len(claimed)
    return count / (time.perf_counter() - began_s)


def _claim(tx: Tx) -> tuple[Claimed, ...]:
    return claims.claim(tx, _AT_ONCE, _ENGINE_ID).claimed


def _accepted(one: Claimed) -> Settled:
    wamid = f"wamid.sent.{one.message_id}"
    return Settled(one.message_id, one.attempt_number, AttemptOutcome.ACCEPTED, Status.ACCEPTED, wamid=wamid)


def _queue(tx: Tx, count: int) -> None:
    """Replies to customers who wrote just now."""
    contact = tables.contact.c
    ids = list(tx.conn.scalars(select(contact.id).order_by(contact.id).limit(count)))
    tx.conn.execute(update(tables.contact).where(contact.id <= ids[-1]).values(last_inbound_at=tx.now))
    row = {
        "outgoing": True, "path": "compose", "lane": 0, "status": "queued", "reason": "not_marketing", "kind": "text",
        "text": "Your order is on its way.", "created_at": tx.now, "due_at": tx.now, "changed_at": tx.now,
    }  # fmt: skip
    tx.conn.execute(
        insert(tables.message), [{**row, "contact_id": ids[number % len(ids)]} for number in range(count)]
    )
