"""Broadcasts through the service: counts, launch, pause, stop, what is not certain, and the ledger."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastDraft, BroadcastStatus
from desktop.domain.consent import Category, OptIn, Source
from desktop.domain.drift import Cause
from desktop.domain.filters import EVERYONE
from desktop.domain.messages import Status
from desktop.domain.people import Role
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.reasons import Reason
from desktop.domain.selection import Outcome, Selection, SourceKind
from desktop.domain.selection import Source as Chosen
from desktop.domain.templates import Variable
from desktop.services.broadcasts import UnknownDecision
from desktop.store import consent
from tests.services.desk import ARJUN, LUCIA, PRIYA, TUNDE, US, Desk, open_engine_room

GONE = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)


@pytest.mark.slow
async def test_selected_is_to_send_and_left_out(desk: Desk) -> None:
    await desk.crowd(yes=97, no=10, none=20)
    counted = await desk.app.broadcasts.count(EVERYONE, Category.MARKETING, True)
    assert counted.counts == {Line.WILL_OPTED_IN: 97, Line.WILL_NO_CHOICE: 20, Line.OPTED_OUT: 10}
    assert (counted.selected_count, counted.will_be_sent_count) == (127, 117)
    launched = await desk.launch()
    await desk.ended(launched)
    report = await desk.app.broadcasts.report(launched)
    assert (report.figures.selected_count, report.figures.left_out_count) == (127, 10)
    assert len(set(await desk.sent_to())) == len(await desk.sends()) == 117
    assert [(one.status, one.reason, one.count) for one in report.reasons] == [
        (Status.LEFT_OUT, Reason.OPTED_OUT, 10)
    ]


async def test_each_left_out_contact_has_its_line(desk: Desk) -> None:
    await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(ARJUN, OptIn.NO)
    await desk.contact(LUCIA, OptIn.YES, stopped=True)
    await desk.contact(TUNDE)
    await desk.contact(US, OptIn.YES)
    await desk.contact(None, OptIn.YES, user_id="CA.1")
    await desk.settings(strict=True)
    launched = await desk.launch()
    await desk.ended(launched)
    found = {one.reason: one.count for one in (await desk.app.broadcasts.report(launched)).reasons}
    assert found == {
        reason: 1
        for reason in (
            Reason.OPTED_OUT,
            Reason.STOPPED_IN_WHATSAPP,
            Reason.NO_CHOICE,
            Reason.US_NUMBER,
            Reason.NO_PHONE,
        )
    }
    assert await desk.sent_to() == [PRIYA]


async def test_the_toggle_off_needs_a_reason_and_opens_only_an_opt_out(desk: Desk) -> None:
    await desk.contact(PRIYA, OptIn.NO)
    await desk.contact(LUCIA, OptIn.NO, stopped=True)
    await desk.contact(US, OptIn.NO)
    saved = await desk.draft(only_opted_in=False)
    with pytest.raises(Problem) as refused:
        await desk.app.broadcasts.launch(saved, desk.supervisor, reason="  ", now=True)
    assert refused.value.field == "reason"
    record = await desk.app.broadcasts.launch(saved, desk.supervisor, reason="A recall", now=True)
    assert (record.override_reason, record.approved_no_count) == ("A recall", 1)
    await desk.ended(saved)
    assert await desk.sent_to() == [PRIYA]
    row = (await desk.rows(saved))[PRIYA]
    assert (row.reason, row.override_reason) == (Reason.DESPITE_OPT_OUT, "A recall")


async def test_stop_in_the_middle_of_a_broadcast_with_the_toggle_off(empty: Path, tmp_path: Path) -> None:
    """The reason covers those who were NO at launch; who says it later is left out, and told apart."""
    async with open_engine_room(empty, tmp_path, run=False) as desk:
        no = await desk.contact(PRIYA, OptIn.NO)
        yes = await desk.contact(ARJUN, OptIn.YES)
        none = await desk.contact(LUCIA)
        wavering = await desk.contact(TUNDE, OptIn.NO)
        launched = await desk.launch(reason="A recall")
        await desk.until_record(launched, BroadcastStatus.RUNNING)
        await desk.app.move_clock(timedelta(seconds=1))  # WhatsApp tells whole seconds
        await desk.says(ARJUN, "STOP")
        await desk.says(LUCIA, "stop!")
        for said in ("START", "STOP"):
            await desk.app.store.write(lambda tx: consent.record(tx, wavering, OptIn.NO, Source.API))
            await desk.client.control(f"customers/{TUNDE}/text", {"text": said})
        await desk.settled()
        desk.start_engine()
        await desk.ended(launched)
        rows = await desk.rows(launched)
        assert rows[PRIYA].reason is Reason.DESPITE_OPT_OUT
        assert {rows[one].reason for one in (ARJUN, LUCIA, TUNDE)} == {Reason.OPTED_OUT_AFTER_LAUNCH}
        broadcast_sends = [one for one in await desk.sends() if one["template"]]
        assert [one["to"] for one in broadcast_sends] == [PRIYA]
        assert (await desk.app.broadcasts.report(launched)).figures.opted_out_since_count == 3
        assert {no, yes, none, wavering} == {row.contact_id for row in rows.values()}


async def test_utility_that_turns_into_marketing_after_the_launch(empty: Path, tmp_path: Path) -> None:
    """It asks before it goes on; then those who were NO all along are left out as opted out: not after the launch."""
    async with open_engine_room(empty, tmp_path, run=False) as desk:
        await desk.contact(PRIYA, OptIn.YES)
        await desk.contact(ARJUN, OptIn.NO)
        await desk.contact(LUCIA, OptIn.YES)
        launched = await desk.launch("order_shipped")
        await desk.until_record(launched, BroadcastStatus.RUNNING)
        await desk.client.control("templates/order_shipped", {"correct_category": "MARKETING"})
        await desk.says(LUCIA, "STOP")
        desk.start_engine()
        held = await desk.until_record(launched, BroadcastStatus.HELD)
        assert held.held_cause is Cause.TEMPLATE_MARKETING
        assert not [one for one in await desk.sends() if one["template"]]
        # The claim that held it looked at the template alone: that many said no since is told first.
        with pytest.raises(Problem, match="0 of 3 had said no when it was approved; 1 have now"):
            await desk.app.broadcasts.go_on(launched, desk.supervisor)
        await desk.app.broadcasts.go_on(launched, desk.supervisor)
        await desk.ended(launched)
        rows = await desk.rows(launched)
        assert [one["to"] for one in await desk.sends() if one["template"]] == [PRIYA]
        assert rows[ARJUN].reason is Reason.OPTED_OUT
        assert rows[LUCIA].reason is Reason.OPTED_OUT_AFTER_LAUNCH


async def test_pause_resume_stop(desk: Desk) -> None:
    """What has not left stays, goes on, or is cancelled; the ledger adds up at each point."""
    await desk.settings(pace_per_s=40)
    await desk.crowd(yes=200)
    launched = await desk.launch()
    await desk.until_record(launched, BroadcastStatus.RUNNING)
    await desk.app.broadcasts.pause(launched, desk.supervisor)

    async def still() -> int:
        async def look() -> bool:
            now = (await desk.app.broadcasts.report(launched)).figures.now
            return not now.get(Status.SENDING)

        await desk.until(look)
        await desk.green(launched)
        return len(await desk.sends())

    paused_at = await still()
    assert paused_at < 200
    # A message of a person passes while the broadcast is paused: the engine is alive, and looked.
    sent = await desk.send(await desk.contact(PRIYA, OptIn.YES), template="order_shipped")
    await desk.until_status(sent, *GONE)
    assert await still() == paused_at + 1
    await desk.app.broadcasts.resume(launched, desk.supervisor)

    async def more() -> bool:
        return len(await desk.sends()) > paused_at + 1

    await desk.until(more)
    stopped = await desk.app.broadcasts.stop(launched, desk.supervisor)
    assert stopped.never_count > 0
    assert stopped.gone_count + stopped.on_the_way_count + stopped.never_count == 200
    stopped_at = await still()

    async def cancelled() -> bool:
        return not (await desk.app.broadcasts.report(launched)).figures.waiting_count

    await desk.until(cancelled)
    report = await desk.app.broadcasts.report(launched)
    assert report.record.status is BroadcastStatus.STOPPED
    assert report.stopped is not None
    assert report.stopped.is_final
    assert report.stopped.gone_count == stopped_at - 1
    assert report.figures.count(Status.CANCELLED) == 200 - (stopped_at - 1)
    assert [one.reason for one in report.reasons] == [Reason.BROADCAST_STOPPED]
    with pytest.raises(Problem):
        await desk.app.broadcasts.resume(launched, desk.supervisor)


async def test_a_draft_is_launched_once(desk: Desk) -> None:
    await desk.crowd(yes=3)
    saved = await desk.draft()
    tries = [desk.app.broadcasts.launch(saved, desk.supervisor, now=True) for _ in range(5)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert [isinstance(one, Problem) for one in done].count(True) == 4
    await desk.ended(saved)
    assert len(await desk.sends()) == 3
    with pytest.raises(Problem):
        await desk.app.broadcasts.save_draft(saved, BroadcastDraft("Late"), desk.supervisor)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"template_id": None}, "template"),
        ({"variables": ()}, "variables"),
        ({"variables": tuple(Variable(name, "", " ") for name in "123")}, "variables"),
    ],
)
async def test_a_launch_says_what_is_missing(desk: Desk, change: dict[str, Any], field: str) -> None:
    template = await desk.template()
    whole = BroadcastDraft("Test", template.id, variables=tuple(Variable(name, "", "x") for name in "123"))
    saved = await desk.app.broadcasts.save_draft(None, replace(whole, **change), desk.supervisor)
    with pytest.raises(Problem) as refused:
        await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
    assert refused.value.field == field


async def test_agents_do_not_broadcast(desk: Desk) -> None:
    await desk.crowd(yes=1)
    saved = await desk.draft(only_opted_in=False)
    service = desk.app.broadcasts
    for refused in (
        service.save_draft(None, BroadcastDraft("Test"), desk.agent),
        service.launch(saved, desk.agent, reason="asked"),
        service.pause(saved, desk.agent),
        service.resume(saved, desk.agent),
        service.stop(saved, desk.agent),
    ):
        with pytest.raises(NotAllowed):
            await refused
    await desk.settings(override_roles=frozenset({Role.ADMIN}))
    with pytest.raises(NotAllowed):
        await service.launch(saved, desk.supervisor, reason="asked")
    assert (await service.get(saved)).status is BroadcastStatus.DRAFT
    await service.launch(saved, desk.admin, reason="asked", now=True)
    await desk.ended(saved)


# What is not certain.


async def _lost(desk: Desk, kind: str) -> tuple[int, int]:
    """A broadcast to one contact whose answer is lost: the broadcast and its message."""
    await desk.trouble(kind=kind)
    await desk.contact(PRIYA, OptIn.YES)
    launched = await desk.launch()
    await desk.until_counts(launched, unknown=1)
    (row,) = (await desk.rows(launched)).values()
    return launched, row.id


@pytest.mark.parametrize(
    ("decision", "status", "reason"),
    [
        (UnknownDecision.ARRIVED, Status.ACCEPTED, Reason.PERSON_SAYS_ARRIVED),
        (UnknownDecision.LEAVE_IT, Status.CANCELLED, Reason.PERSON_LEFT_IT),
        (UnknownDecision.SEND_AGAIN, Status.CANCELLED, Reason.PERSON_SENT_AGAIN),
    ],
)
async def test_a_person_decides_and_a_late_report_still_wins(
    mute: Desk, decision: UnknownDecision, status: Status, reason: Reason
) -> None:
    launched, lost = await _lost(mute, "drop_after_accept")
    await mute.app.broadcasts.decide_unknown(lost, decision, mute.supervisor)
    seen = await mute.message(lost)
    assert (seen.status, seen.reason) == (status, reason)
    await mute.green(launched)
    with pytest.raises(Problem, match="settled"):
        await mute.app.broadcasts.decide_unknown(lost, UnknownDecision.LEAVE_IT, mute.supervisor)
    again = decision is UnknownDecision.SEND_AGAIN

    async def look() -> bool:
        return len(await mute.sends()) == (2 if again else 1)

    await mute.until(look)
    await mute.client.control(f"customers/{PRIYA}/read", {})
    await mute.until_status(lost, Status.READ)
    await mute.green(launched)


async def test_sent_again_is_asked_anew(mute: Desk) -> None:
    launched, lost = await _lost(mute, "html_502")
    await mute.says(PRIYA, "STOP")
    await mute.app.quiet()
    with pytest.raises(Problem, match="Not sent again"):
        await mute.app.broadcasts.decide_unknown(lost, UnknownDecision.SEND_AGAIN, mute.supervisor)
    assert (await mute.message(lost)).status is Status.UNKNOWN
    assert [one["type"] for one in await mute.sends()] == ["interactive"]
    await mute.green(launched)


async def test_the_values_of_a_message_are_those_of_its_moment(mute: Desk) -> None:
    """Rendered at the claim, with the default where a name is missing."""
    await mute.contact(PRIYA, OptIn.YES, name="Priya Sharma")
    await mute.contact(ARJUN, OptIn.YES, name="")
    launched = await mute.launch()
    await mute.until_counts(launched, accepted=2)
    rows = await mute.rows(launched)
    assert rows[PRIYA].text.startswith("Hi Priya, ")
    assert rows[ARJUN].text.startswith("Hi there, ")


async def test_who_never_got_it_because_of_a_stop_can_be_reached_afterwards(desk: Desk) -> None:
    """What a person settled as cancelled may have arrived: only what the stop cancelled never went."""
    await desk.settings(pace_per_s=2)
    await desk.crowd(yes=30, no=2)
    stopped = await desk.launch()
    await desk.until_record(stopped, BroadcastStatus.RUNNING)
    await desk.app.broadcasts.stop(stopped, desk.supervisor)
    await desk.ended(stopped)
    source = Chosen(SourceKind.OUTCOME, (), stopped, (Outcome.NEVER_WENT,))
    figures = (await desk.app.broadcasts.report(stopped)).figures

    async def reached() -> int:
        counts = await desk.app.broadcasts.count(
            EVERYONE, Category.MARKETING, True, selection=Selection(source)
        )
        return counts.will_be_sent_count

    assert await desk.until(reached) == 30 - figures.gone_count > 0
