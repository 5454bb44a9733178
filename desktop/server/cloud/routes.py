"""The Cloud API's paths that clients send by, and a clear refusal of every other."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response
from fastapi.responses import JSONResponse

from desktop.domain.keys import ANY_SCOPE, MAY_READ, MAY_SEND, MAY_WRITE, Caller
from desktop.server.admission import Admission
from desktop.server.cloud import errors, files
from desktop.server.cloud.files import Version
from desktop.server.cloud.guard import CloudGuard, CloudRoute, CloudSizes
from desktop.server.cloud.models import (
    MediaAnswer,
    MessageAsked,
    NumberAnswer,
    SentAnswer,
    SuccessAnswer,
)
from desktop.server.devapi.asked import AskedOnce
from desktop.server.devapi.examples import show_examples
from desktop.services.api_answers import Once
from desktop.services.api_cloud import ApiCloud, Refusal
from desktop.services.api_media import ApiMedia
from desktop.services.own_number import OwnNumber

NumberId = Annotated[
    str, Path(alias="phone_number_id", max_length=64, description="The number's id, or “me”.")
]
_EVERY: Final = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def include(app: FastAPI, admission: Admission, cloud: ApiCloud) -> None:
    """Add the consent gate in the Cloud API's shape: its routes, its layer, its limit on sizes."""
    media = ApiMedia(cloud.number.account)
    # The last of them takes every path that is left.
    for router in (files.routes(admission, media), _routes(admission, cloud, media)):
        show_examples(router)
        app.include_router(router, responses=errors.RESPONSES)
    app.add_middleware(CloudSizes)
    app.add_middleware(CloudGuard, admission=admission)


def _routes(admission: Admission, cloud: ApiCloud, media: ApiMedia) -> APIRouter:
    router = APIRouter(tags=["cloud api"], route_class=CloudRoute)
    _add_sending(router, admission, cloud)
    _add_about(router, admission, cloud, media)

    @router.api_route("/{version}/{rest:path}", methods=_EVERY, include_in_schema=False)
    async def other(
        request: Request, rest: str, caller: Annotated[Caller, Depends(admission.needs(ANY_SCOPE))]
    ) -> Response:
        return errors.no_object(rest.partition("/")[0])

    return router


def _add_sending(router: APIRouter, admission: Admission, cloud: ApiCloud) -> None:
    sender = Depends(admission.needs(MAY_SEND))

    @router.post(
        "/{version}/{phone_number_id}/messages",
        response_model=SentAnswer | SuccessAnswer,
        response_model_exclude_none=True,
    )
    async def messages(
        version: Version,
        number_id: NumberId,
        asked: MessageAsked,
        once: AskedOnce,
        caller: Annotated[Caller, sender],
    ) -> Response | SuccessAnswer:
        """Send a message, or say that one was read.

        Marketing to a contact who opted out is refused at once with 131050, anything but a template outside the
        reply window with 131047; the message is in the report then, as failed.
        """
        _check_number(cloud.number, number_id)
        if asked.status is not None:
            if caller.scope not in MAY_WRITE:
                raise Refusal(
                    errors.NO_PERMISSION, f"The key “{caller.name}” does not mark messages as read."
                )
            if asked.message_id is None:
                raise errors.missing("message_id")
            await cloud.mark_read(asked.message_id, typing=asked.typing_indicator is not None)
            return SuccessAnswer(success=True)
        return await _send(cloud, asked, caller, once, only_marketing=False)

    @router.post(
        "/{version}/{phone_number_id}/marketing_messages",
        response_model=SentAnswer,
        response_model_exclude_none=True,
    )
    async def marketing_messages(
        version: Version,
        number_id: NumberId,
        asked: MessageAsked,
        once: AskedOnce,
        caller: Annotated[Caller, sender],
    ) -> Response:
        """Send a marketing template. It goes the way of every other message."""
        _check_number(cloud.number, number_id)
        return await _send(cloud, asked, caller, once, only_marketing=True)


def _add_about(router: APIRouter, admission: Admission, cloud: ApiCloud, media: ApiMedia) -> None:
    anyone = Depends(admission.needs(ANY_SCOPE))

    @router.get("/{version}/{phone_number_id}", response_model=NumberAnswer | MediaAnswer)
    async def about(
        request: Request, version: Version, number_id: NumberId, caller: Annotated[Caller, anyone]
    ) -> NumberAnswer | MediaAnswer:
        """The business number as WhatsApp last told it; or, under the id of one, a file."""
        if not _is_number(cloud.number, number_id):
            if caller.scope not in MAY_READ:
                raise Refusal(errors.NO_PERMISSION, f"The key “{caller.name}” does not open files.")
            return await files.about(media, number_id, str(request.base_url), version)
        told = await cloud.number.told()
        return NumberAnswer(
            id=cloud.number.now.phone_number_id,
            display_phone_number=told.display if told else "",
            verified_name=told.name if told else "",
            quality_rating=told.quality.value.upper() if told else "UNKNOWN",
        )


async def _send(
    cloud: ApiCloud, asked: MessageAsked, caller: Caller, once: Once, *, only_marketing: bool
) -> Response:
    told = await cloud.send(asked.wanted(only_marketing=only_marketing), caller, once)
    return (
        errors.answer(told.code, told.details, title=told.title)
        if told.body is None
        else JSONResponse(told.body)
    )


def _is_number(number: OwnNumber, asked: str) -> bool:
    return asked in ("me", number.now.phone_number_id)


def _check_number(number: OwnNumber, asked: str) -> None:
    if not _is_number(number, asked):
        raise Refusal(
            errors.BAD_FIELD, f"The number with the id “{asked}” is not this workspace's.", "phone_number_id"
        )
