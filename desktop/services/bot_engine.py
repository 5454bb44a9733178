"""The engine's part of bots: messages that ended, times that came, and requests take their sessions on.

Each move is one transaction. A request is committed with its session, then as begun, and only then made: after a crash
a begun one is asked again only if it changes nothing where it goes.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from desktop.domain.changes import Changes, Topic
from desktop.domain.flow_session import Awaits, Event, RequestEnded, TimeCame
from desktop.services.bot_moves import message_ended, move
from desktop.services.bot_requests import ask, idempotency_key
from desktop.services.bots import broke
from desktop.services.rounds import Rounds
from desktop.store import session_work, sessions, settings
from desktop.store.engine import Store, StoreBroken, StoreBusy, StoreClosed, Tx, WriteLane
from desktop.store.session_work import Work
from desktop.store.sessions import Session
from desktop.system.faults import CrashPoint, Faults
from desktop.system.http import Web
from desktop.system.secrets import Secrets

_log = logging.getLogger("assent.bots")
REQUESTS_AT_ONCE: Final = 8
_MOST_COUNT: Final = 200
"""Of each kind in one round; what is beyond comes in the next one, at once."""
_BREATH_S: Final = 0.01
HEARS_WITHIN_S: Final = 120.0
"""WhatsApp repeats webhooks that nobody took, the newest ones after seconds: what was said meanwhile is here then."""
_LATER: Final = timedelta(hours=1)
_ENDS_WITHIN_S: Final = 12.0
"""A little more than a request may take."""
_SURELY_OVER: Final = timedelta(seconds=30)
"""A request that another process began is over by then, one way or the other: it may take ten seconds."""
UNCERTAIN: Final = "Assent stopped while it was made, and it is not certain whether it arrived."


class BotEngine:
    """`run()` works until cancelled; `wake()` makes it look at once."""

    def __init__(
        self,
        store: Store,
        web: Web,
        secrets: Secrets,
        wake: Callable[[], None],
        faults: Faults | None = None,
        *,
        hears_within_s: float = HEARS_WITHIN_S,
        elapsed_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """wake: tells the dispatcher that something may be sent.

        hears_within_s: from the first round on, until what was said before has come. elapsed_s: the machine's time.
        """
        self._store = store
        self._web = web
        self._secrets = secrets
        self._wake_dispatcher = wake
        self._faults = faults or Faults()
        self._rounds = Rounds(store, _log, "bot", matters=_matters, breath_s=_BREATH_S)
        self._asking: dict[int, asyncio.Task[bool]] = {}
        self._heard: dict[int, tuple[Session, RequestEnded]] = {}
        """What came of requests, by session, until it is kept: a store that is busy does not make it uncertain."""
        self._is_ending = False
        self._elapsed_s = elapsed_s
        self._hears_within_s = hears_within_s
        self._hears_until_s: float | None = None
        self._passed_over: dict[tuple[int, datetime], datetime] = {}
        """Sessions that could be neither moved nor ended, with when they began, and until when they are left alone."""

    @property
    def trouble(self) -> str:
        """Why nothing can be worked on now, as a sentence; "" where nothing is the matter."""
        return self._rounds.trouble

    def wake(self) -> None:
        """Look at once: a message ended, or a session asks another program."""
        self._rounds.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            await self._rounds.run(self.round)
        finally:
            await self._stop()

    async def finish(self) -> None:
        """Before the end: begin no request any more, and hear of those that are being made, as long as one may take."""
        self._is_ending = True
        if self._asking:
            await asyncio.wait(self._asking.values(), timeout=_ENDS_WITHIN_S)

    async def _stop(self) -> None:
        """End what is being asked: it is begun, and judged anew at the next start."""
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    async def asked(self) -> None:
        """Return when what is being asked now is through."""
        await asyncio.gather(*self._asking.values())

    async def round(self) -> bool:
        """One look at everything that is to do; returns whether there may be more at once."""
        found: list[Work] = []
        may_come = self._answers_may_come()

        async def look() -> bool:
            most_count = _MOST_COUNT + len(self._passed_over) + len(self._asking)
            patience = _SURELY_OVER if self._store.on_postgresql else timedelta()
            found.append(
                await self._store.read(
                    lambda tx: session_work.look(tx, most_count, patience, answers_may_come=may_come)
                )
            )
            return False

        await self._rounds.guarded(look())
        if not found:
            return False
        work = found[0]
        self._passed_over = {one: until for one, until in self._passed_over.items() if until > work.at}
        if work.stray_ids:
            await self._rounds.guarded(self._cancel(work))
        worked = False
        for id, message_id in work.ended:
            worked |= await self._moved(work, id, partial(_message_event, message_id=message_id))
        for id in work.due_ids:
            worked |= await self._moved(work, id, _time_event)
        self._start_requests(work)
        if worked:
            self._wake_dispatcher()
        return worked

    def _answers_may_come(self) -> bool:
        """True at first: answers given while nobody listened are repeated by WhatsApp once somebody does."""
        now_s = self._elapsed_s()
        if self._hears_until_s is None:
            self._hears_until_s = now_s + self._hears_within_s
        return now_s < self._hears_until_s

    async def _cancel(self, work: Work) -> bool:
        await self._write(lambda tx: session_work.cancel_strays(tx, work.stray_ids))
        return False

    async def _write(self, run: Callable[[Tx], Any]) -> Any:
        return await self._store.write(run, WriteLane.CLAIM)

    # Moving one.

    async def _moved(self, work: Work, id: int, event_of: Callable[[Tx, Session], Event | None]) -> bool:
        began_at = work.began[id]
        if (id, began_at) in self._passed_over:
            return False
        return await self._rounds.guarded(self._move(id, began_at, event_of))

    async def _move(
        self, id: int, began_at: datetime, event_of: Callable[[Tx, Session], Event | None]
    ) -> bool:
        """True if it moved. One that cannot is ended and given to people; the others go on."""
        try:
            return bool(await self._write(partial(self._take, id=id, event_of=event_of)))
        except (StoreClosed, StoreBusy, StoreBroken):
            raise
        except Exception:
            _log.exception("session %s could not go on", id)
        try:
            await self._write(partial(broke, session_id=id))
            return True
        except (StoreClosed, StoreBusy, StoreBroken):
            raise
        except Exception:
            _log.exception("session %s could not be ended; it is looked at again later", id)
            self._passed_over[id, began_at] = await self._later()
            return False

    async def _later(self) -> datetime:
        return await self._store.read(lambda tx: tx.now + _LATER)

    def _take(self, tx: Tx, id: int, event_of: Callable[[Tx, Session], Event | None]) -> bool:
        session = sessions.hold(tx, id)
        event = None if session is None else event_of(tx, session)
        if session is None or event is None:
            return False
        move(tx, session, event, self._faults)
        return True

    # Requests.

    def _start_requests(self, work: Work) -> None:
        """As many at once as may be; a slow one holds up its own session alone."""
        self._asking = {id: task for id, task in self._asking.items() if not task.done()}
        wanted = {id: session.started_at for id, (session, _) in self._heard.items()}
        wanted |= {id: work.began[id] for id in work.request_ids if id not in wanted}
        for id, began_at in wanted.items():
            if self._is_ending or len(self._asking) >= REQUESTS_AT_ONCE:
                return
            if id not in self._asking and (id, began_at) not in self._passed_over:
                self._asking[id] = asyncio.get_running_loop().create_task(self._ask(id))

    async def _ask(self, id: int) -> bool:
        try:
            done = await self._rounds.guarded(self._ask_one(id))
        except StoreClosed:
            return False
        if done:
            self._rounds.wake()
        return done

    async def _ask_one(self, id: int) -> bool:
        if id not in self._heard:
            begun = await self._write(partial(_begin_request, id=id))
            if begun is None:
                return False
            session, store_key = begun
            self._heard[id] = (session, await self._end_of(session, store_key))
        asked, ended = self._heard[id]
        event_of = partial(_request_event, asked=asked, ended=ended)
        moved = await self._move(id, asked.started_at, event_of)
        del self._heard[id]
        if moved:
            self._wake_dispatcher()
        return moved

    async def _end_of(self, session: Session, store_key: str) -> RequestEnded:
        assert session.request is not None
        if session.request_began_at is not None and session.request.method != "GET":
            return RequestEnded(because=UNCERTAIN)
        key = idempotency_key(store_key, session.id, session.started_at, session.step_count)
        ended = await ask(self._web, self._secrets, session.request, key)
        self._faults.reach(CrashPoint.AFTER_BOT_REQUEST)
        return ended


def _begin_request(tx: Tx, id: int) -> tuple[Session, str] | None:
    """The session as it was before, its request marked as begun, and the store's key; None if nothing is to ask now.

    One that was begun before is another process's on PostgreSQL, as long as it may be under way there; otherwise it is
    what a crash left.
    """
    session = sessions.hold(tx, id)
    if session is None or session.state.awaits is not Awaits.REQUEST or session.request is None:
        return None
    began_at = session.request_began_at
    if began_at is not None and tx.on_postgresql and tx.now - began_at < _SURELY_OVER:
        return None
    sessions.set_began(tx, id)
    return session, settings.meta(tx, "key") or ""


def _message_event(tx: Tx, session: Session, message_id: int) -> Event | None:
    if session.message_id != message_id:
        return None
    ended = session_work.ended_message(tx, message_id)
    return None if ended is None else message_ended(ended)


def _time_event(tx: Tx, session: Session) -> Event | None:
    due_at = session.state.due_at
    return None if due_at is None or tx.now < due_at else TimeCame()


def _request_event(_tx: Tx, session: Session, asked: Session, ended: RequestEnded) -> Event | None:
    """Only to the session that still waits for just this request, and not to one of a store that began anew."""
    is_same = (session.started_at, session.step_count) == (asked.started_at, asked.step_count)
    return ended if is_same and session.state.awaits is Awaits.REQUEST else None


def _matters(changes: Changes) -> bool:
    """True for what may take a session on; the messages of broadcasts, which are told as one, do not."""
    return any(
        one.topic in (Topic.BOT_SESSION, Topic.EVERYTHING) or (one.topic is Topic.MESSAGE and one.id)
        for one in changes.touched
    )
