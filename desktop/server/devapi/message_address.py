"""A template sent by opening an address, as Gallabox's GET variant has it: all that is asked stands in the query."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request

from desktop.domain.api_message import MessageWanted, TemplateWanted
from desktop.domain.given import Mismatch
from desktop.domain.problems import Problem
from desktop.server.devapi.parts import LONGEST_VALUE
from desktop.server.problems import code_of

_BODY: Final = "bodyValues_"
_MOST_VALUES: Final = 100
_LONGEST_NAME: Final = 256
_FIELDS: Final = {
    "recipient.phone": "p",
    "recipient.name": "n",
    "whatsapp.template.templateName": "templateName",
    "whatsapp.template.bodyValues": "bodyValues",
    "whatsapp.template.headerValues": "templateName",
    "whatsapp.template.buttonValues": "templateName",
}
"""What the parts of a message are called in the address. Of what cannot stand there, the template is the cause."""


async def asked(
    request: Request,
    p: Annotated[str, Query(max_length=256, description="The number with its country code: 16045550142.")],
    templateName: Annotated[str, Query(min_length=1, max_length=256, pattern=r"\S")],
    t: Annotated[Literal["template"], Query(description="Only templates are sent in this way.")] = "template",
    n: Annotated[str, Query(max_length=256, description="A name, for a contact that is not known yet.")] = "",
    c: Annotated[str, Query(max_length=256, description="Any: the workspace has one number.")] = "",
) -> MessageWanted:
    """The message. Its values come as bodyValues_1, bodyValues_CustomerName …; the key as apikey and apisecret."""
    values = _values(request.query_params.multi_items())
    return MessageWanted(p, n, template=TemplateWanted(templateName, body=values))


def _values(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in query:
        if not name.startswith(_BODY):
            continue
        if not 0 < len(name) - len(_BODY) <= _LONGEST_NAME or len(value) > LONGEST_VALUE:
            raise Mismatch("Too long", f"A value has at most {LONGEST_VALUE:,} characters.", name)
        found[name.removeprefix(_BODY)] = value
    if len(found) > _MOST_VALUES:
        raise Mismatch("Too many", f"There are at most {_MOST_VALUES} values.", _BODY)
    return found


def renamed(wrong: Problem) -> Problem:
    """The same problem with its field as it is called in the address."""
    for told, here in _FIELDS.items():
        if wrong.field == told or wrong.field.startswith(told + "."):
            rest = wrong.field[len(told) + 1 :]
            field = f"{here}_{rest}" if rest and here == "bodyValues" else here
            return Mismatch(wrong.title, wrong.sentence, field) if code_of(wrong) == 422 else wrong
    return wrong


AskedByAddress = Annotated[MessageWanted, Depends(asked)]


def described() -> dict[str, Any]:
    """For the documentation: the key's two parts, which the admission takes out of the address before anything reads it."""
    named = {"apikey": "The key.", "apisecret": "Its secret. Addresses are seen by many: headers are safer."}
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
                "description": told,
            }
            for name, told in named.items()
        ]
    }
