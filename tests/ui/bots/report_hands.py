"""Customers and colleagues around a bot, through the sandbox and the services, in words of the tests."""

import asyncio
from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QWidget

from desktop.domain import window
from desktop.domain.bot_report import SessionRow
from desktop.domain.contact_table import TableQuery
from desktop.domain.contacts import Contact
from desktop.domain.flow import FlowRecord, SessionStatus
from desktop.domain.flow_session import Awaits
from desktop.services.bots import RunningSession
from desktop.ui.bots.register import RegisterView
from desktop.ui.bots.report_tab import FlowReportTab
from tests.looks.stage import PATIENCE_S, SIZE_PX, Stage, until


async def contact(stage: Stage, name: str) -> Contact:
    rows = await stage.app.contact_table.page(TableQuery(search=name), 0, 1)
    return rows[0].contact


async def writes(stage: Stage, who: Contact, text: str) -> None:
    """A customer's message, through the sandbox and the webhook."""
    await stage.sandbox(f"customers/{who.phone}/text", {"text": text})


async def waits(stage: Stage, who: Contact, node_id: str) -> RunningSession:
    """Return once the bot's message left and it waits at a node for the answer."""
    found: list[RunningSession | None] = [None]

    async def look() -> bool:
        found[0] = await stage.app.bots.running(who.id)
        one = found[0]
        return one is not None and (one.node_id, one.awaits) == (node_id, Awaits.ANSWER)

    await eventually(look, f"{who.name} at {node_id}")
    assert found[0] is not None
    return found[0]


async def ended(stage: Stage, record: FlowRecord, who: Contact, status: SessionStatus) -> SessionRow:
    """Return once their newest session ended so."""
    found: list[SessionRow] = []

    async def look() -> bool:
        rows = await stage.app.bot_reports.sessions(record.id)
        found[:] = [one for one in rows if one.contact_id == who.id][:1]
        return bool(found) and found[0].status is status

    await eventually(look, f"{who.name}: {status.value}")
    return found[0]


async def eventually(look: Callable[[], Awaitable[bool]], what: str) -> None:
    """Return when the store's answer is yes. Raises AssertionError naming `what` if that takes too long."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await look():
                pass
    except TimeoutError as late:
        raise AssertionError(f"waited for {what}") from late


async def start(stage: Stage, record: FlowRecord, who: Contact) -> None:
    """By hand, with somebody whose reply window is open, until it waits for the order's number."""
    await writes(stage, who, "Hello there")

    async def wrote() -> bool:
        now = stage.app.clock.now()
        return window.is_open((await stage.app.contacts.get(who.id)).last_inbound_at, now)

    await eventually(wrote, f"{who.name} to have written")
    await stage.app.bots.start(record.id, who.id, stage.window.desk.user())
    await waits(stage, who, "question1")


async def come_through(stage: Stage, record: FlowRecord, who: Contact, order: str = "4468") -> None:
    """Start, answer, choose nothing more, and get the offer."""
    await start(stage, record, who)
    await writes(stage, who, order)
    await waits(stage, who, "buttons1")
    await writes(stage, who, "No, thanks")
    await ended(stage, record, who, SessionStatus.COMPLETED)


def standing(stage: Stage, part: QWidget) -> None:
    """Show a part of the page by itself, as large as the page leaves it."""
    part.setParent(stage.window)
    part.setGeometry(64, 56, SIZE_PX[0] - 64, SIZE_PX[1] - 56 - 28)
    part.show()
    part.raise_()


async def shown(stage: Stage, record: FlowRecord) -> FlowReportTab:
    """The report of a flow, read."""
    tab = FlowReportTab(stage.window.desk)
    standing(stage, tab)
    tab.show_flow(record.id)
    await until(lambda: tab.stack.currentWidget() is not tab.loading, "the figures")
    await stage.quiet()
    return tab


async def register_view(stage: Stage) -> RegisterView:
    """The register, read."""
    view = RegisterView(stage.window.desk)
    standing(stage, view)
    await until(lambda: view.panel.stack.currentWidget() is not view.panel.loading, "the register")
    await stage.quiet()
    return view


def steps(tab: FlowReportTab) -> list[tuple[str, ...]]:
    """What the table of the steps says."""
    rows = tab.steps.rows
    return [
        tuple(str(rows.index(row, column).data()) for column in range(rows.columnCount()))
        for row in range(rows.rowCount())
    ]


def tiles(tab: FlowReportTab) -> list[str]:
    return [one.accessibleName() for one in tab.tiles.values()]


async def rows_are(tab: FlowReportTab, names: list[str]) -> None:
    await until(lambda: [one.contact_name for one in tab.sessions.rows.rows] == names, f"{names}")
