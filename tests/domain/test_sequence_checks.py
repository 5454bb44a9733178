"""What stands against activating a sequence: each finding with its step, its part and words for a person."""

from dataclasses import replace
from typing import Final

import pytest

from desktop.domain.consent import Category
from desktop.domain.filters import ATTRIBUTE, Attribute, Condition, Filter, Kind, Op
from desktop.domain.problems import Problem
from desktop.domain.sequence import (
    MOST_STEPS,
    Definition,
    Delay,
    DelayUnit,
    Hours,
    SequenceStep,
    Trigger,
)
from desktop.domain.sequence_checks import Finding, Part, blockers, check, checked_name
from desktop.domain.templates import Template, TemplateStatus, Variable
from tests.clock import START

NOTE: Final = Template(1, "welcome_note", "en", Category.UTILITY, "Hi {{1}}, thanks for joining.")
OFFER: Final = Template(2, "first_offer", "en", Category.MARKETING, "{{1}}, 10% off until {{2}}.")
PAUSED: Final = replace(NOTE, id=3, name="paused_note", status=TemplateStatus.PAUSED)
PHOTO: Final = replace(NOTE, id=4, name="photo", header_kind="image")
TEMPLATES: Final = {one.id: one for one in (NOTE, OFFER, PAUSED, PHOTO)}
CITY: Final = Attribute(1, "City", Kind.TEXT)
NAME: Final = Variable("1", "first_name")
GREET: Final = SequenceStep(1, (NAME,))
FINE: Final = Definition((GREET, SequenceStep(2, (NAME, Variable("2", "", "Friday")), Delay(2))))
VIP: Final = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
NOWHERE: Final = Filter((Condition(ATTRIBUTE + "Town", Op.IS, ("Halifax",)),))


def found(wanted: Definition) -> list[Finding]:
    return list(check(wanted, TEMPLATES, {"City": CITY}, START))


def places(wanted: Definition) -> list[tuple[int, Part]]:
    return [(one.step_number, one.part) for one in found(wanted)]


def with_step(**changes: object) -> Definition:
    """A fine sequence whose second step is changed."""
    first, second = FINE.steps
    return replace(FINE, steps=(first, replace(second, **changes)))  # type: ignore[arg-type]


def test_a_whole_sequence_has_nothing_against_it() -> None:
    whole = replace(
        FINE,
        trigger=Trigger(on_created=True, condition=VIP),
        success=VIP,
        cooling_days=365,
        hours=Hours(frozenset({0, 4}), 22 * 60, 6 * 60),
    )
    assert found(whole) == []


@pytest.mark.parametrize(
    ("wanted", "at"),
    [
        (replace(FINE, steps=()), (0, Part.STEPS)),
        (replace(FINE, steps=(GREET,) * (MOST_STEPS + 1)), (0, Part.STEPS)),
        (with_step(template_id=None), (2, Part.TEMPLATE)),
        (with_step(template_id=404), (2, Part.TEMPLATE)),
        (with_step(template_id=3), (2, Part.TEMPLATE)),
        (with_step(template_id=4), (2, Part.TEMPLATE)),
        (with_step(variables=(NAME,)), (2, Part.VARIABLES)),
        (with_step(variables=(NAME, Variable("2", "", "  "))), (2, Part.VARIABLES)),
        (with_step(variables=(NAME, Variable("2", ATTRIBUTE + "Town"))), (2, Part.VARIABLES)),
        (with_step(variables=(NAME, Variable("2", "shoe_size"))), (2, Part.VARIABLES)),
        (with_step(delay=Delay(-1)), (2, Part.DELAY)),
        (with_step(delay=Delay(366)), (2, Part.DELAY)),
        (with_step(delay=Delay(365 * 24 + 1, DelayUnit.HOURS)), (2, Part.DELAY)),
        (with_step(delay=Delay(365 * 24 * 60 + 1, DelayUnit.MINUTES)), (2, Part.DELAY)),
        (with_step(condition=NOWHERE), (2, Part.CONDITION)),
        (with_step(hours=Hours(frozenset())), (2, Part.HOURS)),
        (with_step(hours=Hours(frozenset({7}))), (2, Part.HOURS)),
        (with_step(hours=Hours(start_minute=540, end_minute=540)), (2, Part.HOURS)),
        (with_step(hours=Hours(start_minute=-1, end_minute=540)), (2, Part.HOURS)),
        (with_step(hours=Hours(start_minute=540, end_minute=1441)), (2, Part.HOURS)),
        (replace(FINE, hours=Hours(frozenset())), (0, Part.HOURS)),
        (replace(FINE, cooling_days=-1), (0, Part.COOLING)),
        (replace(FINE, cooling_days=366), (0, Part.COOLING)),
        (replace(FINE, trigger=Trigger(on_updated=True, condition=NOWHERE)), (0, Part.TRIGGER)),
        (replace(FINE, success=NOWHERE), (0, Part.SUCCESS)),
        (replace(FINE, success=Filter()), (0, Part.SUCCESS)),
        (replace(FINE, failure=NOWHERE), (0, Part.FAILURE)),
    ],
)
def test_each_gap_is_found_at_its_place(wanted: Definition, at: tuple[int, Part]) -> None:
    assert places(wanted) == [at]
    one = found(wanted)[0]
    assert one.blocks
    assert one.sentence.endswith(".")
    problem = one.problem
    assert problem.field == (f"step:{at[0]}" if at[0] else at[1].value)
    assert problem.sentence.startswith(f"Step {at[0]}: ") is bool(at[0])


@pytest.mark.parametrize(
    "wanted",
    [
        with_step(delay=Delay(365)),
        with_step(delay=Delay(365 * 24, DelayUnit.HOURS)),
        with_step(hours=Hours(start_minute=0, end_minute=1440)),
        with_step(hours=Hours(start_minute=1439, end_minute=0)),
        replace(FINE, steps=(GREET,) * MOST_STEPS),
        # Neither asked for nor there: what a trigger that is off would ask does not matter.
        replace(FINE, trigger=Trigger(condition=NOWHERE)),
        # A variable of a template that was chosen before.
        with_step(variables=(NAME, Variable("2", "", "Friday"), Variable("9", "shoe_size"))),
    ],
)
def test_the_limits_themselves_are_allowed(wanted: Definition) -> None:
    assert found(wanted) == []


def test_a_variable_without_a_value_is_named() -> None:
    wanted = with_step(variables=())
    assert [one.detail for one in found(wanted)] == ["1", "2"]
    assert found(wanted)[1].spoken == "Step 2: Give {{2}} a value or a field."


def test_a_template_that_cannot_be_sent_says_why() -> None:
    (one,) = found(with_step(template_id=3))
    assert one.title == "Paused by WhatsApp for its quality"
    assert one.sentence.startswith("WhatsApp paused this template")


def test_a_trigger_without_a_condition_is_only_warned_about() -> None:
    wanted = replace(FINE, trigger=Trigger(on_created=True, on_updated=True))
    (one,) = found(wanted)
    assert (one.part, one.blocks) == (Part.TRIGGER, False)
    assert "every new and changed contact comes in" in one.sentence
    assert blockers(tuple(found(wanted))) == ()


def test_all_that_is_missing_is_told_at_once() -> None:
    wanted = Definition(
        (SequenceStep(), SequenceStep(1, (), Delay(-1))), hours=Hours(frozenset()), cooling_days=-1
    )
    assert places(wanted) == [
        (1, Part.TEMPLATE),
        (2, Part.VARIABLES),
        (2, Part.DELAY),
        (0, Part.COOLING),
        (0, Part.HOURS),
    ]


def test_a_name_is_there_and_short() -> None:
    assert checked_name("  Welcome \n series ") == "Welcome series"
    for name in ("", " ", "\x00", "x" * 81):
        with pytest.raises(Problem) as refused:
            checked_name(name)
        assert refused.value.field == "name"
