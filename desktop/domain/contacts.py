"""A contact and what it said about marketing, as screens and services see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from desktop.domain import phones
from desktop.domain.consent import Facts, OptIn, Source


class Fact(StrEnum):
    """Which of the two facts an event changed: ours, or WhatsApp's own stop."""

    OPT_IN = "opt_in"
    WHATSAPP = "whatsapp"


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One line of the append-only history. value: yes, no, none; or stop, resume for WhatsApp's fact."""

    id: int
    contact_id: int
    fact: Fact
    value: str
    source: Source
    at: datetime
    user_name: str = ""
    evidence: str = ""
    reason: str = ""

    @property
    def words(self) -> str:
        """What it says in the history: 'Yes · import “spring list”'."""
        said = {"yes": "Yes", "no": "No", "none": "No choice", "stop": "Stopped", "resume": "Resumed"}
        return f"{said[self.value]} · {self.origin}"

    @property
    def origin(self) -> str:
        """Where it came from: 'keyword “STOP”', 'WhatsApp', 'Meera Rao'."""
        if self.source is Source.AGENT:
            return self.user_name or "a colleague"
        name = {Source.WHATSAPP: "in WhatsApp", Source.API: "API"}.get(self.source, self.source.value)
        return f"{name} “{self.evidence}”" if self.evidence else name


@dataclass(frozen=True, slots=True)
class Contact:
    """A person. phone: E.164 or "" if only a business-scoped id is known."""

    id: int
    name: str
    phone: str
    facts: Facts
    created_at: datetime
    last_inbound_at: datetime | None = None
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown_name(self) -> str:
        return self.name or phones.pretty(self.phone) or f"Contact {self.id}"

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.shown_name

    @property
    def opt_in(self) -> OptIn:
        return self.facts.opt_in


def fields_of(name: str, phone: str, attributes: Mapping[str, str]) -> dict[str, str]:
    """What template variables may draw on: name, first_name, phone, attribute:<name>."""
    first = name.split()[0] if name.split() else ""
    shown = {"name": name, "first_name": first, "phone": phone}
    return shown | {f"attribute:{key}": value for key, value in attributes.items()}
