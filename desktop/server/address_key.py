"""The one call whose key may stand in its address: opening it sends a template, as in Gallabox's GET variant.

The key is taken out of the address before anything else sees it, so that no log, report or redirect can repeat it.
"""

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.types import Scope

_SENDS: Final = re.compile(r"/devapi(/accounts/[^/]+)?/messages/whatsapp")
_KEY: Final = ("apikey", "apisecret")


def headers_of(scope: Scope) -> Headers:
    """The headers of a call, with the key from its address where it may stand there and no header brings one."""
    headers = Headers(scope=scope)
    if scope["method"] != "GET" or not _SENDS.fullmatch(scope["path"]):
        return headers
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    found = {name.lower(): value for name, value in query if name.lower() in _KEY}
    if not found:
        return headers
    scope["query_string"] = urlencode([one for one in query if one[0].lower() not in _KEY]).encode("ascii")
    if any(name in headers for name in (*_KEY, "authorization")):
        return headers
    told = [(name.encode("ascii"), value.encode("utf-8")) for name, value in found.items()]
    return Headers(raw=[*headers.raw, *told])
