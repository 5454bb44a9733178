"""Which conversations the list shows, in which order, and what a search in messages finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from desktop.domain.consent import OptIn
from desktop.domain.conversations import Box

_T = TypeVar("_T", bound=StrEnum)
CLOSING: Final = timedelta(hours=2)
"""A reply window that has less left than this is about to close."""


class Order(StrEnum):
    """How the list is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    WAITING = "waiting"
    """Longest unanswered first: since when something is unread; those without anything unread after them."""
    WINDOW = "window"
    """The reply window that closes first, then those that are closed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Box, order and conditions of the list; all conditions must hold. tags: any of these names."""

    box: Box = Box.MINE
    order: Order = Order.NEWEST
    tags: tuple[str, ...] = ()
    opt_in: OptIn | None = None
    unread: bool = False
    closing: bool = False

    @property
    def condition_count(self) -> int:
        return bool(self.tags) + (self.opt_in is not None) + self.unread + self.closing

    def to_json(self) -> dict[str, Any]:
        return {
            "box": self.box.value,
            "order": self.order.value,
            "tags": list(self.tags),
            "opt_in": self.opt_in.value if self.opt_in is not None else None,
            "unread": self.unread,
            "closing": self.closing,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Wanted":
        """What a version kept; a word that this one does not know is as usual."""
        opt_in = kept.get("opt_in")
        return cls(
            _known(Box, kept.get("box"), Box.MINE),
            _known(Order, kept.get("order"), Order.NEWEST),
            tuple(str(one) for one in kept.get("tags") or ()),
            OptIn(opt_in) if opt_in in set(OptIn) else None,
            bool(kept.get("unread")),
            bool(kept.get("closing")),
        )


def _known(kind: type[_T], value: object, usual: _T) -> _T:
    return next((one for one in kind if one == value), usual)


@dataclass(frozen=True, slots=True)
class InboxView:
    """What a person kept under a name."""

    id: int
    name: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class MessageHit:
    """A message whose text holds what was searched for."""

    message_id: int
    contact_id: int
    text: str
    outgoing: bool
    at: datetime
