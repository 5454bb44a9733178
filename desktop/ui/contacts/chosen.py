"""Which contacts are selected: some, by id, or all that the query selects."""

from collections.abc import Iterable
from dataclasses import dataclass

from desktop.domain.contact_table import TableQuery, Target

MERGED_AT_ONCE = range(2, 6)
"""How many contacts can be merged in one go."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """everything: all that match, however many; ids are then not kept."""

    ids: frozenset[int] = frozenset()
    everything: bool = False

    def __bool__(self) -> bool:
        return self.everything or bool(self.ids)

    def holds(self, contact_id: int) -> bool:
        return self.everything or contact_id in self.ids

    def count(self, matching_count: int) -> int:
        """How many they are, of so many that match."""
        return matching_count if self.everything else len(self.ids)

    def toggled(self, contact_id: int) -> "Chosen":
        """With the contact, or without it if it was selected. From *all*, a selection of one begins."""
        return Chosen(frozenset({contact_id}) if self.everything else self.ids ^ {contact_id})

    def joined(self, ids: Iterable[int]) -> "Chosen":
        """With more contacts."""
        return self if self.everything else Chosen(self.ids | frozenset(ids))

    def target(self, query: TableQuery) -> Target:
        """Whom a change is for."""
        return Target(query) if self.everything else Target(query, tuple(sorted(self.ids)))

    @property
    def can_merge(self) -> bool:
        return not self.everything and len(self.ids) in MERGED_AT_ONCE


NOBODY = Chosen()
EVERYTHING = Chosen(everything=True)
