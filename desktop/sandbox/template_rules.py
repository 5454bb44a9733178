"""What Meta checks about templates: the parameters of a send, and a new template's own form."""

from __future__ import annotations

import re
from typing import Any

from .envelope import GraphError, missing
from .templates import VARIABLE, Needs, Template, variables

BODY_CHARS = 1024
PARAMETER_KINDS = ("currency", "date_time")
CATEGORIES = frozenset({"MARKETING", "UTILITY", "AUTHENTICATION"})
HEADER_FORMATS = frozenset({"TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"})
BUTTON_LIMITS = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}

_NAME = re.compile(r"[a-z0-9_]{1,512}")


def check_status(template: Template) -> None:
    """GraphError 132015, 132016 or 132001 unless `template` may be sent."""
    if template.status == "APPROVED":
        return
    if template.status == "PAUSED":
        raise GraphError(132015)
    if template.status == "DISABLED":
        raise GraphError(132016)
    raise no_translation(template.name, template.language)


def no_translation(name: str, language: str) -> GraphError:
    """Error 132001 for a template that is not there, or not approved, in this language."""
    return GraphError(132001, f"template name ({name}) does not exist in {language}")


def check_parameters(needs: Needs, components: object) -> None:
    """GraphError 132000, 132012, 132018 or 132005 unless `components` bring what the template needs."""
    if components is None:
        components = []
    if not isinstance(components, list):
        raise GraphError(100, "Param template['components'] must be an array.")
    header: list[Any] = []
    body: list[Any] = []
    urls: set[str] = set()
    for component in components:
        kind = component.get("type") if isinstance(component, dict) else None
        kind = kind.lower() if isinstance(kind, str) else None
        if kind not in ("header", "body", "button"):
            raise GraphError(100, "Param template['components'][]['type'] must be HEADER, BODY or BUTTON.")
        parameters = component.get("parameters", [])
        if not isinstance(parameters, list) or not all(isinstance(one, dict) for one in parameters):
            raise GraphError(100, "Param template['components'][]['parameters'] must be an array of objects.")
        if kind == "header":
            header = parameters
        elif kind == "body":
            body = parameters
        else:
            _check_button(needs, component, parameters, urls)
    _check_body(needs, body)
    _check_header(needs, header)
    if absent := needs.urls - urls:
        raise GraphError(132000, f"button: the URL at index {min(absent)} needs its parameter")


def _check_body(needs: Needs, parameters: list[Any]) -> None:
    if len(parameters) != len(needs.body):
        given, expected = len(parameters), len(needs.body)
        raise GraphError(
            132000,
            f"body: number of localizable_params ({given}) does not match the expected number of params "
            f"({expected})",
        )
    chars = needs.body_chars + sum(_text_of(one, "body") for one in parameters)
    _check_names(needs, parameters, needs.body)
    if chars > BODY_CHARS:
        raise GraphError(132005, f"Translated text is {chars} characters long, more than {BODY_CHARS}.")


def _check_header(needs: Needs, parameters: list[Any]) -> None:
    expected = 1 if needs.header else 0
    if len(parameters) != expected:
        raise GraphError(
            132000,
            f"header: number of localizable_params ({len(parameters)}) does not match the expected number of "
            f"params ({expected})",
        )
    if not expected:
        return
    kind = parameters[0].get("type")
    if needs.header == "TEXT":
        _text_of(parameters[0], "header")
        _check_names(needs, parameters, needs.header_names)
    elif kind != needs.header.lower() or not isinstance(parameters[0].get(kind), dict):
        raise GraphError(132012, f"header: Format mismatch, expected {needs.header}, received {kind}")


def _check_button(needs: Needs, component: dict[str, Any], parameters: list[Any], urls: set[str]) -> None:
    index = str(component.get("index", ""))
    if index not in {str(at) for at in range(needs.buttons)}:
        raise GraphError(132018, f"buttons: there is no button at index {index[:20] or '(none)'}")
    if component.get("sub_type") == "url":
        if index not in needs.urls or len(parameters) != 1:
            raise GraphError(132000, f"button: the URL at index {index} takes another number of parameters")
        _text_of(parameters[0], "button")
        urls.add(index)


def _text_of(parameter: dict[str, Any], where: str) -> int:
    """The number of characters of a text-like parameter."""
    kind = parameter.get("type")
    if kind != "text":
        if kind not in PARAMETER_KINDS:
            raise GraphError(132012, f"{where}: Format mismatch, expected TEXT, received {kind}")
        value = parameter.get(kind)
        fallback = value.get("fallback_value") if isinstance(value, dict) else None
        if not isinstance(fallback, str):
            raise missing(f"template['components'][]['parameters'][]['{kind}']['fallback_value']")
        return len(fallback)
    text = parameter.get("text")
    if not isinstance(text, str) or not text:
        raise missing("template['components'][]['parameters'][]['text']")
    if "\n" in text or "\t" in text or "     " in text:
        raise GraphError(
            132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        )
    return len(text)


def _check_names(needs: Needs, parameters: list[Any], names: tuple[str, ...]) -> None:
    if needs.named and {one.get("parameter_name") for one in parameters} != set(names):
        raise GraphError(132000, f"Parameter name is missing or unknown; expected {', '.join(names)}")


def check_new(wanted: dict[str, Any]) -> None:
    """GraphError 100 unless `wanted`, the body of a creation, makes a template."""
    name = wanted.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise GraphError(100, "Template name: only lowercase letters, digits and underscores, at most 512.")
    if str(wanted.get("category", "")).upper() not in CATEGORIES:
        raise GraphError(100, "Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}")
    if not isinstance(wanted.get("language"), str) or not wanted["language"]:
        raise missing("language")
    if str(wanted.get("parameter_format", "POSITIONAL")).upper() not in ("POSITIONAL", "NAMED"):
        raise GraphError(100, "Param parameter_format must be one of {POSITIONAL, NAMED}")
    components = wanted.get("components")
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
        raise missing("components")
    kinds = [str(one.get("type", "")).upper() for one in components]
    if kinds.count("BODY") != 1 or len(kinds) != len(set(kinds)):
        raise GraphError(100, "A template has one BODY and at most one HEADER, FOOTER and BUTTONS.")
    for kind, component in zip(kinds, components, strict=True):
        _check_part(kind, component)


def _check_part(kind: str, component: dict[str, Any]) -> None:
    text = component.get("text", "")
    if not isinstance(text, str):
        raise GraphError(100, f"{kind}: text must be a string.")
    if kind == "BODY":
        _check_new_body(text, component.get("example"))
    elif kind == "FOOTER":
        if not text or len(text) > 60 or VARIABLE.search(text):
            raise GraphError(100, "Footer: 1 to 60 characters and no variables.", subcode=2388073)
    elif kind == "HEADER":
        if str(component.get("format", "")).upper() not in HEADER_FORMATS:
            raise GraphError(100, "Header: unknown format.", subcode=2388047)
        if len(text) > 60 or len(variables(text)) > 1:
            raise GraphError(100, "Header: at most 60 characters and one variable.", subcode=2388047)
    elif kind == "BUTTONS":
        _check_new_buttons(component.get("buttons"))
    else:
        raise GraphError(100, f"Unknown component type {kind or '(none)'}.")


def _check_new_body(text: str, example: object) -> None:
    if not text or len(text) > BODY_CHARS:
        raise GraphError(100, f"Body: 1 to {BODY_CHARS} characters.", subcode=2388040)
    names = variables(text)
    if not names:
        return
    if (VARIABLE.match(text.strip()) and not _is_code(text)) or re.search(VARIABLE.pattern + r"\s*$", text):
        raise GraphError(100, "Variables can't be at the start or end of the template.", subcode=2388299)
    if re.search(r"\}\}\s*\{\{", text):
        raise GraphError(100, "Variables can't stand next to each other.", subcode=2388072)
    numbers = [name for name in names if name.isdigit()]
    if numbers and numbers != [str(at + 1) for at in range(len(names))]:
        raise GraphError(100, "Positional variables count from {{1}} without a gap.", subcode=2388072)
    if not isinstance(example, dict) or not (
        example.get("body_text") or example.get("body_text_named_params")
    ):
        raise GraphError(100, "Body: variables need an example.", subcode=2388072)


def _is_code(text: str) -> bool:
    # Meta's own authentication text begins with its variable.
    return text.endswith("is your verification code.")


def _check_new_buttons(buttons: object) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 10:
        raise GraphError(100, "Buttons: 1 to 10 of them.")
    counts = dict.fromkeys(BUTTON_LIMITS, 0)
    for button in buttons:
        kind = str(button.get("type", "")).upper() if isinstance(button, dict) else ""
        if kind not in counts:
            raise GraphError(100, f"Buttons: unknown type {kind or '(none)'}.")
        counts[kind] += 1
        label = button.get("text", "")
        if kind != "COPY_CODE" and (not isinstance(label, str) or not 1 <= len(label) <= 25):
            raise GraphError(100, "Buttons: a label has 1 to 25 characters.")
    if any(counts[kind] > limit for kind, limit in BUTTON_LIMITS.items()):
        raise GraphError(100, "Buttons: too many of one type.")
