"""The engine's part of sequences: steps that are due are submitted, messages that ended move their contact on,
triggers and goals are looked at. One transaction per chunk: a step's message and the contact's next time are
committed together, so a kill loses neither and repeats nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from desktop.domain.changes import Changes, Topic
from desktop.services import turns
from desktop.services.triggers import Triggers
from desktop.services.turns import Unclear
from desktop.store import enrolments, holds
from desktop.store import turns as turn_store
from desktop.store.engine import Store, StoreBroken, StoreBusy, StoreClosed, Tx, WriteLane
from desktop.store.turns import Work
from desktop.system.faults import CrashPoint, Faults

_log = logging.getLogger("assent.sequences")

MOST_WAITING: Final = 300
"""Messages of sequences in the outbox: some seconds of work at the quickest number, so that a pause, an opt-out or a
goal still finds almost everybody outside it."""
CHUNK_COUNT: Final = 8
"""Steps per write: each is asked at the one door, about 2 ms, and no chunk takes 20 ms of the writer."""
_MOVES_COUNT: Final = 32
"""Contacts per write where nothing is asked."""
_ENDED_COUNT: Final = 512
_POLL_S: Final = 0.5
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
        self._news = asyncio.Event()
        self._passed_over: set[int] = set()
        """Enrolments that could not be moved on: a fault of ours, logged once."""
        self._triggers = Triggers(store)

    def wake(self) -> None:
        """Look at once: something is due, or a message ended."""
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled."""
        loop = asyncio.get_running_loop()

        def heard(changes: Changes) -> None:
            if _matters(changes):
                loop.call_soon_threadsafe(self.wake)

        forget = self._store.listen(heard)
        try:
            while True:
                self._news.clear()
                if not await self.round():
                    await self._rest()
        finally:
            forget()

    async def _rest(self) -> None:
        """Wait for news or a moment: due times pass without anyone saying so."""
        try:
            async with asyncio.timeout(_POLL_S):
                await self._news.wait()
                await asyncio.sleep(_BREATH_S)
        except TimeoutError:
            return

    async def round(self) -> bool:
        """One look at everything that is to do; returns whether there may be more at once."""
        found: list[Work] = []

        async def look() -> bool:
            most = _ENDED_COUNT + len(self._passed_over)
            found.append(await self._store.read(lambda tx: turn_store.look(tx, most)))
            return False

        await self._guarded(look())
        if not found:
            return False
        work = found[0]
        more = False
        for ids in _chunks(work.stray_ids, _MOVES_COUNT):
            await self._guarded(self._cancel(ids))
        for ids in _chunks([id for id in work.ended_ids if id not in self._passed_over], _MOVES_COUNT):
            more |= await self._guarded(self._move_on(ids))
        more |= await self._steps(work)
        for sequence_id in work.active_ids:
            more |= await self._guarded(self._triggers.look(sequence_id))
        return more

    async def _guarded(self, work: Coroutine[Any, Any, bool]) -> bool:
        """An error in one sequence is logged and never stops the others; returns whether there may be more."""
        try:
            return await work
        except StoreClosed:
            raise
        except (StoreBusy, StoreBroken) as trouble:
            _log.warning("cannot work on sequences now: %s", trouble)
        except Unclear as wrong:
            return await self._guarded(self._hold(wrong))
        except Exception:
            _log.exception("a sequence failed")
        return False

    async def _hold(self, wrong: Unclear) -> bool:
        _log.error("sequence %s is held", wrong.sequence_id, exc_info=wrong)
        await self._write(lambda tx: holds.hold_sequence(tx, wrong.sequence_id, wrong.sentence))
        return True

    async def _write(self, run: Callable[[Tx], Any]) -> Any:
        return await self._store.write(run, WriteLane.BULK)

    async def _cancel(self, message_ids: Sequence[int]) -> bool:
        """Messages that came back to the queue after their run was over."""
        await self._write(lambda tx: enrolments.cancel(tx, message_ids))
        return True

    # Messages that ended.

    async def _move_on(self, enrolment_ids: Sequence[int]) -> bool:
        try:
            return bool(await self._write(lambda tx: turns.move_on(tx, enrolment_ids)))
        except (Unclear, StoreClosed, StoreBusy, StoreBroken):
            raise
        except Exception:
            _log.exception("enrolments could not be moved on")
            if len(enrolment_ids) == 1:
                self._passed_over.update(enrolment_ids)
                return True
        for id in enrolment_ids:
            await self._guarded(self._move_on([id]))
        return True

    # Steps that are due.

    async def _steps(self, work: Work) -> bool:
        """Chunk by chunk, each sequence in its turn, until nothing is due or enough waits in the outbox."""
        room = MOST_WAITING - work.waiting_count
        going = list(work.due_ids)
        worked = False
        while going and room > 0:
            for sequence_id in tuple(going):
                taken, queued = await self._some_steps(sequence_id)
                worked |= bool(taken)
                room -= queued
                if taken < CHUNK_COUNT:
                    going.remove(sequence_id)
        return worked

    async def _some_steps(self, sequence_id: int) -> tuple[int, int]:
        """The next chunk of one sequence: how many had their turn, how many messages wait now."""
        done = (0, 0)

        async def steps() -> bool:
            nonlocal done
            done = await self._chunk(sequence_id)
            return False

        await self._guarded(steps())
        if done[0]:
            self._faults.reach(CrashPoint.AFTER_STEP_SUBMIT)
        if done[1]:
            self._wake_dispatcher()
        return done

    async def _chunk(self, sequence_id: int) -> tuple[int, int]:
        try:
            found: tuple[int, int] = await self._write(lambda tx: self._take(tx, sequence_id))
            return found
        except (Unclear, StoreClosed, StoreBusy, StoreBroken):
            raise
        except Exception:
            _log.exception("steps of sequence %s failed; they are tried one by one", sequence_id)
        return await self._one_by_one(sequence_id)

    async def _one_by_one(self, sequence_id: int) -> tuple[int, int]:
        """Whoever is to blame is looked at again later, and the others go on."""
        ids = await self._store.read(lambda tx: turn_store.due_ids(tx, sequence_id, CHUNK_COUNT))
        queued = 0
        for id in ids:
            try:
                queued += (await self._write(partial(self._take, sequence_id=sequence_id, only_ids=[id])))[1]
            except (Unclear, StoreClosed, StoreBusy, StoreBroken):
                raise
            except Exception:
                _log.exception("enrolment %s failed; it is looked at again later", id)
                await self._write(partial(_postpone, enrolment_id=id))
        return len(ids), queued

    def _take(self, tx: Tx, sequence_id: int, only_ids: Sequence[int] | None = None) -> tuple[int, int]:
        rows = turn_store.pick(tx, sequence_id, CHUNK_COUNT, only_ids)
        if not rows:
            return 0, 0
        self._faults.reach(CrashPoint.AFTER_ENROLMENT_CLAIM)
        return len(rows), turns.take(tx, rows)


def _postpone(tx: Tx, enrolment_id: int) -> None:
    turn_store.postpone(tx, enrolment_id, tx.now + _LATER)


def _matters(changes: Changes) -> bool:
    """True for what may call for a step; the messages of broadcasts, which are told as one, do not."""
    return any(
        one.topic in (Topic.SEQUENCE, Topic.CONTACT, Topic.EVERYTHING)
        or (one.topic is Topic.MESSAGE and one.id)
        for one in changes.touched
    )


def _chunks(ids: Sequence[int], count: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), count):
        yield ids[start : start + count]
