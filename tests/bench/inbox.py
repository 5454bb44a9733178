"""The inbox of a large team, beside a bare Qt inbox over the same file, in the same run.

A verb is measured from the asking until what was asked for is painted; a search from the moment at which the field
asks, which waits for a pause in the typing. The bare inbox works in the window's own thread: what it takes, the window
stands still.
"""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtWidgets import QAbstractItemView

from desktop.app import App
from desktop.domain.conversations import Box
from desktop.domain.inbox import Wanted
from desktop.domain.problems import Problem
from desktop.store import conversations
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.conversations.rows import FoundMessage
from desktop.ui.run import application
from desktop.ui.window import MainWindow
from tests.bench import loops, sending, stalls, stores, whatsapp
from tests.bench.bare_inbox import WHAT, BareInbox
from tests.bench.figures import Baseline, Row, Spread
from tests.bench.loops import LoopKind
from tests.bench.sizes import Place, Sizes

RATIO_GOAL: Final = 2.5
THREAD_GOAL_MS: Final = 50.0
SEARCH_GOAL_MS: Final = 100.0
FRAME_GOAL_MS: Final = 16.0
LONGEST_ID: Final = 1
"""The contact with the longest conversation, as the seed makes it."""
_SWITCHES: Final = 20
_STEP_PX: Final = 90
_FRAMES: Final = 400
_SEARCHED: Final = (
    "lan", "lantern", "brass lantern", "order", "#4471", "4471", "cannot find", "manana", "théière", "नमस्ते", "什么时候",
    "مرحبًا", "warehouse yesterday", "nobody wrote this", "thanks 👍",
)  # fmt: skip
_FIRST: Final = "the page is built and shows its first conversations"
_BACK: Final = "back to the conversations from another page"
_SWITCH: Final = "switch to another conversation"
_LONGEST: Final = "open the longest conversation"
_SEARCH: Final = "search in messages"
_TYPED: Final = "search as one types, names and messages painted"
_THREAD_FRAMES: Final = "frames while scrolling the longest conversation"
_LIST_FRAMES: Final = "frames while scrolling the list"
_NEWS: Final = "a customer's message until its row is the first, during a broadcast"
Took = dict[str, list[float]]
T = TypeVar("T")


def rows(place: Place) -> list[Row]:
    """First sight, switching, scrolling, searching; then the list while a broadcast goes out."""
    sizes = place.sizes
    prepared = stores.talking(place.cache, sizes.contact_count, sizes.conversation_count, sizes.message_count)
    path = stores.copied(prepared, place.folder / "inbox")
    ids = random.Random(_SWITCHES).sample(range(2, sizes.conversation_count), _SWITCHES)
    took = loops.run(LoopKind.WINDOW, _ours(path, sizes, ids))
    bare = _bare(path, sizes.repeat_count, ids)
    with whatsapp.sandbox(place.folder / "inbox") as url:
        news, still = loops.run(LoopKind.WINDOW, _while_sending(path, url, sizes))
    return [*_told(took | news, bare, sizes), still]


def _told(took: Took, bare: Took, sizes: Sizes) -> Iterator[Row]:
    goals: dict[str, tuple[int, float]] = {
        _LONGEST: (95, THREAD_GOAL_MS),
        _SEARCH: (95, SEARCH_GOAL_MS),
        _TYPED: (95, SEARCH_GOAL_MS),
        _THREAD_FRAMES: (99, FRAME_GOAL_MS),
        _LIST_FRAMES: (99, FRAME_GOAL_MS),
    }
    size = f"{sizes.contact_count:,} contacts, {sizes.conversation_count:,} conversations, {sizes.message_count:,} messages"
    for verb, values in took.items():
        share, most_ms = goals.get(verb, (95, 0.0))
        ours = Spread.of(values, share)
        beside = Spread.of(bare[verb], share) if verb in bare else None
        ratio = ours.median / max(beside.median, 1e-6) if beside is not None else None
        goal, met = "", None
        if most_ms:
            goal, met = f"p{share} at most {most_ms:.0f} ms", ours.percent(share) <= most_ms
        elif ratio is not None:
            goal, met = f"at most {RATIO_GOAL} × the bare one", ratio <= RATIO_GOAL
        yield Row(
            f"inbox: {verb}",
            "ms",
            ours,
            Baseline(WHAT, beside) if beside else None,
            ratio,
            goal,
            met,
            note=size,
        )


async def _ours(path: Path, sizes: Sizes, ids: list[int]) -> Took:
    took: Took = {}
    async with stores.opened(path, home=path.parent) as app, stalls.window(app, path.parent) as window:
        await asyncio.sleep(1.0)
        for _ in range(sizes.repeat_count):
            window.pages.forget_all()
            hands = await _timed(took, _FIRST, lambda: _first_sight(window))
        for _ in range(sizes.repeat_count):
            window.go("broadcasts")
            await asyncio.sleep(0.3)
            await _timed(took, _BACK, lambda: hands.back(window))
        for contact_id in ids:
            await _timed(took, _SWITCH, lambda id=contact_id: hands.open(id))  # type: ignore[misc]
        for contact_id in ids[: max(3, sizes.repeat_count)]:
            await _timed(took, _LONGEST, lambda: hands.open(LONGEST_ID))
            await hands.open(contact_id)
        await hands.open(LONGEST_ID)
        took[_THREAD_FRAMES] = await hands.scroll(hands.page.area.thread_view, -_STEP_PX)
        took[_LIST_FRAMES] = await hands.scroll(hands.page.list.view, _STEP_PX)
        for word in _SEARCHED * sizes.repeat_count:
            await _timed(took, _SEARCH, lambda word=word: app.searching.messages(word))  # type: ignore[misc]
        for word in _SEARCHED:
            if await app.searching.messages(word, limit=1):
                took.setdefault(_TYPED, []).append(await hands.find(word))
    return took


async def _timed(took: Took, verb: str, run: Callable[[], Awaitable[T]]) -> T:
    began_s = time.perf_counter()
    found = await run()
    took.setdefault(verb, []).append((time.perf_counter() - began_s) * 1000)
    return found


async def _first_sight(window: MainWindow) -> "_Hands":
    page = window.go("conversations")
    assert isinstance(page, ConversationsPage)
    hands = _Hands(page)
    await hands.until(lambda: page.list.rows.rowCount() > 0)
    page.list.view.viewport().repaint()
    return hands


class _Hands:
    """Uses the page as a person would, and knows when everything in sight is there."""

    def __init__(self, page: ConversationsPage) -> None:
        self.page = page
        self._news = asyncio.Event()
        model = page.list.rows
        for signal in (
            model.modelReset,
            model.rowsInserted,
            model.rowsRemoved,
            model.dataChanged,
            model.layoutChanged,
        ):
            signal.connect(self._news.set)
        page.area.shown.connect(self._news.set)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Asked anew whenever the page changes: the loop is not kept busy meanwhile."""
        async with asyncio.timeout(60):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def back(self, window: MainWindow) -> None:
        """Until the list was read anew: what stood there before is painted at once."""
        self._news.clear()
        window.go("conversations")
        self.page.list.view.viewport().repaint()
        await asyncio.wait_for(self._news.wait(), 60)
        self.page.list.view.viewport().repaint()

    async def open(self, contact_id: int) -> None:
        area = self.page.area
        self.page.open_contact(contact_id)
        await self.until(lambda: area.contact_id == contact_id)
        area.thread_view.viewport().repaint()

    async def scroll(self, view: QAbstractItemView, step_px: int) -> list[float]:
        """The milliseconds of each frame; between two of them the loop has its turn, and older messages come."""
        bar = view.verticalScrollBar()
        frames = []
        for _ in range(_FRAMES):
            began_s = time.perf_counter()
            bar.setValue(bar.value() + step_px)
            view.viewport().repaint()
            frames.append((time.perf_counter() - began_s) * 1000)
            if bar.value() in (bar.minimum(), bar.maximum()):
                step_px = -step_px
            await asyncio.sleep(0.002)
        return frames

    async def find(self, word: str) -> float:
        """Milliseconds from the asking until the messages are painted; the field is empty before and after."""
        shown = self.page.list
        asked_s = 0.0

        def asked(_: str) -> None:
            nonlocal asked_s
            asked_s = time.perf_counter()

        shown.search.search_requested.connect(asked)
        shown.search.setText(word)
        await self.until(self._has_found)
        shown.view.viewport().repaint()
        took_ms = (time.perf_counter() - asked_s) * 1000
        shown.search.search_requested.disconnect(asked)
        shown.search.clear()
        await self.until(lambda: not self._has_found())
        return took_ms

    def _has_found(self) -> bool:
        return any(isinstance(one, FoundMessage) for one in self.page.list.rows.entries)


async def _while_sending(path: Path, url: str, sizes: Sizes) -> tuple[Took, Row]:
    """Customers write while a broadcast to everybody goes out; it is stopped where it is when the time is over."""
    took: Took = {}
    meter = stalls.Meter()
    async with stores.opened(path, url) as app, stalls.window(app, path.parent) as window:
        hands = await _first_sight(window)
        hands.page.list.ask_for(Wanted(Box.ALL))
        await hands.open(LONGEST_ID)
        await asyncio.sleep(1.0)
        idle = await meter.during(lambda: asyncio.sleep(0.5), sizes.stall_s)
        writers = itertools.cycle(range(2, min(sizes.conversation_count, 500)))
        async with _broadcast(app):
            busy = await meter.during(
                lambda: _timed(took, _NEWS, lambda: _news(app, hands, next(writers))), sizes.stall_s
            )
    name = f"stalls of the inbox during a broadcast to {sizes.contact_count:,}"
    return took, stalls.row(name, busy, idle)


@asynccontextmanager
async def _broadcast(app: App) -> AsyncIterator[None]:
    """One that goes out; it is held at the end, if it still does."""
    broadcast_id = await sending.launch(app)
    yield
    with suppress(Problem):  # it may be through
        await app.broadcasts.pause(broadcast_id, sending.BENCH)


async def _news(app: App, hands: _Hands, contact_id: int) -> None:
    wamid = f"bench.{time.perf_counter_ns()}"
    await app.store.write(
        lambda tx: conversations.add_inbound(
            tx, contact_id, wamid=wamid, kind="text", text="Is it here yet?", content={}, context_wamid=""
        )
    )
    rows = hands.page.list.rows
    await hands.until(lambda: bool(rows.rows) and rows.rows[0].contact_id == contact_id)
    hands.page.list.view.viewport().repaint()


def _bare(path: Path, repeat_count: int, ids: list[int]) -> Took:
    application()
    took: Took = {}

    def timed(verb: str, run: Callable[[], T]) -> T:
        began_s = time.perf_counter()
        found = run()
        took.setdefault(verb, []).append((time.perf_counter() - began_s) * 1000)
        return found

    def first() -> BareInbox:
        made = BareInbox(path)
        made.show_list(1)
        return made

    for _ in range(repeat_count):
        timed(_FIRST, first).close()
    inbox = first()
    for _ in range(repeat_count):
        timed(_BACK, lambda: inbox.show_list(1))
    for contact_id in ids:
        timed(_SWITCH, lambda id=contact_id: inbox.show_thread(id))  # type: ignore[misc]
    for contact_id in ids[: max(3, repeat_count)]:
        timed(_LONGEST, lambda: inbox.show_thread(LONGEST_ID))
        inbox.show_thread(contact_id)
    inbox.show_thread(LONGEST_ID)
    bar = inbox.thread.verticalScrollBar()
    step_px = -_STEP_PX
    for _ in range(_FRAMES):

        def frame(by_px: int = step_px) -> None:
            bar.setValue(bar.value() + by_px)
            inbox.thread.viewport().repaint()

        timed(_THREAD_FRAMES, frame)
        if bar.value() in (bar.minimum(), bar.maximum()):
            step_px = -step_px
    for word in _SEARCHED[:5]:
        timed(_SEARCH, lambda word=word: inbox.find(word))  # type: ignore[misc]
    inbox.close()
    return took
