"""Conversations: look, assign, resolve, tag; each by its id and by the customer's number."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from desktop.domain.keys import MAY_READ, MAY_WRITE, Caller
from desktop.server.admission import Admission
from desktop.server.devapi.asked import AskedOnce, known_id
from desktop.server.devapi.contact_models import TagsAsked
from desktop.server.devapi.conversation_models import AssignAsked, ConversationAnswer
from desktop.services.api_conversations import ApiConversations, AssignWanted, Whose

_PhoneNumber = Annotated[
    str, Path(alias="phoneNumber", max_length=64, description="With its country code: 16045550142.")
]
_Channel = Annotated[
    str, Query(alias="channelId", max_length=256, description="Any: the workspace has one number.")
]


async def _by_id(conversationId: str) -> Whose:
    return Whose(contact_id=known_id(conversationId, "Conversation"))


async def _by_phone(phone_number: _PhoneNumber, channel_id: _Channel = "") -> Whose:
    return Whose(phone=phone_number)


def routes(admission: Admission, conversations: ApiConversations) -> APIRouter:
    """The routes under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(prefix="/conversations", tags=["conversations"])
    # The number first: 'phone' is no id.
    router.include_router(_of(admission, conversations, _by_phone), prefix="/phone/{phoneNumber}")
    router.include_router(_of(admission, conversations, _by_id), prefix="/{conversationId}")
    return router


def _of(admission: Admission, conversations: ApiConversations, whose_of: object) -> APIRouter:
    router = APIRouter()
    reader = Depends(admission.needs(MAY_READ))
    writer = Depends(admission.needs(MAY_WRITE))
    which = Depends(whose_of)  # type: ignore[arg-type]

    @router.get("", response_model=ConversationAnswer, dependencies=[reader])
    async def get(whose: Annotated[Whose, which]) -> ConversationAnswer:
        """A conversation as it stands."""
        return ConversationAnswer(**await conversations.get(whose))

    @router.post("/assign", response_model=ConversationAnswer)
    async def assign(
        asked: AssignAsked,
        whose: Annotated[Whose, which],
        once: AskedOnce,
        caller: Annotated[Caller, writer],
    ) -> ConversationAnswer:
        """Give it to somebody who works here; null takes it from whoever has it."""
        return ConversationAnswer(**await conversations.assign(whose, asked.wanted(), caller, once))

    @router.post("/unassign", response_model=ConversationAnswer)
    async def unassign(
        whose: Annotated[Whose, which], once: AskedOnce, caller: Annotated[Caller, writer]
    ) -> ConversationAnswer:
        """Nobody has it any more. Takes no body."""
        return ConversationAnswer(**await conversations.assign(whose, AssignWanted(""), caller, once))

    @router.post("/resolve", response_model=ConversationAnswer)
    async def resolve(
        whose: Annotated[Whose, which], once: AskedOnce, caller: Annotated[Caller, writer]
    ) -> ConversationAnswer:
        """It is done with. The customer's next message opens it again. Takes no body."""
        return ConversationAnswer(**await conversations.set_open(whose, False, caller, once))

    @router.post("/reopen", response_model=ConversationAnswer)
    async def reopen(
        whose: Annotated[Whose, which], once: AskedOnce, caller: Annotated[Caller, writer]
    ) -> ConversationAnswer:
        """Open a resolved conversation again. Takes no body."""
        return ConversationAnswer(**await conversations.set_open(whose, True, caller, once))

    @router.post("/tags", response_model=ConversationAnswer)
    async def tags(
        asked: TagsAsked,
        whose: Annotated[Whose, which],
        once: AskedOnce,
        caller: Annotated[Caller, writer],
    ) -> ConversationAnswer:
        """Give the customer tags, and take others away."""
        return ConversationAnswer(**await conversations.tag(whose, *asked.names(), caller, once))

    return router
