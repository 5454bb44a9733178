"""What is wrong with a field, in words for those who wrote the request: pydantic's own are for programmers of Python."""

from collections.abc import Mapping
from typing import Any, Final

_WORDS: Final = {
    "missing": "This is missing",
    "string_type": "This must be a text",
    "string_too_long": "This is too long: at most {max_length} characters are taken",
    "string_too_short": "This is too short: at least {min_length} characters are needed",
    "string_unicode": "This is not a text: it has characters that do not exist",
    "dict_type": "This must be an object, in { }",
    "model_type": "This must be an object, in { }",
    "model_attributes_type": "This must be an object, in { }",
    "list_type": "This must be a list, in [ ]",
    "too_long": "There are too many: at most {max_length} are taken",
    "too_short": "There are too few: at least {min_length} must be given",
    "bool_type": "This must be true or false",
    "bool_parsing": "This must be true or false",
    "int_type": "This must be a whole number",
    "int_parsing": "This must be a whole number",
    "int_from_float": "This must be a whole number",
    "int_parsing_size": "This number is too large",
    "float_type": "This must be a number",
    "float_parsing": "This must be a number",
    "greater_than_equal": "This must be {ge} or more",
    "less_than_equal": "This must be {le} or less",
    "greater_than": "This must be more than {gt}",
    "less_than": "This must be less than {lt}",
    "literal_error": "This must be {expected}",
    "enum": "This must be {expected}",
    "none_required": "This is not taken; leave it out",
}
"""By pydantic's types of errors. Source: https://docs.pydantic.dev/latest/errors/validation_errors/."""
_BLANK: Final = r"\S"
"""The pattern of a text in which something must stand."""


def said(error: Mapping[str, Any]) -> str:
    """One of a validation's errors as a sentence, which does not name the field."""
    kind, more = str(error.get("type", "")), error.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return "This is empty." if more.get("pattern") == _BLANK else "This is not written as it must be."
    words = _WORDS.get(kind)
    if words is None:
        words = str(error.get("msg", "Wrong input")).removeprefix("Value error, ")
    for name, value in more.items():
        words = words.replace(f"{{{name}}}", f"{value:,}" if isinstance(value, int) else str(value))
    return f"{words[:1].upper()}{words[1:]}."
