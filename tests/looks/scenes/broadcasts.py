"""Broadcasts: the list, the wizard step by step, the launch, the report."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from PySide6.QtWidgets import QLineEdit, QPushButton

from desktop.domain.broadcast_figures import Figures
from desktop.domain.broadcast_when import UNDO_FOR
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.filters.filter_builder import FilterBuilder
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.label import Label
from desktop.ui.parts.rows import Rows
from desktop.ui.parts.steps import Steps
from desktop.ui.parts.table import Table
from tests.looks.stage import PATIENCE_S, Stage, until

NAME = "Winter clearance – Mumbai"


async def empty(stage: Stage) -> None:
    stage.window.go("broadcasts")
    await stage.seen("broadcasts_empty")


async def template(stage: Stage) -> None:
    await _wizard(stage)


async def toggle_on(stage: Stage) -> None:
    await _audience(stage)
    wanted = Filter(
        (
            Condition("tag", Op.NONE_OF, ("Nobody", "Test")),
            Condition("attribute:Last order", Op.AFTER, ("2025-08-01",)),
        )
    )
    builder = stage.find(FilterBuilder, "filter_builder")
    builder.group.show_filter(wanted)
    builder.flush()
    await _counted(stage, "990")


async def toggle_off(stage: Stage) -> None:
    await _audience(stage)
    await stage.click("wizard_toggle")
    await _counted(stage, "1,000")


async def message(stage: Stage) -> None:
    await _audience(stage)
    await _step(stage, 3)


async def when(stage: Stage) -> None:
    await _audience(stage)
    await _step(stage, 4)


async def review(stage: Stage) -> None:
    await _audience(stage)
    await _step(stage, 5)


async def launch(stage: Stage) -> None:
    await review(stage)
    await _press(stage, "wizard_next", then="launch_go")


async def launch_despite(stage: Stage) -> None:
    await toggle_off(stage)
    await _step(stage, 5)
    await _press(stage, "wizard_next", then="launch_despite")


async def running(stage: Stage) -> None:
    """Most of it has gone; then the pace is so low that the picture stands."""
    await _quick_statuses(stage)
    await _pace(stage, 400)
    await _launched(stage)
    await _figures(stage, lambda now: now.gone_count >= 700)
    await _pace(stage, 1)
    await _said(stage, "report_status", "Running")
    await _figures(stage, lambda now: not now.count(Status.ACCEPTED))
    await stage.quiet()


async def done(stage: Stage) -> None:
    await _pace(stage, 400)
    await _quick_statuses(stage)
    await stage.sandbox("trouble", {"code": 131026, "count": 4})
    await _launched(stage)
    await _figures(stage, lambda now: not now.waiting_count and not now.count(Status.ACCEPTED))
    await _said(stage, "report_status", "Done")
    await until(lambda: not stage.sees("status-broadcasts"), "the foot to say nothing of it")


async def not_certain(stage: Stage) -> None:
    await _pace(stage, 400)
    await _quick_statuses(stage)
    await stage.sandbox("trouble", {"kind": "drop_before_accept", "count": 3})
    await _launched(stage)
    await _figures(stage, lambda now: not now.waiting_count and not now.count(Status.ACCEPTED))
    tab = stage.find(QPushButton, "report_tab-unknown")
    await until(lambda: tab.text() == "Not certain 3", "the page")
    tab.click()
    await stage.quiet()


async def filled(stage: Stage) -> None:
    await done(stage)
    await _audience(stage)
    _rename(stage, "Spring preview")
    await stage.click("wizard_save")
    stage.find(BroadcastsPage, "broadcasts").show_all()
    await stage.seen("broadcasts_table")
    stage.window.toasts.clear()


async def calendar(stage: Stage) -> None:
    await filled(stage)
    await stage.click("broadcasts_tabs-calendar")
    await stage.quiet()


async def put_away(stage: Stage) -> None:
    await filled(stage)
    await stage.click("broadcasts_tabs-archived")
    await stage.seen("broadcasts_none_found")


async def _wizard(stage: Stage) -> None:
    stage.window.places.new_broadcast()
    await stage.seen("wizard_templates")
    table = stage.find(Table, "wizard_templates")
    rows = table.model()
    assert isinstance(rows, Rows)
    await until(lambda: any(one.name == "winter_clearance" for one in rows.rows), "the templates")
    at = [one.name for one in rows.rows].index("winter_clearance")
    table.setCurrentIndex(rows.index(at, 0))
    _rename(stage, NAME)
    await stage.quiet()


def _rename(stage: Stage, name: str) -> None:
    field = stage.find(QLineEdit, "wizard_name")
    field.setText(name)
    field.textEdited.emit(name)


async def _audience(stage: Stage) -> None:
    await _wizard(stage)
    await stage.click("wizard_next")
    await _counted(stage, "990")


async def _counted(stage: Stage, count: str) -> None:
    await until(lambda: stage.find(Label, "wizard_will_be_sent").text() == count, f"{count} to be counted")
    await stage.quiet()


async def _step(stage: Stage, wanted: int) -> None:
    steps = stage.find(Steps, "wizard_step")
    for number in range(2, wanted):
        await stage.click("wizard_next")
        said = f"Step {number + 1} of 5"
        await until(lambda said=said: steps.accessibleDescription() == said, said)  # type: ignore[misc]
    await stage.quiet()


async def _press(stage: Stage, name: str, *, then: str) -> None:
    """Press a button whose work goes on until something else has been answered."""
    button = stage.find(QPushButton, name)
    await until(button.isEnabled, f"“{name}” to be pressed")
    button.click()
    await stage.seen(then)


async def _launched(stage: Stage) -> None:
    await launch(stage)
    await _press(stage, "launch_go", then="report")
    await stage.app.move_clock(UNDO_FOR)
    await _figures(stage, lambda now: now.selected_count > 0)


async def _figures(stage: Stage, enough: Callable[[Figures], bool]) -> None:
    """Let business time pass, so that the chart has a time to show, until there are such figures."""
    end = time.monotonic() + PATIENCE_S
    while True:
        _, figures = (await stage.app.broadcasts.every())[0]
        if enough(figures):
            return
        assert time.monotonic() < end, f"waited {PATIENCE_S:.0f} s for figures: {figures}"
        stage.app.clock.move(timedelta(milliseconds=200))
        await asyncio.sleep(0.02)


async def _said(stage: Stage, name: str, text: str) -> None:
    await until(lambda: stage.find(Badge, name).text() == text, f"“{name}” to say {text}")
    await stage.quiet()


async def _quick_statuses(stage: Stage) -> None:
    delays_s = {"sent": 0.02, "delivered": 0.1, "read": 0.4}
    await stage.sandbox("status_delays", {"delays_s": delays_s, "read_share": 0.34})


async def _pace(stage: Stage, per_s: int | None) -> None:
    kept = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(kept, pace_per_s=per_s), stage.window.desk.user())
