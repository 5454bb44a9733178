"""Every right, asked of the services without any window: who may is let through, everybody else reads why not."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.contact_table import Target
from desktop.domain.filters import EVERYONE, Kind
from desktop.domain.flow import FlowDefinition
from desktop.domain.keys import Scope
from desktop.domain.people import Right, Role, User, may
from desktop.domain.problems import NotAllowed
from desktop.services.bulk import AddTags
from desktop.services.exports import ExportFormat
from desktop.store import people
from tests.services.desk import PRIYA, Desk

Verb = Callable[[Desk, User], Awaitable[object]]


async def somebody(desk: Desk, opt_in: OptIn = OptIn.NONE) -> int:
    """One more contact."""
    return await desk.contact(f"+1604555{2000 + await desk.app.contacts.count():04d}", opt_in)


async def _reply(desk: Desk, user: User) -> object:
    await desk.app.conversations.assign(await somebody(desk), user, user)
    return None


async def _change_opt_in(desk: Desk, user: User) -> object:
    await desk.app.contacts.set_opt_in(await somebody(desk), OptIn.YES, user)
    return None


async def _override(desk: Desk, user: User) -> object:
    contact_id = await somebody(desk, OptIn.NO)
    wanted = await desk.submission(contact_id, template="winter_clearance", reason="She asked")
    return await desk.app.sending.submit(wanted, user)


async def _broadcast(desk: Desk, user: User) -> object:
    draft = (await desk.app.broadcasts.get(await desk.draft())).draft
    return await desk.app.broadcasts.save_draft(None, draft, user)


async def _broadcast_despite(desk: Desk, user: User) -> object:
    await somebody(desk, OptIn.NO)
    return await desk.app.broadcasts.launch(
        await desk.draft(only_opted_in=False), user, reason="A recall", now=True
    )


async def _sequences(desk: Desk, user: User) -> object:
    return await desk.app.sequences.create(f"By {user.name} {user.role}", user)


async def _bots(desk: Desk, user: User) -> object:
    return await desk.app.flows.create(f"By {user.name} {user.role}", FlowDefinition(), user)


async def _import(desk: Desk, user: User) -> object:
    file = desk.folder / "leads.csv"
    file.write_text("Name,Phone\nKim Lee,+1 604 555 0142\n", encoding="utf-8")
    async with desk.app.imports.open(file, user) as run:
        return run.look


async def _export(desk: Desk, user: User) -> object:
    path: Path = desk.folder / "contacts.csv"
    return await desk.app.exports.run(Target(), path, ExportFormat.CSV, user)


async def _edit(desk: Desk, user: User) -> object:
    return await desk.app.contacts.add("Kim Lee", PRIYA, "CA", user)


async def _change_many(desk: Desk, user: User) -> object:
    return await desk.app.bulk.run(Target(ids=(await somebody(desk),)), AddTags(("VIP",)), user)


async def _merge(desk: Desk, user: User) -> object:
    return await desk.app.contacts.merge(await somebody(desk), [await somebody(desk)], user)


async def _segments(desk: Desk, user: User) -> object:
    return await desk.app.segments.save(None, "Everybody", EVERYONE, user)


async def _fields(desk: Desk, user: User) -> object:
    return await desk.app.fields.define("Shoe size", Kind.NUMBER, (), user)


async def _people(desk: Desk, user: User) -> object:
    await desk.app.accounts.set_role(desk.supervisor.id, desk.supervisor.role, user)
    return None


async def _see_activity(desk: Desk, user: User) -> object:
    return await desk.app.accounts.activity(user)


async def _settings(desk: Desk, user: User) -> object:
    kept = await desk.app.workspace.settings()
    await desk.app.workspace.change_settings(replace(kept, strict=True), user)
    return None


async def _keys(desk: Desk, user: User) -> object:
    return await desk.app.keys.create(f"By {user.name} {user.role}", Scope.READ, user)


async def _start_over(desk: Desk, user: User) -> object:
    await desk.app.start_over(user)
    return None


VERBS: dict[Right, Verb] = {
    Right.REPLY: _reply,
    Right.CHANGE_OPT_IN: _change_opt_in,
    Right.OVERRIDE_OPT_OUT: _override,
    Right.BROADCAST: _broadcast,
    Right.BROADCAST_TO_OPTED_OUT: _broadcast_despite,
    Right.SEQUENCES: _sequences,
    Right.BOTS: _bots,
    Right.IMPORT: _import,
    Right.EXPORT: _export,
    Right.EDIT_CONTACTS: _edit,
    Right.CHANGE_MANY: _change_many,
    Right.MERGE: _merge,
    Right.SEGMENTS: _segments,
    Right.FIELDS: _fields,
    Right.PEOPLE: _people,
    Right.SEE_ACTIVITY: _see_activity,
    Right.SETTINGS: _settings,
    Right.KEYS: _keys,
    Right.START_OVER: _start_over,
}
"""One service call for each right."""


def test_every_right_is_asked_for_somewhere() -> None:
    assert set(VERBS) == set(Right)


def of(desk: Desk, role: Role) -> User:
    return {Role.AGENT: desk.agent, Role.SUPERVISOR: desk.supervisor, Role.ADMIN: desk.admin}[role]


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_does_what_it_may_and_reads_why_it_may_not(mute: Desk, role: Role) -> None:
    user = of(mute, role)
    given = (await mute.app.workspace.settings()).given
    for right, verb in VERBS.items():
        if may(user, right, given):
            await verb(mute, user)
            continue
        with pytest.raises(NotAllowed) as refused:
            await verb(mute, user)
        said = refused.value.sentence
        assert said.startswith(f"{user.name} ({role.value.title()}) may not "), right
        assert said.endswith((" Ask an admin.", " Ask a supervisor or an admin.")), right


@pytest.mark.parametrize(
    "right", [Right.OVERRIDE_OPT_OUT, Right.BROADCAST, Right.BROADCAST_TO_OPTED_OUT, Right.EXPORT]
)
async def test_what_the_workspace_gives_to_nobody_an_admin_has_not_either(mute: Desk, right: Right) -> None:
    nobody = frozenset[Role]()
    await mute.settings(override_roles=nobody, launch_roles=nobody, export_roles=nobody)
    if right in (Right.BROADCAST, Right.BROADCAST_TO_OPTED_OUT):
        # A draft is made by somebody who may, before it is taken from them.
        await _nobody_launches(mute, right)
        return
    with pytest.raises(NotAllowed, match="Nobody may, as the workspace is set"):
        await VERBS[right](mute, mute.admin)


async def _nobody_launches(desk: Desk, right: Right) -> None:
    await desk.settings(launch_roles=frozenset(Role))
    await somebody(desk, OptIn.NO)
    id = await desk.draft(only_opted_in=False)
    if right is Right.BROADCAST:
        await desk.settings(launch_roles=frozenset[Role]())
    with pytest.raises(NotAllowed, match="Nobody may, as the workspace is set"):
        await desk.app.broadcasts.launch(id, desk.admin, reason="A recall", now=True)


async def test_what_the_workspace_gives_to_agents_they_have(mute: Desk) -> None:
    everybody = frozenset(Role)
    await mute.settings(launch_roles=everybody, export_roles=everybody)
    for right in (Right.BROADCAST, Right.EXPORT):
        await VERBS[right](mute, mute.agent)


async def test_a_closed_account_may_nothing_at_once(mute: Desk) -> None:
    """The window may still be open with the person it knew."""
    second = await mute.app.store.write(lambda tx: people.add(tx, [("Kim Lee", Role.ADMIN)]))
    kim = User(second[0], "Kim Lee", Role.ADMIN)
    await mute.app.accounts.deactivate(kim.id, mute.admin)
    for right, verb in VERBS.items():
        with pytest.raises(NotAllowed) as refused:
            await verb(mute, kim)
        said = "The account of Kim Lee is closed. Ask an admin to open it again."
        assert refused.value.sentence == said, right


async def test_a_closed_account_leaves_no_trace_in_conversations(mute: Desk) -> None:
    wrote = await mute.contact(PRIYA, wrote=True)
    conversations = mute.app.conversations
    await conversations.save_draft(wrote, mute.agent, {"text": "Good mor"})
    await mute.app.accounts.deactivate(mute.agent.id, mute.admin)
    before = await conversations.open(wrote, mute.agent)
    assert before.row is not None
    assert before.row.unread_count == 1
    for verb in (
        conversations.mark_read(wrote, mute.agent),
        conversations.save_draft(wrote, mute.agent, {"text": "Good morning"}),
        conversations.save_draft(wrote, mute.agent, None),
    ):
        with pytest.raises(NotAllowed, match="The account of Lina Haddad is closed"):
            await verb
    assert await conversations.open(wrote, mute.agent) == before
    await conversations.mark_read(wrote, mute.admin)
    after = (await conversations.open(wrote, mute.admin)).row
    assert after is not None
    assert after.unread_count == 0


async def test_a_role_that_was_taken_counts_at_once(mute: Desk) -> None:
    await mute.app.accounts.set_role(mute.supervisor.id, Role.AGENT, mute.admin)
    agent = replace(mute.supervisor, role=Role.AGENT)
    for right, verb in VERBS.items():
        if may(agent, right):
            continue
        with pytest.raises(NotAllowed, match=r"Arun Das \(Agent\)"):
            await verb(mute, mute.supervisor)


async def test_a_refusal_changes_nothing(mute: Desk) -> None:
    with pytest.raises(NotAllowed):
        await VERBS[Right.EXPORT](mute, mute.agent)
    assert not (mute.folder / "contacts.csv").exists()
    one = await somebody(mute)
    with pytest.raises(NotAllowed):
        await mute.app.bulk.run(Target(ids=(one,)), AddTags(("VIP",)), mute.agent)
    assert not (await mute.app.contacts.get(one)).tags
    assert list(await mute.app.accounts.activity(mute.admin)) == []
