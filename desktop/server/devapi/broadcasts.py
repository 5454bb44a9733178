"""Broadcasts: launch one to segments, list them, look at one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from desktop.domain.keys import MAY_READ, MAY_WRITE, Caller
from desktop.server.admission import Admission
from desktop.server.devapi.asked import AskedOnce, known_id
from desktop.server.devapi.broadcast_models import BroadcastAnswer, BroadcastAsked
from desktop.services.api_broadcasts import ApiBroadcasts

Limit = Annotated[int, Query(ge=1, le=100)]
Page = Annotated[int, Query(ge=1, le=1_000_000, description="From 1.")]


def routes(admission: Admission, broadcasts: ApiBroadcasts) -> APIRouter:
    """The routes under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(prefix="/broadcasts", tags=["broadcasts"])
    reader = Depends(admission.needs(MAY_READ))
    writer = Depends(admission.needs(MAY_WRITE))

    @router.post("", response_model=BroadcastAnswer)
    async def launch(
        asked: BroadcastAsked, once: AskedOnce, caller: Annotated[Caller, writer]
    ) -> BroadcastAnswer:
        """Send a template to everybody of the segments, now.

        Marketing leaves out those who opted out, each with the reason. With sendMessageOnlyOptIn false they get it,
        too; this needs overrideReason, and a workspace in which admins may do so.
        """
        return BroadcastAnswer(**await broadcasts.launch(asked.wanted(), caller, once))

    @router.get("", response_model=list[BroadcastAnswer], dependencies=[reader])
    async def every(limit: Limit = 20, page: Page = 1) -> list[BroadcastAnswer]:
        """The broadcasts that were launched, from here or from the window, the newest first, a page at a time."""
        return [BroadcastAnswer(**one) for one in await broadcasts.every(limit, page)]

    @router.get("/{broadcastId}", response_model=BroadcastAnswer, dependencies=[reader])
    async def get(broadcastId: str) -> BroadcastAnswer:
        """One broadcast: where its messages are now, what they reached, and why some were left out."""
        return BroadcastAnswer(**await broadcasts.get(known_id(broadcastId, "Broadcast")))

    return router
