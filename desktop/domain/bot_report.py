"""What the report of a flow and the register of unasked messages show. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from desktop.domain.consent import OptIn
from desktop.domain.flow import FlowCounts, FlowVersion, SessionStatus
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """One node. entered_count: how often it was come to, by loops also twice in one session; it is what left by the
    exits and who is there now. by_exit: by the name of the exit, "" where a session ended there. here_count: sessions
    that wait there now. ended: sessions that are over and stood there last, by how. because: what went wrong there, by
    exit, the most frequent first: (sentence, how often).
    """

    entered_count: int = 0
    by_exit: Mapping[str, int] = field(default_factory=dict)
    here_count: int = 0
    ended: Mapping[SessionStatus, int] = field(default_factory=dict)
    because: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)

    @property
    def dropped_count(self) -> int:
        return sum(count for status, count in self.ended.items() if status.is_dropped)


@dataclass(frozen=True, slots=True)
class FlowReport:
    """Sessions of a flow, or of one version (version_id). nodes: by node id, those that anybody ever came to."""

    flow_id: int
    version_id: int | None
    counts: FlowCounts
    versions: tuple[FlowVersion, ...]
    nodes: Mapping[str, NodeFigures]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One customer's way. node_id: where they stand, or stood last; user_name: who started it by hand, else "".

    mishaps: (node id, what went wrong there) on a way that went on, the last ones in their order.
    """

    id: int
    contact_id: int
    contact_name: str
    phone: str
    status: SessionStatus
    because: str
    node_id: str
    version_id: int
    version_number: int
    started_at: datetime
    ended_at: datetime | None
    user_name: str = ""
    trigger: str = ""
    mishaps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer that was collected. name: under which the flow keeps it; session_id: of whose way it is."""

    id: int
    session_id: int
    contact_id: int
    contact_name: str
    phone: str
    name: str
    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RegisterScope:
    """Which of the register's messages: of one flow or (None) of all, since ≤ asked for < until."""

    flow_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One marketing message of a bot that left, or waits to leave, with the opt-in not asked.

    opt_in_then, stopped_then: what was recorded at that moment, by the message's receipt; nobody asked for it.
    flow_id None, flow_name "": of no flow that is known. reason, error_code: what stands with the message now.
    started_by: the colleague who began the talk, ""; else trigger is what did, in words.
    """

    message_id: int
    at: datetime
    contact_id: int
    contact_name: str
    phone: str
    opt_in_then: OptIn
    stopped_then: bool
    flow_id: int | None
    flow_name: str
    template_name: str
    status: Status
    reason: Reason | None = None
    error_code: int | None = None
    started_by: str = ""
    trigger: str = ""

    @property
    def said_no(self) -> bool:
        """Two facts, one answer: it would not have gone, had somebody asked."""
        return self.opt_in_then is OptIn.NO or self.stopped_then


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """The newest rows first."""

    rows: tuple[RegisterRow, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterCounts:
    """Everyone on exactly one of the first three lines. opted_out_count: No to us, or stopped in WhatsApp, at that
    moment. other_reason_count: those of all whose message carries another reason since, as what came of the call.
    """

    opted_out_count: int = 0
    no_choice_count: int = 0
    opted_in_count: int = 0
    other_reason_count: int = 0

    @property
    def total_count(self) -> int:
        return self.opted_out_count + self.no_choice_count + self.opted_in_count
