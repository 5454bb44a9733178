"""Contacts as they are asked for and answered. Source of the shapes: Gallabox's public API description."""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from desktop.domain.consent import OptIn
from desktop.server.devapi.parts import Answer, Asked, Digits, Filled, NotYet, Short, TagAsked
from desktop.services.api_contacts import ContactWanted


def _say_opt_in(value: object) -> None:
    if value is not None:
        raise ValueError("say optIn instead: yes, no or none")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | int) and not isinstance(value, bool) else value


def _texts(least: int) -> list[dict[str, Any]]:
    one = {"type": ["string", "number"], "minLength": least, "maxLength": 256}
    return [{"type": "array", "items": one, "minItems": least, "maxItems": 1}, one]


_ONE_TEXT: Final = WithJsonSchema({"anyOf": _texts(1), "examples": [["16045550142"]]})
_NO_OR_ONE: Final = WithJsonSchema({"anyOf": [*_texts(0), {"type": "null"}]})
"""Gallabox has lists here; one is kept, and a bare text is taken for a list of one."""


class ContactAsked(Asked):
    """A contact. Added to Gallabox's shape: optIn, with optInReason where a No becomes something else.

    marketingOptIn is an answer only: it reads true where nothing is recorded, so it cannot be written back.
    """

    name: Short | None = None
    phone: Annotated[list[Filled], Field(min_length=1, max_length=1), BeforeValidator(_listed), _ONE_TEXT]
    email: Annotated[list[Short] | None, Field(max_length=1), BeforeValidator(_listed), _NO_OR_ONE] = None
    tags: list[TagAsked] = Field(default=[], max_length=50)
    fieldValues: dict[Short, Annotated[str, StringConstraints(max_length=4_096)]] = Field(
        default={}, max_length=100
    )
    optIn: Literal["yes", "no", "none"] | None = None
    optInReason: Short = ""
    contactOwnerId: NotYet = None
    marketingOptIn: Annotated[None, BeforeValidator(_say_opt_in)] = None

    def wanted(self) -> ContactWanted:
        """The contact without the shape of its request."""
        email = next(iter(self.email), "") if self.email is not None else None
        opt_in = OptIn(self.optIn) if self.optIn is not None else None
        tags = tuple(one.name for one in self.tags)
        return ContactWanted(
            self.phone[0], self.name, email, tags, self.fieldValues, opt_in, self.optInReason
        )


class TagAnswer(Answer):
    """A tag."""

    id: str
    name: str


class FieldAnswer(Answer):
    """A contact field with its value."""

    id: str
    name: str
    value: str


class PhoneAnswer(Answer):
    """The number in its two parts."""

    countryCode: str
    phoneNumber: str


class ContactAnswer(Answer):
    """A contact. marketingOptIn: whether marketing would go out; optIn: what was recorded, added."""

    id: Digits
    accountId: str
    name: str
    email: list[str]
    phone: list[str]
    tags: list[TagAnswer]
    fieldValues: list[FieldAnswer]
    formattedPhone: list[PhoneAnswer]
    messageOptIn: bool
    marketingOptIn: bool
    optIn: Literal["yes", "no", "none"]
    stoppedInWhatsApp: bool
    createdAt: str
    updatedAt: str


class CountAnswer(Answer):
    """How many there are."""

    count: int


class OptInEvent(Answer):
    """One line of the history. fact: opt_in is ours; whatsapp is the stop (or its end) in WhatsApp itself."""

    fact: Literal["opt_in", "whatsapp"]
    value: Literal["yes", "no", "none", "stop", "resume"]
    source: str
    origin: str
    reason: str
    at: str
