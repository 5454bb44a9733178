"""The reports' tables written into files, by a process of its own.

A row of a file is a row of the screen: both are read by the same functions of the store, page by page from behind
the last row. Each page is a read of its own, so what changes meanwhile may be in the file as before or after.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from functools import partial
from typing import Any, TypeVar

from desktop.domain import zones
from desktop.domain.consent import Category, Path, Source
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.people import Right, User
from desktop.domain.reasons import Reason
from desktop.domain.report import Cause, Choice, Mark, OptedOut, OptedOutScope, Scope
from desktop.services import jobwork, rights, sheetfiles
from desktop.services.jobwork import Talk
from desktop.services.reportrows import MESSAGE_HEADINGS, OPTED_OUT_HEADINGS, message_cells, opted_out_cells
from desktop.services.sheetfiles import PAGE_ROWS, Making, Stopped, Table
from desktop.store import exports, opted_out, report, settings
from desktop.store.engine import Store, Tx
from desktop.store.exports import Receipt

T = TypeVar("T")


async def export_messages(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Write the messages of {scope} and {choice}, see `exportfiles.export` for the rest."""
    scope, choice = scope_from_json(asked["scope"]), choice_from_json(asked["choice"])
    return await write(asked, talk, lambda reading: reading.messages(scope, choice))


async def export_opted_out(asked: dict[str, Any], talk: Talk) -> dict[str, Any]:
    """Write the opted-out contacts of {scope}, see `exportfiles.export` for the rest."""
    scope = opted_out_from_json(asked["scope"])
    return await write(asked, talk, lambda reading: reading.opted_out(scope))


async def write(
    asked: dict[str, Any], talk: Talk, open_table: Callable[["Reading"], Table]
) -> dict[str, Any]:
    user = jobwork.user_from_json(asked["user"])
    with jobwork.open_store(asked["store"], "export") as store:
        reading = Reading(store, user, talk)
        making = Making(store, user, talk, sheetfiles.paths_from_json(asked))
        written = await asyncio.to_thread(
            making.run, lambda: open_table(reading), asked["format"], asked["most_sheet_rows"]
        )
    return sheetfiles.result_to_json(written, jobwork.peak_bytes())


class Reading:
    """The rows of one export."""

    def __init__(self, store: Store, user: User, talk: Talk) -> None:
        self._store = store
        self._user = user
        self._talk = talk

    def messages(self, scope: Scope, choice: Choice) -> Table:
        """The messages of a scope and choice, newest first. Raises NotAllowed."""
        zone = self.begin()
        chosen = self.read(lambda tx: report.cube(tx, scope)).chosen(choice)

        def page(tx: Tx, last: MessageView | None) -> list[tuple[MessageView, Receipt]]:
            after = Mark(last.at, last.id) if last else None
            found = report.messages(tx, scope, chosen.cells, after=after, limit=PAGE_ROWS)
            receipts = exports.receipts(tx, [one.id for one in found])
            return [(one, receipts[one.id]) for one in found]

        rows = (
            message_cells(one, receipt, zone)
            for one, receipt in self.pages(
                lambda tx, last: page(tx, last[0] if last else None), chosen.message_count
            )
        )
        return Table("Messages", MESSAGE_HEADINGS, rows, lambda count: counted(count, "message"))

    def opted_out(self, scope: OptedOutScope) -> Table:
        """Contacts who said no, the latest first. Raises NotAllowed."""
        zone = self.begin()
        total = self.read(lambda tx: opted_out.count(tx, scope))

        def page(tx: Tx, last: OptedOut | None) -> list[OptedOut]:
            after = Mark(last.at, last.contact_id) if last else None
            return opted_out.rows(tx, scope, after=after, limit=PAGE_ROWS)

        rows = (opted_out_cells(one, zone) for one in self.pages(page, total))
        return Table("Opted out", OPTED_OUT_HEADINGS, rows, lambda count: counted(count, "opted-out contact"))

    def begin(self) -> tzinfo:
        def read(tx: Tx) -> str:
            rights.allow(tx, self._user, Right.EXPORT)
            return settings.load(tx).time_zone

        return zones.zone(self.read(read))

    def pages(self, page: Callable[[Tx, T | None], list[T]], total: int) -> Iterator[T]:
        """Row after row, of page after page until one is not full."""
        last: T | None = None
        done = 0
        while True:
            if self._talk.stop.is_set():
                raise Stopped
            found = self.read(partial(_behind, page, last))
            yield from found
            done += len(found)
            if len(found) < PAGE_ROWS:
                break
            self._talk.tell(done, max(total, done))
            last = found[-1]
        self._talk.tell(done, done)

    def read(self, read: Callable[[Tx], T]) -> T:
        return self._store.submit_read(read).result()


def _behind(page: Callable[[Tx, T | None], list[T]], last: T | None, tx: Tx) -> list[T]:
    return page(tx, last)


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def scope_to_json(scope: Scope) -> dict[str, Any]:
    """A scope as plain JSON values."""
    return {
        "since": moment_to_json(scope.since),
        "until": moment_to_json(scope.until),
        "search": scope.search,
        "contact_id": scope.contact_id,
    }


def scope_from_json(found: dict[str, Any]) -> Scope:
    """A scope from its JSON values."""
    since, until = moment_from_json(found["since"]), moment_from_json(found["until"])
    return Scope(since, until, found["search"], found["contact_id"])


def choice_to_json(choice: Choice) -> dict[str, Any]:
    """A choice as plain JSON values."""
    return {
        "paths": sorted(choice.paths),
        "categories": sorted(choice.categories),
        "template_ids": list(choice.template_ids),
        "statuses": sorted(choice.statuses),
        "causes": [[one.reason, one.error_code] for one in choice.causes],
    }


def choice_from_json(found: dict[str, Any]) -> Choice:
    """A choice from its JSON values."""
    return Choice(
        frozenset(map(Path, found["paths"])),
        frozenset(map(Category, found["categories"])),
        frozenset(found["template_ids"]),
        frozenset(map(Status, found["statuses"])),
        frozenset(Cause(Reason(reason) if reason else None, code) for reason, code in found["causes"]),
    )


def opted_out_to_json(scope: OptedOutScope) -> dict[str, Any]:
    """A scope as plain JSON values."""
    return {
        "since": moment_to_json(scope.since),
        "until": moment_to_json(scope.until),
        "source": scope.source,
        "search": scope.search,
    }


def opted_out_from_json(found: dict[str, Any]) -> OptedOutScope:
    """A scope from its JSON values."""
    source = Source(found["source"]) if found["source"] else None
    since, until = moment_from_json(found["since"]), moment_from_json(found["until"])
    return OptedOutScope(since, until, source, found["search"])


def moment_to_json(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def moment_from_json(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
