"""What keeps a flow from doing what nobody meant: by hand, by its buttons' titles, by braces in a header."""

import time
from dataclasses import replace

import pytest

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import Facts, OptIn, Policy
from desktop.domain.contacts import Contact
from desktop.domain.flow import FlowDefinition, Trigger
from desktop.domain.flow_checks import FlowFinding, check
from desktop.domain.flow_fields import renamed
from desktop.domain.flow_simulation import Simulation, begin
from desktop.domain.flow_texts import fill, fill_header, names_in
from desktop.domain.flow_triggers import Incoming
from desktop.domain.templates import Variable
from tests.clock import START as NOW
from tests.domain.flow_drawings import KNOWN, ZONE, flow

ANA = Contact(1, "Ana Silva", "+16045550142", Facts(), NOW)


def shown(here: Simulation) -> list[str]:
    return [f"{one.who.value}: {one.text}" for one in here.lines]


def findings(definition: FlowDefinition) -> list[FlowFinding]:
    return list(check(definition, KNOWN))


OFFER = nodes.SendTemplate(template_id=2, variables=(Variable("1", "first_name"),))
SALE = (Trigger(values=("sale",)),)
MARKED = "note: Bot: consent is not asked. Counted in the register."


@pytest.mark.parametrize("opt_in", OptIn)
@pytest.mark.parametrize("bots_ask", [False, True])
def test_a_colleague_starts_it_and_marketing_asks_until_the_customer_answers(
    opt_in: OptIn, bots_ask: bool
) -> None:
    contact, policy = replace(ANA, facts=Facts(opt_in)), Policy(bots_ask=bots_ask)
    question = nodes.Question(text="Interested?")

    def started(definition: FlowDefinition, text: str | None = None) -> list[str]:
        incoming = None if text is None else Incoming(text)
        return shown(begin(definition, contact, NOW, ZONE, KNOWN, incoming, policy=policy))

    refused = opt_in is OptIn.NO
    by_hand = started(flow(OFFER))
    assert MARKED not in by_hand
    assert any(one.startswith("note: Not sent: The contact opted out") for one in by_hand) is refused
    by_word = started(flow(OFFER, triggers=SALE), "sale")
    assert (MARKED in by_word) is not bots_ask
    asked = begin(flow(question, OFFER), contact, NOW, ZONE, KNOWN, policy=policy)
    assert (MARKED in shown(asked.said("Well, yes"))) is not bots_ask


def test_a_flow_s_own_button_opts_nobody_in_by_its_title() -> None:
    def buttons(title: str) -> Simulation:
        asks = nodes.SendButtons(text="Ready?", choices=(nodes.Choice("1", title),))
        here = begin(flow(asks, nodes.SendText(text="Question 1")), ANA, NOW, ZONE, KNOWN)
        ((payload, _),) = here.lines[-1].buttons
        return here.pressed(payload)

    assert (buttons("Start").contact.opt_in, shown(buttons("Start"))[-2]) == (OptIn.NONE, "bot: Question 1")
    assert (buttons("Stop").contact.opt_in, buttons("Stop").state.node_id) == (OptIn.NO, "a")


@pytest.mark.parametrize("title", ["Start", "ＳＵＢＳＣＲＩＢＥ!", "stop", "Start now"])
def test_a_button_that_changes_the_opt_in_by_its_title_blocks(title: str) -> None:
    choices = (nodes.Choice("y", title), nodes.Choice("n", "Later"))
    for asks in (
        nodes.SendButtons(text="Ready?", choices=choices),
        nodes.SendList(text="?", choices=choices),
    ):
        definition = flow(asks, nodes.End(), joins="a:choice:y>b a:choice:n>b", triggers=SALE)
        wrong = [(one.part, one.title) for one in check(definition, KNOWN) if one.blocks]
        blocks = [("choices:y", "An opt-out or opt-in word")] if title != "Start now" else []
        assert wrong == blocks


@pytest.mark.parametrize("value", ["{{{{s}}}}", "{{secret:{{s}}}}", "{{{s}}}", "{{s}", "}}", "{{}}"])
def test_braces_of_a_header_that_stand_for_nothing_block(value: str) -> None:
    ask = nodes.Request(url="https://shop.test/", headers=(("X-Shop", value),))
    wrong = [
        one
        for one in findings(flow(ask, nodes.End(), triggers=SALE))
        if one.part == "headers:0" and one.blocks
    ]
    assert [one.title for one in wrong] == ["Header not sent"]
    assert "stand for names alone" in wrong[0].sentence


@pytest.mark.parametrize("value", ["{{{{s}}}}", "{{secret:{{s}}}}", "{{ {{s}} }}", "{{{s}}}", "{{x}{{s}}}"])
@pytest.mark.parametrize("said", ["secret:shop", "{secret:shop}", "shop"])
def test_no_braces_of_a_header_close_around_an_answer(value: str, said: str) -> None:
    made = fill_header(value, {"s": said}, {})
    assert "{" not in made
    assert "}" not in made


@pytest.mark.parametrize("text", ["{{" + " " * 4_000, "{{ x" + " " * 4_000, "{{" * 4_000, "{{ x" * 1_000])
def test_the_time_grows_with_the_text_alone(text: str) -> None:
    began_s = time.process_time()
    assert fill(text, {}, {}) == text
    assert names_in(text) == ()
    definition = flow(nodes.SendText(text=text))
    assert renamed(definition, "City", "Town") is definition
    assert time.process_time() - began_s < 1


def test_a_renamed_field_keeps_the_blanks_around_it() -> None:
    (node,) = renamed(flow(nodes.SendText(text="{{ City }}{{City}}{{ }}")), "City", "Town").nodes
    assert node.does == nodes.SendText(text="{{ Town }}{{Town}}{{ }}")
