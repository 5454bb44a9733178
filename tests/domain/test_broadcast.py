"""A broadcast as data: the wizard as a walk over values, its figures and its checksum."""

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.afterwards import Afterwards, RouteKind
from desktop.domain.audience import Breakdown, Line
from desktop.domain.broadcast import BroadcastDraft, BroadcastStatus, checksum_part
from desktop.domain.broadcast_figures import Figures
from desktop.domain.broadcast_when import When
from desktop.domain.broadcast_wizard import Step, WizardState
from desktop.domain.consent import Category
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.domain.selection import Exclusions, Outcome, Selection, Source, SourceKind
from desktop.domain.templates import Template, TemplateStatus, Variable
from desktop.domain.variables import suggest

SALE = Template(
    5, "spring_sale", "en", Category.MARKETING, "Hi {{1}}, {{2}} off!", examples=("Ana", "10 %"), revision=2
)
ORDER = Template(6, "order_update", "en", Category.UTILITY, "{{1}}, order {{2}} is on its way to {{3}}.")
PLAIN = Template(7, "plain_news", "en", Category.MARKETING, "We have moved.")
VIPS = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
SOME = Breakdown({Line.WILL_OPTED_IN: 990, Line.OPTED_OUT: 10})


def ready() -> WizardState:
    """The wizard at its first step with everything chosen and counted."""
    return WizardState().choose_template(SALE).choose_audience(VIPS).counted(SOME)


def test_an_empty_wizard_starts_at_the_template_and_stays() -> None:
    state = WizardState()

    assert state.step is Step.TEMPLATE
    assert state.blocked_by() == "Choose a template."
    assert state.next() == state
    assert state.back() == state
    assert state.go_to(Step.REVIEW) == state


def test_which_fixed_texts_are_still_the_examples() -> None:
    state = ready()
    assert WizardState().still_examples == ()
    assert state.still_examples == ("2",)
    assert state.set_variable(Variable("2", "", " 10 % ")).still_examples == ("2",)
    assert state.set_variable(Variable("2", "", "15 %")).still_examples == ()
    assert state.set_variable(Variable("2", "attribute:discount", "10 %")).still_examples == ()
    assert WizardState().choose_template(ORDER).still_examples == (), "an empty text is no example"


def test_a_walk_there_and_back() -> None:
    states = [ready()]
    for _ in range(6):
        states.append(states[-1].next())

    assert [one.step for one in states] == [*Step, Step.REVIEW, Step.REVIEW]
    state = states[-1]
    for step in (Step.WHEN, Step.MESSAGE, Step.AUDIENCE, Step.TEMPLATE, Step.TEMPLATE):
        state = state.back()
        assert state.step is step
    assert state == ready()


@pytest.mark.parametrize("step", Step)
def test_one_can_jump_to_any_step_when_nothing_is_missing_and_back(step: Step) -> None:
    there = ready().go_to(step)

    assert there == replace(ready(), step=step)
    assert there.go_to(Step.TEMPLATE) == ready()


def test_the_examples_of_another_template_are_not_kept() -> None:
    first = replace(PLAIN, id=21, body="Hi {{1}}, up to {{2}} off.", examples=("Ana", "50%"))
    second = replace(PLAIN, id=22, body="Hi {{1}}, your order {{2}} left.", examples=("Ana", "A-991"))
    state = WizardState().choose_template(first)
    assert [one.text for one in state.choose_template(second).draft.variables] == ["there", "A-991"]
    mine = state.set_variable(Variable("2", "", "60%")).choose_template(second)
    assert [one.text for one in mine.draft.variables] == ["there", "60%"]


def test_a_template_that_was_paused_meanwhile_stops_the_launch_too() -> None:
    state = replace(ready().go_to(Step.REVIEW), template=replace(SALE, status=TemplateStatus.PAUSED))
    assert state.blocked_by() == "Paused by WhatsApp for its quality. Choose another template."


@pytest.mark.parametrize("status", [one for one in TemplateStatus if one is not TemplateStatus.APPROVED])
def test_a_template_that_whatsapp_does_not_accept_stops_the_walk(status: TemplateStatus) -> None:
    state = WizardState().choose_template(replace(SALE, status=status))

    assert "WhatsApp" in state.blocked_by()
    assert state.go_to(Step.REVIEW).step is Step.TEMPLATE


@pytest.mark.parametrize(
    ("breakdown", "says"),
    [
        (Breakdown(), "Nobody matches"),
        (Breakdown({Line.WILL_OPTED_IN: 0}), "Nobody matches"),
        (Breakdown({Line.OPTED_OUT: 3, Line.NO_PHONE: 1}), "left out"),
    ],
)
def test_an_audience_that_nobody_is_sent_to_stops_the_walk(breakdown: Breakdown, says: str) -> None:
    state = ready().counted(breakdown).go_to(Step.REVIEW)

    assert state.step is Step.AUDIENCE
    assert says in state.blocked_by()
    assert state.counted(SOME).blocked_by() == ""


def test_a_variable_without_a_source_stops_the_walk() -> None:
    state = ready().set_variable(Variable("2", "", " ")).go_to(Step.REVIEW)

    assert state.step is Step.MESSAGE
    assert state.blocked_by() == "Give {{2}} a value or a field."
    assert state.set_variable(Variable("2", "attribute:discount")).blocked_by() == ""
    assert state.set_variable(Variable("2", "", "10 %")).go_to(Step.REVIEW).step is Step.REVIEW


def test_choosing_a_template_fills_the_draft() -> None:
    state = WizardState().choose_template(SALE)

    assert state.draft == BroadcastDraft(
        "Spring sale", 5, variables=(Variable("1", "first_name", "there"), Variable("2", "", "10 %"))
    )
    assert state.counting
    assert state.breakdown is None


def test_a_template_chosen_again_keeps_the_name_the_audience_and_the_known_variables() -> None:
    mine = Variable("2", "attribute:discount", "5 %")
    state = ready().rename("May offer").set_variable(mine).choose_template(ORDER)

    assert state.draft.name == "May offer"
    assert state.draft.audience == VIPS
    assert state.draft.template_id == 6
    assert state.draft.variables == (Variable("1", "first_name", "there"), mine, Variable("3"))
    assert state.breakdown is None


@pytest.mark.parametrize("template", [SALE, ORDER, PLAIN], ids=lambda one: one.name)
def test_choosing_a_template_turns_the_toggle_on_again(template: Template) -> None:
    off = ready().toggle(False)

    assert not off.draft.only_opted_in
    assert off.choose_template(template).draft.only_opted_in


@pytest.mark.parametrize(
    ("template", "shows"),
    [
        (None, False),
        (SALE, True),
        (ORDER, False),
        (replace(ORDER, correct_category=Category.MARKETING), True),
    ],
)
def test_the_toggle_is_shown_for_marketing_only(template: Template | None, shows: bool) -> None:
    assert WizardState(template=template).shows_toggle is shows


@pytest.mark.parametrize("template", [None, ORDER])
def test_a_toggle_that_is_not_shown_stays_on(template: Template | None) -> None:
    state = WizardState() if template is None else WizardState().choose_template(template)

    assert state.toggle(False).draft.only_opted_in


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.choose_audience(VIPS),
        lambda state: state.toggle(False),
        lambda state: state.set_variable(Variable("2", "", "20 %")),
        lambda state: state.choose_template(PLAIN),
    ],
    ids=["audience", "toggle", "variable", "template"],
)
def test_what_changes_the_counts_has_them_counted_again(change: Callable[[WizardState], WizardState]) -> None:
    changed = change(ready())

    assert not ready().counting
    assert changed.counting
    assert not changed.counted(SOME).counting
    assert changed.counted(SOME).breakdown == SOME


def test_a_name_does_not_change_the_counts() -> None:
    assert not ready().rename("May offer").counting


def test_a_variable_of_another_template_is_not_added() -> None:
    assert ready().set_variable(Variable("9", "name")).draft.variables == ready().draft.variables


def test_a_first_source_is_suggested() -> None:
    assert suggest("1", SALE) == Variable("1", "first_name", "there")
    assert suggest("2", SALE) == Variable("2", "", "10 %")
    assert suggest("3", ORDER) == Variable("3", "", "")


@given(st.lists(st.sampled_from(["next", "back", *Step]), max_size=12), st.sampled_from([SALE, ORDER, PLAIN]))
def test_no_walk_passes_a_step_that_is_missing_something(walk: list[str | Step], template: Template) -> None:
    state = WizardState().choose_template(template).counted(SOME)
    for move in walk:
        if isinstance(move, Step):
            state = state.go_to(move)
        else:
            state = state.next() if move == "next" else state.back()
        assert all(replace(state, step=Step(before)).blocked_by() == "" for before in range(1, state.step))


# As JSON and back.

short = st.text(max_size=6)
drafts = st.builds(
    BroadcastDraft,
    name=short,
    template_id=st.none() | st.integers(1, 9),
    audience=st.builds(
        Filter,
        st.lists(
            st.builds(Condition, short, st.sampled_from(Op), st.lists(short, max_size=2).map(tuple)),
            max_size=2,
        ).map(tuple),
        st.booleans(),
    ),
    only_opted_in=st.booleans(),
    variables=st.lists(st.builds(Variable, short, short, short), max_size=3).map(tuple),
    selection=st.builds(
        Selection,
        st.builds(
            Source,
            st.sampled_from(SourceKind),
            st.lists(st.integers(1, 9), max_size=3).map(tuple),
            st.integers(0, 9),
            st.lists(st.sampled_from(Outcome), max_size=2).map(tuple),
        ),
        st.builds(Exclusions, st.none() | st.integers(1, 365), st.booleans()),
    ),
    when=st.builds(
        When,
        st.none() | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])),
        st.booleans(),
        st.none() | st.integers(1, 80),
        st.none() | st.integers(1, 10_000),
    ),
    afterwards=st.builds(Afterwards, st.sampled_from(RouteKind), st.integers(0, 9), st.integers(0, 3)),
    stop_if_missing=st.booleans(),
)


@given(drafts)
def test_a_draft_survives_json(draft: BroadcastDraft) -> None:
    assert BroadcastDraft.from_json(json.loads(json.dumps(draft.to_json()))) == draft


def test_a_schedule_keeps_its_zone() -> None:
    draft = BroadcastDraft(when=When(datetime(2026, 5, 4, 9, tzinfo=timezone(timedelta(hours=-7)))))
    read = BroadcastDraft.from_json(draft.to_json())

    assert read.when.at is not None
    assert read.when.at.utcoffset() == timedelta(hours=-7)


def test_a_draft_of_an_older_version_has_no_selection_and_no_time() -> None:
    new = {"selection", "when", "afterwards", "stop_if_missing"}
    old = {name: value for name, value in BroadcastDraft("Old").to_json().items() if name not in new}
    assert BroadcastDraft.from_json(old | {"send_at": None}) == BroadcastDraft("Old")


def test_the_states_in_which_a_broadcast_is_over() -> None:
    assert {one for one in BroadcastStatus if one.is_over} == {BroadcastStatus.STOPPED, BroadcastStatus.DONE}


# Figures.

IN_THE_MIDDLE = Figures(
    1000,
    {
        Status.QUEUED: 236,
        Status.SENDING: 32,
        Status.ACCEPTED: 3,
        Status.SENT: 57,
        Status.DELIVERED: 400,
        Status.READ: 250,
        Status.FAILED: 7,
        Status.LEFT_OUT: 10,
        Status.CANCELLED: 4,
        Status.UNKNOWN: 1,
    },
)


def test_the_ledger_line_says_every_state_once() -> None:
    assert IN_THE_MIDDLE.adds_up
    assert IN_THE_MIDDLE.sentence == (
        "Now: 268 waiting + 3 accepted + 57 sent + 400 delivered + 250 read + 7 failed + 10 left out"
        " + 4 cancelled + 1 not certain = 1,000 selected"
    )


def test_the_progress_counts_to_what_is_to_be_sent() -> None:
    assert IN_THE_MIDDLE.to_send_count == 990
    assert IN_THE_MIDDLE.waiting_count == 268
    assert IN_THE_MIDDLE.gone_count == 718
    assert IN_THE_MIDDLE.left_out_count == 10


def test_the_ledger_line_of_nothing_and_of_thousands() -> None:
    assert Figures().sentence == "Now: 0 = 0 selected"
    assert Figures(12345, {Status.READ: 12345}).sentence == "Now: 12,345 read = 12,345 selected"


@given(st.dictionaries(st.sampled_from(Status), st.integers(0, 10**6)), st.integers(-3, 3))
def test_figures_add_up_exactly_when_the_sentence_does(now: dict[Status, int], wrong: int) -> None:
    selected = sum(now.values()) + wrong
    figures = Figures(selected, now)
    left, right = figures.sentence.removeprefix("Now: ").removesuffix(" selected").split(" = ")
    total = sum(int(part.split()[0].replace(",", "")) for part in left.split(" + "))

    assert figures.adds_up is (wrong == 0)
    assert int(right.replace(",", "")) == selected
    assert (total == selected) is figures.adds_up


# The checksum of an audience.


def checksum(ids: list[int]) -> int:
    return sum(checksum_part(one) for one in ids)


@given(st.lists(st.integers(1, 10**9), unique=True, min_size=1, max_size=30), st.data())
def test_a_deleted_or_duplicated_contact_changes_the_checksum(ids: list[int], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(ids))

    assert checksum([*ids, one]) != checksum(ids)
    assert checksum([other for other in ids if other != one]) != checksum(ids)
    assert checksum(ids[::-1]) == checksum(ids)


def test_a_checksum_part_fits_a_database_integer() -> None:
    assert 0 < checksum_part(2_000_000_000) < 2**63 // 1_000_000


def test_two_small_audiences_of_the_same_size_have_different_checksums() -> None:
    """Contacts exchanged for others must show: the number is the same, so only the checksum can."""
    sums: dict[int, tuple[int, ...]] = {}
    alike = []
    for pair in itertools.combinations_with_replacement(range(1, 13), 2):
        if checksum(list(pair)) in sums:
            alike.append((sums[checksum(list(pair))], pair))
        sums[checksum(list(pair))] = pair

    assert alike == []
