"""The Cloud API of templates: list, create, edit, delete, unpause."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from .clock import BusinessClock
from .cloud import chosen
from .envelope import GraphError, json_response, missing, no_object
from .messages import HTML_502, decoded, parse_object
from .routes import Routes
from .template_changes import TemplateChanges
from .template_rules import check_new
from .templates import Catalogue, Template, new_template, upper_types
from .trouble import Troubles
from .updates import Number

DEFAULT_FIELDS = "name,status,category,language,components,parameter_format,previous_category,id"
PAGE = 25


class TemplatesApi:
    """Templates as the business sees and changes them."""

    def __init__(
        self,
        *,
        number: Number,
        catalogue: Catalogue,
        changes: TemplateChanges,
        clock: BusinessClock,
        troubles: Troubles,
    ) -> None:
        self._number = number
        self._catalogue = catalogue
        self._changes = changes
        self._clock = clock
        self._troubles = troubles

    def add_to(self, routes: Routes) -> None:
        """Adds its routes."""
        routes.add("GET", "/{ver}/{id}/message_templates", self.list)
        routes.add("POST", "/{ver}/{id}/message_templates", self.create)
        routes.add("DELETE", "/{ver}/{id}/message_templates", self.delete)
        routes.add("POST", "/{ver}/{template}/unpause", self.unpause)
        routes.add("POST", "/{ver}/{template}", self.edit)

    async def list(self, request: web.BaseRequest, waba_id: str) -> web.Response:
        """A page of templates, with `paging.next` only if there is more."""
        self._expect_waba(waba_id, "get")
        if self._troubles.for_list():
            return web.Response(body=HTML_502, status=502, content_type="text/html")
        query = request.query
        found = [one for one in self._catalogue.all() if _fits(one, query)]
        limit = _page_size(query.get("limit"))
        start, end = 0, limit
        if "after" in query:
            start = _place(found, query["after"]) + 1
            end = start + limit
        elif "before" in query:
            end = _place(found, query["before"])
            start = max(0, end - limit)
        listed = found[start:end]
        fields = query.get("fields") or DEFAULT_FIELDS
        answer: dict[str, Any] = {"data": [chosen(one.shown(), fields) for one in listed]}
        if listed:
            after = _cursor(listed[-1])
            answer["paging"] = {"cursors": {"before": _cursor(listed[0]), "after": after}}
            if end < len(found):
                following = request.url.without_query_params("before").update_query(after=after, limit=limit)
                answer["paging"]["next"] = str(following)
        if "total_count" in query.get("summary", ""):
            answer["summary"] = {"total_count": len(found)}
        return json_response(answer)

    async def create(self, request: web.BaseRequest, waba_id: str) -> web.Response:
        """A new template, pending until it is reviewed."""
        self._expect_waba(waba_id, "post")
        wanted = parse_object(decoded(await request.read()))
        check_new(wanted)
        if self._catalogue.find(wanted["name"], wanted["language"]) is not None:
            raise GraphError(
                100, "There is already content in this language for this template.", subcode=2388024
            )
        made = new_template(wanted, self._catalogue.new_id(), self._clock.now_s())
        template = replace(made, status="PENDING", quality="UNKNOWN")
        await self._changes.put(template)
        self._changes.review_later(template.id)
        return json_response({"id": template.id, "status": "PENDING", "category": template.category})

    async def edit(self, request: web.BaseRequest, template_id: str) -> web.Response:
        """New components or another category; the template is reviewed again."""
        template = self._get(template_id, "post")
        wanted = parse_object(decoded(await request.read()))
        merged = {
            "name": template.name,
            "language": template.language,
            "category": wanted.get("category", template.category),
            "components": wanted.get("components", [*template.components]),
            "parameter_format": wanted.get("parameter_format", template.parameter_format),
        }
        check_new(merged)
        await self._changes.put(
            replace(
                template,
                category=str(merged["category"]).upper(),
                components=upper_types(merged["components"]),
                parameter_format=str(merged["parameter_format"]).upper(),
                status="PENDING",
            )
        )
        self._changes.review_later(template.id)
        return json_response({"success": True})

    async def delete(self, request: web.BaseRequest, waba_id: str) -> web.Response:
        """Deletes by `name` (every language) or `hsm_id`."""
        self._expect_waba(waba_id, "delete")
        name, template_id = request.query.get("name"), request.query.get("hsm_id")
        if not name and not template_id:
            raise missing("name")
        gone = [
            one
            for one in self._catalogue.all()
            if (not name or one.name == name) and (not template_id or one.id == template_id)
        ]
        if not gone:
            raise GraphError(100, "Message Template Not Found", subcode=2593002)
        for template in gone:
            await self._changes.delete(template)
        return json_response({"success": True})

    async def unpause(self, _request: web.BaseRequest, template_id: str) -> web.Response:
        """Lifts a pause."""
        template = self._get(template_id, "post")
        if template.status == "PAUSED":
            await self._changes.change(template, {"status": "APPROVED"})
        return json_response({"success": True})

    def _get(self, template_id: str, verb: str) -> Template:
        template = self._catalogue.get(template_id)
        if template is None:
            raise no_object(template_id, verb)
        return template

    def _expect_waba(self, waba_id: str, verb: str) -> None:
        if waba_id != self._number.waba_id:
            raise no_object(waba_id, verb)


def _fits(template: Template, query: Mapping[str, str]) -> bool:
    wanted = {key: query[key] for key in ("name", "language", "status", "category") if key in query}
    shown = template.shown()
    if any(shown[key].lower() != value.lower() for key, value in wanted.items()):
        return False
    if "quality_score" in query and template.quality != query["quality_score"].upper():
        return False
    text = (template.part("BODY") or {}).get("text", "").lower()
    if "content" in query and query["content"].lower() not in text:
        return False
    either = query.get("name_or_content", "").lower()
    return either in template.name or either in text


def _page_size(text: str | None) -> int:
    if text is None:
        return PAGE
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1000:
        raise GraphError(100, "Param limit must be a number from 1 to 1000.")
    return int(text)


def _cursor(template: Template) -> str:
    return base64.urlsafe_b64encode(template.id.encode()).decode()


def _place(found: list[Template], cursor: str) -> int:
    """Where the template of a cursor stands; GraphError 100 if the cursor is not one of ours."""
    try:
        template_id = base64.urlsafe_b64decode(cursor.encode()).decode()
    except ValueError:
        template_id = ""
    for at, template in enumerate(found):
        if template.id == template_id:
            return at
    raise GraphError(100, "Invalid cursors values")
