"""Which conversations the list shows, in which order, and what a search in messages finds."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from desktop.domain.consent import OptIn
from desktop.domain.conversations import Box
from desktop.domain.text import search_fold

_T = TypeVar("_T", bound=StrEnum)
CLOSING: Final = timedelta(hours=2)
"""A reply window that has less left than this is about to close."""


class Order(StrEnum):
    """How the list is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    WAITING = "waiting"
    """Longest unanswered first: since when something is unread; those without anything unread after them."""
    WINDOW = "window"
    """The reply window that closes first, then those that are closed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Box, order and conditions of the list; all conditions must hold. tags: any of these names.

    closing: the reply window has less left than CLOSING. There is no condition on the number that was written to: a
    workspace has one.
    """

    box: Box = Box.MINE
    order: Order = Order.NEWEST
    tags: tuple[str, ...] = ()
    opt_in: OptIn | None = None
    unread: bool = False
    closing: bool = False

    @property
    def condition_count(self) -> int:
        return bool(self.tags) + (self.opt_in is not None) + self.unread + self.closing

    @property
    def without_conditions(self) -> "Wanted":
        return Wanted(self.box, self.order)

    def to_json(self) -> dict[str, Any]:
        return {
            "box": self.box.value,
            "order": self.order.value,
            "tags": list(self.tags),
            "opt_in": self.opt_in.value if self.opt_in is not None else None,
            "unread": self.unread,
            "closing": self.closing,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Wanted":
        """What a version kept; a word that this one does not know is as usual."""
        opt_in = kept.get("opt_in")
        return cls(
            _known(Box, kept.get("box"), Box.MINE),
            _known(Order, kept.get("order"), Order.NEWEST),
            tuple(str(one) for one in kept.get("tags") or ()),
            OptIn(opt_in) if opt_in in set(OptIn) else None,
            bool(kept.get("unread")),
            bool(kept.get("closing")),
        )


def _known(kind: type[_T], value: object, usual: _T) -> _T:
    return next((one for one in kind if one == value), usual)


@dataclass(frozen=True, slots=True)
class InboxView:
    """What a person kept under a name."""

    id: int
    name: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class MessageHit:
    """A message whose text holds what was searched for."""

    message_id: int
    contact_id: int
    text: str
    outgoing: bool
    at: datetime


LEAD: Final = 16
"""Characters before the first hit that a line about a message still shows."""
LONGEST_LINE: Final = 160


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line out of a message. spans: where in it, from and to, the words stand that were searched for."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


def excerpt(text: str, words: Sequence[str]) -> Excerpt:
    """The line around the first of the words, which are folded as `desktop.domain.text.search_words` does it."""
    line = " ".join(text.split())
    folded, places = _folded(line)
    spans = _joined(sorted(_hits(folded, places, words)))
    start = 0
    if spans and spans[0][0] > LEAD:
        start = spans[0][0] - LEAD
        word = line.find(" ", start, spans[0][0])
        start = word + 1 if word >= 0 else start
    end = min(len(line), start + LONGEST_LINE)
    before, after = "…" if start else "", "…" if end < len(line) else ""
    by = len(before) - start
    kept = tuple((first + by, min(last, end) + by) for first, last in spans if first < end)
    return Excerpt(before + line[start:end] + after, kept)


def _folded(line: str) -> tuple[str, list[int]]:
    """The line as it is searched, and for each of its characters, and its end, where it stands in the line."""
    folded: list[str] = []
    places: list[int] = []
    for start, end in _letters(line):
        letter = line[start:end]
        as_searched = " " if letter == " " else search_fold(letter)
        folded.append(as_searched)
        places += [start] * len(as_searched)
    return "".join(folded), [*places, len(line)]


def _letters(line: str) -> Iterator[tuple[int, int]]:
    """Each letter with the marks that belong to it."""
    start = 0
    for at in range(1, len(line) + 1):
        if at == len(line) or not unicodedata.category(line[at]).startswith("M"):
            yield start, at
            start = at


def _hits(folded: str, places: Sequence[int], words: Sequence[str]) -> Iterator[tuple[int, int]]:
    for word in words:
        at = folded.find(word) if word else -1
        while at >= 0:
            last = places[at + len(word) - 1]
            # To the end of the letter that the word ends in, which may be folded into several.
            yield places[at], next(place for place in places[at + len(word) - 1 :] if place > last)
            at = folded.find(word, at + len(word))


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
