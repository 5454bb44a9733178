"""The Cloud API besides messages: the number, its profile, subscriptions and media."""

from __future__ import annotations

from typing import Any

from aiohttp import BodyPartReader, web

from .control_account import Repute
from .envelope import GraphError, json_response, missing, no_object
from .media import LARGEST_BYTES, MIME_KINDS, MediaShelf, Medium
from .messages import decoded, parse_object
from .routes import Routes
from .templates import Catalogue
from .updates import Number

PROFILE_FIELDS = ("about", "address", "description", "email", "profile_picture_url", "websites", "vertical")


class Cloud:
    """Answers for one number and one account; every other id is unknown."""

    def __init__(self, *, number: Number, repute: Repute, media: MediaShelf, catalogue: Catalogue) -> None:
        self._number = number
        self._repute = repute
        self._media = media
        self._catalogue = catalogue
        self._profile: dict[str, Any] = {"about": "Open 9 to 5", "vertical": "RETAIL"}
        self._subscribed = True

    def add_to(self, routes: Routes) -> None:
        """Adds its routes. The catch-all of a single id comes last."""
        routes.add("POST", "/{ver}/{id}/media", self.upload)
        routes.add("GET", "/lookaside/{media}", self.download)
        routes.add("GET", "/{ver}/{id}/whatsapp_business_profile", self.profile)
        routes.add("POST", "/{ver}/{id}/whatsapp_business_profile", self.change_profile)
        routes.add("GET", "/{ver}/{id}/phone_numbers", self.phone_numbers)
        routes.add("GET", "/{ver}/{id}/subscribed_apps", self.subscriptions)
        routes.add("POST", "/{ver}/{id}/subscribed_apps", self.subscribe)
        routes.add("DELETE", "/{ver}/{id}/subscribed_apps", self.unsubscribe)
        routes.add("GET", "/{ver}/{id}", self.node)
        routes.add("DELETE", "/{ver}/{id}", self.delete_media)

    async def node(self, request: web.BaseRequest, object_id: str) -> web.Response:
        """`GET /{id}`: the number, the account, a template or a medium."""
        if object_id == self._number.phone_number_id:
            return json_response(chosen(self._phone(), asked(request)))
        if object_id == self._number.waba_id:
            account = {"id": self._number.waba_id, "name": self._number.verified_name, "currency": "CAD"}
            return json_response(chosen(account | {"timezone_id": "1"}, asked(request)))
        template = self._catalogue.get(object_id)
        if template is not None:
            return json_response(chosen(template.shown(), asked(request)))
        medium = await self._media.get(object_id)
        if medium is None:
            raise no_object(object_id, "get")
        return json_response(self._shown(medium, request))

    async def phone_numbers(self, request: web.BaseRequest, waba_id: str) -> web.Response:
        """`GET /{waba_id}/phone_numbers`: the one number."""
        self._expect_waba(waba_id, "get")
        page = {"before": "MAZDZD", "after": "MAZDZD"}
        return json_response({"data": [chosen(self._phone(), asked(request))], "paging": {"cursors": page}})

    async def subscriptions(self, _request: web.BaseRequest, waba_id: str) -> web.Response:
        """`GET /{waba_id}/subscribed_apps`."""
        self._expect_waba(waba_id, "get")
        app = {"whatsapp_business_api_data": {"id": "670843887433847", "name": "Sandbox", "link": ""}}
        return json_response({"data": [app] if self._subscribed else []})

    async def subscribe(self, _request: web.BaseRequest, waba_id: str) -> web.Response:
        """`POST /{waba_id}/subscribed_apps`. The webhook's address is the control API's business."""
        self._expect_waba(waba_id, "post")
        self._subscribed = True
        return json_response({"success": True})

    async def unsubscribe(self, _request: web.BaseRequest, waba_id: str) -> web.Response:
        """`DELETE /{waba_id}/subscribed_apps`."""
        self._expect_waba(waba_id, "delete")
        self._subscribed = False
        return json_response({"success": True})

    async def profile(self, request: web.BaseRequest, number_id: str) -> web.Response:
        """`GET /{phone_number_id}/whatsapp_business_profile`."""
        self._expect_number(number_id, "get")
        return json_response(
            {"data": [{"messaging_product": "whatsapp"} | chosen(self._profile, asked(request))]}
        )

    async def change_profile(self, request: web.BaseRequest, number_id: str) -> web.Response:
        """`POST /{phone_number_id}/whatsapp_business_profile`."""
        self._expect_number(number_id, "post")
        wanted = parse_object(decoded(await request.read()))
        if wanted.pop("messaging_product", None) != "whatsapp":
            raise missing("messaging_product")
        if unknown := set(wanted) - set(PROFILE_FIELDS):
            raise GraphError(100, f"Unexpected key '{min(unknown)}'.")
        self._profile |= wanted
        return json_response({"success": True})

    async def upload(self, request: web.BaseRequest, number_id: str) -> web.Response:
        """`POST /{phone_number_id}/media`, a multipart form with messaging_product, type and file."""
        self._expect_number(number_id, "post")
        if not request.content_type.startswith("multipart/"):
            raise missing("file")
        fields: dict[str, str] = {}
        data: bytes | None = None
        filename = mime_type = ""
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "file":
                data = bytes(await part.read(decode=True))
                filename, mime_type = clean(part.filename or ""), part.headers.get("Content-Type", "")
            elif part.name:
                fields[part.name] = await part.text()
        if fields.get("messaging_product") != "whatsapp":
            raise missing("messaging_product")
        if data is None:
            raise missing("file")
        mime_type = fields.get("type") or mime_type
        if not mime_type.startswith(MIME_KINDS):
            raise GraphError(100, f"Param file must be a supported media type, not {mime_type or 'unknown'}.")
        if not data or len(data) > LARGEST_BYTES:
            raise GraphError(131053, "The file is empty or larger than 100 MB.")
        medium = await self._media.put(mime_type, filename, data)
        return json_response({"id": medium.id})

    async def download(self, _request: web.BaseRequest, media_id: str) -> web.Response:
        """The bytes, at the address that `GET /{media_id}` gives."""
        found = await self._media.read(media_id)
        if found is None:
            raise no_object(media_id, "get")
        mime_type, data = found
        return web.Response(body=data, headers={"Content-Type": mime_type})

    async def delete_media(self, _request: web.BaseRequest, media_id: str) -> web.Response:
        """`DELETE /{media_id}`."""
        if not self._media.knows(media_id):
            raise no_object(media_id, "delete")
        await self._media.delete(media_id)
        return json_response({"success": True})

    def _phone(self) -> dict[str, Any]:
        return {
            "verified_name": self._number.verified_name,
            "code_verification_status": "VERIFIED",
            "display_phone_number": self._number.display_phone,
            "quality_rating": self._repute.quality,
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": self._repute.limit,
            "id": self._number.phone_number_id,
        }

    def _shown(self, medium: Medium, request: web.BaseRequest) -> dict[str, Any]:
        return {
            "messaging_product": "whatsapp",
            "url": f"{request.scheme}://{request.host}/lookaside/{medium.id}",
            "mime_type": medium.mime_type,
            "sha256": medium.sha256,
            "file_size": medium.size_bytes,
            "id": medium.id,
        }

    def _expect_number(self, number_id: str, verb: str) -> None:
        if number_id != self._number.phone_number_id:
            raise no_object(number_id, verb)

    def _expect_waba(self, waba_id: str, verb: str) -> None:
        if waba_id != self._number.waba_id:
            raise no_object(waba_id, verb)


def asked(request: web.BaseRequest) -> str | None:
    """The query's `fields`."""
    return request.query.get("fields")


def chosen(everything: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """Only what `fields` names, and always the id; everything if it names nothing."""
    if not fields:
        return everything
    wanted = {field.strip() for field in fields.split(",")} | {"id"}
    return {key: value for key, value in everything.items() if key in wanted}


def clean(name: str) -> str:
    """A file name of a form without the halves of characters that bad UTF-8 leaves in it."""
    return name.encode("utf-8", "replace").decode()
