"""What the tests of the WhatsApp client share."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from desktop.whatsapp.session import open_session


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    opened = open_session()
    yield opened
    await opened.close()
