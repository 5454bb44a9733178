"""Files by the Cloud API's paths: give one to WhatsApp to send, fetch one that a customer sent."""

import asyncio
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from desktop.domain.keys import MAY_READ, MAY_SEND, Caller
from desktop.domain.text import clean
from desktop.server.admission import Admission
from desktop.server.cloud import errors
from desktop.server.cloud.guard import CloudRoute
from desktop.server.cloud.models import MediaAnswer, UploadedAnswer
from desktop.server.cloud.multipart import parts_of
from desktop.services.api_cloud import Refusal
from desktop.services.api_media import LARGEST_BYTES, ApiMedia

Version = Annotated[str, Path(pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$", examples=["v25.0"])]
MediaId = Annotated[str, Path(alias="media_id", pattern=r"^[0-9A-Za-z_-]{1,64}$")]
_MIME: Final = re.compile(r"[a-z]{1,32}/[A-Za-z0-9.+_-]{1,96}(; ?[A-Za-z0-9=.+_-]{1,64})?")
_LONGEST_NAME: Final = 240
_FORM: Final[Mapping[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "messaging_product"],
                    "properties": {
                        "messaging_product": {"type": "string", "const": "whatsapp"},
                        "type": {"type": "string"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}
_CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def routes(admission: Admission, media: ApiMedia) -> APIRouter:
    """The routes of files."""
    router = APIRouter(tags=["cloud api"], route_class=CloudRoute)
    sender = Depends(admission.needs(MAY_SEND))
    reader = Depends(admission.needs(MAY_READ))

    @router.post(
        "/{version}/{phone_number_id}/media", response_model=UploadedAnswer, openapi_extra=dict(_FORM)
    )
    async def upload(
        version: Version, phone_number_id: str, request: Request, caller: Annotated[Caller, sender]
    ) -> UploadedAnswer:
        """Give WhatsApp a file, at most 16 MB; messages name it by the id. A larger document goes by its link."""
        # In a thread: of the largest file it takes a tenth of a second or two.
        parts = await asyncio.to_thread(
            parts_of, request.headers.get("content-type", ""), await request.body()
        )
        file, kind = parts.get("file"), parts.get("type")
        if file is None or not file.content:
            raise errors.missing("file")
        if len(file.content) > LARGEST_BYTES:
            raise Refusal(131053, f"A file has at most {LARGEST_BYTES:,} bytes here. Send its link.", "file")
        mime = (kind.content.decode("ascii", "replace").strip() if kind else "") or file.mime
        if not _MIME.fullmatch(mime):
            raise Refusal(errors.BAD_FIELD, "It is the file's media type, such as image/png.", "type")
        name = "".join(sign for sign in clean(file.filename) if sign.isprintable())[-_LONGEST_NAME:]
        return UploadedAnswer(id=await media.upload(file.content, mime, name or "file"))

    @router.get("/{version}/media/{media_id}", response_class=Response, responses=_CONTENT)
    async def content(version: Version, media_id: MediaId, caller: Annotated[Caller, reader]) -> Response:
        """The file itself: the address that `GET /{version}/{media_id}` gives."""
        found = await media.download(media_id)
        # Whatever a customer sent is never shown as a page of this address.
        return Response(
            found.content,
            media_type="application/octet-stream",
            headers={"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"},
        )

    return router


async def about(media: ApiMedia, media_id: str, base_url: str, version: str) -> MediaAnswer:
    """What WhatsApp knows of a file, with an address of ours to fetch it from."""
    known = await media.about(media_id)
    return MediaAnswer(
        messaging_product="whatsapp",
        id=media_id,
        url=f"{base_url.rstrip('/')}/{version}/media/{media_id}",
        mime_type=known.mime,
        sha256=known.sha256,
        file_size=known.size_bytes,
    )
