"""Checks of a flow's ways: exits that lead nowhere, steps that nobody reaches, loops that never ask, an opt-in that
nobody gave, names that nothing gives. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

from desktop.domain import flow_nodes as nodes
from desktop.domain.consent import OptIn
from desktop.domain.flow import START, FlowDefinition, Node, TriggerKind
from desktop.domain.flow_findings import FlowFinding, Known
from desktop.domain.flow_names import gives, needs
from desktop.domain.flow_nodes import CHOICE, INVALID, NEXT, NOT_SENT, OTHER, Asks, exits_of
from desktop.domain.flow_ways import Way, all_ways
from desktop.domain.flow_words import label, triggers_words

_ALWAYS_KNOWN: Final = frozenset({"name", "first_name", "phone"})
_SPOKEN: Final = (TriggerKind.KEYWORD, TriggerKind.PAYLOAD)
"""Triggers that leave words of the customer behind, which may be evidence."""


class Ways:
    """The ways through one flow; of() says what is wrong with those at a node."""

    def __init__(self, definition: FlowDefinition, known: Known) -> None:
        self._definition = definition
        self._known = known
        self._nodes = {one.id: one for one in reversed(definition.nodes)}
        self._ways = all_ways(definition)

    def of(self, node_id: str) -> Iterator[FlowFinding]:
        """The findings of one node; START: of the triggers."""
        yield from self._exits(node_id)
        node = self._nodes.get(node_id)
        if node is None:
            return
        if node_id not in self._reached:
            sentence = "Nothing leads to this step. Join it, or remove it."
            yield FlowFinding(node_id, "", "Never reached", sentence, blocks=False)
        yield from self._loop(node_id)
        if isinstance(node.does, nodes.SetOptIn) and node.does.value is OptIn.YES:
            yield from self._opt_in(node_id)
        yield from self._names(node)

    # Exits.

    def _exits(self, node_id: str) -> Iterator[FlowFinding]:
        joined = [one for one in self._definition.edges if one.from_id == node_id]
        for exit in self._all_exits(node_id):
            part = f"exit:{exit.name}"
            ends = [one.to_id for one in joined if one.exit == exit.name]
            if len(ends) > 1:
                sentence = (
                    f"“{exit.label}” leads to {len(ends)} steps. Join it again to the one that is meant."
                )
                yield FlowFinding(node_id, part, "Two ways at once", sentence)
            if any(one not in self._nodes for one in ends):
                sentence = f"“{exit.label}” leads to a step that is gone. Join it to another one."
                yield FlowFinding(node_id, part, "Leads to nothing", sentence)
            if not ends and exit.needed:
                yield FlowFinding(node_id, part, "Leads nowhere", _unjoined(node_id, exit))

    def _all_exits(self, node_id: str) -> tuple[nodes.Exit, ...]:
        if node_id == START:
            return (nodes.Exit(NEXT, "Start", needed=True),)
        node = self._nodes.get(node_id)
        # Two buttons of one id have one exit, and are told of with the buttons.
        return tuple({one.name: one for one in exits_of(node.does)}.values()) if node is not None else ()

    @cached_property
    def _reached(self) -> set[str]:
        return self._from([START], self._ways)

    @staticmethod
    def _from(first: Iterable[str], ways: Mapping[str, Iterable[Way]]) -> set[str]:
        """Everything that can be come to from these, themselves among it."""
        found: set[str] = set()
        open_ids = [one for one in first if one]
        while open_ids:
            id = open_ids.pop()
            if id not in found:
                found.add(id)
                open_ids += [to_id for _, to_id in ways.get(id, ()) if to_id]
        return found

    # Loops.

    def _loop(self, node_id: str) -> Iterator[FlowFinding]:
        loop = next((one for one in self._loops if one[0] == node_id), None)
        if loop is not None:
            named = " → ".join(label(self._definition, one) for one in (*loop, loop[0]))
            sentence = f"The customer is never asked in {named}. Put a question or buttons into it, or lead it elsewhere."
            yield FlowFinding(node_id, "loop", "Goes round without asking", sentence)

    @cached_property
    def _loops(self) -> list[tuple[str, ...]]:
        """One loop of each group of nodes that lead to each other without a word of the customer.

        Each begins with the node that comes first in the flow.
        """
        silent = {
            id: [
                (exit, to_id) for exit, to_id in ways if to_id in self._nodes and not self._is_asked(id, exit)
            ]
            for id, ways in self._ways.items()
        }
        found: list[tuple[str, ...]] = []
        taken: set[str] = set()
        for node in self._definition.nodes:
            loop = () if node.id in taken else _shortest_loop(node.id, silent)
            if loop:
                found.append(loop)
                after = self._from([node.id], silent)
                taken |= {one for one in after if node.id in self._from([one], silent)}
        return found

    def _is_asked(self, node_id: str, exit: str) -> bool:
        """True where nobody leaves by an exit before the customer has said something."""
        node = self._nodes.get(node_id)
        return node is not None and isinstance(node.does, Asks) and exit != NOT_SENT

    # The opt-in.

    def _opt_in(self, node_id: str) -> Iterator[FlowFinding]:
        if node_id not in self._reached:
            return
        by = next((one for one, came in self._unanswered.items() if node_id in came), None)
        if by is not None:
            where = label(self._definition, by)
            sentence = (
                f"A customer can come here from {where} without an answer that was asked for, and the answer is the "
                "evidence of a Yes. Ask first, in words that say what for."
            )
            yield FlowFinding(node_id, "value", "An opt-in that nobody gave", sentence)
        elif node_id in self._unasked:
            told = "; ".join(triggers_words(self._definition).split("\n"))
            sentence = (
                f"What starts the flow is the evidence here ({told}). Be sure that it asks for marketing."
            )
            yield FlowFinding(node_id, "value", "The trigger is the evidence", sentence, blocks=False)
        else:
            yield from self._freely_answered(node_id)

    def _freely_answered(self, node_id: str) -> Iterator[FlowFinding]:
        by = next((one for one, came in self._after_questions.items() if node_id in came), None)
        if by is not None:
            where = label(self._definition, by)
            sentence = (
                f"What is answered to {where} is the evidence of the Yes here, whatever it says. Ask with buttons or a "
                "list, so that it was said to be one."
            )
            yield FlowFinding(node_id, "value", "Any words are the evidence", sentence, blocks=False)

    @cached_property
    def _after_questions(self) -> dict[str, set[str]]:
        """Where one can be with the answer to a free question as the last one, by the question."""
        return {
            node.id: self._from((to for exit, to in self._ways[node.id] if exit == NEXT), self._unasking)
            for node in self._definition.nodes
            if node.id in self._reached
            and isinstance(node.does, nodes.Question)
            and node.does.must_be is not nodes.AnswerKind.PATTERN
        }

    @cached_property
    def _unanswered(self) -> dict[str, set[str]]:
        """Where one can be without an answer that fits, by the node it begins at.

        The last answer is the evidence: “Something else” and “Does not fit” are none.
        """
        made: dict[str, set[str]] = {}
        kinds = {one.kind for one in self._definition.triggers}
        if not kinds or not kinds <= set(_SPOKEN):
            made[START] = self._unasked
        for node in self._definition.nodes:
            if node.id in self._reached and isinstance(node.does, Asks):
                led_to = (to_id for exit, to_id in self._ways[node.id] if exit in (OTHER, INVALID))
                made[node.id] = self._from(led_to, self._unasking)
        return made

    @cached_property
    def _unasked(self) -> set[str]:
        """Where one can be without ever having been asked."""
        return self._from([START], self._unasking)

    @cached_property
    def _unasking(self) -> dict[str, list[Way]]:
        return {
            id: [(exit, to_id) for exit, to_id in ways if not self._is_asked(id, exit)]
            for id, ways in self._ways.items()
        }

    # Names.

    def _names(self, node: Node) -> Iterator[FlowFinding]:
        for part, name in needs(node.does):
            if name in _ALWAYS_KNOWN or name in self._known.attributes:
                continue
            givers = self._givers.get(name, ())
            if not any(node.id in led_to for led_to in givers):
                sentence = f"No step before this one gives {{{{{name}}}}}, and no field has this name: it will be blank."
                yield FlowFinding(node.id, part, "Nothing gives this name", sentence, blocks=False)

    @cached_property
    def _givers(self) -> dict[str, list[set[str]]]:
        """By name: for each node that gives it, everything that can come after that node."""
        made: dict[str, list[set[str]]] = {}
        for node in self._definition.nodes:
            names = gives(node.does)
            if names:
                after = self._from([to_id for _, to_id in self._ways[node.id]], self._ways)
                for name in names:
                    made.setdefault(name, []).append(after)
        return made


def _unjoined(node_id: str, exit: nodes.Exit) -> str:
    if node_id == START:
        return "Join the trigger to the first step."
    if exit.name.startswith(CHOICE):
        return f"Nothing happens after “{exit.label}”. Join it to a step; to End, if that is all."
    return f"“{exit.label}” leads nowhere. Join it to a step; to End, if that is all."


def _shortest_loop(id: str, ways: Mapping[str, list[Way]]) -> tuple[str, ...]:
    """The nodes of a shortest way from a node back to it, beginning with it; () if there is none."""
    came_from: dict[str, str] = {}
    layer = [id]
    while layer:
        following: list[str] = []
        for one in layer:
            for _, to_id in ways.get(one, ()):
                if to_id == id:
                    return _way_back(one, id, came_from)
                if to_id not in came_from:
                    came_from[to_id] = one
                    following.append(to_id)
        layer = following
    return ()


def _way_back(last: str, first: str, came_from: Mapping[str, str]) -> tuple[str, ...]:
    made = [last]
    while made[-1] != first:
        made.append(came_from[made[-1]])
    return tuple(reversed(made))
