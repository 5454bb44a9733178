"""The choices of a draft in a few words each, for the review and the question before the launch."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.domain.broadcast_when import When
from desktop.domain.broadcast_wizard import WizardState
from desktop.domain.filter_words import filter_sentence
from desktop.domain.selection import Exclusions, Selection, SourceKind
from desktop.domain.zones import offset_words
from desktop.ui.broadcasts.count_card import line_note, shown_lines


def who_words(state: WizardState, lists: Mapping[int, str], earlier: Mapping[int, str]) -> str:
    """'Everyone', 'On “November leads”, where Tag is any of VIP'. lists, earlier: names of lists and of broadcasts."""
    source = source_words(state.draft.selection, lists, earlier)
    wanted = state.draft.audience
    if wanted.selects_everyone:
        return source or "Everyone"
    return f"{source}, where {filter_sentence(wanted)}" if source else filter_sentence(wanted)


def source_words(selection: Selection, lists: Mapping[int, str], earlier: Mapping[int, str]) -> str:
    source = selection.source
    if source.kind is SourceKind.LISTS:
        names = [lists.get(id, "…") for id in source.ids]
        return "On " + " and ".join(f"“{name}”" for name in names)
    if source.kind is SourceKind.PICKED:
        return f"{len(source.ids):,} picked by hand"
    if source.kind is SourceKind.OUTCOME:
        name = earlier.get(source.broadcast_id, "an earlier broadcast")
        what = " or ".join(one.label[0].lower() + one.label[1:] for one in source.outcomes)
        return f"From “{name}”: {what}"
    return ""


def exclusion_words(exclusions: Exclusions) -> str:
    """'Who got marketing in the last 7 days, who waits for another broadcast'; 'Nobody'."""
    parts = []
    if exclusions.marketing_days is not None:
        days = exclusions.marketing_days
        parts.append(f"who got marketing in the last {'24 hours' if days == 1 else f'{days} days'}")
    if exclusions.in_running:
        parts.append("who is waiting for another broadcast")
    said = ", ".join(parts)
    return f"{said[0].upper()}{said[1:]}" if said else "Nobody"


def left_out_words(state: WizardState) -> str:
    """'10 opted out, 2 no phone number', or 'Nobody'."""
    if state.breakdown is None:
        return "–"
    parts = [
        f"{count:,} {line.label[0].lower()}{line.label[1:]}"
        for line, count in shown_lines(state.breakdown)
        if line_note(line, count) == "left out"
    ]
    return ", ".join(parts) or "Nobody"


def when_words(when: When, zone: ZoneInfo) -> str:
    """'Now, after you confirm', 'Mon 23 Nov 2026 09:00 (UTC−08:00)', '… in each contact’s zone'."""
    if when.at is None:
        return "Now, after you confirm"
    said = moment_words(when.at, zone)
    return (
        f"{said} in each contact’s zone" if when.in_each_zone else f"{said} ({offset_words(when.at, zone)})"
    )


def moment_words(at: datetime, zone: ZoneInfo) -> str:
    """'Mon 23 Nov 2026 09:00' on the wall of the zone."""
    here = at.astimezone(zone)
    return f"{here:%a} {here.day} {here:%b %Y %H:%M}"


def missing_words(state: WizardState) -> str:
    """What happens to who lacks a value; "" where nobody can."""
    if not any(one.field and not one.text.strip() for one in state.draft.variables):
        return ""
    return "It does not start" if state.draft.stop_if_missing else "They are left out, with the reason"
