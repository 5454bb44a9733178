"""The other way out: calls to addresses that people and programs name, never to WhatsApp and never inwards.

An address is looked at twice: as it is written, and as what its name leads to, by the resolver of the connection
itself. So what was checked is what is connected to, whatever the name's owner answers a moment later. Redirects are
never followed.
"""

import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from desktop.domain.problems import Problem
from desktop.domain.text import clean
from desktop.system.version import version

CONNECT_WITHIN_S: Final = 5.0
ANSWER_WITHIN_S: Final = 10.0
"""For all of a call: a program that takes longer should answer first and work afterwards."""
READ_BYTES: Final = 1_024
MOST_READ_BYTES: Final = 256 * 1_024
"""Of an answer that somebody wants to read, not only to log."""
LONGEST_URL: Final = 2_000
CALLS_AT_ONCE: Final = 16
"""To one host: in all there is no limit, or addresses that answer slowly would hold up the others."""
_WHATSAPP: Final = (
    "facebook.com",
    "fb.com",
    "fbsbx.com",
    "fbcdn.net",
    "whatsapp.net",
    "whatsapp.com",
    "wa.me",
)
_NOBODYS: Final = (".example", ".invalid", ".test")
"""Never looked up: RFC 6761 keeps them for documents and tests, and so do the demo and ours."""
_SHARED: Final = ipaddress.ip_network("100.64.0.0/10")
"""Behind a carrier's router; `is_private` leaves it out."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class BadAddress(Problem):
    """An address that must not be called: of WhatsApp, of a private network, of this machine, or none at all."""


class NoAnswer(Problem):
    """Nothing answered: the sentence says why in a few words."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back. text: of at most the first kilobyte, or of as much as was asked for; is_whole: all of it."""

    status: int
    text: str
    is_whole: bool = True

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def words(self) -> str:
        """The status's own words and the beginning of the text: 'Bad Gateway: upstream is down'."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = ""
        said = " ".join(self.text.split())[:200]
        return ": ".join(part for part in (phrase, said) if part)


def checked_url(text: str, *, allow_loopback: bool) -> str:
    """An address as it is kept. Raises BadAddress (field url); what its name leads to is looked at when it is called.

    It begins with https://, and on this machine, where that is allowed, with http:// as well.
    """
    kept = clean(text).strip()
    url, host = _parts(kept)
    if len(kept) > LONGEST_URL:
        raise BadAddress("Too long", f"An address has at most {LONGEST_URL:,} letters.", "url")
    _check_host(host, allow_loopback=allow_loopback)
    if url.scheme == "http" and not _is_this_machine(host):
        raise BadAddress("Not safe", "The address must begin with https://.", "url")
    return kept


def _parts(text: str) -> tuple[URL, str]:
    try:
        url = URL(text)
        host = (url.host or "").rstrip(".").lower()
        valid = url.scheme in ("http", "https") and bool(host) and url.port != 0
    except (ValueError, TypeError):
        valid = False
    if not valid or any(one.isspace() for one in text):
        raise BadAddress("Not an address", "Write an address such as https://shop.example/hooks.", "url")
    if url.user is not None or url.password is not None:
        raise BadAddress("A name in the address", "Write the address without a name and password.", "url")
    return url, host


def _check_host(host: str, *, allow_loopback: bool) -> None:
    if any(host == one or host.endswith("." + one) for one in _WHATSAPP):
        raise BadAddress("WhatsApp’s address", "What goes to WhatsApp goes by Assent’s own door only.", "url")
    number = _number(host)
    if number is not None:
        _check_number(number, allow_loopback=allow_loopback)
    elif _is_this_machine(host) and not allow_loopback:
        raise _private(host)


def _check_number(number: str, *, allow_loopback: bool) -> None:
    """Raise BadAddress unless the IP address is a public one, or this machine's where that is allowed."""
    ip = _real(ipaddress.ip_address(number.partition("%")[0]))
    if ip.is_loopback and allow_loopback:
        return
    # Both are private, though `is_global` says otherwise: fec0::/10 was once a site's own.
    inward = ip.is_site_local if isinstance(ip, ipaddress.IPv6Address) else ip in _SHARED
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified or inward:
        raise _private(number)


def _real(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address inside an IPv6 one, where that is what would be reached."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        return ip.ipv4_mapped or ip.sixtofour or ip
    return ip


def _private(host: str) -> BadAddress:
    return BadAddress(
        "A private address", f"{host} belongs to this machine or a private network. Use a public one.", "url"
    )


def _number(host: str) -> str | None:
    """The IP address that a host is written as, in whatever way the system would read it, else None."""
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))  # 127.1, 0x7f000001
    except OSError:
        return None


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    number = _number(host)
    return number is not None and _real(ipaddress.ip_address(number)).is_loopback


class _Checked(AbstractResolver):
    """Leads nowhere that must not be called: a name with one private address is refused as a whole."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._inner = ThreadedResolver()
        self._allow_loopback = allow_loopback

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host.rstrip(".").lower().endswith(_NOBODYS):
            raise OSError(None, "a name that is nobody's")
        found = await self._inner.resolve(host, port, family)
        for one in found:
            _check_number(one["host"], allow_loopback=self._allow_loopback)
        return found

    async def close(self) -> None:
        await self._inner.close()


class Web:
    """Calls named addresses. `open_web()` makes it."""

    def __init__(
        self, session: aiohttp.ClientSession, *, allow_loopback: bool, answer_within_s: float
    ) -> None:
        self._session = session
        self._answer_within_s = answer_within_s
        self._allow_loopback = allow_loopback

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post bytes as they are. Raises BadAddress, or NoAnswer after at most ten seconds."""
        return await self._call("POST", url, body, headers, READ_BYTES)

    async def ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Call by any method and read up to MOST_READ_BYTES of the answer. Raises as `post()` does.

        Without a body nothing is sent for one.
        """
        plain = {"Accept-Encoding": "identity", **headers}
        return await self._call(method, url, body or None, plain, MOST_READ_BYTES)

    async def _call(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], most_bytes: int
    ) -> Answered:
        checked_url(url, allow_loopback=self._allow_loopback)
        try:
            async with self._session.request(
                method, URL(url), data=body, headers=headers, allow_redirects=False
            ) as answer:
                raw = await _beginning(answer, most_bytes + 1)
                is_whole = len(raw) <= most_bytes
                text = clean(raw[:most_bytes].decode("utf-8", "replace"))
                return Answered(answer.status, text, is_whole)
        except BadAddress:
            raise
        except TimeoutError as late:
            raise NoAnswer("No answer", f"no answer within {self._answer_within_s:g} s") from late
        except (aiohttp.ClientError, OSError, ValueError) as wrong:
            raise NoAnswer("No answer", _words(wrong)) from wrong


async def _beginning(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """The first bytes; what comes after them is never read, and the connection is dropped."""
    found = bytearray()
    while len(found) < most_bytes and (part := await answer.content.read(most_bytes - len(found))):
        found += part
    return bytes(found)


def _words(wrong: Exception) -> str:
    cause = getattr(wrong, "os_error", None) or wrong
    if isinstance(wrong, aiohttp.ClientConnectorDNSError):
        return "the name is not known"
    if isinstance(wrong, aiohttp.ClientSSLError) or isinstance(cause, ssl.SSLError):
        return "the certificate is not trusted"
    if isinstance(cause, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(wrong, aiohttp.ServerDisconnectedError) or isinstance(cause, ConnectionResetError):
        return "the connection was closed without an answer"
    return f"the connection failed ({type(cause).__name__})"


@asynccontextmanager
async def open_web(*, allow_loopback: bool, answer_within_s: float = ANSWER_WITHIN_S) -> AsyncIterator[Web]:
    """A way out with its own connections, closed on leaving. allow_loopback: for sandbox stores."""
    connector = aiohttp.TCPConnector(
        limit=0,
        limit_per_host=CALLS_AT_ONCE,
        resolver=_Checked(allow_loopback=allow_loopback),
        ttl_dns_cache=10,
        keepalive_timeout=15.0,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": f"Assent/{version()}"},
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=answer_within_s, sock_connect=CONNECT_WITHIN_S),
        trust_env=False,
        auto_decompress=False,
    )
    try:
        yield Web(session, allow_loopback=allow_loopback, answer_within_s=answer_within_s)
    finally:
        await session.close()
