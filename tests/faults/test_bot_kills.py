"""Sessions of bots cut off at any moment: what a customer was told, asked and given is there once, and whole.

In this process every single point of a session is tried, by an engine that stops there and one that goes on. As
processes, engines are killed at some of them, and the sandbox and another program judge.
"""

import json
import random
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web as aiohttp_web
from sqlalchemy import select

from desktop.domain.consent import Category, OptIn, Source
from desktop.domain.flow import FlowDefinition, SessionStatus, Trigger
from desktop.domain.flow_nodes import (
    Does,
    End,
    Enrol,
    Jump,
    Question,
    Request,
    SendTemplate,
    SendText,
    SetOptIn,
    SetTags,
    Take,
    Wait,
)
from desktop.domain.messages import GONE, Status
from desktop.domain.sequence import Definition, SequenceStep
from desktop.domain.templates import Template, Variable
from desktop.services.bot_requests import idempotency_key
from desktop.store import consent, contacts, flows, sequences, settings, tables, templates
from desktop.store.engine import Store, Tx
from desktop.system.faults import CrashPoint, Faults
from desktop.system.http import open_web
from tests.clock import FakeClock
from tests.databases import clock, read, sqlite_address, sqlite_original, sqlite_store, write
from tests.faults.arena import OF_BOTS, SENDING, Arena, Judge, said, until
from tests.faults.test_webhook_kills import _Server
from tests.receiver import Receiver, open_receiver
from tests.services.talk import Talk, flow

__all__ = ["clock", "sqlite_address", "sqlite_original", "sqlite_store"]

STOCK = json.dumps({"stock": 7})
LATER = "later"


def first_flow(
    url: str, template_id: int, sequence_id: int, next_flow_id: int, *, asks: bool
) -> FlowDefinition:
    """Something of everything: texts, a question, requests of both kinds, a template, changes, and another flow."""
    nodes: dict[str, Does] = {
        "tag": SetTags(add=("Bot",)),
        "hi": SendText(text="Hi {{first_name}}"),
        "ask": Question(text="Which?", answer="which") if asks else SendText(text="Which?"),
        "get": Request(method="GET", url=f"{url}/stock", takes=(Take("stock", "stock"),)),
        "post": Request(method="POST", url=f"{url}/orders", body='{"which": "{{which}}"}'),
        "sorry": SendText(text="Sorry"),
        "yes": SetOptIn(value=OptIn.YES),
        "sale": SendTemplate(
            template_id=template_id, variables=tuple(Variable(str(n), "", "x") for n in (1, 2, 3))
        ),
        "in": Enrol(sequence_id=sequence_id),
        "on": Jump(flow_id=next_flow_id),
    }
    ways = ("tag", "hi", "ask", "get", "post", "yes", "sale", "in", "on")
    edges = {(before, "next"): after for before, after in pairwise(ways)}
    more = {("post", "failed"): "sorry", ("sorry", "next"): "yes"}
    return flow(nodes, {**edges, **more})


def second_flow(*, waits: bool) -> FlowDefinition:
    pause: Does = Wait() if waits else SetTags(remove=("Bot",))
    nodes: dict[str, Does] = {"wait": pause, "bye": SendText(text="{{stock}} left"), "end": End()}
    return flow(nodes, None, Trigger(values=(LATER,)))


def add_flows(tx: Tx, url: str, template: Template, *, with_all: bool) -> None:
    sequence_id = sequences.create(tx, "Welcome", Definition((SequenceStep(template.id),)), None)
    # Paused: what it would send belongs to other tests.
    record = sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, sequence_id), None))
    sequences.set_paused(tx, record.id)
    second = flows.create(tx, "Second", second_flow(waits=with_all), None)
    flows.publish(tx, flows.get(tx, second), "", None)
    made = first_flow(url, template.id, sequence_id, second, asks=with_all)
    first = flows.create(tx, "First", made, None)
    flows.publish(tx, flows.get(tx, first), "", None)


# Every point, in this process.


class Cut(BaseException):
    """The engine stopped here."""


class Cutting(Faults):
    """Stops at the n-th point that is reached, whichever it is; 0: never."""

    def __init__(self, at_count: int) -> None:
        super().__init__("", at_count)
        self.passed: list[CrashPoint] = []

    def reach(self, point: CrashPoint) -> None:
        self.passed.append(point)
        if len(self.passed) == self.at_count:
            raise Cut


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with open_receiver() as found:
        found.answer = lambda _one: aiohttp_web.Response(text=STOCK)
        yield found


@pytest.fixture
async def talk(sqlite_store: Store, clock: FakeClock, receiver: Receiver) -> AsyncIterator[Talk]:
    async with open_web(allow_loopback=True) as way:
        made = Talk(sqlite_store, clock, way, {})
        template = made.template(body="{{1}} {{2}} {{3}}")
        write(sqlite_store, lambda tx: add_flows(tx, receiver.address, template, with_all=True))
        yield made


async def goes(talk: Talk, number: int, at_count: int) -> list[CrashPoint]:
    """A customer's whole way, cut off at one point; returns the points that were passed until then."""
    cutting = Cutting(at_count)
    talk.begins(cutting)

    async def surely(work: Any) -> None:
        try:
            await work()
        except Cut:
            talk.begins(Faults())
            await work()

    for text in ("hello", "the blue one"):
        await surely(lambda text=text: talk.says(text, number, id=f"wamid.{text}.{number}"))
        await surely(talk.works)
    talk.passes(minutes=6)
    await surely(talk.works)
    return cutting.passed


def unsettled(points: Sequence[CrashPoint]) -> list[range]:
    """Of each request the points at which it has arrived, and what came of it is not kept yet."""
    begins = [at for at, point in enumerate(points) if point is CrashPoint.AFTER_BOT_REQUEST]
    ends = [points.index(CrashPoint.BEFORE_BOT_COMMIT, at) for at in begins]
    return [range(begin + 1, end + 2) for begin, end in zip(begins, ends, strict=True)]


def outcome(talk: Talk, contact_id: int) -> dict[str, Any]:
    """Everything that came of it."""
    found = talk.sessions_of(contact_id)
    runs = tables.enrolment.c
    events = read(talk.store, lambda tx: consent.history(tx, contact_id))
    return {
        "sessions": [one.state.status for one in found],
        "steps": [talk.steps(one.id) for one in found],
        "said": [(one.text, one.status) for one in talk.thread(contact_id)],
        "answers": talk.answers(contact_id),
        "consent": [(one.value, one.source, one.evidence) for one in events],
        "tags": read(talk.store, lambda tx: contacts.get(tx, contact_id)).tags,
        "runs": len(talk.rows(select(runs.id).where(runs.contact_id == contact_id))),
    }


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_session_cut_off_between_any_two_effects_comes_out_as_if_nothing_had_been(
    talk: Talk, receiver: Receiver
) -> None:
    clean = talk.contact(0)
    points = await goes(talk, 0, 0)
    wanted = outcome(talk, clean)
    assert wanted["sessions"] == [SessionStatus.COMPLETED] * 2
    assert wanted["answers"] == [("which", "the blue one"), ("stock", "7")]
    assert wanted["consent"] == [("yes", Source.BOT, "the blue one")]
    after_get, after_post = unsettled(points)

    for at_count in range(1, len(points) + 1):
        ana = talk.contact(at_count)
        receiver.posts.clear()
        passed = await goes(talk, at_count, at_count)
        assert passed == points[:at_count]
        found = outcome(talk, ana)
        marks = Counter(one.headers["idempotency-key"] for one in receiver.posts)
        assert len(marks) == 2
        if at_count in after_post:
            # It arrived, and nobody here knows: it is not made again, and the customer hears of it.
            assert ("post", "failed") in found["steps"][0]
            assert [text for text, _ in found["said"]].count("Sorry") == 1
            assert found["sessions"] == wanted["sessions"]
        else:
            assert found == wanted, at_count
        assert sum(marks.values()) == 2 + (at_count in after_get)


# As processes.


@dataclass(slots=True)
class Shop:
    """The other program, in this process: how often each mark came, by method."""

    url: str = ""
    marks: dict[str, Counter[str]] = field(default_factory=lambda: {"GET": Counter(), "POST": Counter()})
    guard: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, method: str, mark: str) -> None:
        with self.guard:
            self.marks[method][mark] += 1


@contextmanager
def a_shop() -> Iterator[Shop]:
    shop = Shop()

    class Asked(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            shop.takes(self.command, self.headers["idempotency-key"])
            self.send_response(200)
            self.send_header("Content-Length", str(len(STOCK)))
            self.end_headers()
            self.wfile.write(STOCK.encode())

        do_GET = do_POST = answer

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = _Server(("127.0.0.1", 0), Asked)
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    shop.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield shop
    finally:
        server.shutdown()
        running.join()
        server.server_close()


def begin(arena: Arena, shop: Shop, count: int) -> list[str]:
    """A store with the flows, and as many customers, some of whom said no; returns their phones."""
    arena.prepare(count, count // 4)

    def fill(tx: Tx) -> list[str]:
        templates.replace_all(
            tx, [Template(0, "winter_clearance", "en", Category.MARKETING, "Hi {{1}} {{2}} {{3}}")]
        )
        add_flows(tx, shop.url, templates.by_name(tx, "winter_clearance"), with_all=False)
        return [one for one in tx.conn.scalars(select(tables.contact.c.phone).order_by(tables.contact.c.id))]

    with arena.opened() as store:
        return store.submit_write(fill).result()


def write_in(arena: Arena, phones: list[str]) -> None:
    for one in phones:
        arena.judge.ask(f"customers/{one}/text", {"text": "hello"})


def is_over(count: int) -> Any:
    def look(tx: Tx) -> bool:
        row = tables.bot_session.c
        found = Counter(tx.conn.scalars(select(row.status)))
        return found == {SessionStatus.COMPLETED.value: 2 * count}

    return look


PATH = ("tag", "hi", "ask", "get", "post", "yes", "sale", "in", "on")
ROUNDABOUT = ("tag", "hi", "ask", "get", "post", "sorry", "yes", "sale", "in", "on")
SECOND = ("wait", "bye", "end")


def violations(arena: Arena, shop: Shop, count: int) -> list[str]:
    """What breaks the rule; nothing if all is well."""
    with arena.opened() as store:
        return store.submit_read(lambda tx: _judge(arena, shop, tx, count)).result()


def _judge(arena: Arena, shop: Shop, tx: Tx, count: int) -> list[str]:
    session = tables.bot_session.c
    columns = (session.id, session.contact_id, session.jump_count, session.started_at)
    rows = tx.rows(select(*columns).order_by(session.id))
    faults = [] if len(rows) == 2 * count else [f"{len(rows)} sessions of {count} customers"]
    sent = sends_by_message(arena, tx)
    uncertain_count = 0
    for row in rows:
        steps = tables.bot_step.c
        passed = tuple(
            tx.conn.scalars(select(steps.node_id).where(steps.session_id == row.id).order_by(steps.number))
        )
        ways = (SECOND,) if row.jump_count else (PATH, ROUNDABOUT)
        if passed not in ways:
            faults.append(f"session {row.id} went {passed}")
        uncertain_count += passed == ROUNDABOUT
        faults += _messages(tx, row.id, passed, sent)
        faults += _once(tx, row, shop, passed)
    if uncertain_count > arena.kills * 8:
        faults.append(f"{uncertain_count} requests are not certain after {arena.kills} kills")
    faults += [f"message {id} was sent and is not kept" for id in sent]
    return faults


def _messages(tx: Tx, session_id: int, passed: tuple[str, ...], sent: dict[int, int]) -> list[str]:
    message = tables.message.c
    wanted = [one for one in passed if one in ("hi", "ask", "sorry", "sale", "bye")]
    rows = tx.rows(
        select(message.id, message.node_id, message.status)
        .where(message.session_id == session_id)
        .order_by(message.id)
    )
    faults = []
    if [row.node_id for row in rows] != wanted:
        faults.append(f"session {session_id} said {[row.node_id for row in rows]}, not {wanted}")
    for row in rows:
        status, times = Status(row.status), sent.pop(row.id, 0)
        fine = (times == 1 and status in GONE) or (times == 0 and status is Status.UNKNOWN)
        if not fine:
            faults.append(f"message {row.id} was sent {times} times and stands as {status.value}")
    return faults


def _once(tx: Tx, row: Any, shop: Shop, passed: tuple[str, ...]) -> list[str]:
    """What a first session does once: a yes, an answer, its requests."""
    if row.jump_count:
        return []
    event, answer, run = tables.consent_event.c, tables.bot_answer.c, tables.enrolment.c
    told = select(event.id).where(event.contact_id == row.contact_id, event.source == Source.BOT.value)
    counts = {
        "consent": len(tx.rows(told)),
        "answers": len(tx.rows(select(answer.id).where(answer.session_id == row.id))),
        "runs": len(tx.rows(select(run.id).where(run.contact_id == row.contact_id))),
    }
    faults = [f"session {row.id}: {what} {n} times" for what, n in counts.items() if n > 1]
    faults += [f"session {row.id}: no {what}" for what in ("answers", "runs") if not counts[what]]
    mark = partial(idempotency_key, str(settings.meta(tx, "key")), row.id, row.started_at)
    posted = shop.marks["POST"][mark(PATH.index("post"))]
    asked = shop.marks["GET"][mark(PATH.index("get"))]
    if posted > 1 or (posted == 0 and "sorry" not in passed):
        faults.append(f"session {row.id} posted {posted} times and went {passed}")
    if not asked:
        faults.append(f"session {row.id} never asked")
    return faults


def sends_by_message(arena: Arena, tx: Tx) -> dict[int, int]:
    """How often the sandbox accepted each message of this store."""
    mark = f"assent:{settings.meta(tx, 'key')}:"
    found: Counter[int] = Counter()
    for one in arena.judge.sends(arena.first_send):
        if (one["biz_opaque_callback_data"] or "").startswith(mark):
            found[int(one["biz_opaque_callback_data"].removeprefix(mark))] += 1
    return found


def killed_at(arena: Arena, point: CrashPoint, at_count: int, phones: list[str]) -> None:
    """An engine that is killed there, while these customers write."""
    process = arena.serve(f"{point.value}:{at_count}")
    said(process)
    write_in(arena, phones)
    until(lambda: process.poll() is not None)
    arena.wait_until_killed(process)


@pytest.mark.timeout(240)
@pytest.mark.slow
def test_engines_killed_at_effects_commits_and_requests(judge: Judge, tmp_path: Path) -> None:
    count = 9
    arena = Arena(tmp_path, judge)
    with a_shop() as shop:
        phones = begin(arena, shop, count)
        for at, point in enumerate(OF_BOTS):
            killed_at(arena, point, 4, phones[3 * at : 3 * at + 3])
        arena.finish(is_over(count))
        assert violations(arena, shop, count) == []


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_many_engines_killed_anywhere(judge: Judge, tmp_path: Path, round_number: int) -> None:
    """At every point that a session passes, bots' own and the dispatcher's, at some moment of it."""
    rng = random.Random(100 + round_number)
    points = [*OF_BOTS, *SENDING]
    points += [rng.choice(points) for _ in range(4)]
    rng.shuffle(points)
    each = 12
    arena = Arena(tmp_path, judge)
    with a_shop() as shop:
        count = each * len(points)
        phones = begin(arena, shop, count)
        for at, point in enumerate(points):
            most = {CrashPoint.AFTER_BOT_EFFECT: 60, CrashPoint.BEFORE_BOT_COMMIT: 30}.get(point, 8)
            at_count = (
                1 if point in (CrashPoint.AFTER_CLAIM, CrashPoint.BEFORE_SETTLE) else rng.randint(1, most)
            )
            killed_at(arena, point, at_count, phones[each * at : each * (at + 1)])
        arena.finish(is_over(count), wait_s=300)
        assert violations(arena, shop, count) == []
