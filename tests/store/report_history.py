"""What the append-only events say became of every message and contact, counted one by one in Python.

A message's status, reason and code come from its events; from its row comes only what no event says: whose it is,
by which path it was asked for and when, and the first verdict of one that still waits.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from desktop.domain.consent import Category, Path, Source
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.report import GROUP_OF, Cell, Choice, Group, OptedOut, OptedOutScope, Refusal, Scope
from desktop.domain.text import fold
from desktop.store import outbox, tables
from desktop.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Person:
    """A contact, as a search sees it. kept: the contact itself, or the one that it was merged into."""

    id: int
    name: str
    phone: str
    merged_into: int | None

    def is_found(self, search: str) -> bool:
        is_phone = not any(ch.isalpha() for ch in search)
        digits = "".join(ch for ch in search if is_phone and ch.isdecimal())
        return fold(search) in fold(self.name) or bool(digits and digits in self.phone)


@dataclass(frozen=True, slots=True)
class Sent:
    """One outgoing message with the cell that it belongs to. title: of its broadcast or sequence."""

    id: int
    contact_id: int
    wamid: str
    at: datetime
    cell: Cell
    title: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was read, once."""

    people: dict[int, Person]
    sent: tuple[Sent, ...]
    refusals: tuple[tuple[OptedOut, ...], ...]

    def asked(self, scope: Scope) -> list[Sent]:
        """The messages of a scope, newest first."""
        some = (one for one in self.sent if self._is_asked(one, scope))
        return sorted(some, key=lambda one: (one.at, one.id), reverse=True)

    def _is_asked(self, one: Sent, scope: Scope) -> bool:
        own = self.people[one.contact_id]
        kept = self.people.get(own.merged_into or 0)
        if scope.contact_id is not None and scope.contact_id not in (own.id, own.merged_into):
            return False
        if not _inside(one.at, scope.since, scope.until):
            return False
        said = scope.search.strip()
        if not said or own.is_found(said) or (kept is not None and kept.is_found(said)):
            return True
        if one.title and fold(said) in fold(one.title):
            return True
        number = said.lower().removeprefix("message ").strip()
        return one.wamid == said or (number.isdecimal() and int(number) == one.id)

    def opted_out(self, asked: OptedOutScope) -> list[OptedOut]:
        """Those who say no, the latest first; each by the newest of its answers that is asked for."""
        wanted = [[one for one in both if asked.source in (None, one.source)] for both in self.refusals]
        newest = (max(some, key=lambda one: one.event_id) for some in wanted if some)
        return sorted(
            (
                one
                for one in newest
                if _inside(one.at, asked.since, asked.until)
                and self.people[one.contact_id].is_found(asked.search)
            ),
            key=lambda one: (one.at, one.contact_id),
            reverse=True,
        )


def _inside(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since <= at) and (until is None or at < until)


def cells(sent: Iterable[Sent]) -> Counter[Cell]:
    """How many messages each cell (counting 0 by itself) has."""
    return Counter(one.cell for one in sent)


def chosen(sent: Iterable[Sent], choice: Choice) -> list[Sent]:
    return [one for one in sent if choice.takes(one.cell)]


def groups(sent: Iterable[Sent], since: datetime, until: datetime) -> dict[Group, int]:
    """The column of a plot."""
    return dict(Counter(GROUP_OF[one.cell.status] for one in sent if since <= one.at < until))


def uncounted(cell: Cell) -> Cell:
    """A cell to compare by."""
    return replace(cell, count=0)


def read_back(tx: Tx) -> History:
    people = {
        row.id: Person(row.id, row.name, row.phone or "", row.merged_into)
        for row in tx.rows(select(tables.contact))
    }
    events: dict[int, list[Any]] = {}
    for row in tx.rows(select(tables.message_event).order_by(tables.message_event.c.id)):
        events.setdefault(row.message_id, []).append(row)
    broadcasts = {row.id: row.name for row in tx.rows(select(tables.broadcast))}
    sequences = {row.id: row.name for row in tx.rows(select(tables.sequence))}
    versions = {row.id: sequences[row.sequence_id] for row in tx.rows(select(tables.sequence_version))}
    sent = tuple(
        Sent(
            row.id,
            row.contact_id,
            row.wamid or "",
            row.created_at,
            _cell(row, events.get(row.id, [])),
            broadcasts.get(row.broadcast_id, "") or versions.get(row.version_id, ""),
        )
        for row in tx.rows(select(tables.message))
        if row.outgoing
    )
    return History(people, sent, tuple(_refusals(tx, people)))


def _cell(row: Any, events: Sequence[Any]) -> Cell:
    """Where the last event that moved a message left it."""
    status, reason, code = Status.QUEUED, row.reason, None
    for event in (one for one in events if one.moved):
        before, status = status, Status(event.status)
        if event.source == outbox.WEBHOOK:
            # WhatsApp's reports give no reason of ours: a failure is its error, and what arrived after all has none.
            if status is Status.FAILED:
                reason, code = Reason.WHATSAPP_ERROR.value, event.error_code
            elif before is Status.FAILED:
                reason, code = "", None
        else:
            # A claim says nothing about the error of the try before.
            code = code if status is Status.SENDING else event.error_code
            reason = event.reason
    found = Reason(reason) if reason else None
    return Cell(Path(row.path), Category(row.category), row.template_id, status, found, code, 0)


def _refusals(tx: Tx, people: dict[int, Person]) -> Iterable[tuple[OptedOut, ...]]:
    """Each contact's answers that stand, one or two; each knows of the other."""
    by_name = {row.id: row.name for row in tx.rows(select(tables.person))}
    newest: dict[int, dict[str, Any]] = {}
    for row in tx.rows(select(tables.consent_event).order_by(tables.consent_event.c.id)):
        newest.setdefault(row.contact_id, {})[row.fact] = row
    for contact_id, facts in newest.items():
        person = people[contact_id]
        said = [row for row in facts.values() if row.value in ("no", "stop")]
        if person.merged_into is None and said:
            made = [
                OptedOut(
                    contact_id,
                    person.name,
                    person.phone,
                    row.at,
                    Source(row.source),
                    row.evidence,
                    by_name.get(row.user_id, ""),
                    row.id,
                    row.fact == "whatsapp",
                )
                for row in said
            ]
            yield tuple(replace(one, also=_also(made, one)) for one in made)


def _also(made: Sequence[OptedOut], one: OptedOut) -> Refusal | None:
    other = next((it for it in made if it is not one), None)
    if other is None:
        return None
    return Refusal(
        other.at, other.source, other.evidence, other.by_name, other.event_id, other.stopped_in_whatsapp
    )
