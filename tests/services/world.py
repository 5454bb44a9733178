"""A model of what is outside the store, for the state machine: the customers, the wire, the engine's memory.

It keeps its own record of who said what, told by events alone, and never asks the store about consent.
"""

from dataclasses import dataclass, field

from desktop.domain.consent import Category, OptIn, Path, Source
from desktop.domain.outbox import Claimed
from desktop.whatsapp.answers import Accepted, Answer


@dataclass(slots=True)
class Person:
    """What one customer said so far. version: grows with each change; reasons are bound to it."""

    contact_id: int
    phone: str
    names: tuple[dict[str, str], ...]
    """How WhatsApp may name them in a webhook: by from, in either form of the number, or by user id."""
    opt_in: OptIn = OptIn.NONE
    stopped: bool = False
    version: int = 0
    merged_into: "Person | None" = None

    @property
    def root(self) -> "Person":
        return self.merged_into.root if self.merged_into else self

    def says(self, opt_in: OptIn) -> None:
        if self.opt_in is not opt_in:
            self.opt_in, self.version = opt_in, self.version + 1

    def stops(self, stopped: bool) -> None:
        if self.stopped is not stopped:
            self.stopped, self.version = stopped, self.version + 1

    def takes_over(self, other: "Person") -> None:
        """The merge: NO of either is kept."""
        if other.opt_in is OptIn.NO or (other.opt_in is OptIn.YES and self.opt_in is OptIn.NONE):
            self.says(other.opt_in)
        if other.stopped:
            self.stops(True)
        self.names += other.names
        other.merged_into = self


@dataclass(frozen=True, slots=True)
class Given:
    """A reason that a person gave, and what it was bound to."""

    person: Person
    version: int
    revision: int


@dataclass(slots=True)
class World:
    """Everything outside the store."""

    people: dict[int, Person] = field(default_factory=dict)
    strict: bool = False
    bots_ask: bool = False
    marketing: dict[int, bool] = field(default_factory=dict)
    """Which templates are marketing now, by id; a pending turn counts."""
    revision: dict[int, int] = field(default_factory=dict)
    given: dict[int, Given] = field(default_factory=dict)
    """Reasons in the compose box, by message."""
    covered: dict[int, dict[int, int]] = field(default_factory=dict)
    """Broadcasts with the toggle off: who was NO at launch (contact id) and their version then."""
    held: dict[int, Claimed] = field(default_factory=dict)
    """Claims in the engine's memory whose call has not been made."""
    ended: dict[int, tuple[Claimed, Answer]] = field(default_factory=dict)
    """Calls in the engine's memory that are not settled."""
    received: dict[int, str] = field(default_factory=dict)
    """Messages that WhatsApp has: the wamid by our id."""
    doubled: list[int] = field(default_factory=list)
    uncertain: set[int] = field(default_factory=set)
    """Messages with a call whose end the engine does not know."""
    store_key: str = ""

    def fault_of(self, claimed: Claimed, message_template_id: int | None) -> str:
        """Why this claim should not have been made; "" if it is right."""
        if claimed.message_id in self.received:
            return "WhatsApp has it already"
        if claimed.message_id in self.uncertain:
            return "nobody knows whether WhatsApp has it"
        if message_template_id is None or not self.marketing[message_template_id]:
            return "" if claimed.category is not Category.MARKETING else "it is no marketing"
        if claimed.path is Path.BOT and not self.bots_ask:
            return ""
        person = self.people[claimed.contact_id].root
        if person.stopped:
            return "stopped in WhatsApp"
        if person.opt_in is OptIn.YES or (person.opt_in is OptIn.NONE and not self.strict):
            return ""
        return self._opened(claimed, person, message_template_id)

    def _opened(self, claimed: Claimed, person: Person, template_id: int) -> str:
        """Someone who said no, or nothing under Strict: only a reason that still stands opens it."""
        if claimed.path is Path.COMPOSE:
            given = self.given.get(claimed.message_id)
            stands = given is not None and given.person.root is person
            stands = stands and given is not None and given.version == person.version
            stands = stands and given is not None and given.revision == self.revision[template_id]
            return "" if stands else "no reason that stands"
        if claimed.path is Path.BROADCAST and claimed.broadcast_id in self.covered:
            if person.opt_in is OptIn.NONE:
                return ""
            at_launch = self.covered[claimed.broadcast_id].get(claimed.contact_id)
            return "" if at_launch == person.version else "said no after the launch"
        return f"{claimed.path} to {person.opt_in}"

    def take(self, claimed: Claimed, *, answered: bool) -> Answer | None:
        """WhatsApp receives a call; returns its answer, None if that is lost."""
        id = claimed.message_id
        if id in self.received:
            self.doubled.append(id)
        wamid = f"wamid.{id}.{claimed.attempt_number}"
        self.received[id] = wamid
        return Accepted(wamid, claimed.phone.lstrip("+")) if answered else None

    def crash(self) -> None:
        """The engine's memory is gone: calls on the way may have arrived or not."""
        self.uncertain |= set(self.held) | set(self.ended)
        self.held.clear()
        self.ended.clear()


SOURCES = (Source.KEYWORD, Source.IMPORT, Source.API)
