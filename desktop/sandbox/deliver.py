"""Webhooks on their way out: due times, batches, signatures, retries.

Two lanes, so that a customer's STOP never waits behind a broadcast's statuses. Each lane is one heap and one
task, not a task or a timer per message.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import hmac
import logging
import random
import time
from collections.abc import AsyncIterator, Sequence

import aiohttp

from .lane import Batch, Lane, Update, WebhookTarget
from .log import Row, SendLog
from .trouble import Troubles
from .updates import Number, Send, status_json, statuses_entry, webhook_body
from .wire import Wire

_log = logging.getLogger(__name__)

UPDATES_PER_POST = 1000
POST_BYTES = 3_000_000
PIECE_BYTES = 256 * 1024
POST_TIMEOUT_S = 15.0
SHUFFLE_AHEAD_S = 3.0


class Courier:
    """Posts updates to the webhook when they are due, again and again until it answers 200.

    After a failure the lane pauses, twice as long each time from `retry_first_s` up to `retry_max_s`. One
    success after an outage brings forward everything that waits.
    """

    def __init__(
        self,
        *,
        number: Number,
        log: SendLog,
        troubles: Troubles,
        wire: Wire,
        seed: int,
        retry_first_s: float,
        retry_max_s: float,
    ) -> None:
        self._number = number
        self._log = log
        self._troubles = troubles
        self._wire = wire
        self._random = random.Random(seed)
        self._retry_first_s = retry_first_s
        self._retry_max_s = retry_max_s
        self._statuses = Lane(writes_statuses=True)
        self._events = Lane(writes_statuses=False)
        self._tasks: list[asyncio.Task[None]] = []
        self._next_id = 1
        self._cleared_below = 0
        self._target: WebhookTarget | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def target(self) -> WebhookTarget | None:
        """Where webhooks go; None while nobody asked for them."""
        return self._target

    @property
    def pending(self) -> int:
        """Updates not yet answered with 200, due or not."""
        return self._statuses.pending + self._events.pending

    async def start(self) -> None:
        """Begins to post."""
        self._loop = asyncio.get_running_loop()
        # No limit per host is needed: two lanes, one POST each at a time.
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=POST_TIMEOUT_S))
        self._tasks = [self._loop.create_task(self._run(lane)) for lane in (self._statuses, self._events)]

    async def stop(self) -> None:
        """Ends the posts; what is pending stays in the file."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def aim(self, target: WebhookTarget | None) -> None:
        """Sets the target and tries everything that waits at once."""
        self._target = target
        for lane in (self._statuses, self._events):
            self._hurry(lane)

    def new_id(self) -> int:
        """The id of the next update, also its row in the file."""
        update_id = self._next_id
        self._next_id += 1
        return update_id

    def number_from(self, update_id: int) -> None:
        """After a restart: ids go on after those in the file."""
        self._next_id = max(self._next_id, update_id)

    def add_status(self, delay_s: float, update_id: int, at_s: float, status: str, send: Send) -> None:
        """A status that leaves in `delay_s` seconds of real time; `at_s` is the business time it tells."""
        self._add(self._statuses, (self._loop.time() + delay_s, update_id, at_s, status, send))

    def add_entry(self, delay_s: float, update_id: int, at_s: float, entry: str) -> None:
        """A whole entry (inbound message, preference, template event) that leaves in `delay_s` seconds."""
        self._add(self._events, (self._loop.time() + delay_s, update_id, at_s, "", entry))

    async def announce(self, entry: str, statements: Sequence[tuple[str, Row]] = ()) -> None:
        """Commits an entry together with `statements`, then lets it leave at once."""
        update_id, now_s = self.new_id(), time.time()
        await self._log.keep(None, [(update_id, now_s, now_s, 0, "", entry)], statements)
        self.add_entry(0.0, update_id, now_s, entry)

    def clear(self) -> None:
        """Drops everything that is pending, also what is in flight should it fail."""
        self._cleared_below = self._next_id
        for lane in (self._statuses, self._events):
            lane.heap.clear()
            lane.waiting.clear()

    async def handshake(self, target: WebhookTarget) -> tuple[bool, str]:
        """Meta's verification GET: whether the challenge came back, and a sentence that says so."""
        assert self._session is not None
        challenge = str(self._random.randrange(10**9, 10**10))
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": target.verify_token}
        try:
            async with self._session.get(target.url, params=query, allow_redirects=False) as answer:
                body = await answer.content.read(1000)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            return False, f"The webhook could not be reached: {problem}."
        self._wire.note("out", "GET", target.url, b"handshake", status, body, 0.0)
        if status != 200:
            return False, f"The webhook answered {status} to the verification, not 200."
        if body.decode("utf-8", "replace").strip() != challenge:
            return False, "The webhook answered 200 but not with the challenge."
        return True, "The webhook is verified."

    async def post(self, body: bytes, signature: str = "good") -> tuple[int | None, bytes]:
        """Posts these bytes now: the status (None if there was no answer) and the answer's first bytes.

        `signature` is 'good', 'wrong' or 'none'.
        """
        assert self._session is not None
        if self._target is None:
            return None, b""
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "User-Agent": "facebookexternalua",
        }
        if signature != "none":
            secret = self._target.secret + ("" if signature == "good" else "x")
            headers["X-Hub-Signature-256"] = (
                "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            )
        url = self._target.url
        began = time.perf_counter()
        status: int | None = None
        told = b""
        try:
            async with self._session.post(
                url, data=_pieces(body), headers=headers, allow_redirects=False
            ) as answer:
                told = await answer.content.read(2000)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            told = f"no answer: {problem}".encode()
        self._wire.note("out", "POST", url, body, status, told, time.perf_counter() - began)
        return status, told

    def _add(self, lane: Lane, update: Update) -> None:
        heapq.heappush(lane.heap, update)
        if lane.heap[0] is update:
            lane.wake.set()

    async def _run(self, lane: Lane) -> None:
        while True:
            batch = await self._next(lane)
            late = None if batch.put_off else self._troubles.for_webhook("delay_webhooks")
            if late is not None:
                batch.put_off = True
                self._put_back(lane, batch, late.delay_s)
                continue
            lane.in_flight = len(batch.ids)
            try:
                told = await self._deliver(lane, batch)
            except Exception:
                # A bug must not end the lane in silence: the batch is tried again like any other.
                _log.exception("A webhook could not be posted")
                told = False
            lane.in_flight = 0
            if told:
                self._log.forget(batch.ids)
                self._recovered(lane)
            else:
                self._failed(lane, batch)

    async def _next(self, lane: Lane) -> Batch:
        while True:
            lane.wake.clear()
            due = self._due(lane)
            if due is not None and due <= self._loop.time():
                return self._take(lane)
            timer = None if due is None else self._loop.call_at(due, lane.wake.set)
            await lane.wake.wait()
            if timer is not None:
                timer.cancel()

    def _due(self, lane: Lane) -> float | None:
        if self._target is None:
            return None
        first = [queue[0][0] for queue in (lane.heap, lane.waiting) if queue]
        return max(min(first), lane.paused_until) if first else None

    def _take(self, lane: Lane) -> Batch:
        now = self._loop.time()
        if lane.waiting and lane.waiting[0][0] <= now:
            return heapq.heappop(lane.waiting)[2]
        shuffle = self._troubles.for_webhook("shuffle_webhooks") if lane.writes_statuses else None
        # Under load a batch takes what falls due within the next moments, up to a quarter of a second, so
        # that the receiver gets a few large POSTs instead of many small ones.
        horizon = now + (SHUFFLE_AHEAD_S if shuffle else min(0.25, len(lane.heap) / 20_000))
        batch = Batch([], [])
        size = 0
        while lane.heap and lane.heap[0][0] <= horizon and len(batch.ids) < UPDATES_PER_POST:
            _, update_id, at_s, status, what = lane.heap[0]
            text = what if isinstance(what, str) else status_json(what, status, at_s)
            size += len(text) + 1
            if batch.ids and size > POST_BYTES - 100_000:
                break
            heapq.heappop(lane.heap)
            batch.ids.append(update_id)
            batch.texts.append(text)
        if shuffle is not None:
            self._random.shuffle(batch.texts)
        return batch

    async def _deliver(self, lane: Lane, batch: Batch) -> bool:
        entries = [statuses_entry(self._number, batch.texts)] if lane.writes_statuses else batch.texts
        body = webhook_body(entries)
        status, _ = await self.post(body)
        if status == 200 and self._troubles.for_webhook("duplicate_webhooks"):
            await self.post(body)
        return status == 200

    def _recovered(self, lane: Lane) -> None:
        was_down = lane.failures > 1
        lane.failures = 0
        if was_down:
            self._hurry(self._statuses)
            self._hurry(self._events)

    def _failed(self, lane: Lane, batch: Batch) -> None:
        lane.failures += 1
        batch.attempts += 1
        lane.paused_until = self._loop.time() + self._backoff_s(lane.failures)
        self._put_back(lane, batch, self._backoff_s(batch.attempts))

    def _backoff_s(self, failures: int) -> float:
        return min(self._retry_max_s, self._retry_first_s * 2.0 ** min(failures - 1, 20))

    def _put_back(self, lane: Lane, batch: Batch, delay_s: float) -> None:
        if batch.ids[0] >= self._cleared_below:
            heapq.heappush(lane.waiting, (self._loop.time() + delay_s, batch.ids[0], batch))

    def _hurry(self, lane: Lane) -> None:
        lane.paused_until = 0.0
        lane.failures = 0
        lane.waiting = [
            (due if batch.put_off and not batch.attempts else 0.0, first, batch)
            for due, first, batch in lane.waiting
        ]
        heapq.heapify(lane.waiting)
        lane.wake.set()


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    """`body` in pieces: written whole, some megabytes would hold up the loop."""
    for start in range(0, len(body), PIECE_BYTES):
        yield body[start : start + PIECE_BYTES]
