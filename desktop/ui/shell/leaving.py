"""Leaving the window, to close the program or to let somebody else come in: asked where something would be lost."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from PySide6.QtWidgets import QWidget

from desktop.ui.dialog import confirm
from desktop.ui.tasks import Tasks
from desktop.ui.theme import Theme


class Work(Protocol):
    """Something long that a person has under way. at_stake: what an end would take back, in a sentence."""

    @property
    def at_stake(self) -> str: ...

    async def end(self) -> Any: ...


class Leaving:
    """`asked()` returns when the window is to be left; then `out` says that somebody else may come in.

    notice: why the person could not stay, "" when they wanted to go.
    """

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        tasks: Tasks,
        *,
        works: Callable[[], Sequence[Work]],
        unsaved: Callable[[], str],
        show_unsaved: Callable[[], object],
    ) -> None:
        """works: what is under way. unsaved: what is not saved, in words. show_unsaved: goes there."""
        self._theme, self._window, self._tasks = theme, window, tasks
        self._works, self._unsaved, self._show_unsaved = works, unsaved, show_unsaved
        self._left = asyncio.Event()
        self._asking = self._putting_out = False
        self.out, self.notice = False, ""

    @property
    def is_left(self) -> bool:
        return self._left.is_set()

    async def asked(self) -> None:
        await self._left.wait()

    def now(self, *, out: bool = False, notice: str = "") -> None:
        """Leave without a question."""
        if not self.is_left:
            self.out, self.notice = out, notice
            self._left.set()

    def ask(self, *, out: bool = False) -> None:
        """Leave, after a question if an import is at work or something is not saved."""
        if self.is_left or self._asking:
            return
        if self._works() or self._unsaved():
            self._asking = True
            self._spawn(self._ask(out))
        else:
            self.now(out=out)

    def put_out(self, notice: str) -> None:
        """The person may not stay: what is under way ends, and nothing is asked. Once: a second notice is late."""
        if not (self.is_left or self._putting_out):
            self._putting_out = True
            self._spawn(self._put_out(notice))

    async def _put_out(self, notice: str) -> None:
        try:
            for work in self._works():
                await work.end()
        finally:
            self.now(out=True, notice=notice)

    async def _ask(self, out: bool) -> None:
        try:
            if await self._may_stop(out) and await self._may_forget(out):
                self.now(out=out)
        finally:
            self._asking = False

    async def _may_stop(self, out: bool) -> bool:
        works = self._works()
        if not works:
            return True
        verb = "Sign out" if out else "Close"
        stop = await confirm(
            self._theme, self._window, f"{verb} in the middle of an import?", works[0].at_stake,
            do=f"Stop it and {verb.lower()}", keep="Go on", danger=True, name="close_jobs",
        )  # fmt: skip
        if stop:
            for work in works:
                await work.end()
        return stop

    async def _may_forget(self, out: bool) -> bool:
        unsaved = self._unsaved()
        if not unsaved:
            return True
        self._show_unsaved()
        verb = "Sign out" if out else "Close"
        text = f"In the settings this is not saved yet: {unsaved}."
        return await confirm(
            self._theme, self._window, f"{verb} without saving?", text, do=verb, keep="Go back", danger=True
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.spawn(self._window, work)
