"""A second supervisor's yes after a hold: the report shows who asked, for what number, and lets another one answer."""

from dataclasses import replace

from PySide6.QtWidgets import QPlainTextEdit

from desktop.domain.approval import ApprovalState
from desktop.domain.broadcast import BroadcastDraft, BroadcastStatus
from desktop.domain.consent import Category
from desktop.domain.drift import Cause
from desktop.domain.filters import EVERYONE
from desktop.domain.people import User
from desktop.services import guard
from desktop.store import holds, templates
from desktop.store.engine import Tx
from tests.ui.broadcasts.conftest import CODE, FESTIVE, ORDER, SPRING, WINTER, Scene, in_scene
from tests.ui.broadcasts.test_report import VALUES

WHY = "A recall"
WAITS = "A second supervisor has to say yes first."


async def begin(scene: Scene) -> int:
    """A broadcast under way to ten who opted out and 990 others, as a second person approved it; its report open."""
    first, second = scene.who[0], await another(scene)
    kept = await scene.app.workspace.settings()
    await scene.app.workspace.change_settings(replace(kept, second_approval=True), first)
    template = await scene.app.templates.by_name("winter_clearance")
    draft = BroadcastDraft("Recall", template.id, only_opted_in=False, variables=VALUES)
    broadcast_id = await scene.app.broadcasts.save_draft(None, draft, first)
    seen = await scene.app.broadcasts.count(EVERYONE, Category.MARKETING, False, VALUES)
    request = await scene.app.approvals.ask(broadcast_id, first, WHY, seen)
    await scene.app.approvals.decide(request, second, True)
    await scene.app.broadcasts.launch(broadcast_id, first, reason=WHY, approved=seen, now=True)
    await scene.plan(broadcast_id)
    scene.page.open_report(broadcast_id)
    await scene.until(lambda: scene.text("report_status") == "Running")
    return broadcast_id


async def another(scene: Scene) -> User:
    first = scene.who[0]
    return next(one for one in await scene.app.workspace.people() if one.id != first.id)


async def edit(scene: Scene) -> None:
    """Somebody edits the template at WhatsApp: what runs with it is held."""

    def write(tx: Tx) -> None:
        fetched = scene.app.clock.now()
        edited = replace(WINTER, body="Hi {{1}}, half price: up to {{2}} off until {{3}}.")
        every = (edited, ORDER, SPRING, CODE, FESTIVE)
        templates.replace_all(tx, [replace(one, fetched_at=fetched) for one in every])
        guard.hold_drifted(tx)

    await scene.app.store.write(write)
    await scene.until(lambda: scene.text("report_status") == "Held")


def write_words(scene: Scene, text: str) -> None:
    field = scene.find("report_approval_text")
    assert isinstance(field, QPlainTextEdit)
    field.setPlainText(text)


@in_scene
async def test_an_edited_template_needs_a_second_yes_again_before_it_goes_on(scene: Scene) -> None:
    broadcast_id = await begin(scene)
    assert not scene.shows("report_approval")
    await edit(scene)
    await scene.appears("report_approval_ask")
    assert scene.text("report_approval_state") == "Expired"
    assert "void" in scene.text("report_approval_said")
    go_on = scene.find("report_held-action")
    assert not go_on.isEnabled()
    assert go_on.toolTip() == WAITS
    assert scene.find("report_held-stop").isEnabled()
    write_words(scene, "It is the same offer")
    scene.click("report_approval_ask")
    await scene.appears("report_approval_take_back")
    said = scene.text("report_approval_said")
    assert "10 contacts who opted out" in said
    assert "of 1,000 selected" in said
    assert "It is the same offer" in said
    assert scene.who[0].name in said
    assert not scene.shows("report_approval_approve")
    assert not go_on.isEnabled()

    scene.who[0] = await another(scene)
    scene.page.report.show_broadcast(broadcast_id)
    await scene.appears("report_approval_approve")
    scene.click("report_approval_approve")
    await scene.until(lambda: scene.text("report_approval_state") == "Approved" and go_on.isEnabled())
    scene.click("report_held-action")
    await scene.until(lambda: scene.text("report_status") == "Running" and not scene.shows("report_approval"))
    assert (await scene.app.approvals.of(broadcast_id))[0].state is ApprovalState.GRANTED


@in_scene
async def test_a_no_is_told_and_it_stays_held(scene: Scene) -> None:
    broadcast_id = await begin(scene)
    await edit(scene)
    await scene.appears("report_approval_ask")
    write_words(scene, "Please")
    scene.click("report_approval_ask")
    await scene.appears("report_approval_take_back")
    scene.who[0] = await another(scene)
    scene.page.report.show_broadcast(broadcast_id)
    await scene.appears("report_approval_refuse")
    assert not scene.find("report_approval_refuse").isEnabled()
    write_words(scene, "Not with this text")
    scene.click("report_approval_refuse")
    await scene.until(lambda: scene.text("report_approval_state") == "Refused")
    assert "Not with this text" in scene.text("report_approval_said")
    assert not scene.find("report_held-action").isEnabled()
    assert (await scene.app.broadcasts.get(broadcast_id)).status is BroadcastStatus.HELD


@in_scene
async def test_what_holds_it_without_touching_the_yes_needs_no_other_one(scene: Scene) -> None:
    """A person who looked at a dropped rating goes on alone: number and template are the approved ones."""
    broadcast_id = await begin(scene)

    def hold(tx: Tx) -> None:
        holds.hold(tx, broadcast_id, Cause.REFUSED, "WhatsApp refused twenty in a row.")

    await scene.app.store.write(hold)
    await scene.until(lambda: scene.text("report_status") == "Held")
    await scene.until(lambda: scene.text("report_approval_state") == "Approved")
    assert not scene.shows("report_approval_ask")
    scene.click("report_held-action")
    await scene.until(lambda: scene.text("report_status") == "Running")
