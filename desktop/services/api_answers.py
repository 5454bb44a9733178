"""Doing a thing once, however often another program asks for it under the same Idempotency-Key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from desktop.domain.keys import Caller
from desktop.domain.problems import Problem
from desktop.store import api_answers
from desktop.store.api_answers import KeptAnswer
from desktop.store.engine import Store, StoreBusy, Tx, WriteLane, is_trouble

_MOST_TRIES: Final = 3


class OtherBody(Problem):
    """The same Idempotency-Key came with another request before."""


@dataclass(frozen=True, slots=True)
class Once:
    """key: the header's text, "" without one. body_hash: of what was asked, so that a mix-up is found."""

    key: str = ""
    body_hash: str = ""


def once(
    tx: Tx, caller: Caller, asked: Once, status: int, do: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What `do()` answers, or what it answered when this was asked before; then nothing is done again.

    Answer and deed are in one transaction: after a kill there are both or neither. status: of the answer.
    Raises OtherBody, or whatever `do()` raises, and then nothing is kept: the request can be mended.
    """
    if not asked.key:
        return do()
    known = api_answers.find(tx, caller.id, asked.key)
    if known is not None:
        if known.body_hash != asked.body_hash:
            raise OtherBody(
                "Another request",
                "This Idempotency-Key came with another request before. Make a new key for each request.",
                "Idempotency-Key",
            )
        return dict(known.answer)
    answer = do()
    api_answers.keep(tx, caller.id, asked.key, KeptAnswer(asked.body_hash, status, answer))
    return answer


async def written(
    store: Store, run: Callable[[Tx], dict[str, Any]], lane: WriteLane = WriteLane.PEOPLE
) -> dict[str, Any]:
    """Write, again where another process was first with the same word or number: then that one is found.

    Raises StoreBusy, with nothing written, or what `run` raises.
    """
    for _ in range(_MOST_TRIES):
        try:
            return await store.write(run, lane)
        except Exception as wrong:
            if not is_trouble(wrong):
                raise
    raise StoreBusy("The store is busy", "Another process writes the same. Nothing was done; ask again.")
