"""Contacts as they are asked for and answered. Source of the shapes: Gallabox's public API description."""

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from desktop.domain.api_filter_rules import AskedRule
from desktop.domain.consent import OptIn
from desktop.domain.problems import Problem
from desktop.server.devapi.parts import Answer, Asked, Digits, Filled, Short, TagAsked, refuse_other_opt_ins
from desktop.services.api_contact_edit import ContactWanted
from desktop.services.api_contacts import ListWanted


def _say_opt_in(value: object) -> None:
    if value is not None:
        raise ValueError("say optIn instead: yes, no or none")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | int) and not isinstance(value, bool) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _texts(least: int) -> list[dict[str, Any]]:
    one = {"type": ["string", "number"], "minLength": least, "maxLength": 256}
    return [{"type": "array", "items": one, "minItems": least, "maxItems": 1}, one]


_PHONE: Final = WithJsonSchema({"anyOf": [*_texts(0), {"type": "null"}], "examples": [["16045550142"]]})
_NO_OR_ONE: Final = WithJsonSchema({"anyOf": [*_texts(0), {"type": "null"}]})
"""Gallabox has lists here; one is kept, and a bare text is taken for a list of one."""


class ContactAsked(Asked):
    """A contact, named by its phone, its email, or both. Added to Gallabox's shape: optIn, with optInReason where a
    No becomes something else. contactOwnerId: a person's id or e-mail address, "" for nobody.

    marketingOptIn is an answer only: it reads true where nothing is recorded, so it cannot be written back.
    """

    name: Short | None = None
    phone: Annotated[list[Short] | None, Field(max_length=1), BeforeValidator(_listed), _PHONE] = None
    email: Annotated[list[Short] | None, Field(max_length=1), BeforeValidator(_listed), _NO_OR_ONE] = None
    tags: list[TagAsked] = Field(default=[], max_length=50)
    fieldValues: dict[Short, Annotated[str, StringConstraints(max_length=4_096)]] = Field(
        default={}, max_length=100
    )
    optIn: Literal["yes", "no", "none"] | None = None
    optInReason: Short = ""
    contactOwnerId: Short | None = None
    marketingOptIn: Annotated[None, BeforeValidator(_say_opt_in)] = None

    @model_validator(mode="before")
    @classmethod
    def _no_other_opt_in(cls, given: Any) -> Any:
        refuse_other_opt_ins(given, cls.model_fields)
        return given

    def wanted(self) -> ContactWanted:
        """The contact without the shape of its request."""
        email = next(iter(self.email), "") if self.email is not None else None
        opt_in = OptIn(self.optIn) if self.optIn is not None else None
        tags = tuple(one.name for one in self.tags)
        phone = next(iter(self.phone or []), "")
        return ContactWanted(
            phone, self.name, email, tags, self.fieldValues, opt_in, self.optInReason, self.contactOwnerId
        )


def _as_texts(value: object) -> object:
    listed = _listed([] if value is None else value) if not isinstance(value, bool) else [value]
    if not isinstance(listed, list):
        return listed
    return [str(one).lower() if isinstance(one, bool) else one for one in listed]


_VALUE: Final[dict[str, Any]] = {"type": ["string", "number", "boolean"], "maxLength": 256}
_VALUES: Final = WithJsonSchema(
    {"anyOf": [{"type": "array", "items": _VALUE, "maxItems": 100}, {"type": "null"}, _VALUE]}
)


class RuleAsked(Asked):
    """One rule. property: as GET contacts/filters tells it; propertyLabel is tried where nothing is called so.

    values: of tags, their ids or names; of people, their ids, e-mail addresses or names; dates as 2026-11-23.
    """

    type: Short | None = None
    property: Filled
    propertyLabel: Short | None = None
    operator: Filled
    values: Annotated[list[Short], BeforeValidator(_as_texts), _VALUES] = Field(default=[], max_length=100)


_MOST_VALUES: Final = 100
"""Of all rules together. Every one is looked for in every contact."""


class FilterAsked(Asked):
    """Rules that hold together (and), or of which one holds (or); with at most 100 values in all of them together."""

    condition: Annotated[Literal["and", "or"], BeforeValidator(_lower)] = "and"
    rules: list[RuleAsked] = Field(default=[], max_length=20)


class ContactsAsked(Asked):
    """Which contacts. searchQuery: part of a name or number. page: from 1."""

    searchQuery: Short | None = None
    filter: FilterAsked | None = None
    limit: int = Field(default=20, ge=1, le=100)
    page: int = Field(default=1, ge=1, le=1_000_000)

    def wanted(self) -> ListWanted:
        """The list without the shape of its request. Raises a Problem of 'filter.rules' for too many values."""
        asked = self.filter or FilterAsked()
        if sum(len(one.values) for one in asked.rules) > _MOST_VALUES:
            said = f"The rules of a filter have at most {_MOST_VALUES} values in all."
            raise Problem("Too many values", said, "filter.rules")
        rules = tuple(
            AskedRule(one.property, one.operator, tuple(one.values), one.propertyLabel or "")
            for one in asked.rules
        )
        return ListWanted(rules, asked.condition == "and", self.searchQuery or "", self.limit, self.page)


class TagsAsked(Asked):
    """Tags that the contact gets, and others that it loses."""

    tags: list[TagAsked] = Field(default=[], max_length=50)
    removeTags: list[TagAsked] = Field(default=[], max_length=50)

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is added and what is taken away. Raises a Problem of 'tags' for neither."""
        added, removed = (tuple(one.name for one in some) for some in (self.tags, self.removeTags))
        if not added and not removed:
            raise Problem("Tag missing", "Name at least one tag.", "tags")
        return added, removed


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


class PersonReference(Answer):
    """Somebody who works here, or did."""

    id: Digits
    name: str
    email: str


class ContactAnswer(Answer):
    """A contact. marketingOptIn: whether marketing would go out; optIn: what was recorded, added. creatorId: always
    null; clients expect it."""

    id: Digits
    accountId: str
    name: str
    email: list[str]
    phone: list[str]
    tags: list[TagAnswer]
    fieldValues: list[FieldAnswer]
    creatorId: Digits | None = None
    contactOwnerId: Digits | None
    contactOwner: PersonReference | None
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


class PropertyAnswer(Answer):
    """What contacts can be listed by. values: all that there are, where they are fixed."""

    type: Literal["TEXT", "NUMBER", "DATE", "SELECT", "LOOKUP"]
    property: str
    propertyLabel: str
    values: list[str]


class FiltersAnswer(Answer):
    """The properties, and the operators of each type."""

    filters: list[PropertyAnswer]
    options: dict[str, list[str]]


class RuleAnswer(Answer):
    """One rule of a filter."""

    type: Literal["TEXT", "NUMBER", "DATE", "SELECT", "LOOKUP"]
    property: str
    propertyLabel: str
    operator: str
    values: list[str]


class GroupAnswer(Answer):
    """Rules within a filter, joined in another way."""

    condition: Literal["and", "or"]
    rules: list[RuleAnswer]


class FilterAnswer(Answer):
    """A saved filter: its rules, and groups of rules."""

    condition: Literal["and", "or"]
    rules: list[RuleAnswer | GroupAnswer]


class SegmentAnswer(Answer):
    """A segment. contactCount: how many it selects now; only where one is asked for."""

    id: Digits
    name: str
    contactFilter: FilterAnswer
    updatedAt: str
    contactCount: int | None = None
