"""The engine's part of broadcasts: starts what is due, makes the messages, takes back what was stopped, ends what is through.

What fell due while no engine ran, and whatever waits in an older copy of the store, asks a person before it begins.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from desktop.domain.drift import Cause
from desktop.domain.problems import Problem
from desktop.services import broadcast_launch as launching
from desktop.services import guard, retries
from desktop.services.absence import Absence
from desktop.services.rounds import Rounds
from desktop.store import broadcast_launch, broadcast_plan, broadcasts, holds
from desktop.store.engine import Store, StoreBroken, StoreBusy, StoreClosed, Tx, WriteLane
from desktop.system.faults import CrashPoint, Faults

_log = logging.getLogger("assent.broadcasts")
_POLL_S: Final = 1.0
_RETRIES_EVERY_S: Final = 5.0
_CHUNKS_AT_A_TIME: Final = 25
"""Of one broadcast before the others have their turn: about a quarter of a second."""


class BroadcastRounds:
    """Runs as long as the engine. wake: the dispatcher looks for what can be claimed.

    absence: knows what fell due while nobody looked; None: nothing does, for tests of a part.
    """

    def __init__(
        self,
        store: Store,
        wake: Callable[[], None],
        *,
        absence: Absence | None = None,
        faults: Faults | None = None,
    ) -> None:
        self._store = store
        self._wake = wake
        self._absence = absence
        self._faults = faults or Faults()
        self._rounds = Rounds(
            store, _log, "broadcast", matters=lambda _changes: False, breath_s=0.0, poll_s=_POLL_S
        )
        self._retries_due_s = 0.0
        self._failed_retries: set[int] = set()

    @property
    def trouble(self) -> str:
        """Why nothing can be started or made now, as a sentence; "" where nothing is the matter."""
        return self._rounds.trouble

    def wake(self) -> None:
        """Look at once: something was launched or settled."""
        self._rounds.wake()

    async def run(self) -> None:
        """Round after round; runs until cancelled. A store that cannot be used now is told and tried again."""
        await self._rounds.run(lambda: self._rounds.guarded(self.round()))

    async def round(self) -> bool:
        """Look at everything once; returns whether there is more to do at once."""
        by = await self._absence.look() if self._absence is not None else None
        for id in await self._store.read(partial(broadcast_launch.due_ids, by=by)):
            await self._start(id)
        more = await self._plan()
        await self._finish()
        more = await self._cancel() or more
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._retries_due_s:
            self._retries_due_s = now_s + _RETRIES_EVERY_S
            await self._retry(by)
        return more

    # Starting.

    async def _start(self, broadcast_id: int) -> None:
        """Take the snapshot, unless something is not as it was when a person said yes."""
        found = await self._store.read(lambda tx: guard.look(tx, broadcasts.get(tx, broadcast_id)))
        if found:
            await self._store.write(lambda tx: guard.hold_for(tx, broadcast_id, found))
            return
        if self._absence is not None:
            await self._absence.beat()
        self._faults.reach(CrashPoint.BEFORE_SNAPSHOT)
        try:
            await self._store.write(lambda tx: launching.start(tx, broadcast_id), WriteLane.PEOPLE)
        except (StoreBroken, StoreBusy, StoreClosed):
            raise
        except Problem as problem:
            await self._hold(broadcast_id, f"{problem.title}. {problem.sentence}")
        except Exception:
            _log.exception("broadcast %s could not start", broadcast_id)
            await self._hold(broadcast_id, "It could not start; the log says why.")
        else:
            self._faults.reach(CrashPoint.AFTER_SNAPSHOT)

    async def _hold(self, broadcast_id: int, because: str) -> None:
        await self._store.write(lambda tx: holds.hold(tx, broadcast_id, Cause.NOT_READY, because))

    # Making messages, and taking back those that will never go.

    async def _plan(self) -> bool:
        """Some chunks of each; True if there are more. A pause or a stop between two of them counts at once."""
        ids = await self._store.read(broadcast_plan.unplanned)
        if not ids:
            return False
        if self._absence is not None:
            await self._absence.beat()
        more = False
        for id in ids:
            more |= await self._chunks(partial(broadcast_plan.plan, broadcast_id=id), CrashPoint.AFTER_PLAN)
        self._wake()
        return more

    async def _cancel(self) -> bool:
        more = False
        for id in await self._store.read(broadcast_plan.stopped_with_waiting):
            chunk = partial(broadcast_plan.cancel_waiting, broadcast_id=id, user_id=None)
            more |= await self._chunks(chunk, CrashPoint.AFTER_CANCEL)
        return more

    async def _chunks(self, do: Callable[[Tx], int], point: CrashPoint) -> bool:
        """Chunk after chunk, each in a transaction of its own; True if it was not all."""
        for _ in range(_CHUNKS_AT_A_TIME):
            if not await self._store.write(do, WriteLane.BULK):
                return False
            self._faults.reach(point)
        return True

    # What is under way.

    async def _finish(self) -> None:
        for id in await self._store.read(broadcast_plan.through):
            await self._store.write(partial(broadcast_plan.finish, broadcast_id=id), WriteLane.BULK)

    async def _retry(self, by: datetime | None) -> None:
        """What a plan says is tried again. One that cannot be is not asked again before the program starts anew."""
        for id in await self._store.read(partial(retries.due, by=by)):
            if id in self._failed_retries:
                continue
            try:
                await self._store.write(partial(retries.start_due, broadcast_id=id, by=by))
            except (StoreBroken, StoreBusy, StoreClosed):
                raise
            except Problem as problem:
                self._failed_retries.add(id)
                _log.warning("broadcast %s is not tried again: %s %s", id, problem.title, problem.sentence)
            else:
                self.wake()
