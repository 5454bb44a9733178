"""A message as another program asks for it, and how its parts fill a template. Pure.

Field names in problems are those of the request body, 'whatsapp.template.bodyValues.1', so that the other
program's developer finds what is wrong. Source of the shapes: Gallabox's public API description.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from desktop.domain import phones
from desktop.domain.phones import NotAPhone
from desktop.domain.problems import Problem
from desktop.domain.templates import Template, placeholders

_TEMPLATE: Final = "whatsapp.template"
_BUTTON_KINDS: Final = {"quick_reply": "payload", "url": "text", "copy_code": "coupon_code"}
"""The kinds of buttons that take a value, and what WhatsApp calls it."""
_NO_FILES: Final = ("image", "video", "document", "location", "carousel")


@dataclass(frozen=True, slots=True)
class ButtonValue:
    """A value for one button of the template, counted from 0. kind: as asked, in any case."""

    index: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class TemplateWanted:
    """A template by name, with values by the names or the numbers of its variables. language "": the first one.

    header_file: of a template that begins with a file or a place: {"link": …, "filename": …}, {"id": …} of an
    upload, or {"latitude": …, "longitude": …, "name": …, "address": …}.
    """

    name: str
    language: str = ""
    body: Mapping[str, str] = field(default_factory=dict)
    header: Mapping[str, str] = field(default_factory=dict)
    buttons: tuple[ButtonValue, ...] = ()
    header_file: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObjectWanted:
    """A message that is neither text nor template. kind: image, video, document, audio, sticker, location,
    contacts, interactive, reaction. object: WhatsApp's own object of that kind, checked and ready to be sent.
    text: what the conversation shows of it."""

    kind: str
    object: Any
    text: str


@dataclass(frozen=True, slots=True)
class MessageWanted:
    """One message. phone: as asked; one of text, template and object. name, tags: for the contact.

    reply_to: WhatsApp's id of the message that is quoted.
    """

    phone: str
    name: str = ""
    tags: tuple[str, ...] = ()
    text: str = ""
    template: TemplateWanted | None = None
    object: ObjectWanted | None = None
    reply_to: str = ""


class Mismatch(Problem):
    """The values do not fit the template; `field` names the one that does not."""


def phone_of(text: str, field_name: str) -> str:
    """The number as E.164. Its country code is expected, with or without +: '16045550142'.

    Never read as a number of the workspace's own country: ten digits without a code can be somebody's abroad.
    Raises NotAPhone with `field_name`.
    """
    given = text.strip()
    try:
        return phones.parse(given if given.startswith(("+", "＋", "00")) else f"+{given}")
    except NotAPhone as wrong:
        sentence = f"{wrong.sentence} Write it with its country code, such as 16045550142."
        raise NotAPhone(wrong.title, sentence, field_name) from wrong


def content_for(template: Template, wanted: TemplateWanted) -> dict[str, Any]:
    """What the outbox keeps of the template's values: {"values": …} and, for quick replies, {"payloads": …}.

    Every variable has a value then, and no value is left over. Raises Mismatch.
    """
    if template.header_kind in _NO_FILES:
        raise Mismatch(
            "Cannot be sent",
            f"“{template.name}” begins with a {template.header_kind}, which is not taken here yet.",
            f"{_TEMPLATE}.templateName",
        )
    values = _named(placeholders(template.header_text), wanted.header, f"{_TEMPLATE}.headerValues", "header:")
    values |= _named(_body_names(template), wanted.body, f"{_TEMPLATE}.bodyValues")
    button_values, payloads = _buttons(template, wanted.buttons)
    content: dict[str, Any] = {"values": values | button_values}
    if any(payloads):
        content["payloads"] = payloads
    return content


def _body_names(template: Template) -> tuple[str, ...]:
    names = placeholders(template.body)
    return tuple(sorted(names, key=int)) if all(name.isdecimal() for name in names) else names


def _named(names: Sequence[str], given: Mapping[str, str], where: str, prefix: str = "") -> dict[str, str]:
    """Each variable's value, by its name or by its place counted from 1."""
    by_number = {str(place): name for place, name in enumerate(names, 1)} | {name: name for name in names}
    values: dict[str, str] = {}
    for key, value in given.items():
        if key not in by_number:
            known = ", ".join(names) or "no variables"
            raise Mismatch("Unknown variable", f"The template has {known}, not “{key}”.", f"{where}.{key}")
        if by_number[key] in values:
            raise Mismatch("Said twice", f"“{by_number[key]}” has two values.", f"{where}.{key}")
        values[by_number[key]] = value
    for name in names:
        if not values.get(name, "").strip():
            raise Mismatch("Value missing", f"The variable “{name}” has no value.", f"{where}.{name}")
    return {prefix + name: value for name, value in values.items()}


def _buttons(template: Template, given: Sequence[ButtonValue]) -> tuple[dict[str, str], list[str]]:
    """The values of buttons, and the payloads of the quick replies in their order ("" where none was given)."""
    values: dict[str, str] = {}
    replies: dict[int, str] = {}
    for place, one in enumerate(given):
        where = f"{_TEMPLATE}.buttonValues.{place}"
        kind = _button_kind(template, one, where)
        if kind == "quick_reply":
            replies[one.index] = one.value
        elif kind == "copy_code":
            values[f"button{one.index}:code"] = one.value
        else:
            values |= _address(template, one, where)
    for index, button in enumerate(template.buttons):
        needed = [f"button{index}:{name}" for name in placeholders(button.url)]
        needed += [f"button{index}:code"] if button.kind == "copy_code" else []
        if any(not values.get(name, "").strip() for name in needed):
            said = f"The button “{button.text}” (index {index}) needs a value."
            raise Mismatch("Value missing", said, f"{_TEMPLATE}.buttonValues")
    quick = [index for index, button in enumerate(template.buttons) if button.kind == "quick_reply"]
    return values, [replies.get(index, "") for index in quick]


def _button_kind(template: Template, one: ButtonValue, where: str) -> str:
    kind = one.kind.lower()
    if kind not in _BUTTON_KINDS:
        raise Mismatch(
            "Cannot be sent", f"Buttons of the kind “{one.kind}” take no value.", f"{where}.sub_type"
        )
    if one.index >= len(template.buttons):
        count = len(template.buttons)
        raise Mismatch("No such button", f"The template has {count} buttons.", f"{where}.index")
    if template.buttons[one.index].kind != kind:
        said = f"Button {one.index} is a {template.buttons[one.index].kind}."
        raise Mismatch("Another kind of button", said, f"{where}.sub_type")
    return kind


def _address(template: Template, one: ButtonValue, where: str) -> dict[str, str]:
    names = placeholders(template.buttons[one.index].url)
    if not names:
        raise Mismatch("No variable", "The address of this button has no variable.", f"{where}.parameters")
    return {f"button{one.index}:{names[0]}": one.value}
