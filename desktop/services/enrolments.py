"""The engine's part of sequences: steps that are due are submitted, messages that ended move their contact on,
triggers and goals are looked at. One transaction per chunk: a step's message and the contact's next time are
committed together, so a kill loses neither and repeats nothing.
"""

import logging
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from desktop.domain.changes import Changes, Topic
from desktop.services import turns
from desktop.services.rounds import Rounds
from desktop.services.triggers import Triggers
from desktop.services.turns import Unclear
from desktop.store import enrolments, holds
from desktop.store import turns as turn_store
from desktop.store.engine import Store, StoreBroken, StoreBusy, StoreClosed, Tx, WriteLane
from desktop.store.turns import Ended, Work
from desktop.system.faults import CrashPoint, Faults

T = TypeVar("T")
_log = logging.getLogger("assent.sequences")

MOST_WAITING: Final = 300
"""Messages of sequences in the outbox: some seconds of work at the quickest number, so that a pause, an opt-out or a
goal still finds almost everybody outside it. Those that are due; one sequence may have MOST_OF_ONE in all."""
MOST_OF_ONE: Final = 3 * MOST_WAITING
"""Messages of one sequence in the outbox, with those that wait for another try or for their send hours: so many may
fail for an hour, and neither the rest of the sequence nor the others stand still."""
CHUNK_COUNT: Final = 16
"""Steps per write at most: each is asked at the one door, 1 to 3 ms by what the sequence asks for."""
_FIRST_COUNT: Final = 4
_GOAL_S: Final = 0.01
"""How long a chunk may hold the writer: half of what is allowed, for the slow ones among them."""
_MOVES_COUNT: Final = 32
"""Contacts per write where nothing is asked."""
_ENDED_COUNT: Final = 512
_BREATH_S: Final = 0.02
"""Between two rounds that were called for: a thousand changes a second are one round, not a thousand."""
_LATER: Final = timedelta(hours=1)


class Enrolments:
    """`run()` works until cancelled; `wake()` makes it look at once."""

    def __init__(self, store: Store, wake: Callable[[], None], faults: Faults | None = None) -> None:
        """wake: tells the dispatcher that something may be sent."""
        self._store = store
        self._wake_dispatcher = wake
        self._faults = faults or Faults()
        self._rounds = Rounds(store, _log, "sequence", matters=_matters, breath_s=_BREATH_S)
        self._passed_over: dict[int, datetime] = {}
        """Enrolments that could not be moved on, logged, and until when they are left alone."""
        self._chunk_counts: dict[int, int] = {}
        """Steps per write of each sequence, by how long its last chunk held the writer."""
        self._triggers = Triggers(store)

    @property
    def trouble(self) -> str:
        """Why nothing can be worked on now, as a sentence; "" where nothing is the matter."""
        return self._rounds.trouble

    def wake(self) -> None:
        """Look at once: something is due, or a message ended."""
        self._rounds.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._rounds.run(self.round)

    async def round(self) -> bool:
        """One look at everything that is to do; returns whether there may be more at once."""
        found: list[Work] = []

        async def look() -> bool:
            # With those that are passed over: they come first each time.
            most = _ENDED_COUNT + len(self._passed_over)
            found.append(await self._store.read(lambda tx: turn_store.look(tx, most)))
            return False

        await self._guarded(look())
        if not found:
            return False
        work = found[0]
        more = False
        self._passed_over = {id: until for id, until in self._passed_over.items() if until > work.at}
        self._triggers.keep(work.active_ids)
        for ids in _chunks(work.stray_ids, _MOVES_COUNT):
            await self._guarded(self._cancel(ids))
        ended = [one for one in work.ended_ids if one[0] not in self._passed_over]
        for some in _chunks(ended, _MOVES_COUNT):
            more |= await self._guarded(self._move_on(some, work.at))
        more |= await self._steps(work)
        for sequence_id in work.active_ids:
            more |= await self._guarded(self._triggers.look(sequence_id))
        return more

    async def _guarded(self, work: Coroutine[Any, Any, bool]) -> bool:
        """An error in one sequence never stops the others, and one that is unclear is held."""

        async def clear() -> bool:
            try:
                return await work
            except Unclear as wrong:
                return await self._hold(wrong)

        return await self._rounds.guarded(clear())

    async def _hold(self, wrong: Unclear) -> bool:
        """True if it was active until now."""
        held = await self._write(lambda tx: holds.hold_sequence(tx, wrong.sequence_id, wrong.sentence))
        if held:
            _log.error("sequence %s is held", wrong.sequence_id, exc_info=wrong)
        return bool(held)

    async def _write(self, run: Callable[[Tx], Any]) -> Any:
        return await self._store.write(run, WriteLane.BULK)

    async def _cancel(self, message_ids: Sequence[int]) -> bool:
        """Messages that came back to the queue after their run was over."""
        await self._write(lambda tx: enrolments.cancel(tx, message_ids))
        return True

    # Messages that ended.

    async def _move_on(self, ended: Sequence[Ended], at: datetime) -> bool:
        """Whoever is to blame is left alone for an hour, and the others go on."""
        wrong: Unclear | None = None
        try:
            return bool(await self._write(lambda tx: turns.move_on(tx, ended)))
        except (StoreClosed, StoreBusy, StoreBroken):
            raise
        except Unclear as unclear:
            wrong = unclear
        except Exception:
            _log.exception("enrolments could not be moved on")
        if len(ended) > 1:
            done = [await self._guarded(self._move_on([one], at)) for one in ended]
            return any(done)
        if wrong is not None and await self._hold(wrong):
            return True
        self._passed_over[ended[0][0]] = at + _LATER
        return False

    # Steps that are due.

    async def _steps(self, work: Work) -> bool:
        """Chunk by chunk, each sequence in its turn, until nothing is due or enough waits in the outbox."""
        room = MOST_WAITING - work.waiting_count
        going = [id for id in work.due_ids if work.queued_counts.get(id, 0) < MOST_OF_ONE]
        worked = False
        while going and room > 0:
            for sequence_id in tuple(going):
                wanted = self._chunk_counts.get(sequence_id, _FIRST_COUNT)
                taken, queued = await self._some_steps(sequence_id, wanted)
                worked |= bool(taken)
                room -= queued
                if taken < wanted:
                    going.remove(sequence_id)
        return worked

    async def _some_steps(self, sequence_id: int, wanted_count: int) -> tuple[int, int]:
        """The next chunk of one sequence: how many had their turn, how many messages wait now."""
        done = (0, 0)

        async def steps() -> bool:
            nonlocal done
            done = await self._chunk(sequence_id, wanted_count)
            return False

        await self._guarded(steps())
        if done[0]:
            self._faults.reach(CrashPoint.AFTER_STEP_SUBMIT)
        if done[1]:
            self._wake_dispatcher()
        return done

    async def _chunk(self, sequence_id: int, wanted_count: int) -> tuple[int, int]:
        try:
            taken, queued, held_s = await self._write(lambda tx: self._take(tx, sequence_id, wanted_count))
            if taken == wanted_count:
                self._chunk_counts[sequence_id] = next_count(wanted_count, held_s)
            return taken, queued
        except (Unclear, StoreClosed, StoreBusy, StoreBroken):
            raise
        except Exception:
            _log.exception("steps of sequence %s failed; they are tried one by one", sequence_id)
        return await self._one_by_one(sequence_id, wanted_count)

    async def _one_by_one(self, sequence_id: int, wanted_count: int) -> tuple[int, int]:
        """Whoever is to blame is looked at again later, and the others go on."""
        ids = await self._store.read(lambda tx: turn_store.due_ids(tx, sequence_id, wanted_count))
        queued = 0
        for id in ids:
            take = partial(self._take, sequence_id=sequence_id, most_count=1, only_ids=[id])
            try:
                queued += (await self._write(take))[1]
            except (Unclear, StoreClosed, StoreBusy, StoreBroken):
                raise
            except Exception:
                _log.exception("enrolment %s failed; it is looked at again later", id)
                await self._write(partial(_postpone, enrolment_id=id))
        return len(ids), queued

    def _take(
        self, tx: Tx, sequence_id: int, most_count: int, only_ids: Sequence[int] | None = None
    ) -> tuple[int, int, float]:
        """How many had their turn, how many messages wait now, how long the writer was held."""
        started_s = time.perf_counter()
        rows = turn_store.pick(tx, sequence_id, most_count, only_ids)
        if not rows:
            return 0, 0, 0.0
        self._faults.reach(CrashPoint.AFTER_ENROLMENT_CLAIM)
        queued = turns.take(tx, rows)
        return len(rows), queued, time.perf_counter() - started_s


def next_count(count: int, held_s: float) -> int:
    """The next chunk's steps after one of `count` that held the writer so long: at most half more or less."""
    factor = min(1.5, max(0.5, _GOAL_S / max(held_s, 1e-6)))
    return min(CHUNK_COUNT, max(1, round(count * factor)))


def _postpone(tx: Tx, enrolment_id: int) -> None:
    turn_store.postpone(tx, enrolment_id, tx.now + _LATER)


def _matters(changes: Changes) -> bool:
    """True for what may call for a step; the messages of broadcasts, which are told as one, do not."""
    return any(
        one.topic in (Topic.SEQUENCE, Topic.CONTACT, Topic.EVERYTHING)
        or (one.topic is Topic.MESSAGE and one.id)
        for one in changes.touched
    )


def _chunks(every: Sequence[T], count: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(every), count):
        yield every[start : start + count]
