"""Which loop an async test runs on, and the fixtures of tests that need a window. Qt is imported only for those."""

import asyncio
import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from desktop.system.memory import collect_due, leave_alone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop.ui.theme import Theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

HERE = Path(__file__).parent
_LEFT = pytest.StashKey[bool]()
"""Whether a window was open since everything was collected."""
WITH_WINDOWS = (HERE / "ui", HERE / "journeys", HERE / "looks")


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Qt's loop for tests of windows, asyncio's own for all others."""
    if _has_window(item.path):
        return {"qt": _qt_loop}
    return {"asyncio": asyncio.new_event_loop}


def _has_window(path: Path) -> bool:
    return any(folder in path.parents for folder in WITH_WINDOWS)


def _qt_loop() -> asyncio.AbstractEventLoop:
    from tests.qt import qt_loop_factory

    loop: Any = qt_loop_factory()()
    return loop  # type: ignore[no-any-return]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test marked `sampled(count)`, all cases but the first ones run in `make test-all` only."""
    met: Counter[tuple[str, ...]] = Counter()
    for item in items:
        sampled = item.get_closest_marker("sampled")
        if sampled is None or item.get_closest_marker("slow") is not None:
            continue
        test = (str(item.path), *item.nodeid.split("[")[0].split("::")[1:])
        met[test] += 1
        if met[test] > sampled.args[0]:
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """What collecting made stays to the end: walking through it again and again took a tenth of the time."""
    leave_alone()


@pytest.fixture(autouse=True)
def _collected(request: pytest.FixtureRequest) -> Iterator[None]:
    """With windows Python collects nothing by itself (see desktop/ui/collector.py), without them as usual.

    What windows left is taken away before threads of another test may come upon it.
    """
    if _has_window(request.path):
        yield
        request.config.stash[_LEFT] = True
        collect_due()
        return
    is_off = not gc.isenabled()
    if is_off:
        if request.config.stash.get(_LEFT, True):
            gc.collect()
            request.config.stash[_LEFT] = False
        gc.enable()
    yield
    if is_off:
        gc.disable()


@pytest.fixture(scope="session")
def app() -> "QApplication":
    """The application with the theme's fonts; offscreen, and nothing in it can start a nested loop."""
    from tests.qt import application

    return application()


@pytest.fixture(scope="session")
def qapp(app: "QApplication") -> "QApplication":
    """pytest-qt's own fixture gives the same application."""
    return app


@pytest.fixture
def theme(app: "QApplication") -> "Theme":
    """A fresh light theme at 100 %, applied, without motion."""
    from tests.qt import themed

    return themed(app)
