"""Every broadcast page at 1376 × 900: nothing cut off, nothing over another, every control has its names."""

import asyncio
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.domain.broadcast_wizard import Step
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.messages import Status
from desktop.ui.theme import Mode, Theme
from tests.looks.checks import clipped_texts, overlaps, unnamed_controls
from tests.ui.broadcasts.conftest import Scene, open_scene

pytestmark = pytest.mark.slow

LTR, RTL = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
TAGGED = Filter(
    (
        Condition("tag", Op.NONE_OF, ("VIP", "Mumbai")),
        Filter((Condition("attribute:Last order", Op.AFTER, ("2025-08-01",)), Condition("opt_in", Op.IS, ("yes",))), False),
    )
)  # fmt: skip


async def look(scene: Scene, where: str) -> list[str]:
    await scene.desk.tasks.drain()
    await scene.until(lambda: not scene.page._reload.running)
    for _ in range(20):  # Qt lays out what changed in its own turns of the loop
        await asyncio.sleep(0)
    found = clipped_texts(scene.window) + overlaps(scene.window) + unnamed_controls(scene.window)
    return [f"{where}: {one}" for one in found]


async def wizard_pages(scene: Scene) -> list[str]:
    found: list[str] = []
    scene.page.new_broadcast()
    await scene.choose_template("winter_clearance")
    wizard = scene.page.wizard
    assert wizard is not None
    found += await look(scene, "template")
    scene.click("wizard_next")
    wizard.view.audience_step.builder.group.show_filter(TAGGED)
    scene.click("wizard_toggle")
    wizard.view.audience_step.builder.flush()
    await scene.counted()
    await scene.appears("filter_2_2_value")
    found += await look(scene, "audience")
    for step in (Step.MESSAGE, Step.WHEN, Step.REVIEW):
        wizard.go(wizard.state.go_to(step))
        await scene.counted()
        found += await look(scene, step.name.lower())
    wizard.leave()
    await scene.until(lambda: scene.page.wizard is None)
    return found


async def report_pages(scene: Scene) -> list[str]:
    draft = (await scene.app.broadcasts.every())[0][0]
    await scene.app.broadcasts.launch(
        draft.id, scene.who[0], reason="A recall", approved_count=1000, now=True
    )
    await scene.plan(draft.id)
    scene.page.open_report(draft.id)
    ids = [one.message_id for one in await scene.send(20)]
    await scene.lose()
    await scene.report(ids[:10], Status.READ)
    await scene.report(ids[10:12], Status.FAILED, 131049)
    await scene.until(lambda: scene.text("report_tile_read-value") == "10")
    scene.page.report.messages.tabs.button("unknown").click()
    await scene.appears("report_unknown_leave_it")
    found = await look(scene, "report")
    scene.page.show_all()
    await scene.appears("broadcasts_table")
    return found + await look(scene, "list")


@pytest.mark.parametrize(
    ("mode", "percent", "direction"), [("light", 100, LTR), ("dark", 130, LTR), ("light", 130, RTL)]
)
async def test_nothing_is_cut_off(
    app: QApplication,
    demo_store: Path,
    tmp_path: Path,
    mode: Mode,
    percent: int,
    direction: Qt.LayoutDirection,
) -> None:
    app.setLayoutDirection(direction)
    theme = Theme(mode, percent, motion=False)
    theme.apply(app)
    path = tmp_path / "store.db"
    shutil.copy(demo_store, path)
    async with open_scene(theme, path) as scene:
        found = await look(scene, "empty")
        found += await wizard_pages(scene)
        found += await report_pages(scene)
    assert found == []
