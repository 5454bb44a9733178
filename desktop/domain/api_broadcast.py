"""A broadcast as another program asks for it, and how its values become the broadcast's variables. Pure.

Field names in problems are those of the request body. Source of the shape: Gallabox's public API description.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from desktop.domain.api_message import Mismatch, TemplateWanted, content_for
from desktop.domain.filters import ATTRIBUTE
from desktop.domain.templates import Template, Variable
from desktop.domain.text import clean, fold

_MERGE: Final = re.compile(r"\{\{\{\s*([^{}|]+?)\s*(?:\|([^{}|]*))?\}\}\}")
"""A contact's field: {{{contact.name}}}; with what stands there for those who have none: {{{contact.name|there}}}."""
_BEFORE: Final = re.compile(r"^contact\.(?:(?:fieldValues|fields)\.)?", re.IGNORECASE)
_BUILT_IN: Final = {
    "name": "name",
    "firstname": "first_name",
    "first_name": "first_name",
    "first name": "first_name",
    "phone": "phone",
}
_EMAIL: Final = "Email"


@dataclass(frozen=True, slots=True)
class BroadcastWanted:
    """One broadcast. template_id, segment_ids: the store's. template.name "": by its id.

    only_opted_in False: also to those who opted out, which needs override_reason where the template is marketing.
    echo: the values as they were asked, for the answer.
    """

    name: str
    template: TemplateWanted
    template_id: int | None
    segment_ids: tuple[int, ...]
    only_opted_in: bool = True
    override_reason: str = ""
    echo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """What fills the template. content: what is the same for everybody: {"header": …}, {"payloads": …}."""

    variables: tuple[Variable, ...]
    content: Mapping[str, Any]


def filled(template: Template, wanted: TemplateWanted, attributes: Iterable[str]) -> Filled:
    """The values of a request as variables: a text for everybody, or a field of the contact.

    attributes: the names of the workspace's contact fields. Raises Mismatch, which names the value that does not fit.
    """
    try:
        content = content_for(template, wanted)
    except Mismatch as wrong:
        raise Mismatch(wrong.title, wrong.sentence, wrong.field.removeprefix("whatsapp.template.")) from wrong
    known = {fold(name): name for name in attributes}
    values: Mapping[str, str] = content.pop("values", {})
    variables = tuple(variable(name, text, known, _place(name)) for name, text in values.items())
    for text in _texts(content):
        if "{{" in text:
            raise Mismatch(
                "Not for each contact",
                f"“{text}” is the same for everybody: a contact’s field cannot stand in it.",
                "headerValues" if text in _texts(content.get("header")) else "buttonValues",
            )
    return Filled(variables, content)


def _place(name: str) -> str:
    """Where in the request the value of a variable stands."""
    kind, colon, rest = name.partition(":")
    if not colon:
        return f"bodyValues.{name}"
    return f"headerValues.{rest}" if kind == "header" else "buttonValues"


def _texts(value: Any) -> list[str]:
    """Every text inside a JSON value."""
    if isinstance(value, str):
        return [value]
    inside = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    )
    return [text for one in inside for text in _texts(one)]


def variable(name: str, text: str, attributes: Mapping[str, str], where: str) -> Variable:
    """One value of a request. attributes: folded to shown names. Raises Mismatch with the field `where`."""
    said = clean(text).strip()
    found = _MERGE.fullmatch(said)
    if found is None:
        if "{{" in said:
            raise Mismatch(
                "Field and text",
                f"“{said}”: a value is either one contact field, {{{{{{contact.name}}}}}}, or a text without any.",
                where,
            )
        return Variable(name, "", said)
    asked, otherwise = _BEFORE.sub("", found[1]), (found[2] or "").strip()
    built_in = _BUILT_IN.get(fold(asked))
    if built_in is not None:
        return Variable(name, built_in, otherwise)
    shown = attributes.get(fold(_EMAIL if fold(asked) == "email" else asked))
    if shown is None:
        raise Mismatch("Unknown field", f"Contacts have no field “{asked}”.", where)
    return Variable(name, ATTRIBUTE + shown, otherwise)
