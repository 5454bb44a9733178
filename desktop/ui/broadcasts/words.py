"""The words and numbers of the broadcast pages: times, shares, badges, conditions as sentences."""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from desktop.domain import zones
from desktop.domain.audience import Lately, Line
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_figures import ReasonCount
from desktop.domain.consent import OptIn
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.why import failed_words
from desktop.ui.parts.badge import BadgeKind
from desktop.ui.theme import Color
from desktop.whatsapp.errors import rule

_BADGES: Final[dict[BroadcastStatus, BadgeKind]] = {
    BroadcastStatus.DRAFT: BadgeKind.DRAFT,
    BroadcastStatus.LAUNCHING: BadgeKind.RUNNING,
    BroadcastStatus.SCHEDULED: BadgeKind.SCHEDULED,
    BroadcastStatus.PREPARING: BadgeKind.RUNNING,
    BroadcastStatus.RUNNING: BadgeKind.RUNNING,
    BroadcastStatus.PAUSED: BadgeKind.PAUSED,
    BroadcastStatus.HELD: BadgeKind.WARN,
    BroadcastStatus.STOPPED: BadgeKind.DANGER,
    BroadcastStatus.DONE: BadgeKind.DONE,
}
BROADCAST_STATUS: Final[dict[BroadcastStatus, tuple[str, BadgeKind]]] = {
    one: (one.label, kind) for one, kind in _BADGES.items()
}
WHEN_LAUNCHED: Final = "when launched"
"""What stands beside a number that was counted at the yes, before anybody is selected."""
TRIED_AGAIN: Final = "Tried again"
"""What a retry is called: in the list under its parent, in its own report and its parent's."""
OPT_IN: Final[dict[OptIn, tuple[str, BadgeKind]]] = {
    OptIn.YES: ("Yes", BadgeKind.IN),
    OptIn.NO: ("No", BadgeKind.OUT),
    OptIn.NONE: ("No choice", BadgeKind.NEUTRAL),
}
MESSAGE_STATUS: Final[dict[Status, tuple[str, str, Color]]] = {
    Status.QUEUED: ("Waiting", "clock", "muted"),
    Status.SENDING: ("Sending", "paper-plane-tilt", "muted"),
    Status.ACCEPTED: ("Accepted", "check", "muted"),
    Status.SENT: ("Sent", "check", "muted"),
    Status.DELIVERED: ("Delivered", "checks", "muted"),
    Status.READ: ("Read", "checks", "accent"),
    Status.FAILED: ("Failed", "warning-fill", "warn"),
    Status.LEFT_OUT: ("Left out", "prohibit", "danger"),
    Status.CANCELLED: ("Cancelled", "x", "muted"),
    Status.UNKNOWN: ("Not certain", "question", "info"),
}
_OPT_OUTS: Final = (Reason.OPTED_OUT, Reason.OPTED_OUT_AFTER_LAUNCH)


def will_receive(line: Line) -> tuple[str, bool]:
    """The words of the preview's last column, and whether they are quiet."""
    if line is Line.WILL_DESPITE:
        return "Yes – despite opt-out", True
    if line.is_sent:
        return "Yes", False
    if line is Line.OPTED_OUT:
        return "No – opted out", True
    return f"No – {line.label[0].lower()}{line.label[1:]}", True


def share(part: int, whole: int, of: str) -> str:
    """'92 % of 712 sent'; nothing when there is no whole."""
    if not whole:
        return ""
    percent = 100 * part / whole
    # 999 of 1,000 is not 100 %, and 1 of 1,000 is not 0 %.
    shown = f"{percent:.0f}"
    if (part < whole and shown == "100") or (part and shown == "0"):
        shown = f"{percent:.1f}" if 0.1 <= percent <= 99.9 else ("< 0.1" if percent < 1 else "> 99.9")
    return f"{shown} % of {whole:,} {of}"


def lately(found: Lately, now: datetime) -> str:
    """'940 of these people got it 2 h ago.'"""
    minutes = max(0, int((now - found.at).total_seconds() // 60))
    ago = f"{minutes // 60} h ago" if minutes >= 60 else f"{minutes} min ago" if minutes else "just now"
    if found.count == 1:
        return f"1 of these people got it {ago}."
    return f"{found.count:,} of these people got it {ago}."


def duration(seconds: float) -> str:
    """'13 s', '4 min', '2 h 10 min'."""
    whole = math.ceil(seconds)
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 100:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def when(moment: datetime | None, now: datetime, zone: tzinfo | None = None) -> str:
    """'11:02' today, 'Yesterday 11:02', '22 Nov 11:02', with the year when it is another one.

    zone: whose clock; None: this machine's.
    """
    if moment is None:
        return ""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if local.date() == today.date() - timedelta(days=1):
        return f"Yesterday {local:%H:%M}"
    if local.year == today.year:
        return f"{local.day} {local:%b %H:%M}"
    return f"{local.day} {local:%b %Y %H:%M}"


def dated(moment: datetime | None, zone: tzinfo | None) -> str:
    """'22 Nov 2026, 11:02', whenever it is read: on paper nobody knows what yesterday was."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def clock(moment: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Like when(), with seconds: '11:03:12'."""
    shown = when(moment, now, zone)
    return f"{shown}:{moment.astimezone(zone):%S}"


def start(moment: datetime | None, now: datetime, zone: ZoneInfo | None) -> str:
    """As when(), on the workspace's clock, by which broadcasts start; it is named where this machine shows another."""
    if (
        moment is None
        or zone is None
        or moment.astimezone().utcoffset() == moment.astimezone(zone).utcoffset()
    ):
        return when(moment, now, zone)
    return f"{when(moment, now, zone)} {zones.offset_words(moment, zone)}"


def zone_words(zone: ZoneInfo, now: datetime) -> str:
    """'America/Los Angeles, UTC−08:00', as it stands at `now`; 'UTC'."""
    name, offset = zone.key.replace("_", " "), zones.offset_words(now, zone)
    return offset if name == offset else f"{name}, {offset}"


def full(moment: datetime | None, zone: tzinfo | None = None) -> str:
    """The whole time with its zone, for tooltips. zone: whose clock; None: this machine's."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S %Z}"


def reason_words(reason: Reason | None, code: int | None) -> str:
    """A reason in a few words; WhatsApp's refusals by what their code means."""
    if reason is None:
        return ""
    if code is not None:
        return rule(code).label
    return reason.label


_TOLD: Final = (Status.FAILED, Status.LEFT_OUT, Status.CANCELLED, Status.UNKNOWN)


def status_of(message: MessageView) -> tuple[str, str, Color]:
    """Words, icon and colour: a message that failed is 'Not delivered', or 'Not sent' if it never left."""
    now = message.status or Status.QUEUED
    text, icon, color = MESSAGE_STATUS[now]
    return (failed_words(message.reason, message.error_code) if now is Status.FAILED else text), icon, color


def message_reason(message: MessageView) -> str:
    """'Not on WhatsApp (131026)'; nothing for a message that is on its way or has arrived."""
    if message.status not in _TOLD:
        return ""
    words = reason_words(message.reason, message.error_code)
    return f"{words} ({message.error_code})" if words and message.error_code is not None else words


def message_sentence(message: MessageView) -> str:
    """What happened to one message and what can be done, with the code; nothing where all is well."""
    if message.status not in _TOLD:
        return ""
    if message.error_code is not None:
        return rule(message.error_code).explanation
    return message.reason.sentence if message.reason else ""


def reason_note(one: ReasonCount) -> str:
    """What stands small after a reason: '(left out)' or the code."""
    if one.error_code is not None:
        return str(one.error_code)
    return {
        Status.LEFT_OUT: "(left out)",
        Status.CANCELLED: "(not sent)",
    }.get(one.status, "")


def left_out_note(reasons: Mapping[Reason, int]) -> str:
    """What stands under the tile: 'opted out', or how many of those who were left out opted out."""
    total, opted = sum(reasons.values()), sum(reasons.get(one, 0) for one in _OPT_OUTS)
    if not total:
        return ""
    if opted == total:
        return "opted out"
    if not opted:
        first = max(reasons, key=lambda one: reasons[one])
        words = first.label[0].lower() + first.label[1:]
        return words if reasons[first] == total else "for several reasons"
    return f"{opted:,} opted out, {total - opted:,} other"


def daily_limit(tier: str) -> str:
    """WhatsApp's messaging limit in words: '10,000 a day' for TIER_10K, "" for one that is not known.

    It counts the people to whom a business writes first in 24 hours.
    """
    if tier == "TIER_UNLIMITED":
        return "No limit"
    found = re.fullmatch(r"TIER_(\d+)(K?)", tier)
    return f"{int(found[1]) * (1_000 if found[2] else 1):,} a day" if found else ""
