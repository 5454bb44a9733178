"""How a flow stands, in words: its state, its version, how its sessions ended."""

from typing import Final

from desktop.domain.flow import FlowCounts, FlowDefinition, FlowRecord, FlowStatus, SessionStatus
from desktop.domain.flow_compare import differences
from desktop.ui.parts.badge import BadgeKind

STATUS: Final[dict[FlowStatus, tuple[str, BadgeKind]]] = {
    FlowStatus.DRAFT: ("Draft", BadgeKind.DRAFT),
    FlowStatus.PUBLISHED: ("Published", BadgeKind.LIVE),
    FlowStatus.OFF: ("Off", BadgeKind.PAUSED),
}
STATUS_TIPS: Final[dict[FlowStatus, str]] = {
    FlowStatus.DRAFT: "Never published: it answers nobody.",
    FlowStatus.PUBLISHED: "It answers.",
    FlowStatus.OFF: "It starts with nobody anew. Whoever is in it goes on.",
}


def version_words(record: FlowRecord) -> str:
    """'v3'; '–' of one that was never published."""
    return "–" if record.version_number is None else f"v{record.version_number}"


def has_changes(record: FlowRecord) -> bool:
    """True if it was edited since it was published."""
    return record.version_id is not None and record.draft is not None and record.draft != record.definition


def changes_count(record: FlowRecord, shown: FlowDefinition) -> int:
    """By how many changes `shown` differs from what is published: at least 1 where it does, as when only cards were
    moved; 0 for a flow that was never published."""
    if record.version_id is None or shown == record.definition:
        return 0
    return max(1, len(differences(record.definition, shown)))


def ends_words(counts: FlowCounts) -> str:
    """How everyone who came in stands: 'Finished 12 · Running 2'; "" where nobody came in."""
    told = [f"{one.label} {counts.of(one):,}" for one in SessionStatus if counts.of(one)]
    return " · ".join(told)


def dropped_words(counts: FlowCounts) -> str:
    """The reasons of those that were dropped: 'No answer came 3 · Not understood 1'."""
    told = [f"{one.label} {counts.of(one):,}" for one in SessionStatus if one.is_dropped and counts.of(one)]
    return " · ".join(told)
