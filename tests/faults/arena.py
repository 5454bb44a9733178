"""A broadcast whose engine is killed, as processes: the program, the sandbox as judge, and the verdict.

The rule: nobody gets a message twice; nobody is missing who is not shown as unknown; at most 32 unknown per
kill; nobody who said no, or said it while no engine ran, gets anything; the ledger is green.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import OptIn, Source
from desktop.domain.messages import GONE, Status
from desktop.services.demo import Demo
from desktop.store import broadcasts, consent, ledger, opening, settings, tables
from desktop.store.engine import Store, Tx
from desktop.system.clock import SystemClock
from desktop.system.faults import CrashPoint

WAIT_S = 40.0
MOST_UNKNOWN_PER_KILL = 32
SENDING = (CrashPoint.AFTER_CLAIM, CrashPoint.AFTER_CALL, CrashPoint.BEFORE_SETTLE)
"""The points that every send passes."""
OF_SEQUENCES = (CrashPoint.AFTER_ENROLMENT_CLAIM, CrashPoint.AFTER_STEP_SUBMIT)
OF_BOTS = (CrashPoint.AFTER_BOT_EFFECT, CrashPoint.BEFORE_BOT_COMMIT, CrashPoint.AFTER_BOT_REQUEST)
"""The points that only bots pass."""
PACKAGE = Path(__file__).parents[2] / "desktop"


@dataclass(frozen=True, slots=True)
class Judge:
    """The sandbox: what it accepted is what happened."""

    url: str

    def ask(self, path: str, body: object = None) -> Any:
        """A control call."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_control/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
            return json.loads(answer.read())

    def sends(self, after: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(f"sends?after={after}&limit=20000")["sends"]
        return found

    def count(self) -> int:
        return int(self.ask("sends/count")["count"])


@contextmanager
def judging(folder: Path) -> Iterator[Judge]:
    """A sandbox process."""
    process = _start(["sandbox", "--port", "0", "--data", str(folder / "log.db")], folder, PACKAGE.parent, "")
    try:
        judge = Judge(said(process)["listening"])
        judge.ask("status_delays", {"delays_s": {"sent": 0.01, "delivered": 0.1, "read": 0.2}})
        yield judge
    finally:
        _end(process)


def _start(arguments: Sequence[str], home: Path, source: Path, crash_at: str) -> "subprocess.Popen[str]":
    """A process of the program. source: the folder that holds its package."""
    environment = os.environ | {
        "ASSENT_HOME": str(home),
        "PYTHONPATH": str(source),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "ASSENT_CRASH_AT": crash_at,
    }
    with (home / "errors.txt").open("a") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "desktop", *arguments],
            cwd=source,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )


def said(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """The first line that a process prints, as JSON."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"it said nothing and ended with {process.wait(WAIT_S)}"
    found: dict[str, Any] = json.loads(line)
    return found


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.terminate()
    process.wait(WAIT_S)
    if process.stdout is not None:
        process.stdout.close()


@dataclass(slots=True)
class Arena:
    """One store and one broadcast on it. source: the package that runs (a faulty copy, for a mutation)."""

    folder: Path
    judge: Judge
    source: Path = PACKAGE.parent
    kills: int = 0
    first_send: int = 0
    late_no: dict[str, int] = field(default_factory=dict)
    """Who said no while no engine ran, and how many sends the judge had by then."""

    @property
    def path(self) -> Path:
        return self.folder / "store.db"

    def prepare(self, contact_count: int, no_count: int) -> None:
        """A sandbox store with contacts and no pace."""
        self.first_send = self.judge.count()

        async def fill(store: Store) -> None:
            await store.write(lambda tx: opening.stamp(tx, opening.SANDBOX))
            demo = Demo(store)
            await demo.add_people()
            await demo.seed(contact_count, no_count, no_count)
            await store.write(
                lambda tx: settings.save(
                    tx, replace(settings.load(tx), pace_per_s=None, drift_percent=100), None
                )
            )

        with self.opened() as store:
            asyncio.run(fill(store))

    def broadcast(self, crash_at: str = "") -> "subprocess.Popen[str]":
        arguments = ["broadcast", "--template", "winter_clearance", "--store", str(self.path), "--now"]
        return _start([*arguments, "--sandbox-url", self.judge.url], self.folder, self.source, crash_at)

    def serve(self, crash_at: str = "") -> "subprocess.Popen[str]":
        arguments = ["serve", "--store", str(self.path), "--sandbox-url", self.judge.url]
        return _start(arguments, self.folder, self.source, crash_at)

    def wait_until_killed(self, process: "subprocess.Popen[str]") -> None:
        """It reached its crash point."""
        assert process.wait(WAIT_S) == -signal.SIGKILL, (self.folder / "errors.txt").read_text()[-4_000:]
        assert process.stdout is not None
        process.stdout.close()
        self.kills += 1

    def kill_after(self, process: "subprocess.Popen[str]", send_count: int) -> None:
        """SIGKILL as soon as the judge has that many sends of this round."""
        until(lambda: self.judge.count() - self.first_send >= send_count)
        process.kill()
        self.wait_until_killed(process)

    def opt_out_waiting(self, most_count: int) -> None:
        """Some of those who still wait say no, in another program, while no engine runs."""

        def write(tx: Tx) -> list[str]:
            message, contact = tables.message.c, tables.contact.c
            asked = (
                select(contact.id, contact.phone)
                .join(tables.message, message.contact_id == contact.id)
                .where(message.status == Status.QUEUED.value)
                .order_by(message.id)
                .limit(most_count)
            )
            found = tx.rows(asked)
            for row in found:
                consent.record(tx, row.id, OptIn.NO, Source.AGENT, evidence="asked at the counter")
            return [row.phone for row in found]

        with self.opened() as store:
            phones = store.submit_write(write).result()
        already = self.judge.count()
        self.late_no |= dict.fromkeys(phones, already)

    def finish(self, is_over: Callable[[Tx], bool] = lambda tx: _is_over(tx), wait_s: float = WAIT_S) -> None:
        """Run an engine until the broadcast is through and every report of WhatsApp is in; end it politely.

        is_over: what else than the broadcast is waited for, at most so long, and for the reports as long again.
        """
        process = self.serve()
        try:
            said(process)
            with self.opened() as store:
                until(lambda: store.submit_read(is_over).result(), wait_s)
                until(lambda: self.judge.ask("webhook")["pending"] == 0, wait_s)
                until(lambda: store.submit_read(_nothing_waits).result(), wait_s)
        finally:
            process.terminate()
            ended = process.wait(WAIT_S)
            assert process.stdout is not None
            process.stdout.close()
        assert ended == 0, (self.folder / "errors.txt").read_text()[-4_000:]

    def violations(self) -> list[str]:
        """What breaks the rule; nothing if all is well."""
        with self.opened() as store:
            found = store.submit_read(self._judge_in).result()
        return found

    def _judge_in(self, tx: Tx) -> list[str]:
        message, contact, event = tables.message.c, tables.contact.c, tables.message_event.c
        key = settings.meta(tx, "key")
        rows = tx.rows(
            select(message.id, message.status, contact.phone, contact.facts)
            .join(tables.contact, message.contact_id == contact.id)
            .where(message.broadcast_id.is_not(None))
        )
        at_launch_no = set(
            tx.conn.scalars(
                select(contact.phone)
                .join(tables.broadcast_recipient, tables.broadcast_recipient.c.contact_id == contact.id)
                .where(tables.broadcast_recipient.c.line == "opted_out")
            )
        )
        mark = f"assent:{key}:"
        sends = [one for one in self.judge.sends(self.first_send) if one["biz_opaque_callback_data"]]
        mine = [one for one in sends if one["biz_opaque_callback_data"].startswith(mark)]
        by_id = Counter(int(one["biz_opaque_callback_data"].removeprefix(mark)) for one in mine)
        faults = [f"message {id} was sent {count} times" for id, count in by_id.items() if count > 1]
        to = Counter(one["to"] for one in mine)
        faults += [f"{phone} got {count} messages" for phone, count in to.items() if count > 1]
        for row in rows:
            status = Status(row.status)
            if by_id[row.id] and status not in GONE:
                faults.append(f"message {row.id} was sent and stands as {status.value}")
            if not by_id[row.id] and status not in (Status.UNKNOWN, Status.LEFT_OUT):
                faults.append(f"message {row.id} was never sent and stands as {status.value}")
        faults += [f"{phone} said no before the launch" for phone in to if phone in at_launch_no]
        faults += [
            f"{one['to']} said no and got send {one['n']}"
            for one in mine
            if one["n"] > self.late_no.get(one["to"], one["n"])
        ]
        unknown = tx.conn.scalar(select(func.count()).where(event.status == Status.UNKNOWN.value)) or 0
        if unknown > MOST_UNKNOWN_PER_KILL * self.kills:
            faults.append(f"{unknown} became unknown by {self.kills} kills")
        results = ledger.verify_all(tx)
        faults += [fault for one in results for fault in one.faults]
        return faults if results and rows else [*faults, "there is no broadcast"]

    @contextmanager
    def opened(self) -> Iterator[Store]:
        store = opening.open_store(str(self.path), SystemClock(), "arena").store
        try:
            yield store
        finally:
            store.close()


def _is_over(tx: Tx) -> bool:
    return bool(broadcasts.with_status(tx, BroadcastStatus.DONE))


def _nothing_waits(tx: Tx) -> bool:
    waiting = select(func.count()).select_from(tables.webhook).where(~tables.webhook.c.done)
    return not tx.conn.scalar(waiting)


def until(wanted: Callable[[], bool], wait_s: float = WAIT_S) -> None:
    """Look again and again until it is so."""
    end_s = time.monotonic() + wait_s
    while not wanted():
        assert time.monotonic() < end_s, "it did not happen in time"
        time.sleep(0.01)


@dataclass(frozen=True, slots=True)
class Patch:
    """One planted fault: in a file of the package, a text that stands there exactly once becomes another."""

    file: str
    old: str
    new: str


def faulty_copy(folder: Path, patches: Sequence[Patch]) -> Path:
    """A copy of the package with faults planted; returns the folder that holds it."""
    shutil.copytree(PACKAGE, folder / "desktop", ignore=shutil.ignore_patterns("__pycache__", "ui"))
    for patch in patches:
        path = folder / "desktop" / patch.file
        text = path.read_text()
        assert text.count(patch.old) == 1, f"{patch.file} has changed: plant this fault anew"
        path.write_text(text.replace(patch.old, patch.new))
    return folder
