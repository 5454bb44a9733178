"""What Meta does to templates: reviews, pauses, quality, other categories; each with its webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeAlias

from .clock import BusinessClock
from .log import SendLog, upsert
from .template_rules import CATEGORIES
from .templates import NOTICE_S, Catalogue, Template, with_category
from .updates import Number, account_entry

STATUSES = frozenset({"APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "ARCHIVED"})
QUALITIES = frozenset({"GREEN", "YELLOW", "RED", "UNKNOWN"})

Announce: TypeAlias = "Callable[[str], Awaitable[None]]"
"""Keeps an entry for the webhook and lets it leave."""

Event: TypeAlias = "tuple[str, dict[str, Any]]"
"""The field of a webhook and its value, without what names the template."""


class TemplateChanges:
    """Changes templates, keeps them and tells the webhook.

    A new or edited template is approved after `review_s` seconds of real time; None leaves it pending.
    """

    def __init__(
        self,
        *,
        number: Number,
        catalogue: Catalogue,
        log: SendLog,
        clock: BusinessClock,
        announce: Announce,
        review_s: float | None,
    ) -> None:
        self._number = number
        self._catalogue = catalogue
        self._log = log
        self._clock = clock
        self._announce = announce
        self._review_s = review_s
        self._reviews: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Ends the reviews under way."""
        reviews = list(self._reviews)
        for review in reviews:
            review.cancel()
        await asyncio.gather(*reviews, return_exceptions=True)

    async def put(self, template: Template) -> None:
        """Keeps `template` without telling anyone."""
        self._catalogue.put(template)
        await self._log.keep(None, (), [upsert("template", template.id, template.as_dict())])

    async def delete(self, template: Template) -> None:
        """Takes it out and keeps that it is gone."""
        self._catalogue.remove(template)
        gone = replace(template, status="DELETED")
        await self._log.keep(None, (), [upsert("template", gone.id, gone.as_dict())])

    def review_later(self, template_id: str) -> None:
        """Approves it after the review's time, if it is still pending then."""
        if self._review_s is None:
            return
        review = asyncio.get_running_loop().create_task(self._review(template_id, self._review_s))
        self._reviews.add(review)
        review.add_done_callback(self._reviews.discard)

    async def change(self, template: Template, wanted: dict[str, Any]) -> Template:
        """Sets `status`, `quality`, `correct_category` (announced for in 24 h), `category` (at once) or `body`.

        Each sends its webhook. A pause is the first (3 h) or, with `pause` 2, the second (6 h). ValueError, with a sentence, for a value Meta does not have.
        """
        known = {
            "status": STATUSES,
            "category": CATEGORIES,
            "correct_category": CATEGORIES,
            "quality": QUALITIES,
        }
        for key, values in known.items():
            if key in wanted and wanted[key] not in values:
                raise ValueError(f"'{key}' is one of {', '.join(sorted(values))}.")
        body, pause = wanted.get("body", "Hello."), wanted.get("pause", 1)
        if not isinstance(body, str) or not body.strip():
            raise ValueError("'body' is the new text.")
        if pause not in PAUSES:
            raise ValueError("'pause' is 1 or 2.")
        events: list[Event] = []
        now_s = self._clock.now_s()
        if "status" in wanted:
            template, event = _with_status(template, wanted["status"], wanted.get("reason"), now_s, pause)
            events.append(event)
        if "body" in wanted:
            template, event = _with_body(template, body)
            events.append(event)
        if "quality" in wanted:
            told = {"previous_quality_score": template.quality, "new_quality_score": wanted["quality"]}
            template = replace(template, quality=wanted["quality"], quality_at_s=now_s)
            events.append(("message_template_quality_update", told))
        if "correct_category" in wanted:
            template, event = _with_warning(template, wanted["correct_category"], now_s + NOTICE_S)
            events.append(event)
        if "category" in wanted:
            template = with_category(template, wanted["category"])
            events.append(_category_done(template))
        await self.put(template)
        for field, value in events:
            await self._tell(template, field, value)
        return template

    async def correct_due(self) -> None:
        """Carries out the announced category changes whose time has come."""
        for template in self._catalogue.corrections_due(self._clock.now_s()):
            await self.put(template)
            await self._tell(template, *_category_done(template))

    async def _tell(self, template: Template, field: str, value: dict[str, Any]) -> None:
        named = {
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
        }
        await self._announce(account_entry(self._number, field, value | named, self._clock.now_s()))

    async def _review(self, template_id: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        template = self._catalogue.get(template_id)
        if template is not None and template.status == "PENDING":
            await self.change(template, {"status": "APPROVED"})


PAUSES = {1: ("FIRST_PAUSE", 3), 2: ("SECOND_PAUSE", 6)}
"""What a pause is called, and its hours."""


def _with_status(
    template: Template, status: str, reason: object, now_s: float, pause: int
) -> tuple[Template, Event]:
    why = reason if isinstance(reason, str) else "INVALID_FORMAT" if status == "REJECTED" else "NONE"
    value: dict[str, Any] = {
        "event": status,
        "reason": why,
        "message_template_category": template.category,
    }
    if status == "PAUSED":
        title, hours = PAUSES[pause]
        value["other_info"] = {
            "title": title,
            "description": f"Paused for {hours} hours due to low quality.",
        }
    if status == "DISABLED":
        value["disable_info"] = {"disable_date": int(now_s)}
    changed = replace(template, status=status, rejected_reason=why)
    return changed, ("message_template_status_update", value)


def _with_body(template: Template, text: str) -> tuple[Template, Event]:
    """Other words in the body; its examples stay."""
    parts = tuple(one | {"text": text} if one["type"] == "BODY" else one for one in template.components)
    return replace(template, components=parts), (
        "message_template_components_update",
        {"message_template_element": text},
    )


def _with_warning(template: Template, category: str, at_s: float) -> tuple[Template, Event]:
    value = {
        "new_category": template.category,
        "correct_category": category,
        "category_update_timestamp": int(at_s),
    }
    return replace(template, correct_category=category, correct_at_s=at_s), (
        "template_category_update",
        value,
    )


def _category_done(template: Template) -> Event:
    told = {"previous_category": template.previous_category, "new_category": template.category}
    return "template_category_update", told
