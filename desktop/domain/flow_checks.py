"""What stands against publishing a flow, each with its node, so that it can be shown beside its cause. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.domain.filters import Attribute
from desktop.domain.flow import FlowDefinition
from desktop.domain.problems import Problem
from desktop.domain.templates import Template


@dataclass(frozen=True, slots=True)
class Known:
    """What a flow can name: templates by id, fields by name, sequences that can be entered, other flows and colleagues
    by id.
    """

    templates: Mapping[int, Template] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    sequences: Mapping[int, str] = field(default_factory=dict)
    flows: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowFinding:
    """One thing to put right. node_id: START for the triggers, "" for the flow itself. part: the input, or the exit as
    'exit:<name>'. blocks False: only a warning.
    """

    node_id: str
    part: str
    title: str
    sentence: str
    blocks: bool = True

    @property
    def problem(self) -> Problem:
        return Problem(self.title, self.sentence, f"{self.node_id}:{self.part}")


def check(definition: FlowDefinition, known: Known) -> tuple[FlowFinding, ...]:
    """Everything that is wrong or doubtful, in the order of the nodes."""
    del definition, known
    return ()
