"""A test send: a draft's message to a few numbers, asked like any other, as a broadcast of its own below the draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from desktop.domain import phones as numbers
from desktop.domain.activity import Deed
from desktop.domain.afterwards import Afterwards
from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastKind
from desktop.domain.broadcast_when import When
from desktop.domain.filters import EVERYONE
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.domain.selection import Selection, Source, SourceKind
from desktop.services.broadcast_launch import launch
from desktop.services.rights import allow
from desktop.store import activity, audience, broadcasts, contacts, settings
from desktop.store.engine import Tx

MOST_NUMBERS: Final = 10


@dataclass(frozen=True, slots=True)
class Tried:
    """A test that was sent. id: of its broadcast. phones: whom it goes to. left_out: who does not get it, and why."""

    id: int
    phones: tuple[str, ...]
    left_out: tuple[tuple[str, Reason], ...] = ()


def send(tx: Tx, broadcast_id: int, phones: Sequence[str], user: User) -> Tried:
    """See `Broadcasts.test()`."""
    allow(tx, user, Right.BROADCAST)
    country = settings.load(tx).default_country
    wanted = list(dict.fromkeys(numbers.parse(one, country) for one in phones if one.strip()))
    if not wanted:
        raise Problem("No number", "Write the numbers that get the test.", "phone")
    if len(wanted) > MOST_NUMBERS:
        told = f"A test goes to at most {MOST_NUMBERS}; these are {len(wanted)}."
        raise Problem("Too many numbers", told, "phone")
    parent = broadcasts.get(tx, broadcast_id)
    whose = {phone: _contact_id(tx, phone) for phone in wanted}
    draft = replace(
        parent.draft,
        name=f"{parent.draft.name or 'Broadcast'} – test",
        audience=EVERYONE,
        only_opted_in=True,
        selection=Selection(Source(SourceKind.PICKED, tuple(whose.values()))),
        when=When(),
        afterwards=Afterwards(),
        asked={},
    )
    made = broadcasts.save_draft(
        tx, None, draft, user.id or None, kind=BroadcastKind.TEST, parent_id=parent.id
    )
    done = launch(tx, made, user, now=True)
    told = f"{done.selected_count:,} number{'' if done.selected_count == 1 else 's'}"
    activity.log(tx, user, Deed.BROADCAST_TESTED, parent.name, told)
    return _tried(tx, made, whose)


def _tried(tx: Tx, test_id: int, whose: Mapping[str, int]) -> Tried:
    """Who is on which line of the snapshot; of two numbers of one contact the first counts."""
    on = audience.lines_of(tx, test_id)
    goes, left_out, seen = list[str](), list[tuple[str, Reason]](), set[int]()
    for phone, contact_id in whose.items():
        line = Line.DUPLICATE if contact_id in seen else on[contact_id]
        seen.add(contact_id)
        if line.is_sent:
            goes.append(phone)
        else:
            left_out.append((phone, line.reason))
    return Tried(test_id, tuple(goes), tuple(left_out))


def _contact_id(tx: Tx, phone: str) -> int:
    """Whom the number belongs to; nobody yet: a contact without a choice, as an import makes one."""
    found = contacts.find(tx, phone=phone)
    return contacts.kept_id(tx, found[0]) if found else contacts.create(tx, "", phone)
