"""A world with the people of the mockups, and the page open in front of one of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desktop.ui.theme import Theme
from tests.ui.conversations.bench import Bench
from tests.ui.conversations.scenes import populate
from tests.ui.conversations.world import open_world


@pytest.fixture
async def bench(tmp_path: Path, theme: Theme) -> AsyncIterator[Bench]:
    """The page in an active window; nobody's conversation is open yet. Closing it asserts that nothing broke."""
    world = await open_world(tmp_path)
    await populate(world)
    made = Bench(world, theme)
    await made.show()
    yield made
    await made.close()
