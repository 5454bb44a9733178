"""Before it starts a broadcast shows what was counted at the yes; the list says who launched it, and whose yes was given."""

from dataclasses import replace
from datetime import timedelta

from desktop.domain.broadcast import BroadcastDraft
from desktop.domain.broadcast_when import When
from desktop.domain.consent import Category
from desktop.domain.drift import Cause
from desktop.domain.filters import EVERYONE
from desktop.store import holds
from desktop.ui.parts.rows import Cell
from desktop.ui.shell.words import broadcast_words
from tests.ui.broadcasts.conftest import Scene, in_scene
from tests.ui.broadcasts.test_report import VALUES, tile
from tests.ui.broadcasts.test_report_approval import another

SELECTED, LEFT_OUT, WHO = 5, 7, 9


def cell(scene: Scene, column: int) -> Cell:
    rows = scene.page.list.rows
    made = rows.columns[column].cell(rows.rows[0])
    return made if isinstance(made, Cell) else Cell(made)


@in_scene
async def test_what_was_counted_at_the_yes_stands_until_it_starts(scene: Scene) -> None:
    user, launcher = scene.who[0], await another(scene)
    template = await scene.app.templates.by_name("winter_clearance")
    later = When(at=scene.app.clock.now() + timedelta(hours=5))
    draft = BroadcastDraft("Winter", template.id, variables=VALUES, when=later)
    broadcast_id = await scene.app.broadcasts.save_draft(None, draft, user)
    seen = await scene.app.broadcasts.count(EVERYONE, Category.MARKETING, True, VALUES)
    scene.page.show_all()
    await scene.until(lambda: cell(scene, SELECTED).text == "–" and cell(scene, WHO).text == user.name)
    await scene.app.broadcasts.launch(broadcast_id, launcher, approved=seen)
    await scene.until(lambda: cell(scene, SELECTED).text == "1,000" and cell(scene, LEFT_OUT).text == "10")
    assert cell(scene, SELECTED).tooltip.startswith("1,000 when launched.")
    await scene.until(lambda: cell(scene, WHO).text == launcher.name)
    await scene.app.store.write(lambda tx: holds.hold(tx, broadcast_id, Cause.MISSED, "It was off."))
    scene.page.open_report(broadcast_id)
    await scene.until(lambda: scene.text("report_status") == "Held")
    assert tile(scene, "selected") == ("1,000", "when launched")
    assert tile(scene, "left_out") == ("10", "when launched")
    assert tile(scene, "sent") == ("–", "")
    said, _ = broadcast_words(await scene.app.broadcast_list.at_work())
    assert said == "Winter: held, 990 to be sent when launched"


@in_scene
async def test_a_draft_whose_second_yes_was_given_says_so_until_it_is_changed(scene: Scene) -> None:
    user, second = scene.who[0], await another(scene)
    kept = await scene.app.workspace.settings()
    await scene.app.workspace.change_settings(replace(kept, second_approval=True), user)
    template = await scene.app.templates.by_name("winter_clearance")
    draft = BroadcastDraft("Recall", template.id, only_opted_in=False, variables=VALUES)
    broadcast_id = await scene.app.broadcasts.save_draft(None, draft, user)
    seen = await scene.app.broadcasts.count(EVERYONE, Category.MARKETING, False, VALUES)
    request = await scene.app.approvals.ask(broadcast_id, user, "A recall", seen)
    scene.page.show_all()
    await scene.until(lambda: cell(scene, 3).text == "Asks for a yes")
    await scene.app.approvals.decide(request, second, True)
    await scene.until(lambda: cell(scene, 3).text == "Yes given")
    changed = replace(draft, variables=VALUES[:2])
    await scene.app.broadcasts.save_draft(broadcast_id, changed, user)
    await scene.until(lambda: cell(scene, 3).text == "Draft")
