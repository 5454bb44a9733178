"""What stands against publishing a flow: each finding with its node, its part and words for a person."""

from dataclasses import replace
from typing import Final

import pytest

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.flow import MOST_NODES, START, Edge, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_checks import FlowFinding, check
from desktop.domain.flow_nodes import (
    CHOICE,
    INVALID,
    NEXT,
    NOT_SENT,
    OTHER,
    About,
    AnswerKind,
    Choice,
    Does,
    Take,
)
from desktop.domain.sequence import Delay, DelayUnit, Hours
from desktop.domain.templates import TemplateStatus, Variable
from desktop.domain.words import Words
from tests.domain.flow_drawings import CLEARANCE, KNOWN, NOTE, YES_OR_NO, flow

ORDER: Final = Trigger(values=("order",))
HELLO: Final = nodes.SendText(text="Hello.")
ASK: Final = nodes.Question(text="Which order?", answer="order")
SEND_NOTE: Final = nodes.SendTemplate(template_id=1, variables=(Variable("1", "answer:order"),))
BUTTONS: Final = nodes.SendButtons(text="Offers?", choices=YES_OR_NO)
OPT_IN: Final = nodes.SetOptIn(value=OptIn.YES)
BY_ORDER: Final = (ORDER,)
AT_ALL: Final = (Trigger(TriggerKind.ANY),)


def found(definition: FlowDefinition) -> list[FlowFinding]:
    return list(check(definition, KNOWN))


def places(definition: FlowDefinition) -> list[tuple[str, str, bool]]:
    return [(one.node_id, one.part, one.blocks) for one in found(definition)]


def test_a_whole_flow_has_nothing_against_it() -> None:
    lookup = nodes.Request(
        method="POST",
        url="https://shop.test/orders/{{order}}?phone={{phone}}",
        headers=(("Authorization", "Bearer {{secret:shop}}"),),
        body='{"city": "{{City}}", "order": "{{ order }}"}',
        takes=(Take("date", "order.lines.0.date"),),
    )
    whole = flow(
        ASK,
        lookup,
        nodes.Decide(about=About.ANSWER, answer="date", op=Op.NOT_EMPTY),
        nodes.SendText(text="It left on {{date}}, {{first_name}}."),
        nodes.Assign(user_id=7),
        SEND_NOTE,
        joins="a:next>b a:invalid>e b:next>c b:failed>e c:yes>d c:no>f d:next>e f:next>e",
        triggers=BY_ORDER,
    )
    assert found(whole) == []


def test_an_empty_flow_is_told_once() -> None:
    assert places(FlowDefinition()) == [("", "nodes", True), (START, "triggers", False)]


LONG: Final = "x" * 1_025
ROWS: Final = tuple(Choice(f"r{number}", f"Row {number}") for number in range(11))


@pytest.mark.parametrize(
    ("does", "part"),
    [
        (nodes.SendText(), "text"),
        (nodes.SendText(text=" \n"), "text"),
        (nodes.SendText(text="x" * 4_097), "text"),
        (nodes.SendText(text="Key: {{secret:shop}}"), "text"),
        (nodes.SendMedia(), "link"),
        (nodes.SendMedia(link="ftp://shop.test/a.png"), "link"),
        (nodes.SendMedia(link="https://shop.test/a b.png"), "link"),
        (nodes.SendMedia(link="https://{{order}}.test/a.png"), "link"),
        (nodes.SendMedia(link="https://shop.test/a.png", caption=LONG), "caption"),
        (replace(BUTTONS, text=LONG), "text"),
        (replace(BUTTONS, text=""), "text"),
        (replace(BUTTONS, choices=()), "choices"),
        (replace(BUTTONS, answer="a:b"), "answer"),
        (nodes.SendList(text="Which?", choices=()), "choices"),
        (nodes.SendTemplate(), "template_id"),
        (nodes.SendTemplate(template_id=404), "template_id"),
        (nodes.SendTemplate(template_id=1), "variables:1"),
        (nodes.SendTemplate(template_id=1, variables=(Variable("1", "attribute:Town"),)), "variables:1"),
        (nodes.SendTemplate(template_id=1, variables=(Variable("1", "", "{{secret:x}}"),)), "variables:1"),
        (replace(ASK, text=""), "text"),
        (replace(ASK, invalid_text="x" * 4_097), "invalid_text"),
        (replace(ASK, must_be=AnswerKind.PATTERN), "pattern"),
        (replace(ASK, must_be=AnswerKind.PATTERN, pattern="("), "pattern"),
        (replace(ASK, must_be=AnswerKind.PATTERN, pattern=r"(a)\1"), "pattern"),
        (replace(ASK, tries=0), "tries"),
        (replace(ASK, tries=11), "tries"),
        (replace(ASK, attribute="Town"), "attribute"),
        (replace(ASK, answer="{x}"), "answer"),
        (nodes.Decide(), "contact"),
        (nodes.Decide(contact=Filter((Condition("attribute:Town", Op.IS, ("x",)),))), "contact"),
        (nodes.Decide(about=About.ANSWER, values=("1",)), "answer"),
        (nodes.Decide(about=About.ANSWER, answer="name"), "values"),
        (nodes.Decide(about=About.ANSWER, answer="name", op=Op.MORE, values=("many",)), "values"),
        (nodes.Decide(about=About.ANSWER, answer="name", op=Op.BEFORE, values=("1",)), "op"),
        (nodes.Decide(about=About.HOURS, hours=Hours(frozenset())), "hours"),
        (nodes.Decide(about=About.HOURS, hours=Hours(frozenset({9}))), "hours"),
        (nodes.Decide(about=About.HOURS, hours=Hours(start_minute=540, end_minute=540)), "hours"),
        (nodes.Decide(about=About.HOURS, hours=Hours(start_minute=-1)), "hours"),
        (nodes.SetAttribute(), "attribute"),
        (nodes.SetAttribute(attribute="Town", value="x"), "attribute"),
        (nodes.SetAttribute(attribute="Age", value="old"), "value"),
        (nodes.SetAttribute(attribute="Topics", value="Milk"), "value"),
        (nodes.SetAttribute(attribute="City", value="{{secret:x}}"), "value"),
        (nodes.SetTags(), "add"),
        (nodes.SetTags(add=("VIP",), remove=("vip",)), "remove"),
        (nodes.Assign(user_id=99), "user_id"),
        (nodes.Enrol(), "sequence_id"),
        (nodes.Enrol(sequence_id=99), "sequence_id"),
        (nodes.Request(), "url"),
        (nodes.Request(url="shop.test/orders"), "url"),
        (nodes.Request(url="https://shop.test{{order}}/"), "url"),
        (nodes.Request(url="https://{{order}}/"), "url"),
        (nodes.Request(url="https://me:word@shop.test/"), "url"),
        (nodes.Request(url="https://shop.test/#x"), "url"),
        (nodes.Request(url="https://shop.test/?key={{secret:x}}"), "url"),
        (nodes.Request(url="https://shop.example/orders"), "url"),
        (nodes.Request(url="https://shop.test/", headers=(("X Key", "1"),)), "headers:0"),
        (nodes.Request(url="https://shop.test/", headers=(("A", "1"), ("Host", "x"))), "headers:1"),
        (nodes.Request(url="https://shop.test/", headers=(("X-Key", "1\r\nHost: x"),)), "headers:0"),
        (nodes.Request(url="http://shop.test/"), "url"),
        (nodes.Request(url="HTTP://127.0.0.1.shop.test/{{name}}"), "url"),
        (nodes.Request(method="POST", url="https://shop.test/", body='{"name": {{name}}}'), "body"),
        (nodes.Request(method="POST", url="https://shop.test/", body='{"k": "{{secret:x}}"}'), "body"),
        (nodes.Request(url="https://shop.test/", takes=(Take("", "order"),)), "takes:0"),
        (nodes.Request(url="https://shop.test/", takes=(Take("date", "order..date"),)), "takes:0"),
        (nodes.Wait(delay=Delay(0)), "delay"),
        (nodes.Wait(delay=Delay(366)), "delay"),
        (nodes.Jump(), "node_id"),
        (nodes.Jump(node_id="gone"), "node_id"),
        (nodes.Jump(flow_id=99), "flow_id"),
    ],
)
def test_each_thing_that_a_node_can_have_wrong(does: Does, part: str) -> None:
    assert [(one.node_id, one.part) for one in found(_joined(does)) if one.blocks] == [("a", part)]


def _joined(does: Does) -> FlowDefinition:
    """A flow of this node, with every exit led to its end."""
    exits = dict.fromkeys(exit.name for exit in nodes.exits_of(does))
    joins = " ".join(f"a:{exit}>b" for exit in exits) or "b:next>b"
    return flow(does, nodes.End(), joins=joins, triggers=BY_ORDER)


@pytest.mark.parametrize(
    ("choices", "part"),
    [
        ((Choice("a", "x" * 21),), "choices:a"),
        ((Choice("a", " "),), "choices:a"),
        ((Choice("a", "Yes"), Choice("b", " yes ")), "choices:a choices:b"),
        ((Choice("a", "Yes"), Choice("a", "No")), "choices:a"),
        ((Choice("", "Yes"),), "choices:"),
        (tuple(Choice(str(at), f"No. {at}") for at in range(4)), "choices"),
    ],
)
def test_buttons(choices: tuple[Choice, ...], part: str) -> None:
    wrong = found(_joined(replace(BUTTONS, choices=choices)))
    assert list(dict.fromkeys(one.part for one in wrong if one.blocks)) == part.split()


def test_twenty_characters_fit_on_a_button_and_24_in_a_row() -> None:
    assert found(_joined(replace(BUTTONS, choices=(Choice("a", "x" * 20),)))) == []
    rows = nodes.SendList(
        text="Which?", choices=tuple(replace(one, title=one.title + "x" * 18) for one in ROWS[:9])
    )
    assert found(_joined(rows)) == []


@pytest.mark.parametrize(
    ("does", "part"),
    [
        (nodes.SendList(text="Which?", choices=ROWS), "choices"),
        (nodes.SendList(text="Which?", choices=(Choice("a", "x" * 25),)), "choices:a"),
        (nodes.SendList(text="Which?", choices=(Choice("a", "One", "x" * 73),)), "choices:a"),
        (nodes.SendList(text="Which?", button="", choices=ROWS[:2]), "button"),
        (nodes.SendList(text="Which?", button="x" * 21, choices=ROWS[:2]), "button"),
    ],
)
def test_lists(does: nodes.SendList, part: str) -> None:
    assert [one.part for one in found(_joined(does))] == [part]


def test_a_template_that_is_not_approved() -> None:
    paused = replace(KNOWN, templates={1: replace(NOTE, status=TemplateStatus.PAUSED)})
    wrong = check(_joined(replace(SEND_NOTE, variables=(Variable("1", "name"),))), paused)
    assert [(one.part, one.title, one.blocks) for one in wrong] == [
        ("template_id", "Paused by WhatsApp for its quality", True)
    ]


def test_a_marketing_template_says_that_consent_is_not_asked() -> None:
    offer = _joined(nodes.SendTemplate(template_id=2, variables=(Variable("1", "name"),)))
    (said,) = found(offer)
    assert (said.node_id, said.blocks) == ("a", False)
    assert said.sentence.startswith("Bot: consent is not asked. Counted in the register.")
    assert check(offer, replace(KNOWN, bots_ask=True)) == ()
    assert CLEARANCE.is_marketing


@pytest.mark.parametrize(
    ("does", "part"),
    [
        (nodes.SendText(text="It is {{date}}."), "text"),
        (nodes.SendText(text="In {{attribute:Town}}."), "text"),
        (SEND_NOTE, "variables:1"),
        (nodes.Decide(about=About.ANSWER, answer="date", values=("1",)), "answer"),
        (nodes.Request(url="https://shop.test/{{date}}"), "url"),
        (nodes.Request(url="https://shop.test/", body="{}"), "body"),
        (nodes.Wait(delay=Delay(24, DelayUnit.HOURS)), "delay"),
        (nodes.Decide(about=About.HOURS), "hours"),
        (replace(ASK, attribute="Age"), "must_be"),
        (replace(BUTTONS, choices=(Choice("a", "{{name}}"),)), "choices:a"),
        (nodes.SendMedia(media="audio", link="https://shop.test/a.ogg", caption="Hear"), "caption"),
    ],
)
def test_what_is_only_doubtful(does: Does, part: str) -> None:
    assert places(_joined(does)) == [("a", part, False)]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "shop.localhost.", "[::1]:9"])
def test_a_program_on_this_machine_may_be_asked_without_encryption(host: str) -> None:
    assert found(_joined(nodes.Request(url=f"http://{host}/orders"))) == []


def test_a_name_counts_from_the_node_that_gives_it() -> None:
    told = nodes.SendText(text="{{order}} of {{City}}, {{name}}")
    assert [one.node_id for one in found(flow(told, ASK, told, nodes.End(), triggers=BY_ORDER))] == ["a"]
    around = flow(
        told, ASK, joins="a:next>b b:next>a", triggers=BY_ORDER
    )  # The second time round it is known.
    assert found(around) == []


# Ways.


def test_exits_that_must_lead_somewhere() -> None:
    definition = flow(ASK, BUTTONS, joins="a:next>b", triggers=BY_ORDER)
    assert places(definition) == [("b", "exit:choice:y", True), ("b", "exit:choice:n", True)]
    assert "after “Yes”" in found(definition)[0].sentence


def test_the_trigger_must_lead_somewhere_too() -> None:
    lonely = FlowDefinition(BY_ORDER, (Node("a", nodes.End()),))
    assert places(lonely) == [(START, "exit:next", True), ("a", "", False)]


def test_an_exit_that_leads_to_nothing_or_to_two() -> None:
    to_nothing = flow(HELLO, joins="a:next>gone", triggers=BY_ORDER)
    assert places(to_nothing) == [("a", "exit:next", True)]
    twice = flow(HELLO, nodes.End(), nodes.End(), joins="a:next>b a:next>c", triggers=BY_ORDER)
    assert places(twice) == [("a", "exit:next", True), ("c", "", False)]


def test_a_node_that_nobody_reaches_is_a_warning() -> None:
    definition = flow(HELLO, nodes.End(), joins="b:next>b", triggers=BY_ORDER)
    (wrong,) = found(definition)
    assert (wrong.node_id, wrong.title, wrong.blocks) == ("b", "Never reached", False)


def test_nodes_that_cannot_be_told_apart() -> None:
    end = Node("a", nodes.End())
    definition = FlowDefinition(BY_ORDER, (end, replace(end, x=400)), (Edge(START, NEXT, "a"),))
    assert places(definition) == [("", "nodes", True)]


def test_too_many_nodes() -> None:
    many = tuple(Node(f"end{number}", nodes.End()) for number in range(MOST_NODES + 1))
    definition = FlowDefinition(BY_ORDER, many, (Edge(START, NEXT, "end0"),))
    assert [one.title for one in found(definition) if one.blocks] == ["Too many steps"]


@pytest.mark.parametrize(
    ("joins", "named"),
    [
        ("a:next>a", "Text “Hello.” → Text “Hello.”"),
        ("a:next>c c:next>a", "Text “Hello.” → Wait (c) → Text “Hello.”"),
        (
            "a:next>b b:not_sent>a b:choice:y>d b:choice:n>d",
            "Text “Hello.” → Buttons “Offers?” → Text “Hello.”",
        ),
        ("a:next>e", "Text “Hello.” → Jump (e) → Text “Hello.”"),
    ],
)
def test_a_loop_in_which_the_customer_is_never_asked(joins: str, named: str) -> None:
    does = (HELLO, BUTTONS, nodes.Wait(), nodes.End(), nodes.Jump(node_id="a"))
    loops = [one for one in found(flow(*does, joins=joins, triggers=BY_ORDER)) if one.part == "loop"]
    assert [(one.node_id, one.blocks) for one in loops] == [("a", True)]
    assert named in loops[0].sentence


def test_each_loop_is_told_once_by_its_first_node() -> None:
    definition = flow(HELLO, HELLO, HELLO, joins="a:next>b b:next>a b:not_sent>c c:next>c", triggers=BY_ORDER)
    assert [one.node_id for one in found(definition) if one.part == "loop"] == ["a", "c"]


def test_a_loop_that_asks_is_none() -> None:
    asking = flow(HELLO, ASK, joins="a:next>b b:next>a b:invalid>a", triggers=BY_ORDER)
    assert found(asking) == []


# Opt-in.


@pytest.mark.parametrize(
    ("definition", "blocks"),
    [
        (flow(OPT_IN, triggers=AT_ALL), True),
        (flow(OPT_IN), True),
        (flow(OPT_IN, triggers=(ORDER, *AT_ALL)), True),
        (flow(OPT_IN, triggers=BY_ORDER), False),
        (flow(HELLO, OPT_IN, triggers=(Trigger(TriggerKind.PAYLOAD, ("yes",)),)), False),
        (flow(ASK, OPT_IN, triggers=AT_ALL), False),
        (flow(ASK, HELLO, OPT_IN, triggers=AT_ALL), False),
        (flow(replace(ASK, must_be=AnswerKind.PATTERN, pattern="yes|oui"), OPT_IN, triggers=AT_ALL), None),
        (flow(ASK, BUTTONS, OPT_IN, joins=f"a:{NEXT}>b b:{CHOICE}y>c", triggers=AT_ALL), None),
        (flow(BUTTONS, OPT_IN, joins=f"a:{CHOICE}y>b", triggers=AT_ALL), None),
        (flow(BUTTONS, OPT_IN, joins=f"a:{NOT_SENT}>b", triggers=AT_ALL), True),
        (flow(BUTTONS, OPT_IN, joins=f"a:{OTHER}>b", triggers=AT_ALL), True),
        (flow(BUTTONS, OPT_IN, joins=f"a:{OTHER}>b", triggers=BY_ORDER), True),
        (flow(ASK, HELLO, OPT_IN, joins=f"a:{INVALID}>b b:next>c", triggers=AT_ALL), True),
        (flow(ASK, HELLO, OPT_IN, joins=f"a:{NEXT}>c b:next>c", triggers=AT_ALL), False),
        (flow(HELLO, ASK, OPT_IN, joins=f"a:{NOT_SENT}>c a:{NEXT}>b b:next>c", triggers=AT_ALL), True),
        (flow(replace(OPT_IN, value=OptIn.NO), triggers=AT_ALL), None),
    ],
)
def test_a_yes_needs_an_answer(definition: FlowDefinition, blocks: bool | None) -> None:
    """blocks: None where nothing is said of it."""
    told = [one.blocks for one in found(definition) if one.part == "value"]
    assert told == ([] if blocks is None else [blocks])


# Triggers.


@pytest.mark.parametrize(
    ("trigger", "blocks"),
    [
        (Trigger(TriggerKind.KEYWORD), True),
        (Trigger(TriggerKind.KEYWORD, (" ",)), True),
        (Trigger(TriggerKind.KEYWORD, ("…!",)), True),
        (Trigger(TriggerKind.PAYLOAD), True),
        (Trigger(TriggerKind.PATTERN), True),
        (Trigger(TriggerKind.PATTERN, ("order ([0-9]+",)), True),
        (Trigger(TriggerKind.PATTERN, ("x" * 201,)), True),
        (Trigger(TriggerKind.KEYWORD, ("Stop!",)), False),
        (Trigger(TriggerKind.KEYWORD, ("subscribe",)), False),
        (Trigger(TriggerKind.KEYWORD, ("order",)), None),
        (Trigger(TriggerKind.PATTERN, ("^order [0-9]+$",)), None),
        (Trigger(TriggerKind.PATTERN, ("^stop$",)), False),
        (Trigger(TriggerKind.PATTERN, ("^(hello|SUBSCRIBE)$",), match_case=True), False),
        (Trigger(TriggerKind.PATTERN, ("stop",)), None),
        (Trigger(TriggerKind.ADVERTISEMENT), None),
        (Trigger(TriggerKind.ANY), None),
    ],
)
def test_triggers(trigger: Trigger, blocks: bool | None) -> None:
    told = [
        (one.node_id, one.part, one.blocks) for one in found(flow(nodes.End(), triggers=(ORDER, trigger)))
    ]
    assert told == ([] if blocks is None else [(START, "triggers:1", blocks)])


def test_the_workspace_has_its_own_opt_out_words() -> None:
    french = replace(KNOWN, words=Words(("ARRÊT",), ()))
    wrong = check(flow(nodes.End(), triggers=(Trigger(values=("arrêt", "stop")),)), french)
    assert [one.sentence.split("”")[0] for one in wrong] == ["“arrêt"]


@pytest.mark.parametrize(("minutes", "count"), [(0, 1), (1, 0), (10_080, 0), (10_081, 1)])
def test_how_long_an_answer_may_take(minutes: int, count: int) -> None:
    definition = replace(flow(nodes.End(), triggers=BY_ORDER), timeout_minutes=minutes)
    assert [one.part for one in found(definition)] == ["timeout_minutes"] * count


def test_a_finding_as_a_problem_names_its_place() -> None:
    (wrong,) = found(_joined(nodes.SendText()))
    assert wrong.problem.field == "a:text"
