"""Sequences as they are asked for and answered."""

from typing import Literal

from pydantic import Field

from desktop.domain.problems import Problem
from desktop.domain.public_ids import own_id
from desktop.server.devapi.parts import Answer, Asked, Digits, Filled, Short, TagAsked
from desktop.services.api_sequences import EnrolWanted


class EnrolAsked(Asked):
    """Whom to put in: one of phone, contactId and contactIds. name, tags: of a contact that is named by its number;
    it is made, without a choice about marketing, if nobody has the number."""

    phone: Short | None = Field(default=None, examples=["16045550142"])
    contactId: Short | None = None
    contactIds: list[Filled] | None = Field(default=None, min_length=1, max_length=100)
    name: Short = ""
    tags: list[TagAsked] = Field(default=[], max_length=50)

    def wanted(self) -> EnrolWanted:
        """Whom, without the shape of the request. Raises a Problem that names the field."""
        named = [one for one in ("phone", "contactId", "contactIds") if getattr(self, one) not in (None, "")]
        if len(named) != 1:
            wrong = named[-1] if named else "phone"
            raise Problem("Whom?", "Name the contacts by one of phone, contactId and contactIds.", wrong)
        if self.phone:
            return EnrolWanted(self.phone, self.name, tuple(one.name for one in self.tags))
        texts = [(f"contactIds.{place}", text) for place, text in enumerate(self.contactIds or ())]
        named_by = texts or [("contactId", self.contactId or "")]
        return EnrolWanted(contact_ids=tuple((_known(text, field), field) for field, text in named_by))


def _known(text: str, field: str) -> int:
    found = own_id(text.strip())
    if found is None:
        raise Problem("Contact not found", "There is no contact with this id.", field)
    return found


class SequenceAnswer(Answer):
    """A sequence. version: 0 before it was first activated; the counts are of all its versions."""

    id: Digits
    name: str
    status: str
    heldBecause: str
    version: int
    stepCount: int
    enrolledCount: int
    inProgressCount: int
    completedCount: int
    takenOutCount: int
    createdAt: str
    activatedAt: str | None


class EnrolResult(Answer):
    """What became of one contact. optedOut: marketing steps will fail for it, and it moves on."""

    contactId: Digits
    result: Literal["ENROLLED", "ALREADY_IN", "WENT_THROUGH", "TOO_SOON", "NO_PHONE"]
    optedOut: bool


class EnrolAnswer(Answer):
    """What became of all of them."""

    sequenceId: Digits
    sequenceName: str
    enrolledCount: int
    results: list[EnrolResult]
