"""Flows as files: saved, read again, and what is said of a file that holds none."""

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from desktop.ui.bots.page_head import TRIGGERS
from tests.looks.scenes import bots_flows as scenes
from tests.looks.scenes.bots_history import published
from tests.looks.stage import Stage, staged, until
from tests.ui.bots.flow_hands import cells, chosen, pick_file
from tests.ui.contacts.hands import press

pytestmark = pytest.mark.slow


@staged
async def test_a_flow_is_saved_and_comes_back_as_a_draft(stage: Stage, tmp_path: Path) -> None:
    record = await published(stage)
    page = await scenes.page(stage)
    await chosen(stage, page, "Order status")
    press(stage, "flows_export")
    path = tmp_path / "Order status.json"
    await until(lambda: bool(stage.window.findChildren(QFileDialog, "flow_export_place")), "where to")
    assert (
        stage.window.findChildren(QFileDialog, "flow_export_place")[0]
        .selectedFiles()[0]
        .endswith("Order status.json")
    )
    await pick_file(stage, "flow_export_place", path)
    await until(path.exists, "the file")
    await stage.quiet()
    assert json.loads(path.read_text())["name"] == "Order status"
    press(stage, "bots_import")
    await pick_file(stage, "flow_import_file", path)
    await until(lambda: stage.sees("bots_editor"), "the editor with it")
    await stage.quiet()
    found = {one.record.name: one.record for one in await stage.app.flows.every()}
    assert found["Order status 2"].shown == record.definition
    assert found["Order status 2"].version_id is None


@staged
async def test_what_is_wrong_with_a_file_is_said_beside_the_button_and_can_be_put_away(
    stage: Stage, tmp_path: Path
) -> None:
    await published(stage)
    page = await scenes.page(stage)
    broken = tmp_path / "flow.json"
    broken.write_text('{"format": "assent-flow", "version": 1, "name": "x", "flow": {"nodes": [{"id": 4}]}}')
    press(stage, "bots_import")
    await pick_file(stage, "flow_import_file", broken)
    await stage.seen("bots_import_problem")
    assert page.head.problem.words.text().startswith("Not a flow. At “nodes.0.")
    page.head.problem.close_button.click()
    assert not page.head.problem.isVisible()
    press(stage, "bots_import")
    await pick_file(stage, "flow_import_file", tmp_path / "gone.json")
    await until(lambda: "cannot be read" in page.head.problem.words.text(), "what is wrong")
    assert cells(page.list.rows, 0) == ["Order status"]
    page.show_tab(TRIGGERS)
    assert not page.head.problem.isVisible(), "something else is done"


@staged
async def test_from_the_empty_page_it_is_said_there(stage: Stage, tmp_path: Path) -> None:
    page = await scenes.page(stage)
    broken = tmp_path / "notes.json"
    broken.write_text("not JSON at all")
    press(stage, "flows_begin_import")
    await pick_file(stage, "flow_import_file", broken)
    await stage.seen("flows_begin_problem")
    assert page.list.begin.problem.words.text().startswith("Not a flow. The file cannot be read as a flow")
