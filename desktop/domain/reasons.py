"""Why a message went out or did not: one code, one title, one sentence, used by every screen.

The codes are stored with each message; the words are for people and may be improved freely.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a message was sent, left out or failed. The value is what the store keeps."""

    # It may go.
    NOT_MARKETING = "not_marketing"
    OPTED_IN = "opted_in"
    NO_CHOICE_PASSES = "no_choice_passes"
    DESPITE_OPT_OUT = "despite_opt_out"
    DESPITE_NO_CHOICE = "despite_no_choice"
    BOT_NOT_ASKED = "bot_not_asked"
    AUTOMATIC = "automatic"
    # Consent says no.
    OPTED_OUT = "opted_out"
    OPTED_OUT_AFTER_LAUNCH = "opted_out_after_launch"
    STOPPED_IN_WHATSAPP = "stopped_in_whatsapp"
    NO_CHOICE = "no_choice"
    US_NUMBER = "us_number"
    AUTOMATIC_TEMPLATE = "automatic_template"
    # The audience says no.
    DUPLICATE = "duplicate"
    EXCLUDED = "excluded"
    NO_PHONE = "no_phone"
    MISSING_VARIABLE = "missing_variable"
    # The message cannot go as it is.
    WINDOW_CLOSED = "window_closed"
    TEMPLATE_NOT_APPROVED = "template_not_approved"
    TEMPLATE_GONE = "template_gone"
    DRAFT_CHANGED = "draft_changed"
    # WhatsApp answered with an error; its code is kept beside the message.
    WHATSAPP_ERROR = "whatsapp_error"
    NOT_REACHED = "not_reached"
    # Nobody knows yet, or a person decided.
    ANSWER_LOST = "answer_lost"
    PERSON_SAYS_ARRIVED = "person_says_arrived"
    PERSON_LEFT_IT = "person_left_it"
    PERSON_SENT_AGAIN = "person_sent_again"
    BROADCAST_STOPPED = "broadcast_stopped"
    LEFT_SEQUENCE = "left_sequence"
    BOT_STOPPED = "bot_stopped"

    @property
    def label(self) -> str:
        """A few words for a table or a report line."""
        return _WORDS[self][0]

    @property
    def sentence(self) -> str:
        """What happened and, where something can be done, what to do."""
        return _WORDS[self][1]


_WORDS: dict[Reason, tuple[str, str]] = {
    Reason.NOT_MARKETING: (
        "Not marketing",
        "Only marketing templates ask for the opt-in; this message is not one.",
    ),
    Reason.OPTED_IN: ("Opted in", "The contact said yes to marketing."),
    Reason.NO_CHOICE_PASSES: (
        "No choice recorded",
        "No choice is recorded, and this workspace lets such contacts receive marketing.",
    ),
    Reason.DESPITE_OPT_OUT: (
        "Sent despite opt-out",
        "The contact opted out; a person gave a reason to send anyway, and it is kept.",
    ),
    Reason.DESPITE_NO_CHOICE: (
        "Sent without a choice",
        "No choice is recorded and the workspace is strict; a person decided to send anyway.",
    ),
    Reason.BOT_NOT_ASKED: (
        "Bot: consent not asked",
        "A bot that a customer has spoken to does not ask for the opt-in, unless they said No since it began. "
        "The message is counted in the register.",
    ),
    Reason.AUTOMATIC: ("Automatic", "A service text that answers the customer inside the reply window."),
    Reason.OPTED_OUT: (
        "Opted out of marketing",
        "The contact opted out of marketing. It would go out if they opt in again, or as a utility template.",
    ),
    Reason.OPTED_OUT_AFTER_LAUNCH: (
        "Opted out after launch",
        "The contact opted out after the broadcast was launched, before their message left.",
    ),
    Reason.STOPPED_IN_WHATSAPP: (
        "Stopped promotions in WhatsApp",
        "The contact stopped marketing from you in WhatsApp itself. Only they can resume it there.",
    ),
    Reason.NO_CHOICE: (
        "No choice recorded",
        "No choice is recorded and this workspace requires an opt-in (Strict). Ask the contact first.",
    ),
    Reason.US_NUMBER: (
        "United States number",
        "WhatsApp delivers no marketing to United States numbers. Use a utility template.",
    ),
    Reason.AUTOMATIC_TEMPLATE: (
        "Automatic messages are never templates",
        "An automatic message may only be a service text inside the reply window.",
    ),
    Reason.DUPLICATE: (
        "Selected twice",
        "The same contact was selected more than once; they get one message.",
    ),
    Reason.EXCLUDED: ("Excluded", "An exclusion of this broadcast covers the contact."),
    Reason.NO_PHONE: ("No phone number", "The contact has no number to send to. Add one."),
    Reason.MISSING_VARIABLE: (
        "Template parameter missing",
        "A variable of the template has no value for this contact. Fill the attribute or give a default.",
    ),
    Reason.WINDOW_CLOSED: (
        "Reply window closed",
        "The customer wrote nothing in the last 24 hours. Send an approved template instead.",
    ),
    Reason.TEMPLATE_NOT_APPROVED: (
        "Template not approved",
        "WhatsApp does not accept this template now (paused, rejected or disabled). Choose another one.",
    ),
    Reason.TEMPLATE_GONE: (
        "Template gone",
        "The template no longer exists in WhatsApp. Choose another one, or make it again in WhatsApp Manager.",
    ),
    Reason.DRAFT_CHANGED: (
        "Changed since you wrote it",
        "The contact's opt-in or the template changed after the reason was given. Look again, then decide.",
    ),
    Reason.WHATSAPP_ERROR: ("WhatsApp refused it", "WhatsApp answered with an error; its code says more."),
    Reason.NOT_REACHED: (
        "WhatsApp not reached",
        "The connection could not be made after several tries. Check the network, then send it again.",
    ),
    Reason.ANSWER_LOST: (
        "Not certain",
        "The answer was lost, so nobody knows whether it arrived. WhatsApp's next report settles it, or you do.",
    ),
    Reason.PERSON_SAYS_ARRIVED: ("Marked as arrived", "A person said that it arrived."),
    Reason.PERSON_LEFT_IT: ("Left as it is", "A person decided to leave it, not knowing whether it arrived."),
    Reason.PERSON_SENT_AGAIN: (
        "Sent again",
        "A person decided to send it again; the new message was asked anew.",
    ),
    Reason.LEFT_SEQUENCE: (
        "Left the sequence",
        "The contact left the sequence (a goal, or a person) before this message left.",
    ),
    Reason.BOT_STOPPED: (
        "The bot had stopped",
        "A colleague took over, or the flow was over, before this message left.",
    ),
    Reason.BROADCAST_STOPPED: ("Broadcast stopped", "The broadcast was stopped before this message left."),
}


def reason_of(kept: str) -> Reason | None:
    """The reason as a store keeps it; None for "" and for one of a newer version."""
    try:
        return Reason(kept)
    except ValueError:
        return None
