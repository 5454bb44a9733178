"""What is told of a sequence: whom an enrolment takes in, what its steps came to, and where one contact is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.sequence import Definition, Enrolment, EnrolmentCounts, SequenceRecord, StepEnd


@dataclass(frozen=True, slots=True)
class EnrolPreview:
    """What enrolling a selection would do; the counts add up to selected_count.

    running: in the sequence now. been: went through before, and it runs once. cooling: their last run ended
    too lately. opted_out_count: of those who come in; marketing steps will fail for them.
    """

    selected_count: int = 0
    will_count: int = 0
    running_count: int = 0
    been_count: int = 0
    cooling_count: int = 0
    no_phone_count: int = 0
    opted_out_count: int = 0

    def __add__(self, other: "EnrolPreview") -> "EnrolPreview":
        return EnrolPreview(
            self.selected_count + other.selected_count,
            self.will_count + other.will_count,
            self.running_count + other.running_count,
            self.been_count + other.been_count,
            self.cooling_count + other.cooling_count,
            self.no_phone_count + other.no_phone_count,
            self.opted_out_count + other.opted_out_count,
        )


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step of one version: counts of its messages by (status, reason), and how many skipped it.

    waiting_count: for how many it is the next step, and is not due yet or has not had its turn.
    """

    number: int
    by: Mapping[tuple[Status, Reason | None], int] = field(default_factory=dict)
    skipped_count: int = 0
    waiting_count: int = 0


@dataclass(frozen=True, slots=True)
class SequenceReport:
    """Read in one transaction. versions: (id, number, when), newest first; version_id: the one shown."""

    record: SequenceRecord
    counts: EnrolmentCounts
    version_id: int | None
    definition: Definition
    steps: tuple[StepFigures, ...]
    versions: tuple[tuple[int, int, datetime], ...]


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """One step of one contact. ended_as None: not done yet; then due_at, for the next one, says when.

    message: of a step that made one. moved_on_to: the step the contact went on to, None at the end.
    """

    number: int
    template_id: int | None
    template_name: str
    ended_as: StepEnd | None
    at: datetime | None
    due_at: datetime | None
    message: MessageView | None
    moved_on_to: int | None


@dataclass(frozen=True, slots=True)
class Journey:
    """Where one contact is, step by step."""

    enrolment: Enrolment
    steps: tuple[JourneyStep, ...]
