"""Another program on the same store: `python -m tests.colleague STORE CONTACT_ID PERSON reply|says|opts_out TEXT NOW`.

A colleague at another window replies, the customer's message arrives there, or the opt-in changes there.
"""

import asyncio
import subprocess
import sys
from datetime import datetime

from desktop.domain.consent import OptIn, Path, Source
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.people import User
from desktop.services.sending import Sending
from desktop.store import consent, conversations, people
from desktop.store.engine import Store, Tx
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock


def does(store_path: str, contact_id: int, person: str, deed: str, text: str, now: datetime) -> None:
    """Have another process do it at this moment; returns when it has ended. Raises CalledProcessError."""
    arguments = [store_path, str(contact_id), person, deed, text, now.isoformat()]
    subprocess.run(
        [sys.executable, "-m", "tests.colleague", *arguments], check=True, capture_output=True, timeout=120
    )


class _Clock(SystemClock):
    """Stands where the test's clock stands."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._at = at

    def now(self) -> datetime:
        return self._at


async def _do(store: Store, contact_id: int, person: str, deed: str, text: str) -> None:
    if deed == "reply":
        staff = await store.read(people.every)
        user: User = next(one for one in staff if one.name == person)
        wanted = Submission(contact_id, Path.COMPOSE, "text", text, Lane.PEOPLE, author_id=user.id)
        await Sending(store, lambda: None).submit(wanted, user)
        return

    def write(tx: Tx) -> None:
        if deed == "opts_out":
            consent.record(tx, contact_id, OptIn.NO, Source.KEYWORD, evidence=text)
        else:
            conversations.add_inbound(
                tx, contact_id, wamid="", kind="text", text=text, content={}, context_wamid=""
            )

    await store.write(write)


if __name__ == "__main__":
    path, contact, name, what, words, moment = sys.argv[1:]
    opened = open_store(path, _Clock(datetime.fromisoformat(moment)), "colleague").store
    try:
        asyncio.run(_do(opened, int(contact), name, what, words))
    finally:
        opened.close()
