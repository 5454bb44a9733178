"""Bots in conversations: what they hear, say and do, who ends them, and what a failing one may not cost."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.filters import Condition, Filter, Kind, Op
from desktop.domain.flow import FlowStatus, SessionStatus, Trigger, TriggerKind
from desktop.domain.flow_nodes import (
    About,
    AnswerKind,
    Assign,
    Choice,
    Decide,
    Does,
    End,
    Enrol,
    Jump,
    Question,
    SendButtons,
    SendMedia,
    SendTemplate,
    SendText,
    SetAttribute,
    SetOptIn,
    SetTags,
    Wait,
)
from desktop.domain.flow_session import Awaits
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.problems import Problem
from desktop.domain.public_ids import public_id
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, Delay, DelayUnit, EnrolSource, SequenceStep
from desktop.domain.templates import TemplateStatus, Variable
from desktop.services import api_conversations, sending
from desktop.services.api_conversations import AssignWanted
from desktop.services.bot_moves import MOST_JUMPS
from desktop.services.bots import BROKEN
from desktop.services.conversations import Conversations
from desktop.store import consent, contacts, flows, inbox_rows, people, sequences, tables
from desktop.store.engine import Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.services.talk import Talk, flow
from tests.store.world import lost, phone

ASK = Question(
    text="Which order?", answer="order", must_be=AnswerKind.NUMBER, invalid_text="A number, please"
)
CHOICES = SendButtons(
    text="Do you want news?", choices=(Choice("y", "Yes, please"), Choice("n", "No")), answer="news"
)
OTHER = Trigger(TriggerKind.KEYWORD, ("order",))


# What starts one.


async def test_a_keyword_starts_a_flow_that_speaks_in_order_and_ends(talk: Talk) -> None:
    talk.flow(flow({"a": SendText(text="Hi {{first_name}}"), "b": SendText(text="How are you?"), "c": End()}))
    ana = talk.contact()

    await talk.says("  HELLO! ")
    assert talk.said(ana) == ["Hi Ana"]  # The next one waits until this one has left.
    await talk.works()

    assert talk.said(ana) == ["Hi Ana", "How are you?"]
    assert talk.stands(ana) == ("completed", "c")
    assert talk.steps(talk.session(ana).id) == [("a", "next"), ("b", "next"), ("c", "")]
    assert all(mark == (Status.ACCEPTED, Reason.NOT_MARKETING) for mark in talk.marks(ana))


async def test_a_stranger_is_answered_like_anybody(talk: Talk) -> None:
    talk.flow(flow({"a": SendText(text="Welcome")}))
    await talk.says("hello", 5)
    called = await talk.works()
    assert [(one.phone, one.text) for one in called] == [(phone(5), "Welcome")]


@pytest.mark.parametrize(
    "item",
    [
        {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}},
        {"type": "text", "text": {"body": "hello"}, "group_id": "1203@g.us"},
        {"type": "unsupported", "errors": [{"code": 131051, "title": "Unsupported"}]},
    ],
    ids=["reaction", "group", "unsupported"],
)
async def test_what_is_no_message_to_us_starts_nothing(talk: Talk, item: dict[str, Any]) -> None:
    talk.flow(flow({"a": SendText(text="Welcome")}, None, Trigger(TriggerKind.ANY)))
    ana = talk.contact()
    await talk.sends(item)
    assert talk.sessions_of(ana) == []


@pytest.mark.parametrize("case", ["assigned", "off", "draft"])
async def test_nothing_starts_where_somebody_has_the_conversation_or_the_flow_is_not_on(
    talk: Talk, case: str
) -> None:
    id = talk.flow(flow({"a": SendText(text="Welcome")}))
    ana = talk.contact()
    await talk.says("Good morning")
    if case == "assigned":
        lina = talk.person()
        await Conversations(talk.store).assign(ana, lina, lina)
    else:
        status = FlowStatus.OFF if case == "off" else FlowStatus.DRAFT
        write(talk.store, lambda tx: flows.set_status(tx, id, status))
    await talk.says("hello")
    assert talk.sessions_of(ana) == []


async def test_of_two_triggers_the_one_in_front_answers(talk: Talk, clock: FakeClock) -> None:
    talk.flow(flow({"a": SendText(text="Anything")}, None, Trigger(TriggerKind.ANY)), "Any")
    talk.flow(flow({"a": SendText(text="Older")}), "Older")
    clock.move(timedelta(minutes=1))
    talk.flow(flow({"a": SendText(text="Newer")}), "Newer")
    ana = talk.contact()
    await talk.says("hello")
    assert talk.said(ana) == ["Newer"]


async def test_an_advertisement_and_a_payload_start_flows(talk: Talk) -> None:
    came = Trigger(TriggerKind.ADVERTISEMENT, ("spring-boots",))
    talk.flow(flow({"a": SendText(text="From the ad")}, None, came), "Ad")
    talk.flow(
        flow({"a": SendText(text="Pressed")}, None, Trigger(TriggerKind.PAYLOAD, ("track-it",))), "Press"
    )
    ana, ben = talk.contact(0), talk.contact(1, name="Ben Ode")
    referral = {
        "source_url": "https://fb.me/spring-boots",
        "source_type": "ad",
        "source_id": "77",
        "headline": "Boots",
    }
    await talk.says("I saw this", 0, referral=referral)
    await talk.sends({"type": "button", "button": {"text": "Track my order", "payload": "track-it"}}, 1)
    assert (talk.said(ana), talk.said(ben)) == (["From the ad"], ["Pressed"])


async def test_the_next_session_is_a_new_one_with_the_version_of_then(talk: Talk) -> None:
    definition = flow({"a": ASK, "b": SendText(text="Old"), "c": End()})
    talk.flow(definition)
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    talk.flow(flow({"a": ASK, "b": SendText(text="New"), "c": End()}))

    await talk.says("12")
    await talk.works()
    await talk.says("hello")
    await talk.works()
    await talk.says("13")
    await talk.works()

    assert talk.said(ana) == ["Which order?", "Old", "Which order?", "New"]
    assert talk.answers(ana) == [("order", "12"), ("order", "13")]


# Answers.


async def test_the_next_message_is_the_answer_also_where_it_would_start_another_flow(talk: Talk) -> None:
    ask = Question(text="Your name?", answer="name")
    talk.flow(flow({"a": ask, "b": SendText(text="Thanks, {{name}}"), "c": End()}))
    talk.flow(flow({"a": SendText(text="Your order …")}, None, OTHER), "Order")
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("order")
    await talk.works()
    assert talk.said(ana) == ["Your name?", "Thanks, order"]
    assert len(talk.sessions_of(ana)) == 1


async def test_an_answer_that_does_not_fit_is_asked_again_and_then_people_have_it(talk: Talk) -> None:
    talk.flow(flow({"a": ASK, "b": End()}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    for wrong in ("the blue one", "you know", "please!"):
        await talk.says(wrong)
        await talk.works()
    assert talk.said(ana) == ["Which order?", "A number, please", "A number, please"]
    assert talk.stands(ana) == ("not_understood", "a")
    assert talk.conversation(ana).assigned_to is None
    assert talk.answers(ana) == []


async def test_an_answer_that_comes_before_the_question_is_known_to_have_left(talk: Talk) -> None:
    talk.flow(flow({"a": ASK, "b": SendText(text="Thank you"), "c": End()}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.says("17")
    await talk.works()
    assert talk.said(ana) == ["Which order?", "Thank you"]
    assert talk.stands(ana) == ("completed", "c")


async def test_a_button_is_an_answer_and_one_of_another_node_is_none(talk: Talk) -> None:
    edges = {("a", "choice:y"): "b", ("a", "choice:n"): "c"}
    talk.flow(flow({"a": CHOICES, "b": SendText(text="Lovely"), "c": SendText(text="As you like")}, edges))
    ana = talk.contact()
    await talk.says("hello")
    called = await talk.works()
    ids = [one["reply"]["id"] for one in called[0].content["object"]["action"]["buttons"]]
    mark = talk.session(ana).mark
    assert ids == [f"flow:{mark}:a:y", f"flow:{mark}:a:n"]
    await talk.presses("zz", "n", "No")
    await talk.works()
    await talk.presses("a", "y", "Yes, please")
    await talk.works()
    assert talk.said(ana) == [
        "Do you want news?",
        "Please press one of the buttons.\n\nDo you want news?",
        "Lovely",
    ]
    assert talk.answers(ana) == [("news", "Yes, please")]


async def test_what_is_said_while_nothing_is_asked_is_only_kept(talk: Talk) -> None:
    talk.flow(flow({"a": SendText(text="One"), "b": Wait(), "c": SendText(text="Two")}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.says("hello?")
    await talk.works()
    await talk.says("hello again")
    assert talk.session(ana).state.awaits is Awaits.TIME
    talk.passes(minutes=6)
    await talk.works()
    assert talk.said(ana) == ["One", "Two"]
    assert talk.stands(ana)[0] == "completed"
    assert len(talk.thread(ana)) == 5


async def test_nobody_answers_in_time_and_the_conversation_is_unassigned(talk: Talk) -> None:
    talk.flow(flow({"a": ASK, "b": End()}, timeout_minutes=30))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    talk.passes(minutes=29)
    await talk.works()
    assert talk.stands(ana) == ("running", "a")
    talk.passes(minutes=2)
    await talk.works()
    assert talk.stands(ana) == ("timed_out", "a")
    assert talk.steps(talk.session(ana).id) == [("a", "")]
    await talk.says("12")
    assert talk.answers(ana) == []


# Opt-out and opt-in words.


@pytest.mark.parametrize("word", ["STOP", "Subscribe"])
async def test_a_wish_never_reaches_a_bot(talk: Talk, word: str) -> None:
    talk.flow(flow({"a": Question(text="Anything else?", answer="else"), "b": End()}))
    talk.flow(flow({"a": SendText(text="No")}, None, Trigger(TriggerKind.ANY)), "Any")
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says(word)
    await talk.works()
    assert talk.stands(ana) == ("running", "a")
    assert talk.answers(ana) == []
    value = read(talk.store, lambda tx: contacts.get(tx, ana)).opt_in
    assert value is (OptIn.NO if word == "STOP" else OptIn.YES)


async def test_a_wish_starts_nothing(talk: Talk) -> None:
    talk.flow(flow({"a": SendText(text="No")}, None, Trigger(TriggerKind.ANY)), "Any")
    ana = talk.contact()
    await talk.says("stop")
    assert talk.sessions_of(ana) == []


async def opt_in_flow(talk: Talk) -> int:
    edges = {("a", "choice:y"): "b", ("a", "choice:n"): "c", ("b", "next"): "d"}
    nodes: dict[str, Does] = {
        "a": CHOICES,
        "b": SetOptIn(value=OptIn.YES),
        "c": SetOptIn(value=OptIn.NO),
        "d": End(),
    }
    talk.flow(flow(nodes, edges))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    return ana


@pytest.mark.parametrize(
    ("choice", "title", "value"), [("y", "Yes, please", OptIn.YES), ("n", "No", OptIn.NO)]
)
async def test_an_opt_in_is_recorded_with_the_answer_as_evidence(
    talk: Talk, choice: str, title: str, value: OptIn
) -> None:
    ana = await opt_in_flow(talk)
    await talk.presses("a", choice, title)
    await talk.works()
    last = read(talk.store, lambda tx: consent.history(tx, ana))[-1]
    assert (last.value, last.source, last.evidence) == (value.value, Source.BOT, title)
    assert talk.stands(ana)[0] == "completed"


async def test_a_yes_that_came_late_does_not_lift_a_newer_no(talk: Talk) -> None:
    ana = await opt_in_flow(talk)
    said_at = talk.clock.now()
    talk.passes(minutes=3)
    await talk.says("STOP")
    await talk.presses("a", "y", "Yes, please", at=said_at)
    await talk.works()
    assert talk.stands(ana)[0] == "completed"
    assert read(talk.store, lambda tx: contacts.get(tx, ana)).opt_in is OptIn.NO


async def test_a_yes_before_a_wait_does_not_lift_a_no_said_meanwhile(talk: Talk) -> None:
    talk.flow(
        flow({"a": Question(text="News?"), "b": Wait(), "c": SetOptIn(value=OptIn.YES), "d": End()}),
    )
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("yes, gladly")
    talk.passes(minutes=1)
    await talk.says("STOP")
    talk.passes(minutes=9)
    await talk.works()
    assert talk.stands(ana)[0] == "completed"
    assert read(talk.store, lambda tx: contacts.get(tx, ana)).opt_in is OptIn.NO


async def test_a_keyword_that_starts_a_flow_is_evidence_and_any_message_is_not(talk: Talk) -> None:
    talk.flow(flow({"a": SetOptIn(value=OptIn.YES), "b": End()}, None, Trigger(values=("send me offers",))))
    talk.flow(flow({"a": SetOptIn(value=OptIn.YES), "b": End()}, None, Trigger(TriggerKind.ANY)), "Any")
    ana, ben = talk.contact(0), talk.contact(1, name="Ben Ode")
    await talk.says("Send me offers", 0)
    await talk.says("Where are you?", 1)
    history = read(talk.store, lambda tx: consent.history(tx, ana))
    assert [(one.value, one.evidence) for one in history] == [("yes", "Send me offers")]
    assert read(talk.store, lambda tx: consent.history(tx, ben)) == []
    assert talk.stands(ben)[0] == "completed"


# What it sends.


async def test_a_marketing_template_goes_to_a_no_and_says_that_nobody_asked(talk: Talk) -> None:
    talk.flow(flow({"a": SendTemplate(template_id=talk.template().id), "b": End()}))
    no = talk.contact(opt_in=OptIn.NO)
    await talk.says("hello")
    await talk.works()
    assert talk.marks(no) == [(Status.ACCEPTED, Reason.BOT_NOT_ASKED)]
    row = talk.rows(select(tables.message).where(tables.message.c.path == Path.BOT.value))[0]
    assert (row.session_id, row.node_id, row.asked) == (talk.session(no).id, "a", False)
    assert row.lane == Lane.AUTOMATIC


async def test_where_bots_ask_a_no_leaves_by_not_sent(talk: Talk) -> None:
    talk.settings(bots_ask=True)
    edges = {("a", "next"): "b", ("a", "not_sent"): "c"}
    nodes: dict[str, Does] = {
        "a": SendTemplate(template_id=talk.template().id),
        "b": End(),
        "c": SendText(text="Well then"),
    }
    talk.flow(flow(nodes, edges))
    no = talk.contact(opt_in=OptIn.NO)
    await talk.says("hello")
    await talk.works()
    assert talk.marks(no) == [(Status.FAILED, Reason.OPTED_OUT), (Status.ACCEPTED, Reason.NOT_MARKETING)]
    assert talk.steps(talk.session(no).id)[0] == ("a", "not_sent")


async def test_the_claim_has_the_last_word_where_bots_ask(talk: Talk) -> None:
    talk.settings(bots_ask=True)
    talk.flow(flow({"a": SendTemplate(template_id=talk.template().id), "b": End()}))
    ana = talk.contact(opt_in=OptIn.YES)
    await talk.says("hello")
    await talk.says("STOP")
    await talk.works()
    assert talk.marks(ana) == [(Status.FAILED, Reason.OPTED_OUT)]
    assert talk.stands(ana) == ("not_sent", "a")
    assert talk.session(ana).state.because == Reason.OPTED_OUT.label


@pytest.mark.parametrize("case", ["rejected", "gone", "missing", "none", "empty", "window"])
async def test_what_cannot_be_sent_leaves_by_not_sent(talk: Talk, case: str) -> None:
    template = talk.template(body="Hi {{1}}")
    sends: Any = SendTemplate(template_id=template.id, variables=(Variable("1", "attribute:City", ""),))
    if case in ("rejected", "window"):
        sends = SendTemplate(template_id=template.id, variables=(Variable("1", "", "you"),))
    if case == "none":
        sends = SendTemplate()
    if case == "gone":
        sends = SendTemplate(template_id=987_654)
    if case == "empty":
        sends = SendText(text="{{City}}")
    if case == "window":
        sends = SendText(text="Still there?")
    edges = {("a", "next"): "b", ("b", "not_sent"): "c"}
    wait = Wait(delay=Delay(2, DelayUnit.DAYS)) if case == "window" else SetTags(add=("Asked",))
    talk.flow(flow({"a": wait, "b": sends, "c": End()}, edges))
    if case == "rejected":
        state = tables.template.c
        write(
            talk.store,
            lambda tx: tx.conn.execute(
                update(tables.template)
                .where(state.id == template.id)
                .values(status=TemplateStatus.REJECTED.value)
            ),
        )
    ana = talk.contact()
    await talk.says("hello")
    talk.passes(days=3)
    await talk.works()
    assert talk.stands(ana) == ("completed", "c")
    assert ("b", "not_sent") in talk.steps(talk.session(ana).id)
    assert all(status is Status.FAILED for status, _ in talk.marks(ana))


async def test_a_template_that_is_not_sent_and_leads_nowhere_gives_it_to_people(talk: Talk) -> None:
    talk.flow(flow({"a": SendTemplate(), "b": End()}))
    ana = talk.contact()
    await talk.says("hello")
    assert talk.stands(ana) == ("not_sent", "a")
    assert "no template" in talk.session(ana).state.because


async def test_a_message_of_which_nobody_is_certain_is_not_made_again(talk: Talk) -> None:
    talk.flow(flow({"a": SendText(text="One"), "b": SendText(text="Two"), "c": End()}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works(lost)
    assert [status for status, _ in talk.marks(ana)] == [Status.UNKNOWN, Status.UNKNOWN]
    assert talk.stands(ana)[0] == "completed"


async def test_media_and_templates_are_filled_with_answers(talk: Talk) -> None:
    template = talk.template(body="Order {{1}}")
    media = SendMedia(media="document", link="https://shop.example/{{order}}.pdf", caption="Order {{order}}")
    sends = SendTemplate(template_id=template.id, variables=(Variable("1", "answer:order", "?"),))
    talk.flow(flow({"q": Question(text="Which?", answer="order"), "m": media, "t": sends, "e": End()}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("A/7")
    called = await talk.works()
    assert called[0].content["object"] == {"link": "https://shop.example/A%2F7.pdf", "caption": "Order A/7"}
    assert called[1].values == {"1": "A/7"}
    assert talk.said(ana)[-1] == "Order A/7"


# What it changes.


async def test_fields_tags_and_conditions(talk: Talk) -> None:
    def prepare(tx: Tx) -> None:
        contacts.make_attribute(tx, "Size", Kind.NUMBER)
        contacts.make_attribute(tx, "Colour", Kind.CHOICE, ["Blue", "Red"])

    write(talk.store, prepare)
    big = Decide(about=About.CONTACT, contact=Filter((Condition("attribute:Size", Op.MORE, ("40",)),)))
    nodes: dict[str, Does] = {
        "q": Question(text="Size?", answer="size", attribute="Size"),
        "c": SetAttribute(attribute="Colour", value="Green"),
        "t": SetTags(add=("Boots", "Big"), remove=("New",)),
        "d": big,
        "y": SendText(text="Large"),
        "n": SendText(text="Small"),
    }
    edges = {("q", "next"): "c", ("c", "next"): "t", ("t", "next"): "d", ("d", "yes"): "y", ("d", "no"): "n"}
    talk.flow(flow(nodes, edges))
    ana = talk.contact()
    write(talk.store, lambda tx: contacts.add_tags(tx, [ana], ["New"]))
    await talk.says("hello")
    await talk.works()
    await talk.says("44")
    await talk.works()
    known = read(talk.store, lambda tx: contacts.get(tx, ana))
    assert (dict(known.attributes), known.tags) == ({"Size": "44"}, ("Big", "Boots"))
    assert talk.said(ana) == ["Size?", "Large"]


async def test_what_does_not_fit_a_field_or_is_not_there_is_logged_without_the_words(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    write(talk.store, lambda tx: contacts.make_attribute(tx, "Size", Kind.NUMBER))
    nodes: dict[str, Does] = {
        "q": Question(text="Size?", answer="size", attribute="Size"),
        "x": SetAttribute(attribute="Gone", value="{{size}}"),
        "s": Enrol(sequence_id=4_711),
        "e": End(),
    }
    talk.flow(flow(nodes))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    with caplog.at_level(logging.INFO, "assent.bots"):
        await talk.says("enormous-private")
    assert talk.stands(ana) == ("completed", "e")
    assert dict(read(talk.store, lambda tx: contacts.get(tx, ana)).attributes) == {}
    assert all(name in caplog.text for name in ("“Size”", "“Gone”", "4711"))
    assert "enormous-private" not in caplog.text


@pytest.mark.parametrize("started", [True, False])
async def test_a_sequence_takes_the_contact_in_only_when_it_was_started(talk: Talk, started: bool) -> None:
    template = talk.template()

    def prepare(tx: Tx) -> int:
        id = sequences.create(tx, "Welcome", Definition((SequenceStep(template.id),)), None)
        if started:
            sequences.set_active(tx, sequences.publish(tx, sequences.get(tx, id), None))
        return id

    id = write(talk.store, prepare)
    talk.flow(flow({"a": Enrol(sequence_id=id), "b": Enrol(sequence_id=id), "c": End()}))
    ana = talk.contact()
    await talk.says("hello")
    runs = talk.rows(select(tables.enrolment).where(tables.enrolment.c.contact_id == ana))
    assert [run.source for run in runs] == ([EnrolSource.BOT.value] if started else [])
    assert talk.stands(ana) == ("completed", "c")


@pytest.mark.parametrize("case", ["colleague", "closed account", "nobody"])
async def test_a_node_gives_the_conversation_to_people(talk: Talk, case: str) -> None:
    lina = talk.person()
    talk.flow(flow({"a": Assign(user_id=None if case == "nobody" else lina.id)}))
    if case == "closed account":
        write(talk.store, lambda tx: people.set_active(tx, lina.id, False))
    ana = talk.contact()
    await talk.says("hello")
    assert talk.stands(ana) == ("handed_over", "a")
    assert talk.conversation(ana).assigned_to == (lina.id if case == "colleague" else None)


# People.


async def running(talk: Talk) -> int:
    talk.flow(flow({"a": ASK, "b": End()}))
    ana = talk.contact()
    await talk.says("hello")
    return ana


@pytest.mark.parametrize("how", ["replies", "takes", "closes", "stops"])
async def test_it_ends_when_a_person_comes_and_its_message_that_waits_is_cancelled(
    talk: Talk, how: str
) -> None:
    ana, lina = await running(talk), talk.person()
    verbs = Conversations(talk.store)
    if how == "replies":
        wanted = Submission(ana, Path.COMPOSE, "text", "I am here", Lane.PEOPLE, author_id=lina.id)
        write(talk.store, lambda tx: sending.submit(tx, wanted, lina))
    elif how == "takes":
        await verbs.assign(ana, lina, lina)
    elif how == "closes":
        await verbs.close(ana, lina)
    else:
        await talk.bots.stop(ana, lina)
    assert talk.stands(ana) == ("taken_over", "a")
    assert "Lina" in talk.session(ana).state.because
    assert talk.conversation(ana).assigned_to == (None if how == "closes" else lina.id)
    assert await talk.bots.running(ana) is None
    await talk.works()
    assert talk.marks(ana) == [(Status.CANCELLED, Reason.BOT_STOPPED)]
    await talk.says("12")
    assert talk.answers(ana) == []


async def test_a_program_that_gives_the_conversation_to_somebody_ends_it(talk: Talk) -> None:
    ana, lina = await running(talk), talk.person()

    def give(tx: Tx, to: str) -> None:
        row = inbox_rows.row(tx, ana, 0)
        assert row is not None
        api_conversations.assign(tx, row, AssignWanted(to))

    write(talk.store, lambda tx: give(tx, ""))
    assert talk.stands(ana) == ("running", "a")
    write(talk.store, lambda tx: give(tx, public_id(lina.id)))
    assert talk.stands(ana) == ("taken_over", "a")
    assert talk.conversation(ana).assigned_to == lina.id


async def test_taking_it_from_somebody_and_opening_it_end_nothing(talk: Talk) -> None:
    ana, lina = await running(talk), talk.person()
    verbs = Conversations(talk.store)
    await verbs.assign(ana, None, lina)
    await verbs.reopen(ana, lina)
    assert talk.stands(ana) == ("running", "a")


async def test_an_agent_starts_a_flow_by_hand(talk: Talk) -> None:
    id = talk.flow(flow({"a": SendTemplate(template_id=talk.template().id), "b": ASK, "c": End()}))
    ana, lina = talk.contact(), talk.person()
    session_id = await talk.bots.start(id, ana, lina)
    found = await talk.bots.running(ana)
    assert found is not None
    assert (found.id, found.flow_name, found.node_id, found.user_name) == (
        session_id,
        "Greeting",
        "a",
        "Lina Haddad",
    )
    with pytest.raises(Problem, match="A bot is here already"):
        await talk.bots.start(id, ana, lina)
    await talk.works()  # The window is closed: the question does not go.
    assert talk.marks(ana) == [
        (Status.ACCEPTED, Reason.NO_CHOICE_PASSES),
        (Status.FAILED, Reason.WINDOW_CLOSED),
    ]
    assert talk.stands(ana) == ("not_sent", "b")


async def test_a_flow_that_is_off_is_not_started_by_hand(talk: Talk) -> None:
    id = talk.flow(flow({"a": End()}))
    write(talk.store, lambda tx: flows.set_status(tx, id, FlowStatus.OFF))
    ana, lina = talk.contact(), talk.person()
    with pytest.raises(Problem, match="Flow not on"):
        await talk.bots.start(id, ana, lina)


# From flow to flow.


async def test_a_jump_goes_on_in_another_flow_with_the_answers(talk: Talk) -> None:
    second = talk.flow(flow({"a": SendText(text="So it is {{order}}"), "b": End()}, None, OTHER), "Second")
    talk.flow(flow({"a": ASK, "b": Jump(flow_id=second)}))
    ana = talk.contact()
    await talk.says("hello")
    await talk.works()
    await talk.says("12")
    await talk.works()
    assert talk.said(ana) == ["Which order?", "So it is 12"]
    assert [one.state.status.value for one in talk.sessions_of(ana)] == ["completed", "completed"]
    assert talk.answers(ana) == [("order", "12")]


async def test_flows_in_a_circle_are_broken_off(talk: Talk) -> None:
    circle = talk.flow(flow({"a": End()}))
    talk.flow(flow({"a": Jump(flow_id=circle)}))
    ana = talk.contact()
    await talk.says("hello")
    assert len(talk.sessions_of(ana)) == 1 + MOST_JUMPS
    assert talk.session(ana).state.status is SessionStatus.BROKEN
    assert "without hearing" in talk.session(ana).state.because


async def test_a_customer_who_speaks_may_go_round_as_often_as_they_like(talk: Talk) -> None:
    circle = talk.flow(flow({"a": End()}))
    talk.flow(flow({"a": ASK, "b": Jump(flow_id=circle)}))
    ana = talk.contact()
    await talk.says("hello")
    for _ in range(MOST_JUMPS + 2):
        await talk.works()
        await talk.says("12")
    assert talk.stands(ana) == ("running", "a")


async def test_a_jump_to_a_flow_that_is_off_gives_it_to_people(talk: Talk) -> None:
    second = talk.flow(flow({"a": End()}, None, OTHER), "Second")
    talk.flow(flow({"a": Jump(flow_id=second)}))
    write(talk.store, lambda tx: flows.set_status(tx, second, FlowStatus.OFF))
    ana = talk.contact()
    await talk.says("hello")
    (only,) = talk.sessions_of(ana)
    assert only.state.status is SessionStatus.BROKEN
    assert "turned off" in only.state.because


# What fails, and who merges.


async def test_a_flow_that_fails_costs_neither_the_message_nor_the_next_customer(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    id = talk.flow(flow({"a": SendText(text="Hi")}))
    version = tables.flow_version.c
    spoil = {"triggers": [{"kind": "keyword", "values": ["hello"]}], "nodes": "none at all"}
    write(
        talk.store,
        lambda tx: tx.conn.execute(
            update(tables.flow_version).where(version.flow_id == id).values(definition=spoil)
        ),
    )
    ana = talk.contact()
    with caplog.at_level(logging.ERROR, "assent.bots"):
        await talk.says("hello")
        await talk.says("STOP")
    assert [one.text for one in talk.thread(ana)][:2] == ["hello", "STOP"]
    assert read(talk.store, lambda tx: contacts.get(tx, ana)).opt_in is OptIn.NO
    assert [one.state.status for one in talk.sessions_of(ana)] == [SessionStatus.BROKEN]


async def test_a_session_that_cannot_go_on_is_broken_and_people_have_it(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    ana, lina = await running(talk), talk.person()
    row = tables.flow_version.c
    write(talk.store, lambda tx: tx.conn.execute(update(tables.flow_version).values(definition={"nodes": 7})))
    write(
        talk.store,
        lambda tx: tx.conn.execute(update(tables.conversation).values(assigned_to=lina.id)),
    )
    assert row is not None
    with caplog.at_level(logging.ERROR, "assent.bots"):
        await talk.says("12")
    assert talk.stands(ana) == ("broken", "a")
    assert talk.session(ana).state.because == BROKEN
    assert talk.conversation(ana).assigned_to == lina.id
    assert "could not go on" in caplog.text
    assert talk.thread(ana)[-1].text == "12"


async def test_one_that_cannot_go_on_holds_up_nobody_in_the_engine(talk: Talk) -> None:
    talk.flow(flow({"a": SendText(text="One"), "b": SendText(text="Two"), "c": End()}))
    ana, ben = talk.contact(0), talk.contact(1, name="Ben Ode")
    await talk.says("hello", 0)
    spoiled = talk.session(ana).version_id
    talk.flow(flow({"a": SendText(text="One"), "b": SendText(text="Three"), "c": End()}))
    await talk.says("hello", 1)
    write(
        talk.store,
        lambda tx: tx.conn.execute(
            update(tables.flow_version)
            .where(tables.flow_version.c.id == spoiled)
            .values(definition={"nodes": 7})
        ),
    )
    await talk.works()
    assert talk.stands(ana)[0] == "broken"
    assert talk.said(ben) == ["One", "Three"]


async def test_a_session_follows_a_merge(talk: Talk) -> None:
    talk.flow(flow({"a": ASK, "b": SendText(text="Thank you"), "c": End()}))
    ana, other = talk.contact(0), talk.contact(1)
    await talk.says("hello", 1)
    write(talk.store, lambda tx: consent.merge(tx, ana, [other]))
    await talk.says("12", 1)
    await talk.works()
    assert talk.said(ana) == ["Which order?", "Thank you"]
    assert talk.stands(ana) == ("completed", "c")


async def test_of_two_sessions_of_merged_contacts_one_goes_on(talk: Talk) -> None:
    talk.flow(flow({"a": ASK, "b": SendText(text="Thank you"), "c": End()}))
    ana, other = talk.contact(0), talk.contact(1)
    await talk.says("hello", 0)
    await talk.says("hello", 1)
    write(talk.store, lambda tx: consent.merge(tx, ana, [other]))
    ended, goes_on = sorted(talk.sessions_of(ana), key=lambda one: one.state.status is SessionStatus.RUNNING)
    assert ended.state.status is SessionStatus.TAKEN_OVER
    assert ended.state.because.startswith("Merged into Ana Bell")
    assert goes_on.state.status is SessionStatus.RUNNING
    await talk.works()
    assert sorted(str(status) for status, _ in talk.marks(ana)) == [Status.ACCEPTED, Status.CANCELLED]


async def test_a_loop_that_never_asks_is_broken_off(talk: Talk) -> None:
    talk.flow(flow({"a": SetTags(add=("Round",)), "b": Jump(node_id="a")}))
    ana = talk.contact()
    await talk.says("hello")
    assert talk.session(ana).state.status is SessionStatus.BROKEN
