"""The figures of a step and the sentences of a journey, from plain values."""

from datetime import UTC, datetime, timedelta

import pytest

from desktop.domain.consent import Category, Path, Source
from desktop.domain.contacts import ConsentEvent, Fact
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Enrolment, EnrolmentStatus, EnrolSource, StepEnd
from desktop.services.sequences import EnrolPreview, JourneyStep, StepFigures
from desktop.ui.sequences.enrol_sum import left_lines, opted_out_words
from desktop.ui.sequences.figures import step_figures
from desktop.ui.sequences.journey_words import JourneyLine, ended_sentence, journey_line
from desktop.ui.sequences.people_list import next_words
from tests.looks.stage import vancouver

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 24, 18, 46, tzinfo=UTC)
SENT_AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
STOP = ConsentEvent(7, 1, Fact.OPT_IN, "no", Source.KEYWORD, SENT_AT - DAY, evidence="STOP")
YES = ConsentEvent(8, 1, Fact.OPT_IN, "yes", Source.AGENT, SENT_AT + DAY, user_name="Meera Rao")
WA_STOP = ConsentEvent(9, 1, Fact.WHATSAPP, "stop", Source.WHATSAPP, SENT_AT - DAY)


def run(status: EnrolmentStatus = EnrolmentStatus.IN_PROGRESS, **changes: object) -> Enrolment:
    values: dict[str, object] = {
        "id": 1, "sequence_id": 1, "sequence_name": "Welcome", "version_id": 1, "version_number": 1,
        "contact_id": 1, "contact_name": "Priya Sharma", "phone": "+16045550142", "status": status,
        "step_number": 3, "step_count": 4, "due_at": None, "source": EnrolSource.PERSON,
        "enrolled_at": SENT_AT, "ended_at": None,
    }  # fmt: skip
    return Enrolment(**(values | changes))  # type: ignore[arg-type]


def told(
    status: Status, reason: Reason, code: int | None = None, *, next_step: int | None = 3, changed_at: datetime = SENT_AT
) -> JourneyLine:  # fmt: skip
    message = MessageView(
        5, 1, True, status, "template", "10% off", SENT_AT, changed_at, Path.SEQUENCE, Category.MARKETING, reason, code
    )  # fmt: skip
    step = JourneyStep(2, 4, "first_order_offer", StepEnd.MESSAGE, SENT_AT, None, message, next_step)
    with vancouver():
        return journey_line(step, run(), [STOP, YES], NOW)


def test_the_figures_of_a_step_are_the_designs_and_add_up() -> None:
    by: dict[tuple[Status, Reason | None], int] = {
        (Status.READ, Reason.OPTED_IN): 180,
        (Status.DELIVERED, Reason.OPTED_IN): 180,
        (Status.SENT, Reason.OPTED_IN): 10,
        (Status.ACCEPTED, Reason.OPTED_IN): 1,
        (Status.FAILED, Reason.OPTED_OUT): 36,
        (Status.FAILED, Reason.STOPPED_IN_WHATSAPP): 2,
        (Status.FAILED, Reason.WHATSAPP_ERROR): 3,
    }
    shown = step_figures(StepFigures(2, by))
    assert [f"{one.count} {one.words}" for one in shown] == [
        "371 sent",
        "360 delivered",
        "38 failed: opted out, moved on",
        "3 failed: other",
    ]


def test_whatever_a_message_is_it_stands_in_one_figure() -> None:
    by = {(status, reason): 1 for status in Status for reason in (*Reason, None)}
    shown = step_figures(StepFigures(1, by, skipped_count=5))
    counted = sum(one.count for one in shown if one.key not in ("delivered", "skipped"))
    assert counted == len(by)
    for status, reason in by:
        of = [one.key for one in shown if one.holds(status, reason) and one.key != "delivered"]
        assert len(of) == 1, (status, reason, of)
    assert {one.key for one in shown} == {
        "sent", "delivered", "opted_out", "no_choice", "us_number", "failed", "waiting", "unknown",
        "cancelled", "skipped",
    }  # fmt: skip


def test_a_step_nobody_came_to_shows_the_four_zeros() -> None:
    assert [one.key for one in step_figures(StepFigures(1))] == ["sent", "delivered", "opted_out", "failed"]
    assert {one.count for one in step_figures(StepFigures(1))} == {0}


def test_an_opt_out_says_when_and_how_and_where_the_contact_went() -> None:
    line = told(Status.FAILED, Reason.OPTED_OUT)
    assert line.title == "Step 2 · first_order_offer"
    assert line.end == "20 Nov 09:00 · failed"
    assert line.why == "Opted out of marketing on 19 Nov by replying “STOP”. Moved to step 3."
    assert (line.icon, line.color, line.message_id) == ("prohibit", "danger", 5)


@pytest.mark.parametrize(
    ("reason", "code", "words"),
    [
        (Reason.NO_CHOICE, None, "No choice is recorded and this workspace requires an opt-in (Strict)."),
        (Reason.US_NUMBER, None, "WhatsApp delivers no marketing to United States numbers."),
        (Reason.WHATSAPP_ERROR, 131026, "(error 131026)"),
        (Reason.MISSING_VARIABLE, None, "A variable of the template has no value for this contact."),
    ],
)
def test_other_reasons_are_told_in_words(reason: Reason, code: int | None, words: str) -> None:
    line = told(Status.FAILED, reason, code)
    assert words in line.why
    assert line.why.endswith("Moved to step 3.")


def test_the_last_step_moves_nobody_on_and_a_good_one_needs_no_words() -> None:
    assert "Moved" not in told(Status.FAILED, Reason.OPTED_OUT, next_step=None).why
    read = told(Status.READ, Reason.OPTED_IN)
    assert (read.why, read.message_id, read.icon) == ("", None, "checks")


def test_a_stop_in_whatsapp_is_told_as_that() -> None:
    message = MessageView(
        5, 1, True, Status.FAILED, "template", "", SENT_AT, SENT_AT, Path.SEQUENCE, reason=Reason.STOPPED_IN_WHATSAPP
    )  # fmt: skip
    step = JourneyStep(2, 4, "offer", StepEnd.MESSAGE, SENT_AT, None, message, 3)
    with vancouver():
        line = journey_line(step, run(), [WA_STOP], NOW)
    assert line.why == "Stopped promotions in WhatsApp on 19 Nov. Moved to step 3."


def test_what_is_ahead_says_when_and_what_never_came_says_so() -> None:
    ahead = JourneyStep(4, 4, "vip_invite", None, None, NOW + 6 * DAY, None, None)
    with vancouver():
        assert journey_line(ahead, run(), [], NOW).end == "30 Nov 10:46 · due"
    later = JourneyStep(4, 4, "vip_invite", None, None, None, None, None)
    assert journey_line(later, run(), [], NOW).end == "later"
    gone = run(EnrolmentStatus.TAKEN_OUT, ended_at=SENT_AT, ended_because="Taken out by Meera Rao")
    assert journey_line(later, gone, [], NOW).end == "not done"
    skipped = JourneyStep(2, 4, "offer", StepEnd.SKIPPED, SENT_AT, None, None, 3)
    assert (
        journey_line(skipped, run(), [], NOW).why
        == "The condition of this step was not met. Moved to step 3."
    )


def test_the_end_of_a_run_is_a_sentence() -> None:
    assert ended_sentence(run(), NOW) == ""
    gone = run(EnrolmentStatus.TAKEN_OUT, ended_at=SENT_AT, ended_because="Taken out by Meera Rao")
    with vancouver():
        assert ended_sentence(gone, NOW) == "Taken out by Meera Rao on 20 Nov 09:00."
        done = run(EnrolmentStatus.COMPLETED, ended_at=SENT_AT)
        assert ended_sentence(done, NOW) == "Completed on 20 Nov 09:00."


def test_the_list_says_what_comes_next() -> None:
    with vancouver():
        assert next_words(run(due_at=NOW + 6 * DAY), NOW) == "Step 3 · 30 Nov 10:46"
        assert next_words(run(due_at=NOW - DAY), NOW) == "Step 3 · due now"
        assert next_words(run(), NOW) == "Step 3 · on its way"
        over = run(EnrolmentStatus.COMPLETED, ended_at=SENT_AT)
        assert next_words(over, NOW) == "Ended 20 Nov 09:00"


def test_the_sum_of_an_enrolment_names_only_what_there_is() -> None:
    preview = EnrolPreview(20, 12, 3, 4, 0, 1, 2)
    lines = left_lines(preview)
    assert lines == [("In it already", 3), ("Been through it; it runs only once", 4), ("No phone number", 1)]
    assert preview.will_count + sum(count for _, count in lines) == preview.selected_count
    assert opted_out_words(preview, marketing=True).startswith("2 of those opted out: their marketing steps")
    assert opted_out_words(preview, marketing=False) == ""
