"""The words of the register of marketing that bots sent without asking."""

from typing import Final

from desktop.domain.bot_report import RegisterCounts, RegisterRow
from desktop.domain.consent import OptIn
from desktop.domain.messages import Status
from desktop.domain.why import failed_words
from desktop.ui.broadcasts.words import MESSAGE_STATUS
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.parts.rows import Cell

WHAT: Final = (
    "Marketing that bots sent without asking for the opt-in: a bot answers someone who wrote to you, so it does not "
    "ask, and each such message stands here."
)
SWITCH: Final = "Bots ask consent too"
OFF: Final = f"{SWITCH}: off"
ON: Final = f"{SWITCH}: on"
OFF_MEANS: Final = (
    "A bot’s marketing goes out whatever the opt-in says, once the customer has spoken to it. Where a colleague started "
    "the flow it is asked until then, and where the customer says No after the bot began."
)
ON_MEANS: Final = "While it is on, nothing new comes into the register."
SETTINGS: Final = "Change in Settings…"


def opt_in_cell(row: RegisterRow) -> Cell:
    """What stood recorded when the message was asked for."""
    if row.opt_in_then is OptIn.NO:
        tip = "They had also stopped promotions in WhatsApp" if row.stopped_then else ""
        return Cell("Opted out", BadgeKind.OUT, tooltip=tip)
    if row.stopped_then:
        return Cell("Stopped in WhatsApp", BadgeKind.OUT)
    if row.opt_in_then is OptIn.YES:
        return Cell("Opted in", BadgeKind.IN)
    return Cell("No choice", BadgeKind.NEUTRAL)


def status_cell(row: RegisterRow) -> Cell:
    """In the words of the reports."""
    text, icon, color = MESSAGE_STATUS[row.status]
    if row.status is Status.FAILED:
        text = failed_words(row.reason, row.error_code)
    return Cell(text, icon=icon, color=color)


def flow_cell(row: RegisterRow) -> Cell:
    """The flow, and the colleague who started it; the tooltip has what a customer's message did, too."""
    name = row.flow_name or "–"
    by = f"Started by {row.started_by}" if row.started_by else ""
    began = by or (f"Began with: {row.trigger}" if row.trigger else "")
    shown = f"{name} · {by}" if by else name
    return Cell(shown, tooltip="\n".join(one for one in (row.flow_name, began) if one))


def moved_words(counts: RegisterCounts) -> str:
    """Why the filter of the reports finds fewer; "" where it does not."""
    count = counts.other_reason_count
    if not count:
        return ""
    of_these, has = ("Of these, 1", "has") if count == 1 else (f"Of these, {count:,}", "have")
    return (
        f"{of_these} {has} another reason by now, such as WhatsApp’s error: a message has one reason, and Reports lists "
        f"{'it' if count == 1 else 'them'} by that one."
    )


def these(count: int) -> str:
    """'This 1 message', 'These 1,204 messages'."""
    return f"{'This' if count == 1 else 'These'} {messages(count)}"


def share(part: int, counts: RegisterCounts) -> str:
    """The denominator under a figure: 'of 1,204'."""
    return f"of {counts.total_count:,}" if counts.total_count else ""


def messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"
