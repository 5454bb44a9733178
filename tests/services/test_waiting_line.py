"""What people send while WhatsApp cannot be reached: it waits, is asked again, and comes back if it may not go."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.consent import Category, OptIn, Outcome, Source, Verdict
from desktop.domain.consent import Path as SendPath
from desktop.domain.messages import GONE, Lane, Status
from desktop.domain.outbox import Claimed
from desktop.domain.reasons import Reason
from desktop.services.outcomes import outcome_of
from desktop.store import consent, drafts
from desktop.whatsapp.answers import NotStarted
from tests.clock import FakeClock
from tests.services.desk import (
    PRIYA,
    QUICK,
    Desk,
    TestClock,
    make_sandbox,
    open_engine_room,
)


@pytest.mark.parametrize(("path", "status"), [(SendPath.COMPOSE, "queued"), (SendPath.API, "failed")])
def test_a_persons_message_waits_however_long_the_line_is_down(path: SendPath, status: str) -> None:
    verdict = Verdict(Outcome.SEND, Reason.NOT_MARKETING, False)
    claimed = Claimed(
        1, 2, None, Lane.PEOPLE, path, PRIYA, "", "text", "Hi", {}, None, {}, Category.SERVICE, verdict, 500
    )
    settled = outcome_of(claimed, NotStarted("no route"), FakeClock().now()).settled
    assert (settled.status.value, settled.reason) == (status, Reason.NOT_REACHED)


async def test_it_goes_once_when_the_line_is_back(empty: Path, tmp_path: Path) -> None:
    clock = TestClock()
    async with open_engine_room(empty, tmp_path, clock=clock) as desk:
        port = int(desk.client.base_url.rpartition(":")[2])
        priya = await desk.contact(PRIYA, wrote=True)
        await desk.sandbox.stop()
        sent = await desk.send(priya, SendPath.COMPOSE, text="Good morning")
        await desk.until(lambda: waits(desk, sent))
        async with make_sandbox(QUICK, port):
            await desk.until(lambda: goes(desk, clock, sent))
            assert [one["to"] for one in await desk.sends()] == [PRIYA]


@pytest.mark.parametrize("opted_out", [False, True])
async def test_what_may_no_longer_go_is_a_draft_again_with_the_reason(
    empty: Path, tmp_path: Path, opted_out: bool
) -> None:
    """The reply window closed, or the customer opted out of what was marketing, while the line was down."""
    clock = TestClock()
    async with open_engine_room(empty, tmp_path, clock=clock) as desk:
        port = int(desk.client.base_url.rpartition(":")[2])
        priya = await desk.contact(PRIYA, OptIn.YES, wrote=True)
        more: dict[str, Any] = {"template": "winter_clearance"} if opted_out else {"text": "Good morning"}
        wanted = await desk.submission(priya, SendPath.COMPOSE, **more)
        await desk.sandbox.stop()
        done = await desk.app.sending.submit(wanted, desk.agent)
        assert done.message_id is not None
        sent = done.message_id
        await desk.until(lambda: waits(desk, sent))
        if opted_out:
            await desk.app.store.write(lambda tx: consent.record(tx, priya, OptIn.NO, Source.KEYWORD))
        else:
            clock.pass_both(timedelta(hours=25).total_seconds())
        async with make_sandbox(QUICK, port):
            await desk.until(lambda: is_left_out(desk, clock, sent))
            assert await desk.sends() == []
        kept = await desk.app.store.read(lambda tx: drafts.load(tx, priya, desk.agent.id))
        assert kept is not None
        reason = Reason.OPTED_OUT if opted_out else Reason.WINDOW_CLOSED
        assert kept["note"] == reason.sentence
        assert kept["text"] == ("" if opted_out else "Good morning")
        assert (kept["template_id"] is not None) is opted_out


async def waits(desk: Desk, message_id: int) -> bool:
    found = await desk.message(message_id)
    return (found.status, found.reason) == (Status.QUEUED, Reason.NOT_REACHED)


async def goes(desk: Desk, clock: TestClock, message_id: int) -> bool:
    clock.pass_both(1.0)
    return (await desk.message(message_id)).status in GONE


async def is_left_out(desk: Desk, clock: TestClock, message_id: int) -> bool:
    clock.pass_both(1.0)
    return (await desk.message(message_id)).status is Status.LEFT_OUT


# Files.


async def attached(desk: Desk, contact_id: int, path: Path, caption: str, *, spoilt: bool = False) -> int:
    """A picture on its way to a customer; returns the message. spoilt: its copy is empty."""
    file = await desk.app.outgoing_files.attach(contact_id, path)
    copy = await desk.app.outgoing_files.path_of(file.key)
    assert copy is not None
    if spoilt:
        copy.write_bytes(b"")
    wanted = await desk.submission(contact_id, SendPath.COMPOSE, text=caption)
    content = {"file": file.to_json(), "caption": caption, "object": {"caption": caption}}
    wanted = replace(wanted, kind=file.kind, content=content)
    done = await desk.app.sending.submit(wanted, desk.agent)
    assert done.message_id is not None
    return done.message_id


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "kettle.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 2_000)
    return path


async def test_a_file_is_given_to_whatsapp_and_then_sent_once(desk: Desk, photo: Path) -> None:
    priya = await desk.contact(PRIYA, wrote=True)
    sent = await attached(desk, priya, photo, "The blue one")
    await desk.until_status(sent, *GONE)
    (one,) = await desk.sends()
    message = await desk.message(sent)
    assert one["type"] == "image"
    assert message.content["object"]["id"]
    thread = (await desk.client.control(f"customers/{PRIYA}/thread"))["thread"]
    assert "The blue one" in str(thread[-1])


async def test_a_file_waits_for_the_line_and_goes_when_it_is_back(
    empty: Path, tmp_path: Path, photo: Path
) -> None:
    clock = TestClock()
    async with open_engine_room(empty, tmp_path, clock=clock) as desk:
        port = int(desk.client.base_url.rpartition(":")[2])
        priya = await desk.contact(PRIYA, wrote=True)
        await desk.sandbox.stop()
        sent = await attached(desk, priya, photo, "The blue one")
        await desk.until(lambda: waits(desk, sent))
        assert await desk.attempts(sent) == [], "no message was tried without its file"
        async with make_sandbox(QUICK, port):
            await desk.until(lambda: goes(desk, clock, sent))
            assert len(await desk.sends()) == 1


async def test_a_file_that_whatsapp_does_not_take_fails_with_its_number(desk: Desk, photo: Path) -> None:
    priya = await desk.contact(PRIYA, wrote=True)
    sent = await attached(desk, priya, photo, "The blue one", spoilt=True)
    found = await desk.until_status(sent, Status.FAILED)
    assert (found.reason, found.error_code) == (Reason.WHATSAPP_ERROR, 131053)
    assert await desk.sends() == []


async def test_files_that_nothing_names_are_swept_and_the_others_stay(desk: Desk, photo: Path) -> None:
    priya = await desk.contact(PRIYA, wrote=True)
    files = desk.app.outgoing_files
    orphan, drafted = await files.attach(priya, photo), await files.attach(priya, photo)
    sent = await attached(desk, priya, photo, "The blue one")
    await desk.until_status(sent, *GONE)
    body = {"text": "", "file": drafted.to_json()}
    await desk.app.conversations.save_draft(priya, desk.agent, body)
    assert await files.sweep() == 0, "they are young: a draft may be about to name them"
    for path in (desk.folder / "attachments").rglob("*.png"):
        os.utime(path, (1, 1))
    assert await files.sweep() == 1
    assert await files.path_of(orphan.key) is None
    assert await files.path_of(drafted.key) is not None


async def test_a_file_that_may_no_longer_go_is_back_in_the_draft(
    empty: Path, tmp_path: Path, photo: Path
) -> None:
    """The reply window closed before WhatsApp could be given the file; a note that was begun stays."""
    clock = TestClock()
    async with open_engine_room(empty, tmp_path, clock=clock) as desk:
        port = int(desk.client.base_url.rpartition(":")[2])
        priya = await desk.contact(PRIYA, wrote=True)
        await desk.sandbox.stop()
        sent = await attached(desk, priya, photo, "The blue one")
        await desk.app.conversations.save_draft(priya, desk.agent, {"text": "", "note_text": "Ask Tom"})
        await desk.until(lambda: waits(desk, sent))
        clock.pass_both(timedelta(hours=25).total_seconds())
        async with make_sandbox(QUICK, port):
            await desk.until(lambda: is_left_out(desk, clock, sent))
            assert await desk.sends() == []
        kept = await desk.app.store.read(lambda tx: drafts.load(tx, priya, desk.agent.id))
        assert kept is not None
        assert kept["file"] == (await desk.message(sent)).content["file"]
        assert (kept["text"], kept["note"]) == ("The blue one", Reason.WINDOW_CLOSED.sentence)
        assert kept["note_text"] == "Ask Tom"
