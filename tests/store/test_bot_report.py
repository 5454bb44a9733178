"""A flow's report and the register: whatever happened, they count and list what a look at every row finds."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import update

from desktop.domain.bot_report import AnswerRow, RegisterRow, RegisterScope, SessionRow
from desktop.domain.consent import Category, OptIn, Source
from desktop.domain.flow import FlowRecord, SessionStatus
from desktop.domain.messages import Status
from desktop.domain.outbox import AttemptOutcome
from desktop.domain.problems import NotFound
from desktop.domain.reasons import Reason
from desktop.domain.report import Scope
from desktop.domain.settings import Settings
from desktop.domain.templates import Template, TemplateStatus
from desktop.store import (
    attempts,
    bot_register,
    bot_report,
    consent,
    outbox,
    report_scope,
    sessions,
    settings,
    tables,
)
from desktop.store import report as messages_report
from desktop.store.engine import Store, Tx
from tests.clock import START, FakeClock
from tests.databases import read, write
from tests.store.bots import ASKING, answered, begun, flow, published, republished, sent_in
from tests.store.world import (
    accepted,
    add_contact,
    add_contacts,
    add_person,
    add_template,
    claim,
    lost,
    report,
)

T = TypeVar("T")
HOUR = timedelta(hours=1)
NODES = ("n1", "n2", "n3")
EXITS = ("next", "not_sent", "invalid")
OVER = [one for one in SessionStatus if one is not SessionStatus.RUNNING]


def pages(page: Callable[[int | None, int], list[T]], id_of: Callable[[T], int], size: int = 7) -> list[T]:
    """Everything that a list shows, page by page."""
    found: list[T] = []
    while part := page(id_of(found[-1]) if found else None, size):
        assert len(part) <= size
        found += part
    return found


# Sessions.


@dataclass(slots=True)
class Went:
    """One session as the test remembers it."""

    id: int
    record: FlowRecord
    version_id: int
    contact_id: int
    steps: list[tuple[str, str]]
    status: SessionStatus
    at_node: str


def wander(tx: Tx, rng: random.Random, flows: list[FlowRecord], people: list[int]) -> list[Went]:
    """Sessions through versions of flows, with loops; some still wait."""
    went: list[Went] = []
    for contact_id in people:
        for _ in range(rng.randrange(1, 4)):
            record = rng.choice(flows)
            session = begun(tx, record, contact_id, trigger="order")
            assert record.version_id is not None
            one = Went(session.id, record, record.version_id, contact_id, [], SessionStatus.RUNNING, "n1")
            for _ in range(rng.randrange(5)):
                step = (rng.choice(NODES), rng.choice(EXITS))
                session = sessions.add_step(tx, session, *step)
                one.steps.append(step)
            one.at_node = rng.choice(NODES)
            session = replace(session, state=replace(session.state, node_id=one.at_node))
            sessions.write(tx, session)
            went.append(one)
            if contact_id % 3 == 0 and one.id % 2 == 0:
                break  # it waits there: nobody has two at once
            one.status = rng.choice(OVER)
            sessions.end(tx, session, one.status, "It is over.")
            one.steps.append((one.at_node, ""))
    return went


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_flows_report_is_what_a_look_at_every_session_finds(store: Store, seed: int) -> None:
    rng = random.Random(seed)

    def fill(tx: Tx) -> tuple[list[FlowRecord], list[Went]]:
        people = add_contacts(tx, *[OptIn.NONE] * 20)
        first = published(tx)
        second = republished(tx, first, flow(*(one.does for one in ASKING.nodes[:2])))
        other = published(tx, name="Other")
        flows = [first, second, other]
        return flows, wander(tx, rng, flows, people)

    flows, went = write(store, fill)
    for record, version_id in ((flows[0], None), *((one, one.version_id) for one in flows)):
        mine = [one for one in went if one.record.id == record.id and version_id in (None, one.version_id)]
        found = read(store, partial(bot_report.report, flow_id=record.id, version_id=version_id))
        assert found.counts.by_status == Counter(one.status for one in mine)
        assert found.counts.started_count == len(mine)
        steps = Counter(step for one in mine for step in one.steps)
        assert {
            (id, exit): count for id, one in found.nodes.items() for exit, count in one.by_exit.items()
        } == steps
        here = Counter(one.at_node for one in mine if one.status is SessionStatus.RUNNING)
        ended = Counter((one.at_node, one.status) for one in mine if one.status is not SessionStatus.RUNNING)
        for id, node in found.nodes.items():
            assert node.here_count == here[id]
            assert node.entered_count == here[id] + sum(n for (at, _), n in steps.items() if at == id)
            assert node.ended == {status: n for (at, status), n in ended.items() if at == id}
            assert node.dropped_count == sum(n for (at, s), n in ended.items() if at == id and s.is_dropped)
        assert {id for id, _ in steps} | set(here) <= set(found.nodes)
        # The ways out of the flow add up: whoever is over left a node by no exit.
        over = sum(one.by_exit.get("", 0) for one in found.nodes.values())
        assert over + sum(one.here_count for one in found.nodes.values()) == found.counts.started_count
        assert [one.number for one in found.versions] == ([2, 1] if record.id == flows[0].id else [1])


def some_sessions(
    store: Store,
    flow_id: int,
    statuses: frozenset[SessionStatus],
    node_id: str,
    after: int | None,
    limit: int,
) -> list[SessionRow]:
    return read(
        store,
        lambda tx: bot_report.sessions(
            tx, flow_id, statuses=statuses, node_id=node_id, after_id=after, limit=limit
        ),
    )


@pytest.mark.parametrize("seed", range(2))
def test_the_list_of_sessions_is_narrowed_as_asked(store: Store, seed: int) -> None:
    rng = random.Random(seed)

    def fill(tx: Tx) -> tuple[FlowRecord, list[Went]]:
        record, other = published(tx), published(tx, name="Other")
        people = add_contacts(tx, *[OptIn.NONE] * 12)
        return record, wander(tx, rng, [record, other], people)

    record, went = write(store, fill)
    for _ in range(20):
        statuses = frozenset(rng.sample(list(SessionStatus), rng.randrange(4)))
        node_id = rng.choice(["", *NODES])
        found = pages(
            partial(some_sessions, store, record.id, statuses, node_id),
            lambda one: one.id,
        )
        wanted = [
            one.id
            for one in reversed(went)
            if one.record.id == record.id
            and (not statuses or one.status in statuses)
            and node_id in ("", one.at_node)
        ]
        assert [one.id for one in found] == wanted


def test_a_session_says_whose_it_is_and_how_it_went(store: Store, clock: FakeClock) -> None:
    def begin(tx: Tx) -> tuple[FlowRecord, int]:
        record, meera = published(tx), add_person(tx)
        ana = add_contact(tx, name="Ana Bell")
        begun(tx, record, ana, "n2", user_id=meera, trigger="order")
        return record, ana

    def go_on(tx: Tx) -> None:
        session = sessions.hold_of(tx, ana)
        assert session is not None
        sessions.end(tx, session, SessionStatus.TIMED_OUT, "No answer came in 15 minutes.")

    record, ana = write(store, begin)
    (waiting,) = read(store, lambda tx: bot_report.sessions(tx, record.id))
    assert (waiting.status, waiting.ended_at, waiting.node_id) == (SessionStatus.RUNNING, None, "n2")
    clock.move(HOUR)
    write(store, go_on)
    (row,) = read(store, lambda tx: bot_report.sessions(tx, record.id))
    assert record.version_id is not None
    assert row == SessionRow(
        waiting.id, ana, "Ana Bell", row.phone, SessionStatus.TIMED_OUT, "No answer came in 15 minutes.", "n2",
        record.version_id, 1, START, START + HOUR, "Meera Rao", "order",
    )  # fmt: skip
    assert row.phone.startswith("+1604555")
    with pytest.raises(NotFound):
        read(store, lambda tx: bot_report.report(tx, record.id + 1))
    assert read(store, lambda tx: bot_report.sessions(tx, record.id + 1)) == []


def test_answers_are_of_their_flow_and_in_pages(store: Store) -> None:
    def fill(tx: Tx) -> tuple[FlowRecord, list[int]]:
        record, other = published(tx), published(tx, name="Other")
        ana, bea = add_contacts(tx, OptIn.YES, OptIn.NO)
        first, second = begun(tx, record, ana), begun(tx, other, bea)
        made = [answered(tx, first, "order", f"S-{number}") for number in range(20)]
        answered(tx, second, "order", "not mine")
        return record, made

    record, made = write(store, fill)
    found: list[AnswerRow] = pages(
        lambda after, limit: read(
            store, lambda tx: bot_report.answers(tx, record.id, after_id=after, limit=limit)
        ),
        lambda one: one.id,
    )
    assert [one.id for one in found] == made[::-1]
    assert [one.value for one in found] == [f"S-{number}" for number in reversed(range(20))]
    assert {(one.contact_name, one.name, one.session_id) for one in found} == {
        ("Ana Bell", "order", found[0].session_id)
    }
    assert read(store, lambda tx: bot_report.answer_count(tx, record.id)) == 20


# The register.


@dataclass(slots=True)
class Register:
    """What the register has to show, kept beside the store while things happen to it."""

    clock: FakeClock
    rng: random.Random
    store: Store
    said: dict[int, tuple[OptIn, bool]] = field(default_factory=dict)
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    marketing: Template = field(init=False)
    utility: Template = field(init=False)
    flows: list[FlowRecord] = field(init=False)
    ends: Counter[Reason] = field(default_factory=Counter)

    def run(self, days: int) -> None:
        write(self.store, self._begin)
        for _ in range(days):
            self.clock.move(HOUR)
            for deed in self.rng.choices([self._say, self._send, self._claim], [3, 4, 3], k=4):
                wanted = Settings(bots_ask=self.rng.random() < 0.2)
                write(self.store, partial(settings.save, settings=wanted, user_id=None))
                write(self.store, deed)

    def _begin(self, tx: Tx) -> None:
        self.marketing, self.utility = add_template(tx), add_template(tx, "note", Category.UTILITY)
        self.flows = [published(tx), published(tx, name="Other")]
        for number in range(9):
            opt_in = self.rng.choice(list(OptIn))
            self.said[add_contact(tx, number, opt_in)] = (opt_in, False)

    def _say(self, tx: Tx) -> None:
        """A contact says something about marketing: to us, or to WhatsApp."""
        id = self.rng.choice(list(self.said))
        opt_in, stopped = self.said[id]
        if self.rng.random() < 0.6:
            opt_in = self.rng.choice([OptIn.YES, OptIn.NO])
            consent.record(tx, id, opt_in, Source.KEYWORD)
        else:
            stopped = self.rng.random() < 0.6
            consent.record(tx, id, stopped, Source.WHATSAPP)
        self.said[id] = (opt_in, stopped)

    def _send(self, tx: Tx) -> None:
        """A bot's message, of marketing or not."""
        id = self.rng.choice(list(self.said))
        record = self.rng.choice(self.flows)
        running = sessions.hold_of(tx, id)
        session = running or begun(tx, record, id)
        template = self.rng.choice([self.marketing, self.marketing, self.utility, None])
        message_id = sent_in(tx, session, template)
        if template is self.marketing:
            self._note(message_id, id, session.flow_id, tx.now, Status.QUEUED)
        if self.rng.random() < 0.2:
            sessions.end(tx, session, SessionStatus.COMPLETED)

    def _note(self, message_id: int, contact_id: int, flow_id: int, at: datetime, status: Status) -> None:
        kept = self.rows.setdefault(message_id, {"at": at})
        kept |= {
            "contact_id": contact_id,
            "flow_id": flow_id,
            "status": status,
            "said": self.said[contact_id],
        }

    def _claim(self, tx: Tx) -> None:
        """The engine's turn."""
        tx.conn.execute(update(tables.template).values(fetched_at=tx.now))  # else it is asked for anew first
        for one in claim(tx, self.rng.randrange(1, 6)):
            self.ends[one.verdict.reason] += 1
            if one.message_id in self.rows:
                if one.verdict.asked:
                    del self.rows[one.message_id]
                else:
                    kept = self.rows[one.message_id]
                    self._note(one.message_id, one.contact_id, kept["flow_id"], kept["at"], Status.SENDING)
            self._settle(tx, one)
        gone = [id for id in self.rows if self._was_asked(tx, id)]
        for id in gone:
            del self.rows[id]

    def _was_asked(self, tx: Tx, message_id: int) -> bool:
        """The rule stopped it at its claim, because bots asked then."""
        row = outbox.lock(tx, [message_id])[message_id]
        refused = {Status.FAILED.value} if row.reason != Reason.WHATSAPP_ERROR.value else set()
        return row.status in refused

    def _settle(self, tx: Tx, one: Any) -> None:
        end = self.rng.choice(["accepted", "lost", "refused", "late"])
        status = Status.ACCEPTED
        if end == "lost":
            attempts.settle(tx, [lost(one)])
            status = Status.UNKNOWN
        else:
            attempts.settle(tx, [accepted(one)])
        if end in ("refused", "late"):
            report(tx, one.message_id, Status.FAILED, error_code=131026)
            status = Status.FAILED
        if end == "late":
            report(tx, one.message_id, Status.DELIVERED)
            status = Status.DELIVERED
        if one.message_id in self.rows:
            self.rows[one.message_id]["status"] = status

    def wanted(self, scope: RegisterScope) -> list[int]:
        return [
            id
            for id, one in sorted(self.rows.items(), reverse=True)
            if scope.flow_id in (None, one["flow_id"])
            and (scope.since is None or one["at"] >= scope.since)
            and (scope.until is None or one["at"] < scope.until)
        ]


def the_register(store: Store, scope: RegisterScope) -> list[RegisterRow]:
    return pages(
        lambda after, limit: read(
            store, lambda tx: bot_register.rows(tx, scope, after_id=after, limit=limit)
        ),
        lambda one: one.message_id,
    )


@pytest.mark.parametrize(
    "seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]
)
def test_the_register_has_every_message_that_was_not_asked(store: Store, clock: FakeClock, seed: int) -> None:
    world = Register(clock, random.Random(seed), store)
    world.run(90)
    assert len(world.rows) > 15
    assert world.ends[Reason.BOT_NOT_ASKED] > 3
    statuses = {one["status"] for one in world.rows.values()}
    assert {Status.ACCEPTED, Status.UNKNOWN, Status.FAILED, Status.DELIVERED} <= statuses
    middle = START + 20 * HOUR
    for scope in (
        RegisterScope(),
        RegisterScope(world.flows[0].id),
        RegisterScope(since=middle),
        RegisterScope(world.flows[1].id, until=middle),
        RegisterScope(404),
    ):
        wanted = world.wanted(scope)
        found = the_register(store, scope)
        assert [one.message_id for one in found] == wanted
        for one in found:
            kept = world.rows[one.message_id]
            assert (one.opt_in_then, one.stopped_then) == kept["said"], one
            assert (one.at, one.status, one.flow_id) == (kept["at"], kept["status"], kept["flow_id"])
            assert (one.contact_id, one.template_name) == (kept["contact_id"], "spring")
            assert one.said_no == (kept["said"][0] is OptIn.NO or kept["said"][1])
        counts = read(store, partial(bot_register.counts, scope=scope))
        no = [one for one in found if one.said_no]
        assert counts.total_count == len(wanted)
        assert counts.opted_out_count == len(no)
        assert counts.opted_in_count == sum(one.opt_in_then is OptIn.YES for one in found if one not in no)


def test_without_a_receipt_history_says_what_stood_then(store: Store, clock: FakeClock) -> None:
    def run(tx: Tx) -> int:
        ana = add_contact(tx, opt_in=OptIn.NO)
        message_id = sent_in(tx, begun(tx, published(tx), ana), add_template(tx))
        row = tables.message
        bare = update(row).where(row.c.id == message_id).values(asked=None, consent_event_id=None)
        tx.conn.execute(bare)
        return ana

    ana = write(store, run)
    clock.move(HOUR)
    write(store, lambda tx: consent.record(tx, ana, OptIn.YES, Source.KEYWORD))
    (row,) = the_register(store, RegisterScope())
    assert row.opt_in_then is OptIn.NO


def test_what_failed_at_whatsapp_is_counted_as_carrying_another_reason(store: Store) -> None:
    """The reports list it by WhatsApp's reason: the register says how many those are, and in the same words."""

    def run(tx: Tx) -> None:
        ana, lina = add_contact(tx, opt_in=OptIn.NO), add_person(tx, "Lina Haddad")
        session, offer = begun(tx, published(tx), ana, user_id=lina, said_at=tx.now), add_template(tx)
        ids = [sent_in(tx, session, offer) for _ in range(3)]
        first, second, third = claim(tx)
        refused = replace(
            lost(first), outcome=AttemptOutcome.REFUSED, status=Status.FAILED, reason=Reason.WHATSAPP_ERROR,
            error_code=131026,
        )  # fmt: skip
        attempts.settle(tx, [refused, accepted(second), lost(third)])
        counts = bot_register.counts(tx, RegisterScope())
        assert (counts.total_count, counts.opted_out_count, counts.other_reason_count) == (3, 3, 2)
        rows = {one.message_id: one for one in bot_register.rows(tx, RegisterScope())}
        assert [rows[id].error_code for id in ids] == [131026, None, None]
        assert {one.started_by for one in rows.values()} == {"Lina Haddad"}

    write(store, run)


def test_what_was_stopped_before_it_left_is_not_in_the_register(store: Store) -> None:
    def run(tx: Tx) -> None:
        ana, offer = add_contact(tx, opt_in=OptIn.NO), add_template(tx)
        session = begun(tx, published(tx), ana)
        waiting = sent_in(tx, session, offer)
        cancelled = sent_in(tx, session, offer)
        (row,) = outbox.lock(tx, [cancelled]).values()
        outbox.write_moves(tx, [outbox.move(tx, row, Status.CANCELLED, outbox.ENGINE)])
        assert [one.message_id for one in bot_register.rows(tx, RegisterScope())] == [waiting]
        # WhatsApp paused the template: it fails before any call.
        template = tables.template
        tx.conn.execute(update(template).values(status=TemplateStatus.PAUSED.value))
        assert claim(tx) == ()
        assert bot_register.rows(tx, RegisterScope()) == []
        assert bot_register.counts(tx, RegisterScope()).total_count == 0

    write(store, run)


@pytest.mark.parametrize("few", [0, 20_000], ids=["among many", "among few"])
def test_reports_find_messages_by_the_name_of_their_flow(
    store: Store, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_scope, "FEW_COUNT", few)

    def run(tx: Tx) -> None:
        ana, ben = add_contact(tx, name="Ana Bell"), add_contact(tx, 1, name="Ben Order")
        order = begun(tx, published(tx, name="Order status"), ana)
        other = begun(tx, published(tx, name="Returns"), ben)
        made = {sent_in(tx, order), sent_in(tx, order)}
        of_ben = sent_in(tx, other)
        for search, wanted in (
            ("order st", made),
            ("ORDER", made | {of_ben}),
            ("returns", {of_ben}),
            ("x", set()),
        ):
            scope = Scope(search=search)
            cells = messages_report.cube(tx, scope).cells
            assert sum(one.count for one in cells) == len(wanted)
            assert {one.id for one in messages_report.messages(tx, scope, cells)} == wanted
        of_ana = Scope(search="order", contact_id=ana)
        assert messages_report.cube(tx, of_ana).message_count == len(made)
        assert messages_report.cube(tx, replace(of_ana, contact_id=ben)).message_count == 1

    write(store, run)
