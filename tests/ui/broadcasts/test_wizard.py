"""The wizard over the demo's thousand contacts: 970 yes, 20 without a choice, 10 no."""

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPlainTextEdit

from desktop.domain.audience import Breakdown, Line
from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.broadcast_wizard import Step
from desktop.domain.consent import OptIn
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.people import Role
from desktop.domain.problems import NotAllowed
from desktop.domain.segments import Segment
from desktop.ui.broadcasts import words
from desktop.ui.broadcasts.segment_choice import SegmentChoice
from desktop.ui.broadcasts.summary import NumberInfo, PaceCard
from desktop.ui.contacts.menus import SegmentMenu
from desktop.ui.filters.chips_field import ChipsValue
from desktop.ui.theme import Theme
from tests.ui.broadcasts.conftest import Scene, in_scene


def line(scene: Scene, which: Line) -> tuple[str, str]:
    """The count and the note of a line of the breakdown."""
    assert scene.page.wizard is not None
    row = scene.page.wizard.view.summary.counts.lines[which]
    assert row.isVisible()
    return row.value.text(), row.note.text()


async def to_review(scene: Scene) -> None:
    for _ in range(3):
        scene.click("wizard_next")
    await scene.counted()


@in_scene
async def test_toggle_on_reads_990_and_each_kind_on_its_own_line(scene: Scene) -> None:
    await scene.to_audience()
    await scene.appears("wizard_line_opted_out")
    assert scene.text("wizard_will_be_sent") == "990"
    assert scene.text("wizard_selected") == "of 1,000 selected"
    assert line(scene, Line.WILL_OPTED_IN) == ("970", "")
    assert line(scene, Line.WILL_NO_CHOICE) == ("20", "")
    assert line(scene, Line.OPTED_OUT) == ("10", "left out")
    assert scene.text("wizard_next") == "Continue with 990 contacts"
    assert not scene.shows("wizard_toggle_warning")
    assert scene.text("wizard_count_note").startswith("Counted just now.")
    assert scene.find("wizard_will_be_sent").property("color") == "accent"


@in_scene
async def test_toggle_off_reads_1000_and_warns(scene: Scene) -> None:
    await scene.to_audience()
    scene.click("wizard_toggle")
    await scene.counted()
    await scene.appears("wizard_line_will_despite")
    assert scene.text("wizard_will_be_sent") == "1,000"
    assert scene.find("wizard_will_be_sent").property("color") == "warn"
    assert line(scene, Line.WILL_DESPITE) == ("10", "included")
    assert scene.text("wizard_toggle_warning-text") == (
        "<b>10 contacts who opted out will get this message.</b> Blocks and reports from them can lower the "
        "quality rating of your number. You will be asked to confirm and give a reason."
    )
    assert scene.text("wizard_count_note").startswith("The reason you give covers these 10.")
    assert scene.text("wizard_next") == "Continue with 1,000 contacts"
    scene.click("wizard_toggle")
    await scene.counted()
    assert scene.text("wizard_will_be_sent") == "990"


@in_scene
async def test_a_utility_template_shows_no_toggle_and_goes_to_everyone(scene: Scene) -> None:
    await scene.to_audience("order_update")
    assert not scene.shows("wizard_toggle")
    assert scene.text("wizard_will_be_sent") == "1,000"
    assert scene.find("wizard_will_be_sent").property("color") == "accent"


@in_scene
async def test_a_template_whatsapp_does_not_accept_cannot_be_chosen(scene: Scene) -> None:
    scene.page.new_broadcast()
    await scene.choose_template("spring_sale")
    assert scene.page.wizard is not None
    assert scene.page.wizard.state.template is None
    assert not scene.find("wizard_next").isEnabled()
    step = scene.page.wizard.view.template_step
    reasons = {one.name: step.rows.cell(at, 5).text for at, one in enumerate(step.rows.rows)}
    assert reasons["spring_sale"].startswith("Paused by WhatsApp")
    assert reasons["winter_clearance"] == ""


@in_scene
async def test_templates_are_found_by_name_and_text(scene: Scene) -> None:
    scene.page.new_broadcast()
    await scene.until(
        lambda: scene.page.wizard is not None and len(scene.page.wizard.view.template_step.rows.rows) == 5
    )
    search = scene.find("wizard_template_search")
    QTest.keyClicks(search, "on its way")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert scene.page.wizard is not None
    assert [one.name for one in scene.page.wizard.view.template_step.rows.rows] == ["order_update"]


def segment_chip(scene: Scene) -> str:
    assert scene.page.wizard is not None
    chip = scene.page.wizard.view.audience_step.segment.chip
    return chip.text() if chip is not None else ""


async def take_segment(scene: Scene, name: str) -> str:
    """Choose in the list of segments, once their counts are there; returns its line."""
    scene.click("wizard_segment")
    await scene.until(lambda: bool(scene.window.findChildren(SegmentMenu)), "the list")
    menu = scene.window.findChildren(SegmentMenu)[-1]
    action = next(one for one in menu.actions() if one.text().split("\t")[0] == name)
    await scene.until(lambda: name == "All contacts" or "\t" in action.text(), "its count")
    words = action.text()
    action.trigger()
    menu.close()
    await scene.counted()
    return words


@pytest.mark.slow
@in_scene
async def test_a_saved_segment_is_taken_as_the_audience(scene: Scene) -> None:
    vip = Filter((Condition("tag", Op.ANY_OF, ("VIP",)),))
    gone = Filter((Condition("attribute:Nowhere", Op.IS, ("x",)),))
    await scene.app.segments.save(None, "VIP people", vip, scene.who[0])
    await scene.to_audience()
    assert scene.page.wizard is not None
    builder = scene.page.wizard.view.audience_step.builder
    line = await take_segment(scene, "VIP people")
    assert scene.page.wizard.state.draft.audience == vip
    counts = scene.page.wizard.state.breakdown
    assert counts is not None
    assert 0 < counts.selected_count < 1_000
    assert line == f"VIP people\t{counts.selected_count:,}"
    assert segment_chip(scene) == "VIP people"
    scene.click("wizard_segment_chosen-remove")
    await scene.counted()
    assert segment_chip(scene) == ""
    assert scene.page.wizard.state.draft.audience.selects_everyone

    await take_segment(scene, "VIP people")
    builder.group.show_filter(Filter((Condition("tag", Op.NONE_OF, ("VIP",)),)))
    builder.flush()
    assert segment_chip(scene) == "", "it is another filter now"

    await take_segment(scene, "VIP people")
    choice = scene.page.wizard.findChild(SegmentChoice)
    assert isinstance(choice, SegmentChoice)
    broken = Segment(9, "Old", gone, scene.app.clock.now())
    choice._choose(broken)
    assert segment_chip(scene) == "VIP people", "one that cannot be shown whole is not taken"
    assert scene.page.wizard.state.draft.audience == vip
    await take_segment(scene, "All contacts")
    assert scene.page.wizard.state.draft.audience.selects_everyone


@in_scene
async def test_the_preview_of_the_message_step_has_its_whole_height(scene: Scene) -> None:
    await scene.to_audience("order_update")
    scene.click("wizard_next")
    await scene.appears("wizard_preview_bubble_button_1")
    entry = scene.find("wizard_variable_2_text")
    assert isinstance(entry, QLineEdit)
    entry.clear()
    QTest.keyClicks(entry, "A-1042 with the two lamps, the table and the chair")  # two lines here
    await scene.until(lambda: "lamps" in scene.text("wizard_preview_bubble_body"), "the words in the preview")
    QApplication.processEvents()
    bubble = scene.find("wizard_preview_bubble")
    assert bubble.height() >= bubble.heightForWidth(bubble.width())
    for name in ("wizard_preview_bubble_body", "wizard_preview_bubble_button_1_text"):
        label = scene.find(name)
        assert label.height() >= label.heightForWidth(label.width())
    button = scene.find("wizard_preview_bubble_button_1")
    assert button.mapTo(bubble, button.rect().bottomLeft()).y() < bubble.height()


@pytest.mark.slow
@in_scene
async def test_the_filter_narrows(scene: Scene) -> None:
    await scene.to_audience()
    scene.click("filter_add")
    await scene.until(lambda: scene.text("wizard_why").startswith("A condition has no value"))
    assert not scene.find("wizard_next").isEnabled()
    entry = await scene.appears("filter_1_value")
    QTest.keyClicks(entry, "vip")
    QTest.keyClick(entry, Qt.Key.Key_Return)
    await scene.counted()
    assert scene.page.wizard is not None
    editor = entry.parent()
    assert isinstance(editor, ChipsValue)
    assert editor.values() == ("VIP",)
    tagged = scene.page.wizard.state.breakdown
    assert tagged is not None
    assert 0 < tagged.selected_count < 1000
    assert scene.find("wizard_next").isEnabled()

    scene.click("filter_add")
    field = await scene.appears("filter_2_field")
    assert isinstance(field, QComboBox)
    field.setCurrentIndex(field.findText("City"))
    value = await scene.appears("filter_2_value")
    QTest.keyClicks(value, "Mumbai")
    scene.page.wizard.view.audience_step.builder.flush()
    await scene.counted()
    both = scene.page.wizard.state.breakdown
    assert both is not None
    assert both.selected_count < tagged.selected_count
    scene.click("filter_match-any")
    await scene.counted()
    either = scene.page.wizard.state.breakdown
    assert either is not None
    assert either.selected_count > tagged.selected_count
    scene.click("filter_2_remove")
    scene.click("filter_1_remove")
    await scene.counted()
    assert scene.text("wizard_selected") == "of 1,000 selected"


@pytest.mark.slow
@in_scene
async def test_a_group_stands_inside_once(scene: Scene) -> None:
    await scene.to_audience()
    scene.click("filter_add_group")
    combo = await scene.appears("filter_1_1_field")
    assert isinstance(combo, QComboBox)
    combo.setCurrentIndex(combo.findData("opt_in"))
    await scene.counted()
    assert scene.text("wizard_selected") == "of 970 selected"
    assert not scene.shows("filter_1_add_group")
    scene.click("filter_1_add")
    combo = await scene.appears("filter_1_2_field")
    assert isinstance(combo, QComboBox)
    combo.setCurrentIndex(combo.findData("opt_in"))
    value = await scene.appears("filter_1_2_value")
    assert isinstance(value, QComboBox)
    value.setCurrentIndex(value.findData("none"))
    await scene.until(lambda: scene.text("wizard_selected") == "of 990 selected")


@in_scene
async def test_an_overtaken_count_never_overwrites(scene: Scene) -> None:
    await scene.to_audience()
    wizard = scene.page.wizard
    assert wizard is not None
    for _ in range(9):  # ends off: each of these overtakes the count before it
        wizard.view.audience_step.toggle.switch.click()
    assert wizard.state.counting
    assert scene.text("wizard_selected") == "counting…"
    seen: set[str] = set()
    for _ in range(200):
        await asyncio.sleep(0.002)
        if not wizard.state.counting:
            seen.add(scene.text("wizard_will_be_sent"))
    assert seen == {"1,000"}


@in_scene
async def test_the_first_fifty_say_what_they_will_get(scene: Scene) -> None:
    await scene.to_audience()
    wizard = scene.page.wizard
    assert wizard is not None
    rows = wizard.view.audience_step.recipients.rows
    await scene.until(lambda: len(rows.rows) == 50)
    told = {row[0].name: rows.cell(at, 3).text for at, row in enumerate(rows.rows)}
    assert told["Priya Sharma"] == "No – opted out"
    assert told["Arjun Kapoor"] == "Yes"
    scene.click("wizard_toggle")
    await scene.until(
        lambda: (
            {row[0].name: rows.cell(at, 3).text for at, row in enumerate(rows.rows)}["Priya Sharma"]
            == "Yes – despite opt-out"
        )
    )
    search = scene.find("wizard_recipient_search")
    QTest.keyClicks(search, "sofia")
    QTest.keyClick(search, Qt.Key.Key_Return)
    await scene.until(
        lambda: [row[0].name for row in rows.rows][:1] == ["Sofia Greco"] and len(rows.rows) < 50
    )


@in_scene
async def test_an_opt_out_elsewhere_is_counted_here(scene: Scene) -> None:
    await scene.to_audience()
    arjun = await scene.app.broadcasts.people(
        scene.page.wizard.state.draft.audience, scene.page.wizard.state.template.category, True, search="Arjun Kapoor"  # type: ignore[union-attr]
    )  # fmt: skip
    await scene.app.contacts.set_opt_in(arjun[0][0].id, OptIn.NO, scene.who[0])
    await scene.until(lambda: scene.text("wizard_will_be_sent") == "989")
    assert line(scene, Line.OPTED_OUT) == ("11", "left out")


@in_scene
async def test_the_message_shows_real_recipients_in_turn(scene: Scene) -> None:
    await scene.to_audience()
    scene.click("wizard_next")
    await scene.until(lambda: "<u>Arjun</u>" in scene.text("wizard_preview_bubble_body"))
    first = scene.text("wizard_preview_who")
    scene.click("wizard_preview_next")
    assert scene.text("wizard_preview_who") != first
    text = scene.find("wizard_variable_2_text")
    assert isinstance(text, QLineEdit)
    assert scene.text("wizard_variable_2_example") == "Still the example from WhatsApp"
    assert scene.text("wizard_variable_1_example") == "e.g. Arjun", "it comes from the contact"
    text.clear()
    QTest.keyClick(text, Qt.Key.Key_Space)
    assert scene.text("wizard_why") == "Give {{2}} a value or a field."
    QTest.keyClicks(text, "55%")
    assert scene.text("wizard_variable_2_example") == "e.g. 40%"
    assert "<u>55%</u>" in scene.text("wizard_preview_bubble_body").replace("<u> ", "<u>")
    assert scene.find("wizard_next").isEnabled()


@in_scene
async def test_contacts_without_a_value_are_named(scene: Scene) -> None:
    await scene.to_audience("order_update")
    scene.click("wizard_next")
    source = scene.find("wizard_variable_2_source")
    assert isinstance(source, QComboBox)
    source.setCurrentIndex(source.findText("City"))
    text = scene.find("wizard_variable_2_text")
    assert isinstance(text, QLineEdit)
    text.selectAll()
    QTest.keyClick(text, Qt.Key.Key_Backspace)
    await scene.until(lambda: scene.text("wizard_variables_missing").startswith("1 contact has no value"))
    await scene.appears("wizard_line_missing_variable")
    assert line(scene, Line.MISSING_VARIABLE) == ("1", "left out")


@pytest.mark.slow
@in_scene
async def test_a_draft_is_kept_once_and_opened_again(scene: Scene) -> None:
    await scene.to_audience()
    scene.click("wizard_toggle")
    await scene.counted()
    scene.click("wizard_save")
    scene.click("wizard_save")
    await scene.until(lambda: scene.page.wizard is not None and scene.page.wizard.draft_id is not None)
    await scene.desk.tasks.drain()
    kept = await scene.app.broadcasts.every()
    assert len(kept) == 1
    assert kept[0][0].draft.only_opted_in is False
    wizard = scene.page.wizard
    assert wizard is not None
    wizard.leave()
    await scene.until(lambda: scene.page.wizard is None and scene.shows("broadcasts_table"))
    table = scene.page.list.table
    await scene.until(lambda: len(scene.page.list.rows.rows) == 1)
    table.setCurrentIndex(scene.page.list.rows.index(0, 0))
    QTest.keyClick(table, Qt.Key.Key_Return)
    await scene.until(lambda: scene.text("wizard_will_be_sent") == "1,000")
    again = scene.page.wizard
    assert again is not None
    assert (again.draft_id, again.state.step, again.state.draft) == (
        kept[0][0].id,
        Step.AUDIENCE,
        kept[0][0].draft,
    )


@in_scene
async def test_a_draft_keeps_itself(scene: Scene) -> None:
    await scene.to_audience()
    await scene.until(lambda: scene.page.wizard is not None and scene.page.wizard.draft_id is not None)
    assert [one.name for one, _ in await scene.app.broadcasts.every()] == ["Winter clearance"]


@in_scene
async def test_the_launch_shows_the_report(scene: Scene) -> None:
    await scene.to_audience()
    await to_review(scene)
    assert scene.text("wizard_next") == "Send to 990 contacts"
    scene.click("wizard_next")
    await scene.until(lambda: scene.shows("launch_go"))
    scene.click("launch_go")
    await scene.until(lambda: scene.shows("report"))
    record = await scene.app.broadcasts.get(scene.page.report.broadcast_id)
    assert (record.status, record.selected_count) == (BroadcastStatus.LAUNCHING, None)
    assert record.approved is not None
    assert Breakdown(record.approved.counts).will_be_sent_count == 990
    assert (record.approved_count, record.override_reason) == (990, "")


@in_scene
async def test_not_yet_launches_nothing(scene: Scene) -> None:
    await scene.to_audience()
    await to_review(scene)
    scene.click("wizard_next")
    await scene.until(lambda: scene.shows("launch_keep"))
    assert "2 values are still WhatsApp’s examples." in scene.find("launch").accessibleDescription()
    scene.click("launch_keep")
    await scene.desk.tasks.drain()
    assert all(one.status is BroadcastStatus.DRAFT for one, _ in await scene.app.broadcasts.every())


@in_scene
async def test_with_the_toggle_off_the_launch_asks_for_the_reason(scene: Scene) -> None:
    await scene.to_audience()
    scene.click("wizard_toggle")
    await scene.counted()
    await to_review(scene)
    scene.click("wizard_next")
    await scene.until(lambda: scene.shows("launch_despite"))
    assert scene.text("launch_despite-title") == "Send to 10 contacts who opted out?"
    assert not scene.find("launch_anyway").isEnabled()
    assert scene.window.focusWidget() is scene.find("launch_keep")
    reason = scene.find("launch_reason")
    assert isinstance(reason, QPlainTextEdit)
    QTest.keyClicks(reason, "  ")
    assert not scene.find("launch_anyway").isEnabled()
    QTest.keyClicks(reason, "Recall of a product they bought")
    scene.click("launch_anyway")
    await scene.until(lambda: scene.shows("report"))
    record = await scene.app.broadcasts.get(scene.page.report.broadcast_id)
    assert record.override_reason == "Recall of a product they bought"
    assert record.approved is not None
    approved = Breakdown(record.approved.counts)
    assert (approved.despite_count, approved.will_be_sent_count) == (10, 1000)


@in_scene
async def test_who_may_not_send_broadcasts_cannot_begin_one_and_is_told_why(scene: Scene) -> None:
    agents = [one for one in await scene.app.workspace.people() if one.role is Role.AGENT]
    await scene.appears("broadcasts_empty")
    assert scene.find("broadcasts_empty-action").isEnabled()
    admin, scene.who[0] = scene.who[0], agents[0]
    kept = await scene.app.workspace.settings()
    await scene.app.workspace.change_settings(replace(kept, pace_per_s=11), admin)
    action = scene.find("broadcasts_empty-action")
    await scene.until(lambda: not action.isEnabled())
    told = f"{agents[0].name} (Agent) may not launch and stop broadcasts."
    assert action.toolTip().startswith(told)
    assert told in scene.page.list.empty.sentence.text()
    assert not scene.page.list.new_button.isEnabled()
    scene.page.new_broadcast()
    assert scene.page.wizard is None
    assert scene.desk.toasts.shown[0].text.startswith(told)
    scene.who[0] = admin
    await scene.app.workspace.change_settings(replace(kept, pace_per_s=12), admin)
    await scene.until(action.isEnabled)
    assert told not in scene.page.list.empty.sentence.text()
    scene.page.new_broadcast()
    assert scene.page.wizard is not None


@pytest.mark.slow
@in_scene
async def test_an_agent_sees_why_they_may_not_launch(scene: Scene) -> None:
    agents = [one for one in await scene.app.workspace.people() if one.role is Role.AGENT]
    await scene.to_audience()
    assert scene.page.wizard is not None
    await scene.page.wizard.settle()
    before = await scene.app.broadcasts.every()
    scene.who[0] = agents[0]  # another one sits down before it is launched
    await to_review(scene)
    assert "may not launch and stop broadcasts" in scene.text("wizard_why")
    assert not scene.find("wizard_next").isEnabled()
    assert not scene.find("wizard_save").isEnabled()
    wizard = scene.page.wizard
    assert wizard is not None
    with pytest.raises(NotAllowed):
        await scene.app.broadcasts.save_draft(None, wizard.state.draft, agents[0])
    wizard.leave()
    await scene.until(lambda: scene.page.wizard is None)
    assert await scene.app.broadcasts.every() == before


@in_scene
async def test_what_is_known_of_the_number_is_shown(scene: Scene) -> None:
    await scene.to_audience()
    await scene.until(lambda: scene.page.wizard.view.summary.pace.number.value.text() == "+1 236 555 0100")  # type: ignore[union-attr]
    wizard = scene.page.wizard
    assert wizard is not None
    assert scene.text("wizard_quality") == "High"
    assert wizard.view.summary.pace.takes.value.text() == "13 s at 80 / s"


@in_scene
async def test_strict_leaves_out_who_made_no_choice(scene: Scene) -> None:
    await scene.to_audience()
    settings = await scene.app.workspace.settings()
    await scene.app.workspace.change_settings(replace(settings, strict=True), scene.who[0])
    await scene.until(lambda: scene.text("wizard_will_be_sent") == "970")
    await scene.appears("wizard_line_no_choice")
    assert line(scene, Line.NO_CHOICE) == ("20", "left out")
    assert scene.page.wizard is not None
    assert isinstance(scene.page.wizard.state.breakdown, Breakdown)


@pytest.mark.parametrize(
    ("tier", "said"),
    [
        ("TIER_250", "250 a day"),
        ("TIER_10K", "10,000 a day"),
        ("TIER_UNLIMITED", "No limit"),
        ("", ""),
        ("TIER_NEW", ""),
    ],
)
def test_the_limit_in_words(tier: str, said: str) -> None:
    assert words.daily_limit(tier) == said


def test_a_limit_that_is_not_known_is_not_shown(theme: Theme) -> None:
    card = PaceCard(theme)
    card.show_number(NumberInfo("+1 236 555 0100", limit="TIER_2K"))
    assert card.limit.isVisibleTo(card)
    assert card.limit.value.text() == "2,000 a day"
    card.show_number(NumberInfo("+1 236 555 0100"))
    assert not card.limit.isVisibleTo(card)


@in_scene
async def test_the_first_click_takes_the_whole_proposed_name(scene: Scene) -> None:
    await scene.to_audience()
    assert scene.page.wizard is not None
    name = scene.page.wizard.view.name
    assert name.text() == "Winter clearance"
    name.window().activateWindow()
    await scene.until(name.window().isActiveWindow, "the window is active")
    QTest.mouseClick(name, Qt.MouseButton.LeftButton)
    assert name.selectedText() == "Winter clearance"
    QTest.mouseClick(name, Qt.MouseButton.LeftButton)
    assert name.selectedText() == ""
