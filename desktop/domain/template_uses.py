"""Where a template is used."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.sequence import SequenceStatus


class UseKind(StrEnum):
    """DRAFT: a broadcast that was not launched yet. SEQUENCE: one that names it, drafted or active."""

    DRAFT = "draft"
    BROADCAST = "broadcast"
    SEQUENCE = "sequence"


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """One broadcast or sequence that uses a template.

    selected_count and sent_count: 0 before the launch; sent is what WhatsApp took and nobody called failed.
    Of a sequence, selected_count is how many messages of this template it has made.
    at: when it was launched or activated, or begun.
    """

    kind: UseKind
    id: int
    name: str
    status: BroadcastStatus | SequenceStatus
    template_id: int
    selected_count: int
    sent_count: int
    at: datetime

    @property
    def is_over(self) -> bool:
        return isinstance(self.status, BroadcastStatus) and self.status.is_over
