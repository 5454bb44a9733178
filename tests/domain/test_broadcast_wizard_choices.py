"""The wizard's newer choices as a value: where people come from, the file, the time, who takes replies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desktop.domain.afterwards import Afterwards, RouteKind
from desktop.domain.audience import Breakdown, Line
from desktop.domain.broadcast_when import When
from desktop.domain.broadcast_wizard import Step, WizardState, lasts_until, stands_against
from desktop.domain.consent import Category
from desktop.domain.selection import Exclusions, Outcome, Source, SourceKind
from desktop.domain.templates import Button, Template, TemplateStatus, Variable

NOW = datetime(2026, 11, 22, 18, 46, tzinfo=UTC)
PLAIN = Template(1, "winter_clearance", "en", Category.MARKETING, "Hi {{1}}")
PICTURED = replace(PLAIN, id=2, header_kind="image")
COUPON = replace(PLAIN, id=3, buttons=(Button("copy_code", "Copy code"),))


def at(step: Step, template: Template = PLAIN) -> WizardState:
    return replace(WizardState().choose_template(template), step=step)


def test_a_file_and_a_code_do_not_stand_against_a_template_but_a_place_and_a_pause_do() -> None:
    assert [stands_against(one) for one in (PLAIN, PICTURED, COUPON)] == ["", "", ""]
    assert stands_against(replace(PLAIN, header_kind="location"))
    assert stands_against(replace(PICTURED, status=TemplateStatus.PAUSED))


def test_a_pictured_template_waits_for_its_file_and_forgets_it_with_the_template() -> None:
    state = at(Step.MESSAGE, PICTURED)
    assert state.blocked_by() == "Choose the image that the message begins with."
    brought = state.bring_file("media-1", "sale.jpg", NOW)
    assert brought.blocked_by() == ""
    assert brought.draft.content == {"header": {"type": "image", "image": {"id": "media-1"}}}
    assert brought.drop_file().draft == state.draft
    assert brought.choose_template(PLAIN).draft.content == {}
    assert at(Step.MESSAGE).bring_file("media-1", "sale.jpg", NOW) == at(Step.MESSAGE)


def test_a_document_keeps_its_name_for_whoever_gets_it() -> None:
    state = at(Step.MESSAGE, replace(PLAIN, header_kind="document")).bring_file("m", "prices.pdf", NOW)
    assert state.draft.content["header"]["document"] == {"id": "m", "filename": "prices.pdf"}


def test_a_file_that_whatsapp_forgets_before_the_time_stands_in_the_way() -> None:
    state = at(Step.WHEN, PICTURED).bring_file("media-1", "sale.jpg", NOW)
    assert lasts_until(state.draft) == NOW + timedelta(days=30)
    soon, late = (state.schedule(When(NOW + timedelta(days=days))) for days in (29, 30))
    assert soon.blocked_by(NOW) == ""
    assert "forgotten the file" in late.blocked_by(NOW)


def test_the_code_of_a_button_is_asked_for() -> None:
    state = at(Step.MESSAGE, COUPON)
    assert state.blocked_by() == "Write the code that the button copies."
    assert state.set_variable(Variable("button0:code", "", "WINTER40")).blocked_by() == ""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Source(SourceKind.LISTS), "Choose a list."),
        (Source(SourceKind.PICKED), "Pick at least one contact."),
        (Source(SourceKind.OUTCOME), "Choose the earlier broadcast."),
        (Source(SourceKind.OUTCOME, (), 7), "Choose what became of them."),
        (Source(SourceKind.OUTCOME, (), 7, (Outcome.READ,)), ""),
        (Source(SourceKind.LISTS, (1,)), ""),
    ],
)
def test_a_source_without_anybody_is_named(source: Source, said: str) -> None:
    state = at(Step.AUDIENCE).choose_source(source)
    assert state.counting
    assert state.blocked_by() == said


def test_source_and_exclusions_do_not_undo_each_other() -> None:
    state = at(Step.AUDIENCE).exclude(Exclusions(7)).choose_source(Source(SourceKind.LISTS, (1,)))
    assert state.draft.selection.exclusions == Exclusions(7)
    assert state.exclude(Exclusions()).draft.selection.source.ids == (1,)


def test_a_missing_value_stops_it_only_where_a_person_said_so() -> None:
    counted = at(Step.MESSAGE).counted(Breakdown({Line.WILL_OPTED_IN: 9, Line.MISSING_VARIABLE: 12}))
    assert counted.blocked_by() == ""
    stops = counted.stop_when_missing(True)
    assert stops.blocked_by() == "12 contacts have no value for a variable, and then it must not start."
    assert replace(stops, step=Step.REVIEW).blocked_by() == stops.blocked_by()


def test_a_time_that_has_passed_stands_in_the_way_at_the_review_too() -> None:
    state = at(Step.REVIEW).schedule(When(NOW))
    assert state.blocked_by(NOW - timedelta(seconds=1)) == ""
    assert state.blocked_by(NOW) == "That time has passed. Choose a later one."


@pytest.mark.parametrize("kind", [RouteKind.PERSON, RouteKind.BOT])
def test_who_takes_replies_has_to_be_chosen(kind: RouteKind) -> None:
    state = at(Step.WHEN).follow_up(Afterwards(kind))
    assert state.blocked_by().startswith("Choose ")
    assert state.follow_up(Afterwards(kind, 3)).blocked_by() == ""
