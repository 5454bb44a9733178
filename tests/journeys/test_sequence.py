"""Utility, marketing, utility, marketing: what each of them gets, and what the report says of the rest."""

from typing import Final

import pytest

from desktop.ui.sequences.figure_button import FigureButton
from tests.journeys.journey import Journey, journey, next_second, until
from tests.journeys.sequencing import STEPS, all_at, enrol, got, make_sequence, next_day

SAID_NO: Final = ("Ravi Iyer", "+12505550109")
SAYS_STOP: Final = ("Arjun Kapoor", "+14165550117")
SAID_NOTHING: Final = ("Sofia Greco", "+12365550163")
SAID_YES: Final = ("Aya Nakamura", "+15065550122")
EVERYBODY: Final = (SAID_NO, SAYS_STOP, SAID_NOTHING, SAID_YES)
UTILITY: Final = [STEPS[0], STEPS[2]]

pytestmark = pytest.mark.slow


async def live(trip: Journey, *, passing: int) -> None:
    """Four days: everybody comes in, one says STOP after the second step. passing: who get the second one."""
    await enrol(trip, *(name for name, _ in EVERYBODY))
    await trip.judge.has(4)
    await all_at(trip, 2, 4)
    await next_day(trip)
    await trip.judge.has(4 + passing)
    await all_at(trip, 3, 4)
    await next_second()
    await trip.judge.customer(SAYS_STOP[1], "text", text="STOP")
    await trip.judge.has(5 + passing)  # the answer to it
    await next_day(trip)
    await trip.judge.has(9 + passing)
    await all_at(trip, 4, 4)
    await next_day(trip)
    await until(
        lambda: trip.ask("SELECT count(*) FROM enrolment WHERE status = 'completed'") == [(4,)], "the end"
    )


async def way_of(trip: Journey, name: str) -> None:
    """Choose somebody in the report."""
    await trip.choose_row("sequence_people", name)
    await trip.says("journey_name", name)
    await trip.says("journey_ended", "Completed on ")


def failed(trip: Journey, number: int) -> str:
    """Why a step of the chosen contact failed."""
    assert trip.text(f"journey_step_{number}_end").endswith("· failed")
    return trip.text(f"journey_step_{number}_reason")


def went(trip: Journey, number: int) -> bool:
    return any(
        trip.text(f"journey_step_{number}_end").endswith(f"· {said}")
        for said in ("sent", "delivered", "read")
    )


async def figures_say(trip: Journey, number: int, *expected: str) -> None:
    """Return when a step’s figures are these: sent, opted out, and those that are told only where there are any."""

    def said() -> list[str]:
        row = trip.see(f"report_step_{number}_figures")
        names = [one.accessibleName() for one in row.findChildren(FigureButton)]
        return [one for one in names if not one.endswith(" delivered")]

    await until(lambda: said() == list(expected), f"step {number} to say {expected}")


@journey()
async def test_who_said_no_gets_every_other_step_and_who_says_stop_from_then_on(trip: Journey) -> None:
    await make_sequence(trip)
    await live(trip, passing=3)
    sends = await trip.judge.sends()
    assert got(sends, SAID_NO[1]) == UTILITY
    assert got(sends, SAYS_STOP[1]) == [*STEPS[:3]]
    assert got(sends, SAID_NOTHING[1]) == [*STEPS]
    assert got(sends, SAID_YES[1]) == [*STEPS]
    await figures_say(trip, 1, "4 sent", "0 failed: opted out, moved on", "0 failed: other")
    await figures_say(trip, 2, "3 sent", "1 failed: opted out, moved on", "0 failed: other")
    await figures_say(trip, 3, "4 sent", "0 failed: opted out, moved on", "0 failed: other")
    await figures_say(trip, 4, "2 sent", "2 failed: opted out", "0 failed: other")
    await until(lambda: trip.see("sequence_completed").accessibleName() == "4 completed", "four through")
    await way_of(trip, SAID_NO[0])
    assert failed(trip, 2).startswith("Opted out of marketing on ")
    assert failed(trip, 2).endswith(" Moved to step 3.")
    assert failed(trip, 4).startswith("Opted out of marketing on ")
    assert went(trip, 1)
    assert went(trip, 3)
    await trip.picture("sequence-report")
    await way_of(trip, SAYS_STOP[0])
    assert went(trip, 2)
    assert went(trip, 3)
    assert "by replying “STOP”" in failed(trip, 4)
    await trip.click("report_step_2_figures_opted_out")
    await trip.appears("step_messages_table")
    await until(lambda: len(trip.rows("step_messages_table")) == 1, "the one who failed")
    assert trip.rows("step_messages_table")[0][0] == SAID_NO[0]
    assert trip.rows("step_messages_table")[0][3] == "Opted out of marketing"
    await trip.click("step_messages_why")
    await trip.appears("why_card")
    await trip.click("why_close")
    await trip.click("step_messages_close")


@journey(strict=True)
async def test_under_strict_no_choice_counts_as_no_and_only_if_sent_changes_nothing(trip: Journey) -> None:
    await make_sequence(trip, only_if_sent=True)
    await live(trip, passing=2)
    sends = await trip.judge.sends()
    assert got(sends, SAID_NO[1]) == UTILITY
    assert got(sends, SAID_NOTHING[1]) == UTILITY
    assert got(sends, SAYS_STOP[1]) == [*STEPS[:3]]
    assert got(sends, SAID_YES[1]) == [*STEPS]
    assert trip.ask("SELECT json_extract(definition, '$.only_if_sent') FROM sequence_version") == [(1,)]
    no_choice = "1 failed: no choice recorded, moved on"
    await figures_say(trip, 2, "2 sent", "1 failed: opted out, moved on", no_choice, "0 failed: other")
    await figures_say(
        trip, 4, "1 sent", "2 failed: opted out", "1 failed: no choice recorded", "0 failed: other"
    )
    await way_of(trip, SAID_NOTHING[0])
    assert failed(trip, 2).startswith("No choice is recorded and this workspace requires an opt-in (Strict).")
    assert failed(trip, 2).endswith(" Moved to step 3.")
