"""The one place from which a message leaves. Protected: the dispatcher alone may import it.

It takes only the value that `domain.consent.clear()` makes, asks once more whether the claim still stands,
calls once, and never repeats a call by itself.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict
from yarl import URL

from desktop.domain.consent import Cleared
from desktop.domain.reasons import Reason
from desktop.whatsapp.answers import MASKED, Accepted, Lost, NotStarted, Refused, Wire, Withdrawn, read_answer
from desktop.whatsapp.connection import Connection

TIMEOUT_S: Final = 30.0
"""From the call to the end of the answer. Meta states no figure; its own median is under a second."""

_NOT_MARKETING: Final = frozenset({Reason.NOT_MARKETING, Reason.AUTOMATIC})
"""The verdicts that let a message pass because it is no marketing."""

_MASKED: Final = MASKED.encode()

_encode: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Sender:
    """Sends for one connection over a shared session.

    marketing_endpoint: marketing templates go to /marketing_messages (the account must have been
    onboarded there), everything else to /messages.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        connection: Connection,
        *,
        timeout_s: float = TIMEOUT_S,
        marketing_endpoint: bool = False,
    ) -> None:
        self._session = session
        self._ordinary_url = connection.url(connection.phone_number_id, "messages")
        self._marketing_url = connection.url(connection.phone_number_id, "marketing_messages")
        self._marketing_endpoint = marketing_endpoint
        self._headers = CIMultiDict(connection.authorization() | {"Content-Type": "application/json"})
        self._token = connection.token.encode()
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def send(
        self, cleared: Cleared, body: Mapping[str, Any], *, still_claimed: Callable[[], bool]
    ) -> Accepted | Refused | Lost | NotStarted | Withdrawn:
        """Send one message, or nothing when `still_claimed()` says no at the last moment.

        body: a message from `payloads`. Never raises for what the network or WhatsApp does. A task
        cancelled here must be taken as Lost: the message may have left.
        """
        if not isinstance(cleared, Cleared):
            raise TypeError("only what consent.clear() made may be sent")
        if not still_claimed():
            return Withdrawn()
        content = _encode(body).encode("utf-8", "replace")
        payload = _Body(content, still_claimed)
        url = self._url(cleared, body)
        try:
            async with self._session.post(
                url, data=payload, headers=self._headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                said = await answer.read()
                # WhatsApp repeats the token where it finds fault with it, whatever the HTTP status.
                shown = said.replace(self._token, _MASKED)
                wire = Wire(url, content, answer.status, shown)
                found = read_answer(answer.status, said, wire)
                return found if isinstance(found, Accepted) else read_answer(answer.status, shown, wire)
        except TimeoutError:
            why = f"No answer within {self._timeout.total:g} seconds."
        except (aiohttp.ClientError, OSError, ValueError) as wrong:
            why = f"{type(wrong).__name__}: {wrong}"[:300]
        if payload.withdrawn:
            return Withdrawn()
        wire = Wire(url, content)
        return Lost(why, wire) if payload.begun else NotStarted(why, wire)

    def _url(self, cleared: Cleared, body: Mapping[str, Any]) -> URL:
        marketing = cleared.verdict.reason not in _NOT_MARKETING
        if self._marketing_endpoint and marketing and body.get("type") == "template":
            return self._marketing_url
        return self._ordinary_url


class _ClaimGone(Exception):
    """The claim ended while the call waited for its connection."""


class _Body(aiohttp.BytesPayload):
    """The request's body: asks for the claim when its first byte is due, and knows whether it was written.

    Asking before the call is not enough: finding a free connection, or making one, can take seconds. And
    the kind of exception does not tell what left: the time-out of the whole call strikes equally while
    waiting for a connection and for the answer. aiohttp sends the headers together with the body, and
    headers alone are no message.
    """

    def __init__(self, body: bytes, still_claimed: Callable[[], bool]) -> None:
        super().__init__(body, content_type="application/json")
        self._still_claimed = still_claimed
        self.begun = False
        self.withdrawn = False

    def _begin(self) -> None:
        if not self.begun and not self._still_claimed():
            self.withdrawn = True
            raise _ClaimGone
        self.begun = True

    async def write(self, writer: AbstractStreamWriter) -> None:
        self._begin()
        await super().write(writer)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        self._begin()
        await super().write_with_length(writer, content_length)
