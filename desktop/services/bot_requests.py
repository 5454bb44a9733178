"""What a bot asks another program: the call, with its secrets, and what is taken from the answer."""

import asyncio
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from desktop.domain.flow_answers import LONGEST_ANSWER
from desktop.domain.flow_nodes import Request, Take
from desktop.domain.flow_session import RequestEnded
from desktop.domain.flow_texts import SECRET, names_in
from desktop.domain.problems import Problem
from desktop.domain.text import clean
from desktop.system.http import Answered, Web
from desktop.system.secrets import BOT, Secrets, environment_name

_SECRET: Final = re.compile(r"\{\{\s*secret:([^{}]*?)\s*\}\}")
_OURS: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "idempotency-key"}
)
"""Headers that belong to the connection, or that Assent gives itself."""
MOST_KEPT_HEADERS: Final = 50


class _Failed(Exception):
    """The request cannot be made or its answer not be used: the words are for a person, without any secret."""


def idempotency_key(session_id: int, step_number: int) -> str:
    """The mark by which the other program knows a request that comes again."""
    return f"assent-{session_id}-{step_number}"


async def ask(web: Web, secrets: Secrets, request: Request, key: str) -> RequestEnded:
    """Make one request; whatever goes wrong is its end, in a sentence. key: its Idempotency-Key."""
    try:
        headers = await _headers(secrets, request, key)
        answered = await web.ask(request.method, request.url, request.body.encode(), headers)
        return RequestEnded(taken(answered, request.takes))
    except _Failed as wrong:
        return RequestEnded(because=str(wrong))
    except Problem as problem:
        return RequestEnded(because=problem.sentence)


async def _headers(secrets: Secrets, request: Request, key: str) -> dict[str, str]:
    """Raises _Failed for a secret that this machine does not have, and for a header that is none."""
    wanted = {name for _, value in request.headers for name in secret_names(value)}
    known = {name: await asyncio.to_thread(secrets.get, BOT + name) for name in sorted(wanted)}
    for name, secret in known.items():
        if not secret:
            raise _Failed(
                f"This machine has no secret “{name}”. Set it in the environment as {environment_name(BOT + name)}."
            )
    made = {"Content-Type": "application/json; charset=utf-8"} if request.body else {}
    for name, value in request.headers[:MOST_KEPT_HEADERS]:
        if name.strip().lower() in _OURS:
            continue
        if name.strip().lower() == "content-type":
            made.pop("Content-Type", None)
        made[name.strip()] = " ".join(_SECRET.sub(lambda found: known[found[1].strip()], value).split())
    return made | {"Idempotency-Key": key}


def secret_names(text: str) -> list[str]:
    """The secrets that a header names."""
    return [one.removeprefix(SECRET).strip() for one in names_in(text) if one.startswith(SECRET)]


def taken(answered: Answered, takes: Sequence[Take]) -> dict[str, str]:
    """The values at the paths, "" where there is none. Raises _Failed unless the answer is good, and JSON if needed."""
    if not answered.is_success:
        raise _Failed(f"It answered {answered.status} {answered.words}"[:300].strip())
    if not takes:
        return {}
    if not answered.is_whole:
        raise _Failed("Its answer is longer than 256 KB.")
    try:
        data = json.loads(answered.text)
    except (ValueError, RecursionError) as wrong:
        raise _Failed("Its answer is not JSON.") from wrong
    return {one.answer: value_at(data, one.path) for one in takes}


def value_at(data: Any, path: str) -> str:
    """The value at 'order.lines.0.date', as an answer is kept: at most LONGEST_ANSWER letters, "" if it is not there."""
    for part in path.split(".") if path.strip() else ():
        data = _inside(data, part.strip())
    return as_text(data)


def _inside(data: Any, part: str) -> Any:
    if isinstance(data, Mapping):
        return data.get(part)
    if isinstance(data, list) and part.isdecimal() and len(part) < 10 and int(part) < len(data):
        return data[int(part)]
    return None


def as_text(value: Any) -> str:
    """A JSON value as people write it: yes and no, numbers as they are, lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and math.isfinite(value):
        value = f"{value:.15g}"
    elif not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False)
    shown: str = clean(value).strip()[:LONGEST_ANSWER]
    return shown
