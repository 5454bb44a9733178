"""Generated audiences: who comes from where, who is taken out, and each contact's line as Python finds it.

A small world is kept in a store and remembered beside it; what is expected is worked out from what is remembered, with
the domain alone, contact by contact.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st
from sqlalchemy import insert, update

from desktop.domain import filters, templates
from desktop.domain.audience import Breakdown, Candidate, Line, Rule, sort_out
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import (
    Facts,
    OptIn,
    Override,
    Path,
    Question,
    decide,
)
from desktop.domain.consent import (
    Outcome as Verdict,
)
from desktop.domain.consent import (
    Source as Said,
)
from desktop.domain.contacts import Contact, fields_of
from desktop.domain.filters import EVERYONE, Filter, Person
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.selection import Exclusions, Outcome, Selection, Source, SourceKind
from desktop.domain.templates import Template, Variable, values_for
from desktop.store import consent, contacts, lists, tables
from desktop.store.engine import Tx
from tests.clock import START
from tests.store.people import Made, people, wanted_filters

SHADOWS: Final = 2
"""Contacts who are merged into others once everything names them."""
OTHERS: Final = "CA.shadow"

UNDER_WAY: Final = (
    BroadcastStatus.PREPARING,
    BroadcastStatus.RUNNING,
    BroadcastStatus.PAUSED,
    BroadcastStatus.HELD,
)
AGO: Final = (timedelta(hours=1), timedelta(days=3), timedelta(days=7), timedelta(days=7, microseconds=-1))


@dataclass(frozen=True)
class Sent:
    """A message of an earlier broadcast to somebody, whether they replied to it, and whether a stop cancelled it."""

    status: Status
    delivered: bool = False
    read: bool = False
    replied: bool = False
    stopped: bool = False

    def became(self, outcome: Outcome) -> bool:
        found = {
            Outcome.DELIVERED: self.delivered,
            Outcome.READ: self.read,
            Outcome.NOT_READ: self.delivered and not self.read,
            Outcome.FAILED: self.status is Status.FAILED,
            Outcome.LEFT_OUT: self.status is Status.LEFT_OUT,
            Outcome.NEVER_WENT: self.status is Status.CANCELLED and self.stopped,
            Outcome.NOT_CERTAIN: self.status is Status.UNKNOWN,
        }
        return found[outcome]


@dataclass(frozen=True)
class Running:
    """Another broadcast: for whom it has a line, up to whom messages are written, and how those stand."""

    status: BroadcastStatus
    lines: dict[int, Line]
    written: frozenset[int]
    states: dict[int, Status]

    def waits_for(self, handle: int) -> bool:
        if self.status not in UNDER_WAY or handle not in self.lines or not self.lines[handle].is_sent:
            return False
        return handle not in self.written or self.states[handle] in (Status.QUEUED, Status.SENDING)


@dataclass(frozen=True)
class World:
    """made: the people. Handles 0… name them, then the shadows (who are the people `shadow_of`), then somebody who is gone."""

    made: list[Made]
    shadow_of: tuple[int, ...]
    lists: tuple[tuple[int, ...], ...]
    last_marketing: dict[int, timedelta]
    earlier: dict[int, Sent]
    running: Running

    def whom(self, handle: int) -> int | None:
        """The person that a handle names; None: somebody who is gone."""
        if handle < len(self.made):
            return handle
        shadow = handle - len(self.made)
        return self.shadow_of[shadow] if shadow < len(self.shadow_of) else None


@dataclass(frozen=True)
class Asked:
    """What a supervisor chose. In selection, ids of PICKED are handles and those of LISTS positions."""

    wanted: Filter
    selection: Selection


@st.composite
def worlds(draw: st.DrawFn) -> World:
    made = draw(people(most=5))
    who = st.integers(0, len(made) - 1)
    handles = st.integers(0, len(made) + SHADOWS)
    some = st.lists(handles, unique=True, max_size=len(made) + SHADOWS)
    rows = st.lists(handles, max_size=8).map(tuple)
    in_running = sorted(draw(some))
    written_to = draw(st.integers(-1, len(made) + SHADOWS))
    lines = {handle: draw(st.sampled_from(Line)) for handle in in_running}
    states = {
        handle: draw(st.sampled_from([Status.QUEUED, Status.SENDING, Status.READ, Status.CANCELLED]))
        if lines[handle].is_sent
        else Status.LEFT_OUT
        for handle in in_running
    }
    return World(
        made,
        tuple(draw(st.tuples(*[who] * SHADOWS))),
        (draw(rows), draw(rows)),
        {handle: draw(st.sampled_from(AGO)) for handle in draw(st.lists(who, unique=True))},
        {handle: draw(_sent) for handle in draw(some)},
        Running(
            draw(st.sampled_from([*UNDER_WAY, BroadcastStatus.STOPPED, BroadcastStatus.DONE])),
            lines,
            frozenset(handle for handle in in_running if handle <= written_to),
            states,
        ),
    )


_sent = st.one_of(
    st.builds(
        Sent, st.sampled_from([Status.READ, Status.DELIVERED]), st.just(True), st.booleans(), st.booleans()
    ),
    st.builds(
        Sent,
        st.sampled_from([Status.ACCEPTED, Status.SENT, Status.FAILED, Status.UNKNOWN]),
        replied=st.booleans(),
    ),
    st.builds(Sent, st.just(Status.LEFT_OUT)),
    st.builds(Sent, st.just(Status.CANCELLED), stopped=st.booleans()),
)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    kind = draw(st.sampled_from(SourceKind))
    source = {
        SourceKind.EVERYONE: st.just(Source()),
        SourceKind.PICKED: st.builds(
            Source, st.just(kind), st.lists(st.integers(0, 7), max_size=9).map(tuple)
        ),
        SourceKind.LISTS: st.builds(Source, st.just(kind), st.sampled_from([(0,), (1,), (0, 1), ()])),
        SourceKind.OUTCOME: st.builds(
            Source,
            st.just(kind),
            outcomes=st.lists(st.sampled_from(Outcome), unique=True, max_size=3).map(tuple),
        ),
    }[kind]
    exclusions = st.builds(Exclusions, st.sampled_from([None, 1, 7]), st.booleans())
    return Asked(draw(st.just(EVERYONE) | wanted_filters), Selection(draw(source), draw(exclusions)))


@dataclass
class Kept:
    """A world in a store. ids: of the contacts by handle."""

    world: World
    ids: list[int] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)
    list_ids: list[int] = field(default_factory=list)
    earlier_id: int = 0

    @classmethod
    def keep(cls, tx: Tx, world: World) -> "Kept":
        kept = cls(world)
        kept.persons = [one.keep(tx) for one in world.made]
        kept.ids = [one.id for one in kept.persons]
        kept.ids += [contacts.create(tx, "", None, user_id=f"{OTHERS}{n}") for n in range(SHADOWS + 1)]
        for number, rows in enumerate(world.lists):
            kept.list_ids.append(lists.make(tx, f"List {number}", [kept.ids[one] for one in rows], None))
        for handle, ago in world.last_marketing.items():
            _set(tx, kept.ids[handle], last_marketing_at=START - ago)
        kept._earlier(tx)
        kept._running(tx)
        for shadow, person in enumerate(world.shadow_of):
            consent.merge(tx, kept.ids[person], [kept.ids[len(world.made) + shadow]])
        _set(tx, kept.ids[-1], merged_into=tables.REMOVED)
        return kept

    def _earlier(self, tx: Tx) -> None:
        self.earlier_id = _broadcast(tx, BroadcastStatus.DONE)
        for handle, sent in self.world.earlier.items():
            id = self.ids[handle]
            _message(
                tx,
                id,
                sent.status,
                broadcast_id=self.earlier_id,
                delivered_at=START if sent.delivered else None,
                read_at=START if sent.read else None,
                reason=_reason(sent),
            )
            if sent.replied:
                _message(tx, id, Status.READ, outgoing=False, answers_broadcast_id=self.earlier_id)

    def _running(self, tx: Tx) -> None:
        running = self.world.running
        planned_to = max((self.ids[handle] for handle in running.written), default=0)
        broadcast_id = _broadcast(
            tx, running.status, planned_to=planned_to, selected_count=len(running.lines)
        )
        for handle, line in running.lines.items():
            row = {"broadcast_id": broadcast_id, "contact_id": self.ids[handle], "line": line.value}
            tx.conn.execute(insert(tables.broadcast_recipient).values(row))
            if handle in running.written:
                _message(tx, self.ids[handle], running.states[handle], broadcast_id=broadcast_id)

    def selection(self, asked: Asked) -> Selection:
        """What was chosen, by the ids of this store."""
        source = asked.selection.source
        known = {SourceKind.PICKED: self.ids, SourceKind.LISTS: self.list_ids}.get(source.kind, [])
        ids = tuple(known[one] for one in source.ids if one < len(known))
        chosen = replace(source, ids=ids, broadcast_id=self.earlier_id)
        return replace(asked.selection, source=chosen)

    def lines(
        self, tx: Tx, asked: Asked, rule: Rule, variables: tuple[Variable, ...]
    ) -> list[tuple[int, Line]]:
        """A line for each row of the selection, by contact: what sorting and deciding each of them gives."""
        known = contacts.known_attributes(tx)
        named = [one for one in self._named(asked.selection.source) if one is not None]
        people = {
            one: contacts.many(tx, [self.ids[one]])[0]
            for one in sorted(set(named))
            if filters.matches(asked.wanted, self.persons[one], known)
        }
        taken_out = set(self._taken_out(asked.selection.exclusions))
        candidates = [
            Candidate(
                people[one].id,
                people[one].facts,
                bool(people[one].phone),
                one in taken_out,
                _lacks(people[one], rule, variables),
            )
            for one in named
            if one in people
        ]
        found = sort_out(rule, candidates)
        assert found == list(by_deciding(rule, candidates))
        return found

    def _named(self, source: Source) -> Iterator[int | None]:
        world = self.world
        if source.kind is SourceKind.EVERYONE:
            yield from range(len(world.made))
        elif source.kind is SourceKind.OUTCOME:
            yield from sorted({one for one in self._became(source.outcomes) if one is not None})
        else:
            rows = (
                [source.ids] if source.kind is SourceKind.PICKED else [world.lists[one] for one in source.ids]
            )
            yield from (world.whom(handle) for row in rows for handle in row if handle < len(self.ids))

    def _became(self, outcomes: Iterable[Outcome]) -> Iterator[int | None]:
        world = self.world
        replied = {world.whom(handle) for handle, sent in world.earlier.items() if sent.replied}
        for handle, sent in world.earlier.items():
            whom = world.whom(handle)
            for outcome in outcomes:
                if outcome is Outcome.REPLIED:
                    became = whom in replied
                elif outcome is Outcome.NOT_REPLIED:
                    became = sent.delivered and whom not in replied
                else:
                    became = sent.became(outcome)
                if became:
                    yield whom

    def _taken_out(self, exclusions: Exclusions) -> Iterator[int | None]:
        world = self.world
        if exclusions.marketing_days is not None:
            longest = timedelta(days=exclusions.marketing_days)
            yield from (one for one, ago in world.last_marketing.items() if ago < longest)
        if exclusions.in_running:
            yield from (world.whom(one) for one in range(len(self.ids)) if world.running.waits_for(one))


def by_deciding(rule: Rule, candidates: Iterable[Candidate]) -> Iterator[tuple[int, Line]]:
    """The same once more from `decide()` itself, called for each contact."""
    seen: set[int] = set()
    for one in candidates:
        given = None if rule.only_opted_in else Override("because", 1, one.facts.consent_event_id)
        question = Question(
            Path.BROADCAST,
            rule.category,
            one.facts,
            rule.policy,
            only_opted_in=rule.only_opted_in,
            override=given,
        )
        verdict = decide(question)
        if one.contact_id in seen:
            line = Line.DUPLICATE
        elif one.excluded:
            line = Line.EXCLUDED
        elif not one.has_phone:
            line = Line.NO_PHONE
        elif verdict.outcome is not Verdict.SEND:
            line = Line(verdict.reason.value)
        elif one.missing_variable:
            line = Line.MISSING_VARIABLE
        else:
            line = _will(verdict.asked, one.facts)
        seen.add(one.contact_id)
        yield one.contact_id, line


def _will(was_asked: bool, facts: Facts) -> Line:
    if not was_asked:
        return Line.WILL_NOT_ASKED
    return {
        OptIn.YES: Line.WILL_OPTED_IN,
        OptIn.NO: Line.WILL_DESPITE,
        OptIn.NONE: Line.WILL_NO_CHOICE,
    }[facts.opt_in]


def _lacks(person: Contact, rule: Rule, variables: tuple[Variable, ...]) -> bool:
    body = " ".join(f"{{{{{variable.name}}}}}" for variable in variables)
    values = values_for(variables, fields_of(person.name, person.phone, person.attributes))
    return bool(templates.missing(Template(0, "x", "en", rule.category, body), values))


def counted(rows: Iterable[tuple[int, Line]]) -> Breakdown:
    return Breakdown.of(line for _, line in rows)


Change = Callable[[Tx, Kept], None]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """What somebody else does between the button and the snapshot. The world remembers it."""
    number = draw(st.integers(0, 4))
    what = draw(st.sampled_from(["say", "market", "list", "stop", "add"]))
    said = draw(st.sampled_from(OptIn))

    def run(tx: Tx, kept: Kept) -> None:
        world = kept.world
        handle = number % len(world.made)
        id = kept.ids[handle]
        if what == "say":
            consent.record(tx, id, said, Said.AGENT)
            kept.persons[handle] = replace(kept.persons[handle], opt_in=said)
        elif what == "stop":
            consent.record(tx, id, True, Said.WHATSAPP)
        elif what == "market":
            _set(tx, id, last_marketing_at=tx.now)
            kept.world = replace(world, last_marketing={**world.last_marketing, handle: timedelta()})
        elif what == "list":
            lists.add(tx, kept.list_ids[0], [(100 + len(world.lists[0]), id)])
            kept.world = replace(world, lists=((*world.lists[0], handle), world.lists[1]))
        else:
            contacts.set_phone(tx, id, None)
            kept.persons[handle] = replace(kept.persons[handle], phone="")

    return run


def _reason(sent: Sent) -> str:
    if sent.status is not Status.CANCELLED:
        return ""
    return (Reason.BROADCAST_STOPPED if sent.stopped else Reason.PERSON_LEFT_IT).value


def _set(tx: Tx, contact_id: int, **values: Any) -> None:
    tx.conn.execute(update(tables.contact).where(tables.contact.c.id == contact_id).values(values))


def _broadcast(tx: Tx, status: BroadcastStatus, **values: Any) -> int:
    row = {"name": "Earlier", "status": status.value, "draft": {}, "created_at": START, **values}
    made = tx.conn.execute(insert(tables.broadcast).values(row))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def _message(tx: Tx, contact_id: int, status: Status, **values: Any) -> None:
    at: datetime = START - timedelta(days=1)
    row = {"outgoing": True, "kind": "template", "created_at": at, "due_at": at, "changed_at": at} | values
    tx.conn.execute(insert(tables.message).values(contact_id=contact_id, status=status.value, **row))
