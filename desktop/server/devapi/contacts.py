"""Contacts: make, change, look up, count, and what they said about marketing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from desktop.domain.keys import MAY_READ, MAY_WRITE, Caller
from desktop.server.admission import Admission
from desktop.server.devapi.asked import AskedOnce, known_id
from desktop.server.devapi.contact_models import (
    ContactAnswer,
    ContactAsked,
    ContactsAsked,
    CountAnswer,
    FiltersAnswer,
    OptInEvent,
    SegmentAnswer,
    TagsAsked,
)
from desktop.services.api_contacts import ApiContacts

Phone = Annotated[str, Query(max_length=256, description="With its country code: 16045550142.")]
Search = Annotated[str, Query(max_length=256, description="Part of a name or number; empty: everyone.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Page = Annotated[int, Query(ge=1, le=1_000_000, description="From 1.")]


def routes(admission: Admission, contacts: ApiContacts) -> APIRouter:
    """The routes under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(prefix="/contacts", tags=["contacts"])
    _add_writes(router, admission, contacts)
    # The lists first: 'search' is no id.
    _add_lists(router, admission, contacts)
    _add_one(router, admission, contacts)
    return router


def _add_writes(router: APIRouter, admission: Admission, contacts: ApiContacts) -> None:
    writer = Depends(admission.needs(MAY_WRITE))

    @router.post("", status_code=201, response_model=ContactAnswer)
    async def create(
        asked: ContactAsked, once: AskedOnce, caller: Annotated[Caller, writer]
    ) -> ContactAnswer:
        """Make a contact; 409 if its number is known, or if its address is and either has no number. Without optIn no
        choice is recorded."""
        return ContactAnswer(**await contacts.create(asked.wanted(), caller, once))

    @router.post("/upsert", response_model=ContactAnswer)
    async def upsert(
        asked: ContactAsked, once: AskedOnce, caller: Annotated[Caller, writer]
    ) -> ContactAnswer:
        """Change the contact with this number, else the one with this e-mail address, or make one.

        What is not said stays as it is. Who has the address and no number gets the number, or becomes one with the
        contact who has it; a No stays. 409 where somebody with another number has the address, or several have it.
        """
        return ContactAnswer(**await contacts.upsert(asked.wanted(), caller, once))


def _add_lists(router: APIRouter, admission: Admission, contacts: ApiContacts) -> None:
    reader = Depends(admission.needs(MAY_READ))

    @router.get("", response_model=list[ContactAnswer], dependencies=[reader])
    async def by_phone(phone: Phone) -> list[ContactAnswer]:
        """The contact with this number: a list of one, or of none."""
        return [ContactAnswer(**one) for one in await contacts.by_phone(phone)]

    @router.patch("", response_model=list[ContactAnswer], dependencies=[reader])
    async def listed(asked: ContactsAsked) -> list[ContactAnswer]:
        """Contacts by a filter, by name, a page at a time; changes nothing."""
        return [ContactAnswer(**one) for one in await contacts.listed(asked.wanted())]

    @router.get("/search", response_model=list[ContactAnswer], dependencies=[reader])
    async def search(search: Search = "", limit: Limit = 20, page: Page = 1) -> list[ContactAnswer]:
        """Contacts by part of their name or number, by name, a page at a time."""
        return [ContactAnswer(**one) for one in await contacts.search(search, limit, page)]

    @router.get("/counts", response_model=CountAnswer, dependencies=[reader])
    async def counts() -> CountAnswer:
        """How many contacts there are."""
        return CountAnswer(count=await contacts.count())

    @router.get("/filters", response_model=FiltersAnswer, dependencies=[reader])
    async def filters() -> FiltersAnswer:
        """What contacts can be listed by, and the operators of each type."""
        return FiltersAnswer(**await contacts.filters())


def _add_one(router: APIRouter, admission: Admission, contacts: ApiContacts) -> None:
    reader = Depends(admission.needs(MAY_READ))
    writer = Depends(admission.needs(MAY_WRITE))

    @router.get("/{contactId}", response_model=ContactAnswer, dependencies=[reader])
    async def get(contactId: str) -> ContactAnswer:
        """One contact."""
        return ContactAnswer(**await contacts.get(known_id(contactId, "Contact")))

    @router.get("/{contactId}/optIn", response_model=list[OptInEvent], dependencies=[reader])
    async def history(contactId: str) -> list[OptInEvent]:
        """What the contact said about marketing, oldest first."""
        return [OptInEvent(**one) for one in await contacts.history(known_id(contactId, "Contact"))]

    @router.post("/{contactId}/tags", response_model=ContactAnswer)
    async def tags(
        contactId: str, asked: TagsAsked, once: AskedOnce, caller: Annotated[Caller, writer]
    ) -> ContactAnswer:
        """Give a contact tags, and take others away."""
        at, names = known_id(contactId, "Contact"), asked.names()
        return ContactAnswer(**await contacts.tag(at, *names, caller, once))


def segment_routes(admission: Admission, contacts: ApiContacts) -> APIRouter:
    """Saved filters, under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(
        prefix="/segments", tags=["contacts"], dependencies=[Depends(admission.needs(MAY_READ))]
    )

    @router.get("", response_model=list[SegmentAnswer], response_model_exclude_none=True)
    async def every() -> list[SegmentAnswer]:
        """The segments, by name."""
        return [SegmentAnswer(**one) for one in await contacts.segments()]

    @router.get("/{segmentId}", response_model=SegmentAnswer)
    async def one(segmentId: str) -> SegmentAnswer:
        """A segment, and how many contacts it selects now."""
        return SegmentAnswer(**await contacts.segment(known_id(segmentId, "Segment")))

    return router
