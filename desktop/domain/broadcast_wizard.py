"""The wizard as a value: its steps, what was chosen, and what stands in the way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from desktop.domain.afterwards import Afterwards, RouteKind
from desktop.domain.audience import Breakdown, Line
from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.broadcast_when import When
from desktop.domain.filters import Filter
from desktop.domain.selection import Exclusions, Source, SourceKind
from desktop.domain.template_notices import NoticeKind, notices
from desktop.domain.templates import Template, Variable
from desktop.domain.variables import carried_over, replaced, still_examples

FILE_KINDS: Final = ("image", "video", "document")
FILE_KEPT_FOR: Final = timedelta(days=30)
"""WhatsApp forgets an uploaded file after thirty days (the Cloud API's page on media)."""
FILE_NAME, UPLOADED_AT = "file_name", "file_uploaded_at"
"""Under which names `BroadcastDraft.asked` keeps what a person should know of the header's file."""


class Step(IntEnum):
    """The wizard's steps, in order."""

    TEMPLATE = 1
    AUDIENCE = 2
    MESSAGE = 3
    WHEN = 4
    REVIEW = 5


def stands_against(template: Template, now: datetime | None = None) -> str:
    """Why no broadcast can be made with it, in a few words; "" when one can. A file for its header and the code of a
    button are no obstacle: the wizard asks for them."""
    for found in notices(template, now):
        file = found.kind is NoticeKind.NEEDS_FILE and template.header_kind in FILE_KINDS
        if found.blocks and not file and found.kind is not NoticeKind.NEEDS_CODE:
            return found.label
    return ""


def code_variables(template: Template) -> tuple[Variable, ...]:
    """The codes that buttons of the template copy, still without a value: no example is a real one."""
    buttons = enumerate(template.buttons)
    return tuple(Variable(f"button{at}:code") for at, one in buttons if one.kind == "copy_code")


def lasts_until(draft: BroadcastDraft) -> datetime | None:
    """When WhatsApp forgets the header's file; None: there is none, or it is fetched from a link."""
    uploaded = draft.asked.get(UPLOADED_AT)
    return datetime.fromisoformat(uploaded) + FILE_KEPT_FOR if uploaded else None


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
        codes = code_variables(template)
        variables = (*carried_over(self.draft.variables, self.template, template), *codes)
        draft = replace(
            self.draft,
            template_id=template.id,
            variables=variables,
            only_opted_in=True,
            name=self.draft.name or template.name.replace("_", " ").capitalize(),
            content={},
            asked={},
        )
        return replace(self, draft=draft, template=template, breakdown=None, counting=True)

    def choose_audience(self, audience: Filter) -> "WizardState":
        return replace(self, draft=replace(self.draft, audience=audience), counting=True)

    def choose_source(self, source: Source) -> "WizardState":
        """Other people to begin from; the filter and the exclusions stay."""
        selection = replace(self.draft.selection, source=source)
        return replace(self, draft=replace(self.draft, selection=selection), counting=True)

    def exclude(self, exclusions: Exclusions) -> "WizardState":
        selection = replace(self.draft.selection, exclusions=exclusions)
        return replace(self, draft=replace(self.draft, selection=selection), counting=True)

    def toggle(self, only_opted_in: bool) -> "WizardState":
        if not self.shows_toggle:
            return self
        return replace(self, draft=replace(self.draft, only_opted_in=only_opted_in), counting=True)

    def set_variable(self, variable: Variable) -> "WizardState":
        variables = replaced(self.draft.variables, variable)
        return replace(self, draft=replace(self.draft, variables=variables), counting=True)

    def stop_when_missing(self, stops: bool) -> "WizardState":
        """Whether it does not start at all while somebody lacks a value."""
        return replace(self, draft=replace(self.draft, stop_if_missing=stops))

    def bring_file(self, media_id: str, name: str, at: datetime) -> "WizardState":
        """The header's file, as WhatsApp has it since `at`."""
        if self.template is None or self.template.header_kind not in FILE_KINDS:
            return self
        kind = self.template.header_kind
        file: dict[str, Any] = {"id": media_id} | ({"filename": name} if kind == "document" else {})
        content = {**self.draft.content, "header": {"type": kind, kind: file}}
        asked = {**self.draft.asked, FILE_NAME: name, UPLOADED_AT: at.isoformat()}
        return replace(self, draft=replace(self.draft, content=content, asked=asked))

    def drop_file(self) -> "WizardState":
        draft = self.draft
        kept = _without(draft.content, "header")
        asked = _without(draft.asked, FILE_NAME, UPLOADED_AT)
        return replace(self, draft=replace(draft, content=kept, asked=asked))

    def schedule(self, when: When) -> "WizardState":
        return replace(self, draft=replace(self.draft, when=when))

    def follow_up(self, afterwards: Afterwards) -> "WizardState":
        return replace(self, draft=replace(self.draft, afterwards=afterwards))

    def rename(self, name: str) -> "WizardState":
        return replace(self, draft=replace(self.draft, name=name))

    def counted(self, breakdown: Breakdown) -> "WizardState":
        return replace(self, breakdown=breakdown, counting=False)

    def blocked_by(self, now: datetime | None = None) -> str:
        """Why one cannot go on from this step, as a sentence; "" when one can. now None: times are not looked at."""
        step = self.step
        if step is not Step.REVIEW:
            return self._problem_of(step, now)
        problems = (self._problem_of(one, now) for one in Step if one is not Step.REVIEW)
        return next((why for why in problems if why), "")

    def _problem_of(self, step: Step, now: datetime | None) -> str:
        if step is Step.TEMPLATE:
            return self._against_template(now)
        if step is Step.AUDIENCE:
            return self._against_audience()
        if step is Step.MESSAGE:
            return self._against_message()
        return self._against_time(now) or self._against_afterwards()

    def _against_template(self, now: datetime | None) -> str:
        if self.template is None:
            return "Choose a template."
        why = stands_against(self.template, now)
        return f"{why}. Choose another template." if why else ""

    def _against_audience(self) -> str:
        source, counts = self.draft.selection.source, self.breakdown
        if source.is_empty:
            if source.kind is SourceKind.OUTCOME:
                return (
                    "Choose what became of them." if source.broadcast_id else "Choose the earlier broadcast."
                )
            return "Choose a list." if source.kind is SourceKind.LISTS else "Pick at least one contact."
        if counts is None:
            return ""
        if not counts.selected_count:
            return "Nobody matches. Change the conditions."
        if not counts.will_be_sent_count:
            return "Everyone who matches would be left out. The reasons are on the right."
        return ""

    def _against_message(self) -> str:
        unset = [one.name for one in self.draft.variables if not one.field and not one.text.strip()]
        if unset:
            name = unset[0]
            if name.endswith(":code"):
                return "Write the code that the button copies."
            return f"Give {{{{{name}}}}} a value or a field."
        kind = self.template.header_kind if self.template is not None else ""
        if kind in FILE_KINDS and "header" not in self.draft.content:
            return f"Choose the {kind} that the message begins with."
        lacking = self.breakdown.count(Line.MISSING_VARIABLE) if self.breakdown else 0
        if self.draft.stop_if_missing and lacking:
            people = "1 contact has" if lacking == 1 else f"{lacking:,} contacts have"
            return f"{people} no value for a variable, and then it must not start."
        return ""

    def _against_time(self, now: datetime | None) -> str:
        at, ends = self.draft.when.at, lasts_until(self.draft)
        if now is None:
            return ""
        if at is not None and at <= now:
            return "That time has passed. Choose a later one."
        if ends is not None and ends <= (at or now):
            return "WhatsApp will have forgotten the file by then. Choose it again nearer the time."
        return ""

    def _against_afterwards(self) -> str:
        after = self.draft.afterwards
        if after.route is RouteKind.PERSON and not after.route_id:
            return "Choose who takes the replies."
        if after.route is RouteKind.BOT and not after.route_id:
            return "Choose the bot that answers."
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


def _without(kept: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name not in names}
