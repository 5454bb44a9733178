"""Checks of what a flow sends and asks: texts, buttons, lists, files, templates, questions. Pure.

Limits: WhatsApp's (desktop.domain.interactive, desktop.domain.attachments); of a body with buttons or rows, the one
that all of WhatsApp's apps show.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from desktop.domain import flow_nodes as nodes
from desktop.domain.attachments import LONGEST_CAPTION
from desktop.domain.compose import MAX_TEXT_LENGTH
from desktop.domain.filters import ATTRIBUTE, Kind
from desktop.domain.flow import Node
from desktop.domain.flow_answers import bad_pattern, compiled
from desktop.domain.flow_findings import FlowFinding, Known
from desktop.domain.flow_nodes import LONGEST_BODY, AnswerKind, Choice
from desktop.domain.flow_texts import ANSWER, SECRET, names_in
from desktop.domain.flow_urls import against_link
from desktop.domain.flow_words import MARKETING_NOTICE
from desktop.domain.interactive import LONGEST_BUTTON, MOST_BUTTONS, MOST_ROWS
from desktop.domain.template_notices import blocking
from desktop.domain.templates import Template, Variable, without_value
from desktop.domain.text import fold

LONGEST_ROW: Final = 24
LONGEST_ROW_NOTE: Final = 72
LONGEST_CHOICE_ID: Final = 64
LONGEST_ANSWER_NAME: Final = 64
MOST_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class At:
    """The node that is being checked, and what it may name."""

    node: Node
    known: Known

    def found(self, part: str, title: str, sentence: str, *, blocks: bool = True) -> FlowFinding:
        return FlowFinding(self.node.id, part, title, sentence, blocks)


def text(at: At, part: str, value: str, most: int, *, needed: bool = True) -> Iterator[FlowFinding]:
    """A text that is filled when it is sent: not blank, not too long, without secrets."""
    if needed and not value.strip():
        yield at.found(part, "Nothing written", "Write what the customer reads.")
    if len(value) > most:
        sentence = f"It has {len(value):,} characters; WhatsApp takes {most:,}. Shorten it."
        yield at.found(part, "Too long", sentence)
    yield from secrets(at, part, value)


def secrets(at: At, part: str, value: str) -> Iterator[FlowFinding]:
    """Secrets stand in the headers of requests alone: everything else is shown and kept."""
    for name in names_in(value):
        if name.startswith(SECRET):
            sentence = (
                f"{{{{{name}}}}} would be shown and kept. A secret can only stand in a request’s headers."
            )
            yield at.found(part, "A secret in the open", sentence)


def answer_name(at: At, part: str, name: str) -> Iterator[FlowFinding]:
    """The name that an answer is kept under; blank is fine where it is kept nowhere."""
    if any(sign in name for sign in "{}:") or name != name.strip() or len(name) > LONGEST_ANSWER_NAME:
        sentence = (
            f"Give the answer a name of at most {LONGEST_ANSWER_NAME} characters, without braces and colons."
        )
        yield at.found(part, "Not a name", sentence)


def field(at: At, part: str, name: str) -> Iterator[FlowFinding]:
    """A contact field that there must be."""
    if name not in at.known.attributes:
        yield at.found(part, "Unknown field", f"There is no field “{name}”. Choose another one.")


# Each kind.


def send_text(at: At, does: nodes.SendText) -> Iterator[FlowFinding]:
    return text(at, "text", does.text, MAX_TEXT_LENGTH)


def send_media(at: At, does: nodes.SendMedia) -> Iterator[FlowFinding]:
    if against := against_link(does.link):
        yield at.found("link", "Not an address", against)
    yield from secrets(at, "link", does.link)
    yield from text(at, "caption", does.caption, LONGEST_CAPTION, needed=False)
    if does.media == "audio" and does.caption.strip():
        yield at.found("caption", "Not shown", "WhatsApp shows no caption under audio.", blocks=False)


def send_buttons(at: At, does: nodes.SendButtons) -> Iterator[FlowFinding]:
    yield from text(at, "text", does.text, LONGEST_BODY)
    yield from _choices(at, "button", does.choices, MOST_BUTTONS, LONGEST_BUTTON)
    yield from answer_name(at, "answer", does.answer)
    yield from _again(at, does, LONGEST_BODY)


def _again(at: At, does: nodes.Asks, most: int) -> Iterator[FlowFinding]:
    """What is said to an answer that does not fit, and how often."""
    yield from text(at, "invalid_text", does.invalid_text, most, needed=False)
    if not 1 <= does.tries <= MOST_TRIES:
        yield at.found("tries", "Tries out of range", f"Choose 1 to {MOST_TRIES} tries.")


def send_list(at: At, does: nodes.SendList) -> Iterator[FlowFinding]:
    yield from text(at, "text", does.text, LONGEST_BODY)
    if not does.button.strip():
        yield at.found("button", "Nothing written", "Write what stands on the button that opens the list.")
    elif len(does.button) > LONGEST_BUTTON:
        yield at.found("button", "Too long", _too_long("The button", does.button, LONGEST_BUTTON))
    yield from _choices(at, "row", does.choices, MOST_ROWS, LONGEST_ROW)
    yield from answer_name(at, "answer", does.answer)
    yield from _again(at, does, LONGEST_BODY)
    for one in does.choices:
        if len(one.note) > LONGEST_ROW_NOTE:
            words = _too_long("The second line", one.note, LONGEST_ROW_NOTE)
            yield at.found(f"choices:{one.id}", "Too long", words)


def _choices(at: At, what: str, found: tuple[Choice, ...], most: int, longest: int) -> Iterator[FlowFinding]:
    if not found:
        yield at.found("choices", f"No {what}s", f"Add a {what}: the customer answers with one.")
    if len(found) > most:
        sentence = f"WhatsApp takes {most} {what}s; there are {len(found)}. Remove some."
        yield at.found("choices", f"Too many {what}s", sentence)
    titles = Counter(fold(one.title) for one in found)
    ids = Counter(one.id for one in found)
    for one in found:
        part = f"choices:{one.id}"
        if not one.title.strip():
            yield at.found(part, "Nothing written", f"Write what the {what} says.")
        elif len(one.title) > longest:
            yield at.found(part, "Too long", _too_long(f"The {what}", one.title, longest))
        elif titles[fold(one.title)] > 1:
            sentence = f"Two {what}s say “{one.title}”: answers could not be told apart. Change one."
            yield at.found(part, f"Two {what}s alike", sentence)
        if at.known.words.wish(one.title) is not None:
            sentence = f"“{one.title}” changes the marketing opt-in by itself: who says it tells more than this {what} asks. Say it in other words."
            yield at.found(part, "An opt-out or opt-in word", sentence)
        if "{{" in one.title:
            yield at.found(
                part, "Not filled", f"Names are not filled in a {what}: write words.", blocks=False
            )
        if not one.id or ids[one.id] > 1 or len(one.id) > LONGEST_CHOICE_ID:
            sentence = f"The {what} “{one.title}” cannot be told apart from another one. Add it anew."
            yield at.found(part, f"Two {what}s in one", sentence)


def _too_long(what: str, value: str, most: int) -> str:
    return f"{what} has {len(value):,} characters; WhatsApp takes {most}. Shorten it."


def send_template(at: At, does: nodes.SendTemplate) -> Iterator[FlowFinding]:
    if does.template_id is None:
        yield at.found("template_id", "No template", "Choose a template.")
        return
    template = at.known.templates.get(does.template_id)
    if template is None:
        yield at.found("template_id", "Template not found", "Choose another template: this one is gone.")
        return
    if against := blocking(template):
        yield at.found("template_id", against.label, against.sentence)
    if template.is_marketing and not at.known.bots_ask:
        yield FlowFinding(at.node.id, "template_id", "Marketing", MARKETING_NOTICE, blocks=False, mark=True)
    yield from _variables(at, does, template)


def _variables(at: At, does: nodes.SendTemplate, template: Template) -> Iterator[FlowFinding]:
    for name in without_value(template, does.variables):
        sentence = f"Give {{{{{name}}}}} a value, a field or an answer."
        yield at.found(f"variables:{name}", "Variable without a value", sentence)
    for one in does.variables:
        if one.name not in template.variables:
            continue
        yield from secrets(at, f"variables:{one.name}", one.text)
        if not _is_known(one, at.known):
            named = one.field.removeprefix(ATTRIBUTE)
            sentence = f"There is no field “{named}” for {{{{{one.name}}}}}. Choose another one."
            yield at.found(f"variables:{one.name}", "Unknown field", sentence)


def _is_known(variable: Variable, known: Known) -> bool:
    if variable.field.startswith(ANSWER):
        return True  # Whether a step gives it is asked with the ways.
    if variable.field.startswith(ATTRIBUTE):
        return variable.field.removeprefix(ATTRIBUTE) in known.attributes
    return variable.field in ("", "name", "first_name", "phone")


def question(at: At, does: nodes.Question) -> Iterator[FlowFinding]:
    yield from text(at, "text", does.text, MAX_TEXT_LENGTH)
    yield from _again(at, does, MAX_TEXT_LENGTH)
    yield from answer_name(at, "answer", does.answer)
    if does.must_be is AnswerKind.PATTERN:
        if not does.pattern.strip():
            yield at.found("pattern", "No pattern", "Give the pattern that an answer must fit.")
        elif compiled(does.pattern, match_case=False) is None:
            yield at.found("pattern", "Pattern not understood", bad_pattern(does.pattern))
    if does.attribute:
        yield from field(at, "attribute", does.attribute)
        yield from _fits(at, does)


_ANSWERS_OF: Final = {
    Kind.NUMBER: (AnswerKind.NUMBER, AnswerKind.PATTERN),
    Kind.DATE: (AnswerKind.DATE, AnswerKind.PATTERN),
}


def _fits(at: At, does: nodes.Question) -> Iterator[FlowFinding]:
    known = at.known.attributes.get(does.attribute)
    wanted = _ANSWERS_OF.get(known.kind) if known is not None else None
    if wanted and does.must_be not in wanted:
        sentence = (
            f"“{does.attribute}” takes a {wanted[0].value}: an answer that is none is not kept there. "
            f"Let the answer be a {wanted[0].value}."
        )
        yield at.found("must_be", "Not kept in the field", sentence, blocks=False)


SENDING: Final[dict[type[nodes.Does], Callable[[At, Any], Iterator[FlowFinding]]]] = {
    nodes.SendText: send_text,
    nodes.SendMedia: send_media,
    nodes.SendButtons: send_buttons,
    nodes.SendList: send_list,
    nodes.SendTemplate: send_template,
    nodes.Question: question,
}
