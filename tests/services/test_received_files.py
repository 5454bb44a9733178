"""Files of customers: from the sandbox, once, kept up to a limit, and what is said where there is none."""

import asyncio
import base64
import os
from pathlib import Path

import pytest

from desktop.domain.problems import Problem
from desktop.services.received_files import ReceivedFiles, ending_of
from desktop.store import contacts
from tests.services.desk import PRIYA, Desk

CONTENT = bytes(range(256)) * 40


async def media_id_of(desk: Desk, content: bytes = CONTENT) -> str:
    """The customer sends a document; WhatsApp's id of it."""
    body = {"type": "document", "filename": "list.pdf", "data_base64": base64.b64encode(content).decode()}
    await desk.client.control(f"customers/{PRIYA}/media", body)
    await desk.settled()
    (contact_id,) = await desk.app.store.read(lambda tx: contacts.find(tx, phone=PRIYA))
    newest = (await desk.thread(contact_id))[-1]
    return str(newest.content["media"]["id"])


def files(desk: Desk, folder: Path | None, most_bytes: int = 10**9) -> ReceivedFiles:
    return ReceivedFiles(lambda: desk.app.account, folder, most_bytes=most_bytes)


async def test_a_file_is_fetched_once_and_kept(desk: Desk, tmp_path: Path) -> None:
    media_id = await media_id_of(desk)
    received = files(desk, tmp_path / "received")
    assert received.is_ready
    assert await received.kept(media_id, ".pdf") is None
    assert await received.size_bytes(media_id) == len(CONTENT)
    one, other = await asyncio.gather(received.fetch(media_id, ".pdf"), received.fetch(media_id, ".pdf"))
    assert one == other
    assert one.suffix == ".pdf"
    assert one.read_bytes() == CONTENT
    offline = ReceivedFiles(lambda: None, tmp_path / "received")
    assert not offline.is_ready
    assert await offline.fetch(media_id, ".pdf") == one
    assert [path.name for path in (tmp_path / "received").iterdir()] == [one.name]


async def test_what_was_looked_at_longest_ago_goes_first(desk: Desk, tmp_path: Path) -> None:
    received = files(desk, tmp_path / "received", most_bytes=2 * len(CONTENT))
    ids = [await media_id_of(desk, CONTENT[:-1] + bytes([number])) for number in range(3)]
    first, second = [await received.fetch(id) for id in ids[:2]]
    for path, at in ((first, 1_000), (second, 500)):
        os.utime(path, (at, at))
    third = await received.fetch(ids[2])
    assert sorted(path.name for path in third.parent.iterdir()) == sorted([first.name, third.name])


async def test_what_is_not_there_is_told_in_words(desk: Desk, tmp_path: Path) -> None:
    received = files(desk, tmp_path / "received")
    for media_id in ("4711", "../etc", ""):
        with pytest.raises(Problem) as told:
            await received.fetch(media_id)
        assert told.value.title == "WhatsApp no longer has this file"
    with pytest.raises(Problem, match="nothing is connected"):
        await ReceivedFiles(lambda: None, tmp_path).fetch("4711")
    with pytest.raises(Problem):
        await files(desk, None).fetch("4711")


async def test_a_full_disk_is_told_in_words(desk: Desk, tmp_path: Path) -> None:
    media_id = await media_id_of(desk)
    (tmp_path / "received").write_text("a file where the folder should be")
    with pytest.raises(Problem, match="could not be written"):
        await files(desk, tmp_path / "received").fetch(media_id)


@pytest.mark.parametrize(
    ("name", "mime", "ending"),
    [
        ("Invoice.PDF", "application/pdf", ".pdf"),
        ("no ending", "image/png", ".png"),
        ("", "audio/ogg; codecs=opus", ".oga"),
        ("../../x.sh/..", "application/x-nothing", ""),
        ("a.exe\n", "", ""),
    ],
)
def test_how_a_files_name_ends(name: str, mime: str, ending: str) -> None:
    assert ending_of(name, mime) in (ending, ".ogg" if ending == ".oga" else ending)
