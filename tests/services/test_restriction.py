"""A restricted account: nothing that it refuses is launched, what waits for its time is held then, and all of it is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.domain.account_state import refused
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_when import When
from desktop.domain.consent import Category
from desktop.domain.drift import Cause
from desktop.domain.problems import Problem
from desktop.store import account_state
from tests.services.desk import ARJUN, Desk

EVERYTHING = (Category.MARKETING, Category.UTILITY, Category.AUTHENTICATION)
HOUR = timedelta(hours=1)


async def restrict(desk: Desk, kind: str = "RESTRICTED_BIZ_INITIATED_MESSAGING", for_s: int = 7_200) -> None:
    wanted = {"event": "ACCOUNT_RESTRICTION", "restrictions": [kind], "expires_in_s": for_s}
    await desk.client.control("account", wanted)
    await desk.settled()


def test_what_a_restriction_covers() -> None:
    assert refused("ACCOUNT_RESTRICTION", ("RESTRICTED_BIZ_INITIATED_MESSAGING",)) == EVERYTHING
    assert refused("ACCOUNT_RESTRICTION") == EVERYTHING
    assert refused("ACCOUNT_RESTRICTION", ("RESTRICTED_UTILITY_TEMPLATES",)) == (Category.UTILITY,)
    assert refused("ACCOUNT_VIOLATION", details="SPAM") == ()
    assert refused("DISABLED_UPDATE", details="SCHEDULE_FOR_DISABLE") == ()
    assert refused("DISABLED_UPDATE", details="DISABLE") == EVERYTHING


async def test_nothing_is_launched_while_the_account_is_restricted(desk: Desk) -> None:
    await desk.crowd(yes=3)
    saved = await desk.draft()
    await restrict(desk)
    for now in (True, False):
        with pytest.raises(Problem) as refusal:
            await desk.app.broadcasts.launch(saved, desk.supervisor, now=now)
        assert "no message may open a conversation, until " in refusal.value.sentence
        assert "WhatsApp Manager says what to mend" in refusal.value.sentence
    with pytest.raises(Problem, match="restricted"):
        await desk.app.broadcasts.test(saved, [ARJUN], desk.supervisor)
    assert (await desk.app.broadcasts.get(saved)).status is BroadcastStatus.DRAFT
    look = await desk.app.limits.look(3)
    assert look.restriction.startswith("restricted: no message may open a conversation")
    assert look.refuses == EVERYTHING
    await desk.client.control("account", {"event": "ACCOUNT_VIOLATION"})
    await desk.settled()
    assert (await desk.app.limits.look(3)).refuses == EVERYTHING, "a warning beside it does not end it"
    desk.clock.move(3 * HOUR)
    await desk.app.broadcasts.launch(saved, desk.supervisor, now=True)
    await desk.ended(saved)
    assert len(await desk.sends()) == 3


async def test_marketing_is_launched_where_utility_alone_is_refused(desk: Desk) -> None:
    await desk.crowd(yes=2)
    await restrict(desk, "RESTRICTED_UTILITY_TEMPLATES")
    with pytest.raises(Problem, match="utility templates are refused"):
        await desk.launch("order_shipped")
    await desk.ended(await desk.launch())
    assert len(await desk.sends()) == 2


async def test_what_is_scheduled_meanwhile_is_held_at_its_time_if_it_still_stands(desk: Desk) -> None:
    await desk.crowd(yes=3)
    await restrict(desk)

    async def schedule(after: timedelta) -> int:
        saved = await desk.draft()
        draft = (await desk.app.broadcasts.get(saved)).draft
        wanted = replace(draft, when=When(desk.clock.now() + after))
        await desk.app.broadcasts.save_draft(saved, wanted, desk.supervisor)
        await desk.app.broadcasts.launch(saved, desk.supervisor)
        return saved

    within, after = await schedule(HOUR), await schedule(3 * HOUR)
    desk.clock.move(HOUR + timedelta(minutes=1))
    record = await desk.until_record(within, BroadcastStatus.HELD)
    assert record.held_cause is Cause.ACCOUNT
    assert record.held_because.startswith("WhatsApp says of the account: restricted: no message may open")
    assert record.selected_count is None
    assert not await desk.sends()
    desk.clock.move(2 * HOUR)
    await desk.ended(after)
    assert len(await desk.sends()) == 3
    await desk.app.broadcasts.go_on(within, desk.supervisor)
    await desk.ended(within)


async def test_one_that_waits_out_its_ten_seconds_is_held(desk: Desk) -> None:
    await desk.crowd(yes=3)
    saved = await desk.draft()
    await desk.app.broadcasts.launch(saved, desk.supervisor)
    await restrict(desk)
    desk.clock.move(timedelta(seconds=11))
    record = await desk.until_record(saved, BroadcastStatus.HELD)
    assert record.held_cause is Cause.ACCOUNT
    assert not await desk.sends()
    assert (await desk.app.store.read(account_state.now)).sentence in record.held_because
