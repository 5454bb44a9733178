"""Conversations as they are asked for and answered, and the people they are given to."""

from typing import Final, Literal

from desktop.domain.problems import Problem
from desktop.server.devapi.contact_models import PersonReference, TagAnswer
from desktop.server.devapi.parts import Answer, Asked, Digits, NoBot, NotYet, Short
from desktop.services.api_conversations import AssignWanted

_NAMING: Final = ("userId", "assigneeId", "assignedTo", "email")


class AssignAsked(Asked):
    """Who gets the conversation: one of the four, a person's id or e-mail address; null for nobody."""

    userId: Short | None = None
    assigneeId: Short | None = None
    assignedTo: Short | None = None
    email: Short | None = None
    teamId: NotYet = None
    botId: NoBot = None

    def wanted(self) -> AssignWanted:
        """Who gets it. Raises a Problem of 'userId' unless somebody, or nobody, is named."""
        named = [field for field in _NAMING if field in self.model_fields_set]
        if not named:
            raise Problem("Nobody named", "Say in userId who gets the conversation.", "userId")
        field = next((one for one in named if (getattr(self, one) or "").strip()), named[0])
        return AssignWanted(getattr(self, field) or "", field)


class ContactReference(Answer):
    """The customer."""

    id: Digits
    name: str
    phone: list[str]


class ConversationAnswer(Answer):
    """A conversation. windowOpenUntil: until when a text may be sent; null: the customer never wrote."""

    id: Digits
    accountId: str
    contactId: Digits
    contact: ContactReference
    channelType: Literal["whatsapp"]
    status: Literal["OPEN", "CLOSE"]
    assigneeId: Digits | None
    assignee: PersonReference | None
    tags: list[TagAnswer]
    unreadCount: int
    lastMessageAt: str
    lastInboundAt: str | None
    windowOpenUntil: str | None


class UserAnswer(Answer):
    """Somebody who works here. email: empty where they sign in with something else."""

    id: Digits
    name: str
    email: str
    role: Literal["agent", "supervisor", "admin"]
