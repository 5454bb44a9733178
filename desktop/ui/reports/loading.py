"""What the reports' page reads: counts, the plot, what the ids are called. Nothing here knows a widget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.app import App
from desktop.domain.problems import NotFound
from desktop.domain.report import Bucket, Cell, Cube, Scope
from desktop.domain.report_page import BEGAN, ReportPage, Step, edges, midnight, oldest, step_of
from desktop.domain.zones import UTC, zone

LEAST_COLUMNS = 7


@dataclass(frozen=True, slots=True)
class Counted:
    """The answer to a scope. templates: names by id; who: the one contact of the scope, "" for all."""

    scope: Scope = Scope()
    cube: Cube = Cube()
    zone: ZoneInfo = UTC
    templates: Mapping[int, str] = field(default_factory=dict)
    who: str = ""


async def count(app: App, page: ReportPage) -> Counted:
    """Ask the store for a page's scope. Raises what the store raises."""
    here = zone((await app.workspace.settings()).time_zone)
    scope = page.scope(app.clock.now(), here)
    cube = await app.reports.cube(scope)
    return Counted(scope, cube, here, await _template_names(app), await _who(app, page.contact_id))


async def _template_names(app: App) -> dict[int, str]:
    """With the language where a name is there in several."""
    every = await app.templates.every()
    names = [one.name for one in every]
    return {
        one.id: one.name if names.count(one.name) == 1 else f"{one.name} ({one.language})" for one in every
    }


async def _who(app: App, contact_id: int | None) -> str:
    if contact_id is None:
        return ""
    try:
        return (await app.contacts.get(contact_id)).shown_name
    except NotFound:
        return "A contact that is gone"


async def over_time(
    app: App, counted: Counted, cells: Sequence[Cell], now: datetime
) -> tuple[tuple[Bucket, ...], Step]:
    """The columns of the plot. An open beginning is looked for by month first."""
    scope, here, read = counted.scope, counted.zone, app.reports.timeline
    until = scope.until or now
    since = scope.since
    if since is None:
        months = edges(midnight(BEGAN, here), until, Step.MONTH, here)
        since = oldest(await read(scope, cells, months)) or until - timedelta(days=LEAST_COLUMNS - 1)
    step = step_of(since, until)
    if step is Step.HOUR and scope.until is None:
        until = midnight(now.astimezone(here).date() + timedelta(days=1), here)  # the whole of today
    found = await read(scope, cells, edges(since, until, step, here))
    return (_without_empty_beginning(found) if scope.since is None else found), step


def _without_empty_beginning(found: tuple[Bucket, ...]) -> tuple[Bucket, ...]:
    first = next((at for at, one in enumerate(found) if any(one.counts.values())), len(found))
    return found[min(first, max(0, len(found) - LEAST_COLUMNS)) :]
