"""Reports over all messages that left or did not: what is asked, the counts that answer, and how they add up.

A message belongs to the moment at which it was asked for (its created_at), for good; its status is the one of
now. So every message stands on exactly one line, and the lines add up.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from desktop.domain.consent import Category, Path, Source
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason


class Group(StrEnum):
    """Statuses as a report shows them. SENT: WhatsApp has it and has not called it failed."""

    SENT = "sent"
    FAILED = "failed"
    LEFT_OUT = "left_out"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    NOT_CERTAIN = "not_certain"


GROUP_OF: Final[Mapping[Status, Group]] = {
    Status.QUEUED: Group.WAITING,
    Status.SENDING: Group.WAITING,
    Status.ACCEPTED: Group.SENT,
    Status.SENT: Group.SENT,
    Status.DELIVERED: Group.SENT,
    Status.READ: Group.SENT,
    Status.FAILED: Group.FAILED,
    Status.LEFT_OUT: Group.LEFT_OUT,
    Status.CANCELLED: Group.CANCELLED,
    Status.UNKNOWN: Group.NOT_CERTAIN,
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why, as a line of the report: our reason, with WhatsApp's code where there is one."""

    reason: Reason | None
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Messages that are alike in everything a report filters by. template_id None: no template."""

    path: Path
    category: Category
    template_id: int | None
    status: Status
    reason: Reason | None
    error_code: int | None
    count: int

    @property
    def cause(self) -> Cause:
        return Cause(self.reason, self.error_code)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the store is asked for: since ≤ created_at < until, and whose. A new scope is a new count.

    search: part of a contact's name or phone, or of the name of a broadcast or sequence; or the whole of WhatsApp's
    or our message id ('1032', 'message 1032'); "" for everyone. contact_id: one contact, with those merged into it;
    together with a search both hold.
    """

    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What is filtered within a scope, without asking the store again. An empty set: all.

    template_ids: None stands for messages without a template.
    """

    paths: frozenset[Path] = frozenset()
    categories: frozenset[Category] = frozenset()
    template_ids: frozenset[int | None] = frozenset()
    statuses: frozenset[Status] = frozenset()
    causes: frozenset[Cause] = frozenset()

    def takes(self, cell: Cell) -> bool:
        return (
            (not self.paths or cell.path in self.paths)
            and (not self.categories or cell.category in self.categories)
            and (not self.template_ids or cell.template_id in self.template_ids)
            and (not self.statuses or cell.status in self.statuses)
            and (not self.causes or cell.cause in self.causes)
        )

    @property
    def is_all(self) -> bool:
        return self == Choice()

    def without(self, part: str) -> "Choice":
        """The same with one part (paths, categories …) open again: what its own menu counts with."""
        return replace(self, **{part: frozenset()})


@dataclass(frozen=True, slots=True)
class PathLine:
    """One line of *By path*: counts by group; they add up to all of the path's messages."""

    path: Path
    counts: Mapping[Group, int]

    def count(self, group: Group) -> int:
        return self.counts.get(group, 0)

    @property
    def message_count(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Cube:
    """The answer to a scope: every cell. All figures of the page are sums over it."""

    cells: tuple[Cell, ...] = ()

    def chosen(self, choice: Choice) -> "Cube":
        return Cube(tuple(cell for cell in self.cells if choice.takes(cell)))

    @property
    def message_count(self) -> int:
        return sum(cell.count for cell in self.cells)

    def by_path(self) -> tuple[PathLine, ...]:
        """A line for each path that has messages, in the order of `Path`."""
        lines: dict[Path, dict[Group, int]] = {}
        for cell in self.cells:
            line = lines.setdefault(cell.path, {})
            group = GROUP_OF[cell.status]
            line[group] = line.get(group, 0) + cell.count
        return tuple(PathLine(path, lines[path]) for path in Path if path in lines)

    def by_cause(self) -> tuple[tuple[Cause, int], ...]:
        """Why messages did not go out or are not certain: the most frequent first."""
        stopped = (Group.FAILED, Group.LEFT_OUT, Group.CANCELLED, Group.NOT_CERTAIN)
        found = _sums(
            (cell for cell in self.cells if GROUP_OF[cell.status] in stopped), lambda one: one.cause
        )
        return tuple(
            sorted(found.items(), key=lambda one: (-one[1], str(one[0].reason), one[0].error_code or 0))
        )

    def by_status(self) -> Mapping[Status, int]:
        """Now: one status each; adds up to `message_count`."""
        return _sums(self.cells, lambda one: one.status)

    def by_group(self) -> Mapping[Group, int]:
        return _sums(self.cells, lambda one: GROUP_OF[one.status])

    def by_category(self) -> Mapping[Category, int]:
        return _sums(self.cells, lambda one: one.category)

    def by_template(self) -> Mapping[int | None, int]:
        return _sums(self.cells, lambda one: one.template_id)


K = TypeVar("K")


def _sums(cells: Iterable[Cell], key: Callable[[Cell], K]) -> dict[K, int]:
    found: dict[K, int] = {}
    for cell in cells:
        found[key(cell)] = found.get(key(cell), 0) + cell.count
    return found


@dataclass(frozen=True, slots=True)
class Bucket:
    """One column of the plot: since ≤ created_at < until, and how many of each group."""

    since: datetime
    until: datetime
    counts: Mapping[Group, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of messages ended: its last row."""

    at: datetime
    message_id: int


@dataclass(frozen=True, slots=True)
class OptedOutScope:
    """Which of those who say no are asked for: since ≤ when they said it < until; search: part of a name or phone.

    source: one of the two answers that stand now, No to us and the stop in WhatsApp, came from there.
    """

    since: datetime | None = None
    until: datetime | None = None
    source: Source | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer that stands. stopped_in_whatsapp: said in WhatsApp itself, else to us."""

    at: datetime
    source: Source
    evidence: str
    by_name: str
    event_id: int
    stopped_in_whatsapp: bool


@dataclass(frozen=True, slots=True)
class OptedOut:
    """One contact who said no, with the newest evidence of those asked for. stopped_in_whatsapp: in WhatsApp itself.

    also: the other answer, where both say no.
    """

    contact_id: int
    name: str
    phone: str
    at: datetime
    source: Source
    evidence: str
    by_name: str
    event_id: int
    stopped_in_whatsapp: bool
    also: Refusal | None = None
