"""Why a message went out or did not, step by step: the same words in the compose box, the wizard, the thread and
the report. Pure: `explain()` turns what is known into sentences; it never decides.
"""

from datetime import datetime
from typing import Final

from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.known import PASSES, REFUSALS, BotAsks, ConsentSaid, Explanation, Known, Piece, WhyStep
from desktop.domain.messages import GONE, Status
from desktop.domain.reasons import Reason
from desktop.domain.why_endings import change, conclusion, tone

PATH_WORDS: Final = {
    Path.COMPOSE: "Inbox",
    Path.BROADCAST: "Broadcast",
    Path.SEQUENCE: "Sequence",
    Path.API: "API",
    Path.BOT: "Bot",
    Path.AUTOMATIC: "Automatic",
}
"""The paths as people know them."""
CATEGORY_WORDS: Final = {
    Category.MARKETING: "Marketing",
    Category.UTILITY: "Utility",
    Category.AUTHENTICATION: "Authentication",
    Category.SERVICE: "Service",
}
_CONTENT_WORDS: Final = {
    "text": "a text",
    "image": "an image",
    "video": "a video",
    "document": "a document",
    "audio": "an audio file",
    "sticker": "a sticker",
    "location": "a location",
    "contacts": "a contact card",
    "interactive": "an interactive message",
    "reaction": "a reaction",
}
"""What goes out without a template, by WhatsApp's own kinds."""
NOT_SENT: Final = "Not sent"
NOT_DELIVERED: Final = "Not delivered"
OPT_IN_WORDS: Final = {OptIn.YES: "Yes", OptIn.NO: "No", OptIn.NONE: "No choice"}


def failed_words(reason: Reason | None, error_code: int | None) -> str:
    """What a failed message is called: 'Not delivered' where WhatsApp refused it, 'Not sent' where it never left.

    error_code: WhatsApp's, below 0 where the refusal came from something on the way.
    """
    refused = error_code >= 0 if error_code is not None else reason in (None, Reason.WHATSAPP_ERROR)
    return NOT_DELIVERED if refused else NOT_SENT


def explain(known: Known) -> Explanation:
    """Put what is known into words. Total: every combination has an explanation."""
    steps = [_what(known), _rule(known)]
    asks = known.kind is Category.MARKETING and known.path is not Path.AUTOMATIC and not _unasked(known)
    if asks and known.reason not in (Reason.DUPLICATE, Reason.EXCLUDED):
        steps += _facts(known)
    elif _unasked(known) and known.kind is Category.MARKETING:
        steps += _not_looked_at(known)
    steps += _override(known)
    steps += _happened(known)
    return Explanation(
        _title(known),
        tuple(steps),
        conclusion(known),
        change(known),
        tone(known),
        tuple(_small(known)),
        known.contact_id,
    )


def _title(known: Known) -> str:
    status = known.status
    if status is None:
        return "Would this go out?"
    if status in GONE:
        return "Why was this sent?"
    if status is Status.UNKNOWN:
        return "Why is this not certain?"
    if status in (Status.QUEUED, Status.SENDING):
        return "Why has this not gone out yet?"
    if status is Status.FAILED and known.reason is Reason.WHATSAPP_ERROR:
        return "Why did this fail?"
    return "Why was this not sent?"


# The steps.


def _step(*pieces: Piece | str) -> WhyStep:
    return WhyStep(tuple(Piece(one) if isinstance(one, str) else one for one in pieces if one))


def _what(known: Known) -> WhyStep:
    badge = Piece(CATEGORY_WORDS[known.kind], category=known.kind)
    read = f"(read {_at(known.asked_at, known, seconds=True)})" if known.asked_at else ""
    if known.template_name:
        return _step("The template", Piece(known.template_name, strong=True), "is", badge, read)
    if known.kind is Category.SERVICE:
        content = _CONTENT_WORDS.get(known.content_kind, "a message")
        return _step(f"It is {content} without a template:", badge)
    return _step("The template is" if known.status is not None else "A template that is", badge, read)


def _rule(known: Known) -> WhyStep:
    path = PATH_WORDS[known.path]
    named = Piece(f"{path} · {known.where}" if known.where else path, strong=True)
    return _step("Path", named, f": {_rule_words(known)}")


def _rule_words(known: Known) -> str:
    if known.path is Path.AUTOMATIC:
        return "a service text inside the 24-hour window only, never a template"
    if known.kind is not Category.MARKETING:
        return "only marketing asks for the opt-in"
    if known.path is Path.BOT:
        if _unasked(known):
            return (
                "a bot does not ask for the opt-in of a customer who has spoken to it, unless they say No after it "
                "began; each such message is counted in a register"
            )
        return _BOT_ASKS[known.bot_asks or BotAsks.WORKSPACE]
    if known.path is Path.BROADCAST and not known.only_opted_in:
        return "the toggle is off, so who opted out gets it too, with the reason that was given"
    return {
        Path.COMPOSE: "marketing to someone who opted out needs a warning and a reason",
        Path.BROADCAST: "the toggle is on, so who opted out is left out",
        Path.SEQUENCE: "marketing needs opt-in; without it the step fails and the contact moves on",
        Path.API: "marketing needs opt-in",
    }[known.path]


_BOT_ASKS: Final = {
    BotAsks.WORKSPACE: "marketing needs opt-in: the workspace wants it of bots",
    BotAsks.NOT_SPOKEN: "marketing needs opt-in, as a colleague started the flow and the customer had not answered it yet",
    BotAsks.SAID_NO: "marketing needs opt-in, as the customer said No after the bot began",
}


def _unasked(known: Known) -> bool:
    """True for a bot's marketing that went, or would go, without the question."""
    return known.path is Path.BOT and known.answer not in REFUSALS | PASSES and not known.asked


_IMPLIED: Final = {
    Reason.OPTED_IN: OptIn.YES,
    Reason.OPTED_OUT: OptIn.NO,
    Reason.OPTED_OUT_AFTER_LAUNCH: OptIn.NO,
    Reason.DESPITE_OPT_OUT: OptIn.NO,
    Reason.NO_CHOICE: OptIn.NONE,
    Reason.NO_CHOICE_PASSES: OptIn.NONE,
    Reason.DESPITE_NO_CHOICE: OptIn.NONE,
}
"""What an answer says of the opt-in that it rested on."""


def _facts(known: Known) -> list[WhyStep]:
    answer = known.answer
    steps: list[WhyStep] = []
    said = _IMPLIED.get(answer) if answer else None
    value = said or known.opt_in
    if value is not None:
        steps.append(_opt_in(known, value, known.said if known.opt_in is value else None))
    if known.stopped_in_whatsapp or answer is Reason.STOPPED_IN_WHATSAPP:
        since = f" on {_stamp(known.stopped.at, known)}" if known.stopped else ""
        words = f"{_capital(known.name)} stopped promotions from you in WhatsApp{since}"
        steps.append(_step(words, *_event(known.stopped)))
    if answer in (Reason.NO_CHOICE, Reason.DESPITE_NO_CHOICE):
        steps.append(_step("This workspace is strict: no choice counts as a No"))
    elif answer is Reason.NO_CHOICE_PASSES:
        steps.append(_step("This workspace lets contacts without a choice have marketing"))
    # Of a message that has left, or never will, today's number says nothing.
    waits = known.us_number and known.status in (None, Status.QUEUED)
    if waits or answer is Reason.US_NUMBER:
        words = f"{_of(known.name)} number is in the United States, where WhatsApp delivers no marketing"
        steps.append(_step(words))
    return steps


def _not_looked_at(known: Known) -> list[WhyStep]:
    """What the contact had said when a bot did not look."""
    if known.opt_in is None:
        return []
    then = "" if known.status is None else " then"
    steps = [_opt_in(known, known.opt_in, known.said, head=f"Not asked: {_of(known.name)} opt-in was{then}")]
    if known.stopped_in_whatsapp:
        since = f" since {_stamp(known.stopped.at, known)}" if known.stopped else ""
        words = f"{_capital(known.name)} had stopped promotions from you in WhatsApp{since}"
        steps.append(_step(words, *_event(known.stopped)))
    return steps


def _opt_in(known: Known, value: OptIn, said: ConsentSaid | None, head: str = "") -> WhyStep:
    badge = Piece(OPT_IN_WORDS[value], opt_in=value)
    head = head or f"{_of(known.name)} opt-in is"
    if said is None:
        return _step(head, badge, ": nobody has recorded one" if value is OptIn.NONE else "")
    late = " (after the launch)" if known.answer is Reason.OPTED_OUT_AFTER_LAUNCH else ""
    tail = f"since {_stamp(said.at, known)}{late}, {origin(said)}"
    return _step(head, badge, tail, *_event(said))


def origin(said: ConsentSaid) -> str:
    """Where an answer came from: 'keyword “STOP”', 'import “spring list”', 'recorded by Meera Rao'."""
    if said.source is Source.AGENT:
        return f"recorded by {said.by_name or 'a colleague'}"
    words = {Source.WHATSAPP: "in WhatsApp", Source.API: "API", Source.MERGE: "kept from a merge with"}
    word = words.get(said.source, said.source.value)
    if said.source is Source.MERGE:
        return f"{word} {said.evidence or 'another contact'}"
    return f"{word} “{said.evidence}”" if said.evidence else word


def _event(said: ConsentSaid | None) -> tuple[Piece, ...]:
    return (Piece(f"event {said.event_id}", event_id=said.event_id),) if said else ()


def _override(known: Known) -> list[WhyStep]:
    by = known.override_by_name or "Somebody"
    if known.reason is Reason.DRAFT_CHANGED:
        return [_step("The reason that was given is void: the opt-in or the template changed since")]
    if known.answer not in (Reason.DESPITE_OPT_OUT, Reason.DESPITE_NO_CHOICE):
        return []
    if known.override_reason:
        return [_step(f"{by} gave a reason to send anyway: “{known.override_reason}”")]
    return [_step(f"{by} decided to send anyway")] if known.path is not Path.BROADCAST else []


_HAPPENED: Final = {
    Reason.AUTOMATIC_TEMPLATE: "This one is a template",
    Reason.DUPLICATE: "The contact was selected more than once, and gets one message",
    Reason.EXCLUDED: "An exclusion covers the contact",
    Reason.NO_PHONE: "The contact has no number to send to",
    Reason.MISSING_VARIABLE: "A variable of the template has no value for this contact",
    Reason.WINDOW_CLOSED: "The reply window is closed: the customer wrote nothing in the last 24 hours",
    Reason.TEMPLATE_NOT_APPROVED: "WhatsApp does not accept the template now: paused, rejected or disabled",
    Reason.TEMPLATE_GONE: "The template does not exist in WhatsApp any more",
    Reason.NOT_REACHED: "WhatsApp was not reached: no connection could be made",
    Reason.ANSWER_LOST: "The call began, and WhatsApp’s answer was lost",
    Reason.PERSON_SAYS_ARRIVED: "The answer was lost; a person said that it arrived",
    Reason.PERSON_LEFT_IT: "The answer was lost; a person decided to leave it as it is",
    Reason.PERSON_SENT_AGAIN: "The answer was lost; a person sent it again as a new message",
    Reason.BROADCAST_STOPPED: "The broadcast was stopped before this message left",
    Reason.LEFT_SEQUENCE: "The contact left the sequence before this message left",
    Reason.BOT_STOPPED: "A colleague took over, or the flow was over, before this message left",
}


def _happened(known: Known) -> list[WhyStep]:
    """What else stood in the way, or what came of the call."""
    reason = known.reason
    if reason is Reason.WHATSAPP_ERROR or (reason is None and known.error_code is not None):
        return [_step("WhatsApp answered:", *_error(known))]
    words = _HAPPENED.get(reason) if reason else None
    return [_step(words)] if words else []


def _error(known: Known) -> list[Piece | str]:
    code = known.error_code
    number = f"(error {code})" if code is not None and code >= 0 else ""
    return [Piece(known.error_title or "an error", strong=True), number]


def _small(known: Known) -> list[str]:
    """Small print: who wrote it, how often WhatsApp was called, its own words."""
    lines: list[str] = []
    if known.status is None:
        return lines
    facts = [f"Message {known.message_id}"] if known.message_id else []
    if known.author_name:
        facts.append(f"written by {known.author_name}")
    if known.template_name and known.template_revision is not None:
        facts.append(f"template revision {known.template_revision}")
    count = known.attempt_count
    calls = {0: "WhatsApp was not called", 1: "one call to WhatsApp"}.get(
        count, f"{count:,} calls to WhatsApp"
    )
    facts.append(calls)
    lines.append(" · ".join(facts))
    if known.error_details:
        lines.append(f"WhatsApp’s words: {known.error_details}" if known.error_code else known.error_details)
    return lines


# Times and names.


def _stamp(at: datetime, known: Known) -> str:
    """'22 Nov 10:42', with the year when it is another one than now."""
    here = at.astimezone(known.zone)
    year = "" if here.year == known.now.astimezone(known.zone).year else f" {here.year}"
    return f"{here.day} {_MONTHS[here.month - 1]}{year} {here:%H:%M}"


def _at(at: datetime, known: Known, *, seconds: bool = False) -> str:
    """'at 11:04:02', with the day when it is not today."""
    here = at.astimezone(known.zone)
    clock = f"{here:%H:%M:%S}" if seconds else f"{here:%H:%M}"
    if here.date() == known.now.astimezone(known.zone).date():
        return f"at {clock}"
    day = _stamp(at, known).rsplit(" ", 1)[0]
    return f"on {day} at {clock}"


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _of(name: str) -> str:
    return f"{_capital(name)}’s"


def _capital(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"
