"""What requests and answers of the API are made of. Requests pass over what they do not know; answers are closed."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema

from desktop.domain.problems import Problem

LONGEST_VALUE: Final = 1_024
"""Of a template's variable: WhatsApp's body has no more."""
Short = Annotated[str, StringConstraints(max_length=256)]
Value = Annotated[str, StringConstraints(max_length=LONGEST_VALUE)]
Filled = Annotated[str, StringConstraints(max_length=256, pattern=r"\S")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]


def _with_numbers(schema: Any) -> None:
    """Describe that a number is taken where a text is meant."""
    if isinstance(schema, list):
        for one in schema:
            _with_numbers(one)
    elif isinstance(schema, dict):
        if schema.get("type") == "string" and "enum" not in schema and "const" not in schema:
            schema["type"] = ["string", "number"]
        for name, part in schema.items():
            if name not in ("propertyNames", "default", "examples"):
                _with_numbers(part)


class Asked(BaseModel):
    """A part of a request. Numbers are taken as text where text is meant: many clients send them so."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, json_schema_extra=_with_numbers)


class Answer(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid")


def _not_yet(value: object) -> None:
    if value not in (None, "", [], {}):
        raise ValueError("this is not taken yet; leave it out")


NotYet = Annotated[
    None, BeforeValidator(_not_yet), WithJsonSchema({"enum": [None, "", [], {}], "default": None})
]
"""A field of Gallabox's that would be half done if it were passed over."""

NO_BOT: Final = "a bot takes a conversation by its triggers, such as the payload of a button"
"""Why nothing is handed to a bot here; what to do instead follows."""


def _not_to_a_bot(value: object) -> None:
    if value not in (None, "", [], {}):
        raise ValueError(f"{NO_BOT}; give the flow one, and leave this out")


NoBot = Annotated[
    None, BeforeValidator(_not_to_a_bot), WithJsonSchema({"enum": [None, "", [], {}], "default": None})
]
"""A bot that was to have the conversation."""


_OPT_IN_WORDS: Final = ("optin", "optout", "optedin", "optedout", "consent", "subscri")


def refuse_other_opt_ins(given: object, known: Collection[str], prefix: str = "") -> None:
    """An opt-in under another name than ours must not be passed over: it may be a No.

    given: what was asked, unchecked; known: the names that this part has. Raises a Problem of the first other name
    that looks like an opt-in.
    """
    for name in given if isinstance(given, Mapping) else ():
        letters = "".join(one for one in str(name) if one.isalpha()).casefold()
        if name not in known and any(word in letters for word in _OPT_IN_WORDS):
            raise Problem(
                "Not a field here",
                f"“{name}” is not taken. The opt-in of a contact is told as optIn: yes, no or none.",
                f"{prefix}{name}",
            )


class TagAsked(Asked):
    """A tag by name."""

    name: Filled
