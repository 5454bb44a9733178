"""How large a request may be: what is read of it before anybody looks into it."""

import re
from typing import Final

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BYTES: Final = 262_144
"""Of a message or a contact: 257 cards, or 100 fields of 4,096 letters."""
USUAL_BYTES: Final = 65_536
"""Of every other request."""
MOST_PARTS: Final = 8_192
"""Lists and objects of a JSON body: 257 cards with all that they can hold have fewer. Reading a body of nothing else
would hold up everybody for a fifth of a second."""
_LARGE: Final = re.compile(r"/devapi(/accounts/[^/]*)?/(messages/whatsapp(/explain)?|contacts(/upsert)?)")


def largest_bytes(path: str) -> int:
    """Of a request to a path under /devapi."""
    return LARGEST_BYTES if _LARGE.fullmatch(path) else USUAL_BYTES


class SizeLimit:
    """A layer that stops reading a body that is too large. Other paths look after theirs.

    largest_bytes: 0 for as much as the path takes. most_parts: None where the body is no JSON.
    """

    def __init__(
        self, app: ASGIApp, prefix: str, largest_bytes: int = 0, most_parts: int | None = MOST_PARTS
    ) -> None:
        self._app, self._prefix = app, prefix
        self._largest_bytes, self._most_parts = largest_bytes, most_parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        largest, size_bytes, parts = self._largest_bytes or largest_bytes(scope["path"]), 0, 0

        async def limited() -> Message:
            nonlocal size_bytes, parts
            message = await receive()
            body = message.get("body", b"")
            size_bytes += len(body)
            if size_bytes > largest:
                raise HTTPException(413, f"A request has at most {largest:,} bytes here.")
            if self._most_parts is not None:
                parts += body.count(b"[") + body.count(b"{")
                if parts > self._most_parts:
                    raise HTTPException(413, f"A request has at most {self._most_parts:,} lists and objects.")
            return message

        await self._app(scope, limited, send)
