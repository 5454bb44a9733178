"""The conversations: open, empty, warned, picked."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.domain.conversations import Box
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


async def none_chosen(stage: Stage) -> None:
    await _page(stage)


async def nobody_found(stage: Stage) -> None:
    await _page(stage)
    await stage.type_into("conversations_search", "Zebedee")
    await stage.seen("conversations_empty")


async def empty(stage: Stage) -> None:
    await _page(stage)
    await stage.seen("conversations_empty")
