"""The compose box as a value: what is being written, and what stands in the way of sending it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from desktop.domain import consent, template_notices, templates, window
from desktop.domain.attachments import LONGEST_CAPTION
from desktop.domain.consent import Category, Facts, OptIn, Override, Path, Policy, Question, Verdict
from desktop.domain.meanwhile import Seen
from desktop.domain.outgoing_files import OutgoingFile
from desktop.domain.templates import Template

MAX_TEXT_LENGTH = 4096
"""Characters of a text message (Cloud API, text object)."""
OPEN_VARIABLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
"""A variable of a quick reply that nobody has filled."""
_NAMES = ("first_name", "name")
"""Names of variables that are the name of a contact's field."""


def drawn(template: Template, fields: Mapping[str, str]) -> dict[str, str]:
    """The values to begin with: those of the contact, and "" for all that a person has to say.

    fields: as of contacts.fields_of. {{first_name}} and {{name}} draw on them; of numbered variables the
    first of the body, which is usually the name. Never the example that WhatsApp was given, and never a code.
    """
    values = dict.fromkeys(template.variables, "")
    body = templates.placeholders(template.body)
    if template.category is Category.AUTHENTICATION or not body:
        return values
    if body[0].isdecimal():
        values[body[0]] = fields.get("first_name", "")
    return values | {name: fields.get(name, "") for name in body if name in _NAMES}


@dataclass(frozen=True, slots=True)
class Answered:
    """The message that the draft answers. who: who wrote it; text: what it says, or what it is."""

    message_id: int
    wamid: str
    who: str
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"message_id": self.message_id, "wamid": self.wamid, "who": self.who, "text": self.text}

    @classmethod
    def from_json(cls, kept: object) -> "Answered | None":
        """None for what is not there or not understood."""
        if not isinstance(kept, Mapping) or not kept.get("wamid"):
            return None
        return cls(
            int(kept.get("message_id") or 0),
            str(kept["wamid"]),
            str(kept.get("who") or ""),
            str(kept.get("text") or ""),
        )


@dataclass(frozen=True, slots=True)
class ComposeState:
    """A draft to one contact: free text, a file with its caption, or a template with its values.

    facts, policy, last_inbound_at: as known when the box was last refreshed; the claim asks again.
    """

    contact_id: int = 0
    contact_name: str = ""
    text: str = ""
    template: Template | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = Facts()
    policy: Policy = Policy()
    last_inbound_at: datetime | None = None
    note: str = ""
    """Why an earlier attempt came back as this draft; "" otherwise."""
    note_text: str = ""
    """A note for colleagues that is being written beside it."""
    file: OutgoingFile | None = None
    answered: Answered | None = None
    began: Seen | None = None
    """What had happened when the person began to write; None while the box is empty."""

    @property
    def is_empty(self) -> bool:
        """True while there is nothing that could be sent."""
        return not self.text and self.template is None and self.file is None

    def begin(self, seen: Seen) -> "ComposeState":
        """Remember what the person sees now, at the first edit of an empty box; an empty one forgets it."""
        if self.is_empty:
            return replace(self, began=None)
        return self if self.began is not None else replace(self, began=seen)

    def look(self, seen: Seen) -> "ComposeState":
        """The person has looked at what came since."""
        return replace(self, began=seen) if self.began is not None else self

    def write_note(self, text: str) -> "ComposeState":
        return replace(self, note_text=text)

    def attach(self, file: OutgoingFile | None) -> "ComposeState":
        return replace(self, file=file)

    def answer(self, answered: Answered | None) -> "ComposeState":
        return replace(self, answered=answered)

    def type(self, text: str) -> "ComposeState":
        return replace(self, text=text)

    def choose(self, template: Template, values: Mapping[str, str]) -> "ComposeState":
        return replace(self, template=template, values=dict(values))

    def set_value(self, name: str, value: str) -> "ComposeState":
        return replace(self, values={**self.values, name: value})

    def drop_template(self) -> "ComposeState":
        return replace(self, template=None, values={})

    def sent(self) -> "ComposeState":
        """The empty box after a message was handed over; a note that is being written stays."""
        return replace(self, text="", template=None, values={}, note="", file=None, answered=None, began=None)

    def know(self, facts: Facts, policy: Policy, last_inbound_at: datetime | None) -> "ComposeState":
        """The same draft beside newer facts."""
        return replace(self, facts=facts, policy=policy, last_inbound_at=last_inbound_at)

    def needs_template(self, now: datetime) -> bool:
        """True when the window is closed: the picker takes the place of the text box."""
        return not window.is_open(self.last_inbound_at, now)

    @property
    def shows_banner(self) -> bool:
        """The banner is about the contact, whatever is being written."""
        return self.facts.says_no or (self.policy.strict and self.facts.opt_in is OptIn.NONE)

    @property
    def category(self) -> Category:
        return self.template.effective_category if self.template else Category.SERVICE

    def verdict(self, now: datetime, override: Override | None = None) -> Verdict:
        """What the rule says of this draft now."""
        template_id = self.template.id if self.template else None
        if override and (override.contact_id, override.template_id) != (self.contact_id, template_id):
            override = None  # given for someone or something else
        return consent.decide(
            Question(
                Path.COMPOSE,
                self.category,
                self.facts,
                self.policy,
                override=override,
                template_revision=self.template.revision if self.template else None,
                window_open=window.is_open(self.last_inbound_at, now),
            )
        )

    def reason_to_send(self, reason: str, user_id: int) -> Override:
        """A person's reason, bound to what this draft shows."""
        revision = self.template.revision if self.template else None
        template_id = self.template.id if self.template else None
        return Override(
            reason.strip(), user_id, self.facts.consent_event_id, revision, self.contact_id, template_id
        )

    def blocked_by(self, now: datetime) -> str:
        """Why it cannot be sent yet, as a sentence; "" when it can."""
        if self.template is not None:
            empty = templates.missing(self.template, self.values)
            if empty:
                return f"Fill {_listed(self.template, empty)} first."
            why = template_notices.not_sendable(self.template)
            return f"{why}. Choose another template." if why else ""
        if self.needs_template(now):
            return "The reply window is closed. Choose a template."
        if self.file is not None:
            return self._file_blocked_by(self.file)
        if not self.text.strip():
            return "Write something first."
        if len(self.text) > MAX_TEXT_LENGTH:
            return f"{len(self.text):,} characters; WhatsApp takes {MAX_TEXT_LENGTH:,}. Shorten it."
        return self._open_variable()

    def _open_variable(self) -> str:
        found = OPEN_VARIABLE.search(self.text)
        return f"Fill {found.group(0)} first." if found else ""

    def _file_blocked_by(self, file: OutgoingFile) -> str:
        if self.text.strip() and not file.takes_caption:
            return "WhatsApp shows no caption under audio. Send the text by itself."
        if len(self.text) > LONGEST_CAPTION:
            return (
                f"{len(self.text):,} characters; under a file WhatsApp takes {LONGEST_CAPTION:,}. Shorten it."
            )
        return self._open_variable()

    def to_json(self) -> dict[str, Any]:
        """What is kept of a draft across restarts; of the rarer things only those that are there."""
        rarer = {
            "note_text": self.note_text,
            "file": self.file.to_json() if self.file is not None else None,
            "answered": self.answered.to_json() if self.answered is not None else None,
            "began": self.began.to_json() if self.began is not None else None,
        }
        return {
            "text": self.text,
            "template_id": self.template.id if self.template else None,
            "values": dict(self.values),
            "note": self.note,
        } | {name: kept for name, kept in rarer.items() if kept}

    def restore(self, kept: Mapping[str, Any], template: Template | None, seen: Seen) -> "ComposeState":
        """What `to_json()` kept, beside the same contact. seen: what to begin with where none was kept."""
        values = {str(name): str(value) for name, value in (kept.get("values") or {}).items()}
        made = replace(
            self,
            text=str(kept.get("text") or ""),
            template=template,
            values=values if template else {},
            note=str(kept.get("note") or ""),
            note_text=str(kept.get("note_text") or ""),
            file=OutgoingFile.from_json(kept.get("file")),
            answered=Answered.from_json(kept.get("answered")),
            began=Seen.from_json(kept.get("began")),
        )
        return made.begin(seen)


def variable_label(template: Template, name: str) -> str:
    """What the field of a variable is called: 'Variable 1', 'Header', 'Button “Track”', 'order number'."""
    part, _, inner = name.rpartition(":")
    if part == "header":
        return "Header" if len(templates.placeholders(template.header_text)) == 1 else f"Header {inner}"
    if part.startswith("button"):
        index = int(part.removeprefix("button"))
        return f"Button “{template.buttons[index].text}”" if index < len(template.buttons) else name
    return f"Variable {name}" if name.isdecimal() else name.replace("_", " ")


def _listed(template: Template, names: Sequence[str]) -> str:
    """'Variable 2', 'Variable 2 and Variable 3', 'Header, Variable 2 and order number': the fields' own names."""
    said = [variable_label(template, name) for name in names]
    return " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
