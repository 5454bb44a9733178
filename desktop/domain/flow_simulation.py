"""A flow tried with a made-up contact: the real transition, and nothing leaves. Pure; each verb gives a new value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from desktop.domain.consent import OptIn, Path, Policy, Question, decide
from desktop.domain.contacts import Contact, fields_of
from desktop.domain.filters import Person
from desktop.domain.flow import FlowDefinition, TriggerKind
from desktop.domain.flow_answers import is_of_flows, typed
from desktop.domain.flow_findings import Known
from desktop.domain.flow_nodes import Request
from desktop.domain.flow_run import MOST_HOPS, transition
from desktop.domain.flow_session import (
    AskProgram,
    Awaits,
    ChangeAttribute,
    ChangeOptIn,
    ChangeTags,
    Effect,
    Event,
    MessageEnded,
    Passed,
    RequestEnded,
    Said,
    Send,
    SessionState,
    Started,
    Surroundings,
    TimeCame,
)
from desktop.domain.flow_simulation_words import buttons_of, note_of, span_words, text_of
from desktop.domain.flow_triggers import Incoming, fires
from desktop.domain.flow_words import NOT_ASKED
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template
from desktop.domain.words import Wish

MOST_LINES: Final = 500
NO_MESSAGE_LEAVES: Final = "Messages do not leave in this try."


class Who(StrEnum):
    """NOTE: nobody says it; it is what the flow did."""

    CUSTOMER = "customer"
    BOT = "bot"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class SimLine:
    """One line. buttons: payload and title of each; node_id: whose it is, "" of nobody's. is_warning: in amber."""

    who: Who
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    node_id: str = ""
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Simulation:
    """Where a try stands. path: the nodes it came through, the one where it stands last.

    sends: whether messages leave, from now on. has_spoken: the customer has, to this session. said_no: they said No
    to marketing since it began, or the flow recorded one. policy: of the workspace, by which marketing is asked for or not.
    unsent: why the last message does not leave, "" where it does. awaits_request: what another program would be asked, filled but for its
    secrets; a person says what it answers.
    """

    definition: FlowDefinition
    contact: Contact
    now: datetime
    zone: ZoneInfo
    known: Known = Known()
    lines: tuple[SimLine, ...] = ()
    state: SessionState = field(default_factory=SessionState)
    path: tuple[str, ...] = ()
    awaits_request: Request | None = None
    sends: bool = True
    policy: Policy = Policy()
    unsent: str = ""
    has_spoken: bool = False
    said_no: bool = False

    @property
    def is_running(self) -> bool:
        return bool(self.state.node_id) and not self.state.is_over

    # What a person does.

    def said(self, text: str) -> "Simulation":
        """The customer writes: an answer where the flow asks, else perhaps what starts it."""
        return self._heard(text, "") if text.strip() else self

    def pressed(self, payload: str) -> "Simulation":
        """The customer presses a button or a row that was sent, or one of elsewhere with this payload."""
        offered = (one for line in reversed(self.lines) for one in line.buttons)
        return self._heard(next((title for known, title in offered if known == payload), payload), payload)

    def answered(self, values: Mapping[str, str]) -> "Simulation":
        """The other program answers: the values by the names that the step gives them."""
        if self.state.awaits is not Awaits.REQUEST:
            return self
        return self._note("The other program answered")._happened(RequestEnded(dict(values)))

    def failed(self, because: str) -> "Simulation":
        """The request fails."""
        if self.state.awaits is not Awaits.REQUEST:
            return self
        why = because.strip() or "it failed"
        return self._note(f"The request failed: {why}")._happened(RequestEnded(because=why))

    def time_passed(self) -> "Simulation":
        """Until what is waited for is due; nothing happens where nothing is."""
        due_at = self.state.due_at
        if due_at is None or self.state.is_over:
            return self
        passed = max(due_at - self.now, timedelta())
        later = replace(self, now=max(due_at, self.now))
        return later._note(f"{span_words(passed)} later")._happened(TimeCame())

    # What follows.

    def _heard(self, text: str, payload: str) -> "Simulation":
        told = self._line(Who.CUSTOMER, text)
        wish = self.known.words.wish(text)
        if wish is Wish.OPT_OUT or (wish is not None and not is_of_flows(payload)):
            value = "No" if wish is Wish.OPT_OUT else "Yes"
            opt_in = OptIn.NO if wish is Wish.OPT_OUT else OptIn.YES
            facts = replace(told.contact.facts, opt_in=opt_in)
            said_no = told.said_no or opt_in is OptIn.NO
            told = replace(told, contact=replace(told.contact, facts=facts), said_no=said_no)
            return told._note(f"Changes the marketing opt-in to {value}, and never reaches the bot")
        if not self.is_running:
            return told._start(Incoming(text, payload))
        if self.state.awaits is not Awaits.ANSWER:
            return told._note("The flow is not asking now: it goes on by itself")
        return replace(told, has_spoken=True)._happened(Said(text, payload))

    def _start(self, incoming: Incoming) -> "Simulation":
        trigger = next((one for one in self.definition.triggers if fires(one, incoming)), None)
        if trigger is None:
            return self._note("No trigger of this flow takes this message")
        spoken = trigger.kind in (TriggerKind.KEYWORD, TriggerKind.PAYLOAD)
        return replace(self._afresh(), has_spoken=True)._happened(Started(incoming.text if spoken else ""))

    def _afresh(self) -> "Simulation":
        return replace(self, state=SessionState(), path=(), awaits_request=None, said_no=False)

    def _happened(self, event: Event) -> "Simulation":
        """An event, and at once what comes of the messages that it makes."""
        here, told = self, event
        for _ in range(2 * MOST_HOPS):
            here, is_made = here._step(told)
            waits = here.state.awaits is Awaits.MESSAGE
            if not waits and not (is_made and here.unsent and here.state.awaits is Awaits.ANSWER):
                break
            told = MessageEnded(not here.unsent, here.unsent)
        return here

    def _step(self, event: Event) -> tuple["Simulation", bool]:
        """One transition; True where it makes a message."""
        done = transition(self.definition, self.state, event, self._around())
        here = replace(self, state=done.state, awaits_request=None, unsent="")
        for effect in done.effects:
            here = here._done(effect)
        here = here._passed(done.state.node_id)
        if done.state.is_over and not self.state.is_over:
            status = done.state.status
            because = done.state.because
            is_told = any(because in one.text for one in self.lines[-1:])
            why = f": {because}" if because and not is_told else ""
            is_bad = status.is_dropped
            here = here._note(f"{status.label}{why}", done.state.node_id, is_warning=is_bad)
        return here, any(isinstance(one, Send) for one in done.effects)

    def _done(self, effect: Effect) -> "Simulation":
        if isinstance(effect, Passed):
            return self._passed(effect.node_id)
        if isinstance(effect, Send):
            return self._send(effect)
        records_no = isinstance(effect, ChangeOptIn) and effect.value is OptIn.NO
        here = replace(self, contact=_changed(self.contact, effect), said_no=self.said_no or records_no)
        if isinstance(effect, AskProgram):
            here = replace(here, awaits_request=effect.request)
        told = note_of(effect, self.known)
        return here._note(told, self.state.node_id) if told else here

    def _send(self, effect: Send) -> "Simulation":
        template = None if effect.template_id is None else self.known.templates.get(effect.template_id)
        here = self._line(
            Who.BOT, text_of(effect, template), buttons_of(effect, template), node_id=effect.node_id
        )
        here = replace(here, unsent="" if self.sends else NO_MESSAGE_LEAVES)
        if template is not None:
            here = here._ask(template, effect.node_id)
        if not here.unsent:
            return here
        why = f": {here.unsent}" if self.sends else ""
        return here._note(f"Not sent{why}", effect.node_id, is_warning=True)

    def _ask(self, template: Template, node_id: str) -> "Simulation":
        """What the rule says of a template to this contact."""
        policy = self.policy.in_session(has_spoken=self.has_spoken, said_no_since=self.said_no)
        verdict = decide(Question(Path.BOT, template.effective_category, self.contact.facts, policy))
        if verdict.reason is Reason.BOT_NOT_ASKED:
            return self._note(NOT_ASKED, node_id, is_warning=True)
        if verdict.may_send:
            return self
        return replace(self, unsent=verdict.sentence)

    def _passed(self, node_id: str) -> "Simulation":
        if not node_id or self.path[-1:] == (node_id,):
            return self
        return replace(self, path=(*self.path, node_id))

    def _note(self, text: str, node_id: str = "", *, is_warning: bool = False) -> "Simulation":
        return self._line(Who.NOTE, text, (), node_id=node_id, is_warning=is_warning)

    def _line(
        self,
        who: Who,
        text: str,
        buttons: tuple[tuple[str, str], ...] = (),
        *,
        node_id: str = "",
        is_warning: bool = False,
    ) -> "Simulation":
        line = SimLine(who, text, buttons, node_id, is_warning)
        return replace(self, lines=(*self.lines, line)[-MOST_LINES:])

    def _around(self) -> Surroundings:
        contact, attributes = self.contact, self.known.attributes
        values = (
            (name, typed(attributes[name], text))
            for name, text in contact.attributes.items()
            if name in attributes
        )
        person = Person(
            contact.id,
            contact.name,
            contact.phone,
            contact.opt_in,
            contact.created_at,
            contact.last_inbound_at,
            frozenset(contact.tags),
            {name: value for name, value in values if value is not None},
        )
        fields = fields_of(contact.name, contact.phone, contact.attributes)
        return Surroundings(person, fields, attributes, self.now, self.zone)


def begin(
    definition: FlowDefinition,
    contact: Contact,
    now: datetime,
    zone: ZoneInfo,
    known: Known,
    incoming: Incoming | None = None,
    *,
    sends: bool = True,
    policy: Policy = Policy(),  # noqa: B008 - frozen
) -> Simulation:
    """A new try. incoming: the message that may start the flow; None: a colleague starts it."""
    made = Simulation(definition, contact, now, zone, known, sends=sends, policy=policy)
    if incoming is None:
        return made._note("Started by a colleague")._happened(Started())
    told = made._line(Who.CUSTOMER, incoming.text or incoming.payload)
    if known.words.wish(incoming.text) is not None:
        return made.said(incoming.text)
    return told._start(incoming)


def _changed(contact: Contact, effect: Effect) -> Contact:
    """The contact as the effect leaves it."""
    if isinstance(effect, ChangeOptIn):
        return replace(contact, facts=replace(contact.facts, opt_in=effect.value))
    if isinstance(effect, ChangeTags):
        return replace(contact, tags=_tagged(contact.tags, effect))
    if isinstance(effect, ChangeAttribute):
        kept: dict[str, Any] = {k: v for k, v in contact.attributes.items() if k != effect.attribute}
        return replace(contact, attributes=kept | ({effect.attribute: effect.value} if effect.value else {}))
    return contact


def _tagged(tags: Iterable[str], effect: ChangeTags) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in (*tags, *effect.add) if one not in effect.remove))
