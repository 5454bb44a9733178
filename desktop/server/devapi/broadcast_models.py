"""Broadcasts as they are asked for and answered. Source of the shapes: Gallabox's public API description."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints

from desktop.domain.api_broadcast import BroadcastWanted
from desktop.domain.api_message import TemplateWanted
from desktop.domain.problems import Problem
from desktop.domain.public_ids import own_id
from desktop.domain.text import clean
from desktop.server.devapi.contact_models import FilterAnswer
from desktop.server.devapi.message_models import ButtonAsked, HeaderValue
from desktop.server.devapi.parts import Answer, Asked, Digits, Filled, NotYet, Short, Value

Said = Annotated[str, StringConstraints(max_length=1_000)]


class BroadcastAsked(Asked):
    """A broadcast to segments, now. A value is a text for everybody or one contact field: {{{contact.name}}}, or
    {{{contact.name|there}}} with what stands there for those who have none.

    sendMessageOnlyOptIn false sends marketing also to those who opted out; overrideReason, added, says why, and is
    kept. Of templateName and templateId one is needed; language, added, where a name has several.
    """

    name: Filled = Field(examples=["Winter clearance"])
    channelId: Short = ""
    schduledType: Literal["NOW"] = "NOW"
    scheduledType: Literal["NOW"] = "NOW"
    schduledAt: NotYet = None
    scheduledAt: NotYet = None
    templateName: Short = ""
    templateId: Short = ""
    language: Short = ""
    sendMessageOnlyOptIn: StrictBool = True
    overrideReason: Said = ""
    source: Literal["CONTACT"] = "CONTACT"
    segments: list[Filled] = Field(min_length=1, max_length=20)
    bodyValues: dict[Short, Value] = Field(default={}, max_length=100)
    headerValues: dict[Short, HeaderValue] = Field(default={}, max_length=10)
    buttonValues: list[ButtonAsked] = Field(default=[], max_length=10)
    replyTo: NotYet = None

    def wanted(self) -> BroadcastWanted:
        """The broadcast without the shape of its request. Raises a Problem that names the field."""
        if not self.templateName.strip() and not self.templateId.strip():
            raise Problem("No template", "Name a template, or give its id.", "templateName")
        template_id = own_id(self.templateId.strip()) if self.templateId.strip() else None
        if self.templateId.strip() and template_id is None:
            raise Problem("Template not found", "There is no template with this id.", "templateId")
        body, header = _cleaned(self.bodyValues), _cleaned(self.headerValues)
        buttons = [
            replace(one, value=clean(one.value)) for one in (one.wanted() for one in self.buttonValues)
        ]
        name = clean(self.templateName).strip()
        template = TemplateWanted(name, clean(self.language), body, header, tuple(buttons))
        echo = {
            "bodyValues": body,
            "headerValues": header,
            "buttonValues": [
                {"index": one.index, "sub_type": clean(one.kind), "value": one.value} for one in buttons
            ],
        }
        segments = tuple(_segment_id(text, place) for place, text in enumerate(self.segments))
        return BroadcastWanted(
            self.name,
            template,
            template_id,
            segments,
            self.sendMessageOnlyOptIn,
            self.overrideReason,
            echo,
        )


def _cleaned(values: dict[str, str]) -> dict[str, str]:
    return {clean(name): clean(value) for name, value in values.items()}


def _segment_id(text: str, place: int) -> int:
    found = own_id(text.strip())
    if found is None:
        raise Problem("Segment not found", "There is no segment with this id.", f"segments.{place}")
    return found


class SegmentOfBroadcast(Answer):
    """A segment as it stood at the launch."""

    id: Digits
    name: str
    contactFilter: FilterAnswer


class ButtonOfBroadcast(Answer):
    """A value of a button."""

    index: int
    sub_type: str
    value: str


class NowAnswer(Answer):
    """One state each; they add up to selectedCount. queued: waiting, or on the way to WhatsApp."""

    queued: int
    accepted: int
    sent: int
    delivered: int
    read: int
    failed: int
    leftOut: int
    cancelled: int
    unknown: int


class ReachedAnswer(Answer):
    """Messages that were sent, delivered and read at least once, whatever they are now."""

    sent: int
    delivered: int
    read: int


class ReasonAnswer(Answer):
    """Why messages were left out or failed, and how many. code: WhatsApp's, of what failed there."""

    reason: str
    label: str
    count: int
    code: int | None = None


class BroadcastAnswer(Answer):
    """A broadcast. contactCount: those it was launched for; with those left out at the launch they are
    selectedCount. despiteOptOutCount: how many of contactCount had opted out.

    channelId, source, isDelete, ignoreLimit, amountSpent, logVersion are always the same: clients expect them.
    """

    id: Digits
    accountId: str
    channelId: str
    name: str
    status: Literal["PREPARING", "RUNNING", "PAUSED", "HELD", "STOPPED", "DONE"]
    heldBecause: str
    schduledType: Literal["NOW"]
    schduledAt: str
    createdAt: str
    endedAt: str | None
    createdBy: str
    source: Literal["CONTACT"]
    templateName: str
    templateId: Digits | None
    sendMessageOnlyOptIn: bool
    overrideReason: str
    segments: list[SegmentOfBroadcast]
    bodyValues: dict[str, str]
    headerValues: dict[str, str]
    buttonValues: list[ButtonOfBroadcast]
    contactCount: int
    selectedCount: int
    despiteOptOutCount: int
    optedOutSinceCount: int
    now: NowAnswer
    reached: ReachedAnswer
    leftOut: list[ReasonAnswer]
    failed: list[ReasonAnswer]
    isDelete: bool
    ignoreLimit: bool
    amountSpent: int
    logVersion: int
