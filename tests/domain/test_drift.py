"""What changed since a person said yes."""

from dataclasses import replace

import pytest

from desktop.domain.audience import Line
from desktop.domain.drift import Cause, Standing, drifted
from tests.clock import START

THEN = Standing(START, "utility", 3, "GREEN", "", {Line.WILL_OPTED_IN: 960, Line.OPTED_OUT: 40})


def causes(now: Standing, percent: int = 5) -> list[Cause]:
    return [one.cause for one in drifted(THEN, now, percent)]


def test_nothing_changed() -> None:
    assert causes(THEN) == []


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        (replace(THEN, category="marketing"), Cause.TEMPLATE_MARKETING),
        (replace(THEN, revision=4), Cause.TEMPLATE_EDITED),
        (replace(THEN, quality="YELLOW"), Cause.QUALITY),
        (replace(THEN, restriction="ACCOUNT_RESTRICTION"), Cause.ACCOUNT),
        (replace(THEN, counts={Line.WILL_OPTED_IN: 909, Line.OPTED_OUT: 91}), Cause.CONSENT),
        (replace(THEN, counts={Line.WILL_OPTED_IN: 909, Line.STOPPED_IN_WHATSAPP: 91}), Cause.CONSENT),
    ],
)
def test_each_cause(now: Standing, cause: Cause) -> None:
    assert causes(now) == [cause]


@pytest.mark.parametrize(
    "now",
    [
        replace(THEN, quality=""),  # not known any more
        replace(THEN, counts={Line.WILL_OPTED_IN: 910, Line.OPTED_OUT: 90}),  # five in a hundred, not more
        replace(THEN, counts={}),  # not counted
    ],
)
def test_what_is_no_drift(now: Standing) -> None:
    assert causes(now) == []


def test_a_quality_that_was_not_known_has_not_dropped() -> None:
    assert drifted(replace(THEN, quality=""), replace(THEN, quality="RED"), 5) == ()


def test_a_template_that_was_marketing_already_has_not_turned() -> None:
    then = replace(THEN, category="marketing")
    assert drifted(then, then, 5) == ()


def test_a_turn_into_marketing_says_it_all() -> None:
    """It is another revision, too; nobody edited the text."""
    assert causes(replace(THEN, category="marketing", revision=4)) == [Cause.TEMPLATE_MARKETING]


def test_a_standing_survives_its_json() -> None:
    assert Standing.from_json(THEN.to_json()) == THEN
