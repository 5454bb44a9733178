"""Flows, events and surroundings for tests: some by hand, any at random."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import Category, OptIn
from desktop.domain.contacts import fields_of
from desktop.domain.filters import Attribute, Condition, Filter, Kind, Op, Person
from desktop.domain.flow import START, Edge, FlowDefinition, Node, Trigger, TriggerKind
from desktop.domain.flow_checks import Known
from desktop.domain.flow_nodes import NEXT, AnswerKind, Choice, Does, Take, exits_of
from desktop.domain.flow_session import (
    Event,
    MessageEnded,
    PersonCame,
    RequestEnded,
    Said,
    Started,
    Surroundings,
    TimeCame,
)
from desktop.domain.sequence import Delay, DelayUnit, Hours
from desktop.domain.templates import Button, Template, Variable
from tests.clock import START as NOW

ZONE: Final = ZoneInfo("America/Toronto")
CITY: Final = Attribute(1, "City", Kind.TEXT)
AGE: Final = Attribute(2, "Age", Kind.NUMBER)
TOPICS: Final = Attribute(3, "Topics", Kind.CHOICES, ("Tea", "Coffee"))
ATTRIBUTES: Final = {one.name: one for one in (CITY, AGE, TOPICS)}
NOTE: Final = Template(1, "order_note", "en", Category.UTILITY, "Order {{1}} is on its way.")
CLEARANCE: Final = Template(
    2,
    "winter_clearance",
    "en",
    Category.MARKETING,
    "Hi {{1}}, it is all half price.",
    buttons=(Button("quick_reply", "Tell me more"),),
)
KNOWN: Final = Known(
    {one.id: one for one in (NOTE, CLEARANCE)},
    ATTRIBUTES,
    sequences={5: "Welcome"},
    flows={6: "Returns"},
    people={7: "Meera Rao"},
    tags=("VIP",),
)
YES_OR_NO: Final = (Choice("y", "Yes"), Choice("n", "No"))


def around(
    now: datetime = NOW, attributes: Mapping[str, str] | None = None, person: Person | None = None
) -> Surroundings:
    """Ana, as a flow sees her."""
    fields = fields_of("Ana Silva", "+16045550142", attributes or {})
    return Surroundings(person or Person(1, "Ana Silva", "+16045550142"), fields, ATTRIBUTES, now, ZONE)


def flow(*does: Does, joins: str = "", triggers: tuple[Trigger, ...] = ()) -> FlowDefinition:
    """Nodes a, b, c …; joins: 'a:next>b a:choice:y>c'. Without joins, each first exit leads to the next node."""
    ids = [chr(ord("a") + at) for at in range(len(does))]
    if joins:
        made = [one.rpartition(">") for one in joins.split()]
        edges = [Edge(left.partition(":")[0], left.partition(":")[2], to) for left, _, to in made]
    else:
        firsts = [(id, exits_of(one)) for id, one in zip(ids, does, strict=True)]
        edges = [
            Edge(id, exits[0].name, after)
            for (id, exits), after in zip(firsts, ids[1:], strict=False)
            if exits
        ]
    first = [Edge(START, NEXT, "a")] if does else []
    return FlowDefinition(
        triggers, tuple(Node(id, one) for id, one in zip(ids, does, strict=True)), (*first, *edges)
    )


# At random.

_TEXTS = st.sampled_from(["", "Hello {{first_name}}", "It is {{order}} in {{City}}", "{{secret:key}} x"])
_NAMES = st.sampled_from(["", "order", "date"])
IDS: Final = tuple(f"n{number}" for number in range(7))
_TO = st.sampled_from(("", *IDS, "gone"))
_CHOICES = st.sampled_from([(), YES_OR_NO[:1], YES_OR_NO])
_FILTERS = st.sampled_from(
    [
        Filter(),
        Filter((Condition("opt_in", Op.IS, ("yes",)),)),
        Filter((Condition("tag", Op.ANY_OF, ("VIP",)), Condition("attribute:Town", Op.IS, ("x",))), False),
        Filter((Filter((Condition("attribute:Age", Op.MORE, ("17",)),)),)),
        Filter((Condition("attribute:Topics", Op.ALL_OF, ("Tea",)),)),
        Filter((Condition("name", Op.ALL_OF, ()),)),
    ]
)
_HOURS = st.sampled_from([Hours(), Hours(frozenset(), 0, 60), Hours(frozenset({0, 4}), 540, 1020)])
_DELAYS = st.builds(Delay, st.sampled_from([-1, 0, 5, 10**12]), st.sampled_from(DelayUnit))

DOES: Final[st.SearchStrategy[Does]] = st.one_of(
    st.builds(nodes.SendText, text=_TEXTS),
    st.builds(nodes.SendMedia, media=st.sampled_from(["image", "audio"]), link=_TEXTS, caption=_TEXTS),
    st.builds(nodes.SendButtons, text=_TEXTS, choices=_CHOICES, answer=_NAMES),
    st.builds(nodes.SendList, text=_TEXTS, choices=_CHOICES, answer=_NAMES),
    st.builds(
        nodes.SendTemplate,
        template_id=st.sampled_from([None, 1, 2, 404]),
        variables=st.sampled_from([(), (Variable("1", "answer:order", "x"),)]),
    ),
    st.builds(
        nodes.Question,
        text=_TEXTS,
        answer=_NAMES,
        must_be=st.sampled_from(AnswerKind),
        pattern=st.sampled_from(["", "[0-9]+", "("]),
        tries=st.sampled_from([0, 1, 3]),
        attribute=st.sampled_from(["", "City", "Age", "Town"]),
    ),
    st.builds(
        nodes.Decide,
        about=st.sampled_from(nodes.About),
        contact=_FILTERS,
        answer=_NAMES,
        op=st.sampled_from(Op),
        values=st.sampled_from([(), ("12",), ("yes", "no")]),
        hours=_HOURS,
    ),
    st.builds(
        nodes.SetAttribute,
        attribute=st.sampled_from(["", "City", "Age", "Topics", "Town"]),
        value=st.sampled_from(["", "Tea", "{{order}}", "12"]),
    ),
    st.builds(nodes.SetOptIn, value=st.sampled_from([OptIn.YES, OptIn.NO])),
    st.builds(nodes.SetTags, add=st.sampled_from([(), ("VIP",)]), remove=st.sampled_from([(), ("VIP", "x")])),
    st.builds(nodes.Enrol, sequence_id=st.sampled_from([None, 5])),
    st.builds(
        nodes.Request,
        url=_TEXTS,
        headers=st.sampled_from([(), (("X-Key", "{{secret:key}}{{order}}"),)]),
        body=_TEXTS,
        takes=st.sampled_from([(), (Take("date", "order.date"),)]),
    ),
    st.builds(nodes.Wait, delay=_DELAYS),
    st.builds(nodes.Jump, node_id=_TO, flow_id=st.sampled_from([None, 6])),
    st.builds(nodes.Assign, user_id=st.sampled_from([None, 7])),
    st.just(nodes.End()),
)
TRIGGERS: Final = st.lists(
    st.builds(
        Trigger,
        st.sampled_from(TriggerKind),
        st.sampled_from([(), ("order", "status"), ("(",), ("stop",)]),
        st.booleans(),
    ),
    max_size=2,
).map(tuple)


@st.composite
def flows(draw: st.DrawFn, does: st.SearchStrategy[Does] = DOES, *, dense: bool = False) -> FlowDefinition:
    """Any flow of up to seven nodes, some of them joined to nothing, to themselves or to what is not there.

    dense: every exit leads to a node of it.
    """
    ids = IDS[: draw(st.integers(1 if dense else 0, len(IDS)))]
    to = st.sampled_from(ids) if dense else _TO
    made = [Node(id, draw(does)) for id in ids]
    exits = [(START, NEXT), *((one.id, exit.name) for one in made for exit in exits_of(one.does))]
    edges = [Edge(from_id, exit, to_id) for from_id, exit in exits if (to_id := draw(to))]
    timeout = draw(st.sampled_from([-5, 15, 10**12]))
    return FlowDefinition(draw(TRIGGERS), tuple(made), tuple(edges), timeout)


ASKING: Final[st.SearchStrategy[Does]] = st.one_of(
    st.just(nodes.SendButtons(text="Offers?", choices=YES_OR_NO)),
    st.just(nodes.Question(text="Your age?", must_be=AnswerKind.NUMBER, tries=1)),
    st.just(nodes.SendText(text="Hello")),
    st.just(nodes.SetOptIn()),
    st.just(nodes.SetOptIn()),
    st.just(nodes.SetTags(add=("VIP",))),
)
"""Nodes between which an opt-in may be recorded by the wrong way."""

SAID: Final = st.builds(
    Said,
    st.sampled_from(["", "yes", "No", "12", "a@b.ca", "2026-11-23", "+1 604 555 0142", "{{order}}"]),
    st.sampled_from(["", *(f"flow:{id}:y" for id in IDS[:3]), "elsewhere"]),
    st.sampled_from(["text", "image"]),
)
EVENTS: Final[st.SearchStrategy[Event]] = st.one_of(
    st.builds(Started, st.sampled_from(["", "join"])),
    SAID,
    SAID,
    st.builds(MessageEnded, st.booleans(), st.sampled_from(["", "it was refused"])),
    st.builds(
        RequestEnded, st.sampled_from([{}, {"date": "20 Nov."}]), st.sampled_from(["", "no answer came"])
    ),
    st.just(TimeCame()),
    st.just(PersonCame()),
)
