"""The figures of a step and of a sequence: what each counts, as values."""

from dataclasses import dataclass, replace
from typing import Final

from desktop.domain.messages import GONE, OPEN, Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import EnrolmentCounts, EnrolmentStatus
from desktop.services.sequences import StepFigures
from desktop.ui.theme import Color

OPT_OUTS: Final = frozenset(
    {Reason.OPTED_OUT, Reason.OPTED_OUT_AFTER_LAUNCH, Reason.STOPPED_IN_WHATSAPP}
)  # fmt: skip
MOVED_ON: Final = ", moved on"
MOVES_ON: Final = OPT_OUTS | {Reason.NO_CHOICE, Reason.US_NUMBER}
"""The refusals after which a contact always goes on to the next step."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it counts. statuses: of its messages; () where it counts something else.

    takes, leaves: only messages with one of these reasons, or with none of them; empty asks for nothing.
    """

    key: str
    count: int
    words: str
    statuses: tuple[Status, ...] = ()
    takes: frozenset[Reason] = frozenset()
    leaves: frozenset[Reason] = frozenset()
    color: Color = "text"
    tip: str = ""

    def holds(self, status: Status | None, reason: Reason | None) -> bool:
        """True if a message in this state is one of those that are counted."""
        if status not in self.statuses:
            return False
        return (not self.takes or reason in self.takes) and reason not in self.leaves


_SENT: Final = tuple(one for one in Status if one in GONE)
_DELIVERED: Final = (Status.DELIVERED, Status.READ)
_FAILED: Final = (Status.FAILED, Status.LEFT_OUT)
_ALWAYS: Final = (
    Figure("sent", 0, "sent", _SENT),
    Figure("delivered", 0, "delivered", _DELIVERED),
    Figure("opted_out", 0, f"failed: opted out{MOVED_ON}", _FAILED, takes=OPT_OUTS, color="danger"),
)
_MORE: Final = (
    Figure(
        "no_choice",
        0,
        f"failed: no choice recorded{MOVED_ON}",
        _FAILED,
        takes=frozenset({Reason.NO_CHOICE}),
        color="danger",
    ),
    Figure(
        "us_number",
        0,
        f"failed: United States number{MOVED_ON}",
        _FAILED,
        takes=frozenset({Reason.US_NUMBER}),
        color="danger",
    ),
)
_OTHER: Final = Figure("failed", 0, "failed: other", _FAILED, leaves=MOVES_ON, color="warn")
_REST: Final = (
    Figure("waiting", 0, "waiting", tuple(one for one in Status if one in OPEN), color="muted"),
    Figure("unknown", 0, "not certain", (Status.UNKNOWN,), color="info"),
    Figure("cancelled", 0, "cancelled", (Status.CANCELLED,), color="muted"),
)
SKIPPED, HERE = "skipped", "here"
PEOPLE: Final = frozenset({SKIPPED, HERE})
"""The figures that count contacts, not messages."""
_HERE_TIP: Final = "This is their next step, and it is not due yet or has not had its turn."
_SKIPPED_TIP: Final = "Their condition for this step was not met; they stayed in the sequence."


def step_figures(step: StepFigures, *, last: bool = False) -> tuple[Figure, ...]:
    """What became of one step: four figures always, the others where they are not zero.

    *delivered* is a part of *sent*; the others add up to everyone who came to this step. last: nobody moves on.
    """
    counted = [_counted(one, step, last=last) for one in (*_ALWAYS, *_MORE, _OTHER, *_REST)]
    shown = {one.key for one in (*_ALWAYS, _OTHER)}
    found = [one for one in counted if one.count or one.key in shown]
    if step.waiting_count:
        found.append(Figure(HERE, step.waiting_count, "waiting here", color="muted", tip=_HERE_TIP))
    if step.skipped_count:
        found.append(Figure(SKIPPED, step.skipped_count, "skipped", color="muted", tip=_SKIPPED_TIP))
    return tuple(found)


def _counted(figure: Figure, step: StepFigures, *, last: bool) -> Figure:
    count = sum(many for (status, reason), many in step.by.items() if figure.holds(status, reason))
    return replace(figure, count=count, words=figure.words.removesuffix(MOVED_ON) if last else figure.words)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Some of those who were enrolled; no statuses: all of them."""

    key: str
    words: str
    statuses: tuple[EnrolmentStatus, ...] = ()


COMPLETED: Final = (EnrolmentStatus.COMPLETED, EnrolmentStatus.SUCCEEDED)
OTHERWISE: Final = (EnrolmentStatus.GOAL_MISSED, EnrolmentStatus.DROPPED, EnrolmentStatus.TAKEN_OUT)
CROWDS: Final = (
    Crowd("enrolled", "enrolled"),
    Crowd("in_progress", "in progress", (EnrolmentStatus.IN_PROGRESS,)),
    Crowd("completed", "completed", COMPLETED),
    Crowd("otherwise", "ended otherwise", OTHERWISE),
)


def crowd_figures(counts: EnrolmentCounts) -> tuple[Figure, ...]:
    """Everyone, and the parts that they add up from; *ended otherwise* where it is not zero."""
    numbers = {
        "enrolled": counts.enrolled_count,
        "in_progress": counts.in_progress_count,
        "completed": counts.completed_count,
        "otherwise": counts.ended_otherwise_count,
    }
    return tuple(
        Figure(one.key, numbers[one.key], one.words)
        for one in CROWDS
        if one.key != "otherwise" or numbers[one.key]
    )
