"""A contact field that gets another name: everything in a flow that names it follows, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from desktop.domain import flow_fields
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.flow import FlowDefinition, Node
from desktop.domain.flow_names import texts
from desktop.domain.flow_nodes import (
    KINDS,
    About,
    Choice,
    Decide,
    Does,
    End,
    Question,
    Request,
    SendButtons,
    SendMedia,
    SendTemplate,
    SendText,
    SetAttribute,
    Take,
)
from desktop.domain.templates import Variable


def flow(*does: Does) -> FlowDefinition:
    return FlowDefinition(nodes=tuple(Node(f"n{number}", one) for number, one in enumerate(does)))


def about(field: str) -> Decide:
    nested = Filter((Condition(field, Op.IS, ("Halifax",)),), match_all=False)
    return Decide(contact=Filter((Condition("tag", Op.IS, ("City",)), nested)))


@pytest.mark.parametrize(
    ("does", "wanted"),
    [
        (SendText(text="In {{City}}, {{ City }}?"), SendText(text="In {{Town}}, {{ Town }}?")),
        (SendText(text="{{attribute:City}}"), SendText(text="{{attribute:Town}}")),
        (SendText(text="City {{Cit}} {{city}}"), SendText(text="City {{Cit}} {{city}}")),
        (
            SendMedia(link="https://a.example/{{City}}", caption="{{City}}"),
            SendMedia(link="https://a.example/{{Town}}", caption="{{Town}}"),
        ),
        (
            SendButtons(text="{{City}}", choices=(Choice("a", "City"),)),
            SendButtons(text="{{Town}}", choices=(Choice("a", "City"),)),
        ),
        (
            Question(text="{{City}}?", answer="where", attribute="City", invalid_text="No {{City}}"),
            Question(text="{{Town}}?", answer="where", attribute="Town", invalid_text="No {{Town}}"),
        ),
        (
            Question(text="x", answer="y", pattern="{{City}}"),
            Question(text="x", answer="y", pattern="{{City}}"),
        ),
        (
            SetAttribute("set_attribute", "City", "{{City}}!"),
            SetAttribute("set_attribute", "Town", "{{Town}}!"),
        ),
        (SetAttribute("set_attribute", "Other", "x"), SetAttribute("set_attribute", "Other", "x")),
        (about("attribute:City"), about("attribute:Town")),
        (
            Decide(about=About.ANSWER, answer="City", values=("City",)),
            Decide(about=About.ANSWER, answer="City", values=("City",)),
        ),
        (
            SendTemplate("template", 7, (Variable("1", "attribute:City", "there"), Variable("2", "name"))),
            SendTemplate("template", 7, (Variable("1", "attribute:Town", "there"), Variable("2", "name"))),
        ),
        (
            Request(
                url="https://a.example/{{City}}", headers=(("X-City", "{{City}}"),), body='{"a": "{{City}}"}'
            ),
            Request(
                url="https://a.example/{{Town}}", headers=(("X-City", "{{Town}}"),), body='{"a": "{{Town}}"}'
            ),
        ),
        (Request(headers=(("X", "{{secret:City}}"),)), Request(headers=(("X", "{{secret:City}}"),))),
        (End(), End()),
    ],
    ids=lambda one: one.kind,
)
def test_what_names_the_field_follows(does: Does, wanted: Does) -> None:
    before = flow(SendText(text="Hello"), does)
    after = flow_fields.renamed(before, "City", "Town")
    assert after == flow(SendText(text="Hello"), wanted)
    assert type(after.nodes[1].does) is type(does)
    assert (after is before) == (does == wanted)


def test_an_answer_of_that_name_stays_an_answer() -> None:
    for asks in (Question(text="Where?", answer="City"), Request(takes=(Take("City", "a.b"),))):
        before = flow(asks, SendText(text="{{City}} or {{attribute:City}}"))
        after = flow_fields.renamed(before, "City", "Town")
        assert after == flow(asks, SendText(text="{{City}} or {{attribute:Town}}"))


def test_a_new_name_that_already_means_something_is_said_in_full() -> None:
    asks = Question(text="Where?", answer="Town")
    before = flow(asks, SendText(text="{{City}} {{Town}}"))
    assert flow_fields.renamed(before, "City", "Town") == flow(
        asks, SendText(text="{{attribute:Town}} {{Town}}")
    )
    plain = flow(SendText(text="{{City}}"))
    assert flow_fields.renamed(plain, "City", "phone") == flow(SendText(text="{{attribute:phone}}"))
    # A field called like what is known of everybody was never meant by the plain name.
    own = flow(SendText(text="{{name}} {{attribute:name}}"))
    assert flow_fields.renamed(own, "name", "Town") == flow(SendText(text="{{name}} {{attribute:Town}}"))


FILLED = "{{City}}"


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one().kind)
def test_no_text_that_is_filled_is_forgotten(kind: type[Does]) -> None:
    """Whatever node comes to be: each of its texts, as the checks list them, follows a field's new name."""
    named = {part.partition(":")[0] for part, _ in texts(kind())}
    every: dict[str, Any] = {part: FILLED for part in named if part != "headers"}
    if kind is Request:
        every["headers"] = (("X-City", FILLED),)
    before = flow(replace(kind(), **every))
    after = [text for _, text in texts(flow_fields.renamed(before, "City", "Town").nodes[0].does)]
    assert after == ["{{Town}}"] * len(after)
    assert len(after) == len(every)
