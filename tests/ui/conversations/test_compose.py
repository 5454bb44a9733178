"""Writing: what came meanwhile, notes, quick replies, answers, emoji and files, by keyboard where one would."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop.domain.consent import OptIn, Source
from desktop.services.outgoing_files import OutgoingFiles
from desktop.store import consent, conversations, drafts
from desktop.store.engine import Tx
from desktop.ui.conversations.suggestions import Suggestions
from desktop.ui.parts.label import Label
from tests.colleague import does
from tests.ui.conversations.bench import Bench, until
from tests.ui.conversations.scenes import arrives, leaves

ENTER, CTRL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier


def types(bench: Bench, text: str, name: str = "compose_text") -> None:
    QTest.keyClicks(bench.find(name), text)


async def texts(bench: Bench, name: str) -> list[str]:
    """What is kept of a conversation."""
    return [row.text for row in await bench.world.messages(bench.world.ids[name])]


async def kept_draft(bench: Bench, name: str) -> dict[str, Any]:
    await bench.page.settle()
    contact_id, user_id = bench.world.ids[name], bench.user.id
    found = await bench.world.app.store.read(lambda tx: drafts.load(tx, contact_id, user_id))
    return found or {}


def news(bench: Bench) -> str:
    return str(bench.find("compose_news_text", Label).text())


# What came meanwhile.


async def test_the_customer_writes_while_one_types_and_it_is_seen_before_it_goes(bench: Bench) -> None:
    await bench.open("Arjun")
    types(bench, "It is back in stock")
    await bench.world.write(arrives(bench.world.ids["Arjun"], "Never mind"))
    await until(lambda: bench.sees("compose_news"))
    assert news(bench) == "<b>Arjun</b> wrote while you were writing: “Never mind”"
    QTest.keyClick(bench.find("compose_text"), ENTER)
    await bench.tasks.drain()
    assert bench.find("compose_problem").text() == "Look at what came above; Ctrl+Enter sends all the same."
    assert "It is back in stock" not in await texts(bench, "Arjun")
    QTest.keyClick(bench.find("compose_text"), ENTER, CTRL)
    await until(lambda: not bench.sees("compose_news"))
    await bench.tasks.drain()
    assert (await texts(bench, "Arjun"))[-1] == "It is back in stock"
    assert bench.find("compose_text").toPlainText() == ""


async def test_keep_editing_means_that_it_was_seen_and_what_comes_next_is_news_again(bench: Bench) -> None:
    await bench.open("Arjun")
    types(bench, "It is back")
    arjun, tom = bench.world.ids["Arjun"], bench.world.users[1]
    await bench.world.write(leaves(arjun, "I answer him", user=tom))
    await until(lambda: bench.sees("compose_news"))
    assert news(bench).startswith("<b>Tom</b> replied at ")
    bench.click("compose_news_keep")
    await until(lambda: not bench.sees("compose_news"))
    await bench.tasks.drain()
    assert not bench.sees("compose_news"), "what was seen is no news"
    await bench.world.write(lambda tx: consent.record(tx, arjun, OptIn.NO, Source.KEYWORD, evidence="STOP"))
    await until(lambda: bench.sees("compose_news"))
    assert news(bench).startswith("<b>Arjun opted out</b> at ")
    bench.click("compose_news_anyway")
    await bench.tasks.drain()
    assert (await texts(bench, "Arjun"))[-1] == "It is back", "a service reply may go"


async def test_what_the_screen_has_not_heard_of_stops_it_at_the_door(bench: Bench) -> None:
    await bench.open("Arjun")
    types(bench, "It is back")
    bench.feeding.cancel()  # nothing tells the window any more
    await bench.world.write(arrives(bench.world.ids["Arjun"], "Never mind"))
    QTest.keyClick(bench.find("compose_text"), ENTER)
    await until(lambda: bench.sees("compose_news"))
    await bench.tasks.drain()
    assert "It is back" not in await texts(bench, "Arjun")
    assert bench.find("compose_text").toPlainText() == "It is back"
    assert (await kept_draft(bench, "Arjun"))["text"] == "It is back"


async def test_a_draft_of_before_knows_when_it_was_begun(bench: Bench) -> None:
    await bench.open("Arjun")
    types(bench, "It is back")
    await bench.open("Priya")
    await bench.world.write(arrives(bench.world.ids["Arjun"], "Hello? Anybody there?"))
    await bench.open("Arjun")
    await until(lambda: bench.sees("compose_news"))
    assert "Anybody there?" in news(bench)
    bench.find("compose_text").clear()
    assert not bench.sees("compose_news"), "an empty box was not begun"


@pytest.mark.slow
@pytest.mark.parametrize("deed", ["reply", "says", "opts_out"])
async def test_another_process_on_the_same_file_stops_it(bench: Bench, tmp_path: Path, deed: str) -> None:
    await bench.open("Arjun")
    types(bench, "It is back")
    store = str(tmp_path / "talk.db")
    now = bench.world.clock.now()
    await asyncio.to_thread(does, store, bench.world.ids["Arjun"], "Tom Abel", deed, "Hello", now)
    QTest.keyClick(bench.find("compose_text"), ENTER)
    await until(lambda: bench.sees("compose_news"))
    await bench.tasks.drain()
    said = {"reply": "<b>Tom</b> replied", "says": "<b>Arjun</b> wrote", "opts_out": "<b>Arjun opted out</b>"}
    assert news(bench).startswith(said[deed])
    assert "It is back" not in await texts(bench, "Arjun")
    QTest.keyClick(bench.find("compose_text"), ENTER, CTRL)
    await bench.tasks.drain()
    assert (await texts(bench, "Arjun"))[-1] == "It is back"


# Notes.


async def test_a_note_by_keyboard_names_a_colleague_and_leaves_the_reply(bench: Bench) -> None:
    await bench.open("Arjun")
    types(bench, "A reply")
    bench.page.area.compose.tools.note.click()
    note = bench.find("compose_note_text")
    assert note.hasFocus()
    types(bench, "Please look, @to", "compose_note_text")
    listed = bench.find("mentions", Suggestions)
    assert [one.title for one in listed.rows.rows] == ["Tom Abel"]
    QTest.keyClick(note, ENTER)
    assert note.toPlainText() == "Please look, @Tom Abel "
    assert not bench.sees("mentions")
    assert (await kept_draft(bench, "Arjun"))["note_text"] == "Please look, @Tom Abel "
    QTest.keyClick(note, ENTER)
    await bench.tasks.drain()
    await until(lambda: not bench.sees("compose_note_text"))
    assert bench.find("compose_text").toPlainText() == "A reply"
    (mention,) = await bench.world.app.notes.mentions(bench.world.users[1])
    assert mention.note.text == "Please look, @Tom Abel"
    assert "Please look, @Tom Abel" not in await texts(bench, "Arjun"), "customers never see it"
    draft = await kept_draft(bench, "Arjun")
    assert draft["text"] == "A reply"
    assert not draft.get("note_text")


async def test_a_note_outlives_the_reply_and_another_conversation(bench: Bench) -> None:
    await bench.open("Arjun")
    types(bench, "A reply")
    bench.page.area.compose.turn_note()
    types(bench, "half a note", "compose_note_text")
    bench.click("compose_note_back")
    QTest.keyClick(bench.find("compose_text"), ENTER)
    await bench.tasks.drain()
    assert (await texts(bench, "Arjun"))[-1] == "A reply"
    await bench.open("Priya")
    await bench.open("Arjun")
    assert not bench.sees("compose_note_text")
    assert bench.find("compose_note_button").accessibleName() == "Note, begun"
    bench.page.area.compose.turn_note()
    assert bench.find("compose_note_text").toPlainText() == "half a note"


# Quick replies.


async def quick(bench: Bench, **texts: str) -> None:
    for shortcut, text in texts.items():
        await bench.world.app.quick_replies.save(None, shortcut, text, bench.user)


async def test_a_quick_reply_by_its_shortcut_with_the_values_of_the_contact(bench: Bench) -> None:
    await quick(bench, thanks="Thank you, {{first_name}}!\n{{agent}}", hours="9 to 5")
    await bench.open("Arjun")
    types(bench, "/")
    await until(lambda: bench.sees("quick_replies_list"))
    listed = bench.find("quick_replies", Suggestions)
    assert [one.title for one in listed.rows.rows] == ["/hours", "/thanks"]
    types(bench, "th")
    assert [one.title for one in listed.rows.rows] == ["/thanks"]
    assert listed.words.text() == "Thank you, Arjun!<br>Meera Rao"
    text = bench.find("compose_text")
    QTest.keyClick(text, ENTER)
    assert text.toPlainText() == "Thank you, Arjun!\nMeera Rao"
    assert not bench.sees("quick_replies")
    QTest.keyClick(text, ENTER)
    await bench.tasks.drain()
    assert (await texts(bench, "Arjun"))[-1] == "Thank you, Arjun!\nMeera Rao"


async def test_what_nobody_has_filled_is_selected_and_never_sent(bench: Bench) -> None:
    await quick(bench, order="🎁 Order {{order}} comes on {{day}}")
    await bench.open("Arjun")
    text = bench.find("compose_text")
    text.show_text("😊 Hello Arjun")
    bench.page.area.compose.tools.quick.click()
    await until(lambda: bench.sees("quick_replies_list"))
    types(bench, "ord")
    QTest.keyClick(text, ENTER)
    assert text.toPlainText() == "😊 Hello Arjun🎁 Order {{order}} comes on {{day}}"
    assert text.textCursor().selectedText() == "{{order}}"
    types(bench, "4468")
    QTest.keyClick(text, ENTER)
    await bench.tasks.drain()
    assert bench.find("compose_problem").text() == "Fill {{day}} first."
    assert text.textCursor().selectedText() == "{{day}}"
    types(bench, "Monday")
    QTest.keyClick(text, ENTER)
    await bench.tasks.drain()
    assert (await texts(bench, "Arjun"))[-1] == "😊 Hello Arjun🎁 Order 4468 comes on Monday"


async def test_escape_puts_the_list_away_and_a_slash_inside_a_line_calls_none(bench: Bench) -> None:
    await quick(bench, hours="9 to 5")
    await bench.open("Arjun")
    text = bench.find("compose_text")
    types(bench, "/h")
    await until(lambda: bench.sees("quick_replies_list"))
    QTest.keyClick(text, Qt.Key.Key_Escape)
    assert not bench.sees("quick_replies")
    types(bench, "o")
    assert not bench.sees("quick_replies"), "it was put away"
    text.clear()
    types(bench, "9/10 and/or")
    assert not bench.sees("quick_replies")
    text.clear()
    bench.page.area.compose.tools.quick.click()
    await until(lambda: bench.sees("quick_replies_list"))
    QTest.keyClick(text, Qt.Key.Key_Escape)
    assert text.toPlainText() == "", "the slash was the button's"


async def test_quick_replies_are_added_changed_and_deleted_with_a_way_back(bench: Bench) -> None:
    await bench.open("Arjun")
    types(bench, "/")
    await until(lambda: bench.sees("quick_replies_footer"))
    bench.click("quick_replies_footer")
    await until(lambda: bench.sees("quick_reply_dialog"))
    types(bench, "two words", "quick_reply_shortcut")
    types(bench, "Hello!", "quick_reply_text")
    bench.click("quick_reply_save")
    await until(lambda: bench.sees("quick_reply_problem"))
    assert "without spaces" in bench.find("quick_reply_problem").text()
    bench.find("quick_reply_shortcut").setText("hello")
    bench.click("quick_reply_save")
    verbs = bench.world.app.quick_replies
    rows = bench.find("quick_reply_list").model()
    await until(lambda: rows.rowCount() == 1)
    bench.find("quick_reply_list").setCurrentIndex(rows.index(0))
    bench.click("quick_reply_remove")
    await until(lambda: rows.rowCount() == 0)
    action = bench.toasts.shown[-1].findChild(QPushButton, "toast-action")
    assert action is not None
    action.click()
    await until(lambda: rows.rowCount() == 1)
    assert [one.shortcut for one in await verbs.every()] == ["hello"]
    bench.click("quick_reply_done")
    await until(lambda: not bench.sees("quick_reply_dialog"))
    await bench.tasks.drain()


# An answer, an emoji.


async def test_an_answer_quotes_its_message(bench: Bench) -> None:
    arjun = bench.world.ids["Arjun"]

    def asks(tx: Tx) -> int:
        return conversations.add_inbound(
            tx, arjun, wamid="wamid.asked", kind="text", text="And the red one?", content={}, context_wamid=""
        )

    asked = await bench.world.write(asks)
    await bench.open("Arjun")
    bench.page.area.thread_view.reply_requested.emit(asked)
    assert bench.find("compose_quote_text").text() == "And the red one?"
    assert bench.find("compose_quote_who").text() == "Arjun"
    text = bench.find("compose_text")
    types(bench, "Sold out")
    await bench.open("Priya")
    assert not bench.sees("compose_quote")
    await bench.open("Arjun")
    assert bench.sees("compose_quote"), "it is kept with the draft"
    QTest.keyClick(text, ENTER)
    await bench.tasks.drain()
    rows = await bench.world.messages(arjun)
    assert (rows[-1].text, rows[-1].context_wamid) == ("Sold out", "wamid.asked")
    assert not bench.sees("compose_quote")
    bench.page.area.thread_view.reply_requested.emit(asked)
    QTest.keyClick(text, Qt.Key.Key_Escape)
    assert not bench.sees("compose_quote")


async def test_an_emoji_by_its_name(bench: Bench) -> None:
    await bench.open("Arjun")
    types(bench, "Thanks ")
    bench.page.area.compose.tools.emoji.click()
    search = bench.find("emoji_search")
    assert search.hasFocus()
    QTest.keyClicks(search, "thumbs up")
    QTest.keyClick(search, ENTER)
    assert bench.find("compose_text").toPlainText() == "Thanks 👍"
    QTest.keyClick(search, Qt.Key.Key_Escape)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert not bench.sees("emoji_panel")
    assert bench.find("compose_text").hasFocus()


async def test_nothing_is_put_into_a_text_that_nobody_sees(bench: Bench) -> None:
    await bench.open("Arjun")
    bench.click("compose_template_button")
    QTest.keyClicks(bench.find("picker_search"), "order")
    QTest.keyClick(bench.find("picker_search"), ENTER)
    await until(lambda: bench.sees("compose_template"))
    assert not bench.find("compose_quick_button").isEnabled()
    assert not bench.find("compose_emoji_button").isEnabled()
    bench.page.area.compose.files_given.emit([Path("kettle.png")])
    assert bench.find("compose_problem").text() == "A file goes with a reply, not with a template."


async def test_send_says_which_number_it_leaves_from(bench: Bench) -> None:
    await bench.open("Arjun")
    types(bench, "Hello")
    bench.page.area.compose.show_number("+1 236-555-0100")
    send = bench.find("compose_send")
    assert send.toolTip() == "Send from +1 236-555-0100 (Enter)"
    assert send.accessibleDescription() == "From +1 236-555-0100"


# Files.


@pytest.fixture
def files(bench: Bench, tmp_path: Path) -> Path:
    """Where the files of the store lie."""
    bench.world.app.outgoing_files = OutgoingFiles(bench.world.app.store, tmp_path)
    return tmp_path / "attachments"


def kept_files(folder: Path) -> list[str]:
    return [one.name for one in folder.rglob("*") if one.is_file()]


def dropped(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


async def test_a_file_is_copied_at_once_shown_and_sent_with_its_caption(
    bench: Bench, files: Path, tmp_path: Path
) -> None:
    path = tmp_path / "Price list.pdf"
    path.write_bytes(b"%PDF-1.4 " + b"x" * 3_000)
    await bench.open("Arjun")
    bench.find("compose_text").insertFromMimeData(dropped(path))
    await until(lambda: bench.sees("compose_file"))
    assert bench.find("compose_file_name").text() == "Price list.pdf"
    assert bench.find("compose_file_size").text() == "Document · 3 KB"
    path.unlink()  # the copy is what is sent
    types(bench, "As promised")
    (key,) = kept_files(files)
    assert (await kept_draft(bench, "Arjun"))["file"]["key"] == key
    QTest.keyClick(bench.find("compose_text"), ENTER)
    await bench.tasks.drain()
    row = (await bench.world.messages(bench.world.ids["Arjun"]))[-1]
    assert (row.kind, row.text, row.status) == ("document", "As promised", "queued")
    assert row.content["object"] == {"caption": "As promised", "filename": "Price list.pdf"}
    assert row.content["file"]["key"] == key
    assert not bench.sees("compose_file")
    assert await bench.world.app.outgoing_files.sweep() == 0, "it is still needed"


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("setup.exe", 10, "“setup.exe” cannot be sent"),
        ("photo.png", 5 * 1024 * 1024 + 1, "for pictures WhatsApp takes 5 MB"),
        ("empty.pdf", 0, "“empty.pdf” is empty."),
    ],
)
async def test_what_whatsapp_would_not_take_is_refused_beside_the_box(
    bench: Bench, files: Path, tmp_path: Path, name: str, size: int, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(b"x" * size)
    await bench.open("Arjun")
    bench.page.area.compose.files_given.emit([path])
    await until(lambda: bench.sees("compose_problem"))
    assert said in bench.find("compose_problem").text()
    assert not bench.sees("compose_file")
    assert kept_files(files) == []


async def test_a_pasted_picture_is_shown_and_removed_with_its_copy(bench: Bench, files: Path) -> None:
    picture = QImage(300, 200, QImage.Format.Format_RGB32)
    picture.fill(QColor("navy"))
    data = QMimeData()
    data.setImageData(picture)
    await bench.open("Arjun")
    bench.find("compose_text").insertFromMimeData(data)
    await until(lambda: bench.sees("compose_file_thumb"))
    assert len(kept_files(files)) == 1
    bench.page.area.compose.files_given.emit([files / "another.pdf"])
    assert "one file per message" in bench.find("compose_problem").text()
    bench.click("compose_file_drop")
    await until(lambda: not kept_files(files))
    assert not bench.sees("compose_file")
    assert (await kept_draft(bench, "Arjun")) == {}


async def test_audio_takes_no_caption(bench: Bench, files: Path, tmp_path: Path) -> None:
    path = tmp_path / "memo.ogg"
    path.write_bytes(b"OggS" * 10)
    await bench.open("Arjun")
    types(bench, "Listen")
    bench.page.area.compose.files_given.emit([path])
    await until(lambda: bench.sees("compose_file"))
    QTest.keyClick(bench.find("compose_text"), ENTER)
    assert "no caption under audio" in bench.find("compose_problem").text()
    bench.find("compose_text").clear()
    QTest.keyClick(bench.find("compose_text"), ENTER)
    await bench.tasks.drain()
    assert (await bench.world.messages(bench.world.ids["Arjun"]))[-1].kind == "audio"
