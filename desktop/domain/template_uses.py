"""Where a template is used."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.flow import FlowStatus
from desktop.domain.sequence import SequenceStatus


class UseKind(StrEnum):
    """DRAFT: a broadcast that was not launched yet. SEQUENCE, FLOW: one that names it, drafted or at work."""

    DRAFT = "draft"
    BROADCAST = "broadcast"
    SEQUENCE = "sequence"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """One broadcast, sequence or flow that uses a template.

    selected_count and sent_count: 0 before the launch; sent is what WhatsApp took and nobody called failed.
    Of a sequence or a flow, selected_count is how many messages of this template it has made.
    at: when it was launched, activated or published, or begun.
    """

    kind: UseKind
    id: int
    name: str
    status: BroadcastStatus | SequenceStatus | FlowStatus
    template_id: int
    selected_count: int
    sent_count: int
    at: datetime

    @property
    def is_over(self) -> bool:
        return isinstance(self.status, BroadcastStatus) and self.status.is_over

    @property
    def is_draft(self) -> bool:
        """It was only begun: nothing leaves by it yet."""
        drafted = self.status in (SequenceStatus.DRAFT, FlowStatus.DRAFT)
        return self.kind is UseKind.DRAFT or (drafted and self.kind is not UseKind.BROADCAST)
