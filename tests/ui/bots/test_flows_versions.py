"""The versions of a flow: who published which, what differs, and going back."""

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QComboBox

from desktop.domain.flow import FlowRecord
from desktop.domain.people import Role
from desktop.ui.bots.versions import VersionsDialog, open_versions
from desktop.ui.dialog import CardDialog
from desktop.ui.parts.label import Label
from tests.looks.scenes import bots_flows as scenes
from tests.looks.scenes.bots_history import published
from tests.looks.stage import Stage, staged, until
from tests.ui.bots.flow_hands import cells
from tests.ui.contacts.hands import press, sit

pytestmark = pytest.mark.slow


def choose(dialog: VersionsDialog, row: int) -> None:
    dialog.table.setCurrentIndex(dialog.rows.index(row, 0))


async def opened(stage: Stage, flow_id: int) -> tuple[VersionsDialog, asyncio.Task[FlowRecord | None]]:
    page = await scenes.page(stage)
    record = await stage.app.flows.get(flow_id)
    task = stage.window.tasks.spawn(page, open_versions(stage.window.desk, page, record))
    await stage.seen("versions")
    return stage.find(VersionsDialog, "versions"), task


@staged
async def test_each_says_who_when_and_what_for_and_two_are_compared(stage: Stage) -> None:
    await scenes.versions(stage)
    dialog = stage.find(VersionsDialog, "versions")
    assert cells(dialog.rows, 0) == ["Draft", "v3", "v2", "v1"]
    assert cells(dialog.rows, 1) == ["Not published", "Current", "", ""]
    assert cells(dialog.rows, 3) == ["", *["Meera Rao"] * 3]
    assert cells(dialog.rows, 4)[2] == "Asks for parcels as well, and says to wait"
    choose(dialog, 2)
    assert dialog.changes.heading.text() == "From v1 to v2:"
    assert dialog.changes.sentences[0] == "Triggers: Whole message is order, status, parcel."
    before = stage.find(QComboBox, "versions_before")
    before.setCurrentIndex(before.findText("the draft"))
    before.activated.emit(before.currentIndex())
    assert dialog.changes.heading.text() == "From v2 to the draft:"
    assert "An answer may take 60 minutes, not 15 minutes." in dialog.changes.sentences
    choose(dialog, 3)
    assert dialog.go.text() == "Go back to v1"


@staged
async def test_going_back_makes_it_the_draft_and_asks_where_edits_would_be_lost(stage: Stage) -> None:
    record = await published(stage)
    user, verbs = stage.window.desk.user(), stage.app.flows
    await verbs.save_draft(record.id, replace(record.definition, timeout_minutes=30), user)
    await verbs.publish(record.id, user)
    await verbs.save_draft(record.id, replace(record.definition, timeout_minutes=45), user)
    dialog, task = await opened(stage, record.id)
    assert not dialog.go.isEnabled()
    choose(dialog, 2)
    press(stage, "versions_go_back")
    await stage.seen("versions_sure")
    press(stage, "versions_sure-keep")
    await until(lambda: not stage.sees("versions_sure"), "the answer")
    assert stage.sees("versions")
    await until(dialog.go.isEnabled, "the button again")
    press(stage, "versions_go_back")
    await stage.seen("versions_sure")
    press(stage, "versions_sure-do")
    made = await task
    assert made is not None
    assert made.shown.timeout_minutes == record.definition.timeout_minutes
    assert (made.version_number, made.definition.timeout_minutes) == (2, 30)


@staged
async def test_one_alone_compares_with_nothing_and_is_what_is_shown_already(stage: Stage) -> None:
    record = await published(stage)
    dialog, task = await opened(stage, record.id)
    assert not dialog.before.isVisible()
    assert not dialog.go.isEnabled()
    assert dialog.go.toolTip() == "This is what the editor shows already."
    press(stage, "versions_close")
    assert await task is None


@staged
async def test_one_that_was_never_published_says_so_and_who_may_not_cannot_go_back(stage: Stage) -> None:
    draft = await scenes.made(stage, "Help", scenes.asleep(), publish=False)
    dialog, task = await opened(stage, draft.id)
    assert stage.sees("versions_none")
    assert not dialog.go.isVisible()
    press(stage, "versions_close")
    assert await task is None
    record = await published(stage)
    user = stage.window.desk.user()
    await stage.app.flows.save_draft(record.id, replace(record.definition, timeout_minutes=30), user)
    await sit(stage, Role.AGENT)
    dialog, task = await opened(stage, record.id)
    choose(dialog, 1)
    assert not dialog.go.isEnabled()
    assert "may not" in dialog.go.toolTip()
    press(stage, "versions_close")
    await task


@staged
async def test_cards_that_were_only_moved_are_a_change(stage: Stage) -> None:
    record = await published(stage)
    first = record.definition.nodes[0]
    nodes = (replace(first, x=first.x + 40), *record.definition.nodes[1:])
    moved = replace(record.definition, nodes=nodes)
    await stage.app.flows.save_draft(record.id, moved, stage.window.desk.user())
    dialog, _ = await opened(stage, record.id)
    choose(dialog, 1)
    dialog.go.click()
    await stage.seen("versions_sure")
    said = [one.text() for one in stage.find(CardDialog, "versions_sure").findChildren(Label)]
    assert any(one.startswith("The draft has 1 change that was not published.") for one in said), said
    press(stage, "versions_sure-keep")
    await until(lambda: not stage.sees("versions_sure"), "the answer")
