"""A template's components as the Cloud API's clients send them: header, body and buttons with their parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from urllib.parse import unquote

from pydantic import Field, StringConstraints

from desktop.domain.api_message import ButtonValue
from desktop.server.cloud.errors import Refusal
from desktop.server.devapi.parts import Asked, Filled, Value

_FILES: Final = ("image", "video", "document")
_WRONG_KIND: Final = 132012
Place = Annotated[str, StringConstraints(pattern=r"^[0-9]$")]


class WordedAsked(Asked):
    """A sum or a date: its fallback is what is sent."""

    fallback_value: Value


class ParameterAsked(Asked):
    """One value. type: text, currency, date_time, image, video, document, location, payload,
    coupon_code or action."""

    type: Filled
    parameter_name: str | None = Field(default=None, max_length=256)
    text: Value | None = None
    payload: Value | None = None
    coupon_code: Value | None = None
    currency: WordedAsked | None = None
    date_time: WordedAsked | None = None
    image: dict[str, Any] | None = None
    video: dict[str, Any] | None = None
    document: dict[str, Any] | None = None
    location: dict[str, Any] | None = None
    action: dict[str, Any] | None = Field(default=None, max_length=20)

    @property
    def button_value(self) -> str:
        """What a button takes, under the name that its kind has."""
        return next((one for one in (self.payload, self.text, self.coupon_code) if one), "")


class ComponentAsked(Asked):
    """A part of the template. index: of a button, from 0."""

    type: Filled
    sub_type: str | None = Field(default=None, max_length=64)
    index: Place | None = None
    parameters: list[ParameterAsked] | None = Field(default=None, max_length=100)


@dataclass(slots=True)
class FilledTemplate:
    """What components say: values by name or number, the header's file with its kind, and the buttons' values."""

    body: dict[str, str] = field(default_factory=dict)
    header: dict[str, str] = field(default_factory=dict)
    header_kind: str = ""
    header_file: Mapping[str, Any] = field(default_factory=dict)
    buttons: list[ButtonValue] = field(default_factory=list)


def filled(components: Sequence[ComponentAsked]) -> FilledTemplate:
    """The components read. Raises Refusal, with the field."""
    found = FilledTemplate()
    for place, one in enumerate(components):
        where = f"template.components.{place}"
        kind = one.type.lower()
        if kind == "body":
            _texts(found.body, one.parameters or [], where)
        elif kind == "header":
            _header(found, one.parameters or [], where)
        elif kind == "button":
            _button(found, one, where)
        else:
            raise Refusal(100, f"Components of the type “{one.type}” are not taken.", f"{where}.type")
    return found


def _texts(values: dict[str, str], parameters: Sequence[ParameterAsked], where: str) -> None:
    for place, one in enumerate(parameters):
        name = one.parameter_name or str(place + 1)
        if name in values:
            raise Refusal(132000, f"“{name}” has two values.", f"{where}.parameters.{place}")
        values[name] = _said(one, f"{where}.parameters.{place}")


def _said(one: ParameterAsked, where: str) -> str:
    if one.type == "text" and one.text is not None:
        return one.text
    worded = {"currency": one.currency, "date_time": one.date_time}.get(one.type)
    if worded is None:
        raise Refusal(_WRONG_KIND, f"A text is needed here, not “{one.type}”.", where)
    return worded.fallback_value


def _header(found: FilledTemplate, parameters: Sequence[ParameterAsked], where: str) -> None:
    kinds = [one.type.lower() for one in parameters]
    if not any(kind in (*_FILES, "location") for kind in kinds):
        _texts(found.header, parameters, where)
        return
    if len(parameters) != 1 or found.header_kind:
        raise Refusal(132000, "A header has one parameter.", f"{where}.parameters")
    found.header_kind = kinds[0]
    found.header_file = getattr(parameters[0], kinds[0]) or {}


def _button(found: FilledTemplate, one: ComponentAsked, where: str) -> None:
    if one.sub_type is None or one.index is None:
        raise Refusal(100, "A button has sub_type and index.", where)
    parameters, kind, index = one.parameters or [], one.sub_type.lower(), int(one.index)
    if len(parameters) != 1:
        raise Refusal(132000, "A button has one parameter.", f"{where}.parameters")
    value, action = parameters[0].button_value, parameters[0].action
    if not value.strip() and action is None:
        raise Refusal(_WRONG_KIND, "The button's parameter has no value.", f"{where}.parameters.0")
    # Clients encode the end of an address, as the Cloud API demands; it is encoded again when it is sent.
    found.buttons.append(ButtonValue(index, kind, unquote(value) if kind == "url" else value, action or {}))
