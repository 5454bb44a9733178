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
_PLACE: Final = re.compile(r"\{\{([^{}]+)\}\}")
"""Without its blanks, which are taken off in code: so the time it takes grows with the text alone."""
_BRACES: Final = str.maketrans("", "", "{}")


def names_in(text: str) -> tuple[str, ...]:
    """The names between double braces, each once, in the order in which they come."""
    return tuple(dict.fromkeys(found[1].strip() for found in _PLACE.finditer(text)))


def fill(text: str, answers: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """The text with every name filled; one that nothing is known for becomes "".

    fields: as `contacts.fields_of` makes them; {{City}} finds 'attribute:City'.
    """
    return _filled(text, answers, fields, str)


def fill_url(text: str, answers: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """The same inside an address: what is filled in is one part of its path or one value, and no way up."""
    return _filled(text, answers, fields, lambda value: quote(value, safe="") if value.strip(".") else "")


def fill_header(text: str, answers: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """The same inside a header: what is filled in stays on its line, and names no secret.

    Braces that are no place of the header itself are dropped, so that none becomes one with what is filled in.
    """
    made: list[str] = []
    end = 0
    for found in _PLACE.finditer(text):
        made.append(text[end : found.start()].translate(_BRACES))
        made.append(_value(found, answers, fields, lambda value: " ".join(value.translate(_BRACES).split())))
        end = found.end()
    return "".join((*made, text[end:].translate(_BRACES)))


def with_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """A filled header with its secrets, by their names; other places stay as they are."""

    def secret(found: re.Match[str]) -> str:
        name = found[1].strip()
        return secrets[name.removeprefix(SECRET).strip()] if name.startswith(SECRET) else found[0]

    return _PLACE.sub(secret, text)


def has_stray_braces(text: str) -> bool:
    """True where braces stand that are no place."""
    left = _PLACE.sub(" ", text)
    return "{" in left or "}" in left


def fill_json(text: str, answers: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """The same inside the strings of a JSON text."""
    return _filled(text, answers, fields, lambda value: json.dumps(value, ensure_ascii=False)[1:-1])


def _filled(
    text: str, answers: Mapping[str, str], fields: Mapping[str, str], written: Callable[[str], str]
) -> str:
    return _PLACE.sub(lambda found: _value(found, answers, fields, written), text)


def _value(
    found: re.Match[str],
    answers: Mapping[str, str],
    fields: Mapping[str, str],
    written: Callable[[str], str],
) -> str:
    name = found[1].strip()
    if name.startswith(SECRET):
        return found[0]
    for known in (answers.get(name), fields.get(name), fields.get(f"attribute:{name}")):
        if known:
            return written(known)
    return ""
