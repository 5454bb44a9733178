"""What checks of a flow know, and what they say. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.domain.filters import Attribute
from desktop.domain.flow_triggers import Candidate
from desktop.domain.problems import Problem
from desktop.domain.templates import Template
from desktop.domain.words import Words


@dataclass(frozen=True, slots=True)
class Known:
    """What a flow can name: templates by id, fields by name, sequences that can be entered, other flows and colleagues
    by id. words: those that change the opt-in, and so never reach a bot. bots_ask: the workspace's setting.
    asked: the triggers of all published flows, in their order; flow_id: the flow that this is for, 0 for a new one.
    asks_here: requests reach this machine, as those of a sandbox do.
    """

    templates: Mapping[int, Template] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    sequences: Mapping[int, str] = field(default_factory=dict)
    flows: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    words: Words = Words()
    bots_ask: bool = False
    asked: tuple[Candidate, ...] = ()
    flow_id: int = 0
    asks_here: bool = False


@dataclass(frozen=True, slots=True)
class FlowFinding:
    """One thing to put right. node_id: START for the triggers, "" for the flow itself. blocks False: only a warning.

    part: the input by the name of its field in desktop.domain.flow_nodes, with what it is about after a colon:
    'text', 'choices:b1', 'variables:2', 'headers:0', of START 'triggers:0'; or the exit as 'exit:<name>'.
    mark: what a step is, which its card and its form say already; nothing to put right.
    """

    node_id: str
    part: str
    title: str
    sentence: str
    blocks: bool = True
    mark: bool = False

    @property
    def problem(self) -> Problem:
        return Problem(self.title, self.sentence, f"{self.node_id}:{self.part}")
