"""Messages: send, ask where one stands, ask what would happen."""

from typing import Annotated

from fastapi import APIRouter, Depends

from desktop.domain.keys import ANY_SCOPE, MAY_SEND, Caller
from desktop.domain.problems import Problem
from desktop.server.admission import Admission
from desktop.server.devapi import message_address
from desktop.server.devapi.asked import AskedOnce, known_id
from desktop.server.devapi.message_address import AskedByAddress
from desktop.server.devapi.message_models import AcceptedAnswer, ExplainAnswer, MessageAsked, StatusAnswer
from desktop.services.api_messages import ApiMessages


def routes(admission: Admission, messages: ApiMessages) -> APIRouter:
    """The routes under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(tags=["messages"])
    sender = Depends(admission.needs(MAY_SEND))
    anyone = Depends(admission.needs(ANY_SCOPE))

    @router.post("/messages/whatsapp", status_code=202, response_model=AcceptedAnswer)
    async def send(asked: MessageAsked, once: AskedOnce, caller: Annotated[Caller, sender]) -> AcceptedAnswer:
        """Send a template or, inside the reply window, anything else: a text, a file, a place, contacts, buttons.

        202 says that it is kept. A marketing template to a contact who opted out fails: its status says so,
        and the report does.
        """
        return AcceptedAnswer(**await messages.send(asked.wanted(), caller, once))

    @router.get(
        "/messages/whatsapp",
        status_code=202,
        response_model=AcceptedAnswer,
        openapi_extra=message_address.described(),
    )
    async def send_by_address(
        asked: AskedByAddress, once: AskedOnce, caller: Annotated[Caller, sender]
    ) -> AcceptedAnswer:
        """Send a template by opening an address: apikey, apisecret, c, p, n, t=template, templateName, bodyValues_1 …

        For programs that can do nothing else: whoever sees the address has the key.
        """
        try:
            return AcceptedAnswer(**await messages.send(asked, caller, once))
        except Problem as wrong:
            raise message_address.renamed(wrong) from wrong

    @router.post(
        "/messages/whatsapp/explain", response_model=ExplainAnswer, response_model_exclude_unset=True
    )
    async def explain(asked: MessageAsked, caller: Annotated[Caller, anyone]) -> ExplainAnswer:
        """What would become of this message now, and why. Nothing is sent, and nothing is made.

        A restricted key is told nothing of the contact: no contactId, steps, conclusion or change.
        """
        return ExplainAnswer(**await messages.explain(asked.wanted(), caller))

    @router.get("/messages/{messageId}/status", response_model=StatusAnswer, response_model_exclude_none=True)
    async def status(messageId: str, caller: Annotated[Caller, anyone]) -> StatusAnswer:
        """Where a message stands. A restricted key finds the messages that it sent."""
        return StatusAnswer(**await messages.status(known_id(messageId, "Message"), caller))

    return router
