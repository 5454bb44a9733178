"""What stands in a thread and in which order, as values."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desktop.domain.consent import Path
from desktop.domain.conversations import MessageView, Quoted
from desktop.domain.message_markup import Mark, Run
from desktop.domain.messages import Status
from desktop.domain.notes import Note
from desktop.domain.thread_events import ThreadEvent, ThreadEventKind
from desktop.ui.conversations.bubble_media import OPEN, OPEN_MAP, Carried, FileRef, carried
from desktop.ui.conversations.entries import BubbleEntry, bubble_entry
from desktop.ui.conversations.thread_file_verbs import OPENED, suggested_name
from desktop.ui.conversations.thread_files import size_words
from desktop.ui.conversations.thread_rows import Talk, build, note_parts

AT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
NOW = AT + timedelta(hours=1)


def message(id: int, text: str = "", *, outgoing: bool = False, **more: Any) -> MessageView:
    """Written `id` minutes after AT."""
    at = AT + timedelta(minutes=id)
    status, path = (Status.READ, Path.COMPOSE) if outgoing else (None, None)
    made = MessageView(id, 1, outgoing, status, "text", text, at, at, path=path, wamid=f"w{id}")
    return replace(made, **more)


def keys(talk: Talk) -> list[str]:
    return [entry.key for entry in build(talk, NOW, lambda _: ()) if not entry.key.startswith("day:")]


def bubble(talk: Talk, id: int) -> BubbleEntry:
    found = next(one for one in build(talk, NOW, lambda _: ()) if one.key == f"message:{id}")
    assert isinstance(found, BubbleEntry)
    return found


def note(id: int, minutes: int, text: str = "Note", mentioned: tuple[int, ...] = ()) -> Note:
    return Note(id, 1, 7, "Meera Rao", text, AT + timedelta(minutes=minutes), mentioned)


def deed(id: int, minutes: int) -> ThreadEvent:
    at = AT + timedelta(minutes=minutes)
    return ThreadEvent(id, 1, at, ThreadEventKind.CLOSED, "Meera Rao")


TALK = Talk([message(1, "one"), message(2, "two"), message(5, "five")], name="Ana")


def test_notes_and_deeds_stand_where_they_happened() -> None:
    talk = replace(TALK, notes=[note(1, 3), note(2, 9)], events=[deed(1, 2), deed(2, 6)])
    assert keys(talk) == [
        "message:1", "message:2", "deed:1", "note:1", "message:5", "deed:2", "note:2",
    ]  # fmt: skip


def test_a_part_of_a_thread_tells_only_of_its_time() -> None:
    early, late = note(1, -5), note(2, 9)
    talk = replace(TALK, notes=[early, late], events=[deed(1, -5), deed(2, 9)])
    later = ["message:1", "message:2", "message:5", "deed:2", "note:2"]
    assert keys(replace(talk, has_older=True)) == later
    assert keys(talk)[0] == "note:1"
    assert "note:2" not in keys(replace(talk, has_newer=True))
    assert "deed:2" not in keys(replace(talk, has_newer=True))
    alone = replace(talk, messages=[])
    assert keys(alone) == ["note:1", "note:2"]


def test_the_separator_stands_above_the_first_unread_and_counts() -> None:
    talk = replace(TALK, unread_id=2, unread_count=2)
    assert keys(talk) == ["message:1", "unread", "message:2", "message:5"]
    assert [one.text for one in build(talk, NOW, lambda _: ()) if one.key == "unread"] == [
        "2 unread messages"
    ]
    one = replace(TALK, unread_id=5, unread_count=1)
    assert [e.text for e in build(one, NOW, lambda _: ()) if e.key == "unread"] == ["1 unread message"]
    ours_first = replace(talk, messages=[message(3, "ours", outgoing=True), message(5, "theirs")])
    assert keys(ours_first) == ["message:3", "unread", "message:5"]
    assert "unread" not in keys(TALK)


def reacts(id: int, to: str, emoji: str, *, outgoing: bool = False, **more: Any) -> MessageView:
    content = {"message_id": to, "emoji": emoji}
    return message(id, kind="reaction", outgoing=outgoing, content=content, **more)


def test_a_reaction_stands_on_its_message_instead_of_in_a_row() -> None:
    talk = replace(TALK, messages=[*TALK.messages, reacts(6, "w2", "👍")])
    assert keys(talk) == ["message:1", "message:2", "message:5"]
    assert bubble(talk, 2).reactions == ("👍",)
    assert "Reaction 👍" in bubble(talk, 2).spoken
    back = replace(talk, messages=[*talk.messages, reacts(7, "w2", "")])
    assert bubble(back, 2).reactions == ()
    both = replace(talk, messages=[*talk.messages, reacts(8, "w2", "❤️", outgoing=True)])
    assert bubble(both, 2).reactions == ("👍", "❤️")
    kept = replace(TALK, messages=[replace(TALK.messages[0], reaction="🎉")])
    assert bubble(kept, 1).reactions == ("🎉",)


def test_a_reaction_to_what_is_not_here_keeps_its_row() -> None:
    talk = replace(TALK, messages=[*TALK.messages, reacts(6, "elsewhere", "👍")])
    assert keys(talk)[-1] == "message:6"
    assert bubble(talk, 6).carried == Carried("smiley", "Reacted")


def test_an_answer_shows_what_it_answers() -> None:
    asked = Quoted(1, False, "", "text", "Is the *blue* one\nback?")
    entry = bubble_entry(message(3, "Yes", outgoing=True, quoted=asked), (), name="Ana")
    assert entry.quote is not None
    assert (entry.quote.message_id, entry.quote.author_name, entry.quote.text) == (
        1,
        "Ana",
        "Is the blue one back?",
    )
    assert entry.spoken.startswith("Answers Ana: Is the blue one back?. Yes")
    ours = bubble_entry(message(3, "Yes", quoted=Quoted(2, True, "Meera Rao", "image", "")), ())
    assert ours.quote is not None
    assert (ours.quote.author_name, ours.quote.text) == ("Meera Rao", "Photo")


def test_who_is_named_in_a_note_stands_out() -> None:
    text = "@Tom Abel and @tom, see *this*\n@Tomas too"
    assert note_parts(text, ["Tom Abel"]) == [
        Run("@Tom Abel", Mark.BOLD), Run(" and @tom, see "), Run("this", Mark.BOLD), Run("\n@Tomas too"),
    ]  # fmt: skip
    talk = replace(TALK, notes=[note(1, 9, "@Tom Abel look", (3,))], names={3: "Tom Abel"})
    made = build(talk, NOW, lambda _: ())[-1]
    assert made.key == "note:1"
    spoken = getattr(made, "spoken", "")
    assert spoken.startswith("Note by Meera Rao, only for your team. @Tom Abel look. ")


def came(kind: str, **content: Any) -> Carried:
    found = carried(message(1, kind=kind, content=content))
    assert found is not None
    return found


def item(kind: str, value: Any) -> Mapping[str, Any]:
    return {"item": {kind: value}}


def test_what_a_message_carries() -> None:
    photo = came("image", media={"id": "9", "mime": "image/jpeg", "filename": ""})
    assert photo == Carried("camera", "Photo", (), FileRef("9", "image", "", "image/jpeg"), OPEN)
    pdf = came("document", media={"id": "9", "mime": "application/pdf", "filename": "a.b.pdf"})
    assert (pdf.label, pdf.details, pdf.action) == ("Document · a.b.pdf", ("PDF",), OPEN)
    heard = {"id": "9", "mime": "audio/ogg; codecs=opus"}
    assert came("audio", media=heard, **item("audio", {"voice": True})).label == "Voice message"
    assert came("audio", media=heard, **item("audio", {"voice": False})).label == "Audio"
    assert came("video", media={}).file is None
    assert "WhatsApp does not pass on" in came("ephemeral").details[0]
    assert came("revoke").label == "Message deleted by the customer"


def test_what_was_attached_here_is_shown_from_here() -> None:
    key = "17-" + "0" * 32 + ".png"
    kept = {"key": key, "name": "blue.png", "mime": "image/png", "kind": "image", "size_bytes": 9}
    content = {"file": kept, "object": {"filename": "blue.png"}}
    made = bubble_entry(message(1, "This one", outgoing=True, kind="image", content=content), ())
    assert made.picture
    assert made.carried is not None
    assert made.carried.file == FileRef(key, "image", "blue.png", "image/png", key)
    assert (made.carried.label, made.text) == ("Photo · blue.png", "This one")
    lost = message(1, outgoing=True, kind="image", content={"file": {"key": "../x"}, "object": {}})
    assert carried(lost) == Carried("camera", "Photo")


def test_a_place_leads_to_a_map() -> None:
    shop = came(
        "location", location={"latitude": 49.28, "longitude": -123.12, "name": "Shop", "address": "7 Water"}
    )
    assert (shop.label, shop.details, shop.action) == ("Location · Shop", ("7 Water",), OPEN_MAP)
    assert (
        shop.link
        == "https://www.openstreetmap.org/?mlat=49.280000&mlon=-123.120000#map=16/49.280000/-123.120000"
    )
    pin = came("location", location={"latitude": 0.0, "longitude": 0.0, "name": ""})
    assert (pin.label, pin.details) == ("Location", ("0.00000, 0.00000",))
    before = came("location", location={"latitude": 1.5, "longitude": 2.0, "name": "Shop"},
                  **item("location", {"latitude": 1.5, "longitude": 2.0, "address": "7 Water"}))  # fmt: skip
    assert before.details == ("7 Water",)
    assert came("location", location={"latitude": "north"}).link == ""


def test_cards_tell_names_and_phones() -> None:
    card = {
        "name": {"formatted_name": "Lina"},
        "phones": [{"phone": "+1 604 555 0100"}, {"wa_id": "16045550101"}],
    }
    one = came("contacts", **item("contacts", [card]))
    assert (one.label, one.details) == ("Contact card", ("Lina · +1 604 555 0100 · 16045550101",))
    many = came("contacts", **item("contacts", [card] * 9))
    assert (many.label, many.details[-1], len(many.details)) == ("9 contact cards", "and 3 more", 7)
    assert came("contacts", **item("contacts", "nonsense")).details == ()
    assert came("contacts", **item("contacts", [None, {"name": 5}, {"phones": [3]}])).details == ()


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [(0, ""), (1, "1 kB"), (240_400, "240 kB"), (999_999, "1,000 kB"), (4_200_000, "4.2 MB")],
)
def test_sizes(size_bytes: int, words: str) -> None:
    assert size_words(size_bytes) == words


@pytest.mark.parametrize(
    ("name", "kind", "mime", "suggested"),
    [
        ("Invoice.pdf", "document", "application/pdf", "Invoice.pdf"),
        ("../../etc/passwd", "document", "text/plain", "passwd.txt"),
        ("C:\\temp\\a?b.PDF", "document", "application/pdf", "ab.PDF"),
        ("", "image", "image/png", "Photo.png"),
        ("...", "document", "application/x-nothing", "File"),
    ],
)
def test_a_saved_file_has_a_plain_name(name: str, kind: str, mime: str, suggested: str) -> None:
    assert suggested_name(FileRef("1", kind, name, mime)) == suggested


def test_no_program_is_opened() -> None:
    assert not OPENED & {
        "",
        ".exe",
        ".bat",
        ".cmd",
        ".js",
        ".vbs",
        ".scr",
        ".msi",
        ".sh",
        ".app",
        ".html",
        ".svg",
        ".lnk",
    }
