"""Where a template is used."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktop.domain.broadcast import BroadcastStatus


class UseKind(StrEnum):
    """DRAFT: a broadcast that was not launched yet."""

    DRAFT = "draft"
    BROADCAST = "broadcast"


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """One broadcast that uses a template.

    selected_count and sent_count: 0 before the launch; sent is what WhatsApp took and nobody called failed.
    at: when it was launched, or begun.
    """

    kind: UseKind
    id: int
    name: str
    status: BroadcastStatus
    template_id: int
    selected_count: int
    sent_count: int
    at: datetime

    @property
    def is_over(self) -> bool:
        return self.status.is_over
