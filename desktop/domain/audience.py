"""Who gets a broadcast: each selected contact on exactly one line, and the lines add up.

The order of the lines settles who counts where: duplicate, excluded, no phone, then consent's own
refusals (opted out, opted out after launch, stopped in WhatsApp, no choice under Strict, US number), then missing variable.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from desktop.domain.consent import Category, Facts, OptIn, Override, Path, Policy, Question, decide
from desktop.domain.reasons import Reason


class Line(StrEnum):
    """A line of the breakdown. WILL_*: gets the message. The others: left out, with the reason."""

    WILL_OPTED_IN = "will_opted_in"
    WILL_NO_CHOICE = "will_no_choice"
    WILL_DESPITE = "will_despite"
    WILL_NOT_ASKED = "will_not_asked"
    DUPLICATE = "duplicate"
    EXCLUDED = "excluded"
    NO_PHONE = "no_phone"
    OPTED_OUT = "opted_out"
    OPTED_OUT_AFTER_LAUNCH = "opted_out_after_launch"
    STOPPED_IN_WHATSAPP = "stopped_in_whatsapp"
    NO_CHOICE = "no_choice"
    US_NUMBER = "us_number"
    MISSING_VARIABLE = "missing_variable"

    @property
    def is_sent(self) -> bool:
        return self.value.startswith("will_")

    @property
    def reason(self) -> Reason:
        """The reason that the message row of a left-out contact keeps."""
        return Reason(self.value)

    @property
    def label(self) -> str:
        """The words beside the count."""
        return _LABELS.get(self) or self.reason.label


_LABELS: Final = {
    Line.WILL_OPTED_IN: "Opted in",
    Line.WILL_NO_CHOICE: "No choice recorded",
    Line.WILL_DESPITE: "Opted out",
    Line.OPTED_OUT: "Opted out",
    Line.WILL_NOT_ASKED: "Not marketing: opt-in not asked",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What the broadcast asks of each contact, the same for all of them."""

    category: Category
    policy: Policy = Policy()
    only_opted_in: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A selected contact, as far as sorting needs it."""

    contact_id: int
    facts: Facts = Facts()
    has_phone: bool = True
    excluded: bool = False
    missing_variable: bool = False
    chose_since: bool = False


def line_for(
    rule: Rule,
    facts: Facts,
    *,
    has_phone: bool = True,
    missing_variable: bool = False,
    chose_since: bool = False,
) -> Line:
    """The line of one contact, duplicates and exclusions aside.

    With the toggle off it answers as if the supervisor's reason were given: the preview shows what would
    happen, and the launch does not happen without it. chose_since: the contact's choice is newer than that reason,
    which does not cover it then.
    """
    if not has_phone:
        return Line.NO_PHONE
    is_covered = not rule.only_opted_in and not chose_since
    given = Override("preview", 0, facts.consent_event_id) if is_covered else None
    question = Question(
        Path.BROADCAST,
        rule.category,
        facts,
        rule.policy,
        only_opted_in=rule.only_opted_in,
        override=given,
        after_launch=chose_since and not rule.only_opted_in,
    )
    verdict = decide(question)
    if not verdict.may_send:
        return Line(verdict.reason.value)
    if missing_variable:
        return Line.MISSING_VARIABLE
    if not verdict.asked:
        return Line.WILL_NOT_ASKED
    if facts.opt_in is OptIn.NO:
        return Line.WILL_DESPITE
    return Line.WILL_OPTED_IN if facts.opt_in is OptIn.YES else Line.WILL_NO_CHOICE


def sort_out(rule: Rule, candidates: Iterable[Candidate]) -> list[tuple[int, Line]]:
    """One line for each candidate, in their order; a contact met before is a duplicate."""
    seen: set[int] = set()
    sorted_out: list[tuple[int, Line]] = []
    for one in candidates:
        if one.contact_id in seen:
            line = Line.DUPLICATE
        elif one.excluded:
            line = Line.EXCLUDED
        else:
            line = line_for(
                rule,
                one.facts,
                has_phone=one.has_phone,
                missing_variable=one.missing_variable,
                chose_since=one.chose_since,
            )
        seen.add(one.contact_id)
        sorted_out.append((one.contact_id, line))
    return sorted_out


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The counts of a selection. selected = will be sent + left out, always."""

    counts: Mapping[Line, int] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Breakdown":
        return cls(dict(Counter(lines)))

    def count(self, line: Line) -> int:
        return self.counts.get(line, 0)

    @property
    def selected_count(self) -> int:
        return sum(self.counts.values())

    @property
    def will_be_sent_count(self) -> int:
        return sum(count for line, count in self.counts.items() if line.is_sent)

    @property
    def left_out_count(self) -> int:
        return self.selected_count - self.will_be_sent_count

    @property
    def despite_count(self) -> int:
        """Contacts who opted out and would get the message: what the supervisor's reason must cover."""
        return self.count(Line.WILL_DESPITE)


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that does not stand as it did: what was shown before, and what holds after."""

    line: Line
    before_count: int
    after_count: int

    @property
    def sentence(self) -> str:
        """'Opted out: 12, was 10'."""
        return f"{self.line.label}: {self.after_count:,}, was {self.before_count:,}"


def differences(approved: Breakdown, then: Breakdown) -> tuple[Difference, ...]:
    """What moved between the button and the snapshot, line by line, in the order of the lines; () if nothing did.

    The changes of the lines add up to the change of the selection, since each contact is on one line both times.
    """
    return tuple(
        Difference(line, approved.count(line), then.count(line))
        for line in Line
        if approved.count(line) != then.count(line)
    )


@dataclass(frozen=True, slots=True)
class Lately:
    """How many of a selection got the same template in the last 24 hours; at: when the last of them did."""

    count: int
    at: datetime
