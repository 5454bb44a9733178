"""Broadcasts: the list, the wizard step by step, the launch, the report."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QPushButton

from desktop.domain.broadcast import BroadcastStatus, Figures
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.broadcasts.wizard import Wizard
from tests.looks.stage import Stage, until

NAME = "Winter clearance – Mumbai"


async def empty(stage: Stage) -> None:
    stage.window.go("broadcasts")
    await stage.seen("broadcasts_empty")


async def template(stage: Stage) -> None:
    await _wizard(stage)


async def toggle_on(stage: Stage) -> None:
    wizard = await _audience(stage)
    wanted = Filter(
        (
            Condition("tag", Op.NONE_OF, ("Nobody", "Test")),
            Condition("attribute:Last order", Op.AFTER, ("2025-08-01",)),
        )
    )
    wizard.audience_step.builder.group.show_filter(wanted)
    wizard.audience_step.builder.flush()
    await _counted(stage, wizard)


async def toggle_off(stage: Stage) -> None:
    wizard = await _audience(stage)
    await stage.click("wizard_toggle")
    await _counted(stage, wizard)


async def message(stage: Stage) -> None:
    await _step(stage, await _audience(stage), 3)


async def when(stage: Stage) -> None:
    await _step(stage, await _audience(stage), 4)


async def review(stage: Stage) -> None:
    await _step(stage, await _audience(stage), 5)


async def launch(stage: Stage) -> None:
    await review(stage)
    await _press(stage, "wizard_next", then="launch_go")


async def launch_despite(stage: Stage) -> None:
    wizard = await _audience(stage)
    await stage.click("wizard_toggle")
    await _counted(stage, wizard)
    await _step(stage, wizard, 5)
    await _press(stage, "wizard_next", then="launch_despite")


async def running(stage: Stage) -> None:
    """Most of it has gone; then the pace is so low that the picture stands."""
    await _pace(stage, 400)
    await _launched(stage)
    await _figures(stage, lambda now: now.gone_count >= 700)
    await _pace(stage, 1)
    await stage.quiet()


async def done(stage: Stage) -> None:
    await _pace(stage, None)
    await stage.sandbox("status_delays", {"delays_s": {"sent": 0.01, "delivered": 0.02, "read": 0.05}})
    await stage.sandbox("trouble", {"code": 131026, "count": 4})
    await _launched(stage)
    await _over(stage)


async def not_certain(stage: Stage) -> None:
    await _pace(stage, None)
    await stage.sandbox("status_delays", {"delays_s": None})
    await stage.sandbox("trouble", {"kind": "drop_after_accept", "count": 3})
    page = await _launched(stage)
    await _figures(stage, lambda now: now.waiting_count == 0)
    page.report.messages.tabs.button("unknown").click()
    await stage.quiet()


async def filled(stage: Stage) -> None:
    await done(stage)
    page = stage.find(BroadcastsPage, "broadcasts")
    page.show_all()
    wizard = await _audience(stage)
    wizard.name.setText("Spring preview")
    wizard.name.textEdited.emit("Spring preview")
    await stage.click("wizard_save")
    wizard.leave()
    await until(lambda: page.wizard is None, "the list")
    await stage.seen("broadcasts_table")


async def _wizard(stage: Stage) -> Wizard:
    page = stage.window.go("broadcasts")
    assert isinstance(page, BroadcastsPage)
    page.new_broadcast()
    wizard = page.wizard
    assert wizard is not None
    rows = wizard.template_step.rows
    await until(lambda: any(one.name == "winter_clearance" for one in rows.rows), "the templates")
    at = [one.name for one in rows.rows].index("winter_clearance")
    wizard.template_step.table.setCurrentIndex(rows.index(at, 0))
    wizard.name.setText(NAME)
    wizard.name.textEdited.emit(NAME)
    await stage.quiet()
    return wizard


async def _audience(stage: Stage) -> Wizard:
    wizard = await _wizard(stage)
    await stage.click("wizard_next")
    await _counted(stage, wizard)
    return wizard


async def _counted(stage: Stage, wizard: Wizard) -> None:
    await stage.quiet()
    await until(lambda: wizard.state.breakdown is not None and not wizard.state.counting, "the count")
    await stage.quiet()


async def _step(stage: Stage, wizard: Wizard, step: int) -> None:
    while wizard.state.step < step:
        before = wizard.state.step
        await stage.click("wizard_next")
        await until(lambda before=before: wizard.state.step > before, "the next step")  # type: ignore[misc]
    await _counted(stage, wizard)


async def _press(stage: Stage, name: str, *, then: str) -> None:
    """Press a button whose work goes on until something else has been answered."""
    button = stage.find(QPushButton, name)
    await until(button.isEnabled, f"“{name}” to be pressed")
    button.click()
    await stage.seen(then)


async def _launched(stage: Stage) -> BroadcastsPage:
    await launch(stage)
    await _press(stage, "launch_go", then="report")
    return stage.find(BroadcastsPage, "broadcasts")


async def _figures(stage: Stage, enough: Callable[[Figures], bool]) -> None:
    while True:
        _, figures = (await stage.app.broadcasts.every())[0]
        if enough(figures):
            return


async def _over(stage: Stage) -> None:
    """Ended, and every status has come."""
    while True:
        record, figures = (await stage.app.broadcasts.every())[0]
        if record.status is BroadcastStatus.DONE and not figures.count(Status.ACCEPTED):
            break
    await stage.quiet()


async def _pace(stage: Stage, per_s: int | None) -> None:
    kept = await stage.app.workspace.settings()
    await stage.app.workspace.change_settings(replace(kept, pace_per_s=per_s), stage.window.desk.user())
