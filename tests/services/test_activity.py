"""Who did what: the services tell the log in the transaction of the deed, and never a number or a secret."""

from dataclasses import replace

import pytest

from desktop.domain.activity import NAMELESS, Deed
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import OptIn
from desktop.domain.people import Role
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.settings_words import LONGEST
from desktop.domain.words import Words
from tests.services.desk import PRIYA, Desk


async def told(desk: Desk, deed: Deed) -> list[tuple[str, str, str]]:
    """Who, to what, details; oldest first."""
    lines = await desk.app.accounts.activity(desk.admin, deed=deed)
    return [(one.user_name, one.subject, one.details) for one in reversed(lines)]


async def test_a_broadcast_from_launch_to_stop(mute: Desk) -> None:
    await mute.settings(pace_per_s=1)
    await mute.crowd(yes=30)
    id = await mute.launch()
    await mute.until_record(id, BroadcastStatus.RUNNING)
    await mute.app.broadcasts.pause(id, mute.admin)
    await mute.app.broadcasts.resume(id, mute.supervisor)
    await mute.app.broadcasts.stop(id, mute.supervisor)
    assert await told(mute, Deed.BROADCAST_LAUNCHED) == [("Arun Das", "Test", "30 selected")]
    for deed, name in (
        (Deed.BROADCAST_PAUSED, "Meera Rao"),
        (Deed.BROADCAST_RESUMED, "Arun Das"),
        (Deed.BROADCAST_STOPPED, "Arun Das"),
    ):
        ((who, subject, details),) = await told(mute, deed)
        assert (who, subject) == (name, "Test")
        assert details.endswith(" of 30 had left")


async def test_a_broadcast_despite_opt_outs_tells_how_many_and_why(mute: Desk) -> None:
    await mute.crowd(yes=3, no=2)
    await mute.launch(reason="A recall of the lamp")
    assert await told(mute, Deed.BROADCAST_LAUNCHED) == [
        ("Arun Das", "Test", "5 selected; 2 of them despite an opt-out: A recall of the lamp")
    ]


async def test_settings_are_told_in_words_that_are_not_long(desk: Desk) -> None:
    before = await desk.app.workspace.settings()
    await desk.app.workspace.change_settings(before, desk.admin)
    assert await told(desk, Deed.SETTINGS_CHANGED) == [], "nothing changed"
    wanted = replace(
        before,
        strict=True,
        pace_per_s=40,
        words=Words(("HALT",) * 40, ("GO",)),
        opt_out_text="No more offers. " * 30,
        export_roles=frozenset[Role](),
    )
    await desk.app.workspace.change_settings(wanted, desk.admin)
    ((_, subject, details),) = await told(desk, Deed.SETTINGS_CHANGED)
    assert subject == "Strict opt-in, Words, Answer to an opt-out, May export contacts, Pace"
    assert "Strict opt-in: off → on" in details
    assert "May export contacts: supervisor, admin → nobody" in details
    assert "Pace: unlimited → 40 a second" in details
    for change in details.split("; "):
        for value in change.split(": ", 1)[1].split(" → "):
            assert len(value) <= LONGEST


async def test_an_opt_in_that_a_person_changed(desk: Desk) -> None:
    known, nameless = await desk.contact(opt_in=OptIn.NO), await desk.contact("+14165550117", name="")
    await desk.app.contacts.set_opt_in(known, OptIn.YES, desk.agent, "She signed the form")
    await desk.app.contacts.set_opt_in(known, OptIn.YES, desk.agent, "again")
    await desk.app.contacts.set_opt_in(nameless, OptIn.NO, desk.agent)
    assert await told(desk, Deed.OPT_IN_CHANGED) == [
        ("Lina Haddad", "Priya Sharma", "no → yes: She signed the form"),
        ("Lina Haddad", NAMELESS, "none → no"),
    ]


async def test_a_message_despite_an_opt_out_and_none_without(mute: Desk) -> None:
    no, yes = await mute.contact(opt_in=OptIn.NO), await mute.contact("+14165550117", OptIn.YES)
    for contact_id in (no, yes):
        wanted = await mute.submission(
            contact_id, template="winter_clearance", reason="She asked on the phone"
        )
        await mute.app.sending.submit(wanted, mute.agent)
    assert await told(mute, Deed.OPT_OUT_OVERRIDDEN) == [
        ("Lina Haddad", "Priya Sharma", "She asked on the phone")
    ]


async def test_starting_over_is_remembered_and_keeps_the_door_shut(mute: Desk) -> None:
    accounts, workspace = mute.app.accounts, mute.app.workspace
    await accounts.set_password(mute.admin.id, "harbour lantern nine", mute.admin, sign_in_name="meera")
    await workspace.change_settings(replace(await workspace.settings(), sign_in=True), mute.admin)
    await mute.app.start_over(mute.supervisor)
    assert await told(mute, Deed.STARTED_OVER) == [("Arun Das", "Sandbox", "")]
    assert (await workspace.settings()).sign_in, "a supervisor does not open it by starting over"
    assert await accounts.sign_in("meera", "harbour lantern nine") == mute.admin


async def test_what_was_refused_is_not_told_as_done(mute: Desk) -> None:
    id = await mute.draft()
    with pytest.raises(NotAllowed):
        await mute.app.broadcasts.launch(id, mute.agent, now=True)
    with pytest.raises(Problem):
        await mute.app.broadcasts.pause(id, mute.admin)
    assert await mute.app.accounts.activity(mute.admin) == []


async def test_no_number_is_in_the_log(mute: Desk) -> None:
    await mute.contact(opt_in=OptIn.NO, name="")
    await mute.app.contacts.set_opt_in(1, OptIn.YES, mute.agent, "Asked again")
    await mute.launch(reason="A recall")
    assert PRIYA[-4:] not in repr(await mute.app.accounts.activity(mute.admin))
