"""When the messages of a running broadcast leave: in turn, at its own pace, over days, by each contact's wall."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_when import When
from desktop.domain.consent import OptIn
from desktop.domain.messages import Status
from tests.services.desk import LUCIA, PRIYA, TUNDE, Desk

TORONTO = ZoneInfo("America/Toronto")
DAY = timedelta(days=1)


async def launched(desk: Desk, *, now: bool = True, **when: Any) -> int:
    """A broadcast to everybody with a time or a pace."""
    saved = await desk.draft()
    draft = (await desk.app.broadcasts.get(saved)).draft
    await desk.app.broadcasts.save_draft(saved, replace(draft, when=When(**when)), desk.supervisor)
    await desk.app.broadcasts.launch(saved, desk.supervisor, now=now)
    return saved


async def gone_count(desk: Desk, broadcast_id: int) -> int:
    return (await desk.app.broadcasts.report(broadcast_id)).figures.gone_count


async def test_two_that_run_share_the_pace(mute: Desk) -> None:
    await mute.crowd(yes=80)
    await mute.settings(pace_per_s=60)
    first, second = await launched(mute), await launched(mute)

    async def both_began() -> bool:
        return min([await gone_count(mute, one) for one in (first, second)]) >= 5

    await mute.until(both_began)
    assert await gone_count(mute, first) < 80  # the second did not wait for the first to end
    for one in (first, second):
        await mute.app.broadcasts.stop(one, mute.supervisor)
        await mute.ended(one)


async def test_a_slow_one_keeps_its_own_pace_and_holds_nobody_up(mute: Desk) -> None:
    await mute.crowd(yes=12)
    began_s = monotonic()
    slow = await launched(mute, pace_per_s=10)
    quick = await launched(mute)
    await mute.ended(quick)
    assert await gone_count(mute, slow) < 12
    await mute.ended(slow)
    assert monotonic() - began_s >= 11 / 10


async def test_so_many_a_day(mute: Desk) -> None:
    await mute.crowd(yes=5, no=1)
    saved = await launched(mute, per_day_count=2)
    for day in (2, 4):
        await mute.until_counts(saved, accepted=day, queued=5 - day, left_out=1)
        await mute.green(saved)
        await mute.app.move_clock(DAY)
    await mute.ended(saved)
    assert len(await mute.sends()) == 5


async def test_at_nine_on_each_wall(mute: Desk) -> None:
    """Halifax is an hour before Toronto, Vancouver three hours after it."""
    await mute.settings(time_zone="America/Toronto")
    for phone in (PRIYA, LUCIA, TUNDE):
        await mute.contact(phone, OptIn.YES)
    tomorrow = (mute.clock.now() + 2 * DAY).astimezone(TORONTO).date()
    nine = datetime.combine(tomorrow, time(9), TORONTO)
    saved = await launched(mute, now=False, at=nine, in_each_zone=True)
    record = await mute.app.broadcasts.get(saved)
    assert record.status is BroadcastStatus.SCHEDULED
    assert record.starts_at is not None
    assert record.starts_at <= nine - timedelta(hours=17)

    async def at(moment: datetime) -> None:
        await mute.app.move_clock(moment - mute.clock.now())

    await at(record.starts_at)
    await mute.until_counts(saved, queued=3)
    for hours, phones in ((-1, [TUNDE]), (0, [TUNDE, LUCIA]), (3, [TUNDE, LUCIA, PRIYA])):
        await at(nine + timedelta(hours=hours, seconds=-20))
        assert (await mute.app.broadcasts.report(saved)).figures.count(Status.QUEUED) == 4 - len(phones)
        await at(nine + timedelta(hours=hours))

        async def sent(wanted: list[str] = phones) -> bool:
            return await mute.sent_to() == wanted

        await mute.until(sent)
    await mute.ended(saved)
