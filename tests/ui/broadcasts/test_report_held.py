"""A held report says what can be done, shows both texts of an edited template, and whom a second yes is about."""

from dataclasses import replace

from desktop.domain.drift import Cause, Standing
from desktop.domain.reasons import Reason
from desktop.store import holds
from desktop.ui.broadcasts import report_words
from desktop.ui.parts.frame import LowTable
from tests.ui.broadcasts.conftest import Scene, in_scene
from tests.ui.broadcasts.test_report import launch
from tests.ui.broadcasts.test_report_approval import begin, edit


@in_scene
async def test_an_edited_template_shows_both_texts_and_whom_a_yes_is_about(scene: Scene) -> None:
    await begin(scene)
    await edit(scene)
    await scene.appears("report_approval_people")
    scene.click("report_approval_people")
    table = await scene.appears("line_people_table")
    assert isinstance(table, LowTable)
    await scene.until(lambda: table.model().rowCount() == 10)
    scene.click("line_people_close")
    await scene.until(lambda: not scene.shows("line_people"))
    scene.click("report_held-texts")
    dialog = await scene.appears("texts")
    told = dialog.accessibleDescription()
    assert told.index("the winter clearance is on") < told.index("half price")
    scene.click("texts_close")
    await scene.until(lambda: not scene.shows("texts"))


@in_scene
async def test_a_template_that_is_paused_under_way_says_what_can_be_done(scene: Scene) -> None:
    broadcast_id = await launch(scene)
    why = Reason.TEMPLATE_NOT_APPROVED.sentence
    await scene.app.store.write(lambda tx: holds.hold(tx, broadcast_id, Cause.TEMPLATE_PAUSED, why))
    await scene.until(lambda: scene.text("report_status") == "Held")
    assert not scene.shows("report_held-texts")
    record = (await scene.app.broadcasts.report(broadcast_id)).record
    told = report_words.held_html(record)
    assert told.endswith("Wait until it does and go on, or stop it.")
    assert "Choose another one" not in told
    waiting = report_words.held_html(replace(record, selected_count=None))
    assert waiting.endswith("or take it back and choose another template.")


@in_scene
async def test_what_was_approved_keeps_its_text(scene: Scene) -> None:
    record = (await scene.app.broadcasts.report(await launch(scene))).record
    template = await scene.app.templates.by_name("winter_clearance")
    assert record.approved is not None
    assert template.body in record.approved.text
    assert Standing.from_json(record.approved.to_json()) == record.approved
