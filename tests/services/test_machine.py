"""Any order of events: consent changes, submissions, broadcasts, claims, calls, crashes, webhooks.

A real store in a temporary folder, the real door, claim, settle and recovery; the network is a model that
records the calls. After each step: no marketing call to someone who said no outside the cells that allow
it, nobody called twice, every ledger green, and the store knows about each person what they said.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path as File
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.consent import Category, Facts, OptIn, Override, Path
from desktop.domain.filters import EVERYONE
from desktop.domain.messages import GONE, REPORTED, Lane, Status, rank
from desktop.domain.outbox import Submission
from desktop.domain.people import User
from desktop.domain.problems import Problem
from desktop.domain.sequence import Definition, Delay, DelayUnit, EnrolmentStatus, EnrolSource, SequenceStep
from desktop.domain.templates import Template
from desktop.services import sending
from desktop.services.bodies import callback_data
from desktop.services.broadcasts import Broadcasts, UnknownDecision
from desktop.services.contacts import Contacts
from desktop.services.dispatcher import _settle, take_over
from desktop.services.enrolments import Enrolments
from desktop.services.inbound import Inbound, apply_statuses
from desktop.services.outcomes import outcome_of
from desktop.store import (
    broadcast_plan,
    claims,
    consent,
    contacts,
    conversations,
    enrolments,
    facts,
    ledger,
    opening,
    outbox,
    people,
    sequence_ledger,
    sequences,
    tables,
)
from desktop.store import settings as setting_store
from desktop.store import templates as template_store
from desktop.store.engine import Store, Tx
from desktop.whatsapp.answers import Answer, Lost, NotStarted, Refused, Withdrawn
from desktop.whatsapp.updates import StatusUpdate
from desktop.whatsapp.webhooks import parse
from tests.clock import FakeClock
from tests.services.desk import empty_store
from tests.services.world import Given, Person, World

T = TypeVar("T")
SALE, NEWS = "sale", "news"
PEOPLE = (
    ("+16045550142", "16045550142", "16045550142", "CA.142"),
    ("+5511987654321", "5511987654321", "551187654321", "BR.321"),
    ("+525512345678", "5215512345678", "525512345678", ""),
    ("+14165550117", "14165550117", "14165550117", "CA.117"),
)
"""Phone, two forms in which WhatsApp may name it, user id."""
WHO = st.integers(0, len(PEOPLE) - 1)
WHICH = st.integers(0, 1_000)
ENDS = st.sampled_from(["answered"] * 4 + ["lost", "vanished", "refused", "down", "withdrawn"])
KEY = "0badcafe"
MOST_BROADCASTS = 2
"""Checking ledgers takes most of the time."""
SETTLED = (Status.FAILED, Status.UNKNOWN, Status.CANCELLED)


class Consent(RuleBasedStateMachine):
    """The store under test and the model beside it."""

    empty: File
    """Set for each run: a migrated store to copy."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = File(self.folder.name) / "store.db"
        shutil.copy(self.empty, path)
        self.clock = FakeClock()
        self.store: Store = opening.open_store(str(path), self.clock, "test").store
        self.loop = asyncio.new_event_loop()
        self.world = World()
        self.count = 0
        self.launched = 0
        self.looks = 0
        self.reported: dict[int, int] = {}
        """How far WhatsApp's reports have brought each message."""

    def teardown(self) -> None:
        self.store.close()
        self.loop.close()
        self.folder.cleanup()

    def write(self, run: Callable[[Tx], T]) -> T:
        return self.store.submit_write(run).result()

    def read(self, run: Callable[[Tx], T]) -> T:
        return self.store.submit_read(run).result()

    def wait(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @initialize(said=st.lists(st.sampled_from(OptIn), min_size=4, max_size=4), toggle=st.booleans())
    def begin(self, said: list[OptIn], toggle: bool) -> None:
        """Four people who have said something, and a broadcast under way."""
        self._open()
        for who, value in enumerate(said):
            self.a_colleague_records(who, value)
        self.a_broadcast_is_launched(True, toggle)

    def _open(self) -> None:
        def write(tx: Tx) -> tuple[list[int], list[Template], User]:
            now = tx.now
            template_store.replace_all(
                tx,
                [
                    Template(0, SALE, "en", Category.MARKETING, "Sale!", fetched_at=now),
                    Template(0, NEWS, "en", Category.UTILITY, "News.", fetched_at=now),
                ],
            )
            made = [contacts.create(tx, "", phone, user_id=id or None) for phone, _, _, id in PEOPLE]
            return made, [template_store.by_name(tx, name) for name in (SALE, NEWS)], people.every(tx)[0]

        ids, (self.sale, self.news), self.user = self.write(write)
        for contact_id, (phone, first, second, user_id) in zip(ids, PEOPLE, strict=True):
            names: tuple[dict[str, str], ...] = ({"from": first}, {"from": second})
            names += ({"from_user_id": user_id},) if user_id else ()
            self.world.people[contact_id] = Person(contact_id, phone, names)
        self.world.marketing = {self.sale.id: True, self.news.id: False}
        self.world.revision = {self.sale.id: self.sale.revision, self.news.id: self.news.revision}
        nothing = lambda: None  # noqa: E731
        self.inbound = Inbound(self.store, store_key=KEY, wake=nothing, refresh_templates=nothing)
        self.broadcasts = Broadcasts(self.store, nothing)
        self.contacts = Contacts(self.store)
        self.enrolments = Enrolments(self.store, nothing)
        self.write(self._two_sequences)
        self.engine_id, _ = self.wait(take_over(self.store, "first", "http://127.0.0.1:1"))

    def person(self, which: int) -> Person:
        return list(self.world.people.values())[which]

    # What people say.

    @rule(who=WHO, value=st.sampled_from(OptIn))
    def a_colleague_records(self, who: int, value: OptIn) -> None:
        person = self.person(who).root
        self.wait(self.contacts.set_opt_in(person.contact_id, value, self.user, "they said so"))
        person.says(value)

    @rule(who=WHO, name=WHICH, wish=st.sampled_from(["STOP", "stop.", "START", "hello"]))
    def a_customer_writes(self, who: int, name: int, wish: str) -> None:
        person = self.person(who).root
        called = person.names[name % len(person.names)]
        self.count += 1
        item = {
            "id": f"wamid.in{self.count}",
            "type": "text",
            "text": {"body": wish},
            "timestamp": str(self._moment()),
            **called,
        }
        self._hook({"messages": [item]})
        if wish != "hello":
            person.says(OptIn.YES if wish == "START" else OptIn.NO)

    @rule(who=WHO, name=WHICH, stop=st.booleans())
    def a_customer_stops_or_resumes_in_whatsapp(self, who: int, name: int, stop: bool) -> None:
        person = self.person(who).root
        called = person.names[name % len(person.names)]
        self.count += 1
        item = {
            "value": "stop" if stop else "resume",
            "category": "marketing_messages",
            "timestamp": self._moment(),
            "wa_id": called.get("from"),
            "user_id": called.get("from_user_id"),
        }
        self._hook({"user_preferences": [item]}, "user_preferences")
        person.stops(stop)

    def _moment(self) -> int:
        """WhatsApp tells whole seconds: nothing else happens in this one."""
        self.clock.move(timedelta(seconds=1))
        return int(self.clock.now().timestamp())

    def _hook(self, value: dict[str, Any], field: str = "messages") -> None:
        change = {"field": field, "value": value}
        raw = json.dumps({"entry": [{"id": "1", "changes": [change]}]}).encode()
        self.wait(self.inbound.receive(raw))

    @rule(keep=WHO, drop=WHO)
    def two_contacts_turn_out_to_be_one(self, keep: int, drop: int) -> None:
        kept, dropped = self.person(keep).root, self.person(drop).root
        if kept is dropped:
            return
        self.write(lambda tx: consent.merge(tx, kept.contact_id, [dropped.contact_id]))
        kept.takes_over(dropped)

    # What the workspace does.

    @rule(strict=st.booleans(), bots_ask=st.booleans())
    def the_settings_change(self, strict: bool, bots_ask: bool) -> None:
        def write(tx: Tx) -> None:
            kept = setting_store.load(tx)
            setting_store.save(tx, replace(kept, strict=strict, bots_ask=bots_ask), None)

        self.write(write)
        self.world.strict, self.world.bots_ask = strict, bots_ask

    @rule(marketing=st.booleans(), announced=st.booleans())
    def whatsapp_changes_a_category(self, marketing: bool, announced: bool) -> None:
        """NEWS turns into marketing, at once or announced, or back."""
        wanted = Category.MARKETING if marketing else Category.UTILITY
        now: dict[str, Any] = (
            {"correct_category": wanted} if announced and marketing else {"category": wanted}
        )
        self.write(lambda tx: template_store.change(tx, NEWS, "en", **now))
        self.news = self.read(lambda tx: template_store.get(tx, self.news.id))
        self.world.marketing[self.news.id] = marketing
        self.world.revision[self.news.id] = self.news.revision

    @rule(minutes=st.sampled_from([5, 30, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        """The templates are read anew, so that the claims go on."""
        self.clock.move(timedelta(minutes=minutes))

        def write(tx: Tx) -> None:
            template_store.replace_all(
                tx, [replace(one, fetched_at=tx.now) for one in template_store.every(tx)]
            )

        self.write(write)

    @rule(who=WHO, path=st.sampled_from(Path), sale=st.booleans(), reason=st.booleans())
    def someone_submits(self, who: int, path: Path, sale: bool, reason: bool) -> None:
        if path is Path.BROADCAST:
            return
        person = self.person(who).root
        template = self.sale if sale else self.news
        one = self.read(lambda tx: contacts.get(tx, person.contact_id))
        given = path is Path.COMPOSE and reason
        override = Override(
            "they asked", self.user.id, one.facts.consent_event_id, template.revision, one.id, template.id
        )
        wanted = Submission(
            one.id, path, "template", "", Lane.PEOPLE, {"values": {}}, template.id,
            override if given else None, self.user.id if path is Path.COMPOSE else None,
        )  # fmt: skip
        done = self.write(lambda tx: sending.submit(tx, wanted, self.user if path is Path.COMPOSE else None))
        if given and done.message_id is not None:
            self.world.given[done.message_id] = Given(
                person, person.version, self.world.revision[template.id]
            )

    @precondition(lambda self: self.launched < MOST_BROADCASTS)
    @rule(sale=st.booleans(), only_opted_in=st.booleans())
    def a_broadcast_is_launched(self, sale: bool, only_opted_in: bool) -> None:
        self.launched += 1
        template = self.sale if sale else self.news
        draft = BroadcastDraft("Test", template.id, EVERYONE, only_opted_in)
        id = self.wait(self.broadcasts.save_draft(None, draft, self.user))
        self.wait(self.broadcasts.launch(id, self.user, reason="they all asked", now=True))
        while self.write(lambda tx: broadcast_plan.plan(tx, id)):
            pass
        if not only_opted_in:
            self.world.covered[id] = {
                one.contact_id: one.version
                for one in self.world.people.values()
                if one.merged_into is None and one.opt_in is OptIn.NO and self.world.marketing[template.id]
            }

    # Sequences.

    def _two_sequences(self, tx: Tx) -> None:
        """Utility and marketing in turn; in the second a step waits for the delivery of the one before."""
        steps = [
            SequenceStep(one.id, delay=Delay(at % 2, DelayUnit.MINUTES))
            for at, one in enumerate((self.news, self.sale, self.news, self.sale))
        ]
        for name, only_if_sent in (("Welcome", False), ("Careful", True)):
            wanted = Definition(tuple(steps), run_once=False, only_if_sent=only_if_sent)
            id = sequences.create(tx, name, wanted, None)
            sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))

    @rule(who=WHO, careful=st.booleans())
    def someone_is_enrolled(self, who: int, careful: bool) -> None:
        def write(tx: Tx) -> None:
            one = sequences.every(tx)[0 if careful else 1]
            contact_id = self.person(who).root.contact_id
            enrolments.enrol(tx, one.id, one.version_id or 0, [contact_id], EnrolSource.PERSON)

        self.write(write)

    @rule()
    def the_sequences_work(self) -> None:
        for _ in range(50):
            if not self.wait(self.enrolments.round()):
                return
        raise AssertionError("it never rests")

    @rule(active=st.booleans())
    def a_sequence_rests_or_goes_on(self, active: bool) -> None:
        def write(tx: Tx) -> None:
            one = sequences.every(tx)[1]
            if active:
                sequences.set_active(tx, one)
            else:
                sequences.set_paused(tx, one.id)

        self.write(write)

    @rule(which=WHICH)
    def someone_is_taken_out(self, which: int) -> None:
        def write(tx: Tx) -> None:
            ids = tx.conn.scalars(select(tables.enrolment.c.id)).all()
            if ids:
                enrolments.end(tx, ids[which % len(ids)], EnrolmentStatus.TAKEN_OUT)

        self.write(write)

    # What the engine does.

    @rule(most=st.integers(1, 6))
    def the_engine_claims(self, most: int) -> None:
        def write(tx: Tx) -> tuple[Any, dict[int, int | None]]:
            result = claims.claim(tx, most, self.engine_id)
            return result, {one.message_id: outbox.template_of(tx, one.message_id) for one in result.claimed}

        result, templates = self.write(write)
        assert not result.stale_template_ids
        for one in result.claimed:
            fault = self.world.fault_of(one, templates[one.message_id])
            assert not fault, f"{one} was claimed, but: {fault}"
            self.world.held[one.message_id] = one

    @precondition(lambda self: self.world.held)
    @rule(which=WHICH, end=ENDS)
    def a_call_is_made(self, which: int, end: str) -> None:
        self._call(list(self.world.held)[which % len(self.world.held)], end, which)

    @rule(ends=st.lists(ENDS, min_size=4, max_size=4))
    def the_engine_works(self, ends: list[str]) -> None:
        """A whole cycle: claim, call all, settle all."""
        self.the_engine_claims(8)
        for number, id in enumerate(list(self.world.held)):
            self._call(id, ends[number % len(ends)], number)
        if self.world.ended:
            self.the_engine_settles(0, True)

    def _call(self, id: int, end: str, which: int) -> None:
        """Make one call. vanished: the answer is lost and so was the message."""
        claimed = self.world.held.pop(id)
        row = self.read(lambda tx: outbox.lock(tx, [id])[id])
        assert row.status != Status.QUEUED.value, "a call without a claim"
        answer: Answer | None
        if end in ("answered", "lost"):
            answer = self.world.take(claimed, answered=end == "answered")
        else:
            answer = {
                "vanished": None,
                "refused": Refused([131000, 131026, 131050, 130429][which % 4]),
                "down": NotStarted("refused"),
                "withdrawn": Withdrawn(),
            }[end]
        if answer is None:
            self.world.uncertain.add(id)
        self.world.ended[id] = (claimed, answer or Lost("the line was cut"))

    @precondition(lambda self: self.world.ended)
    @rule(which=WHICH, every=st.booleans())
    def the_engine_settles(self, which: int, every: bool) -> None:
        ids = list(self.world.ended)
        chosen = [self.world.ended.pop(id) for id in (ids if every else [ids[which % len(ids)]])]
        now = self.clock.now()
        outcomes = [outcome_of(claimed, answer, now) for claimed, answer in chosen]
        self.write(lambda tx: _settle(tx, outcomes))
        for claimed, answer in chosen:
            if isinstance(answer, Refused) and answer.code == 131050:
                self.world.people[claimed.contact_id].root.stops(True)

    @rule()
    def the_engine_dies_and_another_takes_over(self) -> None:
        self.world.crash()
        self.enrolments = Enrolments(self.store, lambda: None)
        self.engine_id, _ = self.wait(take_over(self.store, "next", "http://127.0.0.1:1"))

    # What WhatsApp reports.

    @precondition(lambda self: self.world.received)
    @rule(
        which=st.lists(WHICH, min_size=1, max_size=4),
        told=st.lists(
            st.sampled_from(["sent", "delivered", "read", "failed", "stopped"]), min_size=4, max_size=4
        ),
        by_wamid=st.booleans(),
    )
    def statuses_arrive(self, which: list[int], told: list[str], by_wamid: bool) -> None:
        """Late, early, twice, in any order, in one batch; a failure can be a stop."""
        ids = [list(self.world.received)[one % len(self.world.received)] for one in which]
        items = []
        for id, name in zip(ids, told, strict=False):
            person = self.world.people[self.read(lambda tx, id=id: outbox.contact_of(tx, id))]  # type: ignore[misc]
            item: dict[str, Any] = {"id": self.world.received[id], "status": name} | {
                "recipient_id": person.names[0]["from"]
            }
            if not by_wamid:
                item["biz_opaque_callback_data"] = callback_data(KEY, id)
            if name in ("failed", "stopped"):
                item |= {"status": "failed", "errors": [{"code": 131050 if name == "stopped" else 131026}]}
            items.append(item)
        change = {"field": "messages", "value": {"statuses": items}}
        updates = parse(json.dumps({"entry": [{"id": "1", "changes": [change]}]}).encode()).updates
        statuses = [one for one in updates if isinstance(one, StatusUpdate)]
        assert len(statuses) == len(items)
        self.write(lambda tx: apply_statuses(tx, statuses, KEY))
        for id, name in zip(ids, told, strict=False):
            if name == "stopped":
                # A stop is the person's, whatever became of the message that brought it to light.
                self.world.people[self.read(lambda tx, id=id: outbox.contact_of(tx, id))].root.stops(True)  # type: ignore[misc]

    @rule(which=WHICH, decision=st.sampled_from(UnknownDecision))
    def a_person_decides(self, which: int, decision: UnknownDecision) -> None:
        unknown = sorted(id for id in self.world.uncertain if self._status(id) is Status.UNKNOWN)
        if not unknown:
            return
        id = unknown[which % len(unknown)]
        try:
            self.wait(self.broadcasts.decide_unknown(id, decision, self.user))
        except Problem:
            assert decision is UnknownDecision.SEND_AGAIN  # they may not get it now
            assert self._status(id) is Status.UNKNOWN

    def _status(self, id: int) -> Status | None:
        return self.read(lambda tx: conversations.messages(tx, [id]))[0].status

    # What is always true.

    @invariant()
    def all_is_well(self) -> None:
        assert self.world.doubled == [], "called twice"
        self.read(self._look)

    def _look(self, tx: Tx) -> None:
        results = ledger.verify_all(tx)
        assert [one.faults for one in results if not one.is_green] == []
        self.looks += 1
        if self.looks % 4 == 0:  # it takes longer than all the rest
            followed = sequence_ledger.verify_all(tx)
            assert [one.faults for one in followed if not one.is_green] == []
        for person in self.world.people.values():
            if person.merged_into is None:
                known = consent.facts_of(tx, person.contact_id)[1]
                assert (known.opt_in, known.stopped_in_whatsapp) == (person.opt_in, person.stopped), person
        for row in conversations.messages(tx, list(self.world.received)):
            pending = row.id in self.world.ended or row.id in self.world.held
            settled = row.status in GONE or row.status in SETTLED
            assert settled or (pending and row.status is Status.SENDING), row
            reported = self.reported.get(row.id, 0)
            assert row.status is not None
            assert rank(row.status) >= reported, f"{row} went backwards"
            if row.status in REPORTED:
                self.reported[row.id] = rank(row.status)


def _run(empty: File, max_examples: int, steps: int, *, anew: bool = False) -> None:
    """anew: other examples each time, and a failure made small; else the same ones, as found."""
    machine = type("Run", (Consent,), {"empty": empty})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=max_examples,
            stateful_step_count=steps,
            derandomize=not anew,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if anew else (Phase.generate,),
            print_blob=False,
        ),
    )


@pytest.mark.slow
def test_any_order_of_events(empty: File) -> None:
    _run(empty, max_examples=8, steps=30)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_any_order_of_events_for_longer(empty: File) -> None:
    _run(empty, max_examples=150, steps=60, anew=True)


def _fresh_facts(packed: int, consent_event_id: int | None = None) -> Facts:
    return Facts(OptIn.YES, consent_event_id=consent_event_id)


def _queued_again(tx: Tx, engine_ids: Any) -> int:
    rows = tx.rows(select(tables.message.c.id).where(tables.message.c.status == "sending"))
    tx.conn.execute(
        update(tables.message).where(tables.message.c.status == "sending").values(status="queued")
    )
    return len(rows)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("target", "name", "fault"),
    [
        (facts, "unpack", _fresh_facts),
        (outbox, "recover", _queued_again),
        (contacts, "find", lambda *_, **__: []),
        (outbox, "advance", lambda current, reported: reported),
    ],
    ids=["consent not read", "claims queued again", "nobody known", "no rank"],
)
def test_the_machine_finds_planted_faults(
    empty: File, monkeypatch: pytest.MonkeyPatch, target: Any, name: str, fault: Any
) -> None:
    monkeypatch.setattr(target, name, fault)
    with pytest.raises((AssertionError, KeyError, IntegrityError, ExceptionGroup)):
        _run(empty, max_examples=100, steps=40)


def test_the_empty_store_is_what_the_machine_expects(tmp_path: File) -> None:
    """Three people and nothing else: the model starts from the same."""
    opened = opening.open_store(str(empty_store(tmp_path)), FakeClock(), "test").store
    try:
        assert opened.submit_read(contacts.count).result() == 0
        assert len(opened.submit_read(people.every).result()) == 3
    finally:
        opened.close()
