"""Where WhatsApp is and who we are there: one number of one business account, real or sandbox."""

import ipaddress
import re
import socket
from dataclasses import dataclass, field
from typing import Final

from yarl import URL

from desktop.domain.problems import Problem

GRAPH_URL: Final = "https://graph.facebook.com"
VERSION: Final = "v25.0"
"""The Graph version that Meta's WhatsApp pages use in 2026; available until 2028-07-29."""

_VERSION: Final = re.compile(r"v[0-9]{1,3}\.[0-9]{1,2}")
_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,4096}")
_MEDIA_HOSTS: Final = ("facebook.com", "fbsbx.com", "fbcdn.net", "whatsapp.net", "whatsapp.com")


class BadConnection(Problem):
    """A connection that cannot be used: a wrong address, id or token. `field` names which."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The address and the credentials of one WhatsApp number. Secrets never show in its repr.

    base_url: scheme and host, e.g. https://graph.facebook.com. A sandbox must be on this machine; the
    real one must be https and elsewhere. Raises BadConnection.
    """

    base_url: str
    phone_number_id: str
    waba_id: str
    token: str = field(repr=False)
    app_secret: str = field(default="", repr=False)
    version: str = VERSION
    is_sandbox: bool = False

    def __post_init__(self) -> None:
        self._check_url()
        for name in ("phone_number_id", "waba_id"):
            if not _ID.fullmatch(getattr(self, name)):
                raise BadConnection("Not an id", "Copy the id from Meta's app dashboard: digits only.", name)
        if not _VERSION.fullmatch(self.version):
            raise BadConnection(
                "Not a version", f"“{self.version}” is no Graph version such as v25.0.", "version"
            )
        if not _TOKEN.fullmatch(self.token):
            raise BadConnection(
                "Not a token", "The access token is empty or holds a blank. Copy it again.", "token"
            )

    def _check_url(self) -> None:
        host = _host(self.base_url)
        if URL(self.base_url).query_string or URL(self.base_url).fragment:
            raise BadConnection("Not an address", f"Write the address alone, e.g. {GRAPH_URL}.", "base_url")
        if self.is_sandbox and not _is_loopback(host):
            raise BadConnection(
                "Not a sandbox",
                f"A sandbox workspace only talks to this machine, and {host} is elsewhere.",
                "base_url",
            )
        if self.is_sandbox:
            return
        if _is_loopback(host) or _is_odd_number(host):
            raise BadConnection(
                "Not WhatsApp",
                "A real workspace cannot use the sandbox on this machine. Make a sandbox workspace for it.",
                "base_url",
            )
        if URL(self.base_url).scheme != "https":
            raise BadConnection("Not safe", "WhatsApp's address must begin with https://.", "base_url")

    def url(self, *path: str) -> URL:
        """The address of a Graph node or edge, e.g. url(waba_id, 'message_templates'). Ids only."""
        if not all(_ID.fullmatch(part) for part in path):
            raise BadConnection("Not an id", "An id from WhatsApp has an unexpected form.", "id")
        return URL("/".join((self.base_url.rstrip("/"), self.version, *path)))

    def authorization(self) -> dict[str, str]:
        """The header that signs a call in. Only for `url()` and addresses that `trusts()`."""
        return {"Authorization": f"Bearer {self.token}"}

    def trusts(self, address: str) -> bool:
        """True if the token may be sent to an address that WhatsApp gave for a file.

        A sandbox's must be on this machine; a real one's must be https and one of Meta's hosts.
        """
        try:
            host, scheme = _host(address), URL(address).scheme
        except BadConnection:
            return False
        if self.is_sandbox:
            return _is_loopback(host)
        same = host == _host(self.base_url)
        return scheme == "https" and (same or any(host == m or host.endswith("." + m) for m in _MEDIA_HOSTS))


def _host(address: str) -> str:
    """The host of an http(s) address without user, query or fragment, or BadConnection."""
    try:
        url = URL(address)
        host = (url.host or "").rstrip(".").lower()
    except (ValueError, TypeError):
        host = ""
        url = URL()
    if not host or url.scheme not in ("http", "https") or url.user is not None or url.password is not None:
        raise BadConnection("Not an address", f"“{address}” is no address such as {GRAPH_URL}.", "base_url")
    return host


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


def _is_odd_number(host: str) -> bool:
    """True for what resolvers read as a number though it is no plain address (127.1, 0x7f000001), and for
    the unspecified address: each leads back to this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        pass
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True
