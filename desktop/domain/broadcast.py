"""A broadcast as data: its draft, its states, and how its audience is kept for certain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from desktop.domain import filters
from desktop.domain.afterwards import Afterwards
from desktop.domain.audience import Breakdown
from desktop.domain.broadcast_when import When
from desktop.domain.drift import Cause, Standing
from desktop.domain.filters import EVERYONE, Filter
from desktop.domain.selection import EVERYBODY, Selection
from desktop.domain.templates import Variable


class BroadcastStatus(StrEnum):
    """DRAFT → LAUNCHING or SCHEDULED → PREPARING → RUNNING ⇄ PAUSED → DONE or STOPPED; HELD asks a person.

    LAUNCHING: the seconds in which it can be taken back, SCHEDULED: it waits for its time. Nobody is selected in
    either; the snapshot is taken when they end.
    """

    DRAFT = "draft"
    LAUNCHING = "launching"
    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    HELD = "held"
    STOPPED = "stopped"
    DONE = "done"

    @property
    def label(self) -> str:
        """What it is called wherever a person reads it."""
        return self.value.capitalize()

    @property
    def is_over(self) -> bool:
        return self in (BroadcastStatus.STOPPED, BroadcastStatus.DONE)

    @property
    def can_be_taken_back(self) -> bool:
        """True while nobody is selected yet."""
        return self in (BroadcastStatus.LAUNCHING, BroadcastStatus.SCHEDULED)


LONGEST_NAME: Final = 120
"""Letters of a broadcast's name."""


class BroadcastKind(StrEnum):
    """TEST: to a few numbers, with the toggle on. RETRY: what failed in its parent and can be tried again."""

    BROADCAST = "broadcast"
    TEST = "test"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class BroadcastDraft:
    """What a supervisor has chosen so far.

    audience: the filter that is asked of the selection. stop_if_missing: it does not start while somebody who would get
    it lacks the value of a variable; otherwise they are left out, with the reason.
    content: what every message brings beside its variables: {"header": …} a file or place, {"payloads": …} of
    quick replies. asked: of the API, parts of the request that its answers repeat.
    """

    name: str = ""
    template_id: int | None = None
    audience: Filter = EVERYONE
    only_opted_in: bool = True
    variables: tuple[Variable, ...] = ()
    selection: Selection = EVERYBODY
    when: When = When()
    afterwards: Afterwards = Afterwards()
    stop_if_missing: bool = False
    content: Mapping[str, Any] = field(default_factory=dict, hash=False)
    asked: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "template_id": self.template_id,
            "audience": filters.to_json(self.audience),
            "only_opted_in": self.only_opted_in,
            "variables": [[one.name, one.field, one.text] for one in self.variables],
            "selection": self.selection.to_json(),
            "when": self.when.to_json(),
            "afterwards": self.afterwards.to_json(),
            "stop_if_missing": self.stop_if_missing,
            "content": dict(self.content),
            "asked": dict(self.asked),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "BroadcastDraft":
        """Drafts of older versions have no selection, no time and nothing for afterwards."""
        return cls(
            data["name"],
            data["template_id"],
            filters.from_json(data["audience"]),
            data["only_opted_in"],
            tuple(Variable(*row) for row in data["variables"]),
            Selection.from_json(data.get("selection", {})),
            When.from_json(data.get("when", {})),
            Afterwards.from_json(data.get("afterwards", {})),
            data.get("stop_if_missing", False),
            data.get("content", {}),
            data.get("asked", {}),
        )


@dataclass(frozen=True, slots=True)
class BroadcastRecord:
    """A broadcast as kept. selected_count is None until the snapshot; duplicate_count of it are left out as duplicates.

    starts_at: when the snapshot is due, of one that is LAUNCHING or SCHEDULED. held_cause: of one that is HELD.
    approved: how things stood when a person said yes. api_key_id: of the key that asked for it; created_by_name then
    names the key. parent_id: of a test or a retry. draft_revision: counts the changes of the draft. launched_by_name:
    who said yes; who began the draft where that was not kept, "" for nobody with an account.
    """

    id: int
    name: str
    status: BroadcastStatus
    held_because: str
    draft: BroadcastDraft
    template_id: int | None
    template_name: str
    only_opted_in: bool
    override_reason: str
    approved_no_count: int
    approved_count: int | None
    selected_count: int | None
    planned_to: int
    created_by: int | None
    created_by_name: str
    created_at: datetime
    launched_at: datetime | None
    ended_at: datetime | None
    api_key_id: int | None = None
    kind: BroadcastKind = BroadcastKind.BROADCAST
    parent_id: int | None = None
    starts_at: datetime | None = None
    held_cause: Cause | None = None
    approved: Standing | None = None
    archived_at: datetime | None = None
    updated_by_name: str = ""
    updated_at: datetime | None = None
    draft_revision: int = 0
    duplicate_count: int = 0
    launched_by_name: str = ""

    @property
    def at_yes(self) -> Breakdown | None:
        """Before its start what was counted when somebody said yes; None: who gets it is fixed, or nobody counted."""
        if self.selected_count is not None or self.approved is None or not self.approved.counts:
            return None
        return Breakdown(self.approved.counts)


CHECKSUM_PRIME: Final = 2_654_435_761
CHECKSUM_MODULUS: Final = 2_147_483_647
CHECKSUM_MIX: Final = 65_521


def checksum_part(contact_id: int) -> int:
    """One contact's part of the audience's checksum; the sum of all parts is kept at the snapshot.

    Not linear: {1, 4} and {2, 3} must not have the same sum. `store.audience.checksum_of` is the same in SQL.
    """
    mixed = contact_id * CHECKSUM_PRIME % CHECKSUM_MODULUS
    return mixed * (mixed % CHECKSUM_MIX) % CHECKSUM_MODULUS
