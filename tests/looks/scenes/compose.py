"""The compose box: what came meanwhile, notes, quick replies, emoji, files, an answer."""

from pathlib import Path

from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
from sqlalchemy import update

from desktop.domain.consent import OptIn, Source
from desktop.domain.consent import Path as SendPath
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.services.sending import submit
from desktop.store import consent, conversations, tables
from desktop.store.engine import Tx
from desktop.ui.conversations.entries import BubbleEntry
from desktop.ui.conversations.page import ConversationsPage
from tests.looks.scenes.conversations import opened
from tests.looks.stage import Stage, until

REPLIES = (
    ("hours", "We are open from 9 to 18 on weekdays and from 10 to 16 on Saturdays."),
    ("order", "Hi {{first_name}}, your order {{order}} is on its way. It arrives on {{day}}."),
    ("thanks", "Thank you, {{first_name}}! Is there anything else I can do for you?\n{{agent}}"),
)


async def stale(stage: Stage) -> None:
    """The customer and a colleague wrote, and the customer opted out, while one was writing."""
    page = await opened(stage, "Arjun")
    await stage.type_into("compose_text", "Yes, the blue one is back. Shall I put one aside for you?")
    people = await stage.app.workspace.people()
    contact_id = page.area.contact_id
    assert contact_id is not None

    def write(tx: Tx) -> None:
        conversations.add_inbound(
            tx,
            contact_id,
            wamid="",
            kind="text",
            text="Never mind, I found one in the shop. Please no more offers!",
            content={},
            context_wamid="",
        )
        told = "It is back since this morning, Arjun. I keep one for you at the counter."
        wanted = Submission(contact_id, SendPath.COMPOSE, "text", told, Lane.PEOPLE, author_id=people[1].id)
        submit(tx, wanted, people[1])
        consent.record(tx, contact_id, OptIn.NO, Source.KEYWORD, evidence="STOP")

    await stage.app.store.write(write)
    await stage.seen("compose_news")
    await stage.quiet()


async def note(stage: Stage) -> None:
    page = await opened(stage, "Arjun")
    page.area.compose.turn_note()
    await stage.type_into("compose_note_text", "He asked twice already. @")
    await stage.seen("mentions")


async def quick_replies(stage: Stage) -> None:
    await _quick(stage)
    await stage.type_into("compose_text", "/")
    await stage.seen("quick_replies_list")
    page = stage.find(ConversationsPage, "conversations_page")
    page.area.compose.text.stepped.emit(1)
    await stage.quiet()


async def quick_reply_open(stage: Stage) -> None:
    """Put in: what nobody has filled is selected, and sending says so."""
    await quick_replies(stage)
    page = stage.find(ConversationsPage, "conversations_page")
    page.area.compose.text.taken.emit()
    await stage.quiet()
    page.area.send()
    await stage.quiet()


async def quick_reply_dialog(stage: Stage) -> None:
    await quick_replies(stage)
    page = stage.find(ConversationsPage, "conversations_page")
    page.area.compose.calls.edit_requested.emit()
    await stage.seen("quick_reply_dialog")
    await stage.quiet()


async def emoji(stage: Stage) -> None:
    page = await opened(stage, "Arjun")
    page.area.compose.tools.emoji.click()
    await stage.seen("emoji_panel")
    await stage.quiet()


async def file(stage: Stage) -> None:
    """A picture with its caption, as an answer."""
    page = await opened(stage, "Arjun")
    path = Path(str(stage.app.paths.home if stage.app.paths else ".")) / "Blue kettle.jpg"
    picture(path)
    page.area.compose.files_given.emit([path])
    await until(lambda: page.area.state.file is not None, "the file")
    asked = next(
        one.message
        for one in page.area.thread_view.entries()
        if isinstance(one, BubbleEntry) and "blue" in one.message.text
    )
    row = tables.message

    def known(tx: Tx) -> None:
        tx.conn.execute(update(row).where(row.c.id == asked.id).values(wamid="wamid.asked"))

    await stage.app.store.write(known)
    page.area.reload()
    await stage.quiet()
    page.area.writing.answer(asked.id)
    await stage.type_into("compose_text", "This is the blue one.")
    await stage.quiet()


async def file_refused(stage: Stage) -> None:
    page = await opened(stage, "Arjun")
    path = Path(str(stage.app.paths.home if stage.app.paths else ".")) / "notes.zip"
    path.write_bytes(b"PK")
    page.area.compose.files_given.emit([path])
    await stage.seen("compose_problem")


async def _quick(stage: Stage) -> ConversationsPage:
    for shortcut, text in REPLIES:
        await stage.app.quick_replies.save(None, shortcut, text, stage.window.desk.user())
    return await opened(stage, "Arjun")


def picture(path: Path) -> None:
    """A picture of 640 × 480."""
    image = QImage(640, 480, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    shade = QLinearGradient(0, 0, 640, 480)
    shade.setColorAt(0, QColor("#9cc9f5"))
    shade.setColorAt(1, QColor("#1f5fbf"))
    painter.fillRect(image.rect(), shade)
    painter.end()
    assert image.save(str(path))
