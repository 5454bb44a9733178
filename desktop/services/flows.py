"""Flows of bots: make, edit, publish, go back; which one answers a message."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from desktop.domain.activity import Deed
from desktop.domain.flow import (
    LONGEST_NAME,
    FlowCounts,
    FlowDefinition,
    FlowRecord,
    FlowStatus,
    FlowVersion,
)
from desktop.domain.flow_checks import FlowFinding, Known, check
from desktop.domain.flow_nodes import Jump
from desktop.domain.flow_triggers import Candidate, Incoming, fires, in_order
from desktop.domain.people import Right, User
from desktop.domain.problems import Problem
from desktop.domain.sequence import SequenceStatus
from desktop.domain.text import clean, fold
from desktop.services.flow_files import checked_name, cleaned, read_file, written_file
from desktop.services.rights import allow
from desktop.store import activity, contacts, flow_uses, flows, people, sequences, settings, templates
from desktop.store.engine import Store, Tx
from desktop.store.flow_uses import Leading as Leading


@dataclass(frozen=True, slots=True)
class FlowShown:
    """A row of the list. problem: what is wrong with what answers now, as a sentence, or ""."""

    record: FlowRecord
    counts: FlowCounts
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A trigger in its place, and whether it takes the message that was tried. answers: it is the first that does."""

    candidate: Candidate
    fires: bool
    answers: bool


class Flows:
    """The verbs on flows. Every change asks for Right.BOTS in its transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Looking.

    async def every(self) -> list[FlowShown]:
        """All of them, by name, with how their sessions stand."""

        def read(tx: Tx) -> list[FlowShown]:
            found = flows.every(tx)
            found.sort(key=lambda one: natural(one.name))
            counted = flows.counts(tx, [one.id for one in found])
            return [FlowShown(one, counted[one.id], _problem(one, found)) for one in found]

        return await self._store.read(read, people=True)

    async def shown(self, flow_id: int) -> FlowShown:
        """One of them. Raises NotFound."""

        def read(tx: Tx) -> FlowShown:
            return FlowShown(flows.get(tx, flow_id), flows.counts(tx, [flow_id])[flow_id])

        return await self._store.read(read, people=True)

    async def names(self) -> dict[int, str]:
        """What each is called, by id."""
        return await self._store.read(flows.names, people=True)

    async def get(self, flow_id: int) -> FlowRecord:
        """One flow. Raises NotFound."""
        return await self._store.read(lambda tx: flows.get(tx, flow_id), people=True)

    async def known(self, flow_id: int = 0) -> Known:
        """What flows can name, for checks and for choosing. flow_id: the one that they are for; 0: a new one."""
        return await self._store.read(lambda tx: _known(tx, flow_id), people=True)

    async def versions(self, flow_id: int) -> list[FlowVersion]:
        """The published states, the newest first."""
        return await self._store.read(lambda tx: flows.versions(tx, flow_id), people=True)

    async def triggers(self) -> list[Candidate]:
        """Every trigger of a published flow, in the order in which they are asked."""
        return await self._store.read(lambda tx: in_order(flows.candidates(tx)), people=True)

    async def try_message(self, incoming: Incoming) -> list[Asked]:
        """Which flow would answer a message in a conversation that nobody has."""
        found: list[Asked] = []
        for one in await self.triggers():
            takes = fires(one.trigger, incoming)
            found.append(Asked(one, takes, takes and not any(other.answers for other in found)))
        return found

    async def leading_to(self, flow_id: int) -> list[Leading]:
        """The flows that a jump leads from to this one, by name."""
        return await self._store.read(lambda tx: flow_uses.leading_to(tx, flow_id), people=True)

    # Making.

    async def create(self, name: str, definition: FlowDefinition, user: User) -> int:
        """A new draft; returns its id. Raises a Problem of the field name."""
        shown = checked_name(name)

        def write(tx: Tx) -> int:
            allow(tx, user, Right.BOTS)
            _expect_free(tx, shown)
            activity.log(tx, user, Deed.FLOW_CHANGED, shown, "begun")
            return flows.create(tx, shown, cleaned(definition), user.id or None)

        return await self._store.write(write)

    async def copy(self, flow_id: int, user: User) -> int:
        """A new draft of what another one shows; returns its id."""

        def write(tx: Tx) -> int:
            known = _allowed(tx, flow_id, user)
            name = free_name(tx, f"Copy of {known.name}")
            activity.log(tx, user, Deed.FLOW_CHANGED, name, f"copied from “{known.name}”")
            return flows.create(tx, name, known.shown, user.id or None)

        return await self._store.write(write)

    async def rename(self, flow_id: int, name: str, user: User) -> None:
        """Give it another name. Raises a Problem of the field name."""
        shown = checked_name(name)

        def write(tx: Tx) -> None:
            known = _allowed(tx, flow_id, user)
            if shown != known.name:
                _expect_free(tx, shown, flow_id)
                flows.rename(tx, flow_id, shown)
                activity.log(tx, user, Deed.FLOW_CHANGED, shown, f"was “{known.name}”")

        await self._store.write(write)

    async def save_draft(self, flow_id: int, draft: FlowDefinition, user: User) -> None:
        """Keep an edit; no session follows it before it is published."""

        def write(tx: Tx) -> None:
            known = _allowed(tx, flow_id, user)
            tidy = cleaned(draft)
            is_current = known.version_id is not None and tidy == known.definition
            flows.save_draft(tx, flow_id, None if is_current else tidy)

        await self._store.write(write)

    async def discard_draft(self, flow_id: int, user: User) -> None:
        """Back to what is published. Raises a Problem if nothing was."""

        def write(tx: Tx) -> None:
            known = _allowed(tx, flow_id, user)
            if known.version_id is None:
                raise Problem("Nothing to go back to", f"“{known.name}” was never published.")
            flows.save_draft(tx, flow_id, None)

        await self._store.write(write)

    async def delete(self, flow_id: int, user: User) -> None:
        """Delete one that nobody was ever in, and that no published flow goes on with. Raises a Problem otherwise."""

        def write(tx: Tx) -> None:
            known = _allowed(tx, flow_id, user)
            if flows.was_used(tx, flow_id):
                raise Problem(
                    "Not deleted",
                    f"Customers were in “{known.name}”, and the reports show it. Turn it off instead.",
                )
            leading = flow_uses.leading_to(tx, flow_id)
            published = [one.name for one in leading if one.is_published]
            if published:
                raise Problem(
                    "Not deleted",
                    f"{_listed(published)} {'goes' if len(published) == 1 else 'go'} on with “{known.name}”. Lead "
                    f"{'it' if len(published) == 1 else 'them'} elsewhere and publish first.",
                )
            flows.delete_one(tx, flow_id)
            activity.log(tx, user, Deed.FLOW_DELETED, known.name)

        await self._store.write(write)

    # Publishing.

    async def publish(self, flow_id: int, user: User, note: str = "") -> FlowRecord:
        """Make what is shown the next version, and turn it on. Running sessions keep theirs.

        Raises the Problem of the first finding that blocks, whose field is '<node id>:<part>'.
        """

        def write(tx: Tx) -> FlowRecord:
            known = _allowed(tx, flow_id, user)
            blocking = blockers(check(known.shown, _known(tx, flow_id)))
            if blocking:
                raise blocking[0].problem
            done = flows.publish(tx, known, clean(note).strip()[:200], user.id or None)
            activity.log(tx, user, Deed.FLOW_PUBLISHED, done.name, f"version {done.version_number}")
            return done

        return await self._store.write(write)

    async def turn_off(self, flow_id: int, user: User) -> None:
        """No session starts; those that run go on."""
        await self._switch(flow_id, user, FlowStatus.OFF)

    async def turn_on(self, flow_id: int, user: User) -> None:
        """Sessions start again, in the version that was published last."""
        await self._switch(flow_id, user, FlowStatus.PUBLISHED)

    async def _switch(self, flow_id: int, user: User, status: FlowStatus) -> None:
        def write(tx: Tx) -> None:
            known = _allowed(tx, flow_id, user)
            if known.version_id is None:
                raise Problem("Not published yet", f"“{known.name}” is a draft. Publish it first.")
            if known.status is not status:
                flows.set_status(tx, flow_id, status)
                told = "on" if status is FlowStatus.PUBLISHED else "off"
                activity.log(tx, user, Deed.FLOW_CHANGED, known.name, f"turned {told}")

        await self._store.write(write)

    async def go_back(self, flow_id: int, version_id: int, user: User) -> FlowRecord:
        """Make an earlier version the draft; it starts nobody before it is published. Raises NotFound."""

        def write(tx: Tx) -> FlowRecord:
            known = _allowed(tx, flow_id, user)
            wanted = flows.definition_of(tx, version_id, flow_id)
            flows.save_draft(tx, flow_id, None if wanted == known.definition else wanted)
            return flows.get(tx, flow_id)

        return await self._store.write(write)

    # Files.

    async def export_file(self, flow_id: int) -> bytes:
        """What is shown of a flow, as a file that another workspace can read. Ids in it are this store's."""
        known = await self.get(flow_id)
        return await asyncio.to_thread(written_file, known.name, known.shown)

    async def import_file(self, raw: bytes, user: User) -> int:
        """A new draft from such a file; returns its id. Raises a Problem (field file) that says what is wrong with it.

        Templates, sequences, colleagues and flows are this store's where they have the same id, else the checks say so.
        """
        name, definition = await asyncio.to_thread(read_file, raw)

        def write(tx: Tx) -> int:
            allow(tx, user, Right.BOTS)
            shown = free_name(tx, name)
            activity.log(tx, user, Deed.FLOW_CHANGED, shown, "from a file")
            return flows.create(tx, shown, definition, user.id or None)

        return await self._store.write(write)


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """For sorting names as people count: 'Order status 2' before 'Order status 10'."""
    parts = (part for part in re.split(r"([0-9]+)", fold(name)) if part)
    return tuple((0, int(one), "") if one.isdecimal() else (1, 0, one) for one in parts)


def blockers(found: Sequence[FlowFinding]) -> list[FlowFinding]:
    """Those that stand against publishing."""
    return [one for one in found if one.blocks]


def free_name(tx: Tx, wanted: str) -> str:
    """The name itself, or with a number where it is taken."""
    for number in count(1):
        ending = f" {number}" if number > 1 else ""
        made = f"{wanted[: LONGEST_NAME - len(ending)]}{ending}"
        if flows.id_of(tx, made) is None:
            return made
    raise AssertionError("numbers do not end")


def _known(tx: Tx, flow_id: int) -> Known:
    started = (SequenceStatus.ACTIVE, SequenceStatus.PAUSED, SequenceStatus.HELD)
    kept = settings.load(tx)
    return Known(
        templates={one.id: one for one in templates.every(tx)},
        attributes=contacts.known_attributes(tx),
        sequences={one.id: one.name for one in sequences.every(tx) if one.status in started},
        flows=flows.names(tx, FlowStatus.PUBLISHED),
        people={one.id: one.name for one in people.every(tx)},
        tags=tuple(contacts.tag_names(tx)),
        words=kept.words,
        bots_ask=kept.bots_ask,
        asked=tuple(in_order(flows.candidates(tx))),
        flow_id=flow_id,
    )


def _allowed(tx: Tx, flow_id: int, user: User) -> FlowRecord:
    allow(tx, user, Right.BOTS)
    return flows.hold(tx, flow_id)


def _expect_free(tx: Tx, name: str, flow_id: int | None = None) -> None:
    if flows.id_of(tx, name) not in (None, flow_id):
        raise Problem("Name taken", f"There is a flow “{name}” already. Choose another name.", "name")


def _problem(record: FlowRecord, every: Sequence[FlowRecord]) -> str:
    """A published flow that goes on with one which answers nobody ends there, and people take over."""
    if record.status is not FlowStatus.PUBLISHED or record.is_unreadable:
        return ""
    there = {one.id: one for one in every}
    for node in record.definition.nodes:
        to_id = node.does.flow_id if isinstance(node.does, Jump) else None
        if to_id is None:
            continue
        other = there.get(to_id)
        if other is None:
            return "It goes on with a flow that is gone."
        if other.status is not FlowStatus.PUBLISHED:
            return f"It goes on with “{other.name}”, which is not published, or is turned off."
    return ""


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{one}”" for one in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))
