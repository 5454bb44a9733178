"""Groups: whoever asks while one is under way is in the next, in the order of asking."""

import asyncio
from collections.abc import Sequence

import pytest

from desktop.services.together import Together


class Doing:
    """What is done with groups: it doubles numbers, waits to be let on, and leaves out what it has no room for."""

    def __init__(self, room: int = 100) -> None:
        self.groups: list[list[int]] = []
        self.go_on = asyncio.Event()
        self.begun = asyncio.Event()
        self.together = Together("doubling", 3, self.do)
        self._room = room

    async def do(self, group: list[int]) -> Sequence[int | Exception]:
        self.groups.append(group)
        self.begun.set()
        await self.go_on.wait()
        if 13 in group:
            raise KeyError("thirteen")
        return [ValueError(str(one)) if one < 0 else 2 * one for one in group[: self._room]]

    def ask(self, *numbers: int) -> "list[asyncio.Task[int]]":
        return [asyncio.create_task(self.together.ask(one)) for one in numbers]


async def test_those_who_ask_meanwhile_are_the_next_groups() -> None:
    doing = Doing()
    first = doing.ask(1)
    await doing.begun.wait()
    later = doing.ask(2, 3, 4, 5)
    await asyncio.sleep(0)
    doing.go_on.set()
    assert await asyncio.gather(*first, *later) == [2, 4, 6, 8, 10]
    assert doing.groups == [[1], [2, 3, 4], [5]]


async def test_what_was_left_out_comes_first_next_time() -> None:
    doing = Doing(room=2)
    doing.go_on.set()
    assert await asyncio.gather(*doing.ask(1, 2, 3, 4, 5)) == [2, 4, 6, 8, 10]
    assert doing.groups == [[1, 2, 3], [3, 4, 5], [5]]


async def test_what_went_wrong_is_told_to_the_one_or_to_the_group() -> None:
    doing = Doing()
    doing.go_on.set()
    ends = await asyncio.gather(*doing.ask(1, -2, 3, 13, 14), return_exceptions=True)
    assert [type(one) for one in ends] == [int, ValueError, int, KeyError, KeyError]
    assert await doing.together.ask(7) == 14


async def test_who_has_gone_is_not_done_and_stops_nobody() -> None:
    doing = Doing()
    first = doing.ask(1)
    await doing.begun.wait()
    gone, last = doing.ask(2, 3)
    await asyncio.sleep(0)
    gone.cancel()
    first[0].cancel()
    doing.go_on.set()
    assert await last == 6
    assert doing.groups == [[1], [3]]
    with pytest.raises(asyncio.CancelledError):
        await gone
