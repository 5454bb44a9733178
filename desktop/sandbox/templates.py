"""The message templates of the account: what they say, in which state they are, and what a send must bring."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

VARIABLE = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}")
NOTICE_S = 24 * 3600
"""How long after the warning Meta corrects a category."""

FOOTER = "Reply STOP to opt out"


@dataclass(frozen=True, slots=True)
class Template:
    """One template in one language, as Meta lists it. Times are business seconds since the epoch."""

    id: str
    name: str
    language: str
    category: str
    components: tuple[dict[str, Any], ...]
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    quality: str = "GREEN"
    quality_at_s: float = 0.0
    correct_category: str = ""
    correct_at_s: float = 0.0
    previous_category: str = ""
    rejected_reason: str = "NONE"

    def part(self, kind: str) -> dict[str, Any] | None:
        """The component of this type ('HEADER', 'BODY', 'FOOTER', 'BUTTONS'), if there is one."""
        return next((one for one in self.components if one["type"] == kind), None)

    def shown(self) -> dict[str, Any]:
        """Every field the Cloud API can be asked for."""
        listed: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "parameter_format": self.parameter_format,
            "components": list(self.components),
            "quality_score": {"score": self.quality, "date": int(self.quality_at_s)},
            "rejected_reason": self.rejected_reason,
        }
        if self.correct_category:
            listed["correct_category"] = self.correct_category
        if self.previous_category:
            listed["previous_category"] = self.previous_category
        return listed

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the file."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a send of a template must bring, worked out once per template revision.

    `header` is '', 'TEXT' (with a variable) or a media format; `body` and `header_names` are the variables in
    order; `urls` are the positions of URL buttons with a variable; `body_chars` is the body's text without them.
    """

    named: bool
    header: str
    header_names: tuple[str, ...]
    body: tuple[str, ...]
    body_chars: int
    urls: frozenset[str]
    buttons: int


def needs_of(template: Template) -> Needs:
    """Works out what `template` needs."""
    header = template.part("HEADER") or {}
    body_text = (template.part("BODY") or {}).get("text", "")
    buttons = (template.part("BUTTONS") or {}).get("buttons", [])
    format_ = header.get("format", "")
    header_names = variables(header.get("text", "")) if format_ == "TEXT" else ()
    return Needs(
        named=template.parameter_format == "NAMED",
        header="" if format_ == "TEXT" and not header_names else format_,
        header_names=header_names,
        body=variables(body_text),
        body_chars=len(VARIABLE.sub("", body_text)),
        urls=frozenset(str(at) for at, button in enumerate(buttons) if "{{" in button.get("url", "")),
        buttons=len(buttons),
    )


def variables(text: str) -> tuple[str, ...]:
    """The variables of a text, each once, in the order of their first appearance."""
    return tuple(dict.fromkeys(VARIABLE.findall(text)))


class Catalogue:
    """All templates, found by id and by name and language."""

    def __init__(self, now_s: float) -> None:
        self._by_id: dict[str, Template] = {}
        self._needs: dict[tuple[str, str], tuple[Template, Needs]] = {}
        self.start_over(now_s)

    def start_over(self, now_s: float) -> None:
        """Back to the four templates a new sandbox has."""
        self._by_id.clear()
        self._needs.clear()
        for template in first_templates(now_s):
            self.put(template)

    def put(self, template: Template) -> None:
        """Adds or replaces a template."""
        self._by_id[template.id] = template
        self._needs[template.name, template.language] = (template, needs_of(template))

    def remove(self, template: Template) -> None:
        """Takes a template out."""
        self._by_id.pop(template.id, None)
        self._needs.pop((template.name, template.language), None)

    def load(self, rows: list[dict[str, Any]]) -> None:
        """Takes what the file held; fields of another version are left out."""
        known = {field.name for field in fields(Template)}
        for row in rows:
            kept = {key: value for key, value in row.items() if key in known}
            kept["components"] = tuple(kept["components"])
            template = Template(**kept)
            if template.status == "DELETED":
                self.remove(template)
            else:
                self.put(template)

    def find(self, name: str, language: str) -> tuple[Template, Needs] | None:
        """The template and what it needs."""
        return self._needs.get((name, language))

    def get(self, template_id: str) -> Template | None:
        """The template with this id."""
        return self._by_id.get(template_id)

    def named(self, name: str, language: str | None = None) -> list[Template]:
        """All with this name, in one language if given."""
        return [one for one in self.all() if one.name == name and language in (None, one.language)]

    def all(self) -> list[Template]:
        """All templates in the order they were made."""
        return list(self._by_id.values())

    def new_id(self) -> str:
        """An id that no template has had."""
        return str(max(int(template_id) for template_id in self._by_id) + 7919 if self._by_id else 10**15)

    def corrections_due(self, now_s: float) -> list[Template]:
        """Templates whose announced category has come, already changed; the caller keeps and announces them."""
        due = [one for one in self.all() if one.correct_category and one.correct_at_s <= now_s]
        return [with_category(one, one.correct_category) for one in due]


def new_template(wanted: dict[str, Any], template_id: str, now_s: float) -> Template:
    """An approved template from the body of a creation, checked before."""
    return Template(
        id=template_id,
        name=wanted["name"],
        language=wanted["language"],
        category=str(wanted["category"]).upper(),
        components=upper_types(wanted["components"]),
        parameter_format=str(wanted.get("parameter_format", "POSITIONAL")).upper(),
        quality_at_s=now_s,
    )


def upper_types(components: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The parts of a template with their types in the letters in which they are listed."""
    listed = []
    for component in components:
        upper = component | {"type": component["type"].upper()}
        if "format" in upper:
            upper["format"] = str(upper["format"]).upper()
        if "buttons" in upper:
            upper["buttons"] = [button | {"type": button["type"].upper()} for button in upper["buttons"]]
        listed.append(upper)
    return tuple(listed)


def with_category(template: Template, category: str) -> Template:
    """`template` after Meta changed its category."""
    return replace(
        template,
        category=category,
        previous_category=template.category,
        correct_category="",
        correct_at_s=0.0,
    )


def first_templates(now_s: float) -> list[Template]:
    """The four templates every sandbox has: two of marketing, one of utility, one of authentication."""
    return [
        Template(
            id="920070352646140",
            name="spring_sale",
            language="en",
            category="MARKETING",
            quality_at_s=now_s,
            components=(
                _body(
                    "Hi {{1}}, our spring sale starts {{2}}. Early access for members: {{3}} off everything.",
                    "Ana",
                    "Friday",
                    "20%",
                ),
                {"type": "FOOTER", "text": FOOTER},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop offers"}]},
            ),
        ),
        Template(
            id="920070352646141",
            name="winter_clearance",
            language="en",
            category="MARKETING",
            quality_at_s=now_s,
            components=(
                _body(
                    "Hi {{1}}, the winter clearance is on: up to {{2}} off until {{3}}.",
                    "Ana",
                    "50%",
                    "Sunday",
                ),
                {"type": "FOOTER", "text": FOOTER},
            ),
        ),
        Template(
            id="920070352646142",
            name="order_shipped",
            language="en",
            category="UTILITY",
            quality_at_s=now_s,
            components=(
                _body(
                    "Hi {{1}}, your order {{2}} has shipped and arrives {{3}}.", "Ana", "A-991", "on Thursday"
                ),
            ),
        ),
        Template(
            id="920070352646143",
            name="login_code",
            language="en",
            category="AUTHENTICATION",
            quality_at_s=now_s,
            components=(_body("{{1}} is your verification code.", "481052"),),
        ),
    ]


def _body(text: str, *examples: str) -> dict[str, Any]:
    return {"type": "BODY", "text": text, "example": {"body_text": [list(examples)]}}
