"""The engine: claims what is due, calls WhatsApp, settles; one call per claim, never a second by itself.

One cycle is one transaction: the calls that ended are settled and the places they free are claimed. At
most 32 messages are between claim and settlement, so a kill leaves at most 32 uncertain.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop.domain import consent
from desktop.domain.changes import Changes, Topic
from desktop.domain.consent import Source
from desktop.domain.drift import Cause
from desktop.domain.outbox import AttemptOutcome, Claimed, ClaimResult, Settled
from desktop.domain.pacing import LARGEST_CLAIM, Pace
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.domain.settings import Settings
from desktop.domain.turns import Turns
from desktop.services.bodies import body_for
from desktop.services.outcomes import Outcome, outcome_of
from desktop.store import (
    attempts,
    claims,
    contacts,
    engines,
    holds,
    outbox,
    settings,
    silence,
)
from desktop.store import consent as consent_store
from desktop.store.engine import Store, StoreClosed, Tx, Uncertain, WriteLane
from desktop.system.clock import Clock
from desktop.system.faults import CrashPoint, Faults
from desktop.whatsapp.answers import Accepted, Answer, Lost, Refused
from desktop.whatsapp.send import Sender

_log = logging.getLogger("assent.engine")

CATCHING_UP: Final = (
    "Held: catching up with replies that came while Assent was closed. Go on when the last webhook is recent."
)
CALL_WITHIN_S: Final = 1.0
"""A call that has not begun a second after its claim is not made: the consent it read is too old."""
_IDLE_POLL_S: Final = 0.5
_STORE_RETRY_S: Final = 1.0
_STILL_POLL_S: Final = 0.01
_UNCERTAIN_FOR_S: Final = 60.0
"""A commit whose answer was lost may still be on its way in the database: so long claims that came of it are looked
for."""


class EngineState(StrEnum):
    STARTING = "starting"
    IDLE = "idle"
    SENDING = "sending"
    WAITING = "waiting"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What the status bar and /health say of the engine. trouble: "" or a sentence."""

    state: EngineState = EngineState.STARTING
    on_the_way_count: int = 0
    done_count: int = 0
    trouble: str = ""


@dataclass(slots=True)
class _OnTheWay:
    """A claim of this process: when it was made, and whether it has been withdrawn."""

    claimed: Claimed
    claimed_at_s: float
    withdrawn: bool = False


class Dispatcher:
    """The engine of one store and one connection. Start with `run()`, end with `stop()`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        sender: Sender,
        *,
        store_key: str,
        engine_id: int,
        refresh_templates: Callable[[], Awaitable[None]],
        faults: Faults | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._sender = sender
        self._store_key = store_key
        self._engine_id = engine_id
        self._refresh_templates = refresh_templates
        self._faults = faults or Faults()
        self._pace = Pace.start(None, clock.monotonic_s())
        self._news = asyncio.Event()
        self._stopping = False
        self._held = False
        self._uncertain_until_s = 0.0
        self._on_the_way: dict[int, _OnTheWay] = {}
        self._ended: list[Outcome] = []
        self._calls: set[asyncio.Task[None]] = set()
        self._status = EngineStatus()
        self._done_count = 0
        self._line_trouble = ""
        self._busy = True
        self._turns = Turns()
        self._changed_contacts: set[int] = set()
        self._halted_broadcasts: set[int] = set()
        self._ended_for_good = asyncio.Event()
        self._ended_for_good.set()

    @property
    def status(self) -> EngineStatus:
        return self._status

    def wake(self) -> None:
        """Look for work at once."""
        self._news.set()

    def heard(self, changes: Changes) -> None:
        """Called after each commit, in any thread: withdraws claims of contacts that changed, and of broadcasts that were
        paused, held or stopped.

        A withdrawn call that has not begun goes back to the queue and is asked again; an opt-out of a
        moment ago therefore still counts.
        """
        halted = {one.id for one in changes.touched if one.topic is Topic.BROADCAST_HALTED}
        if halted:
            self._halted_broadcasts |= halted
            for one in tuple(self._on_the_way.values()):
                if one.claimed.broadcast_id in halted:
                    one.withdrawn = True
        changed = {one.id for one in changes.touched if one.topic is Topic.CONTACT}
        if changed:
            self._changed_contacts |= changed
            for one in tuple(self._on_the_way.values()):
                if one.claimed.contact_id in changed or 0 in changed:
                    one.withdrawn = True

    async def run(self) -> None:
        """Work until `stop()`; then finish the calls on the way and settle them."""
        forget = self._store.listen(self.heard)
        self._ended_for_good.clear()
        try:
            while not await self._load_pace():  # noqa: ASYNC110 - the store may come back
                await asyncio.sleep(_STORE_RETRY_S)
            while not (self._stopping and not self._on_the_way):
                self._news.clear()
                if not await self._cycle():
                    await self._rest()
        except StoreClosed:
            _log.warning("the store was closed while the engine worked")
        finally:
            forget()
            for call in tuple(self._calls):
                call.cancel()
            self._say(EngineState.STOPPED)
            self._ended_for_good.set()

    async def stop(self) -> None:
        """Claim nothing more; return when the calls on the way are settled."""
        self._stopping = True
        self.wake()
        await self._ended_for_good.wait()

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """While inside, nothing is claimed and no call is on the way: the store may change under it."""
        self._held = True
        try:
            while self._on_the_way and self._status.state is not EngineState.STOPPED:  # noqa: ASYNC110
                await asyncio.sleep(_STILL_POLL_S)
            yield
        finally:
            self._held = False
            self.wake()

    async def _load_pace(self) -> bool:
        """Read the pace before the first claim; False if the store cannot be read now."""
        try:
            self._set_limit(await self._store.read(settings.load))
        except StoreClosed:
            raise
        except Exception as trouble:
            _log.warning("cannot read the settings: %s", trouble)
            self._say(EngineState.WAITING, str(trouble))
            return self._stopping
        return True

    def _set_limit(self, kept: Settings) -> None:
        if self._pace.limit_per_s != kept.pace_per_s:
            self._pace = Pace.start(kept.pace_per_s, self._clock.monotonic_s())

    # One cycle.

    async def _cycle(self) -> bool:
        """Settle and claim once; returns whether there may be more to do at once."""
        ended, self._ended = self._ended, []
        room = LARGEST_CLAIM - len(self._on_the_way) + len(ended)
        now_s = self._clock.monotonic_s()
        wanted = 0 if self._stopping or self._held else min(room, self._pace.available(now_s))
        if not ended and not wanted:
            return False
        if ended:
            self._faults.reach(CrashPoint.BEFORE_SETTLE)
        known_ids = tuple(self._on_the_way) if now_s < self._uncertain_until_s else None
        try:
            result, kept, claimed_at_s = await self._store.write(
                lambda tx: self._settle_and_claim(tx, ended, wanted, known_ids), WriteLane.CLAIM
            )
        except Problem as trouble:
            await self._store_troubled(ended, trouble)
            return False
        except Exception:
            # A bug must not end the engine without a word: it is logged, shown, and tried again.
            _log.exception("the engine failed")
            await self._store_troubled(
                ended, Problem("The engine failed", "Its log says why; it tries again.")
            )
            return False
        self._set_limit(kept)
        for one in ended:
            self._on_the_way.pop(one.settled.message_id, None)
        self._done_count += len(ended)
        self._pace = self._pace.take(len(result.claimed), self._clock.monotonic_s())
        if result.claimed:
            self._faults.reach(CrashPoint.AFTER_CLAIM)
        self._start_calls(result, claimed_at_s)
        if result.stale_template_ids:
            await self._refresh()
        self._busy = result.more or bool(self._on_the_way)
        resting = EngineState.WAITING if self._line_trouble else EngineState.IDLE
        self._say(EngineState.SENDING if self._on_the_way else resting, self._line_trouble)
        return bool(self._ended or result.more or result.stopped_count)

    def _settle_and_claim(
        self, tx: Tx, ended: list[Outcome], wanted: int, known_ids: Collection[int] | None
    ) -> tuple[ClaimResult, Settings, float]:
        """Runs in the writer's thread, where commits are told too: what changes from here on is newer
        than what this claim reads. Returns also when it read, in machine seconds.

        known_ids: what is on the way, where claims may have been kept that this engine never heard of. None: not so.
        """
        self._changed_contacts.clear()
        self._halted_broadcasts.clear()
        claimed_at_s = self._clock.monotonic_s()
        if ended:
            _settle(tx, ended)
        if known_ids is not None and (found := outbox.recover(tx, [self._engine_id], known_ids=known_ids)):
            _log.warning("%s messages were claimed by a commit that was not answered", found)
        claimed = ClaimResult()
        if wanted:
            claimed = claims.claim(tx, wanted, self._engine_id, self._turns, claimed_at_s)
        return claimed, settings.load(tx), claimed_at_s

    async def _store_troubled(self, ended: list[Outcome], trouble: Problem) -> None:
        """Nothing is lost: the ends of calls are kept and written when the store can be written again."""
        if isinstance(trouble, StoreClosed):
            raise trouble
        if isinstance(trouble, Uncertain):
            self._uncertain_until_s = self._clock.monotonic_s() + _UNCERTAIN_FOR_S
        self._ended = ended + self._ended
        _log.warning("cannot write: %s", trouble)
        self._say(EngineState.WAITING, trouble.sentence)
        await asyncio.sleep(_STORE_RETRY_S)

    def _start_calls(self, result: ClaimResult, claimed_at_s: float) -> None:
        for claimed in result.claimed:
            changed_since = not self._changed_contacts.isdisjoint((claimed.contact_id, 0))
            halted_since = claimed.broadcast_id in self._halted_broadcasts
            one = _OnTheWay(claimed, claimed_at_s, withdrawn=changed_since or halted_since)
            self._on_the_way[claimed.message_id] = one
            call = asyncio.get_running_loop().create_task(self._call(one))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _call(self, one: _OnTheWay) -> None:
        claimed = one.claimed
        answer: Answer
        try:
            body = body_for(claimed, self._store_key)
        except Problem as problem:
            answer = Refused(100, f"{problem.title}. {problem.sentence}")
        except Exception as wrong:
            _log.exception("a message could not be built")
            answer = Refused(100, f"The message could not be built ({type(wrong).__name__}).")
        else:
            cleared = consent.clear(claimed.message_id, claimed.verdict)
            try:
                answer = await self._sender.send(cleared, body, still_claimed=lambda: self._stands(one))
            except asyncio.CancelledError:
                answer = Lost("The program ended while the call was on the way.")
            except Exception as wrong:
                _log.exception("a call failed in an unforeseen way")
                answer = Lost(f"{type(wrong).__name__}: it may have arrived.")
            if isinstance(answer, (Accepted, Lost)):
                self._faults.reach(CrashPoint.AFTER_CALL)
        self._end(one, answer)

    def _stands(self, one: _OnTheWay) -> bool:
        return not one.withdrawn and self._clock.monotonic_s() - one.claimed_at_s < CALL_WITHIN_S

    def _end(self, one: _OnTheWay, answer: Answer) -> None:
        outcome = outcome_of(one.claimed, answer, self._clock.now())
        now_s = self._clock.monotonic_s()
        if outcome.slow_down_s is not None:
            self._pace = self._pace.throttled(now_s, outcome.slow_down_s)
        if outcome.pause_s is not None:
            self._pace = self._pace.held(now_s + outcome.pause_s)
        if outcome.settled.outcome is not AttemptOutcome.WITHDRAWN:
            # Said until a call gets through, not only until the next cycle.
            down = outcome.settled.outcome is AttemptOutcome.NOT_STARTED
            self._line_trouble = Reason.NOT_REACHED.sentence if down else ""
        else:
            self._pace = self._pace.give_back(1)
        self._ended.append(outcome)
        self._news.set()

    async def _refresh(self) -> None:
        """Bring stale templates up to date, once; if WhatsApp cannot be asked, wait before the next try."""
        try:
            await self._refresh_templates()
        except Problem as problem:
            self._say(EngineState.WAITING, problem.sentence)
            await asyncio.sleep(_STORE_RETRY_S)
        except Exception:
            _log.exception("the templates could not be read")
            await asyncio.sleep(_STORE_RETRY_S)

    async def _rest(self) -> None:
        """Wait for news, for the pace, or a moment: due times pass without anyone saying so."""
        now_s = self._clock.monotonic_s()
        rest_s = _IDLE_POLL_S
        if self._busy and self._pace.limit_per_s is not None and not self._stopping:
            rest_s = min(rest_s, max(self._pace.wait_s(now_s), 0.002))
        turn_s = self._turns.wait_s(now_s)
        if turn_s is not None and not self._stopping:
            rest_s = min(rest_s, max(turn_s, 0.01))
        try:
            async with asyncio.timeout(rest_s):
                await self._news.wait()
        except TimeoutError:
            return

    def _say(self, state: EngineState, trouble: str = "") -> None:
        self._status = EngineStatus(state, len(self._on_the_way), self._done_count, trouble)


def _settle(tx: Tx, ended: list[Outcome]) -> None:
    attempts.settle(tx, [one.settled for one in ended])
    for one in ended:
        if one.hold_because:
            _hold(tx, one)
        if one.opted_out:
            _record_stop(tx, one.settled)


def _hold(tx: Tx, ended: Outcome) -> None:
    """What WhatsApp refuses to everybody it refuses to the other broadcasts, too: none of them has to find out."""
    cause = Cause.REFUSED if ended.refuses_all else Cause.TEMPLATE_PAUSED
    holds.hold_of(tx, ended.settled.message_id, cause, ended.hold_because)
    if ended.refuses_all:
        holds.hold_marketing(tx, cause, ended.hold_because)


def _record_stop(tx: Tx, settled: Settled) -> None:
    found = outbox.contact_of(tx, settled.message_id)
    if not found:
        return
    contact_id = contacts.kept_id(tx, found)
    _, known = consent_store.facts_of(tx, contact_id, lock=True)
    if not known.stopped_in_whatsapp:
        consent_store.record(tx, contact_id, True, Source.WHATSAPP, evidence="error 131050")


async def take_over(
    store: Store, name: str, connection: str, *, hold_marketing: bool = False
) -> tuple[int, int]:
    """Register as the store's engine and settle what a dead one left: returns (engine id, unknown count).

    The caller holds the store's engine lock, so every claim found is of an engine that is gone, also of one
    that could not wait for its last calls.
    """

    def write(tx: Tx) -> tuple[int, int]:
        engine_id = engines.register(tx, name, connection)
        dead = engines.unfinished(tx, engine_id)
        found = outbox.recover(tx, None)
        engines.stop(tx, dead)
        if hold_marketing:
            silence.note_absence(tx)
        if hold_marketing and silence.is_silent(tx):
            # Who wrote STOP while nothing ran here is told by WhatsApp in the next minutes, not at once.
            holds.hold_marketing(tx, Cause.CATCHING_UP, CATCHING_UP)
        return engine_id, found

    return await store.write(write, WriteLane.CLAIM)
