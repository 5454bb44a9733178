"""A message's life: reports may come twice, late and in any order, and all orders end alike."""

import itertools
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.messages import GONE, OPEN, REPORTED, Lane, Status, advance, rank, reached

on_the_ladder = st.sampled_from([one for one in Status if one is not Status.LEFT_OUT])
reports = st.sampled_from([*sorted(REPORTED), Status.ACCEPTED])


def after(start: Status, *reported: Status) -> Status:
    return reduce(advance, reported, start)


@given(st.sampled_from(Status), st.lists(reports, max_size=8), st.data())
def test_reports_end_alike_in_any_order_and_any_number(
    start: Status, reported: list[Status], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(reported))
    repeats = data.draw(st.lists(st.sampled_from(reported), max_size=5)) if reported else []

    assert after(start, *shuffled, *repeats) is after(start, *reported)


@given(on_the_ladder, on_the_ladder, on_the_ladder)
def test_advance_is_commutative_associative_and_idempotent(one: Status, two: Status, three: Status) -> None:
    assert advance(one, two) is advance(two, one)
    assert advance(advance(one, two), three) is advance(one, advance(two, three))
    assert advance(one, one) is one
    assert advance(advance(one, two), two) is advance(one, two)


@given(on_the_ladder, st.lists(reports))
def test_a_state_never_goes_backwards(start: Status, reported: list[Status]) -> None:
    path = list(itertools.accumulate(reported, advance, initial=start))

    assert [rank(one) for one in path] == sorted(rank(one) for one in path)


@given(st.lists(reports))
def test_left_out_never_moves(reported: list[Status]) -> None:
    assert after(Status.LEFT_OUT, *reported) is Status.LEFT_OUT


@pytest.mark.parametrize("report", [*sorted(REPORTED), Status.ACCEPTED])
@pytest.mark.parametrize(
    "start", [Status.QUEUED, Status.SENDING, Status.UNKNOWN, Status.CANCELLED], ids=lambda one: one.value
)
def test_any_report_settles_what_is_open_uncertain_or_given_up(start: Status, report: Status) -> None:
    assert advance(start, report) is report


@pytest.mark.parametrize("report", sorted(REPORTED))
def test_a_report_wins_over_a_persons_guess_that_it_arrived(report: Status) -> None:
    assert advance(Status.ACCEPTED, report) is report


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ((Status.READ, Status.DELIVERED, Status.SENT), Status.READ),
        ((Status.DELIVERED, Status.ACCEPTED), Status.DELIVERED),
        ((Status.SENT, Status.FAILED), Status.FAILED),
        ((Status.FAILED, Status.SENT), Status.FAILED),
        ((Status.FAILED, Status.DELIVERED), Status.DELIVERED),
        ((Status.DELIVERED, Status.FAILED), Status.DELIVERED),
        ((Status.READ, Status.FAILED), Status.READ),
    ],
)
def test_orders_that_really_happen(reported: tuple[Status, ...], expected: Status) -> None:
    assert after(Status.SENDING, *reported) is expected


def test_the_ladder_is_the_life_of_a_message() -> None:
    life = [
        Status.QUEUED,
        Status.SENDING,
        Status.ACCEPTED,
        Status.SENT,
        Status.DELIVERED,
        Status.READ,
    ]

    assert sorted(life, key=rank) == life
    assert len({rank(one) for one in Status if one is not Status.LEFT_OUT}) == len(Status) - 1


def test_left_out_has_no_place_on_the_ladder() -> None:
    with pytest.raises(KeyError):
        rank(Status.LEFT_OUT)


@pytest.mark.parametrize(
    ("status", "milestones"),
    [
        (Status.QUEUED, ()),
        (Status.ACCEPTED, ()),
        (Status.UNKNOWN, ()),
        (Status.LEFT_OUT, ()),
        (Status.SENT, (Status.SENT,)),
        (Status.DELIVERED, (Status.SENT, Status.DELIVERED)),
        (Status.READ, (Status.SENT, Status.DELIVERED, Status.READ)),
    ],
)
def test_a_state_has_passed_the_milestones_below_it(status: Status, milestones: tuple[Status, ...]) -> None:
    assert reached(status) == milestones


def test_the_sets_of_states_do_not_overlap() -> None:
    assert not OPEN & GONE
    assert {one for one in REPORTED if one not in GONE} == {Status.FAILED}


def test_people_go_before_a_broadcast() -> None:
    assert min(Lane) is Lane.PEOPLE
    assert max(Lane) is Lane.BROADCAST
