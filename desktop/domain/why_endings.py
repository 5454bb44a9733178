"""How *Why?* ends: what became of the message, in which tone, and what would change it. Pure."""

from typing import Final

from desktop.domain.consent import OptIn, Path
from desktop.domain.known import PASSES, REFUSALS, UNASKED, Known, Tone
from desktop.domain.messages import GONE, Status
from desktop.domain.reasons import Reason

_DESPITE: Final = {
    Reason.DESPITE_OPT_OUT: " despite the opt-out",
    Reason.DESPITE_NO_CHOICE: " without a recorded choice",
    Reason.BOT_NOT_ASKED: " without asking for the opt-in",
}
_REACHED: Final = {
    Status.ACCEPTED: "; WhatsApp has not said yet whether it arrived",
    Status.SENT: "",
    Status.DELIVERED: ", and it arrived",
    Status.READ: ", and it was read",
}


def warns(known: Known) -> bool:
    """True where the compose box asks the person for a reason instead of refusing."""
    asks = known.path is Path.COMPOSE and known.reason in (Reason.OPTED_OUT, Reason.NO_CHOICE)
    return asks and not known.refused


def conclusion(known: Known) -> str:
    """What became of the message, or would; never against its status."""
    status = known.status
    if status is None:
        return _would(known)
    if status in GONE:
        if known.reason is Reason.PERSON_SAYS_ARRIVED and status is Status.ACCEPTED:
            return "So it counts as sent until WhatsApp says otherwise."
        despite = _DESPITE.get(known.answer, "") if known.answer else ""
        return f"So it was sent{despite}{_REACHED[status]}."
    if status is Status.FAILED:
        return f"So the message failed{_moved_on(known)}."
    if status is Status.LEFT_OUT:
        return _left_out(known)
    if status is Status.CANCELLED:
        return _cancelled(known)
    if status is Status.UNKNOWN:
        return "So nobody knows whether it arrived."
    if status is Status.SENDING:
        return "So it is on its way to WhatsApp at this moment."
    again = known.reason in (Reason.WHATSAPP_ERROR, Reason.NOT_REACHED)
    return f"So it waits {'to be tried again' if again else 'for its turn'}; it is asked once more before it leaves."


def tone(known: Known) -> Tone:
    """The colours that fit the conclusion."""
    status = known.status
    if status is None:
        if known.reason in PASSES | UNASKED:
            return Tone.WARN if known.reason in _DESPITE else Tone.GOOD
        if known.reason is None:
            return Tone.NEUTRAL
        return Tone.WARN if warns(known) else Tone.BAD
    if status in GONE:
        return Tone.WARN if known.answer in _DESPITE else Tone.GOOD
    if status in (Status.FAILED, Status.LEFT_OUT):
        return Tone.BAD
    return Tone.WARN if status is Status.UNKNOWN else Tone.NEUTRAL


def _would(known: Known) -> str:
    reason = known.reason
    if reason is None:
        return "So nobody has asked yet."
    if reason in PASSES | UNASKED:
        return f"So it would go out{_DESPITE.get(reason, '')}."
    if warns(known):
        return "So it would go out only after a warning and with a reason, which is kept with the message."
    if known.path is Path.COMPOSE:
        overrules = known.reason in (Reason.OPTED_OUT, Reason.NO_CHOICE)
        return (
            f"So it would not go out: {known.refused}"
            if known.refused and overrules
            else "So it would not go out."
        )
    if known.path is Path.BROADCAST:
        return f"So {known.name} would be left out."
    if known.path is Path.SEQUENCE:
        return f"So the step would fail, and {known.name} would move on to the next one."
    return "So the message would fail."


def _moved_on(known: Known) -> str:
    if known.path is not Path.SEQUENCE or known.moved_on_to is None:
        return ""
    if known.moved_on_to == 0:
        return f", and {known.name} had reached the last step"
    return f", and {known.name} moved on to step {known.moved_on_to}"


def _left_out(known: Known) -> str:
    if known.path is Path.COMPOSE:
        return "So it was not sent, and what was written came back as a draft."
    if known.path is Path.BROADCAST:
        return f"So {known.name} was left out."
    return "So it was left out."


def _cancelled(known: Known) -> str:
    if known.reason is Reason.PERSON_LEFT_IT:
        return "So it was left as it is; nobody knows whether it arrived."
    if known.reason is Reason.PERSON_SENT_AGAIN:
        return "So this one was closed, and the new message counts."
    return "So it was cancelled before it left."


# What would change it.

_TO_DO: Final = {
    Reason.AUTOMATIC_TEMPLATE: "Send a template from the inbox, or by a sequence or a broadcast.",
    Reason.DUPLICATE: "Nothing is missing: the contact has one line with what it gets.",
    Reason.EXCLUDED: "It would go out without the exclusion.",
    Reason.NO_PHONE: "It would go out once the contact has a number.",
    Reason.MISSING_VARIABLE: "It would go out with the attribute filled in, or with a default for it.",
    Reason.WINDOW_CLOSED: "An approved template would go out.",
    Reason.TEMPLATE_NOT_APPROVED: "It would go out with a template that WhatsApp accepts.",
    Reason.TEMPLATE_GONE: "It would go out with another template, or once this one is made again in WhatsApp Manager.",
    Reason.DRAFT_CHANGED: "Look at the draft again, and give a reason anew if it should go.",
    Reason.NOT_REACHED: "Check the network, then send it again.",
    Reason.ANSWER_LOST: "WhatsApp’s next report settles it, or a person in the list Not certain.",
    Reason.BROADCAST_STOPPED: "A new broadcast can reach who was not reached.",
    Reason.LEFT_SEQUENCE: "It would go out if the contact is put into the sequence again.",
    Reason.BOT_STOPPED: "Write it yourself, or start the flow again.",
}


def change(known: Known) -> str:
    """What would change the outcome; "" where nothing needs to."""
    status, reason = known.status, known.reason
    if known.answer is Reason.BOT_NOT_ASKED and (status is None or status in GONE):
        return _were_bots_to_ask(known)
    if status is not None and (status in GONE or status in (Status.QUEUED, Status.SENDING)):
        return ""
    if status is Status.UNKNOWN:
        return _TO_DO[Reason.ANSWER_LOST]
    if reason in REFUSALS:
        return "That has changed since: it would go out now." if known.passes_now else _after_refusal(known)
    if reason is Reason.WHATSAPP_ERROR:
        return known.error_todo
    return _TO_DO.get(reason, "") if reason else ""


def _were_bots_to_ask(known: Known) -> str:
    """What the workspace's switch would make of a bot's message that went, or would go, without the question."""
    if known.opt_in is None:
        return ""
    no_choice = known.strict and known.opt_in is OptIn.NONE
    stops = known.opt_in is OptIn.NO or known.stopped_in_whatsapp or known.us_number or no_choice
    if known.status is None:
        goes = "not go out" if stops else "go out all the same"
    else:
        goes = "not have gone out" if stops else "have gone out all the same"
    return f"With “Bots ask consent too” (Settings → Consent) it would {goes}."


def _after_refusal(known: Known) -> str:
    reason, name = known.reason, known.name
    if known.us_number or reason is Reason.US_NUMBER:
        return "Only a utility template would go out."
    stopped = known.stopped_in_whatsapp or reason is Reason.STOPPED_IN_WHATSAPP
    warned = known.status is None and warns(known)
    ways = [] if stopped or warned else _overruled(known)
    needed = []
    if reason is Reason.NO_CHOICE or (stopped and known.strict and known.opt_in is OptIn.NONE):
        needed.append("opts in")
    elif reason is not Reason.STOPPED_IN_WHATSAPP or known.opt_in is OptIn.NO:
        needed.append("opts in again")
    if stopped:
        needed.append("resumes promotions in WhatsApp")
    ways.append(f"if {name} {' and '.join(needed)}")
    goes = "Without a reason it would go out" if warned else "It would go out"
    return f"{goes} {', '.join(ways)}, or as a utility template."


def _overruled(known: Known) -> list[str]:
    """How a person may overrule the refusal on this path."""
    if known.path is Path.COMPOSE:
        return [] if known.refused else ["with a reason"]
    if known.path is not Path.BROADCAST or not known.only_opted_in:
        return []
    if known.reason is Reason.NO_CHOICE:
        return ["with the toggle off"]
    overrules = known.reason is Reason.OPTED_OUT and not known.refused
    return ["with the toggle off and a reason"] if overrules else []
