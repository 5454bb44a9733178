"""A broadcast as data: its draft, the wizard's steps, its states and its ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Final

from desktop.domain import filters
from desktop.domain.audience import Breakdown
from desktop.domain.filters import EVERYONE, Filter
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.template_notices import not_sendable
from desktop.domain.templates import Template, Variable
from desktop.domain.variables import carried_over, replaced, still_examples


class BroadcastStatus(StrEnum):
    """DRAFT → (SCHEDULED →) PREPARING → RUNNING ⇄ PAUSED → DONE or STOPPED; HELD asks a person."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    HELD = "held"
    STOPPED = "stopped"
    DONE = "done"

    @property
    def is_over(self) -> bool:
        return self in (BroadcastStatus.STOPPED, BroadcastStatus.DONE)


class Step(IntEnum):
    """The wizard's steps, in order."""

    TEMPLATE = 1
    AUDIENCE = 2
    MESSAGE = 3
    WHEN = 4
    REVIEW = 5


@dataclass(frozen=True, slots=True)
class BroadcastDraft:
    """What a supervisor has chosen so far. send_at None: now.

    content: what every message brings beside its variables: {"header": …} a file or place, {"payloads": …} of
    quick replies. asked: of the API, parts of the request that its answers repeat.
    """

    name: str = ""
    template_id: int | None = None
    audience: Filter = EVERYONE
    only_opted_in: bool = True
    variables: tuple[Variable, ...] = ()
    send_at: datetime | None = None
    content: Mapping[str, Any] = field(default_factory=dict, hash=False)
    asked: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "template_id": self.template_id,
            "audience": filters.to_json(self.audience),
            "only_opted_in": self.only_opted_in,
            "variables": [[one.name, one.field, one.text] for one in self.variables],
            "send_at": self.send_at.isoformat() if self.send_at else None,
            "content": dict(self.content),
            "asked": dict(self.asked),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "BroadcastDraft":
        return cls(
            data["name"],
            data["template_id"],
            filters.from_json(data["audience"]),
            data["only_opted_in"],
            tuple(Variable(*row) for row in data["variables"]),
            datetime.fromisoformat(data["send_at"]) if data["send_at"] else None,
            data.get("content", {}),
            data.get("asked", {}),
        )


@dataclass(frozen=True, slots=True)
class WizardState:
    """The wizard as a value: what was chosen, where one stands, what the counts say."""

    draft: BroadcastDraft = BroadcastDraft()
    step: Step = Step.TEMPLATE
    template: Template | None = None
    breakdown: Breakdown | None = None
    counting: bool = False

    @property
    def still_examples(self) -> tuple[str, ...]:
        """The variables whose fixed text is still the example that WhatsApp was given."""
        return still_examples(self.template, self.draft.variables) if self.template is not None else ()

    @property
    def shows_toggle(self) -> bool:
        """Only a marketing template shows the toggle."""
        return self.template is not None and self.template.is_marketing

    def choose_template(self, template: Template) -> "WizardState":
        """Take a template; variables of the same name keep the source that a person gave them (the example of
        another template would be nonsense in this one), the toggle goes back to on."""
        variables = carried_over(self.draft.variables, self.template, template)
        draft = replace(
            self.draft,
            template_id=template.id,
            variables=variables,
            only_opted_in=True,
            name=self.draft.name or template.name.replace("_", " ").capitalize(),
        )
        return replace(self, draft=draft, template=template, breakdown=None, counting=True)

    def choose_audience(self, audience: Filter) -> "WizardState":
        return replace(self, draft=replace(self.draft, audience=audience), counting=True)

    def toggle(self, only_opted_in: bool) -> "WizardState":
        if not self.shows_toggle:
            return self
        return replace(self, draft=replace(self.draft, only_opted_in=only_opted_in), counting=True)

    def set_variable(self, variable: Variable) -> "WizardState":
        variables = replaced(self.draft.variables, variable)
        return replace(self, draft=replace(self.draft, variables=variables), counting=True)

    def rename(self, name: str) -> "WizardState":
        return replace(self, draft=replace(self.draft, name=name))

    def counted(self, breakdown: Breakdown) -> "WizardState":
        return replace(self, breakdown=breakdown, counting=False)

    def blocked_by(self) -> str:
        """Why one cannot go on from this step, as a sentence; "" when one can."""
        return self._problem_of(self.step)

    def _problem_of(self, step: Step) -> str:
        if step is Step.TEMPLATE and self.template is None:
            return "Choose a template."
        if step in (Step.TEMPLATE, Step.REVIEW) and self.template is not None:
            why = not_sendable(self.template)
            if why:
                return f"{why}. Choose another template."
        if step is Step.AUDIENCE and self.breakdown is not None and self.breakdown.selected_count == 0:
            return "Nobody matches. Change the conditions."
        if step is Step.AUDIENCE and self.breakdown is not None and not self.breakdown.will_be_sent_count:
            return "Everyone who matches would be left out. The reasons are on the right."
        if step is Step.MESSAGE:
            unset = [one.name for one in self.draft.variables if not one.field and not one.text.strip()]
            return f"Give {{{{{unset[0]}}}}} a value or a field." if unset else ""
        return ""

    def next(self) -> "WizardState":
        """The state one step on; unchanged while something is missing or at the end."""
        if self.blocked_by() or self.step is Step.REVIEW:
            return self
        return replace(self, step=Step(self.step + 1))

    def back(self) -> "WizardState":
        return self if self.step is Step.TEMPLATE else replace(self, step=Step(self.step - 1))

    def go_to(self, step: Step) -> "WizardState":
        """Jump to a step already reached; a later one only as far as nothing is missing."""
        state = self
        while state.step < step:
            onward = state.next()
            if onward.step == state.step:
                return state
            state = onward
        return replace(state, step=step)


@dataclass(frozen=True, slots=True)
class BroadcastRecord:
    """A broadcast as kept. selected_count is None until the snapshot.

    api_key_id: of the key that asked for it; created_by_name then names the key.
    """

    id: int
    name: str
    status: BroadcastStatus
    held_because: str
    draft: BroadcastDraft
    template_id: int | None
    template_name: str
    only_opted_in: bool
    override_reason: str
    approved_no_count: int
    approved_count: int | None
    selected_count: int | None
    planned_to: int
    created_by: int | None
    created_by_name: str
    created_at: datetime
    launched_at: datetime | None
    ended_at: datetime | None
    api_key_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """One line of *Why messages failed or were left out*."""

    status: Status
    reason: Reason
    error_code: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Two kinds of count, never mixed. now: one state each, adds up to selected. reached: at least once."""

    selected_count: int = 0
    now: Mapping[Status, int] = field(default_factory=dict)
    sent_count: int = 0
    delivered_count: int = 0
    read_count: int = 0
    opted_out_since_count: int = 0

    def count(self, status: Status) -> int:
        return self.now.get(status, 0)

    @property
    def waiting_count(self) -> int:
        return self.count(Status.QUEUED) + self.count(Status.SENDING)

    @property
    def left_out_count(self) -> int:
        return self.count(Status.LEFT_OUT)

    @property
    def to_send_count(self) -> int:
        """Selected less left out: what the progress bar counts to."""
        return self.selected_count - self.left_out_count

    @property
    def gone_count(self) -> int:
        """Messages whose call has been made and answered, one way or another."""
        return self.to_send_count - self.waiting_count - self.count(Status.CANCELLED)

    @property
    def adds_up(self) -> bool:
        return sum(self.now.values()) == self.selected_count

    @property
    def sentence(self) -> str:
        """The ledger line: 'Now: 268 waiting + 57 sent + … = 1,000 selected'."""
        parts = [
            f"{count:,} {words}"
            for words, count in (
                ("waiting", self.waiting_count),
                ("accepted", self.count(Status.ACCEPTED)),
                ("sent", self.count(Status.SENT)),
                ("delivered", self.count(Status.DELIVERED)),
                ("read", self.count(Status.READ)),
                ("failed", self.count(Status.FAILED)),
                ("left out", self.count(Status.LEFT_OUT)),
                ("cancelled", self.count(Status.CANCELLED)),
                ("not certain", self.count(Status.UNKNOWN)),
            )
            if count
        ]
        return f"Now: {' + '.join(parts) or '0'} = {self.selected_count:,} selected"


CHECKSUM_PRIME: Final = 2_654_435_761
CHECKSUM_MODULUS: Final = 2_147_483_647
CHECKSUM_MIX: Final = 65_521


def checksum_part(contact_id: int) -> int:
    """One contact's part of the audience's checksum; the sum of all parts is kept at the snapshot.

    Not linear: {1, 4} and {2, 3} must not have the same sum. `store.audience.checksum_of` is the same in SQL.
    """
    mixed = contact_id * CHECKSUM_PRIME % CHECKSUM_MODULUS
    return mixed * (mixed % CHECKSUM_MIX) % CHECKSUM_MODULUS
