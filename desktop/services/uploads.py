"""Gives WhatsApp the files of messages that people wrote; a message is due when its file is there.

Runs in every process that has an account: the files are on the machine where they were attached.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from desktop.domain.changes import Changes, Topic
from desktop.services.outgoing_files import OutgoingFiles
from desktop.services.own_number import Speaks
from desktop.store import outgoing_files
from desktop.store.engine import Store
from desktop.store.outgoing_files import Waiting
from desktop.whatsapp.graph import FileProblem, NotReached, RefusedByWhatsApp

_log = logging.getLogger("assent.engine")
_IDLE_POLL_S: Final = 30.0
_LONGEST_WAIT_S: Final = 15.0
_NOT_TAKEN: Final = 131053
"""Meta's own number for a file that it does not take."""


class Uploads:
    """`run()` until cancelled."""

    def __init__(self, store: Store, files: OutgoingFiles, account: Speaks, wake: Callable[[], None]) -> None:
        """wake: tells the engine that a message is due."""
        self._store, self._files, self._account, self._wake = store, files, account, wake
        self._news = asyncio.Event()
        self._tries = 0

    async def run(self) -> None:
        """Sweep what a killed program left, then upload whatever waits."""
        loop = asyncio.get_running_loop()

        def heard(changes: Changes) -> None:
            if changes.has(Topic.MESSAGE):
                loop.call_soon_threadsafe(self._news.set)

        forget = self._store.listen(heard)
        try:
            await self._files.sweep()
            while True:
                self._news.clear()
                rest_s = await self.round()
                if self._tries:  # the line is down: what is written meanwhile waits with the others
                    await asyncio.sleep(rest_s)
                    continue
                try:
                    async with asyncio.timeout(rest_s):
                        await self._news.wait()
                except TimeoutError:
                    continue
        finally:
            forget()

    async def round(self) -> float:
        """Upload what waits here, once; returns after how many seconds to look again."""
        found = await self._store.read(outgoing_files.waiting)
        for number, one in enumerate(found):
            try:
                await self._give(one)
            except NotReached:
                ids = [each.message_id for each in found[number:]]
                await self._store.write(lambda tx, ids=ids: outgoing_files.not_reached(tx, ids))  # type: ignore[misc]
                self._tries += 1
                return min(_LONGEST_WAIT_S, 2.0 ** min(self._tries - 1, 4))
        self._tries = 0
        return _IDLE_POLL_S

    async def _give(self, one: Waiting) -> None:
        content = await self._files.read(one.file.key)
        if content is None:  # attached on another machine, whose program gives it
            return
        try:
            media_id = await self._account.upload(content, one.file.mime, one.file.name)
        except (FileProblem, RefusedByWhatsApp) as wrong:
            code = wrong.refused.code if isinstance(wrong, RefusedByWhatsApp) else _NOT_TAKEN
            _log.warning("WhatsApp does not take the file of message %s: %s", one.message_id, wrong)
            sentence = wrong.sentence
            await self._store.write(lambda tx: outgoing_files.refused(tx, one.message_id, code, sentence))
            return
        await self._store.write(lambda tx: outgoing_files.given(tx, one.message_id, media_id))
        self._wake()
