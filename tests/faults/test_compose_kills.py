"""A person's window killed while they type, attach or send: draft, file and message are there afterwards, once."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from desktop.domain.consent import OptIn, Source
from desktop.domain.messages import Status
from desktop.domain.people import Role
from desktop.store import consent, contacts, conversations, drafts, opening, people, tables
from desktop.store.engine import Tx
from tests.faults.arena import PACKAGE, WAIT_S, Arena, Judge

pytestmark = pytest.mark.slow
PHONE = "+16045550142"
WORDS = "The blue one is back in stock and I can put one aside for you until the evening if you like"


@contextmanager
def writer(arena: Arena, deed: str, what: str) -> Iterator["subprocess.Popen[str]"]:
    """The person's window."""
    environment = os.environ | {
        "ASSENT_HOME": str(arena.folder),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    arguments = [str(arena.path), str(arena.folder), arena.judge.url, deed, what]
    with (arena.folder / "errors.txt").open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.writer", *arguments],
            cwd=PACKAGE.parent,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(WAIT_S)
        assert process.stdout is not None
        process.stdout.close()


def step(process: "subprocess.Popen[str]", errors: Path) -> str:
    """What it has done next."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, errors.read_text()[-4_000:]
    return str(json.loads(line)["step"])


def until_step(process: "subprocess.Popen[str]", wanted: str, errors: Path) -> None:
    while step(process, errors) != wanted:
        pass


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    assert process.wait(WAIT_S) == -signal.SIGKILL


@pytest.fixture
def arena(tmp_path: Path, judge: Judge) -> Arena:
    """One customer who has just written, and a person to answer."""
    made = Arena(tmp_path, judge)
    made.first_send = judge.count()

    def fill(tx: Tx) -> None:
        opening.stamp(tx, opening.SANDBOX)
        people.add(tx, [("Meera Rao", Role.ADMIN)])
        one = contacts.create(tx, "Priya Sharma", PHONE)
        consent.record(tx, one, OptIn.YES, Source.AGENT)
        conversations.add_inbound(
            tx, one, wamid="", kind="text", text="Is it back?", content={}, context_wamid=""
        )

    with made.opened() as store:
        store.submit_write(fill).result()
    judge.ask(f"customers/{PHONE}/text", {"text": "Is it back?"})
    return made


def kept(arena: Arena) -> tuple[dict[str, Any], list[Any]]:
    """The draft, and the messages that were written here."""

    def look(tx: Tx) -> tuple[dict[str, Any], list[Any]]:
        row = tables.message.c
        contact_id = tx.conn.scalar(select(tables.contact.c.id).where(tables.contact.c.phone == PHONE))
        user_id = tx.conn.scalar(select(tables.person.c.id))
        asked = select(row.id, row.text, row.status, row.content).where(row.outgoing).order_by(row.id)
        return drafts.load(tx, int(contact_id or 0), int(user_id or 0)) or {}, tx.rows(asked)

    with arena.opened() as store:
        return store.submit_read(look).result()


def test_killed_while_typing(arena: Arena, round_number: int) -> None:
    rng = random.Random(round_number)
    errors = arena.folder / "errors.txt"
    with writer(arena, "type", WORDS) as process:
        until_step(process, "open", errors)
        typed, began_s = "", time.monotonic()
        for _ in range(rng.randint(50, len(WORDS))):
            typed = step(process, errors)
        assert time.monotonic() - began_s > 0.9, "as fast as nobody types"
        kill(process)
    draft, messages = kept(arena)
    assert draft["text"], "what was typed more than a moment ago is kept"
    assert typed.startswith(draft["text"])
    assert messages == []


def test_killed_while_attaching(arena: Arena, round_number: int) -> None:
    rng = random.Random(round_number)
    path = arena.folder / "kettle.pdf"
    path.write_bytes(b"%PDF-1.4 " + rng.randbytes(8_000_000))
    errors = arena.folder / "errors.txt"
    with writer(arena, "attach", str(path)) as process:
        until_step(process, "attaching", errors)
        time.sleep(rng.uniform(0.0, 0.4))  # anywhere in the copying and keeping
        kill(process)
    draft, messages = kept(arena)
    assert messages == []
    copies = [one for one in (arena.folder / "attachments").rglob("*.pdf")]
    if draft.get("file"):
        (copy,) = copies
        assert copy.name == draft["file"]["key"]
        assert copy.read_bytes() == path.read_bytes()
    else:
        assert all(one.read_bytes() == path.read_bytes() for one in copies), "whole or not at all"


def test_killed_while_sending(arena: Arena, round_number: int) -> None:
    rng = random.Random(round_number)
    errors = arena.folder / "errors.txt"
    with writer(arena, "send", WORDS) as process:
        until_step(process, "sending", errors)
        time.sleep(rng.uniform(0.0, 0.15))  # anywhere between the key and the answer
        kill(process)
    draft, messages = kept(arena)
    if not messages:
        assert draft["text"] == WORDS, "it did not go, and nothing of it is lost"
        return
    assert [one.text for one in messages] == [WORDS]
    assert not draft.get("text"), "it is a message now, and no draft"
    arena.finish(lambda tx: not _waits(tx))
    _, (message,) = kept(arena)
    sent_count = arena.judge.count() - arena.first_send
    uncertain = message.status == Status.UNKNOWN.value
    assert sent_count == 1 or (uncertain and sent_count == 0), (message.status, sent_count)


def _waits(tx: Tx) -> bool:
    row = tables.message.c
    waiting = [Status.QUEUED.value, Status.SENDING.value]
    return tx.conn.scalar(select(row.id).where(row.status.in_(waiting)).limit(1)) is not None
