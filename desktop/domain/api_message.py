"""A message as another program asks for it, and how its parts fill a template. Pure.

Field names in problems are those of the request body, 'whatsapp.template.bodyValues.1', so that the other
program's developer finds what is wrong. Source of the shapes: Gallabox's public API description.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from desktop.domain import phones
from desktop.domain.attachments import LONGEST_NAME, media, place, with_ending
from desktop.domain.consent import Category
from desktop.domain.given import Given
from desktop.domain.given import Mismatch as Mismatch
from desktop.domain.phones import NotAPhone
from desktop.domain.templates import Template, fill, placeholders
from desktop.domain.text import clean

LONGEST_BODY: Final = 1_024
"""Of a template, its values filled in."""
_TEMPLATE: Final = "whatsapp.template"
_BUTTON_KINDS: Final = {"quick_reply": "payload", "url": "text", "copy_code": "coupon_code"}
"""The kinds of buttons that take a value, and what WhatsApp calls it."""
_ACTIONS: Final = ("catalog", "mpm", "flow")
"""The kinds of buttons that open something inside WhatsApp: what they take is WhatsApp's own object."""
_FILES: Final = ("image", "video", "document")


@dataclass(frozen=True, slots=True)
class ButtonValue:
    """A value for one button of the template, counted from 0. kind: as asked, in any case.

    action: for a button that opens something inside WhatsApp, WhatsApp's own object.
    """

    index: int
    kind: str
    value: str
    action: Mapping[str, Any] = field(default_factory=dict)


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
class AssigneeWanted:
    """Who is to answer the replies. person: their id for the outside, or the e-mail address they sign in with.

    instead: of whoever has the conversation now; otherwise they get it only where nobody has it.
    """

    person: str
    instead: bool = False


@dataclass(frozen=True, slots=True)
class MessageWanted:
    """One message. phone: as asked; one of text, template and object. name, tags: for the contact.

    reply_to: WhatsApp's id of the message that is quoted. is_notification: it stays out of the list of conversations,
    and is given to nobody.
    """

    phone: str
    name: str = ""
    tags: tuple[str, ...] = ()
    text: str = ""
    template: TemplateWanted | None = None
    object: ObjectWanted | None = None
    reply_to: str = ""
    assignee: AssigneeWanted | None = None
    is_notification: bool = False


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
    """What the outbox keeps of the template's values.

    {"values": …}, and where the template has them {"payloads": …} of quick replies, {"actions": …} of buttons by
    their index, and {"header": …}: its file or place, as the parameter that WhatsApp takes. Every variable has a
    value then, and no value is left over. Raises Mismatch.
    """
    values: dict[str, str] = {}
    content: dict[str, Any] = {"values": values}
    if template.header_kind in (*_FILES, "location"):
        content["header"] = _header_file(template, wanted)
    elif wanted.header_file or template.header_kind not in ("", "text"):
        said = (
            f"begins with a {template.header_kind}"
            if template.header_kind
            else "has no file at its beginning"
        )
        raise Mismatch("Cannot be sent", f"“{template.name}” {said}.", f"{_TEMPLATE}.headerValues")
    else:
        names = placeholders(template.header_text)
        values |= _named(names, wanted.header, f"{_TEMPLATE}.headerValues", "header:")
    values |= _body(template, wanted.body)
    content |= _buttons(template, wanted.buttons, values)
    count = len(fill(template.body, values))
    if count > LONGEST_BODY:
        said = f"With these values the text has {count:,} characters, and WhatsApp takes {LONGEST_BODY:,}."
        raise Mismatch("Too long", said, f"{_TEMPLATE}.bodyValues")
    return content


def _header_file(template: Template, wanted: TemplateWanted) -> dict[str, Any]:
    """The file or the place that a template begins with."""
    kind, where = template.header_kind, f"{_TEMPLATE}.headerValues"
    if wanted.header_file and not wanted.header:
        given = Given(wanted.header_file, where)
        return {"type": kind, kind: place(given) if kind == "location" else media(kind, given)}
    known = ("latitude", "longitude", "name", "address") if kind == "location" else ("mediaUrl", "mediaName")
    for name in wanted.header:
        if name not in known or wanted.header_file:
            said = f"A {kind} takes {', '.join(known)}, not “{name}”."
            raise Mismatch("Unknown value", said, f"{where}.{name}")
    given = Given(wanted.header, where)
    if kind == "location":
        return {"type": kind, kind: place(given)}
    link = given["mediaUrl"].address()
    name = with_ending(given["mediaName"].text(LONGEST_NAME, needed=False), link)
    return {"type": kind, kind: {"link": link} | ({"filename": name} if name and kind == "document" else {})}


def _body(template: Template, given: Mapping[str, str]) -> dict[str, str]:
    names = _body_names(template)
    if template.category is Category.AUTHENTICATION and len(names) == len(given) == 1:
        # A login code is the only value there is, whatever the program calls it.
        given = {names[0]: next(iter(given.values()))}
    return _named(names, given, f"{_TEMPLATE}.bodyValues")


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
        values[by_number[key]] = clean(value)
    for name in names:
        if not values.get(name, "").strip():
            raise Mismatch("Value missing", f"The variable “{name}” has no value.", f"{where}.{name}")
    return {prefix + name: value for name, value in values.items()}


def _buttons(template: Template, given: Sequence[ButtonValue], values: dict[str, str]) -> dict[str, Any]:
    """Adds the values of buttons; returns what else they take.

    {"payloads": …}: of the quick replies in their order ("" where none was given); {"actions": …} by index.
    """
    replies: dict[int, str] = {}
    actions: dict[str, Any] = {}
    for at, one in enumerate(given):
        where = f"{_TEMPLATE}.buttonValues.{at}"
        kind = _button_kind(template, one, where)
        if kind == "quick_reply":
            replies[one.index] = clean(one.value)
        elif kind == "copy_code":
            values[f"button{one.index}:code"] = clean(one.value)
        elif kind in _ACTIONS:
            actions[str(one.index)] = Given(dict(one.action), f"{where}.parameters.action").plain()
        else:
            values |= _address(template, one, where)
    _check_buttons(template, values, actions)
    quick = [index for index, button in enumerate(template.buttons) if button.kind == "quick_reply"]
    payloads = [replies.get(index, "") for index in quick]
    return ({"payloads": payloads} if any(payloads) else {}) | ({"actions": actions} if actions else {})


def _check_buttons(template: Template, values: dict[str, str], actions: Mapping[str, Any]) -> None:
    """Every button has what it needs. A login code that the body has is the button's as well."""
    for index, button in enumerate(template.buttons):
        needed = [f"button{index}:{name}" for name in placeholders(button.url)]
        needed += [f"button{index}:code"] if button.kind == "copy_code" else []
        if template.category is Category.AUTHENTICATION and len(names := _body_names(template)) == 1:
            values |= {name: values[names[0]] for name in needed if not values.get(name)}
        lacks_products = button.kind == "mpm" and str(index) not in actions
        if lacks_products or any(not values.get(name, "").strip() for name in needed):
            said = f"The button “{button.text}” (index {index}) needs a value."
            raise Mismatch("Value missing", said, f"{_TEMPLATE}.buttonValues")


def _button_kind(template: Template, one: ButtonValue, where: str) -> str:
    kind = one.kind.lower()
    if kind not in _BUTTON_KINDS and kind not in _ACTIONS:
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
    return {f"button{one.index}:{names[0]}": clean(one.value)}
