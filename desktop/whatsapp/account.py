"""The account as WhatsApp keeps it: its templates, its number, its files, and a test of the connection.

Nothing here sends a message. Every call raises only Problems that say what to do (`graph`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import aiohttp

from desktop.domain.problems import Problem
from desktop.domain.templates import Quality, Template
from desktop.whatsapp import files
from desktop.whatsapp.connection import Connection
from desktop.whatsapp.graph import CALL_TIMEOUT_S, FILE_TIMEOUT_S, Graph, NotReached
from desktop.whatsapp.payloads import read_receipt
from desktop.whatsapp.reading import clean, first, identifier, mapping, mappings, phone
from desktop.whatsapp.templates import FIELDS, UnreadableTemplate, language, quality, template_from_graph

_PAGE: Final = 100
_MOST_PAGES: Final = 100
"""6,000 templates is the most that an account may have."""
_PHONE_FIELDS: Final = (
    "id,display_phone_number,verified_name,quality_rating,status,throughput,"
    "whatsapp_business_manager_messaging_limit"
)


@dataclass(frozen=True, slots=True)
class TemplateList:
    """All templates, and in words those that could not be read."""

    templates: tuple[Template, ...]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """The business number. limit: WhatsApp's tier, e.g. TIER_2K; throughput: its level, e.g. STANDARD."""

    id: str
    phone: str | None
    display: str
    name: str
    quality: Quality
    limit: str
    throughput: str
    status: str


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the test. ok None: it could not be found out."""

    name: str
    ok: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """What a test of the connection found."""

    checks: tuple[Check, ...]
    number: PhoneNumber | None = None

    @property
    def ok(self) -> bool:
        """True if nothing is wrong."""
        return all(check.ok is not False for check in self.checks)

    @property
    def sentence(self) -> str:
        """The first fault, or that all is well."""
        wrong = next((check.sentence for check in self.checks if check.ok is False), "")
        return wrong or "The connection works."


class Account:
    """Calls about one account. now: the time that templates are stamped with."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        connection: Connection,
        *,
        now: Callable[[], datetime],
        timeout_s: float = CALL_TIMEOUT_S,
        file_timeout_s: float = FILE_TIMEOUT_S,
    ) -> None:
        self._graph = Graph(session, connection, timeout_s=timeout_s, file_timeout_s=file_timeout_s)
        self._connection = connection
        self._now = now

    async def templates(self) -> TemplateList:
        """Every template of the account, page by page."""
        return await self._templates({})

    async def template(self, name: str, code: str) -> Template | None:
        """One template as it stands now, or None if WhatsApp no longer has it."""
        # The filter by name also finds longer names, so the answer is looked through.
        found = await self._templates({"name": name})
        same = (one for one in found.templates if one.name == name and one.language == language(code))
        return next(same, None)

    async def _templates(self, filters: Mapping[str, str]) -> TemplateList:
        address = self._connection.url(self._connection.waba_id, "message_templates")
        read: list[Template] = []
        skipped: list[str] = []
        after = ""
        for _ in range(_MOST_PAGES):
            query = {"fields": FIELDS, "limit": str(_PAGE), **filters} | ({"after": after} if after else {})
            page = await self._graph.get(address.with_query(query))
            for item in mappings(page.get("data")):
                try:
                    read.append(template_from_graph(item, self._now()))
                except UnreadableTemplate as wrong:
                    skipped.append(str(wrong))
            paging = mapping(page.get("paging"))
            following = clean(mapping(paging.get("cursors")).get("after"))
            # The cursor, not the address in `next`: the token goes nowhere that an answer names.
            if not paging.get("next") or not following or following == after:
                break
            after = following
        return TemplateList(tuple(read), tuple(skipped))

    async def number(self) -> PhoneNumber:
        """The business number with its quality and limits."""
        address = self._connection.url(self._connection.phone_number_id)
        found = await self._graph.get(address.with_query(fields=_PHONE_FIELDS))
        display = clean(found.get("display_phone_number"), 64)
        return PhoneNumber(
            identifier(found.get("id")),
            phone("".join(filter(str.isdecimal, display))),
            display,
            clean(found.get("verified_name"), 256),
            quality(found.get("quality_rating")),
            clean(found.get("whatsapp_business_manager_messaging_limit"), 64),
            clean(mapping(found.get("throughput")).get("level"), 64),
            clean(found.get("status"), 64),
        )

    async def mark_read(self, wamid: str, *, typing: bool = False) -> None:
        """Tell the customer that their message, and those before it, were read."""
        address = self._connection.url(self._connection.phone_number_id, "messages")
        await self._graph.call("POST", address, json=read_receipt(wamid, typing=typing))

    async def upload(self, content: bytes, mime: str, filename: str) -> str:
        """Give WhatsApp a file to send; the id that messages then name."""
        return await files.upload(self._graph, content, mime, filename)

    async def download(self, media_id: str, *, largest_bytes: int = files.LARGEST_FILE_BYTES) -> files.File:
        """A file that a customer sent; WhatsApp keeps it for 7 days. Its checksum is verified."""
        return await files.download(self._graph, media_id, largest_bytes)

    async def about_file(self, media_id: str) -> files.About:
        """What WhatsApp knows of a file."""
        return await files.about(self._graph, media_id)

    async def delete_file(self, media_id: str) -> None:
        """Remove an uploaded file from WhatsApp."""
        await self._graph.call("DELETE", self._connection.url(media_id))

    async def test_connection(self) -> ConnectionTest:
        """Try the token on the number and on the account. Never raises a Problem; changes nothing."""
        number: PhoneNumber | None = None
        try:
            number = await self.number()
            shown = number.display or number.id
            checks = [
                Check("Number", True, f"The token reads the number {shown} ({number.name or 'no name'}).")
            ]
        except Problem as wrong:
            checks = [Check("Number", False, wrong.sentence)]
            if isinstance(wrong, NotReached):
                return ConnectionTest(tuple(checks))
        checks.append(await self._check_account())
        checks.append(await self._check_number_belongs())
        return ConnectionTest(tuple(checks), number)

    async def _check_account(self) -> Check:
        address = self._connection.url(self._connection.waba_id, "message_templates")
        try:
            await self._graph.get(address.with_query(fields="id,name,status,category,language", limit="1"))
        except Problem as wrong:
            return Check("Templates", False, wrong.sentence)
        return Check("Templates", True, "The token reads the account's templates.")

    async def _check_number_belongs(self) -> Check:
        name = "Number and account"
        try:
            numbers = await self._graph.get(self._connection.url(self._connection.waba_id, "phone_numbers"))
        except Problem:
            return Check(name, None, "Whether the number belongs to the account could not be found out.")
        ids = {identifier(one.get("id")) for one in mappings(numbers.get("data"))}
        if self._connection.phone_number_id in ids:
            return Check(name, True, "The number belongs to the account.")
        if not first(numbers.get("data")):
            return Check(name, None, "The account lists no numbers, so it could not be compared.")
        return Check(
            name,
            False,
            "The number belongs to another account. Copy both ids from the same page of the dashboard.",
        )
