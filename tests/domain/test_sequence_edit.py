"""Editing a sequence: steps come, go and change places, and each change can be taken back."""

from dataclasses import replace

import pytest

from desktop.domain.consent import Category
from desktop.domain.sequence import MOST_STEPS, Definition, Delay, SequenceStep
from desktop.domain.sequence_edit import (
    MOST_UNDO,
    SequenceEdit,
    choose_template,
    set_variable,
)
from desktop.domain.templates import Template, Variable
from desktop.domain.variables import still_examples

A, B, C, D = (SequenceStep(template_id=number) for number in range(1, 5))


def opened(*steps: SequenceStep) -> SequenceEdit:
    return SequenceEdit(Definition(steps))


def ids(edit: SequenceEdit) -> list[int | None]:
    return [one.template_id for one in edit.definition.steps]


def test_a_step_comes_at_the_end() -> None:
    assert ids(opened(A).add(B)) == [1, 2]


def test_a_step_comes_back_to_its_place() -> None:
    edit = opened(A, B, C).remove(2)
    assert ids(edit) == [1, 3]
    assert ids(edit.insert(2, B)) == [1, 2, 3]


def test_a_copy_stands_behind_its_original() -> None:
    assert ids(opened(A, B).copy(1)) == [1, 1, 2]


@pytest.mark.parametrize(
    ("number", "by", "after"),
    [
        (1, 1, [2, 1, 3]),
        (3, -1, [1, 3, 2]),
        (1, 5, [2, 3, 1]),
        (3, -5, [3, 1, 2]),
        (1, -1, [1, 2, 3]),
        (3, 1, [1, 2, 3]),
    ],
)
def test_moving(number: int, by: int, after: list[int]) -> None:
    assert ids(opened(A, B, C).move(number, by)) == after


def test_a_move_that_leads_nowhere_is_no_change() -> None:
    edit = opened(A, B)
    assert edit.move(1, -1) is edit
    assert not edit.move(2, 1).can_undo


def test_another_step_in_its_place() -> None:
    edit = opened(A, B, C).replace_step(2, D)
    assert ids(edit) == [1, 4, 3]
    assert ids(edit.undo()) == [1, 2, 3]


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_number_that_is_none(number: int) -> None:
    for act in ("remove", "copy"):
        with pytest.raises(IndexError):
            getattr(opened(A, B), act)(number)
    with pytest.raises(IndexError):
        opened(A, B).move(number, 1)
    with pytest.raises(IndexError):
        opened(A, B).replace_step(number, A)


def test_ten_steps_are_the_most() -> None:
    edit = opened(*[A] * (MOST_STEPS - 1))
    assert edit.why_not_add == ""
    full = edit.add(B)
    assert full.why_not_add == "A sequence has at most 10 steps."
    assert full.add(C) is full
    assert full.copy(1) is full
    assert full.remove(1).why_not_add == ""


def test_undo_and_redo_lead_there_and_back() -> None:
    edit = opened(A).add(B).add(C).remove(1)
    assert ids(edit.undo().undo()) == [1, 2]
    assert edit.undo().undo().redo().redo().definition == edit.definition
    assert edit.undo().undo().undo().undo() == edit.undo().undo().undo()
    assert edit.redo() is edit


def test_a_change_after_undo_forgets_what_was_undone() -> None:
    edit = opened(A).add(B).undo().add(C)
    assert ids(edit) == [1, 3]
    assert not edit.can_redo


def test_what_changes_nothing_cannot_be_undone() -> None:
    edit = opened(A)
    assert edit.change(Definition((A,))) is edit
    assert not edit.can_undo


def test_changes_with_one_joint_are_one() -> None:
    first = opened(A)
    one = first.change(replace(first.definition, cooling_days=1), "cooling")
    two = one.change(replace(one.definition, cooling_days=14), "cooling")
    other = two.change(replace(two.definition, run_once=False), "once")
    assert two.undo().definition == first.definition
    assert other.undo().definition.cooling_days == 14
    # After undo a new change with the same joint is one of its own.
    again = two.undo().change(replace(first.definition, cooling_days=3), "cooling")
    assert again.undo().definition == first.definition


def test_undo_has_a_depth() -> None:
    edit = opened(A)
    for count in range(1, MOST_UNDO + 51):
        edit = edit.replace_step(1, replace(A, delay=Delay(count)))
    assert len(edit.past) == MOST_UNDO
    assert edit.past[0].steps[0].delay.count == 50


OFFER = Template(
    7,
    "offer",
    "en",
    Category.MARKETING,
    "Hi {{1}}, {{2}} off until {{3}}.",
    examples=("Ana", "10%", "Friday"),
)
OTHER = Template(8, "order", "en", Category.UTILITY, "Hello {{1}}, order {{2}}.", examples=("Ana", "A-1"))


def test_a_template_brings_suggestions_for_its_variables() -> None:
    step = choose_template(SequenceStep(), OFFER, None)
    assert step.template_id == 7
    assert step.variables == (
        Variable("1", "first_name", "there"),
        Variable("2", "", "10%"),
        Variable("3", "", "Friday"),
    )
    assert still_examples(OFFER, step.variables) == ("2", "3")


def test_another_template_keeps_what_a_person_chose() -> None:
    chosen = set_variable(choose_template(SequenceStep(), OFFER, None), Variable("1", "name", "friend"))
    step = choose_template(chosen, OTHER, OFFER)
    assert step.variables == (Variable("1", "name", "friend"), Variable("2", "", "A-1"))
    assert step.delay == chosen.delay
    assert still_examples(OTHER, set_variable(step, Variable("2", "", "B-2")).variables) == ()
