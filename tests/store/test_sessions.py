"""Sessions as rows: one that runs per contact, what is due, what is told, and merges."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from desktop.domain.changes import Changes, Topic
from desktop.domain.flow import SessionStatus
from desktop.domain.flow_nodes import Request, Take
from desktop.domain.flow_session import Awaits
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.store import conversations, session_said, session_shown, session_work, sessions, tables
from desktop.store.engine import Store, Tx
from desktop.store.sessions import Session
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.bots import begun, published, sent_in
from tests.store.world import add_contact, add_person, claim, report, wrote_at

REQUEST = Request(
    "request", "PUT", "https://shop.example/é", (("X", "{{secret:shop}}"),), '{"a": 1}', (Take("a", "b.0"),)
)


def make(store: Store, number: int = 0) -> Session:
    def run(tx: Tx) -> Session:
        record, contact_id = published(tx, name=f"Flow {number}"), add_contact(tx, number)
        wrote_at(tx, contact_id, tx.now)
        return begun(tx, record, contact_id)

    return write(store, run)


def held(store: Store, session_id: int) -> Session:
    found = write(store, lambda tx: sessions.hold(tx, session_id))
    assert found is not None
    return found


def test_what_is_written_is_read_again(store: Store, clock: FakeClock) -> None:
    made = make(store)
    state = replace(
        made.state,
        node_id="n2",
        awaits=Awaits.REQUEST,
        answers={"name": "Zoë"},
        said="the blue one",
        try_count=2,
        hop_count=9,
        due_at=clock.now() + timedelta(minutes=2),
    )
    wanted = replace(made, state=state, request=REQUEST, jump_count=3, said_at=clock.now())
    write(store, lambda tx: sessions.write(tx, wanted))
    assert held(store, made.id) == wanted


def test_one_runs_per_contact_and_the_next_one_after_it(store: Store) -> None:
    made = make(store)

    def again(tx: Tx) -> Session | None:
        return sessions.begin(tx, made.flow_id, made.version_id, made.contact_id)

    assert write(store, again) is None
    write(store, lambda tx: sessions.end(tx, made, SessionStatus.COMPLETED))
    assert write(store, lambda tx: sessions.hold(tx, made.id)) is None
    following = write(store, again)
    assert following is not None
    assert following.id != made.id


def test_an_end_keeps_where_it_stood_and_waits_for_nothing_more(store: Store, clock: FakeClock) -> None:
    made = make(store)
    waits = replace(made, message_id=7, request=REQUEST, state=replace(made.state, due_at=clock.now()))
    write(store, lambda tx: sessions.end(tx, waits, SessionStatus.TAKEN_OVER, "Lina replied."))
    known = read(store, lambda tx: sessions.get(tx, made.id))
    assert known is not None
    assert (known.state.node_id, known.state.because) == ("n1", "Lina replied.")
    assert (known.message_id, known.request, known.state.due_at, known.step_count) == (None, None, None, 1)
    row = tables.bot_step.c
    found = read(store, lambda tx: tx.rows(select(row.node_id, row.exit, row.number)))
    assert [tuple(one) for one in found] == [("n1", "", 0)]


def test_a_person_who_comes_ends_what_runs_and_only_that(store: Store) -> None:
    made = make(store)
    assert write(store, lambda tx: sessions.person_came(tx, made.contact_id))
    assert not write(store, lambda tx: sessions.person_came(tx, made.contact_id))


def test_what_moves_is_told_with_its_contact(store: Store) -> None:
    told: list[Changes] = []
    store.listen(told.append)
    made = make(store)
    assert any((one.topic, one.id) == (Topic.BOT_SESSION, made.contact_id) for one in told[-1].touched)


def test_who_runs_here_and_who_started_it(store: Store) -> None:
    def run(tx: Tx) -> int:
        contact_id = add_contact(tx)
        begun(tx, published(tx), contact_id, user_id=add_person(tx, "Lina Haddad"))
        return contact_id

    contact_id = write(store, run)
    found = read(store, lambda tx: session_shown.running(tx, contact_id))
    assert found is not None
    assert (found.flow_name, found.node_id, found.user_name) == ("Order status", "n1", "Lina Haddad")
    assert read(store, lambda tx: session_shown.running(tx, contact_id + 1)) is None


def test_whose_conversation_it_is(store: Store) -> None:
    def run(tx: Tx) -> list[bool]:
        contact_id, lina = add_contact(tx), add_person(tx, "Lina Haddad")
        found = [sessions.is_nobodys(tx, contact_id)]
        conversations.add_inbound(
            tx, contact_id, wamid="w", kind="text", text="Hi", content={}, context_wamid=""
        )
        found.append(sessions.is_nobodys(tx, contact_id))
        conversations.assign(tx, contact_id, lina)
        found.append(sessions.is_nobodys(tx, contact_id))
        conversations.assign(tx, contact_id, None)
        conversations.set_open(tx, contact_id, False)
        return [*found, sessions.is_nobodys(tx, contact_id), sessions.is_open(tx, contact_id)]

    assert write(store, run) == [False, True, False, False, False]


# What there is to do.


def look(store: Store, begun_for: timedelta = timedelta()) -> session_work.Work:
    return read(store, lambda tx: session_work.look(tx, 50, begun_for))


def test_a_message_is_found_once_it_is_not_on_its_way_any_more(store: Store) -> None:
    made = make(store)

    def send(tx: Tx) -> int:
        message_id = sent_in(tx, made)
        sessions.write(
            tx, replace(made, message_id=message_id, state=replace(made.state, awaits=Awaits.MESSAGE))
        )
        return message_id

    message_id = write(store, send)
    assert look(store).ended == ()
    write(store, claim)
    assert look(store).ended == ()
    assert read(store, lambda tx: session_work.ended_message(tx, message_id)) is None
    write(store, lambda tx: report(tx, message_id, Status.FAILED, error_code=131_026))
    assert look(store).ended == ((made.id, message_id),)
    ended = read(store, lambda tx: session_work.ended_message(tx, message_id))
    assert ended == session_work.EndedMessage(Status.FAILED, Reason.WHATSAPP_ERROR, 131_026)


def test_who_is_due_and_who_asks_is_found_in_time(store: Store, clock: FakeClock) -> None:
    waits, asks = make(store, 0), make(store, 1)
    until = clock.now() + timedelta(minutes=5)

    def run(tx: Tx) -> None:
        sessions.write(tx, replace(waits, state=replace(waits.state, awaits=Awaits.TIME, due_at=until)))
        state = replace(asks.state, awaits=Awaits.REQUEST, due_at=until)
        sessions.write(tx, replace(asks, state=state, request=REQUEST))

    write(store, run)
    assert (look(store).due_ids, look(store).request_ids) == ((), (asks.id,))
    write(store, lambda tx: sessions.set_began(tx, asks.id))
    assert look(store, timedelta(seconds=30)).request_ids == ()
    assert look(store).request_ids == (asks.id,)
    clock.move(timedelta(minutes=5))
    found = look(store, timedelta(seconds=30))
    assert (found.due_ids, found.request_ids) == ((waits.id,), (asks.id,))


def test_time_to_answer_is_not_over_while_the_question_waits_or_answers_may_come(
    store: Store, clock: FakeClock
) -> None:
    made, asks = make(store, 0), make(store, 1)

    def waits(tx: Tx, session: Session, message_id: int | None) -> None:
        state = replace(session.state, awaits=Awaits.ANSWER, due_at=tx.now)
        sessions.write(tx, replace(session, message_id=message_id, state=state))

    message_id = write(store, lambda tx: sent_in(tx, asks))
    write(store, lambda tx: waits(tx, made, None))
    write(store, lambda tx: waits(tx, asks, message_id))
    assert look(store).due_ids == (made.id,)
    assert look(store).began == {made.id: made.started_at}
    later = read(store, lambda tx: session_work.look(tx, 50, answers_may_come=True))
    assert later.due_ids == ()


def test_when_it_asked_is_when_it_asked_first(store: Store, clock: FakeClock) -> None:
    made = make(store)
    assert read(store, lambda tx: session_said.asked_at(tx, made)) is None
    first = clock.now()
    write(store, lambda tx: sent_in(tx, made))
    clock.move(timedelta(minutes=1))
    write(store, lambda tx: sent_in(tx, made))
    # Asked again, be it for a try or for a picture, which costs none.
    assert read(store, lambda tx: session_said.asked_at(tx, made)) == first
    clock.move(timedelta(minutes=1))

    def comes_back(tx: Tx) -> None:
        sessions.write(tx, sessions.add_step(tx, made, "n9", "next"))
        sent_in(tx, made)

    write(store, comes_back)
    assert read(store, lambda tx: session_said.asked_at(tx, made)) == clock.now()


def test_how_many_began_lately(store: Store, clock: FakeClock) -> None:
    made = make(store)

    def more(tx: Tx) -> None:
        kept = sessions.hold(tx, made.id)
        assert kept is not None
        sessions.end(tx, kept, SessionStatus.COMPLETED)
        sessions.begin(tx, made.flow_id, made.version_id, made.contact_id, jump_count=1)

    clock.move(timedelta(minutes=9))
    write(store, more)
    within = timedelta(minutes=10)

    def count(by_itself: bool) -> int:
        return read(
            store, lambda tx: session_said.begun_count(tx, made.contact_id, within, by_itself=by_itself)
        )

    assert (count(False), count(True)) == (2, 1)
    clock.move(timedelta(minutes=1))
    assert (count(False), count(True)) == (1, 0)


def test_a_message_of_a_session_that_is_over_is_cancelled_unless_it_has_left(store: Store) -> None:
    made = make(store)
    left, waits = write(store, lambda tx: (sent_in(tx, made), sent_in(tx, made)))
    assert look(store).stray_ids == ()
    write(store, lambda tx: claim(tx, 1))
    write(store, lambda tx: sessions.end(tx, made, SessionStatus.TAKEN_OVER))
    assert look(store).stray_ids == (waits,)
    assert write(store, lambda tx: session_work.cancel_strays(tx, [left, waits])) == 1
    row = tables.message.c
    found = read(store, lambda tx: tx.rows(select(row.id, row.status)))
    assert {one.id: one.status for one in found} == {left: "sending", waits: "cancelled"}


# Merging.


@pytest.mark.parametrize("both", [True, False])
def test_sessions_follow_a_merge_and_one_of_two_that_run_ends(store: Store, both: bool) -> None:
    def run(tx: Tx) -> tuple[int, Session]:
        record, kept, dropped = published(tx), add_contact(tx, 0), add_contact(tx, 1)
        if both:
            begun(tx, record, kept)
        session = begun(tx, record, dropped)
        sessions.merge(tx, kept, dropped)
        return kept, session

    kept, session = write(store, run)
    known = read(store, lambda tx: sessions.get(tx, session.id))
    assert known is not None
    assert known.contact_id == kept
    assert known.state.status is (SessionStatus.TAKEN_OVER if both else SessionStatus.RUNNING)
    assert known.state.because.startswith("Merged into Ana Bell") is both
