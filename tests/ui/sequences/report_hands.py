"""The report of a sequence over the whole program, and what a person does there."""

from desktop.domain.sequence import SequenceRecord
from desktop.ui.sequences.people_list import PeopleRows
from desktop.ui.sequences.report_tab import ReportTab
from tests.looks.stage import Stage, until


async def report(stage: Stage, record: SequenceRecord, people_count: int = 0) -> ReportTab:
    """The tab on its page, with its figures, its list and the first contact’s way read."""
    stage.window.places.open_sequence(record.id)
    await stage.seen("sequence_report")
    tab = stage.find(ReportTab, "sequence_report")
    await until(lambda: tab.timeline.rows and rows(tab).rowCount() == people_count, f"{people_count} rows")
    await stage.quiet()
    return tab


def rows(tab: ReportTab) -> PeopleRows:
    return tab.people.rows


def names(tab: ReportTab, count: int = 5) -> list[str]:
    """Who stands at the top of the list."""
    return [one.contact_name for one in rows(tab).rows[:count]]


def figures(tab: ReportTab, number: int) -> list[str]:
    """What the figures of a step say."""
    row = tab.figures(number)
    return [button.accessibleName() for button in row.buttons.values()]
