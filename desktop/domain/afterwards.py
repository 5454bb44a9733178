"""What a broadcast does after its messages have left: whom replies go to, and what is tried again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class RouteKind(StrEnum):
    """Who takes the conversation of somebody who replies to a broadcast's message."""

    AS_ALWAYS = "as_always"
    UNASSIGNED = "unassigned"
    PERSON = "person"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Afterwards:
    """route_id: the person or the flow that takes replies; 0 for the other kinds.

    retry_count: how often what can be tried again is tried again by itself, 0: never; after_h: hours from the end of
    the broadcast, or of the try before. An opt-out is never tried again, and Meta's limit for marketing (131049) not
    before 24 hours.
    """

    route: RouteKind = RouteKind.AS_ALWAYS
    route_id: int = 0
    retry_count: int = 0
    after_h: int = 24

    def to_json(self) -> dict[str, Any]:
        return {
            "route": self.route.value,
            "route_id": self.route_id,
            "retry_count": self.retry_count,
            "after_h": self.after_h,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Afterwards":
        """What is missing has its default."""
        return cls(
            RouteKind(data.get("route", RouteKind.AS_ALWAYS.value)),
            data.get("route_id", 0),
            data.get("retry_count", 0),
            data.get("after_h", 24),
        )
