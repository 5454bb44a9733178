"""Why?: the answers of each path side by side, the dialog over a screen, the wire exchange."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.domain.consent import Override, Path
from desktop.domain.contacts import Contact
from desktop.domain.messages import Lane, Status
from desktop.domain.outbox import Submission
from desktop.domain.reasons import Reason
from desktop.domain.templates import Template
from desktop.ui.conversations.page import ConversationsPage
from desktop.ui.parts.card import Card
from desktop.ui.parts.frame import LowTable
from desktop.ui.parts.naming import named
from desktop.ui.why.card import WhyCard
from tests.looks.scenes.broadcasts import toggle_on
from tests.looks.scenes.conversations import opened, opted_out
from tests.looks.stage import Stage, until

GONE = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)


async def _priya(stage: Stage) -> Contact:
    return await _named(stage, "Priya")


async def _named(stage: Stage, name: str) -> Contact:
    page = await opened(stage, name)
    assert page.area.contact_id is not None
    return await stage.app.contacts.get(page.area.contact_id)


async def _template(stage: Stage, name: str) -> Template:
    return next(one for one in await stage.app.templates.every() if one.name == name)


async def _send(
    stage: Stage, contact: Contact, path: Path, template: str = "winter_clearance", *, reason: str = ""
) -> int:
    """Submit a template by a path; returns the message's id once nothing more happens to it."""
    chosen = await _template(stage, template)
    user = stage.window.desk.user()
    override = None
    if reason:
        override = Override(
            reason, user.id, contact.facts.consent_event_id, chosen.revision, contact.id, chosen.id
        )
    wanted = Submission(
        contact.id,
        path,
        "template",
        "",
        Lane.PEOPLE,
        {"values": {name: "Priya" for name in chosen.variables}},
        template_id=chosen.id,
        override=override,
        author_id=user.id if path is Path.COMPOSE else None,
    )
    done = await stage.app.sending.submit(wanted, user if path is Path.COMPOSE else None)
    assert done.message_id is not None, done.verdict
    return done.message_id


async def _ended(stage: Stage, message_id: int, *wanted: str) -> None:
    """Return when what became of a message says one of these words."""
    for _ in range(2_000):
        told = await stage.app.whys.of_message(message_id)
        if any(word in told.conclusion for word in wanted):
            return
        await stage.quiet()
    raise AssertionError(told)


async def _board(stage: Stage, columns: int = 3) -> tuple[QWidget, list[WhyCard]]:
    """Six cards over the window."""
    board = QWidget(stage.window)
    board.setProperty("surface", "bg")
    named(board, "why_board", "Answers")
    grid = QGridLayout(board)
    grid.setContentsMargins(24, 24, 24, 24)
    grid.setSpacing(16)
    cards = []
    for place in range(6):
        card, frame = WhyCard(stage.window.desk), Card(name=f"why_board_{place}")
        frame.body.addWidget(card)
        grid.addWidget(frame, place // columns, place % columns)
        cards.append(card)
    board.setGeometry(stage.window.rect())
    return board, cards


async def _shown(stage: Stage, board: QWidget, cards: list[WhyCard]) -> None:
    board.show()
    board.raise_()
    await until(lambda: all(card.explanation() for card in cards), "all answers")
    await _fit(stage, board)


async def _fit(stage: Stage, board: QWidget) -> None:
    """As high as the answers need."""
    await stage.quiet()
    board.resize(board.width(), max(board.height(), board.heightForWidth(board.width())))
    await stage.quiet()


async def paths(stage: Stage) -> QWidget:
    """Messages to someone who wrote STOP, by each path."""
    priya = await _priya(stage)
    template = await _template(stage, "winter_clearance")
    failed = await _send(stage, priya, Path.API)
    step = await _send(stage, priya, Path.SEQUENCE)
    bot = await _send(stage, priya, Path.BOT)
    despite = await _send(stage, priya, Path.COMPOSE, reason="asked for the list on the phone")
    utility = await _send(stage, priya, Path.API, "order_shipped")
    for message_id in (bot, despite, utility):
        await _ended(stage, message_id, "arrived", "read")
    board, cards = await _board(stage)
    for card, message_id in zip(cards, (failed, step, bot, despite, utility), strict=False):
        card.show_message(message_id)
    cards[5].show_question(priya.id, template.id, Path.BROADCAST)
    await _shown(stage, board, cards)
    return board


async def ends(stage: Stage) -> QWidget:
    """What is not about consent alone: WhatsApp's refusal, a lost answer, an exclusion, Strict, a question, nothing."""
    priya, sofia = await _priya(stage), await _named(stage, "Sofia")
    template = await _template(stage, "winter_clearance")
    await stage.sandbox("trouble", {"code": 131026, "count": 1})
    refused = await _send(stage, sofia, Path.API)
    await _ended(stage, refused, "failed")
    await stage.sandbox("trouble", {"kind": "drop_before_accept", "count": 1})
    lost = await _send(stage, sofia, Path.API, "order_shipped")
    await _ended(stage, lost, "nobody knows")
    settings = await stage.app.workspace.settings()
    admin = next(one for one in await stage.app.workspace.people() if one.role.value == "admin")
    await stage.app.workspace.change_settings(replace(settings, strict=True), admin)
    strict = await _send(stage, sofia, Path.SEQUENCE)
    board, cards = await _board(stage)
    cards[0].show_message(refused)
    cards[1].show_message(lost)
    cards[2].show_message(strict)
    cards[3].show_question(sofia.id, template.id, Path.BROADCAST, before=Reason.EXCLUDED)
    cards[4].show_question(priya.id, None, Path.COMPOSE, marketing=True)
    cards[5].show_message(999_999)
    board.show()
    board.raise_()
    await until(lambda: all(card.explanation() for card in cards[:5]), "all answers")
    await until(lambda: cards[5].retry.isVisible(), "the one that fails")
    await _fit(stage, board)
    return board


async def banner(stage: Stage) -> None:
    """Over the compose box, from its banner."""
    await opted_out(stage)
    await stage.click("compose_why")
    await _answered(stage)


async def wire(stage: Stage) -> None:
    """A message that WhatsApp refused, with what was said to it."""
    tunde = await _named(stage, "Tunde")
    await stage.sandbox("trouble", {"code": 131026, "count": 1})
    refused = await _send(stage, tunde, Path.COMPOSE, "order_shipped")
    await _ended(stage, refused, "failed")
    page = stage.find(ConversationsPage, "conversations_page")
    page.area.thread_view.why_requested.emit(refused)
    await _answered(stage)
    await stage.click("why_wire")


async def bubble(stage: Stage) -> None:
    """The thread of someone whom a message did not reach: *Why?* beside the time."""
    await opened(stage, "Tunde")


async def wizard(stage: Stage) -> None:
    """A chosen person of the preview who is left out."""
    await toggle_on(stage)
    await stage.type_into("wizard_recipient_search", "Priya")
    await until(lambda: stage.sees("wizard_recipients"), "the preview")
    table = stage.find(LowTable, "wizard_recipients")
    await until(lambda: table.model().rowCount() == 1, "one person")
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    table.selectRow(0)
    await stage.seen("wizard_chosen")
    await stage.quiet()


async def _answered(stage: Stage) -> None:
    await stage.seen("why")
    card = stage.find(WhyCard, "why_card")
    await until(lambda: card.explanation() is not None, "the answer")
    await stage.quiet()
