"""Any flows, any customers, colleagues, calls and crashes, on a real store: every session ends or waits, and is whole."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path as File

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.flow import FlowDefinition, SessionStatus, Trigger, TriggerKind
from desktop.domain.flow_session import Awaits
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.services import sending
from desktop.services.bots import BROKEN
from desktop.services.conversations import Conversations
from desktop.store import contacts, sessions, tables
from desktop.store.engine import Store, Tx
from desktop.system.faults import CrashPoint, Faults
from desktop.system.http import open_web
from tests.clock import FakeClock
from tests.databases import read, write
from tests.domain.flow_drawings import ATTRIBUTES, IDS, flows
from tests.services.course import refused
from tests.services.talk import Talk
from tests.store.world import accepted, lost

Act = tuple[str, str, int]
"""What happens, how, and to which of two customers; of a crash: at which point."""
WAYS = {
    "says": ("order", "status", "yes", "12", "stop", "a@b.ca", "{{order}}"),
    "presses": tuple(f"{id} {choice}" for id in IDS[:4] for choice in "yn"),
    "works": ("accepted", "refused", "lost"),
    "passes": ("1", "16", "3000"),
    "person": ("replies", "takes", "leaves", "closes", "stops", "starts"),
}
ENDS = {"accepted": accepted, "refused": refused, "lost": lost}
ACTS = st.one_of(
    *(st.tuples(st.just(name), st.sampled_from(ways), st.integers(0, 1)) for name, ways in WAYS.items()),
    st.tuples(st.just("works"), st.just("accepted"), st.just(0)),
    st.tuples(st.just("crash"), st.just(""), st.integers(1, 12)),
)


class Cut(BaseException):
    """The program stopped here."""


class Cutting(Faults):
    """Stops at the n-th point that is reached."""

    def reach(self, _point: CrashPoint) -> None:
        self.at_count -= 1
        if self.at_count == 0:
            raise Cut


class Walk:
    """Two customers, a colleague, two flows, and what happens to them."""

    def __init__(self, talk: Talk, definitions: tuple[FlowDefinition, FlowDefinition]) -> None:
        self.talk = talk
        for name, category in (("order_note", Category.UTILITY), ("winter_clearance", Category.MARKETING)):
            talk.template(name, category, body="Hi {{1}}" if category is Category.UTILITY else "Sale")
        write(talk.store, _fields)
        self.people = [talk.contact(0), talk.contact(1, OptIn.NO, name="Ben Ode")]
        self.lina = talk.person()
        begins = replace(definitions[0], triggers=(*definitions[0].triggers, Trigger(TriggerKind.ANY)))
        self.flow_ids = [talk.flow(begins, "First"), talk.flow(definitions[1], "Second")]

    async def act(self, act: Act) -> None:
        """Whatever is cut off by a crash is tried again afterwards, as WhatsApp and people do."""
        name, how, which = act
        if name == "crash":
            self.talk.begins(Cutting("", which))
            return
        try:
            await self._do(name, how, which)
        except Cut:
            self.talk.begins(Faults())
            await self._do(name, how, which)

    async def _do(self, name: str, how: str, which: int) -> None:
        if name == "says":
            await self.talk.says(how, which)
        elif name == "presses":
            node_id, choice_id = how.split()
            await self.talk.presses(node_id, choice_id, choice_id, which)
        elif name == "works":
            await self.talk.works(ENDS[how])
        elif name == "passes":
            self.talk.passes(minutes=int(how))
            await self.talk.rounds()
        else:
            await self._person(how, self.people[which], self.lina)

    async def _person(self, how: str, contact_id: int, lina: User) -> None:
        verbs = Conversations(self.talk.store)
        acts: dict[str, Callable[[], Awaitable[object]]] = {
            "takes": lambda: verbs.assign(contact_id, lina, lina),
            "leaves": lambda: verbs.assign(contact_id, None, lina),
            "closes": lambda: verbs.close(contact_id, lina),
            "stops": lambda: self.talk.bots.stop(contact_id, lina),
            "starts": lambda: self.talk.bots.start(self.flow_ids[0], contact_id, lina),
        }
        try:
            if how == "replies":
                wanted = Submission(contact_id, Path.COMPOSE, "text", "Hi", Lane.PEOPLE, author_id=lina.id)
                write(self.talk.store, lambda tx: sending.submit(tx, wanted, lina))
            else:
                await acts[how]()
        except Problem:
            return  # The window is closed, or a session runs: said to the colleague.
        if how in ("replies", "takes", "closes", "stops"):
            assert await self.talk.bots.running(contact_id) is None

    def faults(self) -> list[str]:
        return read(self.talk.store, _faults)


def _fields(tx: Tx) -> None:
    for one in ATTRIBUTES.values():
        contacts.make_attribute(tx, one.name, one.kind, one.choices)


def _faults(tx: Tx) -> list[str]:
    """What is wrong with any session."""
    row = tables.bot_session
    found: list[str] = []
    running: Counter[int] = Counter()
    for one in tx.rows(select(row).order_by(row.c.id)):
        steps = tables.bot_step.c
        numbers = list(
            tx.conn.scalars(select(steps.number).where(steps.session_id == one.id).order_by(steps.number))
        )
        if numbers != list(range(one.step_count)):
            found.append(f"session {one.id} counts {one.step_count} steps and has {numbers}")
        session = sessions.get(tx, one.id)
        assert session is not None
        if one.because == BROKEN:
            found.append(f"session {one.id} failed at {one.node_id}")
        if one.status == SessionStatus.RUNNING.value:
            running[one.contact_id] += 1
            found += _waiting(session)
        elif (one.message_id, one.due_at, one.request, one.awaits) != (None, None, None, "nothing"):
            found.append(f"session {one.id} is over and waits")
        elif one.ended_at is None:
            found.append(f"session {one.id} ended at no time")
    found += [f"{count} sessions run for {id}" for id, count in running.items() if count > 1]
    event = tables.consent_event.c
    blank = select(event.id).where(
        event.source == Source.BOT.value, event.value == "yes", event.evidence == ""
    )
    found += [f"a yes without evidence: {id}" for id in tx.conn.scalars(blank)]
    return found


def _waiting(session: sessions.Session) -> list[str]:
    """A session that runs waits for something that can come."""
    state = session.state
    fine = {
        Awaits.MESSAGE: session.message_id is not None,
        Awaits.ANSWER: state.due_at is not None,
        Awaits.TIME: state.due_at is not None,
        Awaits.REQUEST: session.request is not None,
        Awaits.NOTHING: False,
    }
    return [] if fine[state.awaits] else [f"session {session.id} waits for {state.awaits} for ever"]


async def walk(
    store: Store, clock: FakeClock, definitions: tuple[FlowDefinition, FlowDefinition], acts: list[Act]
) -> None:
    async with open_web(allow_loopback=True) as way:
        here = Walk(Talk(store, clock, way, {}), definitions)
        for act in acts:
            await here.act(act)
            assert here.faults() == [], act
        here.talk.begins(Faults())
        await here.talk.works()
        assert here.faults() == []


def walked(original: File, definitions: tuple[FlowDefinition, FlowDefinition], acts: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = File(folder) / "store.db"
        shutil.copyfile(original, path)
        clock = FakeClock()
        store = Store(f"sqlite:///{path}", clock, "walk")
        try:
            asyncio.run(walk(store, clock, definitions, acts))
        finally:
            store.close()


_ANY = flows(dense=True) | flows(dense=True) | flows()
_CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


@settings(max_examples=5, deadline=None, suppress_health_check=_CALM)
@given(st.tuples(_ANY, _ANY), st.lists(ACTS, min_size=4, max_size=14))
def test_every_session_ends_or_waits(
    sqlite_original: File, definitions: tuple[FlowDefinition, FlowDefinition], acts: list[Act]
) -> None:
    walked(sqlite_original, definitions, acts)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@settings(max_examples=100, deadline=None, suppress_health_check=_CALM)
@given(st.tuples(_ANY, _ANY), st.lists(ACTS, min_size=10, max_size=40))
def test_every_session_ends_or_waits_on_long_walks(
    sqlite_original: File, definitions: tuple[FlowDefinition, FlowDefinition], acts: list[Act]
) -> None:
    walked(sqlite_original, definitions, acts)
