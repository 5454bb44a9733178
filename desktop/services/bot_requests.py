"""What a bot asks another program: the call, with its secrets, and what is taken from the answer."""

import asyncio
import json
import logging
import math
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from desktop.domain.flow_answers import LONGEST_ANSWER
from desktop.domain.flow_nodes import Request, Take
from desktop.domain.flow_session import RequestEnded
from desktop.domain.flow_texts import SECRET, names_in, with_secrets
from desktop.domain.problems import Problem
from desktop.domain.text import clean
from desktop.system.http import Answered, Web
from desktop.system.secrets import BOT, Secrets, environment_name

_log = logging.getLogger("assent.bots")
_OURS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "idempotency-key"}
)
"""Headers that belong to the connection, or that Assent gives itself."""
MOST_KEPT_HEADERS: Final = 50
WENT_WRONG: Final = "Something in Assent went wrong while it was made; it is in the log."
HIDDEN: Final = "•••"
_SHORTEST_HIDDEN: Final = 4
"""A shorter secret is no secret, and hiding it would tear up words."""


class _Failed(Exception):
    """The request cannot be made or its answer not be used: the words are for a person, without any secret."""


def idempotency_key(store_key: str, session_id: int, started_at: datetime, step_number: int) -> str:
    """The mark by which the other program knows a request that comes again.

    No two of different workspaces are the same, nor those of a store that began anew or was restored.
    """
    told = f"{store_key}:{session_id}:{int(started_at.timestamp())}:{step_number}"
    return f"assent-{session_id}-{step_number}-{sha256(told.encode()).hexdigest()[:24]}"


async def ask(web: Web, secrets: Secrets, request: Request, key: str) -> RequestEnded:
    """Make one request; whatever goes wrong is its end, in a sentence. key: its Idempotency-Key.

    Nothing of it holds a secret of the request, also where the other program sends one back.
    """
    known: dict[str, str] = {}
    try:
        known = await _secrets_of(secrets, request)
        headers = _headers(known, request, key)
        answered = await web.ask(request.method, request.url, request.body.encode(), headers)
        return RequestEnded(taken(answered, request.takes, hiding(known.values())))
    except _Failed as wrong:
        return RequestEnded(because=hiding(known.values())(str(wrong)))
    except Problem as problem:
        return RequestEnded(because=hiding(known.values())(problem.sentence))
    except Exception as wrong:
        # Made again, it would end in the same way. Where it went wrong, but not its words: they may hold a secret.
        where = "".join(traceback.format_tb(wrong.__traceback__)[-5:])
        _log.error("a request of a bot ended unforeseen: %s\n%s", type(wrong).__name__, where)
        return RequestEnded(because=WENT_WRONG)


def hiding(secrets: Iterable[str]) -> Callable[[str], str]:
    """What blots secrets out of a text, as they are and as JSON or an address writes them."""
    forms: set[str] = set()
    for one in secrets:
        for form in (one, " ".join(one.split())):
            forms |= {
                form,
                json.dumps(form)[1:-1],
                json.dumps(form, ensure_ascii=False)[1:-1],
                quote(form, safe=""),
            }
    # The longest first: one secret may be a part of another one.
    known = sorted((one for one in forms if len(one) >= _SHORTEST_HIDDEN), key=len, reverse=True)

    def hidden(text: str) -> str:
        for one in known:
            text = text.replace(one, HIDDEN)
        return text

    return hidden


def _as_it_is(text: str) -> str:
    return text


async def _secrets_of(secrets: Secrets, request: Request) -> dict[str, str]:
    """By name. Raises _Failed for one that this machine does not have."""
    wanted = {name for _, value in request.headers for name in secret_names(value)}
    known = {name: await asyncio.to_thread(secrets.get, BOT + name) for name in sorted(wanted)}
    for name, secret in known.items():
        if not secret:
            raise _Failed(
                f"This machine has no secret “{name}”. Set it in the environment as {environment_name(BOT + name)}."
            )
    return {name: secret or "" for name, secret in known.items()}


def _headers(known: Mapping[str, str], request: Request, key: str) -> dict[str, str]:
    """known: the secrets by name."""
    made = {"Content-Type": "application/json; charset=utf-8"} if request.body else {}
    for name, value in request.headers[:MOST_KEPT_HEADERS]:
        if name.strip().lower() in _OURS:
            continue
        if name.strip().lower() == "content-type":
            made.pop("Content-Type", None)
        made[name.strip()] = " ".join(with_secrets(value, known).split())
    return made | {"Idempotency-Key": key}


def secret_names(text: str) -> list[str]:
    """The secrets that a header names."""
    return [one.removeprefix(SECRET).strip() for one in names_in(text) if one.startswith(SECRET)]


def taken(
    answered: Answered, takes: Sequence[Take], hidden: Callable[[str], str] = _as_it_is
) -> dict[str, str]:
    """The values at the paths, "" where there is none. Raises _Failed unless the answer is good, and JSON if needed.

    hidden: see `hiding`; asked before anything is cut.
    """
    if not answered.is_success:
        words = replace(answered, text=hidden(answered.text)).words
        raise _Failed(f"It answered {answered.status} {words}"[:300].strip())
    if not takes:
        return {}
    if not answered.is_whole:
        raise _Failed("Its answer is longer than 256 KB.")
    try:
        data = json.loads(answered.text)
    except (ValueError, RecursionError) as wrong:
        raise _Failed("Its answer is not JSON.") from wrong
    return {one.answer: value_at(data, one.path, hidden) for one in takes}


def value_at(data: Any, path: str, hidden: Callable[[str], str] = _as_it_is) -> str:
    """The value at 'order.lines.0.date', as an answer is kept: at most LONGEST_ANSWER letters, "" if it is not there."""
    for part in path.split(".") if path.strip() else ():
        data = _inside(data, part.strip())
    return as_text(data, hidden)


def _inside(data: Any, part: str) -> Any:
    if isinstance(data, Mapping):
        return data.get(part)
    if isinstance(data, list) and part.isdecimal() and len(part) < 10 and int(part) < len(data):
        return data[int(part)]
    return None


def as_text(value: Any, hidden: Callable[[str], str] = _as_it_is) -> str:
    """A JSON value as people write it: yes and no, numbers as they are, lists and objects as JSON. Raises _Failed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and math.isfinite(value):
        value = f"{value:.15g}"
    elif not isinstance(value, str):
        try:
            value = json.dumps(value, ensure_ascii=False)
        except (ValueError, RecursionError) as wrong:
            raise _Failed("A value of its answer is nested too deeply.") from wrong
    shown: str = hidden(clean(value)).strip()[:LONGEST_ANSWER]
    return shown
