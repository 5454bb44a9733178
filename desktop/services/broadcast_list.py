"""The list of broadcasts: find, duplicate, put away; and the calendar of what was and will be sent."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from desktop.domain.activity import Deed
from desktop.domain.broadcast import LONGEST_NAME, BroadcastRecord, BroadcastStatus
from desktop.domain.broadcast_figures import Figures
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.selection import Selection, Source, SourceKind
from desktop.services.rights import allow
from desktop.store import activity, broadcast_figures, broadcast_list, broadcasts, send_hours
from desktop.store.engine import Store, Tx

PAGE_COUNT: Final = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list, with its tests and retries."""

    record: BroadcastRecord
    figures: Figures
    children: tuple[tuple[BroadcastRecord, Figures], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The first lines of a list that has total_count."""

    lines: tuple[Listed, ...]
    total_count: int


@dataclass(frozen=True, slots=True)
class AtWork:
    """The newest broadcast that is at work, and how many others are."""

    record: BroadcastRecord
    figures: Figures
    more_count: int


@dataclass(frozen=True, slots=True)
class Dated:
    """One entry of the calendar. day, and the zone of at: the workspace's."""

    day: date
    at: datetime
    record: BroadcastRecord
    figures: Figures


class BroadcastList:
    """Reads for everybody; changes ask for Right.BROADCAST."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(
        self,
        *,
        archived: bool = False,
        search: str = "",
        limit: int = PAGE_COUNT,
    ) -> Page:
        """The newest first, and how many there are in all."""

        def read(tx: Tx) -> Page:
            found, total_count = broadcast_list.page(tx, archived=archived, search=search, limit=limit)
            under = broadcast_list.children(tx, [one.id for one in found])
            lines = [
                Listed(
                    one,
                    broadcast_figures.figures(tx, one.id),
                    tuple(
                        (child, broadcast_figures.figures(tx, child.id)) for child in under.get(one.id, ())
                    ),
                )
                for one in found
            ]
            return Page(tuple(lines), total_count)

        return await self._store.read(read, people=True)

    async def at_work(self) -> AtWork | None:
        """What is being prepared, runs, is paused or held; None: nothing."""

        def read(tx: Tx) -> AtWork | None:
            ids = broadcast_list.at_work(tx)
            if not ids:
                return None
            newest = broadcasts.get(tx, ids[0])
            return AtWork(newest, broadcast_figures.figures(tx, newest.id), len(ids) - 1)

        return await self._store.read(read, people=True)

    async def to_choose(self) -> list[broadcast_list.Named]:
        """All that were launched, tests and retries aside, the newest first: to choose whose outcome counts."""
        return await self._store.read(broadcast_list.with_snapshot, people=True)

    async def are_any(self) -> bool:
        """True if the workspace has a broadcast, be it a draft or put away."""
        return await self._store.read(broadcast_list.are_any, people=True)

    async def month(self, first: date) -> list[Dated]:
        """Everything that began, or is to begin, in the month of a day; the earliest first."""

        def read(tx: Tx) -> list[Dated]:
            zone = send_hours.workspace_zone(tx)
            start = datetime(first.year, first.month, 1, tzinfo=zone)
            end = (start + timedelta(days=32)).replace(day=1)
            dated = []
            for one in broadcast_list.between(tx, start, end):
                at = (one.launched_at or one.starts_at or start).astimezone(zone)
                dated.append(Dated(at.date(), at, one, broadcast_figures.figures(tx, one.id)))
            return dated

        return await self._store.read(read, people=True)

    async def duplicate(self, broadcast_id: int, user: User) -> int:
        """A new draft that asks for the same; returns its id. A time that has passed, and an API's own parts, stay behind."""

        def write(tx: Tx) -> int:
            allow(tx, user, Right.BROADCAST)
            known = broadcasts.get(tx, broadcast_id)
            when = known.draft.when
            if when.at is not None and when.at <= tx.now:
                when = replace(when, at=None, in_each_zone=False)
            name = f"Copy of {known.name or 'a broadcast without a name'}"[:LONGEST_NAME]
            draft = replace(known.draft, name=name, when=when, asked={}, selection=_same_people(tx, known))
            return broadcasts.save_draft(tx, None, draft, user.id or None)

        return await self._store.write(write)

    async def archive(self, broadcast_id: int, user: User, archived: bool = True) -> None:
        """Put one away, or back. Raises a Problem for one that is under way or waits for its time."""

        def write(tx: Tx) -> None:
            allow(tx, user, Right.BROADCAST)
            known = broadcasts.get(tx, broadcast_id)
            if archived and not (known.status.is_over or known.status is BroadcastStatus.DRAFT):
                waits = known.status.can_be_taken_back
                first = "waits for its time. Take it back" if waits else "is under way. Stop it"
                raise Problem("It is not over", f"“{known.name}” {first} first.")
            if archived == (known.archived_at is not None):
                return
            broadcast_list.archive(tx, broadcast_id, tx.now if archived else None)
            activity.log(
                tx, user, Deed.BROADCAST_ARCHIVED, known.name, "put away" if archived else "put back"
            )

        await self._store.write(write)


def _same_people(tx: Tx, known: BroadcastRecord) -> Selection:
    """Of a retry those who were tried again: what it asked for has another answer since."""
    asked = known.draft.selection
    if not asked.source.again:
        return asked
    return Selection(Source(SourceKind.PICKED, tuple(broadcast_list.selected_ids(tx, known.id))))
