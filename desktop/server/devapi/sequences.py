"""Sequences: list them, look at one, put contacts in."""

from typing import Annotated

from fastapi import APIRouter, Depends

from desktop.domain.keys import MAY_READ, MAY_WRITE, Caller
from desktop.server.admission import Admission
from desktop.server.devapi.asked import AskedOnce, known_id
from desktop.server.devapi.sequence_models import EnrolAnswer, EnrolAsked, SequenceAnswer
from desktop.services.api_sequences import ApiSequences


def routes(admission: Admission, sequences: ApiSequences) -> APIRouter:
    """The routes under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(prefix="/sequences", tags=["sequences"])
    reader = Depends(admission.needs(MAY_READ))
    writer = Depends(admission.needs(MAY_WRITE))

    @router.get("", response_model=list[SequenceAnswer], dependencies=[reader])
    async def every() -> list[SequenceAnswer]:
        """The sequences, by name."""
        return [SequenceAnswer(**one) for one in await sequences.every()]

    @router.get("/{sequenceId}", response_model=SequenceAnswer, dependencies=[reader])
    async def get(sequenceId: str) -> SequenceAnswer:
        """One sequence."""
        return SequenceAnswer(**await sequences.get(known_id(sequenceId, "Sequence")))

    @router.post("/{sequenceId}/enrol", response_model=EnrolAnswer)
    async def enrol(
        sequenceId: str, asked: EnrolAsked, once: AskedOnce, caller: Annotated[Caller, writer]
    ) -> EnrolAnswer:
        """Put contacts into an active or paused sequence.

        Its steps are sent as ever: a marketing step to somebody who opted out fails, and they move on.
        """
        wanted = asked.wanted()
        return EnrolAnswer(**await sequences.enrol(known_id(sequenceId, "Sequence"), wanted, caller, once))

    return router
