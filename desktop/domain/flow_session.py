"""What passes between a flow's transition and whoever carries it out: where a session stands, what happened to it,
and what is to be done. Pure values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from desktop.domain.consent import OptIn
from desktop.domain.filters import Attribute, Person
from desktop.domain.flow import SessionStatus
from desktop.domain.flow_nodes import Request


class Awaits(StrEnum):
    """What a session waits for; NOTHING once it is over."""

    MESSAGE = "message"
    ANSWER = "answer"
    REQUEST = "request"
    TIME = "time"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class SessionState:
    """Where a session stands. Everything that a later transition needs is in it.

    said: the customer's last answer, the evidence of an opt-in. try_count: wrong answers to this node so far.
    hop_count: nodes since the customer last said something. due_at: when waiting ends by itself. status, because: how
    it ended, with a sentence where a person should know more.
    """

    node_id: str = ""
    awaits: Awaits = Awaits.NOTHING
    answers: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    try_count: int = 0
    hop_count: int = 0
    due_at: datetime | None = None
    status: SessionStatus = SessionStatus.RUNNING
    because: str = ""

    @property
    def is_over(self) -> bool:
        return self.status is not SessionStatus.RUNNING


# What happened.


@dataclass(frozen=True, slots=True)
class Started:
    """text: the keyword or button that did it, which may be evidence of an opt-in; "" where anything else did."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """The customer said something. payload: of a pressed button or row; kind: text, image …"""

    text: str
    payload: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class MessageEnded:
    """The session's last message left, or will not: because says why, for people."""

    sent: bool
    because: str = ""


@dataclass(frozen=True, slots=True)
class RequestEnded:
    """values: what was taken from the answer. because: why it failed, "" if it did not."""

    values: Mapping[str, str] = field(default_factory=dict)
    because: str = ""


@dataclass(frozen=True, slots=True)
class TimeCame:
    """It is due_at, or later."""


@dataclass(frozen=True, slots=True)
class PersonCame:
    """A colleague replied, took the conversation or closed it."""


Event = Started | Said | MessageEnded | RequestEnded | TimeCame | PersonCame


# What is to be done.


@dataclass(frozen=True, slots=True)
class Send:
    """A message. kind, text, content: as in `outbox.Submission`; template_id with content values: a template."""

    node_id: str
    kind: str
    text: str
    content: Mapping[str, Any] = field(default_factory=dict)
    template_id: int | None = None


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """node_id: where it was given."""

    node_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ChangeAttribute:
    """value as the flow has it; "" takes it away. One that does not fit the field is not kept."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class ChangeOptIn:
    """evidence: the customer's words."""

    value: OptIn
    evidence: str


@dataclass(frozen=True, slots=True)
class ChangeTags:
    """Tags to put on, and to take off."""

    add: tuple[str, ...]
    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EnrolIn:
    """Into a sequence, by the rules of its own."""

    sequence_id: int


@dataclass(frozen=True, slots=True)
class AskProgram:
    """A request with everything filled but its secrets."""

    node_id: str
    request: Request


@dataclass(frozen=True, slots=True)
class GiveTo:
    """The conversation goes to a colleague; None: to whoever takes it. if_nobodys: a colleague who has it keeps it."""

    user_id: int | None
    if_nobodys: bool = False


@dataclass(frozen=True, slots=True)
class StartFlow:
    """Another flow goes on with these answers."""

    flow_id: int


@dataclass(frozen=True, slots=True)
class Passed:
    """A node was left by an exit; "" where it ends the session. What the report counts.

    because: what went wrong there, for people; "" where nothing did.
    """

    node_id: str
    exit: str
    because: str = ""


Effect = (
    Send
    | KeepAnswer
    | ChangeAttribute
    | ChangeOptIn
    | ChangeTags
    | EnrolIn
    | AskProgram
    | GiveTo
    | StartFlow
    | Passed
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a transition can see. fields: what texts draw on (`contacts.fields_of`). mark: of the session, for buttons."""

    person: Person
    fields: Mapping[str, str]
    attributes: Mapping[str, Attribute]
    now: datetime
    zone: ZoneInfo
    mark: str = ""


TO_PEOPLE: Final = GiveTo(None, if_nobodys=True)
"""Where a session cannot go on: people see the conversation, and no colleague loses it."""


@dataclass(frozen=True, slots=True)
class Transition:
    """state: after it. effects: in the order in which they are to be done, all of them or none."""

    state: SessionState
    effects: tuple[Effect, ...] = ()
