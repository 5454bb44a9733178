"""Who gets a broadcast: exactly one line for each selected contact, and the lines add up."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.audience import (
    Breakdown,
    Candidate,
    Difference,
    Line,
    Rule,
    differences,
    line_for,
    sort_out,
)
from desktop.domain.consent import Category, Facts, OptIn, Policy
from desktop.domain.reasons import Reason

STRICT = Policy(strict=True)
ASKING = Rule(Category.MARKETING)
STRICTLY = Rule(Category.MARKETING, STRICT)
TO_ALL = Rule(Category.MARKETING, only_opted_in=False)
UTILITY = Rule(Category.UTILITY)


def thousand() -> list[Candidate]:
    """The example of the specification: 1,000 contacts, 10 of whom opted out; 20 never chose."""
    choices = [OptIn.YES] * 970 + [OptIn.NONE] * 20 + [OptIn.NO] * 10
    return [
        Candidate(number, Facts(choice, consent_event_id=number)) for number, choice in enumerate(choices)
    ]


def breakdown(rule: Rule, candidates: list[Candidate]) -> Breakdown:
    return Breakdown.of(line for _, line in sort_out(rule, candidates))


@pytest.mark.parametrize(
    ("rule", "sent", "left_out"),
    [
        (ASKING, 990, 10),
        (STRICTLY, 970, 30),
        (TO_ALL, 1000, 0),
        (Rule(Category.MARKETING, STRICT, only_opted_in=False), 1000, 0),
        (UTILITY, 1000, 0),
        (Rule(Category.AUTHENTICATION, STRICT), 1000, 0),
    ],
    ids=["toggle on", "strict", "toggle off", "strict, toggle off", "utility", "authentication, strict"],
)
def test_a_thousand_contacts_of_whom_ten_opted_out(rule: Rule, sent: int, left_out: int) -> None:
    counts = breakdown(rule, thousand())

    assert counts.will_be_sent_count == sent
    assert counts.left_out_count == left_out
    assert counts.selected_count == 1000


def test_the_example_line_by_line() -> None:
    assert breakdown(ASKING, thousand()).counts == {
        Line.WILL_OPTED_IN: 970,
        Line.WILL_NO_CHOICE: 20,
        Line.OPTED_OUT: 10,
    }
    assert breakdown(STRICTLY, thousand()).counts == {
        Line.WILL_OPTED_IN: 970,
        Line.NO_CHOICE: 20,
        Line.OPTED_OUT: 10,
    }
    assert breakdown(TO_ALL, thousand()).counts == {
        Line.WILL_OPTED_IN: 970,
        Line.WILL_NO_CHOICE: 20,
        Line.WILL_DESPITE: 10,
    }


def test_a_reason_is_needed_for_who_opted_out_and_would_get_marketing() -> None:
    assert breakdown(TO_ALL, thousand()).despite_count == 10
    assert breakdown(ASKING, thousand()).despite_count == 0


def test_no_reason_is_needed_for_what_is_not_marketing() -> None:
    """Other categories are sent; nobody has to justify an order update."""
    assert breakdown(UTILITY, thousand()).despite_count == 0


EVERYTHING_AGAINST = Facts(OptIn.NO, stopped_in_whatsapp=True, us_number=True, consent_event_id=3)
NO_CHOICE = Facts(OptIn.NONE, us_number=True)


@pytest.mark.parametrize(
    ("rule", "candidate", "line"),
    [
        (STRICTLY, Candidate(1, EVERYTHING_AGAINST, False, True, True), Line.DUPLICATE),
        (STRICTLY, Candidate(2, EVERYTHING_AGAINST, False, True, True), Line.EXCLUDED),
        (STRICTLY, Candidate(2, EVERYTHING_AGAINST, False, False, True), Line.NO_PHONE),
        (STRICTLY, Candidate(2, EVERYTHING_AGAINST, missing_variable=True), Line.OPTED_OUT),
        (
            STRICTLY,
            Candidate(2, Facts(OptIn.NONE, stopped_in_whatsapp=True, us_number=True), missing_variable=True),
            Line.STOPPED_IN_WHATSAPP,
        ),
        (STRICTLY, Candidate(2, NO_CHOICE, missing_variable=True), Line.NO_CHOICE),
        (ASKING, Candidate(2, NO_CHOICE, missing_variable=True), Line.US_NUMBER),
        (ASKING, Candidate(2, Facts(OptIn.YES), missing_variable=True), Line.MISSING_VARIABLE),
        (ASKING, Candidate(2, Facts(OptIn.YES)), Line.WILL_OPTED_IN),
        (ASKING, Candidate(2), Line.WILL_NO_CHOICE),
        (TO_ALL, Candidate(2, EVERYTHING_AGAINST, missing_variable=True), Line.STOPPED_IN_WHATSAPP),
        (TO_ALL, Candidate(2, Facts(OptIn.NO, us_number=True)), Line.US_NUMBER),
        (TO_ALL, Candidate(2, Facts(OptIn.NO), missing_variable=True), Line.MISSING_VARIABLE),
        (TO_ALL, Candidate(2, Facts(OptIn.NO)), Line.WILL_DESPITE),
        (UTILITY, Candidate(2, EVERYTHING_AGAINST, has_phone=False), Line.NO_PHONE),
        (UTILITY, Candidate(2, EVERYTHING_AGAINST, missing_variable=True), Line.MISSING_VARIABLE),
    ],
)
def test_the_first_reason_in_order_counts(rule: Rule, candidate: Candidate, line: Line) -> None:
    assert sort_out(rule, [Candidate(1), candidate])[1] == (candidate.contact_id, line)


def test_a_contact_selected_again_is_a_duplicate_whatever_became_of_the_first() -> None:
    lines = sort_out(ASKING, [Candidate(1, excluded=True), Candidate(1), Candidate(2), Candidate(1)])

    assert [line for _, line in lines] == [
        Line.EXCLUDED,
        Line.DUPLICATE,
        Line.WILL_NO_CHOICE,
        Line.DUPLICATE,
    ]


@pytest.mark.parametrize("line", Line)
def test_every_line_has_words_and_every_left_out_line_a_reason(line: Line) -> None:
    assert line.label
    if not line.is_sent:
        assert line.reason in Reason
        assert line.reason.sentence


facts = st.builds(Facts, st.sampled_from(OptIn), st.booleans(), st.booleans(), st.none() | st.integers(1, 9))
candidates = st.lists(
    st.builds(Candidate, st.integers(1, 12), facts, st.booleans(), st.booleans(), st.booleans())
)
rules = st.builds(Rule, st.sampled_from(Category), st.builds(Policy, st.booleans()), st.booleans())


@given(rules, candidates)
def test_each_candidate_is_on_one_line_and_the_lines_add_up(rule: Rule, selected: list[Candidate]) -> None:
    lines = sort_out(rule, selected)
    counts = Breakdown.of(line for _, line in lines)

    assert [contact_id for contact_id, _ in lines] == [one.contact_id for one in selected]
    assert counts.selected_count == len(selected)
    assert counts.will_be_sent_count + counts.left_out_count == len(selected)
    assert sum(counts.count(line) for line in Line) == len(selected)
    assert counts.will_be_sent_count == sum(line.is_sent for _, line in lines)


@given(rules, candidates)
def test_nobody_is_sent_two_and_nobody_without_a_phone(rule: Rule, selected: list[Candidate]) -> None:
    sent = Counter(contact_id for contact_id, line in sort_out(rule, selected) if line.is_sent)
    first = {one.contact_id: one for one in reversed(selected)}

    assert all(count == 1 for count in sent.values())
    for contact_id in sent:
        assert first[contact_id].has_phone
        assert not first[contact_id].excluded
        assert not first[contact_id].missing_variable


@given(facts, st.booleans())
def test_marketing_with_the_toggle_on_never_reaches_who_said_no(known: Facts, strict: bool) -> None:
    line = line_for(Rule(Category.MARKETING, Policy(strict)), known)

    assert line is not Line.WILL_DESPITE
    if known.says_no or known.us_number or (strict and known.opt_in is OptIn.NONE):
        assert not line.is_sent


@pytest.mark.parametrize(
    ("toggle", "opt_in", "stopped", "expected"),
    [
        (False, OptIn.NO, False, Line.OPTED_OUT_AFTER_LAUNCH),
        (False, OptIn.NO, True, Line.OPTED_OUT_AFTER_LAUNCH),
        (False, OptIn.YES, True, Line.STOPPED_IN_WHATSAPP),
        (False, OptIn.YES, False, Line.WILL_OPTED_IN),
        (False, OptIn.NONE, False, Line.WILL_NO_CHOICE),
        (True, OptIn.NO, False, Line.OPTED_OUT),
        (True, OptIn.YES, False, Line.WILL_OPTED_IN),
    ],
)
def test_a_reason_covers_no_choice_that_is_newer(
    toggle: bool, opt_in: OptIn, stopped: bool, expected: Line
) -> None:
    rule = Rule(Category.MARKETING, Policy(), toggle)
    facts = Facts(opt_in, stopped_in_whatsapp=stopped)
    assert line_for(rule, facts, chose_since=True) is expected
    assert line_for(rule, facts, chose_since=True, has_phone=False) is Line.NO_PHONE


@given(facts, st.booleans())
def test_turning_the_toggle_off_only_adds_recipients(known: Facts, strict: bool) -> None:
    on = line_for(Rule(Category.MARKETING, Policy(strict), only_opted_in=True), known)
    off = line_for(Rule(Category.MARKETING, Policy(strict), only_opted_in=False), known)

    assert off.is_sent or not on.is_sent
    if known.stopped_in_whatsapp or known.us_number:
        assert not off.is_sent


def test_an_empty_selection_is_all_zeros() -> None:
    assert Breakdown().selected_count == 0
    assert Breakdown().left_out_count == 0


def test_what_moved_between_two_breakdowns_is_told_line_by_line() -> None:
    before = Breakdown({Line.WILL_OPTED_IN: 90, Line.OPTED_OUT: 10, Line.DUPLICATE: 2})
    after = Breakdown({Line.WILL_OPTED_IN: 88, Line.OPTED_OUT: 12, Line.DUPLICATE: 2, Line.EXCLUDED: 1})
    found = differences(before, after)
    assert found == (
        Difference(Line.WILL_OPTED_IN, 90, 88),
        Difference(Line.EXCLUDED, 0, 1),
        Difference(Line.OPTED_OUT, 10, 12),
    )
    assert found[2].sentence == "Opted out: 12, was 10"
    assert differences(after, after) == ()
