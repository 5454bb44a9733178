"""A second supervisor's yes: who may give it, what it names, and when it is void."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.domain.activity import Deed
from desktop.domain.approval import ApprovalState
from desktop.domain.audience import Breakdown, Line
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import OptIn, Source
from desktop.domain.people import User
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.templates import Variable
from desktop.store import activity, broadcasts, consent
from desktop.store.engine import Tx
from tests.services.desk import ARJUN, PRIYA, TUNDE, Desk

WHY = "A recall: everybody who bought it"


@pytest.fixture
async def off(desk: Desk) -> int:
    """A draft with the toggle off to one who opted out and two others, where two people decide."""
    await desk.settings(second_approval=True)
    await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(ARJUN, OptIn.NO)
    await desk.contact(TUNDE)
    return await desk.draft(only_opted_in=False)


async def counted(desk: Desk, broadcast_id: int) -> Breakdown:
    record = await desk.app.broadcasts.get(broadcast_id)
    template = await desk.template()
    return await desk.app.broadcasts.count(
        record.draft.audience, template.effective_category, record.only_opted_in, record.draft.variables
    )


async def asked(desk: Desk, broadcast_id: int, user: User | None = None) -> int:
    seen = await counted(desk, broadcast_id)
    return await desk.app.approvals.ask(broadcast_id, user or desk.supervisor, WHY, seen)


async def test_without_a_second_yes_nothing_is_launched(desk: Desk, off: int) -> None:
    assert await desk.app.approvals.is_needed(off)
    with pytest.raises(Problem) as refused:
        await desk.app.broadcasts.launch(off, desk.supervisor, reason=WHY, now=True)
    assert refused.value.field == "approval"
    assert (await desk.app.broadcasts.get(off)).status is BroadcastStatus.DRAFT


async def test_the_yes_of_another_names_the_number_and_lets_it_go(desk: Desk, off: int) -> None:
    request = await asked(desk, off)
    (waits,) = await desk.app.approvals.waiting()
    assert (waits.id, waits.despite_count, waits.selected_count, waits.reason) == (request, 1, 3, WHY)
    assert waits.asked_by_name == desk.supervisor.name
    given = await desk.app.approvals.decide(request, desk.admin, True, "Fine")
    assert (given.state, given.decided_by_name, given.words) == (ApprovalState.GRANTED, "Meera Rao", "Fine")
    assert not await desk.app.approvals.waiting()
    seen = await counted(desk, off)
    await desk.app.broadcasts.launch(off, desk.supervisor, reason=WHY, approved=seen, now=True)
    await desk.ended(off)
    assert sorted(await desk.sent_to()) == sorted([PRIYA, ARJUN, TUNDE])
    await desk.green(off)
    log = await desk.app.store.read(activity.newest)
    told = [one.details for one in log if one.deed in (Deed.APPROVAL_ASKED, Deed.APPROVAL_DECIDED)]
    assert told == ["Yes to 1 who opted out: Fine", f"1 who opted out: {WHY}"]


async def test_only_somebody_else_with_the_right_decides(desk: Desk, off: int) -> None:
    request = await asked(desk, off)
    for user in (desk.supervisor, desk.agent, replace(desk.admin, id=0)):
        with pytest.raises(NotAllowed):
            await desk.app.approvals.decide(request, user, True)
    with pytest.raises(NotAllowed):
        await asked(desk, off, desk.agent)
    with pytest.raises(Problem) as wordless:
        await desk.app.approvals.decide(request, desk.admin, False, " ")
    assert wordless.value.field == "words"
    refused = await desk.app.approvals.decide(request, desk.admin, False, "Not this month")
    assert refused.state is ApprovalState.REFUSED
    with pytest.raises(Problem, match="has said no already"):
        await desk.app.approvals.decide(request, desk.admin, True)
    with pytest.raises(Problem) as still:
        await desk.app.broadcasts.launch(off, desk.supervisor, reason=WHY, now=True)
    assert still.value.field == "approval"


async def test_it_expires_with_the_audience_the_message_and_the_template(desk: Desk, off: int) -> None:
    request = await asked(desk, off)
    await desk.app.approvals.decide(request, desk.admin, True)
    draft = (await desk.app.broadcasts.get(off)).draft

    async def state() -> ApprovalState:
        return (await desk.app.approvals.of(off))[0].state

    await desk.app.broadcasts.save_draft(off, replace(draft, name="Another name"), desk.supervisor)
    assert await state() is ApprovalState.GRANTED, "the name is not what was approved"
    spoken = replace(draft, variables=(Variable(draft.variables[0].name, "", "there"), *draft.variables[1:]))
    await desk.app.broadcasts.save_draft(off, spoken, desk.supervisor)
    assert await state() is ApprovalState.EXPIRED
    with pytest.raises(Problem) as expired:
        await desk.app.broadcasts.launch(off, desk.supervisor, reason=WHY, now=True)
    assert expired.value.field == "approval"
    await desk.app.broadcasts.save_draft(off, draft, desk.supervisor)
    await desk.client.control("templates/winter_clearance", {"body": "Half price, {{1}}! Until {{2}}."})
    await desk.until(lambda: _is(desk, off, ApprovalState.EXPIRED))


async def _is(desk: Desk, broadcast_id: int, wanted: ApprovalState) -> bool:
    await desk.app.templates.refresh()
    return (await desk.app.approvals.of(broadcast_id))[0].state is wanted


async def test_more_people_than_were_approved_need_another_yes(desk: Desk, off: int) -> None:
    await desk.app.approvals.decide(await asked(desk, off), desk.admin, True)
    await desk.contact("+12365550100", OptIn.NO)
    with pytest.raises(Problem, match="1 who opted out; it would be 2 now"):
        await desk.app.broadcasts.launch(off, desk.supervisor, reason=WHY, now=True)
    await desk.app.approvals.decide(await asked(desk, off), desk.admin, True)
    await desk.app.broadcasts.launch(off, desk.supervisor, reason=WHY, now=True)
    await desk.ended(off)
    assert (await desk.app.broadcasts.get(off)).approved_no_count == 2


async def test_taken_back_and_asked_anew(desk: Desk, off: int) -> None:
    first = await asked(desk, off)
    second = await asked(desk, off)
    assert [one.state for one in await desk.app.approvals.of(off)] == [
        ApprovalState.ASKED,
        ApprovalState.TAKEN_BACK,
    ]
    with pytest.raises(Problem, match="not asked any more"):
        await desk.app.approvals.decide(first, desk.admin, True)
    await desk.app.approvals.decide(second, desk.admin, True)
    await desk.app.approvals.take_back(second, desk.supervisor)
    with pytest.raises(Problem) as void:
        await desk.app.broadcasts.launch(off, desk.supervisor, reason=WHY, now=True)
    assert void.value.field == "approval"


async def test_it_is_asked_only_for_who_opted_out(desk: Desk, off: int) -> None:
    with pytest.raises(Problem, match="reaches nobody who opted out"):
        await desk.app.approvals.ask(off, desk.supervisor, WHY, Breakdown({Line.WILL_OPTED_IN: 3}))
    with pytest.raises(Problem) as silent:
        await desk.app.approvals.ask(off, desk.supervisor, " ", await counted(desk, off))
    assert silent.value.field == "reason"
    with_toggle = await desk.draft()
    assert not await desk.app.approvals.is_needed(with_toggle)
    await desk.app.broadcasts.launch(with_toggle, desk.supervisor, now=True)
    begun = await desk.app.store.read(lambda tx: broadcasts.get(tx, with_toggle))
    assert begun.selected_count == 3
    with pytest.raises(Problem, match="meanwhile"):
        await asked(desk, with_toggle)
    await desk.ended(with_toggle)


async def test_held_before_its_start_it_tells_the_number_that_a_second_yes_is_needed_for(
    desk: Desk, off: int
) -> None:
    await desk.settings(drift_percent=100)
    await desk.app.approvals.decide(await asked(desk, off), desk.admin, True)
    assert await desk.app.approvals.to_go_on(off) is None
    await desk.app.broadcasts.launch(off, desk.supervisor, reason=WHY, approved=await counted(desk, off))
    await desk.app.store.write(_says_no)
    desk.clock.move(timedelta(seconds=11))
    await desk.until_record(off, BroadcastStatus.HELD)
    needed = await desk.app.approvals.to_go_on(off)
    assert needed is not None
    assert not needed.stands
    assert (needed.counts.despite_count, needed.approval and needed.approval.despite_count) == (2, 1)
    with pytest.raises(Problem, match="Ask again"):
        await desk.app.broadcasts.go_on(off, desk.supervisor)
    again = await desk.app.approvals.ask(off, desk.supervisor, WHY, needed.counts)
    with pytest.raises(NotAllowed):
        await desk.app.approvals.decide(again, desk.supervisor, True)
    await desk.app.approvals.decide(again, desk.admin, True)
    covered = await desk.app.approvals.to_go_on(off)
    assert covered is not None
    assert covered.stands
    assert covered.approval is not None
    assert (covered.approval.id, covered.approval.despite_count) == (again, 2)
    await desk.app.broadcasts.go_on(off, desk.supervisor)
    await desk.ended(off)
    assert len(await desk.sends()) == 3
    assert await desk.app.approvals.to_go_on(off) is None


def _says_no(tx: Tx) -> None:
    row = tx.conn.exec_driver_sql(f"SELECT id FROM contact WHERE phone = '{TUNDE}'").one()
    consent.record(tx, row.id, OptIn.NO, Source.AGENT, evidence="By phone")
