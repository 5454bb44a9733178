"""The one HTTP session that all calls to WhatsApp share."""

import aiohttp

KEEPALIVE_S = 30.0
"""Idle connections are dropped before gateways, which mostly wait 60 s or more, drop them: a send on a
connection that the other side is just closing would end as Lost."""
CALLS_AT_ONCE = 64


def open_session(*, calls_at_once: int = CALLS_AT_ONCE) -> aiohttp.ClientSession:
    """A session with keep-alive and no cookies. Must be made in a running loop; the caller closes it.

    calls_at_once: connections at most (0: as many as wanted).
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=calls_at_once, keepalive_timeout=KEEPALIVE_S, ttl_dns_cache=60, enable_cleanup_closed=False
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        # Only a cookie jar and a proxy from the environment cost per call; neither is wanted here.
        trust_env=False,
        auto_decompress=True,
        raise_for_status=False,
    )
