"""The thread: the first unread message, notes, quotes, reactions, pictures, files, places, cards, formatted texts."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QLinearGradient, QPainter
from sqlalchemy import select, update

from desktop.domain.consent import Path
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.people import User
from desktop.domain.thread_events import ThreadEventKind
from desktop.services.sending import submit
from desktop.store import contacts, conversations, notes, reactions, tables, thread_events
from desktop.store.engine import Tx
from desktop.ui.conversations.page import ConversationsPage
from tests.looks.scenes.conversations import opened
from tests.looks.stage import Stage, until

PHONE = "+16045550177"
NAME = "Ximena Duarte"
Write = Callable[[Tx], Any]


def picture() -> bytes:
    """A photograph, as far as a gradient and a kettle's outline go."""
    image = QImage(900, 700, QImage.Format.Format_RGB32)
    sky = QLinearGradient(QPointF(0, 0), QPointF(900, 700))
    sky.setColorAt(0, QColor("#f2d7b6"))
    sky.setColorAt(1, QColor("#7a9cc6"))
    painter = QPainter(image)
    painter.fillRect(image.rect(), sky)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#1f4e8c"))
    painter.drawEllipse(300, 250, 300, 320)
    painter.drawRoundedRect(400, 190, 100, 80, 20, 20)
    painter.end()
    kept = QBuffer()
    kept.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(kept, b"jpg").write(image)
    return bytes(kept.data().data())


async def _talk(stage: Stage) -> int:
    """A customer with an open window and nothing said yet; who sits here has the conversation."""

    def write(tx: Tx) -> int:
        return contacts.create(tx, NAME, PHONE)

    made: int = await stage.app.store.write(write)
    return made


def says(
    contact_id: int, text: str, *, wamid: str = "", answers: str = "", kind: str = "text", **content: Any
) -> Write:
    def write(tx: Tx) -> int:
        return conversations.add_inbound(
            tx, contact_id, wamid=wamid, kind=kind, text=text, content=content, context_wamid=answers
        )

    return write


def answered(contact_id: int, user: User, text: str, *, wamid: str = "", answers: str = "") -> Write:
    def write(tx: Tx) -> int:
        wanted = Submission(contact_id, Path.COMPOSE, "text", text, Lane.PEOPLE, {}, author_id=user.id)
        id = submit(tx, wanted, user).message_id
        assert id is not None
        row = tables.message
        values = {"status": Status.READ.value, "wamid": wamid or None, "context_wamid": answers or None}
        tx.conn.execute(update(row).where(row.c.id == id).values(**values))
        return id

    return write


async def _after(stage: Stage, minutes: int, *writes: Write) -> None:
    """Let some minutes pass, then write."""
    stage.app.clock.move(timedelta(minutes=minutes))
    for write in writes:
        await stage.app.store.write(write)


async def _show(stage: Stage) -> ConversationsPage:
    page = await opened(stage, NAME)
    await stage.quiet()
    stage.window.toasts.clear()
    return page


async def team(stage: Stage) -> None:
    """The first unread message, a note, deeds, quotes and a reaction."""
    id, user = await _talk(stage), stage.window.desk.user()
    people = await stage.app.workspace.people()
    other = next(one for one in people if one.id != user.id)
    ask, noted = (
        "Do you have the blue kettle in *two litres*?",
        (
            f"@{other.name} the last one is in the back room, see https://shop.example/stock/4471. "
            "_Ask_ before you sell it."
        ),
    )
    await _after(stage, 0, says(id, ask, wamid="in.1"))
    stage.app.clock.move(timedelta(minutes=2))
    offer = "Yes, one is left. Shall I put it aside?"
    await _after(stage, 3, answered(id, user, offer, wamid="out.1", answers="in.1"))
    await _after(stage, 1, lambda tx: reactions.react(tx, id, "out.1", "👍", tx.now))
    await _after(stage, 4, lambda tx: notes.add(tx, id, user.id, noted, [other.id]))
    await _after(
        stage, 1, lambda tx: thread_events.log(tx, id, ThreadEventKind.TAGGED, other.name, "Kettles")
    )
    await stage.app.store.write(lambda tx: conversations.mark_read(tx, id))
    await _after(stage, 6, says(id, "Yes please! I come *today*.", wamid="in.2", answers="out.1"))
    await _after(stage, 1, says(id, "And is the ~old~ price still ```29.90```?", wamid="in.3"))
    await _show(stage)


async def files(stage: Stage) -> None:
    """A picture with a caption, a document, a voice message and a place."""
    id = await _talk(stage)
    await _sent(stage, "media", {"type": "image", "data_base64": _base64(picture()), "mime_type": "image/jpeg",
                                 "caption": "This one, in blue?"})  # fmt: skip
    await _sent(stage, "media", {"type": "document", "filename": "invoice 4471 with all its annexes.pdf"})
    voice = {"type": "audio", "audio": {"id": "1", "voice": True}}
    heard = {"id": "1", "mime": "audio/ogg", "filename": ""}
    await stage.app.store.write(says(id, "", kind="audio", media=heard, item=voice))
    place = {
        "latitude": 49.2827,
        "longitude": -123.1207,
        "name": "The shop",
        "address": "7 Water Street, Vancouver",
    }
    await stage.app.store.write(says(id, "", kind="location", location=place))
    await _show(stage)
    await stage.quiet()


async def others(stage: Stage) -> None:
    """A picture that did not come, contact cards, what WhatsApp does not pass on, what was deleted, what failed."""
    id = await _talk(stage)
    lost = {"id": "4471", "mime": "image/jpeg", "filename": ""}
    await stage.app.store.write(says(id, "", kind="image", media=lost))
    cards = [
        {"name": {"formatted_name": "Lina Haddad"}, "phones": [{"phone": "+1 604 555 0100"}]},
        {"name": {"formatted_name": "Tunde Nwosu"}, "phones": [{"phone": "+1 902 555 0128"}]},
    ]
    await stage.app.store.write(says(id, "", kind="contacts", item={"contacts": cards}))
    await stage.app.store.write(says(id, "", kind="unsupported"))
    await stage.app.store.write(says(id, "", kind="revoke"))
    await _show(stage)
    await stage.quiet()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


async def _sent(stage: Stage, act: str, body: dict[str, Any]) -> None:
    """The customer sends something through the sandbox; returns when it has arrived."""
    before = await _count(stage)
    await stage.sandbox(f"customers/{PHONE}/{act}", body)
    while await _count(stage) == before:
        await stage.quiet()


async def _count(stage: Stage) -> int:
    row = tables.message.c
    asked = select(row.id).join(tables.contact).where(tables.contact.c.phone == PHONE)
    return len(await stage.app.store.read(lambda tx: tx.rows(asked)))


async def jumped(stage: Stage) -> None:
    """A long conversation at a message far above, which is marked."""
    id = await _talk(stage)

    def many(tx: Tx) -> int:
        found = 0
        for number in range(700):
            made = says(id, f"Message {number}")(tx)
            found = made if number == 250 else found
        conversations.mark_read(tx, id)
        return found

    wanted = await stage.app.store.write(many)
    page = await _show(stage)
    page.area.open_contact(id, message_id=wanted)
    await until(lambda: page.area.thread_view.selected() is not None, "the message")
    await stage.quiet()
