"""The key that asks, and the workspace's templates."""

from typing import Annotated

from fastapi import APIRouter, Depends

from desktop.domain.keys import ANY_SCOPE, MAY_READ, Caller
from desktop.domain.public_ids import public_id
from desktop.domain.templates import Template
from desktop.server.devapi.account_models import MeAnswer, TemplateAnswer, TemplateButton, TestAnswer
from desktop.server.devapi.asked import known_id
from desktop.server.gate import Gate
from desktop.services.api_contacts import ApiContacts
from desktop.services.templates import Templates


def routes(gate: Gate, contacts: ApiContacts, templates: Templates) -> APIRouter:
    """The routes under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(tags=["account"])
    anyone = Depends(gate.needs(ANY_SCOPE))
    reader = Depends(gate.needs(MAY_READ))

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
    async def every() -> list[TemplateAnswer]:
        """The templates as last seen in WhatsApp, by name."""
        return [template_answer(one) for one in await templates.every()]

    @router.get("/whatsappTemplates/{templateId}", response_model=TemplateAnswer, dependencies=[reader])
    async def get(templateId: str) -> TemplateAnswer:
        """One template."""
        return template_answer(await templates.get(known_id(templateId, "Template")))

    return router


def template_answer(template: Template) -> TemplateAnswer:
    """A template as the API tells it. category: the one that counts, as consent asks by it."""
    return TemplateAnswer(
        id=public_id(template.id),
        name=template.name,
        language=template.language,
        category=template.effective_category.value.upper(),
        status=template.status.value.upper(),
        quality=template.quality.value.upper(),
        header=template.header_text or template.header_kind,
        body=template.body,
        footer=template.footer,
        buttons=[
            TemplateButton(type=one.kind.upper(), text=one.text, url=one.url or None)
            for one in template.buttons
        ],
        variables=list(template.variables),
    )
