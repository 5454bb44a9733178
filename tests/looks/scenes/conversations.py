"""The conversations: open, empty, warned, picked."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import update

from desktop.domain.api_message import MessageWanted
from desktop.domain.conversations import Box
from desktop.domain.keys import Caller, Scope
from desktop.domain.message_objects import checked
from desktop.domain.messages import Status
from desktop.services.api_messages import submission
from desktop.services.sending import submit
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.ui.conversations.page import ConversationsPage
from tests.looks.stage import Stage, until


async def _page(stage: Stage) -> ConversationsPage:
    page = stage.window.go("conversations")
    await stage.quiet()
    assert isinstance(page, ConversationsPage)
    return page


async def opened(stage: Stage, name: str) -> ConversationsPage:
    """The conversation with the person whose name or number this is part of."""
    page = await _page(stage)
    rows = await stage.app.conversations.rows(Box.ALL, stage.window.desk.user())
    rows += await stage.app.conversations.rows(Box.CLOSED, stage.window.desk.user())
    found = next(row for row in rows if name in (row.name or row.phone))
    page.open_contact(found.contact_id)
    await until(lambda: page.area.contact_id == found.contact_id, f"the conversation with {name}")
    await stage.quiet()
    return page


async def opted_out(stage: Stage) -> None:
    page = await opened(stage, "Priya")
    template = next(one for one in await stage.app.templates.every() if one.name == "winter_clearance")
    page.area.compose.template_chosen.emit(template)
    await stage.seen("compose_template")
    for name, value in (("1", "Priya"), ("2", "40%"), ("3", "30 Nov")):
        page.area.compose.value_edited.emit(name, value)
    page.area.compose.card.edit.setChecked(False)  # filled: its fields need not be seen any more
    await stage.quiet()


async def warning(stage: Stage) -> None:
    await opted_out(stage)
    stage.find(ConversationsPage, "conversations_page").area.compose.send.click()
    await stage.seen("warning")


async def picker(stage: Stage) -> None:
    page = await opened(stage, "Arjun")
    page.area.compose.template_button.click()
    await stage.seen("template_picker")


async def template(stage: Stage) -> None:
    """Just chosen by Enter: the cursor stands in the first value to be filled."""
    page = await opened(stage, "Arjun")
    page.area.compose.template_button.click()
    await stage.type_into("picker_search", "order")
    QTest.keyClick(page.area.compose.picker.search, Qt.Key.Key_Return)
    await stage.seen("compose_template")
    await stage.quiet()


async def no_choice(stage: Stage) -> None:
    await opened(stage, "Sofia")


async def text(stage: Stage) -> None:
    await opened(stage, "Arjun")
    await stage.type_into(
        "compose_text", "Yes, the blue one is back since this morning. Shall I put one aside for you?"
    )


async def window_closed(stage: Stage) -> None:
    await opened(stage, "Dev Patel")


async def not_delivered(stage: Stage) -> None:
    await opened(stage, "Tunde")


async def long_name(stage: Stage) -> None:
    await opened(stage, "Maximiliane")


_FILES = "https://shop.example/files/"
_SENT: tuple[tuple[str, dict[str, Any]], ...] = (
    ("document", {"link": _FILES + "winter%20menu%20with%20all%20prices%20of%20the%20season.pdf"}),
    ("image", {"link": _FILES + "blue-kettle.png", "caption": "The blue one, as it stands in the shop"}),
    ("location", {"latitude": 49.28, "longitude": -123.12, "name": "Store no. 7"}),
    (
        "interactive",
        {
            "type": "button",
            "body": {"text": "Shall we put one aside for you?"},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": "yes", "title": "Yes, please"}},
                    {"type": "reply", "reply": {"id": "no", "title": "No, thanks"}},
                ]
            },
        },
    ),
)


async def by_program(stage: Stage) -> None:
    """Another program sent a file, a picture, a place and a question."""
    page = await opened(stage, "Arjun")
    made = await stage.app.keys.create("shop-sync", Scope.RESTRICTED, stage.window.desk.user())
    caller = Caller(made.api_key.id, made.api_key.name, Scope.RESTRICTED)
    contact_id = page.area.contact_id
    assert contact_id is not None

    def write(tx: Tx) -> None:
        for kind, content in _SENT:
            wanted = MessageWanted("+14165550117", object=checked(kind, content, kind))
            id = submit(tx, submission(wanted, None, contact_id, caller), None).message_id
            row = tables.message
            tx.conn.execute(update(row).where(row.c.id == id).values(status=Status.DELIVERED.value))

    await stage.app.store.write(write)
    await stage.quiet()


async def none_chosen(stage: Stage) -> None:
    await _page(stage)


async def nobody_found(stage: Stage) -> None:
    await _page(stage)
    await stage.type_into("conversations_search", "Zebedee")
    await stage.seen("conversations_empty")


async def empty(stage: Stage) -> None:
    await _page(stage)
    await stage.seen("conversations_empty")
