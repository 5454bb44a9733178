"""WhatsApp's webhooks: the handshake, the signature over the raw bytes, and a quick 200."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request, Response

from desktop.domain.problems import Problem
from desktop.services.inbound import Inbound
from desktop.whatsapp.webhooks import NotAWebhook, handshake, verify_signature

PATH: Final = "/webhooks/whatsapp"
_LARGEST_BYTES: Final = 4_000_000
"""WhatsApp sends at most 3 MB."""


def routes(inbound: Inbound, *, app_secret: Callable[[], str], verify_token: Callable[[], str]) -> APIRouter:
    """The webhook's routes; both secrets are asked for at each call, since they can change."""
    router = APIRouter()

    @router.get(PATH)
    async def verify(request: Request) -> Response:
        challenge = handshake(request.query_params, verify_token())
        if challenge is None:
            return Response("The verify token is another one.", status_code=403, media_type="text/plain")
        return Response(challenge, media_type="text/plain")

    @router.post(PATH)
    async def receive(request: Request) -> Response:
        raw = await _body(request)
        if raw is None:
            return Response("Too large.", status_code=413, media_type="text/plain")
        if not verify_signature(raw, request.headers.get("x-hub-signature-256"), app_secret()):
            return Response("The signature does not fit.", status_code=401, media_type="text/plain")
        try:
            await inbound.receive(raw)
        except NotAWebhook as problem:
            return Response(problem.sentence, status_code=400, media_type="text/plain")
        except Problem as problem:
            # Not stored, so not 200: WhatsApp tries again for up to seven days.
            return Response(problem.sentence, status_code=503, media_type="text/plain")
        return Response(status_code=200)

    return router


async def _body(request: Request) -> bytes | None:
    parts: list[bytes] = []
    size_bytes = 0
    async for part in request.stream():
        size_bytes += len(part)
        if size_bytes > _LARGEST_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
