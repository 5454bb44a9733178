"""The people who work here."""

from fastapi import APIRouter, Depends

from desktop.domain.keys import MAY_READ
from desktop.server.admission import Admission
from desktop.server.devapi.conversation_models import UserAnswer
from desktop.services.api_people import ApiPeople


def routes(admission: Admission, people: ApiPeople) -> APIRouter:
    """The routes under /devapi and under /devapi/accounts/{accountId}."""
    router = APIRouter(tags=["account"])

    @router.get("/users", response_model=list[UserAnswer], dependencies=[Depends(admission.needs(MAY_READ))])
    async def every() -> list[UserAnswer]:
        """Those whose account is open."""
        return [UserAnswer(**one) for one in await people.every()]

    return router
