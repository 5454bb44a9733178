"""Reports: filled, narrowed, empty, failing, and who opted out."""

from dataclasses import replace

from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop.domain.consent import Category, Path
from desktop.domain.messages import Status
from desktop.domain.reasons import Reason
from desktop.domain.report import Cause
from desktop.store import settings
from desktop.store.engine import Tx
from desktop.ui.reports.choosing import ChoiceMenu
from desktop.ui.reports.page import ReportsPage
from tests.looks.stage import Stage, until
from tests.ui.reports.traffic import Traffic, fill


async def filled(stage: Stage) -> None:
    await opened(stage, Traffic())


async def not_sent(stage: Stage) -> None:
    """The design's picture: marketing that failed or was left out."""
    page = await opened(stage, Traffic())
    page.messages.view.filters.part_requested.emit("categories", frozenset({Category.MARKETING}))
    page.messages.view.filters.part_requested.emit("statuses", frozenset({Status.FAILED, Status.LEFT_OUT}))
    await stage.quiet()


async def reason_open(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    for line in list(page.messages.view.figures.by_reason.lines.values())[1:2]:
        line.more.click()
        line.count.click()
    await stage.quiet()


async def menu(stage: Stage) -> QWidget:
    page = await opened(stage, Traffic())
    stage.find(QAbstractButton, "reports_reason").click()
    await stage.quiet()
    return next(one for one in page.findChildren(ChoiceMenu) if one.isVisible())


async def long_names(stage: Stage) -> None:
    page = await opened(stage, Traffic(long_names=True))
    page.messages.view.filters.part_requested.emit("causes", frozenset({Cause(Reason.OPTED_OUT)}))
    page.messages.view.filters.part_requested.emit("paths", frozenset({Path.BROADCAST, Path.SEQUENCE}))
    await stage.quiet()


async def nothing_matches(stage: Stage) -> None:
    await opened(stage, Traffic())
    await stage.type_into("reports_search", "nobody at all")
    await stage.seen("reports_none")


async def empty(stage: Stage) -> None:
    stage.window.go("reports")
    await stage.seen("reports_empty")


async def failing(stage: Stage) -> None:
    """The workspace's time zone is one that this machine does not know."""
    page = await opened(stage, Traffic())
    await stage.app.store.write(_unknown_zone)
    page.messages.view.retry_requested.emit()
    await stage.seen("reports_problem")


async def opted_out(stage: Stage) -> None:
    await opened(stage, Traffic())
    await stage.click("reports_tab-opted_out")
    await stage.quiet()


async def opened(stage: Stage, traffic: Traffic) -> ReportsPage:
    await fill(stage.app.store, traffic)
    page = stage.window.go("reports")
    assert isinstance(page, ReportsPage)
    await until(lambda: bool(page.messages.view.messages.rows.rows), "the messages")
    await stage.quiet()
    return page


def _unknown_zone(tx: Tx) -> None:
    settings.save(tx, replace(settings.load(tx), time_zone="Nowhere/Else"), None)
