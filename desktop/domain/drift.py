"""What changed under a broadcast since a person said yes to it, and why a broadcast is held. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from desktop.domain.audience import Breakdown, Line


class Cause(StrEnum):
    """Why a broadcast waits for a person."""

    MISSED = "missed"
    RESTORED = "restored"
    CATCHING_UP = "catching_up"
    TEMPLATE_MARKETING = "template_marketing"
    TEMPLATE_PAUSED = "template_paused"
    TEMPLATE_EDITED = "template_edited"
    QUALITY = "quality"
    ACCOUNT = "account"
    CONSENT = "consent"
    REFUSED = "refused"
    LIMIT = "limit"
    NOT_READY = "not_ready"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    Cause.MISSED: "Its time passed while Assent was closed",
    Cause.RESTORED: "The store is an older copy",
    Cause.CATCHING_UP: "Catching up with replies",
    Cause.TEMPLATE_MARKETING: "The template turned into marketing",
    Cause.TEMPLATE_PAUSED: "WhatsApp does not send the template now",
    Cause.TEMPLATE_EDITED: "The template was edited",
    Cause.QUALITY: "The number’s quality dropped",
    Cause.ACCOUNT: "WhatsApp restricted the account",
    Cause.CONSENT: "Another number said no than was approved",
    Cause.REFUSED: "WhatsApp refuses everybody",
    Cause.LIMIT: "The daily limit is reached",
    Cause.NOT_READY: "It cannot start as it is",
}

QUALITY_RANK: Final = {"RED": 0, "YELLOW": 1, "GREEN": 2}
"""Meta's ratings of a number, the worst first; one that is not known yet is none of them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stood when a person said yes, or stand now. category: of the template, as it counts for consent.

    quality: of the number, Meta's word; "" if not known. restriction: what WhatsApp says of the account; "" if nothing.
    counts: contacts by line. consent_event_id: the newest choice of anybody; None: not known, in stores of before.
    text: of the template, its variables as they stand in it; "" where that was not kept.
    """

    at: datetime
    category: str = ""
    revision: int = 0
    quality: str = ""
    restriction: str = ""
    counts: Mapping[Line, int] = field(default_factory=dict, hash=False)
    consent_event_id: int | None = None
    text: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "category": self.category,
            "revision": self.revision,
            "quality": self.quality,
            "restriction": self.restriction,
            "counts": {line.value: count for line, count in self.counts.items()},
            "consent_event_id": self.consent_event_id,
            "text": self.text,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Standing":
        counts = {Line(line): count for line, count in data.get("counts", {}).items()}
        return cls(
            datetime.fromisoformat(data["at"]),
            data.get("category", ""),
            data.get("revision", 0),
            data.get("quality", ""),
            data.get("restriction", ""),
            counts,
            data.get("consent_event_id"),
            data.get("text", ""),
        )


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that is not as it was."""

    cause: Cause
    sentence: str


class Decision(StrEnum):
    """What a person did with a broadcast that waited for them."""

    GONE_ON = "gone_on"
    STOPPED = "stopped"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Hold:
    """One time that a broadcast waited for a person. decision None: it waits still."""

    id: int
    broadcast_id: int
    cause: Cause
    because: str
    at: datetime
    decision: Decision | None = None
    decided_by_name: str = ""
    decided_at: datetime | None = None


SAID_NO: Final = (Line.OPTED_OUT, Line.STOPPED_IN_WHATSAPP, Line.WILL_DESPITE)
"""Lines of those who said no to marketing, whether they get it or not."""


def said_no_count(counts: Mapping[Line, int]) -> int:
    """Contacts of a selection who said no to marketing, whether they get it or not."""
    return sum(counts.get(line, 0) for line in SAID_NO)


def drifted(then: Standing, now: Standing, share_percent: int) -> tuple[Drift, ...]:
    """What a person should look at before it goes on; of several, the gravest first.

    share_percent: how far the number of those who said no may move, in percent of the selection of then.
    """
    found: list[Drift] = []
    if now.restriction and now.restriction != then.restriction:
        found.append(Drift(Cause.ACCOUNT, f"WhatsApp says of the account: {now.restriction}."))
    found += template_drift(then, now.category, now.revision)
    if _has_dropped(then.quality, now.quality):
        told = f"The number’s quality was {then.quality.lower()} and is {now.quality.lower()} now."
        found.append(Drift(Cause.QUALITY, told))
    selected_count = Breakdown(then.counts).selected_count
    before_count, after_count = said_no_count(then.counts), said_no_count(now.counts)
    if (
        now.counts
        and selected_count
        and abs(after_count - before_count) * 100 > share_percent * selected_count
    ):
        told = (
            f"{before_count:,} of {selected_count:,} had said no when it was approved; "
            f"{after_count:,} have now, a change of more than {share_percent} %."
        )
        found.append(Drift(Cause.CONSENT, told))
    return tuple(found)


def template_drift(then: Standing, category: str, revision: int) -> tuple[Drift, ...]:
    """What changed of the template alone; a turn into marketing says it all, though its revision is another one, too."""
    if category == "marketing" != then.category and then.category:
        told = "The template counts as marketing now, so opt-in is asked. Look at who is left out."
        return (Drift(Cause.TEMPLATE_MARKETING, told),)
    if then.revision and revision != then.revision:
        return (
            Drift(Cause.TEMPLATE_EDITED, "The template is another one than was approved: look at its text."),
        )
    return ()


def _has_dropped(then: str, now: str) -> bool:
    """One that is not known, then or now, is no drop."""
    before, after = QUALITY_RANK.get(then.upper()), QUALITY_RANK.get(now.upper())
    return before is not None and after is not None and after < before
