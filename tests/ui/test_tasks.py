import asyncio
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject

from desktop.ui.tasks import Once, Tasks


class Sorry(Exception):
    """An error meant for a person."""


@pytest.fixture
def bugs() -> list[Exception]:
    return []


@pytest.fixture
def tasks(bugs: list[Exception]) -> Tasks:
    return Tasks(bugs.append, Sorry)


@pytest.fixture
def owner() -> Iterator[QObject]:
    made = QObject()
    yield made
    if shiboken6.isValid(made):
        shiboken6.delete(made)


async def forever(begun: asyncio.Event) -> None:
    begun.set()
    await asyncio.Event().wait()


async def fail(error: Exception) -> None:
    raise error


async def give(value: int) -> int:
    return value


async def test_a_task_ends_with_its_owner(tasks: Tasks, owner: QObject, bugs: list[Exception]) -> None:
    begun = asyncio.Event()
    task = tasks.spawn(owner, forever(begun))
    await begun.wait()
    shiboken6.delete(owner)
    await tasks.drain()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bugs == []
    assert tasks.running_count == 0


async def test_a_task_ends_with_the_parent_of_its_owner(tasks: Tasks, owner: QObject) -> None:
    begun = asyncio.Event()
    task = tasks.spawn(QObject(owner), forever(begun))
    await begun.wait()
    shiboken6.delete(owner)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_other_owners_are_left_alone(tasks: Tasks, owner: QObject) -> None:
    other, begun = QObject(), asyncio.Event()
    task = tasks.spawn(other, forever(begun))
    tasks.spawn(owner, forever(asyncio.Event()))
    await begun.wait()
    shiboken6.delete(owner)
    await asyncio.sleep(0)
    assert not task.done()
    tasks.cancel(other)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_meant_for_a_person_goes_to_who_asked(
    tasks: Tasks, owner: QObject, bugs: list[Exception]
) -> None:
    problems: list[Exception] = []
    sorry = Sorry("no such contact")
    tasks.spawn(owner, fail(sorry), on_problem=problems.append)
    await tasks.drain()
    assert problems == [sorry]
    assert bugs == []


@pytest.mark.parametrize("error", [ValueError("a bug"), Sorry("nobody asked")])
async def test_the_rest_goes_to_one_place(
    tasks: Tasks, owner: QObject, bugs: list[Exception], error: Exception
) -> None:
    problems: list[Exception] = []
    asked = problems.append if isinstance(error, ValueError) else None
    tasks.spawn(owner, fail(error), on_problem=asked)
    await tasks.drain()
    assert bugs == [error]
    assert problems == []


async def test_the_result_can_be_awaited(tasks: Tasks, owner: QObject) -> None:
    assert await tasks.spawn(owner, give(5)) == 5
    await tasks.drain()
    assert tasks.running_count == 0


async def test_drain_waits_for_what_is_spawned_meanwhile(tasks: Tasks, owner: QObject) -> None:
    ran: list[str] = []

    async def inner() -> None:
        await asyncio.sleep(0)
        ran.append("inner")

    async def outer() -> None:
        await asyncio.sleep(0)
        tasks.spawn(owner, inner())

    tasks.spawn(owner, outer())
    await tasks.drain()
    assert ran == ["inner"]


async def test_close_cancels_everything(tasks: Tasks, owner: QObject) -> None:
    task = tasks.spawn(owner, forever(asyncio.Event()))
    await tasks.close()
    assert task.cancelled()


async def test_once_refuses_a_second_start(tasks: Tasks, owner: QObject) -> None:
    busy: list[bool] = []
    gate = asyncio.Event()
    begun: list[int] = []

    async def send() -> None:
        begun.append(1)
        await gate.wait()

    once = Once(tasks, owner, busy.append)
    assert once.start(send)
    assert not once.start(send)
    assert once.running
    gate.set()
    await tasks.drain()
    await asyncio.sleep(0)
    assert begun == [1]
    assert busy == [True, False]
    assert once.start(send)
    await tasks.drain()
