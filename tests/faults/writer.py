"""A person at the window, as a process that can be killed: `python -m tests.faults.writer STORE HOME SANDBOX DEED WHAT`.

It opens the first conversation of the list and types, attaches or sends; each step is told as a line of JSON.
"""

import asyncio
import json
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.domain.conversations import Box
from desktop.options import Options
from desktop.system.paths import Paths
from desktop.ui.conversations.page import ConversationsPage
from tests.journeys.journey import sitting, until
from tests.qt import application, qt_loop_factory, themed


def tell(step: str) -> None:
    print(json.dumps({"step": step}), flush=True)  # noqa: T201  # the parent reads it


async def write(store: str, home: str, sandbox_url: str, deed: str, what: str) -> None:
    theme = themed(application())
    async with sitting(Options(store, Paths(Path(home)), sandbox_url), theme) as trip:
        page = trip.window.go("conversations")
        assert isinstance(page, ConversationsPage)
        rows = await trip.app.conversations.rows(Box.ALL, trip.window.desk.user())
        page.open_contact(rows[0].contact_id)
        await until(lambda: page.area.contact_id == rows[0].contact_id, "the conversation")
        tell("open")
        text = page.area.compose.text
        if deed == "attach":
            page.area.compose.files_given.emit([Path(what)])
            tell("attaching")
            await until(lambda: trip.shows("compose_file"), "the file")
            await asyncio.sleep(60)
        if deed == "send":
            text.show_text(what)
            await page.settle()
            tell("written")
            QTest.keyClick(text, Qt.Key.Key_Return)
            tell("sending")
            await asyncio.sleep(60)
        for letter in what:
            QTest.keyClicks(text, letter)
            tell(text.toPlainText())
            await asyncio.sleep(0.02)
        await asyncio.sleep(60)


if __name__ == "__main__":
    loop = qt_loop_factory()()
    loop.run_until_complete(write(*sys.argv[1:]))
