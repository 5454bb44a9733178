"""What keeps bots honest: no answer of elsewhere or of before, no talk without end, nothing from who is gone."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from desktop.domain.consent import OptIn
from desktop.domain.flow import Trigger, TriggerKind
from desktop.domain.flow_nodes import (
    Assign,
    Choice,
    Does,
    End,
    Jump,
    Question,
    SendButtons,
    SendText,
    SetOptIn,
    Wait,
)
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.services.bot_moves import MOST_BEGUN, MOST_STEPS
from desktop.services.bots import MOST_BY_ITSELF
from desktop.store import claims, consent, contacts, conversations, tables
from desktop.system.faults import Faults
from tests.databases import read, write
from tests.services.talk import Talk, flow
from tests.store.world import ENGINE_ID

ASK = Question(text="Your name?", answer="name")
DEALS = Trigger(TriggerKind.KEYWORD, ("deals",))
ANY = Trigger(TriggerKind.ANY)


def offers(text: str) -> dict[str, Does]:
    choices = (Choice("1", "Yes"), Choice("2", "No"))
    return {"buttons1": SendButtons(text=text, choices=choices, answer="said"), "o": SetOptIn(), "e": End()}


YES_OPTS_IN = {("buttons1", "choice:1"): "o", ("buttons1", "choice:2"): "e", ("o", "next"): "e"}


def opt_in(talk: Talk, contact_id: int) -> OptIn:
    return read(talk.store, lambda tx: contacts.get(tx, contact_id)).opt_in


# What is no answer.


async def test_an_old_button_of_another_flow_is_no_answer_to_this_one(talk: Talk) -> None:
    ana = talk.contact(0, OptIn.NO)
    edges = {("buttons1", "choice:1"): "e", ("buttons1", "choice:2"): "e"}
    ship: dict[str, Does] = {"buttons1": offers("Deliver it?")["buttons1"], "e": End()}
    talk.flow(flow(ship, edges), "Ship")
    talk.flow(flow(offers("Want offers?"), YES_OPTS_IN, DEALS), "Offers")
    await talk.says("hello")
    (called,) = await talk.works()
    old = called.content["object"]["action"]["buttons"][0]["reply"]["id"]
    await talk.presses("buttons1", "2", "No")
    await talk.works()
    talk.passes(minutes=5)
    await talk.says("deals")
    await talk.works()

    await talk.presses_old(old, "Yes")
    await talk.works()

    assert opt_in(talk, ana) is OptIn.NO
    assert talk.stands(ana) == ("running", "buttons1")
    await talk.presses("buttons1", "1", "Yes")
    await talk.works()
    assert opt_in(talk, ana) is OptIn.YES


async def test_words_said_to_another_flow_are_no_evidence_in_the_next_one(talk: Talk) -> None:
    ana = talk.contact(0, OptIn.NO)
    second = talk.flow(flow({"o": SetOptIn(), "e": End()}, None, DEALS), "Deals")
    talk.flow(flow({"q": ASK, "j": Jump(flow_id=second)}), "Greeting")
    await talk.says("hello")
    await talk.works()
    talk.passes(minutes=1)
    await talk.says("Bob")
    await talk.works()
    assert talk.stands(ana) == ("completed", "e")
    assert opt_in(talk, ana) is OptIn.NO


async def test_what_was_said_before_the_question_is_no_answer(talk: Talk) -> None:
    ana = talk.contact()
    talk.flow(flow(offers("Want offers?"), YES_OPTS_IN))
    early = talk.clock.now()
    talk.passes(hours=1)
    await talk.says("hello")
    await talk.works()
    await talk.says("yes", at=early)
    await talk.works()
    assert (talk.stands(ana), opt_in(talk, ana)) == (("running", "buttons1"), OptIn.NONE)
    assert talk.thread(ana)[-1].text == "yes"
    await talk.says("yes")
    await talk.works()
    assert opt_in(talk, ana) is OptIn.YES


async def test_an_answer_of_before_a_second_asking_is_one(talk: Talk) -> None:
    ana = talk.contact()
    talk.flow(flow(offers("Want offers?"), YES_OPTS_IN))
    await talk.says("hello")
    await talk.works()
    said = talk.clock.now() + timedelta(seconds=10)
    talk.passes(minutes=1)
    await talk.says("what?", at=said)
    await talk.works()
    await talk.says("yes", at=said + timedelta(seconds=5))
    await talk.works()
    again = "Please press one of the buttons.\n\nWant offers?"
    assert talk.said(ana) == ["Want offers?", again]
    assert opt_in(talk, ana) is OptIn.YES


async def test_what_was_said_days_ago_starts_nothing(talk: Talk) -> None:
    talk.flow(flow({"a": SendText(text="Hi")}))
    ana = talk.contact()
    old = talk.clock.now()
    talk.passes(hours=25)
    await talk.says("hello", at=old)
    assert talk.sessions_of(ana) == []
    await talk.says("hello")
    assert len(talk.sessions_of(ana)) == 1


# Who comes late, and who has it.


async def test_nothing_of_a_session_that_is_over_leaves(talk: Talk) -> None:
    ana, lina = talk.contact(), talk.person()
    talk.flow(flow({"a": SendText(text="Hi"), "b": End()}))
    await talk.says("hello")
    await talk.bots.stop(ana, lina)
    # Before the engine has come round to cancel it.
    assert write(talk.store, lambda tx: claims.claim(tx, 32, ENGINE_ID)).claimed == ()
    await talk.works()
    assert talk.marks(ana) == [(Status.CANCELLED, Reason.BOT_STOPPED)]


async def test_an_answer_that_comes_after_a_stop_of_the_program_is_heard(talk: Talk) -> None:
    ana = talk.contact()
    talk.flow(flow({"q": ASK, "t": SendText(text="Thank you"), "e": End()}))
    await talk.says("hello")
    await talk.works()
    in_time = talk.clock.now() + timedelta(minutes=2)
    talk.passes(hours=2)
    talk.hears_within_s, talk.elapsed_s = 120.0, 7_000.0
    talk.begins(Faults())
    await talk.works()
    assert talk.stands(ana) == ("running", "q")
    talk.elapsed_s += 119.0
    await talk.works()
    await talk.says("Ana", at=in_time)
    await talk.works()
    assert talk.said(ana) == ["Your name?", "Thank you"]


async def test_who_has_not_answered_once_everything_is_heard_has_not(talk: Talk) -> None:
    ana = talk.contact()
    talk.flow(flow({"q": ASK, "w": Wait(), "e": End()}))
    await talk.says("hello")
    await talk.works()
    talk.passes(hours=2)
    talk.hears_within_s = 120.0
    talk.begins(Faults())
    await talk.works()
    talk.elapsed_s = 120.0
    await talk.works()
    assert talk.stands(ana) == ("timed_out", "q")


async def test_the_time_to_answer_begins_when_the_question_has_left(talk: Talk) -> None:
    ana = talk.contact()
    talk.flow(flow({"q": ASK, "e": End()}, timeout_minutes=15))
    await talk.says("hello")
    talk.passes(minutes=20)  # It waits in the queue.
    await talk.rounds()
    assert talk.stands(ana) == ("running", "q")
    await talk.works()
    assert talk.session(ana).state.due_at == talk.clock.now() + timedelta(minutes=15)
    talk.passes(minutes=16)
    await talk.works()
    assert talk.stands(ana) == ("timed_out", "q")


@pytest.mark.parametrize("whose", ["kept", "dropped"])
async def test_a_merge_brings_no_bot_into_a_colleagues_conversation(talk: Talk, whose: str) -> None:
    ana, other, lina = talk.contact(0), talk.contact(1), talk.person()
    talk.flow(flow({"q": ASK, "t": SendText(text="Thank you"), "e": End()}))
    theirs, talks = (0, 1) if whose == "kept" else (1, 0)
    await talk.says("Good morning", theirs)
    write(talk.store, lambda tx: conversations.assign(tx, (ana, other)[theirs], lina.id))
    await talk.says("hello", talks)
    write(talk.store, lambda tx: consent.merge(tx, ana, [other]))
    assert talk.conversation(ana).assigned_to == lina.id
    assert talk.stands(ana) == ("taken_over", "q")
    assert "colleague" in talk.session(ana).state.because


@pytest.mark.parametrize("case", ["timeout", "assign node"])
async def test_only_a_node_takes_a_conversation_from_a_colleague(talk: Talk, case: str) -> None:
    ana, lina, marc = talk.contact(), talk.person(), talk.person("Marc Roy")
    last: Does = End() if case == "timeout" else Assign()
    id = talk.flow(flow({"q": ASK, "x": last}))
    await talk.says("Good morning")
    write(talk.store, lambda tx: conversations.assign(tx, ana, marc.id))
    await talk.bots.start(id, ana, lina)
    await talk.works()
    if case == "timeout":
        talk.passes(minutes=20)
    else:
        await talk.says("Ana")
    await talk.works()
    assert talk.stands(ana)[0] == ("timed_out" if case == "timeout" else "handed_over")
    assert talk.conversation(ana).assigned_to == (marc.id if case == "timeout" else None)


# Talks without end.


async def test_two_programs_do_not_talk_for_ever(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    ana = talk.contact()
    talk.flow(flow({"a": SendText(text="What is it?")}, None, ANY))
    with caplog.at_level(logging.WARNING, "assent.bots"):
        for _ in range(MOST_BY_ITSELF + 3):
            await talk.says("I am away, thank you for your message")
            await talk.works()
    assert len(talk.sessions_of(ana)) == MOST_BY_ITSELF
    assert caplog.text.count("no more begin by themselves") == 1
    assert len(talk.thread(ana)) == 2 * MOST_BY_ITSELF + 3
    talk.passes(minutes=11)
    await talk.says("Good morning")
    assert len(talk.sessions_of(ana)) == MOST_BY_ITSELF + 1


@pytest.mark.slow
async def test_flows_that_lead_in_a_circle_past_an_answering_program_end(talk: Talk) -> None:
    ana = talk.contact()
    circle = talk.flow(flow({"a": End()}))
    talk.flow(flow({"a": ASK, "b": Jump(flow_id=circle)}))
    await talk.says("hello")
    for _ in range(MOST_BEGUN + 1):
        await talk.says("I am away")
    assert talk.session(ana).state.status.value == "broken"
    assert len(talk.sessions_of(ana)) == MOST_BEGUN


async def test_a_session_has_an_end_also_where_it_is_always_answered(talk: Talk) -> None:
    ana = talk.contact()
    talk.flow(flow({"a": ASK, "b": Jump(node_id="a")}))
    await talk.says("hello")
    nearly = {"step_count": MOST_STEPS - 1}
    write(talk.store, lambda tx: tx.conn.execute(update(tables.bot_session).values(**nearly)))
    await talk.says("I am away")
    assert talk.stands(ana) == ("running", "a")
    await talk.says("I am away")
    assert talk.stands(ana) == ("broken", "a")


# What fails twice.


def spoil(talk: Talk, contact_id: int) -> None:
    """Its next step is there already: it can neither go on nor be ended."""
    made = talk.session(contact_id)
    step = insert(tables.bot_step).values(
        session_id=made.id,
        number=made.step_count,
        version_id=made.version_id,
        node_id="q",
        exit="next",
        at=talk.clock.now(),
    )
    write(talk.store, lambda tx: tx.conn.execute(step))


async def test_a_session_that_cannot_even_be_ended_costs_no_message(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    ana = talk.contact()
    talk.flow(flow({"q": ASK, "e": End()}))
    await talk.says("hello")
    await talk.works()
    spoil(talk, ana)
    with caplog.at_level(logging.ERROR, "assent.bots"):
        await talk.says("my words")
    assert talk.thread(ana)[-1].text == "my words"
    assert talk.rows(select(tables.quarantine)) == []
    assert "could not be told" in caplog.text


async def test_one_that_is_passed_over_is_not_taken_for_one_of_a_store_that_began_anew(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    ana = talk.contact()
    talk.flow(flow({"q": ASK, "e": End()}))
    await talk.says("hello")
    await talk.works()
    spoil(talk, ana)
    talk.passes(minutes=16)
    with caplog.at_level(logging.ERROR, "assent.bots"):
        await talk.works()
        await talk.works()
    assert talk.stands(ana) == ("running", "q")
    assert caplog.text.count("could not be ended") == 1

    began = {"started_at": talk.clock.now()}
    write(talk.store, lambda tx: tx.conn.execute(delete(tables.bot_step)))
    write(talk.store, lambda tx: tx.conn.execute(update(tables.bot_session).values(**began)))
    await talk.works()
    assert talk.stands(ana) == ("timed_out", "q")
