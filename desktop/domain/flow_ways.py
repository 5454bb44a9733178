"""Where each card of a flow leads: the whole map at once, for what walks all of it. Pure."""

from desktop.domain.flow import START, FlowDefinition
from desktop.domain.flow_nodes import NEXT, Jump, exits_of

Way = tuple[str, str]
"""The name of an exit, and the id that it leads to."""


def all_ways(definition: FlowDefinition) -> dict[str, list[Way]]:
    """By node id (START first), each exit that leads somewhere in the order of the exits; a jump's is NEXT."""
    led_to: dict[Way, str] = {}
    for edge in definition.edges:
        led_to.setdefault((edge.from_id, edge.exit), edge.to_id)
    first_id = led_to.get((START, NEXT), "")
    made: dict[str, list[Way]] = {START: [(NEXT, first_id)] if first_id else []}
    for node in definition.nodes:
        names = dict.fromkeys(exit.name for exit in exits_of(node.does))
        ways = [(name, led_to[node.id, name]) for name in names if led_to.get((node.id, name))]
        if isinstance(node.does, Jump) and node.does.node_id:
            ways.append((NEXT, node.does.node_id))
        made.setdefault(node.id, ways)
    return made


def in_order(definition: FlowDefinition) -> tuple[str, ...]:
    """Every card: along the ways from the triggers (START), exit by exit; then those that nothing leads to, by their
    place on the canvas. So every list of steps has them.
    """
    found: dict[str, None] = {}
    ways = all_ways(definition)
    loose = sorted(definition.nodes, key=lambda each: (each.y, each.x))
    for begin in (START, *(each.id for each in loose)):
        todo = [begin]
        while todo:
            id = todo.pop()
            if id in ways and id not in found:
                found[id] = None
                todo += reversed([to_id for _, to_id in ways[id]])
    return tuple(found)
