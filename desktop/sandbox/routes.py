"""A small table of routes: method and path pattern to handler."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import unquote

from aiohttp import web

Handler: TypeAlias = "Callable[..., Awaitable[web.StreamResponse]]"
"""Takes the request and the named parts of the path, in order."""


class Routes:
    """Routes in the order they were added. A part in braces, such as {phone}, matches up to the next slash."""

    def __init__(self) -> None:
        self._all: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Adds a route; `{ver}` matches v25.0 and the like and is not passed on."""
        pattern = re.escape(path).replace(r"\{ver\}", r"v\d+\.\d+")
        pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", pattern)
        self._all.append((method, re.compile(pattern), handler))

    def find(self, method: str, path: str) -> tuple[Handler, tuple[str, ...]] | None:
        """The handler and the parts for it, decoded; None if no route fits."""
        for wanted, pattern, handler in self._all:
            if wanted == method and (match := pattern.fullmatch(path)):
                return handler, tuple(unquote(part) for part in match.groups())
        return None
