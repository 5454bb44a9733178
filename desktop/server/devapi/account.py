"""The key that asks, and the workspace's templates."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query

from desktop.domain.keys import ANY_SCOPE, MAY_READ, Caller
from desktop.domain.public_ids import public_id
from desktop.domain.template_notices import NoticeKind, notices
from desktop.domain.templates import Template, TemplateStatus, example_values, placeholders
from desktop.server.admission import Admission
from desktop.server.devapi.account_models import (
    ButtonVariable,
    MeAnswer,
    TemplateAnswer,
    TemplateButton,
    TestAnswer,
)
from desktop.server.devapi.asked import known_id
from desktop.services.api_contact_shown import moment
from desktop.services.api_contacts import ApiContacts
from desktop.services.templates import Templates

Name = Annotated[str, Query(max_length=512, description="Exactly this name; empty: every one.")]
CategoryAsked = Literal["MARKETING", "UTILITY", "AUTHENTICATION"]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Page = Annotated[int, Query(ge=1, le=1_000_000, description="From 1.")]


def routes(admission: Admission, contacts: ApiContacts, templates: Templates) -> APIRouter:
    """The routes under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(tags=["account"])
    anyone = Depends(admission.needs(ANY_SCOPE))
    reader = Depends(admission.needs(MAY_READ))

    @router.get("/test", response_model=TestAnswer, dependencies=[anyone])
    async def test() -> TestAnswer:
        """Whether the key works."""
        return TestAnswer(status="ok", message="The key works.")

    @router.get("/me", response_model=MeAnswer)
    async def me(caller: Annotated[Caller, anyone]) -> MeAnswer:
        """The key that asks."""
        return MeAnswer(
            id=public_id(caller.id),
            name=caller.name,
            scope=caller.scope.value,
            accountId=await contacts.account_id(),
        )

    @router.get("/whatsappTemplates", response_model=list[TemplateAnswer], dependencies=[reader])
    async def every(
        name: Name = "",
        status: TemplateStatus | None = None,
        category: CategoryAsked | None = None,
        limit: Limit = 1_000,
        page: Page = 1,
    ) -> list[TemplateAnswer]:
        """The templates as last seen in WhatsApp, by name; all of them, or those that fit what is asked."""
        found = [
            one
            for one in await templates.every(listing=True)
            if name in ("", one.name)
            and status in (None, one.status)
            and category in (None, one.effective_category.value.upper())
        ]
        return [template_answer(one) for one in found[(page - 1) * limit : page * limit]]

    @router.get("/whatsappTemplates/{templateId}", response_model=TemplateAnswer, dependencies=[reader])
    async def get(templateId: str) -> TemplateAnswer:
        """One template."""
        return template_answer(await templates.get(known_id(templateId, "Template"), listing=True))

    return router


def template_answer(template: Template) -> TemplateAnswer:
    """A template as the API tells it. Pure."""
    before, paused = template.category_before, template.paused_until
    told: dict[str, Any] = {
        "id": public_id(template.id),
        "whatsappId": template.whatsapp_id,
        "name": template.name,
        "language": template.language,
        "category": template.effective_category.value.upper(),
        "categoryBefore": before.value.upper() if before is not None else None,
        "status": template.status.value,
        "statusReason": template.status_reason,
        "pausedUntil": moment(paused) if paused is not None else None,
        "whyNot": _why_not(template),
        "quality": template.quality.value.upper(),
        "parameterFormat": "NAMED" if template.named else "POSITIONAL",
        "header": template.header_text or template.header_kind,
        "headerType": template.header_kind,
        "body": template.body,
        "footer": template.footer,
        "buttons": [
            TemplateButton(
                index=index,
                type=one.kind.upper(),
                text=one.text,
                url=one.url or None,
                phone=one.phone or None,
            )
            for index, one in enumerate(template.buttons)
        ],
        "variables": list(template.variables),
        "footerVariables": [
            ButtonVariable(index=index, type="url" if one.kind == "url" else "COPY_CODE", required=True)
            for index, one in enumerate(template.buttons)
            if one.kind == "copy_code" or placeholders(one.url)
        ],
        "examples": example_values(template),
        "updatedAt": moment(template.fetched_at) if template.fetched_at is not None else None,
    }
    return TemplateAnswer(**told)


_BROUGHT: Final = (NoticeKind.NEEDS_FILE, NoticeKind.NEEDS_CODE)
"""What stands against sending from a screen alone: a request brings the file and the code."""


def _why_not(template: Template) -> str:
    found = (one for one in notices(template) if one.blocks)
    if template.header_kind != "carousel":
        found = (one for one in found if one.kind not in _BROUGHT)
    return next((one.sentence for one in found), "")
