"""Outgoing webhooks: set up, look at, change, remove."""

from typing import Annotated

from fastapi import APIRouter, Depends

from desktop.domain.keys import MAY_READ, MAY_WRITE, Caller
from desktop.server.admission import Admission
from desktop.server.devapi.asked import AskedOnce, known_id
from desktop.server.devapi.webhook_models import (
    WebhookAnswer,
    WebhookAsked,
    WebhookChange,
    WebhookMade,
    WebhookRemoved,
)
from desktop.services.api_subscriptions import ApiSubscriptions


def routes(admission: Admission, subscriptions: ApiSubscriptions) -> APIRouter:
    """The routes under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(prefix="/webhooks", tags=["webhooks"])
    reader = Depends(admission.needs(MAY_READ))
    writer = Depends(admission.needs(MAY_WRITE))

    @router.get("", response_model=list[WebhookAnswer])
    async def every(caller: Annotated[Caller, reader]) -> list[WebhookAnswer]:
        """The webhooks, in the order in which they were made. A read-only key sees addresses without their query."""
        return [WebhookAnswer(**one) for one in await subscriptions.every(caller)]

    @router.post("", status_code=201, response_model=WebhookMade)
    async def create(asked: WebhookAsked, once: AskedOnce, caller: Annotated[Caller, writer]) -> WebhookMade:
        """Tell an address from now on. The answer has the signing secret, this once.

        The header x-gallabox-signature is the base64 of HMAC-SHA256 over the raw body; in WhatsApp's shape it is
        X-Hub-Signature-256, with the same secret. x-assent-delivery is the same however often a delivery comes.
        """
        return WebhookMade(**await subscriptions.create(asked.wanted(), caller, once))

    @router.get("/{webhookId}", response_model=WebhookAnswer)
    async def get(webhookId: str, caller: Annotated[Caller, reader]) -> WebhookAnswer:
        """One webhook. A read-only key sees its address without the query."""
        return WebhookAnswer(**await subscriptions.get(known_id(webhookId, "Webhook"), caller))

    @router.patch("/{webhookId}", response_model=WebhookAnswer)
    async def change(
        webhookId: str, asked: WebhookChange, once: AskedOnce, caller: Annotated[Caller, writer]
    ) -> WebhookAnswer:
        """Another address, other events; pause it, or let it go on. What waits goes to the new address."""
        id = known_id(webhookId, "Webhook")
        return WebhookAnswer(**await subscriptions.change(id, asked.wanted(), caller, once))

    @router.delete("/{webhookId}", response_model=WebhookRemoved)
    async def remove(webhookId: str, once: AskedOnce, caller: Annotated[Caller, writer]) -> WebhookRemoved:
        """Stop telling; what waits is dropped, the log too."""
        return WebhookRemoved(**await subscriptions.remove(known_id(webhookId, "Webhook"), caller, once))

    return router
