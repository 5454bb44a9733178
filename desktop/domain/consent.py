"""The consent rule: may this message go to this contact, by this path, now?

Source: the specification "Marketing opt-in Handling Methods", cell by cell; where it is silent, the
table in the project's design (§1). This module is the only place that answers the question: the
preview, the submission and the claim all call `decide()`, and only `clear()` makes the value that the
WhatsApp client accepts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from desktop.domain.reasons import Reason


class OptIn(StrEnum):
    """What a contact said about marketing. NONE: nobody recorded a choice."""

    YES = "yes"
    NO = "no"
    NONE = "none"


class Path(StrEnum):
    """The way a message leaves. AUTOMATIC is ours: the STOP confirmation, office hours."""

    COMPOSE = "compose"
    BROADCAST = "broadcast"
    SEQUENCE = "sequence"
    API = "api"
    BOT = "bot"
    AUTOMATIC = "automatic"


class Category(StrEnum):
    """A template's category as WhatsApp bills it; SERVICE is a message without a template."""

    MARKETING = "marketing"
    UTILITY = "utility"
    AUTHENTICATION = "authentication"
    SERVICE = "service"


class Source(StrEnum):
    """Who or what changed a consent fact."""

    AGENT = "agent"
    KEYWORD = "keyword"
    BUTTON = "button"
    IMPORT = "import"
    API = "api"
    BOT = "bot"
    WHATSAPP = "whatsapp"
    MERGE = "merge"


class Outcome(StrEnum):
    """What becomes of the message."""

    SEND = "send"
    WARN = "warn"
    LEAVE_OUT = "leave_out"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the contact when the question is asked.

    consent_event_id is the newest consent event of either fact (None: no event yet); a reason given by
    a person is void once it moves on.
    """

    opt_in: OptIn = OptIn.NONE
    stopped_in_whatsapp: bool = False
    us_number: bool = False
    consent_event_id: int | None = None

    @property
    def says_no(self) -> bool:
        """Two facts, one answer: NO if either says so."""
        return self.opt_in is OptIn.NO or self.stopped_in_whatsapp


@dataclass(frozen=True, slots=True)
class Override:
    """A person's reason to send although the contact said no, bound to what they saw.

    template_revision None leaves the template open: a broadcast's reason covers its contacts, and its
    template is fixed elsewhere. contact_id, template_id: for whom and what a compose reason was given.
    """

    reason: str
    user_id: int
    consent_event_id: int | None
    template_revision: int | None = None
    contact_id: int | None = None
    template_id: int | None = None

    def covers(self, facts: Facts, template_revision: int | None) -> bool:
        """True while nothing that the reason was bound to has changed."""
        if not self.reason.strip() or self.consent_event_id != facts.consent_event_id:
            return False
        return self.template_revision is None or self.template_revision == template_revision


@dataclass(frozen=True, slots=True)
class Policy:
    """The workspace settings that the rule reads."""

    strict: bool = False
    bots_ask: bool = False

    def in_session(self, *, has_spoken: bool, said_no_since: bool = False) -> "Policy":
        """What holds for a bot's message. has_spoken: the customer has said something to this session. said_no_since:
        they said No, to us or in WhatsApp, after the talk with the bot began.

        The specification frees bots from asking in incoming conversations. Where a colleague began the flow and the
        customer has not spoken yet, there is none, and the bot asks. It asks, too, of who says No while it talks: that
        is an answer to what goes on here, and newer than what made the conversation an incoming one.
        """
        return self if has_spoken and not said_no_since else replace(self, bots_ask=True)


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that the answer depends on."""

    path: Path
    category: Category
    facts: Facts
    policy: Policy = Policy()
    only_opted_in: bool = True
    """The broadcast's toggle; on also where no toggle is shown."""
    override: Override | None = None
    template_revision: int | None = None
    window_open: bool = False
    after_launch: bool = False
    """Asked at the claim of a broadcast, when its audience has been fixed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, with what it rests on; stored with the message as its receipt."""

    outcome: Outcome
    reason: Reason
    asked: bool
    consent_event_id: int | None = None
    template_revision: int | None = None

    @property
    def may_send(self) -> bool:
        """True for SEND alone: a warning that nobody answered stops the message."""
        return self.outcome is Outcome.SEND

    @property
    def sentence(self) -> str:
        """The verdict in a sentence for people."""
        return self.reason.sentence


_OPENED_BY_A_REASON: Final = {
    Reason.OPTED_OUT: Reason.DESPITE_OPT_OUT,
    Reason.NO_CHOICE: Reason.DESPITE_NO_CHOICE,
}
"""The refusals that a person may overrule. WhatsApp's stop and a US number stay shut: nothing would arrive."""


def decide(question: Question) -> Verdict:
    """Answer the question. Total: every combination of facts has exactly one verdict."""
    if question.path is Path.AUTOMATIC:
        return _automatic(question)
    if question.category is not Category.MARKETING:
        return _verdict(question, Outcome.SEND, Reason.NOT_MARKETING, asked=False)
    if question.path is Path.BOT and not question.policy.bots_ask:
        return _verdict(question, Outcome.SEND, Reason.BOT_NOT_ASKED, asked=False)
    passed = Reason.OPTED_IN if question.facts.opt_in is OptIn.YES else Reason.NO_CHOICE_PASSES
    warned: Reason | None = None
    for refusal in _refusals(question.facts, question.policy.strict):
        if _opened(refusal, question):
            passed = _OPENED_BY_A_REASON[refusal]
        elif question.path is Path.COMPOSE and refusal in _OPENED_BY_A_REASON:
            warned = warned or refusal
        else:
            return _refuse(refusal, question)
    if warned is not None:
        return _verdict(question, Outcome.WARN, warned)
    return _verdict(question, Outcome.SEND, passed)


def _automatic(question: Question) -> Verdict:
    if question.category is not Category.SERVICE:
        return _verdict(question, Outcome.FAIL, Reason.AUTOMATIC_TEMPLATE, asked=False)
    if not question.window_open:
        return _verdict(question, Outcome.FAIL, Reason.WINDOW_CLOSED, asked=False)
    return _verdict(question, Outcome.SEND, Reason.AUTOMATIC, asked=False)


def _refusals(facts: Facts, strict: bool) -> Iterator[Reason]:
    """Every reason against, in the order in which people are told."""
    if facts.opt_in is OptIn.NO:
        yield Reason.OPTED_OUT
    if facts.stopped_in_whatsapp:
        yield Reason.STOPPED_IN_WHATSAPP
    if strict and facts.opt_in is OptIn.NONE:
        yield Reason.NO_CHOICE
    if facts.us_number:
        yield Reason.US_NUMBER


def _opened(refusal: Reason, question: Question) -> bool:
    if refusal not in _OPENED_BY_A_REASON:
        return False
    covered = question.override is not None and question.override.covers(
        question.facts, question.template_revision
    )
    if question.path is Path.COMPOSE:
        # In the compose box a person saw one template: a reason bound to none covers none.
        given = question.override
        return covered and given is not None and given.template_revision == question.template_revision
    if question.path is Path.BROADCAST and not question.only_opted_in:
        # Strict asks for a choice; with the toggle off nobody asks, and only an opt-out needs the reason.
        return covered or refusal is Reason.NO_CHOICE
    return False


def _refuse(refusal: Reason, question: Question) -> Verdict:
    outcome = Outcome.FAIL if question.path in (Path.SEQUENCE, Path.API, Path.BOT) else Outcome.LEAVE_OUT
    if refusal is Reason.OPTED_OUT and question.path is Path.BROADCAST and question.after_launch:
        refusal = Reason.OPTED_OUT_AFTER_LAUNCH
    return _verdict(question, outcome, refusal)


def _verdict(question: Question, outcome: Outcome, reason: Reason, *, asked: bool = True) -> Verdict:
    return Verdict(outcome, reason, asked, question.facts.consent_event_id, question.template_revision)


_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class Cleared:
    """Leave to call WhatsApp once for one message. Made by `clear()` and by nothing else."""

    message_id: int
    verdict: Verdict
    seal: object = None

    def __post_init__(self) -> None:
        if self.seal is not _SEAL or not self.verdict.may_send:
            raise PermissionError("only consent.clear() makes leave to send")


def clear(message_id: int, verdict: Verdict) -> Cleared:
    """Turn a SEND verdict into leave to call WhatsApp.

    Raises PermissionError for any other verdict: nothing that was refused can reach the wire.
    """
    if not verdict.may_send:
        raise PermissionError(f"message {message_id} may not be sent: {verdict.reason}")
    return Cleared(message_id, verdict, _SEAL)
