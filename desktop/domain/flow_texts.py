"""Texts of a flow with {{names}} in them: answers first, then what is known of the contact. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

SECRET: Final = "secret:"
"""{{secret:name}} stands for a secret of this machine; only a request's headers may have one."""
ANSWER: Final = "answer:"
"""Stands before an answer's name where a template's variable draws on it."""
_PLACE: Final = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def names_in(text: str) -> tuple[str, ...]:
    """The names between double braces, each once, in the order in which they come."""
    return tuple(dict.fromkeys(found[1] for found in _PLACE.finditer(text)))


def fill(text: str, answers: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """The text with every name filled; one that nothing is known for becomes "".

    fields: as `contacts.fields_of` makes them; {{City}} finds 'attribute:City'.
    """
    return _filled(text, answers, fields, str)


def fill_url(text: str, answers: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """The same inside an address: what is filled in is one part of its path or one value, and no way up."""
    return _filled(text, answers, fields, lambda value: quote(value, safe="") if value.strip(".") else "")


def fill_header(text: str, answers: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """The same inside a header: what is filled in stays on its line, and names no secret."""
    return _filled(
        text, answers, fields, lambda value: " ".join(value.replace("{", "").replace("}", "").split())
    )


def fill_json(text: str, answers: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """The same inside the strings of a JSON text."""
    return _filled(text, answers, fields, lambda value: json.dumps(value, ensure_ascii=False)[1:-1])


def _filled(
    text: str, answers: Mapping[str, str], fields: Mapping[str, str], written: Callable[[str], str]
) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith(SECRET):
            return found[0]
        for known in (answers.get(name), fields.get(name), fields.get(f"attribute:{name}")):
            if known:
                return written(known)
        return ""

    return _PLACE.sub(value, text)
