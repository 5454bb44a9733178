"""A sequence as data: its steps and settings, its versions, and who is in it.

Source: the specification's paragraph on sequences; the limits and settings follow Gallabox's sequences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from desktop.domain import filters
from desktop.domain.filters import EVERYONE, Filter
from desktop.domain.templates import Variable

MOST_STEPS: Final = 10
LONGEST_COOLING_DAYS: Final = 365
LONGEST_DELAY: Final = timedelta(days=365)
EVERY_DAY: Final = frozenset(range(7))
DAY_MINUTES: Final = 24 * 60


class SequenceStatus(StrEnum):
    """DRAFT → ACTIVE ⇄ PAUSED; HELD asks a person. Nobody is taken out by a pause: their times wait."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    HELD = "held"


class DelayUnit(StrEnum):
    """MINUTES and HOURS pass by the clock; DAYS keep the time of day, also where summer time begins or ends."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Delay:
    """How long after the step before (or the enrolment). 0 of any unit: at once."""

    count: int = 0
    unit: DelayUnit = DelayUnit.DAYS

    @property
    def sentence(self) -> str:
        """'at once', 'after 2 days'."""
        if not self.count:
            return "at once"
        unit = self.unit.value.removesuffix("s") if self.count == 1 else self.unit.value
        return f"after {self.count:,} {unit}"


class ZoneOf(StrEnum):
    """Whose time of day counts. CONTACT: by their number where it names one zone, else the workspace's."""

    WORKSPACE = "workspace"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Hours:
    """When messages may leave. weekdays: 0 is Monday; of a window over midnight, the day on which it opens.

    start_minute, end_minute: minutes of the day; an end at or before the start is on the next day, and
    0 to 1440 is the whole day.
    """

    weekdays: frozenset[int] = EVERY_DAY
    start_minute: int = 0
    end_minute: int = DAY_MINUTES
    zone_of: ZoneOf = ZoneOf.WORKSPACE

    @property
    def always(self) -> bool:
        return self.weekdays >= EVERY_DAY and (self.start_minute, self.end_minute) == (0, DAY_MINUTES)


ANY_TIME: Final = Hours()


@dataclass(frozen=True, slots=True)
class SequenceStep:
    """One message of a sequence. condition: not met, the step is skipped and the contact stays.

    hours None: the sequence's own.
    """

    template_id: int | None = None
    variables: tuple[Variable, ...] = ()
    delay: Delay = Delay()
    condition: Filter = EVERYONE
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """Who comes in by themselves. Whoever was there before the sequence was activated is left alone."""

    on_created: bool = False
    on_updated: bool = False
    condition: Filter = EVERYONE

    @property
    def is_set(self) -> bool:
        return self.on_created or self.on_updated


@dataclass(frozen=True, slots=True)
class Definition:
    """Everything that a version fixes.

    run_once: nobody comes in twice. cooling_days: after the end of a run, how long until the same contact may
    come in again. success, failure: goals that end it; None: no such goal. only_if_sent: a step whose
    predecessor WhatsApp did not deliver ends it; an opt-out never does.
    """

    steps: tuple[SequenceStep, ...] = ()
    trigger: Trigger = Trigger()
    run_once: bool = True
    cooling_days: int = 0
    success: Filter | None = None
    failure: Filter | None = None
    only_if_sent: bool = False
    hours: Hours = ANY_TIME

    @property
    def template_ids(self) -> frozenset[int]:
        return frozenset(one.template_id for one in self.steps if one.template_id is not None)

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Every filter in it: of the steps, the trigger, the goals."""
        goals = (one for one in (self.success, self.failure) if one is not None)
        return (*(one.condition for one in self.steps), self.trigger.condition, *goals)

    def hours_of(self, step: SequenceStep) -> Hours:
        return self.hours if step.hours is None else step.hours

    def to_json(self) -> dict[str, Any]:
        return {
            "steps": [_step_to_json(one) for one in self.steps],
            "trigger": {
                "on_created": self.trigger.on_created,
                "on_updated": self.trigger.on_updated,
                "condition": filters.to_json(self.trigger.condition),
            },
            "run_once": self.run_once,
            "cooling_days": self.cooling_days,
            "success": _filter_to_json(self.success),
            "failure": _filter_to_json(self.failure),
            "only_if_sent": self.only_if_sent,
            "hours": _hours_to_json(self.hours),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Definition":
        trigger = data["trigger"]
        return cls(
            tuple(_step_from_json(one) for one in data["steps"]),
            Trigger(trigger["on_created"], trigger["on_updated"], filters.from_json(trigger["condition"])),
            data["run_once"],
            data["cooling_days"],
            _filter_from_json(data["success"]),
            _filter_from_json(data["failure"]),
            data["only_if_sent"],
            _hours_from_json(data["hours"]) or ANY_TIME,
        )


def _step_to_json(step: SequenceStep) -> dict[str, Any]:
    return {
        "template_id": step.template_id,
        "variables": [[one.name, one.field, one.text] for one in step.variables],
        "delay": [step.delay.count, step.delay.unit.value],
        "condition": filters.to_json(step.condition),
        "hours": _hours_to_json(step.hours),
    }


def _step_from_json(data: Mapping[str, Any]) -> SequenceStep:
    count, unit = data["delay"]
    return SequenceStep(
        data["template_id"],
        tuple(Variable(*row) for row in data["variables"]),
        Delay(count, DelayUnit(unit)),
        filters.from_json(data["condition"]),
        _hours_from_json(data["hours"]),
    )


def _hours_to_json(hours: Hours | None) -> dict[str, Any] | None:
    if hours is None:
        return None
    return {
        "weekdays": sorted(hours.weekdays),
        "minutes": [hours.start_minute, hours.end_minute],
        "zone_of": hours.zone_of.value,
    }


def _hours_from_json(data: Mapping[str, Any] | None) -> Hours | None:
    if data is None:
        return None
    start, end = data["minutes"]
    return Hours(frozenset(data["weekdays"]), start, end, ZoneOf(data["zone_of"]))


def _filter_to_json(wanted: Filter | None) -> dict[str, Any] | None:
    return None if wanted is None else filters.to_json(wanted)


def _filter_from_json(data: Any) -> Filter | None:
    return None if data is None else filters.from_json(data)


class EnrolSource(StrEnum):
    """How somebody came in. PERSON: by hand, one by one or many at once."""

    PERSON = "person"
    CREATED = "created"
    UPDATED = "updated"
    API = "api"
    BOT = "bot"


class EnrolmentStatus(StrEnum):
    """IN_PROGRESS until one of the others. DROPPED: the step before was not delivered, and that was asked for."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    SUCCEEDED = "succeeded"
    GOAL_MISSED = "goal_missed"
    DROPPED = "dropped"
    TAKEN_OUT = "taken_out"

    @property
    def label(self) -> str:
        return _ENROLMENT_LABELS[self]


_ENROLMENT_LABELS: Final = {
    EnrolmentStatus.IN_PROGRESS: "In progress",
    EnrolmentStatus.COMPLETED: "Completed",
    EnrolmentStatus.SUCCEEDED: "Success goal met",
    EnrolmentStatus.GOAL_MISSED: "Failure goal met",
    EnrolmentStatus.DROPPED: "Ended: not delivered",
    EnrolmentStatus.TAKEN_OUT: "Taken out",
}


class StepEnd(StrEnum):
    """What became of one step of one contact. MESSAGE: there is a message, and its own status says the rest."""

    MESSAGE = "message"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class EnrolmentCounts:
    """How many are where; together everyone who was ever enrolled."""

    by_status: Mapping[EnrolmentStatus, int] = field(default_factory=dict)

    @property
    def enrolled_count(self) -> int:
        return sum(self.by_status.values())

    @property
    def in_progress_count(self) -> int:
        return self.by_status.get(EnrolmentStatus.IN_PROGRESS, 0)

    @property
    def completed_count(self) -> int:
        """Went through to the last step, or met the success goal before it."""
        return self.by_status.get(EnrolmentStatus.COMPLETED, 0) + self.by_status.get(
            EnrolmentStatus.SUCCEEDED, 0
        )

    @property
    def ended_otherwise_count(self) -> int:
        return self.enrolled_count - self.in_progress_count - self.completed_count


@dataclass(frozen=True, slots=True)
class SequenceRecord:
    """A sequence as kept. version_id None: never activated. draft: what was edited and not published yet.

    definition: of the current version; before the first one, empty.
    """

    id: int
    name: str
    status: SequenceStatus
    held_because: str
    version_id: int | None
    version_number: int
    definition: Definition
    draft: Definition | None
    created_by_name: str
    created_at: datetime
    activated_at: datetime | None

    @property
    def shown(self) -> Definition:
        """What the editor shows: the draft if there is one."""
        return self.draft if self.draft is not None else self.definition

    @property
    def has_changes(self) -> bool:
        """True if an edit waits to be published as a new version."""
        return self.draft is not None and self.version_id is not None and self.draft != self.definition


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One run of one contact through one version. step_number: the step to do, from 1, or the one whose message is
    on its way; 0 when it is over.

    due_at None: a message is on its way, or it is over.
    """

    id: int
    sequence_id: int
    sequence_name: str
    version_id: int
    version_number: int
    contact_id: int
    contact_name: str
    phone: str
    status: EnrolmentStatus
    step_number: int
    step_count: int
    due_at: datetime | None
    source: EnrolSource
    enrolled_at: datetime
    ended_at: datetime | None
    ended_because: str = ""
