import asyncio
import contextvars
import random
import threading
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.ui.loop import LONGEST_MS, MANY_CANCELLED, RESOLUTION_S, Loop, loop_factory


def running() -> Loop:
    loop: Any = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    return loop


async def test_cancelled_timers_are_not_kept() -> None:
    loop = running()
    before = loop.held_count
    for _ in range(10_000):
        loop.call_later(300, print).cancel()
    assert loop.held_count - before <= MANY_CANCELLED + 1


async def test_live_timers_survive_the_sweeping_of_cancelled_ones() -> None:
    loop = running()
    ran: list[int] = []
    finished = loop.create_future()
    for number in range(500):
        loop.call_later(0.002, ran.append, number)
        for _ in range(4):
            loop.call_later(0.001, ran.append, -1).cancel()
    loop.call_later(0.004, finished.set_result, None)
    await finished
    assert ran == list(range(500))


async def test_timers_run_in_the_order_of_their_time_and_never_early() -> None:
    loop = running()
    start = loop.time()
    delays_ms = list(range(30)) * 2
    random.shuffle(delays_ms)
    ran: list[float] = []
    early: list[float] = []
    finished = loop.create_future()

    def note(when: float) -> None:
        ran.append(when)
        if loop.time() + RESOLUTION_S < when:
            early.append(when)

    for delay_ms in delays_ms:
        when = start + delay_ms / 1000
        loop.call_at(when, note, when)
    loop.call_at(start + 0.031, finished.set_result, None)
    await finished
    assert ran == sorted(ran)
    assert len(ran) == 60
    assert early == []


async def test_timers_of_one_moment_run_in_the_order_they_were_made() -> None:
    loop = running()
    when = loop.time() + 0.001
    ran: list[int] = []
    finished = loop.create_future()
    for number in range(50):
        loop.call_at(when, ran.append, number)
    loop.call_at(when, finished.set_result, None)
    await finished
    assert ran == list(range(50))


async def test_call_soon_is_first_in_first_out_and_skips_cancelled() -> None:
    loop = running()
    ran: list[int] = []
    finished = loop.create_future()
    handles = [loop.call_soon(ran.append, number) for number in range(100)]
    handles[3].cancel()
    loop.call_soon(finished.set_result, None)
    await finished
    assert ran == [number for number in range(100) if number != 3]


async def test_a_timer_knows_its_time() -> None:
    loop = running()
    handle = loop.call_at(loop.time() + 5, print)
    assert isinstance(handle, asyncio.TimerHandle)
    assert 4 < handle.when() - loop.time() <= 5
    handle.cancel()


async def test_a_year_is_not_too_long() -> None:
    loop = running()
    handle = loop.call_later(366 * 86_400, print)
    for _ in range(2):  # the timer is set after the step that asked for it
        await asyncio.sleep(0)
    assert 0 < loop._later.remainingTime() <= LONGEST_MS
    handle.cancel()


async def test_timeout_ends_a_wait_and_leaves_no_timer() -> None:
    loop = running()
    before = loop.held_count
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.001):
            await asyncio.Event().wait()
    async with asyncio.timeout(60):
        await asyncio.sleep(0)
    await asyncio.sleep(0.001)
    assert loop.held_count <= before + 1


async def test_qt_gets_its_turn_between_callbacks() -> None:
    loop = running()
    order: list[str] = []
    finished = loop.create_future()

    def work(number: int) -> None:
        end = loop.time() + 0.003
        while loop.time() < end:
            pass
        order.append("work")
        if number == 19:
            finished.set_result(None)

    QTimer.singleShot(0, lambda: order.append("qt"))
    for number in range(20):
        loop.call_soon(work, number)
    await finished
    assert order.index("qt") < 19


async def test_a_nested_qt_loop_runs_no_task_and_loses_none(app: QApplication) -> None:
    ran: list[str] = []

    async def other() -> None:
        ran.append("began")
        await asyncio.sleep(0)
        ran.append("ended")

    task = asyncio.create_task(other())
    seen: list[str] = []
    QTimer.singleShot(0, lambda: seen.append("qt"))
    while not seen:
        app.processEvents()
    assert ran == []
    await task
    assert ran == ["began", "ended"]


async def test_threadsafe_keeps_order_and_context() -> None:
    loop = running()
    name: contextvars.ContextVar[str] = contextvars.ContextVar("name")
    name.set("here")
    context = contextvars.copy_context()
    ran: list[tuple[int, str]] = []
    finished = loop.create_future()

    def call() -> None:
        for number in range(200):
            loop.call_soon_threadsafe(lambda n=number: ran.append((n, name.get("none"))), context=context)
        loop.call_soon_threadsafe(finished.set_result, None)

    thread = threading.Thread(target=call)
    thread.start()
    await finished
    thread.join()
    assert ran == [(number, "here") for number in range(200)]


async def test_a_server_and_a_client_talk() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline()).upper())
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    assert await reader.readline() == b"HELLO\n"
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


def test_the_runner_closes_threads_and_timers(app: QApplication) -> None:
    names: set[str] = set()

    async def work() -> int:
        jobs = [asyncio.to_thread(lambda: names.add(threading.current_thread().name)) for _ in range(20)]
        await asyncio.gather(*jobs)
        running().call_later(300, print)
        return 7

    with asyncio.Runner(loop_factory=loop_factory(app)) as runner:
        assert runner.run(work()) == 7
        loop = runner.get_loop()
    assert names
    assert not names & {thread.name for thread in threading.enumerate()}
    assert loop.is_closed()
    assert isinstance(loop, Loop)
    assert loop.held_count == 0
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon_threadsafe(print)


def test_system_exit_leaves_the_loop(app: QApplication) -> None:
    async def leave() -> None:
        raise SystemExit(3)

    with asyncio.Runner(loop_factory=loop_factory(app)) as runner, pytest.raises(SystemExit):
        runner.run(leave())


async def test_an_error_in_a_callback_reaches_the_handler_and_the_rest_runs() -> None:
    loop = running()
    seen: list[object] = []
    loop.set_exception_handler(lambda _, context: seen.append(context["exception"]))
    finished = loop.create_future()
    error = ValueError("broken")

    def fail() -> None:
        raise error

    loop.call_soon(fail)
    loop.call_soon(finished.set_result, None)
    await finished
    assert seen == [error]
