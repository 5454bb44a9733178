"""Where in a flow a form stands: what can be named there. Pure."""

from dataclasses import dataclass, field

from desktop.domain.flow import FlowDefinition
from desktop.domain.flow_findings import Known
from desktop.domain.flow_names import gives
from desktop.domain.flow_nodes import Jump


@dataclass(frozen=True, slots=True)
class Place:
    """node_id: START for the triggers. zone_name: the workspace's time zone, "" where it is not known."""

    definition: FlowDefinition = field(default_factory=FlowDefinition)
    node_id: str = ""
    known: Known = field(default_factory=Known)
    zone_name: str = ""

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers that can be known here, in the order of the nodes; of a node that nothing leads to, all."""
        before = _before(self.definition, self.node_id)
        nodes = [one for one in self.definition.nodes if one.id in before]
        if not nodes:
            nodes = [one for one in self.definition.nodes if one.id != self.node_id]
        return tuple(dict.fromkeys(name for one in nodes for name in gives(one.does)))


def _before(definition: FlowDefinition, node_id: str) -> set[str]:
    """Every node from which a way leads to this one."""
    ways = [(one.from_id, one.to_id) for one in definition.edges]
    ways += [(one.id, one.does.node_id) for one in definition.nodes if isinstance(one.does, Jump)]
    found: set[str] = set()
    open_ids = [node_id]
    while open_ids:
        at = open_ids.pop()
        new = {origin for origin, to_id in ways if to_id == at} - found
        found |= new
        open_ids += new
    return found
