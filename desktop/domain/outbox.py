"""What passes between the store and the engine: a submission, a claim, and how a call ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from desktop.domain.consent import Category, Override, Path, Verdict
from desktop.domain.messages import Lane, Status
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template


@dataclass(frozen=True, slots=True)
class Submission:
    """One message that someone wants to send.

    kind: text, template, interactive, image …; content: what its kind needs (for a template its values,
    for interactive its buttons; {"object": …}: WhatsApp's own object of that kind, ready to be sent; {"header": …}
    of a template: its file or place). text is what the thread shows. enrolment_id, version_id, step_number: of a
    sequence. api_key_id: the key that it came with. session_id, node_id: of a bot.
    """

    contact_id: int
    path: Path
    kind: str
    text: str
    lane: Lane
    content: Mapping[str, Any] = field(default_factory=dict)
    template_id: int | None = None
    override: Override | None = None
    author_id: int | None = None
    context_wamid: str | None = None
    retry_of: int | None = None
    due_at: datetime | None = None
    enrolment_id: int | None = None
    version_id: int | None = None
    step_number: int | None = None
    api_key_id: int | None = None
    session_id: int | None = None
    node_id: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that may be sent now: its row says `sending`, committed, before any call."""

    message_id: int
    contact_id: int
    broadcast_id: int | None
    lane: Lane
    path: Path
    phone: str
    user_id: str
    kind: str
    text: str
    content: Mapping[str, Any]
    template: Template | None
    values: Mapping[str, str]
    category: Category
    verdict: Verdict
    attempt_number: int
    context_wamid: str | None = None


class AttemptOutcome(StrEnum):
    """How one call ended. OPEN: it may have begun and nothing more is known."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LOST = "lost"
    NOT_STARTED = "not_started"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of a claimed message after its call.

    status: accepted, failed, unknown, or queued again (with due_at). hold: a whole account or template stops.
    request, http_status, answer: what was said on the wire, without the token; None where it is not kept.
    """

    message_id: int
    attempt_number: int
    outcome: AttemptOutcome
    status: Status
    reason: Reason | None = None
    error_code: int | None = None
    error_details: str = ""
    wamid: str | None = None
    wa_id: str | None = None
    user_id: str | None = None
    due_at: datetime | None = None
    request: str | None = None
    http_status: int | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """What one claim did: messages to send, and how many were stopped by their verdict.

    more: there may be further due messages. pace_per_s: the workspace's setting as read by the claim.
    """

    claimed: tuple[Claimed, ...] = ()
    stopped_count: int = 0
    stale_template_ids: tuple[int, ...] = ()
    more: bool = False
    pace_per_s: int | None = None
