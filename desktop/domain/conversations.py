"""What the conversation screen shows: rows of the list and entries of the thread."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from desktop.domain.consent import Category, OptIn, Path
from desktop.domain.flow import SessionStatus
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason


class Box(StrEnum):
    """The tabs of the list."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"
    CLOSED = "closed"
    BOT = "bot"
    """Open ones in which a flow runs now."""


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One row of the list. last_status is None for an inbound last message. bot: the flow that handles it now, or "".

    first_unread_id, waiting_since: the first message that nobody has read, and when it came; None: all are read.
    assigned_name: who has it, or "". remind_at: when the person who looks is reminded of it; None: they are not.
    """

    contact_id: int
    name: str
    phone: str
    opt_in: OptIn
    stopped_in_whatsapp: bool
    tags: tuple[str, ...]
    open: bool
    assigned_to: int | None
    unread_count: int
    last_at: datetime
    last_text: str
    last_kind: str
    last_status: Status | None
    last_reason: Reason | None
    last_error_code: int | None
    last_inbound_at: datetime | None
    bot: str = ""
    first_unread_id: int | None = None
    waiting_since: datetime | None = None
    assigned_name: str = ""
    remind_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a thread is read: the newest messages, or those older than, newer than, or around a message.

    unread: around the first message that nobody has read, where it is not among the newest. At most one is given.
    """

    before_id: int | None = None
    after_id: int | None = None
    around_id: int | None = None
    unread: bool = False


NEWEST: Final = Place()


@dataclass(frozen=True, slots=True)
class Quoted:
    """The message that another one answers, as it stands above the answer. author_name: of ours, who wrote it, or ""."""

    message_id: int
    outgoing: bool
    author_name: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message of a thread, or a row of a report. status None: inbound.

    moved_on_to: of a step that failed, the step that its contact went on to; None while they have not, or never will.
    A thread leaves it open. version_number: of a sequence that has several versions. session_id, flow_id, flow_name,
    node_id: of a bot. asked: whether the opt-in was looked at; None: that was not kept.
    quoted: what it answers, if that is known here; reaction: the customer's emoji on it, or "" (threads only).
    """

    id: int
    contact_id: int
    outgoing: bool
    status: Status | None
    kind: str
    text: str
    at: datetime
    changed_at: datetime
    path: Path | None = None
    category: Category = Category.SERVICE
    reason: Reason | None = None
    error_code: int | None = None
    error_details: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    template_id: int | None = None
    template_name: str = ""
    broadcast_id: int | None = None
    broadcast_name: str = ""
    author_name: str = ""
    override_reason: str = ""
    contact_name: str = ""
    phone: str = ""
    wamid: str = ""
    context_wamid: str = ""
    sequence_id: int | None = None
    sequence_name: str = ""
    step_number: int | None = None
    api_key_name: str = ""
    moved_on_to: int | None = None
    version_number: int | None = None
    session_id: int | None = None
    flow_id: int | None = None
    flow_name: str = ""
    node_id: str = ""
    asked: bool | None = None
    quoted: Quoted | None = None
    reaction: str = ""

    @property
    def is_unasked_marketing(self) -> bool:
        """A bot's marketing whose opt-in nobody asked for, whatever came of it since."""
        of_bot = self.path is Path.BOT and self.category is Category.MARKETING
        return of_bot and (self.reason is Reason.BOT_NOT_ASKED or self.asked is False)


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A part of a thread, oldest first, and whether there is more on either side."""

    messages: tuple[MessageView, ...] = ()
    has_older: bool = False
    has_newer: bool = False


@dataclass(frozen=True, slots=True)
class BotTurn:
    """A bot's time in a conversation. because: why it ended, as a sentence or ""; by_name: who started it, or ""."""

    session_id: int
    flow_name: str
    status: SessionStatus
    because: str
    by_name: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class BoxCounts:
    """How many conversations each tab holds."""

    mine: int = 0
    unassigned: int = 0
    all: int = 0
    closed: int = 0
    bot: int = 0
