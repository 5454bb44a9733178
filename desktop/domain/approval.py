"""A second supervisor's yes to a broadcast that reaches people who opted out. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from desktop.domain.broadcast import BroadcastDraft


class ApprovalState(StrEnum):
    """ASKED waits for somebody else; EXPIRED: audience or template changed since."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Approval:
    """despite_count: how many who opted out would get it; the second person says yes to this number.

    fingerprint: of what was approved, see `fingerprint()`. reason: of the one who asks. words: of the one who decides.
    """

    id: int
    broadcast_id: int
    state: ApprovalState
    despite_count: int
    selected_count: int
    reason: str
    fingerprint: str
    asked_by: int
    asked_by_name: str
    asked_at: datetime
    decided_by: int | None = None
    decided_by_name: str = ""
    decided_at: datetime | None = None
    words: str = ""

    def stands_for(self, mark: str, despite_count: int) -> bool:
        """True if it was granted for exactly this audience and template, and for no fewer people than now."""
        return (
            self.state is ApprovalState.GRANTED
            and self.fingerprint == mark
            and despite_count <= self.despite_count
        )


def fingerprint(draft: BroadcastDraft, template_revision: int) -> str:
    """What a yes is bound to: audience, template with its revision, message and the toggle; not name or time."""
    kept = draft.to_json()
    bound = {
        name: kept[name]
        for name in ("template_id", "audience", "selection", "only_opted_in", "variables", "content")
    }
    told = json.dumps([bound, template_revision], sort_keys=True, ensure_ascii=False)
    return sha256(told.encode()).hexdigest()
