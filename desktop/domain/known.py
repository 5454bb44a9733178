"""What *Why?* draws on and what it answers: plain values, see `desktop.domain.why`."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class ConsentSaid:
    """A consent event that counted. reason: why a person recorded it; evidence: the word, the file, the key."""

    event_id: int
    source: Source
    at: datetime
    evidence: str = ""
    by_name: str = ""
    reason: str = ""


class BotAsks(StrEnum):
    """Why a bot asked for the opt-in, although bots need not. See `consent.Policy.in_session`."""

    SAID_NO = "said_no"
    """The customer said No after the talk began."""
    NOT_SPOKEN = "not_spoken"
    """A colleague started the flow, and the customer had not answered it yet."""
    WORKSPACE = "workspace"
    """The workspace wants it of all bots."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that an explanation draws on.

    status None: a question about a message that nobody has sent; `reason` is then its answer. Else reason is
    what stands with the message now, and verdict the rule's own last answer before WhatsApp or a person said
    more. asked: whether the opt-in was looked at. refused: why the person who asks may not send despite a refusal, as
    a sentence; "" where they may. opt_in, said, stopped_in_whatsapp, stopped: the contact's two
    facts as they were then (opt_in None: not known). where: the path's own thing ('Winter clearance', 'Welcome,
    step 2', 'shop-sync', the flow 'Order status'). moved_on_to: the step that a contact of a sequence went on to, 0 when that was the last
    one. content_kind: what it is without a template ('text', 'image', 'interactive' …). us_number: the contact's number is in the United States now. strict: whether the workspace asks for a choice now. passes_now: the rule
    would let it go at this moment. bot_asks: of a bot that asked, why it did; None: not a bot, or nothing is known of it. now: the moment of the answer; zone: in which zone times are told (None: this machine's).
    """

    path: Path
    category: Category
    status: Status | None
    now: datetime
    reason: Reason | None = None
    verdict: Reason | None = None
    asked: bool = False
    refused: str = ""
    contact_id: int = 0
    contact_name: str = ""
    template_name: str = ""
    content_kind: str = "text"
    template_revision: int | None = None
    asked_at: datetime | None = None
    opt_in: OptIn | None = None
    said: ConsentSaid | None = None
    stopped_in_whatsapp: bool = False
    stopped: ConsentSaid | None = None
    us_number: bool = False
    only_opted_in: bool = True
    strict: bool = False
    passes_now: bool = False
    bot_asks: BotAsks | None = None
    override_reason: str = ""
    override_by_name: str = ""
    where: str = ""
    author_name: str = ""
    error_code: int | None = None
    error_title: str = ""
    error_todo: str = ""
    error_details: str = ""
    moved_on_to: int | None = None
    message_id: int | None = None
    attempt_count: int = 0
    zone: tzinfo | None = None

    @property
    def name(self) -> str:
        """How a sentence calls the contact: the first name, or 'the contact'."""
        words = self.contact_name.split()
        if not words:
            return "the contact"
        # A contact without a name is called by the whole number.
        return self.contact_name if words[0].startswith("+") else words[0]

    @property
    def answer(self) -> Reason | None:
        """The rule's answer, as far as it is known."""
        return self.verdict or self.reason

    @property
    def kind(self) -> Category:
        """The category that counted: the template may have become marketing after the message was written."""
        return Category.MARKETING if self.answer in ABOUT_CONSENT else self.category


REFUSALS = frozenset(
    {
        Reason.OPTED_OUT,
        Reason.OPTED_OUT_AFTER_LAUNCH,
        Reason.STOPPED_IN_WHATSAPP,
        Reason.NO_CHOICE,
        Reason.US_NUMBER,
    }
)
"""Consent said no."""
PASSES = frozenset(
    {Reason.OPTED_IN, Reason.NO_CHOICE_PASSES, Reason.DESPITE_OPT_OUT, Reason.DESPITE_NO_CHOICE}
)
"""Consent was asked, and the message may go."""
UNASKED = frozenset({Reason.NOT_MARKETING, Reason.BOT_NOT_ASKED, Reason.AUTOMATIC})
"""The message may go without the question."""
ABOUT_CONSENT = REFUSALS | PASSES


class Tone(StrEnum):
    """How a conclusion is shown. WARN: it went out although somebody said no, or nobody knows."""

    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a step. category, opt_in: shown as a badge with `text`; event_id: a link to a consent event."""

    text: str
    strong: bool = False
    category: Category | None = None
    opt_in: OptIn | None = None
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class WhyStep:
    """One step of the answer."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The step as one sentence, for a screen reader and for copying."""
        joined = " ".join(piece.text for piece in self.pieces)
        for mark in (",", ":", ";"):
            joined = joined.replace(f" {mark}", mark)
        return joined


@dataclass(frozen=True, slots=True)
class Explanation:
    """title: the question; steps; conclusion: what became of it; change: what would change that, or "".

    small: what stands below in small print. contact_id: whom it is about.
    """

    title: str
    steps: tuple[WhyStep, ...]
    conclusion: str
    change: str
    tone: Tone
    small: tuple[str, ...] = ()
    contact_id: int = 0

    @property
    def text(self) -> str:
        """The whole answer as text."""
        numbered = [f"{number} · {step.text}" for number, step in enumerate(self.steps, 1)]
        end = f"{self.conclusion} {self.change}".strip()
        return "\n".join([self.title, *numbered, end, *self.small])
