"""The pages of the window, each built when it is first shown."""

import logging
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.domain.problems import Problem
from desktop.ui.parts.naming import named

_log = logging.getLogger("assent.window")

Factory = Callable[[], QWidget]


@runtime_checkable
class Settles(Protocol):
    """A page with something unsaved in it: settle() returns when the store has it."""

    async def settle(self) -> None: ...


@runtime_checkable
class Refreshes(Protocol):
    """A page that reads everything anew when another person sits down."""

    def refresh(self) -> None: ...


@runtime_checkable
class Searches(Protocol):
    """A page with a field to search in."""

    def focus_search(self) -> None: ...


class Pages(QStackedWidget):
    """A stack by key."""

    def __init__(self, factories: dict[str, Factory]) -> None:
        super().__init__()
        self._factories = factories
        self._built: dict[str, QWidget] = {}
        named(self, "pages")

    @property
    def current_key(self) -> str:
        page = self.currentWidget()
        return next((key for key, built in self._built.items() if built is page), "")

    @property
    def built(self) -> dict[str, QWidget]:
        """The pages that exist so far."""
        return dict(self._built)

    def knows(self, key: str) -> bool:
        return key in self._factories

    def show_page(self, key: str) -> QWidget:
        """Build the page if it is not there yet, and show it. Raises KeyError."""
        if key not in self._built:
            page = self._factories[key]()
            self._built[key] = page
            self.addWidget(page)
        self.setCurrentWidget(self._built[key])
        return self._built[key]

    async def settle(self) -> None:
        """Return when every page has saved what people wrote. Raises the first Problem, after the last page."""
        problems: list[Problem] = []
        for page in tuple(self._built.values()):
            if isinstance(page, Settles):
                try:
                    await page.settle()
                except Problem as problem:
                    problems.append(problem)
        if problems:
            raise problems[0]

    async def settle_if_possible(self) -> None:
        """The same where it goes on in any case: the store may be gone, or the person may no longer."""
        try:
            await self.settle()
        except Problem as problem:
            _log.error("not saved at the end: %s", problem)

    def look_again(self) -> None:
        """Another person sits here: pages that can read anew do, the others are built when next shown."""
        for key, page in tuple(self._built.items()):
            if isinstance(page, Refreshes):
                page.refresh()
            else:
                self._forget(key)

    def forget_all(self) -> None:
        """Take every page away: everything has changed."""
        for key in tuple(self._built):
            self._forget(key)

    def _forget(self, key: str) -> None:
        page = self._built.pop(key)
        self.removeWidget(page)
        page.hide()
        page.deleteLater()
