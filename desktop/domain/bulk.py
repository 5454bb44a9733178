"""One change of many contacts at once, an import among them: what it did to each, and what an undo brings back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from desktop.domain.consent import OptIn


class BulkKind(StrEnum):
    IMPORT = "import"
    TAGS = "tags"
    ATTRIBUTE = "attribute"
    OPT_IN = "opt_in"


@dataclass(frozen=True, slots=True)
class AddTags:
    """Tags are made on the fly."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveTags:
    """The tags themselves stay known."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """value "" clears it."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class SetOptIn:
    """reason: needed for those who opted out when value is not NO; kept with each event."""

    value: OptIn
    reason: str = ""


BulkChange = AddTags | RemoveTags | SetAttribute | SetOptIn

_OPT_IN_WORDS: Final = {OptIn.YES: "Yes", OptIn.NO: "No", OptIn.NONE: "No choice"}


def title_of(change: BulkChange) -> str:
    """What the change is called in lists: 'Tag “VIP” added', 'City set to “Moncton”', 'Opt-in set to No'."""
    if isinstance(change, SetOptIn):
        return f"Opt-in set to {_OPT_IN_WORDS[change.value]}"
    if isinstance(change, SetAttribute):
        return (
            f"{change.attribute} set to “{change.value}”" if change.value else f"{change.attribute} cleared"
        )
    names = ", ".join(f"“{name}”" for name in change.names)
    verb = "added" if isinstance(change, AddTags) else "removed"
    return f"{'Tag' if len(change.names) == 1 else 'Tags'} {names} {verb}"


def deed_of(change: BulkChange, changed_count: int) -> str:
    """The same with its size, for the log: 'Tag “VIP” added to 1,204 contacts'."""
    how = {AddTags: "to", RemoveTags: "from"}.get(type(change), "for")
    return f"{title_of(change)} {how} {changed_count:,} contact{'' if changed_count == 1 else 's'}"


class BulkStatus(StrEnum):
    """INTERRUPTED: the program ended in the middle; a person undoes it or leaves it as it is."""

    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Bulk:
    """One change of many contacts. title: 'november_leads.xlsx', 'Tag “VIP”'. process: who carries it out."""

    id: int
    kind: BulkKind
    title: str
    status: BulkStatus
    started_at: datetime
    user_name: str = ""
    process: str = ""
    ended_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def undoable(self) -> bool:
        return self.status in (BulkStatus.DONE, BulkStatus.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Before:
    """What a change did to one contact, and what stood there before: enough to bring it back.

    made: the contact was not there. name: (before, after). tags_added, tags_removed: tag ids.
    attributes: by attribute id, (before, after), None for no value. opt_in: the answer before; event_id:
    the consent event that was recorded instead of it.
    """

    contact_id: int
    made: bool = False
    name: tuple[str, str] | None = None
    tags_added: tuple[int, ...] = ()
    tags_removed: tuple[int, ...] = ()
    attributes: Mapping[int, tuple[str | None, str | None]] = field(default_factory=dict)
    opt_in: OptIn | None = None
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class UndoCounts:
    """Contacts that are as before, that are gone because the change had made them, and that stay as they are.

    kept: something newer stands there (another answer, another value, a message): an undo never takes back
    what was said or done since.
    """

    restored: int = 0
    removed: int = 0
    kept: int = 0

    def __add__(self, other: "UndoCounts") -> "UndoCounts":
        return UndoCounts(
            self.restored + other.restored, self.removed + other.removed, self.kept + other.kept
        )

    @property
    def contacts(self) -> int:
        return self.restored + self.removed + self.kept
