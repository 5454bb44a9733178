"""What came into a conversation since a person began to write: they see it before their message goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktop.domain.problems import Problem


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest message and the newest consent event that the person could see; 0 for none."""

    message_id: int = 0
    consent_event_id: int = 0

    def to_json(self) -> list[int]:
        return [self.message_id, self.consent_event_id]

    @classmethod
    def from_json(cls, kept: object) -> "Seen | None":
        """None for what is not there or not understood."""
        if not isinstance(kept, list) or len(kept) != 2 or not all(isinstance(one, int) for one in kept):
            return None
        return cls(*kept)


class Kind(StrEnum):
    CUSTOMER = "customer"
    COLLEAGUE = "colleague"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    NO_CHOICE = "no_choice"


@dataclass(frozen=True, slots=True)
class News:
    """One thing that came. who: the customer's first name, or the colleague's; text: of a message."""

    kind: Kind
    who: str
    at: datetime
    text: str = ""
    origin: str = ""
    """Of an opt-in: where it came from, as of `ConsentEvent.origin`."""


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """All that came since, in the order of time. seen: what the person has seen when they have seen this."""

    news: tuple[News, ...] = ()
    seen: Seen = Seen()

    def __bool__(self) -> bool:
        return bool(self.news)


class Stale(Problem):
    """Something came since the person began to write. Look at `meanwhile`, then submit with its `seen`."""

    def __init__(self, meanwhile: Meanwhile) -> None:
        super().__init__("Something came meanwhile", "Look at what came since you began to write, then send.")
        self.meanwhile = meanwhile


VALUES: Mapping[str, Kind] = {
    "yes": Kind.OPTED_IN,
    "resume": Kind.OPTED_IN,
    "no": Kind.OPTED_OUT,
    "stop": Kind.OPTED_OUT,
    "none": Kind.NO_CHOICE,
}
"""What a consent event's value is told as."""


def shortened(text: str, longest: int = 80) -> str:
    """The beginning of a message in one line."""
    words = " ".join(text.split())
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"
