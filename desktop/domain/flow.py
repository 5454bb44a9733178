"""A bot's flow as data: what starts it, its nodes, how they are joined. Pure.

Source: the specification's path of bots, where opt-in is not asked; kinds of nodes and the order of triggers follow
Gallabox's bots.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from desktop.domain.flow_nodes import BY_KIND, Does, Jump, SendTemplate, exits_of

MOST_NODES: Final = 200
LONGEST_NAME: Final = 80
SHORTEST_TIMEOUT_MINUTES: Final = 1
LONGEST_TIMEOUT_MINUTES: Final = 7 * 24 * 60


class TriggerKind(StrEnum):
    """What starts a flow, in the order in which triggers are asked (gallabox.md §7).

    ADVERTISEMENT: the message came from one (values: parts of its address or headline; none: any). PAYLOAD: of a
    button. KEYWORD: the whole message. PATTERN: a regular expression found in it. ANY: whatever is said.
    """

    ADVERTISEMENT = "advertisement"
    PAYLOAD = "payload"
    KEYWORD = "keyword"
    PATTERN = "pattern"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One way in. match_case: of KEYWORD and PATTERN."""

    kind: TriggerKind = TriggerKind.KEYWORD
    values: tuple[str, ...] = ()
    match_case: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """One card on the canvas. id: short, of this flow; x, y: where its corner lies, in canvas units of 1 px at 100 %."""

    id: str
    does: Annotated[Does, BY_KIND]
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Edge:
    """From an exit of a node to another node. from_id START: the way in."""

    from_id: str
    exit: str
    to_id: str


START: Final = "start"
"""Stands for the card of the triggers, whose one exit is NEXT."""


@dataclass(frozen=True, slots=True)
class FlowDefinition:
    """Everything that a version fixes. timeout_minutes: how long an answer may take."""

    triggers: tuple[Trigger, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    timeout_minutes: int = 15
    start_x: float = 40.0
    start_y: float = 40.0

    def node(self, id: str) -> Node | None:
        return next((one for one in self.nodes if one.id == id), None)

    def after(self, id: str, exit: str) -> str:
        """The node that an exit leads to; "" where it leads nowhere."""
        return next((one.to_id for one in self.edges if (one.from_id, one.exit) == (id, exit)), "")

    def ways(self, node: Node) -> Iterator[str]:
        """The nodes that can follow one, in this flow."""
        for exit in exits_of(node.does):
            if to_id := self.after(node.id, exit.name):
                yield to_id
        if isinstance(node.does, Jump) and node.does.node_id:
            yield node.does.node_id

    @property
    def first_id(self) -> str:
        return self.after(START, "next")

    @property
    def template_ids(self) -> frozenset[int]:
        does = (one.does for one in self.nodes)
        return frozenset(
            one.template_id for one in does if isinstance(one, SendTemplate) and one.template_id is not None
        )

    @property
    def timeout(self) -> timedelta:
        return timedelta(minutes=self.timeout_minutes)


class FlowStatus(StrEnum):
    """DRAFT was never published. OFF starts nobody anew; whoever is in it goes on."""

    DRAFT = "draft"
    PUBLISHED = "published"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class FlowRecord:
    """A flow as kept. version_id, version_number None: never published. draft: what was edited and not published yet.

    definition: of the current version; before the first one, empty. published_at: of the current version.
    is_unreadable: a newer version of the program wrote what this one cannot read; it stands empty in a list.
    """

    id: int
    name: str
    status: FlowStatus
    definition: FlowDefinition
    draft: FlowDefinition | None
    version_id: int | None
    version_number: int | None
    published_at: datetime | None
    changed_at: datetime
    created_at: datetime
    is_unreadable: bool = False

    @property
    def shown(self) -> FlowDefinition:
        """What the editor shows: the draft, or what is published."""
        return self.definition if self.draft is None else self.draft


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """One published state. by_name: who published it."""

    id: int
    flow_id: int
    number: int
    definition: FlowDefinition
    published_at: datetime
    by_name: str = ""
    note: str = ""


class SessionStatus(StrEnum):
    """RUNNING until one of the others.

    COMPLETED: it came to its end. HANDED_OVER: a node gave the conversation to people. TAKEN_OVER: a person replied
    or took the conversation. TIMED_OUT: no answer came. NOT_UNDERSTOOD: the answers did not fit, as often as they may.
    NOT_SENT: a message did not go and nothing stood at that exit. BROKEN: it could not go on; a person is told.
    """

    RUNNING = "running"
    COMPLETED = "completed"
    HANDED_OVER = "handed_over"
    TAKEN_OVER = "taken_over"
    TIMED_OUT = "timed_out"
    NOT_UNDERSTOOD = "not_understood"
    NOT_SENT = "not_sent"
    BROKEN = "broken"

    @property
    def label(self) -> str:
        return _SESSION_LABELS[self]

    @property
    def is_dropped(self) -> bool:
        """The customer was left without what the flow was made for, and people have the conversation."""
        return self in _DROPPED


_SESSION_LABELS: Final = {
    SessionStatus.RUNNING: "Running",
    SessionStatus.COMPLETED: "Finished",
    SessionStatus.HANDED_OVER: "Handed over",
    SessionStatus.TAKEN_OVER: "A colleague replied",
    SessionStatus.TIMED_OUT: "No answer came",
    SessionStatus.NOT_UNDERSTOOD: "Not understood",
    SessionStatus.NOT_SENT: "Could not send",
    SessionStatus.BROKEN: "Could not go on",
}
_DROPPED: Final = frozenset(
    {SessionStatus.TIMED_OUT, SessionStatus.NOT_UNDERSTOOD, SessionStatus.NOT_SENT, SessionStatus.BROKEN}
)


@dataclass(frozen=True, slots=True)
class FlowCounts:
    """Sessions of a flow by how they stand; together everyone who ever came in."""

    by_status: Mapping[SessionStatus, int]

    @property
    def started_count(self) -> int:
        return sum(self.by_status.values())

    def of(self, *statuses: SessionStatus) -> int:
        return sum(self.by_status.get(one, 0) for one in statuses)

    @property
    def dropped_count(self) -> int:
        return self.of(*_DROPPED)
