"""Calls to WhatsApp's Graph that are not messages, and the Problems they end in."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from yarl import URL

from desktop.domain.problems import Problem
from desktop.whatsapp.answers import Refused, read_error
from desktop.whatsapp.connection import Connection

CALL_TIMEOUT_S: Final = 30.0
FILE_TIMEOUT_S: Final = 120.0
_CHUNK_BYTES: Final = 64 * 1024


class NotReached(Problem):
    """WhatsApp could not be reached, or its answer could not be read."""


class RefusedByWhatsApp(Problem):
    """WhatsApp answered with an error. `refused` has its code and details."""

    def __init__(self, refused: Refused) -> None:
        rule = refused.rule
        told = f" WhatsApp says: {refused.details}" if refused.details else ""
        super().__init__(rule.label, rule.explanation + told)
        self.refused = refused


class FileProblem(Problem):
    """A file that is too large, arrived damaged, or is offered at an address that is not WhatsApp's."""


class Graph:
    """Signed calls over a shared session. Redirects are never followed: they would carry the token away."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        connection: Connection,
        *,
        timeout_s: float,
        file_timeout_s: float,
    ) -> None:
        self._session = session
        self.connection = connection
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._file_timeout = aiohttp.ClientTimeout(total=file_timeout_s)

    async def get(self, address: URL) -> Mapping[str, Any]:
        """The JSON object at an address. Raises RefusedByWhatsApp or NotReached."""
        return await self.call("GET", address)

    async def call(self, method: str, address: URL, **content: Any) -> Mapping[str, Any]:
        """One call; its JSON object. A file (`data=`) gets the longer time-out.

        Raises RefusedByWhatsApp or NotReached.
        """
        timeout = self._file_timeout if "data" in content else self._timeout
        headers = self.connection.authorization()
        try:
            async with self._session.request(
                method, address, headers=headers, timeout=timeout, allow_redirects=False, **content
            ) as answer:
                status, raw = answer.status, await answer.read()
        except TimeoutError as late:
            raise NotReached("No answer", "WhatsApp did not answer in time. Try again in a moment.") from late
        except (aiohttp.ClientError, OSError) as wrong:
            raise _not_reached(wrong) from wrong
        return _object(status, raw)

    async def fetch(self, address: URL, largest_bytes: int) -> tuple[bytes, str]:
        """The bytes at an address and their SHA-256 in hex. Raises FileProblem too, when there are too many."""
        parts: list[bytes] = []
        size_bytes, digest = 0, hashlib.sha256()
        headers = self.connection.authorization()
        try:
            async with self._session.get(
                address, headers=headers, timeout=self._file_timeout, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    _object(answer.status, await answer.content.read(_CHUNK_BYTES))
                    raise NotReached("File not fetched", f"WhatsApp answered HTTP {answer.status}.")
                async for part in answer.content.iter_chunked(_CHUNK_BYTES):
                    size_bytes += len(part)
                    if size_bytes > largest_bytes:
                        raise FileProblem("File too large", f"It has more than {largest_bytes:,} bytes.")
                    digest.update(part)
                    parts.append(part)
        except TimeoutError as late:
            raise NotReached("No answer", "The file did not arrive in time. Try again.") from late
        except (aiohttp.ClientError, OSError) as wrong:
            raise _not_reached(wrong) from wrong
        return b"".join(parts), digest.hexdigest()


def _object(status: int, raw: bytes) -> Mapping[str, Any]:
    refused = read_error(status, raw)
    if refused is not None:
        raise RefusedByWhatsApp(refused)
    try:
        answer = json.loads(raw) if 200 <= status < 300 else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise NotReached("Answer not understood", f"Not WhatsApp's own answer came back (HTTP {status}).")
    return answer


def _not_reached(wrong: Exception) -> NotReached:
    return NotReached(
        "WhatsApp not reached",
        f"The connection failed ({type(wrong).__name__}). Check the network and the address in Settings.",
    )
