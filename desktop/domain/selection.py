"""Of whom a broadcast's filter is asked, and who is taken out again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class SourceKind(StrEnum):
    """Where the people come from. The filter narrows every one of them."""

    EVERYONE = "everyone"
    PICKED = "picked"
    LISTS = "lists"
    OUTCOME = "outcome"


class Outcome(StrEnum):
    """What became of somebody in an earlier broadcast, as its report counts it now."""

    DELIVERED = "delivered"
    READ = "read"
    NOT_READ = "not_read"
    REPLIED = "replied"
    NOT_REPLIED = "not_replied"
    FAILED = "failed"
    LEFT_OUT = "left_out"
    NEVER_WENT = "never_went"
    NOT_CERTAIN = "not_certain"

    @property
    def label(self) -> str:
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS: Final = {
    Outcome.DELIVERED: "It was delivered",
    Outcome.READ: "They read it",
    Outcome.NOT_READ: "Delivered, but not read",
    Outcome.REPLIED: "They replied",
    Outcome.NOT_REPLIED: "Delivered, but no reply",
    Outcome.FAILED: "It failed",
    Outcome.LEFT_OUT: "They were left out",
    Outcome.NEVER_WENT: "It never went: it was stopped before",
    Outcome.NOT_CERTAIN: "Not certain",
}


@dataclass(frozen=True, slots=True)
class Again:
    """What a retry tries again: messages that failed with this reason ("": none) and code before a moment."""

    reason: str
    error_code: int | None
    before: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """ids: contacts that were picked, or lists; a contact of several lists, or twice in one, is a duplicate.

    broadcast_id, outcomes: of OUTCOME; whoever has one of the outcomes. again: of a retry; of a broadcast and the retries
    that it has had, whoever it failed for so, and who was not tried again since.
    """

    kind: SourceKind = SourceKind.EVERYONE
    ids: tuple[int, ...] = ()
    broadcast_id: int = 0
    outcomes: tuple[Outcome, ...] = ()
    again: tuple[Again, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True if nobody can come of it, whatever the filter says."""
        if self.kind is SourceKind.EVERYONE:
            return False
        return not self.outcomes if self.kind is SourceKind.OUTCOME else not self.ids


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Who is taken out. marketing_days: got marketing in the last so many times 24 hours, by any path; None: never mind.

    in_running: is waiting for a message of another broadcast that is under way.
    """

    marketing_days: int | None = None
    in_running: bool = False

    @property
    def are_none(self) -> bool:
        return self.marketing_days is None and not self.in_running


@dataclass(frozen=True, slots=True)
class Selection:
    """Beside the filter: where people come from, and who is taken out."""

    source: Source = Source()
    exclusions: Exclusions = Exclusions()

    @property
    def is_everyone(self) -> bool:
        return self.source.kind is SourceKind.EVERYONE and self.exclusions.are_none

    def to_json(self) -> dict[str, Any]:
        source, exclusions = self.source, self.exclusions
        again = [[one.reason, one.error_code, one.before.isoformat()] for one in source.again]
        # Without it where there is none: what somebody approved is told from its words.
        return ({"again": again} if again else {}) | {
            "kind": source.kind.value,
            "ids": list(source.ids),
            "broadcast_id": source.broadcast_id,
            "outcomes": [one.value for one in source.outcomes],
            "marketing_days": exclusions.marketing_days,
            "in_running": exclusions.in_running,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Selection":
        """What is missing has its default: drafts of older versions have none of it."""
        outcomes = tuple(Outcome(one) for one in data.get("outcomes", ()))
        kind = SourceKind(data.get("kind", SourceKind.EVERYONE.value))
        again = tuple(
            Again(reason, code, datetime.fromisoformat(at)) for reason, code, at in data.get("again", ())
        )
        source = Source(kind, tuple(data.get("ids", ())), data.get("broadcast_id", 0), outcomes, again)
        return cls(source, Exclusions(data.get("marketing_days"), data.get("in_running", False)))


EVERYBODY: Final = Selection()
