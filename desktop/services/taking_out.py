"""Ending contacts' runs by hand, one or many, and what goes on when a sequence does."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence

from desktop.domain.activity import NAMELESS, Deed
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.sequence import EnrolmentStatus
from desktop.services.bulk import FIRST_STEP_COUNT, Tell, next_size
from desktop.services.rights import allow
from desktop.store import activity, enrolments, journeys, sequences, taking_out
from desktop.store.engine import REST_S, Store, Tx, WriteLane


class TakingOut:
    """The verbs that end runs. Each asks for Right.SEQUENCES in its transaction."""

    def __init__(self, store: Store, wake: Callable[[], None], *, rest_s: float = REST_S) -> None:
        """rest_s: between two steps of something long, so that other processes get to write."""
        self._store = store
        self._wake = wake
        self._rest_s = 0.0 if store.on_postgresql else rest_s

    async def overdue_count(self, sequence_id: int) -> int:
        """How many steps leave at once when the sequence goes on."""
        return await self._store.read(lambda tx: taking_out.overdue_count(tx, sequence_id), people=True)

    async def take_out(self, enrolment_id: int, user: User) -> None:
        """End one contact's run; a message that has not left is cancelled. Raises a Problem if it is over."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.SEQUENCES)
            known = journeys.enrolment(tx, enrolment_id)
            because = _because(user)
            if not enrolments.end(
                tx, enrolment_id, EnrolmentStatus.TAKEN_OUT, because, user_id=user.id or None
            ):
                raise Problem(
                    "Over already", f"{known.contact_name or known.phone} is no longer in the sequence."
                )
            activity.log(tx, user, Deed.TAKEN_OUT, known.sequence_name, known.contact_name or NAMELESS)

        await self._store.write(write)
        self._wake()

    async def take_out_many(
        self,
        sequence_id: int,
        enrolment_ids: Sequence[int],
        user: User,
        tell: Tell | None = None,
        stop: threading.Event | None = None,
        *,
        only_unsent: bool = False,
    ) -> int:
        """End many runs of one sequence, in chunks; returns how many this ended. Those that are over are passed over.

        only_unsent: and those whom a message has left for, or for whom nobody is certain of it.
        """
        done_count, size, position = 0, FIRST_STEP_COUNT, 0
        try:
            while position < len(enrolment_ids) and not (stop is not None and stop.is_set()):
                some = enrolment_ids[position : position + size]
                ended_count, held_s = await self._end(some, user, only_unsent=only_unsent)
                done_count, position, size = (
                    done_count + ended_count,
                    position + len(some),
                    next_size(size, held_s),
                )
                if tell is not None:
                    tell(position, len(enrolment_ids))
                await asyncio.sleep(self._rest_s)
        finally:
            if done_count:
                # Not awaited: whoever was cancelled does not wait.
                noted = self._store.submit_write(lambda tx: _note(tx, sequence_id, done_count, user))
        if done_count:
            await asyncio.wrap_future(noted)
            self._wake()
        return done_count

    async def _end(self, ids: Sequence[int], user: User, *, only_unsent: bool) -> tuple[int, float]:
        def write(tx: Tx) -> tuple[int, float]:
            started_s = time.perf_counter()
            allow(tx, user, Right.SEQUENCES)
            ended = taking_out.take_out(tx, ids, _because(user), user.id or None, only_unsent=only_unsent)
            return len(ended), time.perf_counter() - started_s

        return await self._store.write(write, WriteLane.BULK)


def _because(user: User) -> str:
    return f"Taken out by {user.name}"


def _note(tx: Tx, sequence_id: int, count: int, user: User) -> None:
    """A line in the log."""
    who = "1 contact" if count == 1 else f"{count:,} contacts"
    activity.log(tx, user, Deed.TAKEN_OUT, sequences.get(tx, sequence_id).name, who)
