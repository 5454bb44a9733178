"""A session step by step: what each kind of node does, and what follows from each event."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Op, Person
from desktop.domain.flow import START, Edge, FlowDefinition, SessionStatus
from desktop.domain.flow_nodes import About, AnswerKind, Choice, Does, Take
from desktop.domain.flow_run import MOST_HOPS, REQUEST_WITHIN, transition
from desktop.domain.flow_session import (
    TO_PEOPLE,
    AskProgram,
    Awaits,
    ChangeAttribute,
    ChangeOptIn,
    ChangeTags,
    Effect,
    EnrolIn,
    Event,
    GiveTo,
    KeepAnswer,
    MessageEnded,
    Passed,
    PersonCame,
    RequestEnded,
    Said,
    Send,
    SessionState,
    Started,
    StartFlow,
    Surroundings,
    TimeCame,
)
from desktop.domain.sequence import Delay, DelayUnit, Hours, ZoneOf
from desktop.domain.templates import Variable
from tests.clock import START as NOW
from tests.domain.flow_drawings import YES_OR_NO, around, flow

HELLO = nodes.SendText(text="Hello {{first_name}}.")
BYE = nodes.SendText(text="Goodbye.")
ASK = nodes.Question(text="Which order?", answer="order")
BUTTONS = nodes.SendButtons(text="Offers?", choices=YES_OR_NO, answer="offers")
SENT, LOST = MessageEnded(True), MessageEnded(False, "WhatsApp refused it")
LATER = NOW + timedelta(minutes=15)


class Session:
    """A session in a test: its state, and the effects of the last event."""

    def __init__(self, definition: FlowDefinition, surroundings: Surroundings | None = None) -> None:
        self.definition = definition
        self.around = surroundings or around()
        self.state = SessionState()
        self.effects: tuple[Effect, ...] = ()

    def meets(self, *events: Event, now: datetime = NOW) -> "Session":
        for event in events:
            done = transition(self.definition, self.state, event, replace(self.around, now=now))
            self.state, self.effects = done.state, done.effects
        return self

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.effects if isinstance(one, Send)]


def started(
    *does: Does, joins: str = "", text: str = "", surroundings: Surroundings | None = None
) -> Session:
    return Session(flow(*does, joins=joins), surroundings).meets(Started(text))


def test_each_message_is_awaited_before_the_next() -> None:
    session = started(HELLO, BYE)
    assert list(session.effects) == [Send("a", "text", "Hello Ana.")]
    assert session.state.awaits is Awaits.MESSAGE
    session.meets(SENT)
    assert list(session.effects) == [Passed("a", "next"), Send("b", "text", "Goodbye.")]
    session.meets(SENT)
    assert list(session.effects) == [Passed("b", "next")]
    assert (session.state.status, session.state.node_id) == (SessionStatus.COMPLETED, "b")


def test_a_message_that_did_not_go_has_its_own_exit() -> None:
    session = started(HELLO, BYE, joins="a:not_sent>b").meets(LOST)
    assert session.effects == (Passed("a", "not_sent", LOST.because), Send("b", "text", "Goodbye."))


def test_where_nothing_stands_at_that_exit_people_take_over() -> None:
    session = started(HELLO, BYE).meets(LOST)
    assert session.effects == (Passed("a", "not_sent", LOST.because), TO_PEOPLE)
    assert (session.state.status, session.state.because) == (SessionStatus.NOT_SENT, "WhatsApp refused it")


def test_a_question_that_did_not_go_is_not_waited_for() -> None:
    session = started(ASK).meets(SENT)
    assert session.state.awaits is Awaits.ANSWER
    assert session.meets(LOST).state.status is SessionStatus.NOT_SENT


def test_an_answer_is_kept_and_used() -> None:
    asked = replace(ASK, attribute="City")
    session = started(asked, nodes.SendText(text="{{order}}, {{City}}.")).meets(Said(" 4468 "))
    assert session.effects == (
        KeepAnswer("a", "order", "4468"),
        ChangeAttribute("City", "4468"),
        Passed("a", "next"),
        Send("b", "text", "4468, 4468."),
    )
    assert (session.state.answers, session.state.said) == ({"order": "4468"}, "4468")


def test_an_answer_that_does_not_fit_is_asked_again_as_often_as_it_may() -> None:
    number = replace(ASK, must_be=AnswerKind.NUMBER, invalid_text="A number, please.", tries=3)
    session = started(number).meets(Said("what?"))
    assert session.texts == ["A number, please."]
    assert session.meets(Said("why?"), now=LATER - timedelta(minutes=1)).state.due_at == LATER + timedelta(
        minutes=14
    )
    session.meets(Said("how?"))
    assert session.effects == (Passed("a", "invalid"), TO_PEOPLE)
    assert session.state.status is SessionStatus.NOT_UNDERSTOOD


def test_without_words_for_it_the_question_is_asked_again() -> None:
    session = started(replace(ASK, must_be=AnswerKind.EMAIL)).meets(Said("nobody"))
    assert session.texts == ["Which order?"]
    assert session.meets(Said("ana@shop.test")).state.status is SessionStatus.COMPLETED


def test_buttons_take_a_press_and_their_title() -> None:
    joins = "a:choice:y>b a:choice:n>c"
    for said in (Said("Yes", "flow:a:y"), Said(" yes "), Said("anything", "flow:a:y")):
        session = started(BUTTONS, HELLO, BYE, joins=joins).meets(said)
        assert session.effects[:2] == (KeepAnswer("a", "offers", "Yes"), Passed("a", "choice:y"))
        assert session.texts == ["Hello Ana."]


def test_the_buttons_as_whatsapp_wants_them() -> None:
    (sent,) = started(BUTTONS).effects
    assert isinstance(sent, Send)
    assert (sent.kind, sent.text) == ("interactive", "Offers?")
    reply = {"type": "reply", "reply": {"id": "flow:a:y", "title": "Yes"}}
    assert sent.content["object"]["action"]["buttons"][0] == reply
    assert sent.content["object"]["body"] == {"text": "Offers?"}


def test_the_rows_as_whatsapp_wants_them() -> None:
    rows = nodes.SendList(
        text="Which?", button="Look", choices=(Choice("a", "One", "of two"), Choice("b", "Two"))
    )
    (sent,) = started(rows).effects
    assert isinstance(sent, Send)
    assert sent.content["object"] == {
        "type": "list",
        "body": {"text": "Which?"},
        "action": {
            "button": "Look",
            "sections": [
                {
                    "rows": [
                        {"id": "flow:a:a", "title": "One", "description": "of two"},
                        {"id": "flow:a:b", "title": "Two"},
                    ]
                }
            ],
        },
    }


def test_a_button_of_another_step_is_no_choice() -> None:
    session = started(BUTTONS).meets(Said("Yes", "flow:b:y"))
    assert session.texts == ["Please press one of the buttons.\n\nOffers?"]
    session.meets(Said("hm"), Said("hm"))
    assert session.effects == (Passed("a", "other"), TO_PEOPLE)
    assert session.state.status is SessionStatus.NOT_UNDERSTOOD


def test_a_button_of_another_session_is_no_choice() -> None:
    session = Session(flow(BUTTONS, HELLO, joins="a:choice:y>b"), replace(around(), mark="7-70")).meets(
        Started()
    )
    (sent,) = session.effects
    assert isinstance(sent, Send)
    ids = [one["reply"]["id"] for one in sent.content["object"]["action"]["buttons"]]
    assert ids == ["flow:7-70:a:y", "flow:7-70:a:n"]
    for old in ("flow:a:y", "flow:6-70:a:y"):
        assert session.meets(Started(), Said("Yes", old)).texts == [f"{BUTTONS.invalid_text}\n\nOffers?"]
        session.state = replace(session.state, try_count=0)
    assert session.meets(Said("Yes", ids[0])).texts == ["Hello Ana."]


@pytest.mark.parametrize("tries", [1, 2, 4])
def test_what_is_no_choice_is_answered_in_its_own_words_as_often_as_it_may(tries: int) -> None:
    rows = nodes.SendList(
        text="Which?", choices=YES_OR_NO, invalid_text="One of the list, {{first_name}}.", tries=tries
    )
    session = started(rows)
    for _ in range(tries - 1):
        assert session.meets(Said("neither")).texts == ["One of the list, Ana.\n\nWhich?"]
        (sent,) = [one for one in session.effects if isinstance(one, Send)]
        assert sent.content["object"]["action"]["sections"][0]["rows"], "the rows come with the words"
    assert session.meets(Said("neither")).state.status is SessionStatus.NOT_UNDERSTOOD


def test_without_words_or_room_for_both_the_choices_come_again_as_they_are_or_alone() -> None:
    assert started(replace(BUTTONS, invalid_text="")).meets(Said("hm")).texts == ["Offers?"]
    long = started(replace(BUTTONS, text="x" * 1_010, invalid_text="A button, please.")).meets(Said("hm"))
    assert long.texts == ["A button, please."]


@pytest.mark.parametrize("kind", ["image", "sticker", "location", "unsupported"])
def test_what_is_no_word_is_asked_again_and_costs_no_try(kind: str) -> None:
    number = nodes.Question(
        text="How many?", must_be=AnswerKind.NUMBER, invalid_text="A number, please.", tries=2
    )
    for does, again in ((number, "A number, please."), (BUTTONS, f"{BUTTONS.invalid_text}\n\nOffers?")):
        session = started(does)
        for _ in range(5):
            assert session.meets(Said("", kind=kind)).texts == [again]
        assert session.state.try_count == 0
        assert session.state.awaits is Awaits.ANSWER
    with_caption = started(number).meets(Said("two of them", kind="image"))
    assert with_caption.state.try_count == 0
    assert started(number).meets(Said("2", kind="image")).state.status is SessionStatus.COMPLETED


def test_without_a_word_it_does_not_ask_for_ever() -> None:
    session = started(BUTTONS)
    for _ in range(MOST_HOPS):
        session.meets(Said("", kind="sticker"))
    assert session.state.status is SessionStatus.BROKEN
    assert session.effects[-1] == TO_PEOPLE


def test_something_else_has_its_own_exit() -> None:
    session = started(BUTTONS, BYE, joins="a:other>b").meets(Said("", kind="image"))
    assert session.effects[:2] == (KeepAnswer("a", "offers", "(picture)"), Passed("a", "other"))


def test_no_answer_in_time() -> None:
    session = started(ASK)
    assert session.state.due_at == LATER
    assert session.meets(TimeCame(), now=LATER - timedelta(seconds=1)).effects == ()
    session.meets(TimeCame(), now=LATER)
    assert session.effects == (Passed("a", ""), TO_PEOPLE)
    assert session.state.status is SessionStatus.TIMED_OUT


def test_the_time_to_answer_begins_when_the_question_has_left() -> None:
    session = started(ASK).meets(SENT, now=NOW + timedelta(minutes=9))
    assert (session.effects, session.state.due_at) == ((), LATER + timedelta(minutes=9))


@pytest.mark.parametrize("before", [(), (SENT,), (SENT, Said("4468"))])
def test_a_colleague_ends_it_wherever_it_stands(before: tuple[Event, ...]) -> None:
    session = started(HELLO, ASK, nodes.Request(url="https://shop.test/")).meets(*before).meets(PersonCame())
    assert session.state.status is SessionStatus.TAKEN_OVER
    assert session.effects == (Passed(session.state.node_id, ""),)
    assert session.meets(Said("hello"), PersonCame(), Started()).effects == ()


@pytest.mark.parametrize("event", [Said("hello"), SENT, LOST, RequestEnded(), TimeCame()])
def test_before_it_starts_nothing_else_counts(event: Event) -> None:
    assert Session(flow(HELLO)).meets(event).state == SessionState()


def test_a_flow_without_a_step_is_over_at_once() -> None:
    session = Session(FlowDefinition()).meets(Started("order"))
    assert (session.state.status, session.effects) == (SessionStatus.COMPLETED, ())


def test_a_way_to_a_step_that_is_not_there_gives_it_to_people() -> None:
    session = Session(FlowDefinition(edges=(Edge(START, "next", "gone"),))).meets(Started())
    assert session.state.status is SessionStatus.BROKEN
    assert session.effects == (TO_PEOPLE,)


# Deciding.


@pytest.mark.parametrize(
    ("does", "answer", "exit"),
    [
        (nodes.Decide(about=About.ANSWER, answer="order", op=Op.IS, values=("A-7",)), "a-7", "yes"),
        (nodes.Decide(about=About.ANSWER, answer="order", op=Op.MORE, values=("10",)), "9", "no"),
        (nodes.Decide(about=About.ANSWER, answer="other", op=Op.EMPTY), "9", "yes"),
        (nodes.Decide(contact=Filter((Condition("tag", Op.ANY_OF, ("vip",)),))), "9", "yes"),
        (nodes.Decide(contact=Filter((Condition("opt_in", Op.IS, ("no",)),))), "9", "no"),
        (nodes.Decide(contact=Filter((Condition("attribute:Town", Op.EMPTY),))), "9", "no"),
        (nodes.Decide(contact=Filter((Condition("name", Op.ALL_OF, ("Ana",)),))), "9", "no"),
        (nodes.Decide(), "9", "yes"),
    ],
)
def test_conditions(does: nodes.Decide, answer: str, exit: str) -> None:
    vip = Person(1, "Ana Silva", "+16045550142", tags=frozenset({"VIP"}))
    session = started(ASK, does, surroundings=around(person=vip)).meets(Said(answer))
    assert session.effects[-1] == Passed("b", exit)


@pytest.mark.parametrize(
    ("hours", "exit"),
    [
        (Hours(frozenset(range(5)), 8 * 60, 9 * 60), "yes"),
        (Hours(frozenset(range(5)), 12 * 60, 13 * 60), "no"),
        (Hours(frozenset({5, 6})), "no"),
        # The number is Vancouver's, three hours behind Toronto.
        (Hours(frozenset(range(5)), 8 * 60, 9 * 60, ZoneOf.CONTACT), "no"),
        (Hours(frozenset(range(5)), 5 * 60, 6 * 60, ZoneOf.CONTACT), "yes"),
    ],
)
def test_hours_by_the_clock_of_the_workspace_or_of_the_contact(hours: Hours, exit: str) -> None:
    assert datetime(2026, 5, 4, 12, tzinfo=UTC) == NOW
    session = started(nodes.Decide(about=About.HOURS, hours=hours))
    assert session.effects == (Passed("a", exit),)


# Doing.


def test_a_field_is_changed_for_what_follows() -> None:
    says = nodes.Decide(contact=Filter((Condition("attribute:Age", Op.MORE, ("17",)),)))
    session = started(nodes.SetAttribute(attribute="Age", value="18"), says)
    assert session.effects == (ChangeAttribute("Age", "18"), Passed("a", "next"), Passed("b", "yes"))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("Age", "old", "was 9"),
        ("Town", "Regina", "was "),
        ("Topics", "Milk", "was "),
        ("Topics", "tea", "was Tea"),
        ("City", "", "was "),
    ],
)
def test_a_value_that_does_not_fit_is_not_told_either(field: str, value: str, said: str) -> None:
    says = nodes.SendText(text=f"was {{{{{field}}}}}")
    known = around(attributes={"Age": "9", "City": "Halifax"})
    session = started(nodes.SetAttribute(attribute=field, value=value), says, surroundings=known)
    assert session.texts == [said]


def test_of_several_choices_a_field_holds_each() -> None:
    has = nodes.Decide(contact=Filter((Condition("attribute:Topics", Op.ALL_OF, ("Tea", "Coffee")),)))
    session = started(nodes.SetAttribute(attribute="Topics", value="coffee|tea"), has)
    assert session.effects[-1] == Passed("b", "yes")


def test_tags_are_on_and_off_for_what_follows() -> None:
    is_new = nodes.Decide(contact=Filter((Condition("tag", Op.ANY_OF, ("New",)),)))
    session = started(nodes.SetTags(add=("New", "Old"), remove=("Old",)), is_new)
    assert session.effects[0] == ChangeTags(("New", "Old"), ("Old",))
    assert session.effects[-1] == Passed("b", "yes")


def test_an_opt_in_has_the_answer_as_its_evidence() -> None:
    session = started(BUTTONS, nodes.SetOptIn()).meets(Said("Yes", "flow:a:y"))
    assert ChangeOptIn(OptIn.YES, "Yes") in session.effects


def test_the_word_that_started_it_is_evidence_and_without_one_there_is_no_yes() -> None:
    assert ChangeOptIn(OptIn.YES, "offers") in started(nodes.SetOptIn(), text="offers").effects
    assert started(nodes.SetOptIn()).effects == (Passed("a", "next"),)
    assert started(nodes.SetOptIn(value=OptIn.NO)).effects[0] == (ChangeOptIn(OptIn.NO, ""))


def test_a_sequence_is_entered() -> None:
    assert started(nodes.Enrol(sequence_id=5)).effects == (EnrolIn(5), Passed("a", "next"))
    assert started(nodes.Enrol()).effects == (Passed("a", "next"),)


@pytest.mark.parametrize("user_id", [None, 7])
def test_giving_it_to_people_ends_it(user_id: int | None) -> None:
    session = started(nodes.Assign(user_id=user_id))
    assert session.state.status is SessionStatus.HANDED_OVER
    assert session.effects == (Passed("a", ""), GiveTo(user_id))


def test_a_jump_inside_the_flow_and_out_of_it() -> None:
    assert started(nodes.Jump(node_id="c"), BYE, HELLO).texts == ["Hello Ana."]
    session = started(nodes.Jump(flow_id=6))
    assert session.state.status is SessionStatus.COMPLETED
    assert session.effects == (Passed("a", ""), StartFlow(6))


def test_waiting_whatever_is_said_meanwhile() -> None:
    session = started(nodes.Wait(delay=Delay(2, DelayUnit.HOURS)), BYE)
    due = NOW + timedelta(hours=2)
    assert (session.state.awaits, session.state.due_at) == (Awaits.TIME, due)
    assert session.meets(Said("hello?")).effects == ()
    assert session.meets(TimeCame(), now=due).texts == ["Goodbye."]


@pytest.mark.parametrize("count", [-3, 10**15])
def test_a_draft_that_waits_out_of_range_has_an_end(count: int) -> None:
    session = started(nodes.Wait(delay=Delay(count)), BYE)
    assert session.state.due_at is not None
    assert NOW <= session.state.due_at <= NOW + timedelta(days=366)


@pytest.mark.parametrize("minutes", [-1, 10**15])
def test_a_draft_whose_answers_may_take_any_time_has_an_end(minutes: int) -> None:
    session = Session(replace(flow(ASK), timeout_minutes=minutes)).meets(Started())
    assert session.state.due_at is not None
    assert NOW < session.state.due_at <= NOW + timedelta(days=7)


def test_silent_rounds_have_an_end() -> None:
    session = started(nodes.SetTags(add=("VIP",)), nodes.SetTags(add=("New",)), joins="a:next>b b:next>a")
    assert session.state.status is SessionStatus.BROKEN
    assert session.effects[-1] == TO_PEOPLE
    assert len([one for one in session.effects if isinstance(one, ChangeTags)]) == MOST_HOPS


def test_a_word_of_the_customer_gives_new_hops() -> None:
    session = started(ASK, joins="a:next>a")
    for number in range(MOST_HOPS + 5):
        session.meets(Said(str(number)))
    assert session.state.awaits is Awaits.ANSWER


# Asking another program.

LOOKUP = nodes.Request(
    method="POST",
    url="https://shop.test/orders/{{order}}",
    headers=(("X-City", "{{City}}"), ("Authorization", "Bearer {{secret:shop}}")),
    body='{"order": "{{order}}"}',
    takes=(Take("date", "order.date"),),
)


def asked(said: str, **joins: Any) -> Session:
    return started(ASK, LOOKUP, nodes.SendText(text="Left on {{date}}."), BYE, **joins).meets(Said(said))


def test_a_request_is_filled_and_keeps_to_its_place() -> None:
    session = asked('../1"?x={{secret:shop}}')
    (asking,) = [one for one in session.effects if isinstance(one, AskProgram)]
    assert asking.request.url == "https://shop.test/orders/..%2F1%22%3Fx%3D%7B%7Bsecret%3Ashop%7D%7D"
    assert asking.request.body == '{"order": "../1\\"?x={{secret:shop}}"}'
    assert asking.request.headers[1] == ("Authorization", "Bearer {{secret:shop}}")
    assert (session.state.awaits, session.state.due_at) == (Awaits.REQUEST, NOW + REQUEST_WITHIN)


def test_what_is_taken_from_its_answer() -> None:
    session = asked("4468").meets(RequestEnded({"date": "20 Nov."}))
    assert session.effects[0] == KeepAnswer("b", "date", "20 Nov.")
    assert session.texts == ["Left on 20 Nov.."]


def test_a_request_that_fails() -> None:
    failed = RequestEnded(because="the host was not found")
    assert asked("1", joins="a:next>b b:failed>d").meets(failed).texts == ["Goodbye."]
    alone = asked("1").meets(failed)
    assert (alone.state.status, alone.state.because) == (SessionStatus.BROKEN, "the host was not found")
    assert alone.effects[-1] == TO_PEOPLE


def test_a_request_that_nothing_was_heard_of() -> None:
    session = asked("1").meets(TimeCame(), now=NOW + REQUEST_WITHIN)
    assert session.state.status is SessionStatus.BROKEN


# What is sent.


@pytest.mark.parametrize(
    ("does", "kind", "text", "content"),
    [
        (
            nodes.SendMedia(link="https://shop.test/{{first_name}}.png", caption="For {{name}}"),
            "image",
            "For Ana Silva",
            {"object": {"link": "https://shop.test/Ana.png", "caption": "For Ana Silva"}},
        ),
        (
            nodes.SendMedia(media="audio", link="https://shop.test/a.ogg", caption="Hear"),
            "audio",
            "",
            {"object": {"link": "https://shop.test/a.ogg"}},
        ),
        (
            nodes.SendTemplate(template_id=1, variables=(Variable("1", "first_name", "there"),)),
            "template",
            "",
            {"values": {"1": "Ana"}},
        ),
    ],
)
def test_messages(does: Does, kind: str, text: str, content: Mapping[str, Any]) -> None:
    (sent,) = started(does).effects
    assert isinstance(sent, Send)
    assert (sent.kind, sent.text, sent.content) == (kind, text, content)
    assert sent.template_id == (1 if kind == "template" else None)


def test_a_template_can_have_an_answer() -> None:
    note = nodes.SendTemplate(template_id=1, variables=(Variable("1", "answer:order", "none"),))
    (*_, sent) = started(ASK, note).meets(Said("4468")).effects
    assert isinstance(sent, Send)
    assert sent.content == {"values": {"1": "4468"}}


@pytest.mark.parametrize(("does", "most"), [(nodes.SendText, 4_096), (nodes.SendButtons, 1_024)])
def test_an_answer_cannot_make_a_text_longer_than_whatsapp_takes(does: type[Any], most: int) -> None:
    long = does(text="{{order}}" * 5)
    (sent,) = [one for one in started(ASK, long).meets(Said("x" * 1_000)).effects if isinstance(one, Send)]
    assert (len(sent.text), sent.text[-1]) == (most, "…")
