"""Contact fields that a flow names: in conditions, variables, questions, and between the braces of its texts. Pure."""

import re
from dataclasses import fields, replace
from typing import Any, Final

from desktop.domain import filters
from desktop.domain.filters import ATTRIBUTE
from desktop.domain.flow import FlowDefinition, Node
from desktop.domain.flow_nodes import Decide, Does, Question, Request, SendTemplate, SetAttribute

_PLACE: Final = re.compile(r"\{\{([^{}]+)\}\}")
_OWN_KEYS: Final = frozenset({"name", "first_name", "phone"})
"""What a plain {{name}} means whatever fields there are, see `contacts.fields_of`."""
_NO_TEXTS: Final = frozenset({"kind", "answer", "attribute", "pattern", "method", "media", "button"})
"""Parts of nodes that are strings and are not filled."""


def renamed(definition: FlowDefinition, before: str, after: str) -> FlowDefinition:
    """The flow with one contact field under its new name; the same object where it is not named.

    before, after: the bare names. Where an answer has the field's name, {{name}} means the answer and stays.
    """
    answers = _answers(definition)
    nodes = tuple(_node(one, before, after, answers) for one in definition.nodes)
    return definition if nodes == definition.nodes else replace(definition, nodes=nodes)


def _answers(definition: FlowDefinition) -> frozenset[str]:
    """The names under which this flow keeps answers."""
    named = {getattr(one.does, "answer", "") for one in definition.nodes}
    asking = (one.does for one in definition.nodes if isinstance(one.does, Request))
    return frozenset(named | {take.answer for does in asking for take in does.takes})


def _node(node: Node, before: str, after: str, answers: frozenset[str]) -> Node:
    def text(value: str) -> str:
        return _PLACE.sub(lambda found: f"{{{{{inside(found[1])}}}}}", value)

    def inside(told: str) -> str:
        name = told.strip()
        return told.replace(name, place(name), 1) if name else told

    def place(name: str) -> str:
        if name == ATTRIBUTE + before:
            return ATTRIBUTE + after
        if name != before or name in answers or name in _OWN_KEYS:
            return name
        # Between braces the new name may mean something else: then it is said which is meant.
        return ATTRIBUTE + after if after in answers | _OWN_KEYS or ":" in after else after

    changed: dict[str, Any] = {
        one.name: text(value)
        for one in fields(node.does)
        if one.name not in _NO_TEXTS
        and isinstance(value := getattr(node.does, one.name), str)
        and "{{" in value
    }
    return replace(node, does=replace(node.does, **changed, **_named(node.does, before, after, text)))


def _named(does: Does, before: str, after: str, text: Any) -> dict[str, Any]:
    """What names the field in its own part of the node, and texts inside lists."""
    if isinstance(does, Question | SetAttribute):
        return {"attribute": after if does.attribute == before else does.attribute}
    if isinstance(does, SendTemplate):
        variables = (
            replace(one, field=ATTRIBUTE + after) if one.field == ATTRIBUTE + before else one
            for one in does.variables
        )
        return {"variables": tuple(variables)}
    if isinstance(does, Decide):
        return {"contact": filters.renamed(does.contact, ATTRIBUTE + before, ATTRIBUTE + after)}
    if isinstance(does, Request):
        return {"headers": tuple((name, text(value)) for name, value in does.headers)}
    return {}
