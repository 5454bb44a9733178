"""The sentences of an import, from its figures."""

from collections.abc import Sequence

from desktop.domain.bulk import UndoCounts
from desktop.domain.importing import Counts, ImportResult


def contacts(count: int) -> str:
    return "1 contact" if count == 1 else f"{count:,} contacts"


def rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def were(count: int) -> str:
    return "was" if count == 1 else "were"


def title_words(file_name: str, row_count: int | None) -> str:
    """'november_leads.xlsx · 10,482 rows'"""
    return file_name if row_count is None else f"{file_name} · {rows(row_count)}"


def import_words(counts: Counts | None) -> str:
    """The button that imports."""
    return "Import" if counts is None else f"Import {contacts(counts.contacts)}"


def opt_out_words(count: int) -> tuple[str, str]:
    """What stands before and after the No: '12 contacts you already have are', 'in this file'."""
    return f"{contacts(count)} you already have {'is' if count == 1 else 'are'}", "in this file"


NOT_APPLIED = "They stay as they are here, and marketing may reach them."
TWICE = "The first row of a number counts; a No in any of them is kept."
_MANY = 10


def country_words(count: int, row_count: int, *, whole: bool = True) -> str:
    """'1,058 numbers have no country code. …'; "" for a few: they are mistyped. whole False: there may be more."""
    if (count < _MANY and 2 * count < row_count) or not count:
        return ""
    numbers = "number has" if count == 1 else "numbers have"
    least = "" if whole else "At least "
    it = "it" if count == 1 else "them"
    return f"{least}{count:,} {numbers} no country code. Another default country may read {it}."


def fields_stay_words(names: Sequence[str]) -> list[str]:
    """What an undo leaves: contact fields cannot be removed."""
    quoted = [f"“{name}”" for name in names]
    if len(quoted) < 2:
        return [f"The contact field {quoted[0]} stays."] if quoted else []
    return [f"The contact fields {', '.join(quoted[:-1])} and {quoted[-1]} stay."]


def done_words(result: ImportResult) -> list[str]:
    """What an import did, a sentence a line; nothing is said of what did not happen."""
    counts = result.counts
    lines = [_written(counts)]
    if counts.opt_outs_applied:
        noes = "opt-out was" if counts.opt_outs_applied == 1 else "opt-outs were"
        lines.append(f"{counts.opt_outs_applied:,} {noes} recorded.")
    if left := counts.opt_outs_in_file - counts.opt_outs_applied:
        lines.append(f"{contacts(left)} {_are(left)} No in the file and {were(left)} left as before.")
    if counts.kept_no:
        stay = "stays" if counts.kept_no == 1 else "stay"
        lines.append(f"{contacts(counts.kept_no)} {stay} No although the file says Yes.")
    if counts.opt_ins_recorded:
        recorded = "opt-in was" if counts.opt_ins_recorded == 1 else "opt-ins were"
        lines.append(f"{counts.opt_ins_recorded:,} {recorded} recorded.")
    if counts.twice:
        lines.append(f"{rows(counts.twice)} {were(counts.twice)} there twice and counted once.")
    if counts.rejected:
        lines.append(f"{rows(counts.rejected)} {were(counts.rejected)} left out.")
    return lines


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _written(counts: Counts) -> str:
    """'9,731 contacts were added, 604 updated, 12 were up to date already.'"""
    if not counts.contacts:
        return "Nothing was imported: no row of the file can be read."
    same = counts.known - counts.updated
    parts = [
        (counts.new, "added"),
        (counts.updated, "updated"),
        (same, "up to date already"),
    ]
    shown = [(count, what) for count, what in parts if count]
    first, what = shown[0]
    said = [f"{contacts(first)} {were(first)} {what}"]
    said += [f"{count:,} {what}" for count, what in shown[1:]]
    return f"{', '.join(said)}."


def undone_words(counts: UndoCounts) -> list[str]:
    """What an undo did, and what it could not."""
    lines = []
    if counts.removed:
        lines.append(f"{contacts(counts.removed)} {were(counts.removed)} removed again.")
    if counts.restored:
        lines.append(f"{contacts(counts.restored)} {_are(counts.restored)} as before.")
    if counts.kept:
        stay = "stays as it is" if counts.kept == 1 else "stay as they are"
        lines.append(f"{contacts(counts.kept)} {stay}: something newer was said or done since.")
    return lines or ["There was nothing to take back."]


def left_words(seconds: float | None) -> str:
    """How long it will take, roughly: a figure to the second would jump about."""
    if seconds is None:
        return ""
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} minute{'s' if minutes != 1 else ''} left"
    hours = round(minutes / 60)
    return f"about {hours} hour{'s' if hours != 1 else ''} left"
