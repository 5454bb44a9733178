"""Broadcasts that run take turns, and each keeps to its own pace."""

from desktop.domain.pacing import LARGEST_CLAIM
from desktop.domain.turns import Turns


def test_with_one_place_everybody_has_their_turn() -> None:
    turns = Turns()
    assert [turns.order([3, 5, 9])[0] for _ in range(4)] == [3, 5, 9, 3]
    assert turns.order([5, 9]) == [5, 9]
    assert turns.order([]) == []


def test_a_pace_of_its_own_starts_empty_and_holds_only_itself() -> None:
    turns = Turns()
    assert (turns.room(1, 8, 0.0), turns.room(2, None, 0.0)) == (0, LARGEST_CLAIM)
    assert turns.room(1, 8, 0.25) == 2
    turns.took({1: 2, 2: 20}, [1, 2], 0.25)
    assert turns.room(1, 8, 0.25) == 0
    assert turns.wait_s(0.25) == 0.125
    turns.took({1: 0}, [], 0.25)
    assert turns.wait_s(0.25) is None  # nothing of it is due: nobody looks sooner because of it
    turns.order([2])
    assert turns.room(1, 8, 9.0) == 0  # it began anew
