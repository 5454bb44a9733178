"""Files to and from WhatsApp: give it one to send, fetch one that a customer sent."""

import io
import re
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from yarl import URL

from desktop.whatsapp.graph import FileProblem, Graph, NotReached
from desktop.whatsapp.reading import clean, identifier, integer

LARGEST_FILE_BYTES: Final = 100 * 1024 * 1024
"""WhatsApp's limit for documents; all other kinds are smaller."""
_HEX_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class File:
    """A file that a customer sent."""

    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class About:
    """A file as WhatsApp describes it. sha256: hexadecimal, "" where it was not told. address: for `download()`."""

    mime: str
    sha256: str
    size_bytes: int
    address: str = field(repr=False)


async def about(graph: Graph, media_id: str) -> About:
    """What WhatsApp knows of a file. Raises Graph's Problems."""
    told = await graph.get(graph.connection.url(media_id))
    return About(
        clean(told.get("mime_type"), 256),
        clean(told.get("sha256"), 64).lower(),
        integer(told.get("file_size")) or 0,
        clean(told.get("url"), 4_096),
    )


async def upload(graph: Graph, content: bytes, mime: str, filename: str) -> str:
    """Give WhatsApp a file; the id that messages then name. Raises FileProblem and Graph's Problems."""
    if len(content) > LARGEST_FILE_BYTES:
        raise FileProblem("File too large", "WhatsApp takes at most 100 MB.", "media")
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("type", mime)
    form.add_field("file", io.BytesIO(content), filename=filename, content_type=mime)
    address = graph.connection.url(graph.connection.phone_number_id, "media")
    media_id = identifier((await graph.call("POST", address, data=form)).get("id"))
    if not media_id:
        raise NotReached("Answer not understood", "WhatsApp gave no id for the file. Attach it again.")
    return media_id


async def download(graph: Graph, media_id: str, largest_bytes: int = LARGEST_FILE_BYTES) -> File:
    """A file that a customer sent, its checksum verified. Raises FileProblem and Graph's Problems."""
    known = await about(graph, media_id)
    if not graph.connection.trusts(known.address):
        raise FileProblem("File not fetched", "The file is offered at an address that is not WhatsApp's.")
    if known.size_bytes > largest_bytes:
        raise FileProblem("File too large", f"It has more than {largest_bytes:,} bytes.")
    content, digest = await graph.fetch(URL(known.address), largest_bytes)
    if _HEX_DIGEST.fullmatch(known.sha256) and known.sha256 != digest:
        raise FileProblem("File damaged", "The file did not arrive whole. Try again.")
    return File(known.mime, content)
