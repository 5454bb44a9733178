"""The compose box as a value: its banner, what stands in the way, and what a reason is bound to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desktop.domain.compose import MAX_TEXT_LENGTH, Answered, ComposeState, drawn
from desktop.domain.consent import Category, Facts, OptIn, Outcome, Policy
from desktop.domain.meanwhile import Seen
from desktop.domain.outgoing_files import OutgoingFile
from desktop.domain.reasons import Reason
from desktop.domain.templates import Button, Template, TemplateStatus

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
AN_HOUR_AGO = NOW - timedelta(hours=1)
SALE = Template(5, "spring_sale", "en", Category.MARKETING, "Hi {{1}}!", revision=2)
OTHER_SALE = Template(9, "autumn_sale", "en", Category.MARKETING, "Hello {{1}}!", revision=2)
ORDER = Template(6, "order_update", "en", Category.UTILITY, "{{1}}, your order is on its way.")
SAID_NO = Facts(OptIn.NO, consent_event_id=7)
STRICT = Policy(strict=True)
WHY = "They asked for the price list by phone"


def box(
    facts: Facts = SAID_NO, policy: Policy | None = None, template: Template | None = SALE
) -> ComposeState:
    state = ComposeState(3, "Ana", facts=facts, policy=policy or Policy(), last_inbound_at=AN_HOUR_AGO)
    return state.choose(template, {"1": "Ana"}) if template else state.type("Hello Ana")


# The banner.


@pytest.mark.parametrize(
    ("facts", "policy", "banner"),
    [
        (Facts(OptIn.NO), Policy(), True),
        (Facts(OptIn.YES, stopped_in_whatsapp=True), Policy(), True),
        (Facts(OptIn.NONE, stopped_in_whatsapp=True), Policy(), True),
        (Facts(OptIn.YES), Policy(), False),
        (Facts(OptIn.NONE), Policy(), False),
        (Facts(OptIn.YES), STRICT, False),
    ],
)
@pytest.mark.parametrize("template", [None, SALE, ORDER], ids=["text", "marketing", "utility"])
def test_the_banner_is_about_the_contact_whatever_is_written(
    facts: Facts, policy: Policy, banner: bool, template: Template | None
) -> None:
    assert box(facts, policy, template).shows_banner is banner


def test_under_strict_the_banner_also_shows_for_who_never_chose() -> None:
    """The design's cell for Strict: as NO, in the words *No choice recorded*."""
    assert box(Facts(OptIn.NONE), STRICT).shows_banner


# The verdict.


@pytest.mark.parametrize(
    ("facts", "policy", "template", "outcome", "reason"),
    [
        (SAID_NO, Policy(), None, Outcome.SEND, Reason.NOT_MARKETING),
        (SAID_NO, Policy(), ORDER, Outcome.SEND, Reason.NOT_MARKETING),
        (SAID_NO, Policy(), SALE, Outcome.WARN, Reason.OPTED_OUT),
        (
            SAID_NO,
            Policy(),
            replace(ORDER, correct_category=Category.MARKETING),
            Outcome.WARN,
            Reason.OPTED_OUT,
        ),
        (Facts(OptIn.YES), STRICT, SALE, Outcome.SEND, Reason.OPTED_IN),
        (Facts(), Policy(), SALE, Outcome.SEND, Reason.NO_CHOICE_PASSES),
        (Facts(), STRICT, SALE, Outcome.WARN, Reason.NO_CHOICE),
        (
            Facts(OptIn.YES, stopped_in_whatsapp=True),
            Policy(),
            SALE,
            Outcome.LEAVE_OUT,
            Reason.STOPPED_IN_WHATSAPP,
        ),
        (Facts(OptIn.YES, us_number=True), Policy(), SALE, Outcome.LEAVE_OUT, Reason.US_NUMBER),
    ],
)
def test_the_verdict_of_a_draft(
    facts: Facts, policy: Policy, template: Template | None, outcome: Outcome, reason: Reason
) -> None:
    verdict = box(facts, policy, template).verdict(NOW)

    assert (verdict.outcome, verdict.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("facts", "policy", "reason"),
    [(SAID_NO, Policy(), Reason.DESPITE_OPT_OUT), (Facts(), STRICT, Reason.DESPITE_NO_CHOICE)],
)
def test_a_reason_opens_the_draft_that_it_was_given_for(facts: Facts, policy: Policy, reason: Reason) -> None:
    state = box(facts, policy)
    given = state.reason_to_send(f"  {WHY} ", user_id=4)

    assert (given.reason, given.user_id) == (WHY, 4)
    assert state.verdict(NOW, given).reason is reason
    assert state.type("beside it").set_value("1", "Ana A.").verdict(NOW, given).may_send


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(
            box().know(Facts(OptIn.NO, consent_event_id=8), Policy(), AN_HOUR_AGO), id="consent event"
        ),
        pytest.param(box().choose(replace(SALE, revision=3), {"1": "Ana"}), id="template revision"),
        pytest.param(box().choose(OTHER_SALE, {"1": "Ana"}), id="another template of the same revision"),
    ],
)
def test_a_reason_is_void_once_what_it_was_bound_to_changed(changed: ComposeState) -> None:
    given = box().reason_to_send(WHY, 4)

    assert changed.verdict(NOW, given).outcome is Outcome.WARN


def test_a_reason_for_one_contact_is_void_for_another() -> None:
    """Two contacts about whom nothing was ever recorded have no consent event to tell them apart."""
    given = box(Facts(), STRICT).reason_to_send(WHY, 4)
    other = replace(box(Facts(), STRICT), contact_id=4, contact_name="Ravi")

    assert other.verdict(NOW, given).outcome is Outcome.WARN


def test_a_reason_given_over_free_text_is_void_for_a_template_chosen_later() -> None:
    given = box(template=None).reason_to_send(WHY, 4)

    assert box().verdict(NOW, given).outcome is Outcome.WARN


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_a_blank_reason_opens_nothing(blank: str) -> None:
    assert box().verdict(NOW, box().reason_to_send(blank, 4)).outcome is Outcome.WARN


def test_the_verdict_keeps_what_it_rests_on() -> None:
    verdict = box().verdict(NOW)

    assert (verdict.consent_event_id, verdict.template_revision) == (7, 2)


# What stands in the way.


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hello", ""),
        ("", "Write something first."),
        (" \n ", "Write something first."),
        ("x" * MAX_TEXT_LENGTH, ""),
        ("x" * (MAX_TEXT_LENGTH + 1), "4,097 characters; WhatsApp takes 4,096. Shorten it."),
    ],
)
def test_what_stands_in_the_way_of_a_text(text: str, says: str) -> None:
    state = box(template=None).type(text)

    assert state.blocked_by(NOW) == says


@pytest.mark.parametrize("last_inbound_at", [None, NOW - timedelta(hours=24), NOW - timedelta(days=30)])
def test_outside_the_window_only_a_template_passes(last_inbound_at: datetime | None) -> None:
    text = replace(box(template=None), last_inbound_at=last_inbound_at)
    template = replace(box(), last_inbound_at=last_inbound_at)

    assert text.needs_template(NOW)
    assert "window is closed" in text.blocked_by(NOW)
    assert template.blocked_by(NOW) == ""


def test_inside_the_window_text_is_free() -> None:
    assert not box().needs_template(NOW)


def test_a_template_needs_its_values_and_whatsapps_approval() -> None:
    assert box().set_value("1", " ").blocked_by(NOW) == "Fill Variable 1 first."
    assert box().choose(SALE, {}).blocked_by(NOW) == "Fill Variable 1 first."
    three = replace(SALE, header_text="{{1}}", body="Hi {{1}}, {{2}} off until {{3}}!")
    assert (
        box().choose(three, {"1": "Ana"}).blocked_by(NOW) == "Fill Header, Variable 2 and Variable 3 first."
    )
    paused = box().choose(replace(SALE, status=TemplateStatus.PAUSED), {"1": "Ana"})
    assert paused.blocked_by(NOW) == "Paused by WhatsApp for its quality. Choose another template."


# The values to begin with.

FIELDS = {"name": "Priya Sharma", "first_name": "Priya", "phone": "+16045550142", "attribute:order": "A-7"}


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("Hi {{1}}, your order {{2}} arrives {{3}}.", {"1": "Priya", "2": "", "3": ""}),
        ("Hi {{name}}, order {{order}}", {"name": "Priya Sharma", "order": ""}),
        ("Order {{order}} is there, {{first_name}}", {"order": "", "first_name": "Priya"}),
        ("Good day", {}),
    ],
)
def test_only_what_comes_from_the_contact_is_filled_in_and_never_an_example(
    body: str, values: dict[str, str]
) -> None:
    template = replace(SALE, body=body, examples=("Ana", "A-991", "Thursday"), named="{{1}}" not in body)
    assert drawn(template, FIELDS) == values


def test_a_header_a_button_a_code_and_a_nameless_contact_begin_empty() -> None:
    there = Button("url", "Track", "https://a.example/{{1}}")
    rich = replace(SALE, header_text="{{1}}!", buttons=(there,), other_examples=(("header:1", "Sale"),))
    assert drawn(rich, FIELDS) == {"header:1": "", "1": "Priya", "button0:1": ""}
    assert drawn(replace(SALE, category=Category.AUTHENTICATION), FIELDS) == {"1": ""}
    assert drawn(SALE, FIELDS | {"first_name": ""}) == {"1": ""}


# The draft.


def test_a_dropped_template_leaves_the_text() -> None:
    state = box(template=None).choose(SALE, {"1": "Ana"}).drop_template()

    assert (state.text, state.template, state.values) == ("Hello Ana", None, {})
    assert state.category is Category.SERVICE


def test_after_sending_the_box_is_empty_and_still_knows_the_contact() -> None:
    state = replace(box().type("also"), note="It came back.").sent()

    assert (state.text, state.template, state.values, state.note) == ("", None, {}, "")
    assert (state.contact_id, state.facts, state.last_inbound_at) == (3, SAID_NO, AN_HOUR_AGO)


def test_newer_facts_leave_the_draft_alone() -> None:
    newer = Facts(OptIn.YES, consent_event_id=9)
    state = box().know(newer, STRICT, None)

    assert (state.template, state.values) == (SALE, {"1": "Ana"})
    assert (state.facts, state.policy, state.last_inbound_at) == (newer, STRICT, None)


def test_the_values_of_a_draft_are_its_own() -> None:
    values = {"1": "Ana"}
    state = box().choose(SALE, values)
    values["1"] = "Ravi"

    assert state.values == {"1": "Ana"}


def test_what_is_kept_of_a_draft() -> None:
    assert replace(box().type("also"), note="It came back.").to_json() == {
        "text": "also",
        "template_id": 5,
        "values": {"1": "Ana"},
        "note": "It came back.",
    }


SEEN = Seen(7, 3)
FILE = OutgoingFile("1-" + "0f" * 16 + ".png", "kettle.png", "image/png", "image", 2_000)


def bare() -> ComposeState:
    """An empty box with its window open."""
    return ComposeState(3, "Ana", last_inbound_at=AN_HOUR_AGO)


def test_a_box_is_begun_at_its_first_edit_and_an_emptied_one_was_not() -> None:
    begun = bare().type("H").begin(SEEN)
    assert begun.began == SEEN
    assert begun.type("Hello").begin(Seen(9, 9)).began == SEEN, "the first edit counts"
    assert begun.look(Seen(9, 9)).began == Seen(9, 9)
    assert begun.type("").begin(Seen(9, 9)).began is None
    assert bare().begin(SEEN).look(SEEN).began is None
    assert bare().write_note("For Tom").begin(SEEN).began is None, (
        "a note goes to nobody who could have written"
    )
    assert begun.sent().began is None


def test_a_draft_comes_back_as_it_was() -> None:
    answered = Answered(5, "wamid.5", "Ana", "And the red one?")
    state = bare().type("Here").attach(FILE).answer(answered).write_note("For Tom").begin(SEEN)
    assert bare().restore(state.to_json(), None, Seen(99, 99)) == state
    old: dict[str, Any] = {"text": "Here", "template_id": None, "values": {}, "note": ""}
    assert bare().restore(old, None, SEEN).began == SEEN, "kept by an older version: begun when it is opened"


def test_after_sending_only_a_note_is_left() -> None:
    state = bare().type("Here").attach(FILE).answer(Answered(5, "w", "Ana", "?")).write_note("For Tom")
    assert state.sent() == bare().write_note("For Tom")


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", "image", ""),
        ("x" * 1_024, "document", ""),
        ("x" * 1_025, "document", "1,025 characters; under a file WhatsApp takes 1,024. Shorten it."),
        ("Hi", "audio", "WhatsApp shows no caption under audio. Send the text by itself."),
        ("Hi {{name}}", "image", "Fill {{name}} first."),
    ],
)
def test_what_stands_in_the_way_of_a_file(text: str, kind: str, says: str) -> None:
    assert bare().type(text).attach(replace(FILE, kind=kind)).blocked_by(NOW) == says


def test_a_variable_that_nobody_has_filled_never_goes() -> None:
    assert bare().type("Your order {{ order }} is here").blocked_by(NOW) == "Fill {{ order }} first."
