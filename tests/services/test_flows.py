"""The verbs on flows: names, drafts, publishing and its checks, versions, files from elsewhere, who may."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from desktop.domain import flow_json
from desktop.domain.activity import Deed
from desktop.domain.changes import Changes, Topic
from desktop.domain.flow import (
    LONGEST_NAME,
    MOST_NODES,
    START,
    Edge,
    FlowDefinition,
    FlowStatus,
    Node,
    SessionStatus,
    Trigger,
    TriggerKind,
)
from desktop.domain.flow_nodes import Decide, End, Jump, Question, SendTemplate, SendText
from desktop.domain.flow_ready import READY
from desktop.domain.flow_triggers import Incoming
from desktop.domain.people import Right, Role, User, may
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.domain.settings import Settings
from desktop.domain.words import Words
from desktop.services.flow_files import LARGEST_FILE_BYTES, checked_name, cleaned, read_file, written_file
from desktop.services.flows import Flows, blockers, natural
from desktop.store import activity, people, sessions, settings
from desktop.store.engine import Store, Tx
from tests.clock import FakeClock
from tests.databases import read, write
from tests.store.bots import ASKING, begun, flow
from tests.store.world import add_contact, add_person, add_template

SHELL = User(0, "The command line", Role.ADMIN)
HELLO = flow(SendText(text="Hello"), End())
OTHER = flow(SendText(text="Good evening"), End())
UNFINISHED = flow(SendTemplate(), End())


class World:
    """A store with the service."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.service = Flows(store)

    async def drafted(self, definition: FlowDefinition = HELLO, name: str = "Order status") -> int:
        return await self.service.create(name, definition, SHELL)

    async def published(self, definition: FlowDefinition = HELLO, name: str = "Order status") -> int:
        id = await self.drafted(definition, name)
        await self.service.publish(id, SHELL)
        return id

    def deeds(self) -> list[tuple[Deed, str, str]]:
        """What was logged, the newest first."""
        return [(one.deed, one.subject, one.details) for one in read(self.store, activity.newest)]


@pytest.fixture
def world(store: Store, clock: FakeClock) -> World:
    return World(store, clock)


# Making.


async def test_a_flow_from_its_name_to_its_end(world: World) -> None:
    service, heard = world.service, list[Changes]()
    world.store.listen(heard.append)
    id = await service.create("  Order   status ", FlowDefinition(), SHELL)
    made = await service.get(id)
    assert (made.name, made.status, made.version_id) == ("Order status", FlowStatus.DRAFT, None)
    assert made.shown == FlowDefinition()
    await service.save_draft(id, HELLO, SHELL)
    done = await service.publish(id, SHELL, "  Hello there ")
    assert (done.status, done.version_number, done.draft) == (FlowStatus.PUBLISHED, 1, None)
    assert (done.definition, done.published_at) == (HELLO, world.clock.now())
    await service.turn_off(id, SHELL)
    assert (await service.get(id)).status is FlowStatus.OFF
    await service.turn_on(id, SHELL)
    await service.turn_on(id, SHELL)
    await service.rename(id, "Hello", SHELL)
    await service.rename(id, "Hello", SHELL)
    await service.delete(id, SHELL)
    with pytest.raises(NotFound):
        await service.get(id)
    assert world.deeds() == [
        (Deed.FLOW_DELETED, "Hello", ""),
        (Deed.FLOW_CHANGED, "Hello", "was “Order status”"),
        (Deed.FLOW_CHANGED, "Order status", "turned on"),
        (Deed.FLOW_CHANGED, "Order status", "turned off"),
        (Deed.FLOW_PUBLISHED, "Order status", "version 1"),
        (Deed.FLOW_CHANGED, "Order status", "begun"),
    ]
    await world.store.write(lambda tx: None)  # what is told of a write is told before the next one begins
    assert [one.has(Topic.FLOW, id) for one in heard].count(True) >= 7


async def test_names_are_one_lines_and_nobody_elses(world: World) -> None:
    service = world.service
    id = await world.drafted()
    other = await world.drafted(name="Other")
    for wrong in ("", "  \n ", "\x00", "x" * (LONGEST_NAME + 1), "ORDER  status"):
        for verb in (
            lambda name=wrong: service.create(name, HELLO, SHELL),
            lambda name=wrong: service.rename(other, name, SHELL),
        ):
            with pytest.raises(Problem) as raised:
                await verb()
            assert raised.value.field == "name", wrong
    await service.rename(id, "ORDER status", SHELL)
    assert {one.record.name for one in await service.every()} == {"ORDER status", "Other"}


async def test_a_copy_is_a_draft_of_what_is_shown(world: World) -> None:
    long = "x" * LONGEST_NAME
    id = await world.published(HELLO, long)
    await world.service.save_draft(id, OTHER, SHELL)
    copies = [await world.service.get(await world.service.copy(id, SHELL)) for _ in range(12)]
    assert {one.definition for one in copies} == {FlowDefinition()}
    assert {one.shown for one in copies} == {OTHER}
    names = [one.name for one in copies]
    assert len(set(names)) == 12
    assert all(len(one) <= LONGEST_NAME for one in names)
    assert names[0].startswith("Copy of x")
    assert names[11].endswith(" 12")
    assert (await world.service.get(id)).name == long


async def test_whoever_was_spoken_to_keeps_a_flow_from_being_deleted(world: World) -> None:
    id = await world.published()
    record = await world.service.get(id)

    def talk(tx: Tx) -> None:
        session = begun(tx, record, add_contact(tx))
        sessions.end(tx, session, SessionStatus.COMPLETED)

    write(world.store, talk)
    with pytest.raises(Problem, match="Turn it off instead"):
        await world.service.delete(id, SHELL)
    (shown,) = await world.service.every()
    assert shown.counts.of(SessionStatus.COMPLETED) == 1
    assert await world.service.shown(id) == shown
    assert await world.service.names() == {id: "Order status"}
    with pytest.raises(NotFound):
        await world.service.shown(id + 1)
    assert world.deeds()[0][0] is Deed.FLOW_PUBLISHED


async def test_a_flow_that_others_lead_to_is_kept_while_one_of_them_is_published(world: World) -> None:
    returns = await world.published(name="Returns")
    leads = flow(Jump(flow_id=returns))
    first, second = await world.published(leads, "Front desk"), await world.drafted(leads, "Winter")
    assert [(one.name, one.is_published) for one in await world.service.leading_to(returns)] == [
        ("Front desk", True),
        ("Winter", False),
    ]
    with pytest.raises(Problem, match="“Front desk” goes on with “Returns”"):
        await world.service.delete(returns, SHELL)
    await world.service.turn_off(returns, SHELL)
    shown = {one.record.id: one.problem for one in await world.service.every()}
    assert shown == {
        first: "It goes on with “Returns”, which is not published, or is turned off.",
        second: "",
        returns: "",
    }
    await world.service.turn_off(first, SHELL)
    assert not any(one.problem for one in await world.service.every())
    await world.service.delete(returns, SHELL)
    await world.service.turn_on(first, SHELL)
    assert (await world.service.every())[0].problem == "It goes on with a flow that is gone."


# Drafts and versions.


async def test_a_draft_changes_nothing_before_it_is_published(world: World) -> None:
    service = world.service
    id = await world.published()
    await service.save_draft(id, OTHER, SHELL)
    known = await service.get(id)
    assert (known.definition, known.draft, known.version_number) == (HELLO, OTHER, 1)
    assert len(await service.triggers()) == 1
    await service.discard_draft(id, SHELL)
    assert (await service.get(id)).draft is None
    await service.save_draft(id, OTHER, SHELL)
    await service.save_draft(id, HELLO, SHELL)
    assert (await service.get(id)).draft is None, "back where it was, there is nothing to publish"
    first = await world.drafted(name="Never published")
    with pytest.raises(Problem, match="never published"):
        await service.discard_draft(first, SHELL)


async def test_versions_can_be_gone_back_to(world: World) -> None:
    service = world.service
    id = await world.published()
    await service.save_draft(id, OTHER, SHELL)
    second = await service.publish(id, SHELL, "Politer")
    assert second.version_number == 2
    third = await service.publish(id, SHELL)
    assert third.version_number == 2, "nothing was changed since"
    newest, oldest = await service.versions(id)
    assert [(one.number, one.definition, one.note) for one in (newest, oldest)] == [
        (2, OTHER, "Politer"),
        (1, HELLO, ""),
    ]
    back = await service.go_back(id, oldest.id, SHELL)
    assert (back.definition, back.draft) == (OTHER, HELLO)
    assert (await service.go_back(id, newest.id, SHELL)).draft is None
    await service.go_back(id, oldest.id, SHELL)
    assert (await service.publish(id, SHELL)).version_number == 3
    elsewhere = await world.published(ASKING, "Elsewhere")
    (theirs,) = await service.versions(elsewhere)
    for wrong in (theirs.id, 404):
        with pytest.raises(NotFound):
            await service.go_back(id, wrong, SHELL)
    assert (await service.get(id)).draft is None


async def test_publishing_turns_on_again_what_was_off(world: World) -> None:
    id = await world.published()
    await world.service.turn_off(id, SHELL)
    assert await world.service.triggers() == []
    assert (await world.service.publish(id, SHELL)).status is FlowStatus.PUBLISHED
    draft = await world.drafted(name="Draft")
    for verb in (world.service.turn_on, world.service.turn_off):
        with pytest.raises(Problem, match="is a draft"):
            await verb(draft, SHELL)


# What stands against publishing.


async def test_what_stands_against_it_is_said_with_its_place(world: World) -> None:
    service = world.service
    id = await world.drafted(UNFINISHED)
    with pytest.raises(Problem) as raised:
        await service.publish(id, SHELL)
    assert raised.value.field == "n1:template_id"
    assert (await service.get(id)).status is FlowStatus.DRAFT
    assert await service.versions(id) == []
    template = write(world.store, lambda tx: add_template(tx, body="Hello!"))
    await service.save_draft(id, flow(SendTemplate(template_id=template.id), End()), SHELL)
    assert (await service.publish(id, SHELL)).version_number == 1


@pytest.mark.parametrize(
    "wrong",
    [
        FlowDefinition(),
        flow(SendText(text="")),
        flow(Question(text="Which?", answer=""), SendText(text="")),
        flow(Decide()),
        replace(HELLO, triggers=(Trigger(TriggerKind.PATTERN, ("(",)),)),
        replace(HELLO, edges=(Edge(START, "next", "n1"), Edge("n1", "next", "n1"))),
    ],
)
async def test_unfinished_flows_cannot_be_published(world: World, wrong: FlowDefinition) -> None:
    id = await world.drafted(wrong)
    with pytest.raises(Problem):
        await world.service.publish(id, SHELL)
    assert (await world.service.get(id)).version_id is None


async def test_a_running_session_keeps_its_version(world: World) -> None:
    id = await world.published(ASKING)
    record = await world.service.get(id)
    session = write(world.store, lambda tx: begun(tx, record, add_contact(tx)))
    await world.service.save_draft(id, OTHER, SHELL)
    second = await world.service.publish(id, SHELL)
    kept = read(world.store, lambda tx: sessions.get(tx, session.id))
    assert kept is not None
    assert kept.version_id == record.version_id != second.version_id


async def test_what_flows_can_name_is_what_there_is(world: World) -> None:
    def fill(tx: Tx) -> int:
        settings.save(tx, Settings(words=Words(("stop",), ("start",))), None)
        add_person(tx, "Meera Rao")
        return add_template(tx).id

    template_id = write(world.store, fill)
    published, drafted = await world.published(), await world.drafted(name="Draft")
    known = await world.service.known()
    assert known.flows == {published: "Order status"}
    assert drafted not in known.flows
    assert set(known.templates) == {template_id}
    assert list(known.people.values()) == ["Meera Rao"]
    assert known.words == Words(("stop",), ("start",))


# Triggers.


async def test_one_trigger_answers_and_all_that_would_are_shown(world: World) -> None:
    anything, word = Trigger(TriggerKind.ANY), Trigger(values=("order",))
    first = await world.published(replace(HELLO, triggers=(anything,)), "Catch all")
    world.clock.move(timedelta(minutes=1))
    second = await world.published(replace(HELLO, triggers=(word,)), "By word")
    found = await world.service.try_message(Incoming("Order!"))
    assert [(one.candidate.flow_id, one.fires, one.answers) for one in found] == [
        (second, True, True),
        (first, True, False),
    ]
    found = await world.service.try_message(Incoming("something else"))
    assert [(one.candidate.flow_id, one.fires, one.answers) for one in found] == [
        (second, False, False),
        (first, True, True),
    ]
    # Of two that want the same word, the one that was published last.
    world.clock.move(timedelta(minutes=1))
    third = await world.published(replace(HELLO, triggers=(word,)), "Newer")
    (answering,) = [one for one in await world.service.try_message(Incoming("order")) if one.answers]
    assert answering.candidate.flow_id == third


# Files.


@pytest.mark.parametrize("ready", READY, ids=lambda one: one.key)
async def test_a_flow_survives_its_way_through_a_file(world: World, ready: Any) -> None:
    id = await world.drafted(ready.definition, ready.name)
    raw = await world.service.export_file(id)
    again = await world.service.get(await world.service.import_file(raw, SHELL))
    assert (again.name, again.shown) == (f"{ready.name} 2", ready.definition)
    assert again.status is FlowStatus.DRAFT
    assert world.deeds()[0] == (Deed.FLOW_CHANGED, again.name, "from a file")


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A good file with one thing in it changed."""
    data = {"format": "assent-flow", "version": 1, "name": "Order status", "flow": flow_json.to_json(ASKING)}
    change(data)
    return json.dumps(data).encode()


def at(*path: str | int) -> Callable[[Any], Callable[[dict[str, Any]], None]]:
    """Put a value at a place of the file."""

    def put(value: Any) -> Callable[[dict[str, Any]], None]:
        def change(data: dict[str, Any]) -> None:
            place: Any = data
            for part in path[:-1]:
                place = place[part]
            place[path[-1]] = value

        return change

    return put


NESTED = '{"items":[' * 300 + "]}" * 300
BROKEN = {
    "empty": b"",
    "no JSON": b"a;b;c",
    "half": changed(lambda _: None)[:200],
    "another language": "Größe".encode("latin-1"),
    "a list": b"[1, 2]",
    "deep": b"[" * 100_000,
    "deep inside": changed(at("flow", "nodes", 0, "does")({"kind": "condition", "contact": "@"})).replace(
        b'"@"', NESTED.encode()
    ),
    "no flow": changed(at("flow")(None)),
    "another format": changed(at("format")("n8n")),
    "newer": changed(at("version")(2)),
    "unknown node": changed(at("flow", "nodes", 0, "does", "kind")("teleport")),
    "unknown part": changed(at("flow", "nodes", 0, "colour")("blue")),
    "missing part": changed(lambda data: data["flow"]["edges"][0].pop("to_id")),
    "wrong type": changed(at("flow", "nodes")("none")),
    "nowhere": changed(at("flow", "nodes", 0, "x")(float("nan"))),
    "far away": changed(at("flow", "start_y")(1e300)),
    "endless": changed(at("flow", "timeout_minutes")(10**30)),
    "no id": changed(at("flow", "nodes", 0, "does")({"kind": "template", "template_id": 10**30})),
    "too many": changed(
        lambda data: data["flow"].update(
            nodes=[{"id": f"n{n}", "does": {"kind": "end"}} for n in range(MOST_NODES + 1)]
        )
    ),
    "no steps": changed(at("flow")({})),
    "a step twice": changed(lambda data: data["flow"]["nodes"].append(data["flow"]["nodes"][0])),
    "a step without a name": changed(at("flow", "nodes", 0, "id")("")),
    "leads out of it": changed(at("flow", "edges", 0, "to_id")("n77")),
    "comes from nowhere": changed(at("flow", "edges", 0, "from_id")("n77")),
    "large": b" " * (LARGEST_FILE_BYTES + 1),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_file_says_what_is_wrong_with_it(world: World, name: str) -> None:
    with pytest.raises(Problem) as raised:
        await world.service.import_file(BROKEN[name], SHELL)
    assert raised.value.field == "file"
    assert raised.value.sentence
    assert await world.service.every() == []


@pytest.mark.parametrize("name", ["", None, 7, "\x00", "x" * 500, {"a": 1}])
async def test_a_file_without_a_good_name_is_a_flow_all_the_same(world: World, name: Any) -> None:
    id = await world.service.import_file(changed(at("name")(name)), SHELL)
    assert 1 <= len((await world.service.get(id)).name) <= LONGEST_NAME


async def test_what_no_database_takes_is_left_out(world: World) -> None:
    raw = changed(at("flow", "nodes", 0, "does", "text")("Hel\x00lo \ud83d there"))
    known = await world.service.get(await world.service.import_file(raw, SHELL))
    assert known.shown.nodes[0].does == SendText(text="Hello  there")
    # A window may hold half a character, too.
    await world.service.save_draft(known.id, flow(SendText(text="a\ud800b\x00")), SHELL)
    assert (await world.service.get(known.id)).shown == flow(SendText(text="ab"))
    assert await world.service.export_file(known.id)
    id = await world.service.create("By hand", flow(SendText(text="\udfff")), SHELL)
    assert (await world.service.get(id)).shown == flow(SendText(text=""))
    assert cleaned(HELLO) is HELLO


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["nodes", "edges", "id", "does", "kind", "text", "x", "triggers"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@hypothesis_settings(deadline=None, max_examples=200, database=None)
@given(json_values)
def test_whatever_is_in_a_file_it_is_a_flow_or_a_problem(inside: Any) -> None:
    try:
        _, definition = read_file(changed(at("flow")(inside)))
    except Problem:
        return
    assert read_file(changed(at("flow")(flow_json.to_json(definition))))[1] == definition


# Who may.


async def test_only_who_may_build_bots_changes_them(world: World) -> None:
    id = await world.published()
    first = (await world.service.versions(id))[0]

    def add(tx: Tx) -> list[User]:
        for name, role in (
            ("Ada Admin", Role.ADMIN),
            ("Sue Super", Role.SUPERVISOR),
            ("Tom Lee", Role.AGENT),
        ):
            add_person(tx, name, role)
        return people.every(tx)

    admin, supervisor, agent = write(world.store, add)
    service, raw = world.service, await world.service.export_file(id)
    verbs: list[Callable[[User], Any]] = [
        lambda user: service.create("New", HELLO, user),
        lambda user: service.copy(id, user),
        lambda user: service.rename(id, "Renamed", user),
        lambda user: service.save_draft(id, OTHER, user),
        lambda user: service.discard_draft(id, user),
        lambda user: service.go_back(id, first.id, user),
        lambda user: service.publish(id, user),
        lambda user: service.turn_off(id, user),
        lambda user: service.turn_on(id, user),
        lambda user: service.import_file(raw, user),
        lambda user: service.delete(id, user),
    ]
    before = world.deeds()
    for verb in verbs:
        with pytest.raises(NotAllowed, match=r"Tom Lee \(Agent\) may not build and publish bots"):
            await verb(agent)
    assert world.deeds() == before
    assert [may(one, Right.BOTS) for one in (admin, supervisor, agent)] == [True, True, False]
    assert Right.BOTS not in Settings().given, "it goes with the role, and no setting gives it"
    for verb in verbs:
        await verb(supervisor)
    with pytest.raises(NotFound):
        await verbs[-1](admin)


async def test_findings_that_only_warn_do_not_block(world: World) -> None:
    by_hand = replace(HELLO, triggers=())
    id = await world.drafted(by_hand)
    assert (await world.service.publish(id, SHELL)).definition == by_hand
    assert blockers(()) == []


def test_a_node_may_lie_anywhere_on_the_canvas() -> None:
    far = replace(HELLO, nodes=(Node("n1", End(), -900_000.0, 900_000.0),), edges=HELLO.edges[:1])
    assert read_file(changed(at("flow")(flow_json.to_json(far))))[1] == far


def test_a_name_is_kept_without_signs_that_turn_it_around_and_sorts_as_people_count() -> None:
    raw = written_file("Order\u202e sutats\u2069\x07", FlowDefinition())
    assert read_file(raw)[0] == "Order sutats"
    assert checked_name("a\u200fb\tc") == "ab c"
    assert checked_name("نمی‌خواهم") == "نمی‌خواهم", "a joiner is a letter’s"
    names = ["Order status 10", "order status 2", "Order status", "Orders"]
    assert sorted(names, key=natural) == ["Order status", "order status 2", "Order status 10", "Orders"]


def test_what_is_wrong_in_a_file_is_said_of_the_step_where_it_is() -> None:
    kept = flow_json.to_json(next(one.definition for one in READY if one.key == "hand_over"))
    kept["nodes"][0]["does"]["choices"][1]["colour"] = "red"
    with pytest.raises(Problem, match=r"nodes\.0\.does\.list\.choices\.1\.colour"):
        flow_json.from_json(kept)
    kept["nodes"][0]["does"]["kind"] = "song"
    with pytest.raises(Problem, match="No step is of this kind"):
        flow_json.from_json(kept)
