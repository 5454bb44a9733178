"""The limit of a rolling 24 hours: who counts, what is left, how long it takes, and what reaching it does."""

from datetime import timedelta

from desktop.domain.account_state import is_tier, tier_count
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_when import When
from desktop.domain.consent import Category, OptIn
from desktop.domain.drift import Cause
from desktop.domain.filters import EVERYONE
from desktop.domain.templates import Quality
from desktop.options import SANDBOX_NUMBER_ID, SANDBOX_WABA_ID
from desktop.services.guard_watch import GuardWatch
from desktop.services.limits import LimitsNow, Wanted
from desktop.services.meta_shape import Number
from desktop.services.own_number import OwnNumber
from desktop.store import account_state, holds, tables
from desktop.store.engine import Tx
from tests.services.desk import ARJUN, LUCIA, PRIYA, TUNDE, Desk


async def tier(desk: Desk, limit: str) -> None:
    """WhatsApp tells another limit, after the number's own page was read."""

    async def known() -> bool:
        return (await desk.app.store.read(account_state.now)).is_known

    await desk.until(known)
    await desk.app.store.write(lambda tx: account_state.set_tier(tx, limit))


async def nobody() -> None:
    return None


def watch(desk: Desk) -> GuardWatch:
    return GuardWatch(desk.app.store, nobody)


def test_tiers_in_every_form() -> None:
    assert [
        tier_count(one) for one in ("TIER_250", "TIER_2K", "tier_100k", "10000", "TIER_UNLIMITED", "-1")
    ] == [
        250,
        2_000,
        100_000,
        10_000,
        None,
        None,
    ]
    assert [is_tier(one) for one in ("TIER_UNLIMITED", "-1", "TIER_NOT_SET", "")] == [
        True,
        True,
        False,
        False,
    ]


async def test_each_contact_counts_once_unless_they_wrote_before(desk: Desk) -> None:
    await tier(desk, "TIER_250")
    assert (await desk.app.limits.look(0)).used_24h_count == 0
    await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(ARJUN, OptIn.YES)
    await desk.contact(LUCIA, OptIn.YES, wrote=True)
    await desk.settled()
    for _ in range(2):
        await desk.ended(await desk.launch())
    assert len(await desk.sends()) == 6
    now = await desk.app.limits.look(1_000)
    assert (now.used_24h_count, now.tier_count, now.left_count) == (2, 250, 248), "Lucia’s window is open"
    assert now.days_for(248) == 1
    assert now.days_for(249) == 2
    assert now.days_for(748) == 3
    desk.clock.move(timedelta(hours=24, minutes=1))
    assert (await desk.app.limits.look(0)).used_24h_count == 0


async def test_who_was_written_to_today_does_not_count_again(desk: Desk) -> None:
    await tier(desk, "3")
    await desk.contact(PRIYA, OptIn.YES)
    await desk.contact(ARJUN, OptIn.YES)
    await desk.ended(await desk.launch())
    await desk.contact(LUCIA, OptIn.YES)
    everyone = Wanted(EVERYONE, Category.MARKETING)
    again = await desk.app.limits.look(3, wanted=everyone)
    assert (again.left_count, again.new_count) == (1, 1)
    assert not again.is_too_small(3, When()), "two of the three were written to today"
    await desk.contact(TUNDE, OptIn.YES)
    now = await desk.app.limits.look(4, wanted=everyone)
    assert now.new_count == 2
    assert now.is_too_small(4, When())
    split = now.split(When())
    assert (split.first_day_count, split.per_day_count, split.days_for(4)) == (1, 3, 2)
    assert not now.is_too_small(4, split)
    assert now.is_too_small(4, When(per_day_count=2)), "two are too many for today"
    assert now.is_too_small(9, When(per_day_count=4, first_day_count=0)) is False, (
        "two of them are new at all"
    )
    tomorrow = await desk.app.limits.look(4, wanted=everyone, at=desk.clock.now() + timedelta(days=2))
    assert (tomorrow.left_count, tomorrow.left_at_start_count, tomorrow.new_count) == (1, 3, 4)
    assert tomorrow.is_too_small(4, When())


async def test_who_answers_afterwards_was_still_written_to_first(desk: Desk) -> None:
    await desk.contact(PRIYA, OptIn.YES)
    await desk.ended(await desk.launch())
    await desk.says(PRIYA, "Nice")
    await desk.settled()
    assert (await desk.app.limits.look(0)).used_24h_count == 1


async def test_time_and_pace_with_what_waits_before(desk: Desk) -> None:
    await desk.settings(pace_per_s=10)
    assert not (await desk.app.limits.look(1)).is_known or (await desk.app.limits.look(1)).tier_count is None
    alone = await desk.app.limits.look(100)
    assert alone.takes_s == 10.0
    assert (await desk.app.limits.look(100, 5)).takes_s == 20.0
    await desk.crowd(yes=60)
    running = await desk.launch()
    await desk.until_record(running, BroadcastStatus.RUNNING)
    await desk.app.broadcasts.pause(running, desk.supervisor)
    assert (await desk.app.limits.look(100)).running_count == 0, "one that is paused takes no place"
    await desk.app.broadcasts.resume(running, desk.supervisor)
    among = await desk.app.limits.look(100)
    assert among.running_count > 0
    assert among.takes_s == 10.0 + among.running_count / 10
    assert among.ends_at > alone.ends_at
    await desk.app.broadcasts.stop(running, desk.supervisor)


async def test_a_running_broadcast_waits_at_the_limit(desk: Desk) -> None:
    for phone in (PRIYA, ARJUN, LUCIA):
        await desk.contact(phone, OptIn.YES)
    await desk.ended(await desk.launch())
    await desk.settings(pace_per_s=1)
    await desk.crowd(yes=120)
    running = await desk.launch()
    await desk.until_record(running, BroadcastStatus.RUNNING)
    await tier(desk, "TIER_50")
    assert await watch(desk).look() == [], "47 and more are left"
    await desk.app.store.write(lambda tx: account_state.set_tier(tx, "3"))
    assert await watch(desk).look() == [running]
    held = await desk.app.broadcasts.get(running)
    assert held.held_cause is Cause.LIMIT
    assert held.held_because.startswith("The number has written to all 3 people")
    await desk.app.broadcasts.go_on(running, desk.supervisor)
    assert await watch(desk).look() == [], "a person has said that it goes on all the same"
    (first,) = await desk.app.store.read(lambda tx: holds.of(tx, running))
    assert (first.cause, first.decided_by_name) == (Cause.LIMIT, desk.supervisor.name)
    await desk.app.broadcasts.stop(running, desk.supervisor)


async def test_nothing_is_known_before_whatsapp_was_asked(desk: Desk) -> None:
    def forget(tx: Tx) -> None:
        tx.conn.execute(tables.account_state.delete())

    async def asked() -> bool:
        return (await desk.app.limits.look(0)).is_known

    await desk.until(asked)
    known: LimitsNow = await desk.app.limits.look(10)
    assert (known.quality, known.tier_count, known.left_count) == ("GREEN", None, None)
    assert known.days_for(10_000_000) == 1
    await desk.app.store.write(forget)
    unknown = await desk.app.limits.look(10)
    assert (unknown.quality, unknown.is_known) == ("", False)


async def test_a_drop_is_heard_at_once_while_marketing_goes_on_and_is_one_truth(desk: Desk) -> None:
    """Else what was told counts for ten minutes: WhatsApp is not asked each minute for nothing."""
    assert desk.app.account is not None
    own = OwnNumber(Number(SANDBOX_WABA_ID, SANDBOX_NUMBER_ID), desk.app.account, desk.clock)
    watch = GuardWatch(desk.app.store, own.told, ask=own.ask)
    await watch.keep_number()
    await desk.client.control("number", {"quality": "YELLOW"})
    await watch.keep_number()
    assert (await desk.app.limits.look(0)).quality == "GREEN", "nothing goes on"
    await desk.settings(pace_per_s=1)
    await desk.crowd(yes=60)
    running = await desk.launch()
    await desk.until_record(running, BroadcastStatus.RUNNING)
    await watch.keep_number()
    assert (await desk.app.limits.look(0)).quality == "YELLOW"
    told = await own.told()
    assert told is not None
    assert told.quality is Quality.YELLOW, "whoever asks has the same answer"
    held = await desk.until_record(running, BroadcastStatus.HELD)
    assert held.held_cause is Cause.QUALITY
    await desk.client.control("number", {"quality": "RED"})
    await desk.app.limits.keep(await desk.app.account.number())
    assert (await desk.app.limits.look(0)).quality == "RED", "the wizard has asked"
    await desk.app.broadcasts.stop(running, desk.supervisor)


async def test_an_old_page_does_not_overrule_a_newer_webhook(desk: Desk) -> None:
    assert desk.app.account is not None
    watch = GuardWatch(desk.app.store, desk.app.account.number)
    await watch.keep_number()
    await tier(desk, "TIER_50")
    await watch.keep_number()
    assert (await desk.app.limits.look(0)).tier_count == 50
    await desk.client.control("number", {"quality": "YELLOW"})
    await watch.keep_number()
    assert (await desk.app.limits.look(0)).quality == "YELLOW"
