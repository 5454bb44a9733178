"""Who may come in, what a turn does, when the next step is due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.journey import (
    NEVER,
    Entry,
    LastMessage,
    Past,
    Seen,
    Turn,
    What,
    due_at,
    entry_of,
    next_turn,
    step_after,
)
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, Delay, DelayUnit, Hours, SequenceStep, ZoneOf
from desktop.domain.zones import UTC as UTC_ZONE
from desktop.domain.zones import zone

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
"""A Monday."""
VANCOUVER, HALIFAX = "+16045550142", "+19025550128"
VIP = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
MORNINGS = Hours(start_minute=9 * 60, end_minute=11 * 60, zone_of=ZoneOf.CONTACT)
TWO = Definition((SequenceStep(1), SequenceStep(2, delay=Delay(2, DelayUnit.DAYS))))


# Coming in.


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        (NEVER, Entry.COMES_IN),
        (Past(running=True, been=True), Entry.RUNNING),
        (Past(been=True, ended_at=NOON - timedelta(days=400)), Entry.BEEN),
    ],
)
def test_run_once_lets_nobody_in_twice(past: Past, expected: Entry) -> None:
    assert entry_of(TWO, past, NOON, has_phone=True) is expected


@pytest.mark.parametrize(
    ("ended_ago", "cooling_days", "expected"),
    [
        (timedelta(days=6, hours=23, minutes=59), 7, Entry.COOLING),
        (timedelta(days=7), 7, Entry.COMES_IN),
        (timedelta(), 0, Entry.COMES_IN),
    ],
)
def test_cooling_counts_from_the_end_of_the_last_run(
    ended_ago: timedelta, cooling_days: int, expected: Entry
) -> None:
    wanted = replace(TWO, run_once=False, cooling_days=cooling_days)
    past = Past(been=True, ended_at=NOON - ended_ago)
    assert entry_of(wanted, past, NOON, has_phone=True) is expected


def test_who_has_no_number_does_not_come_in() -> None:
    assert entry_of(TWO, NEVER, NOON, has_phone=False) is Entry.NO_PHONE


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        (Past(been=True, trigger_at=NOON), Entry.SEEN),
        (Past(been=True, trigger_at=NOON - timedelta(seconds=1)), Entry.COMES_IN),
        (Past(been=True, ended_at=NOON), Entry.SEEN),
        (Past(been=True, ended_at=NOON - timedelta(seconds=1)), Entry.COMES_IN),
    ],
)
def test_one_change_brings_nobody_in_twice_nor_one_from_within_a_run(past: Past, expected: Entry) -> None:
    wanted = replace(TWO, run_once=False)
    assert entry_of(wanted, past, NOON + timedelta(hours=1), has_phone=True, trigger_at=NOON) is expected


# When a step is due.


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        (VANCOUVER, datetime(2026, 5, 4, 16, tzinfo=UTC)),  # 9:00 there, the same day
        (HALIFAX, datetime(2026, 5, 4, 12, tzinfo=UTC)),  # 9:00 there, just now
        (None, datetime(2026, 5, 5, 9, tzinfo=UTC)),  # noon in the workspace: tomorrow
    ],
)
def test_send_hours_are_those_of_the_contacts_zone(phone: str | None, expected: datetime) -> None:
    wanted = Definition((SequenceStep(1, hours=MORNINGS),))
    assert due_at(wanted, 1, NOON, phone, UTC_ZONE) == expected


def test_days_keep_the_time_of_day_where_summer_time_begins() -> None:
    """Toronto, 2026-03-07 12:00 is 17:00 UTC; the clock goes forward that night, so 12:00 is 16:00 UTC."""
    before = datetime(2026, 3, 7, 17, tzinfo=UTC)
    wanted = Definition((SequenceStep(1, delay=Delay(1, DelayUnit.DAYS)),))
    assert due_at(wanted, 1, before, None, zone("America/Toronto")) == datetime(2026, 3, 8, 16, tzinfo=UTC)


def test_the_hours_of_a_step_stand_before_those_of_the_sequence() -> None:
    wanted = Definition(
        (SequenceStep(1), SequenceStep(2, hours=Hours())), hours=replace(MORNINGS, weekdays=frozenset({2}))
    )
    wednesday = datetime(2026, 5, 6, 9, tzinfo=UTC)
    assert due_at(wanted, 1, NOON, None, UTC_ZONE) == wednesday
    assert due_at(wanted, 2, NOON, None, UTC_ZONE) == NOON


def test_after_the_last_step_there_is_none() -> None:
    assert [step_after(TWO, 1), step_after(TWO, 2)] == [2, None]


# A turn.


def turn(wanted: Definition = TWO, **seen: Any) -> Turn:
    return next_turn(wanted, 2, Seen(VANCOUVER, **seen), NOON, UTC_ZONE)


def failed(reason: Reason, code: int | None = None) -> LastMessage:
    return LastMessage(Status.FAILED, reason, code)


def test_a_plain_turn_sends() -> None:
    assert turn() == Turn(What.SEND)


def test_a_condition_that_is_not_met_skips() -> None:
    assert turn(condition=False) == Turn(What.SKIP)


def test_goals_come_first_and_success_before_failure() -> None:
    closed = replace(TWO, hours=Hours(start_minute=0, end_minute=60), only_if_sent=True)
    everything = {"condition": False, "before": failed(Reason.WHATSAPP_ERROR)}
    assert turn(closed, success=True, failure=True, **everything) == Turn(What.SUCCEED)
    assert turn(closed, failure=True, **everything) == Turn(What.MISS_GOAL)


def test_outside_the_hours_it_waits_for_them_whatever_else_is_so() -> None:
    closed = replace(TWO, hours=MORNINGS, only_if_sent=True)
    assert turn(closed, condition=False, before=failed(Reason.WHATSAPP_ERROR)) == Turn(
        What.WAIT, datetime(2026, 5, 4, 16, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    "reason", [Reason.OPTED_OUT, Reason.STOPPED_IN_WHATSAPP, Reason.NO_CHOICE, Reason.US_NUMBER]
)
def test_only_if_sent_never_ends_it_for_consent(reason: Reason) -> None:
    assert turn(replace(TWO, only_if_sent=True), before=failed(reason)) == Turn(What.SEND)


def test_an_opt_out_that_whatsapp_tells_late_is_one_as_well() -> None:
    before = failed(Reason.WHATSAPP_ERROR, 131050)
    assert turn(replace(TWO, only_if_sent=True), before=before) == Turn(What.SEND)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Reason.WHATSAPP_ERROR, 131026),
        (Reason.TEMPLATE_GONE, None),
        (Reason.MISSING_VARIABLE, None),
        (Reason.NO_PHONE, None),
    ],
)
def test_only_if_sent_ends_it_for_any_other_failure(reason: Reason, code: int | None) -> None:
    before = failed(reason, code)
    assert turn(replace(TWO, only_if_sent=True), before=before) == Turn(What.DROP)
    assert turn(before=before) == Turn(What.SEND)


def test_only_if_sent_looks_again_in_an_hour_at_what_nobody_is_certain_of() -> None:
    before = LastMessage(Status.UNKNOWN, Reason.ANSWER_LOST)
    assert turn(replace(TWO, only_if_sent=True), before=before) == Turn(What.WAIT, NOON + timedelta(hours=1))
    assert turn(before=before) == Turn(What.SEND)


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ])
def test_only_if_sent_goes_on_after_what_was_sent(status: Status) -> None:
    assert turn(replace(TWO, only_if_sent=True), before=LastMessage(status)) == Turn(What.SEND)


def test_only_if_sent_has_nothing_to_say_of_a_run_without_a_message() -> None:
    assert turn(replace(TWO, only_if_sent=True)) == Turn(What.SEND)
