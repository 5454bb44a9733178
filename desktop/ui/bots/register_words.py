"""The words of the register of marketing that bots sent without asking."""

from typing import Final

from desktop.domain.bot_report import RegisterCounts, RegisterRow
from desktop.domain.consent import OptIn
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
OFF_MEANS: Final = "A bot’s marketing goes out whatever the opt-in says."
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
    text, icon, color = MESSAGE_STATUS[row.status]
    return Cell(text, icon=icon, color=color)


def share(part: int, counts: RegisterCounts) -> str:
    """The denominator under a figure: 'of 1,204'."""
    return f"of {counts.total_count:,}" if counts.total_count else ""


def messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"
