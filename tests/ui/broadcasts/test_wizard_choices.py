"""What a supervisor can choose beside the filter: sources, exclusions, the time, a test, a second yes; and colleagues."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit

from desktop.domain.approval import ApprovalState
from desktop.domain.audience import Line
from desktop.domain.broadcast import BroadcastDraft, BroadcastKind, BroadcastStatus
from desktop.domain.broadcast_when import When
from desktop.domain.broadcast_wizard import Step
from desktop.domain.consent import Category
from desktop.domain.reasons import Reason
from desktop.domain.selection import Exclusions, Outcome, Selection, Source, SourceKind
from desktop.domain.templates import Variable
from desktop.services.broadcast_test import Tried
from desktop.store import account_state
from desktop.ui.broadcasts.line_people import LinePeople
from desktop.ui.broadcasts.trial_send import numbers_in, sent_words
from desktop.ui.broadcasts.when_pace import split_words
from desktop.ui.broadcasts.when_time import TimeCard
from desktop.ui.broadcasts.wizard import Wizard
from tests.ui.broadcasts.conftest import Scene, in_scene

VALUES = (Variable("1", "first_name", "there"), Variable("2", "", "40%"), Variable("3", "", "30 Nov"))


def wizard_of(scene: Scene) -> Wizard:
    assert scene.page.wizard is not None
    return scene.page.wizard


def counts(scene: Scene, *lines: Line) -> list[int]:
    breakdown = wizard_of(scene).state.breakdown
    assert breakdown is not None
    return [breakdown.count(one) for one in lines]


async def choose(scene: Scene, source: Source) -> None:
    wizard_of(scene).choose_source(source)
    await scene.counted()


async def to(scene: Scene, step: Step) -> None:
    while wizard_of(scene).state.step < step:
        await scene.counted()
        scene.click("wizard_next")


async def earlier(scene: Scene, ids: tuple[int, ...]) -> int:
    """A broadcast to a few contacts whose messages wait."""
    template = await scene.app.templates.by_name("winter_clearance")
    selection = Selection(Source(SourceKind.PICKED, ids))
    draft = BroadcastDraft("Autumn preview", template.id, variables=VALUES, selection=selection)
    made = await scene.app.broadcasts.save_draft(None, draft, scene.who[0])
    await scene.app.broadcasts.launch(made, scene.who[0], now=True)
    await scene.plan(made)
    return made


@pytest.mark.slow
@in_scene
async def test_a_list_that_names_somebody_twice_has_a_line_for_it_that_opens_them(scene: Scene) -> None:
    await scene.app.lists.from_picked("Leads", [11, 12, 13, 12, 11], scene.who[0])
    await scene.to_audience()
    scene.click("wizard_audience_by-lists")
    lists = wizard_of(scene).view.audience_step.source.lists
    await scene.until(lambda: len(lists.rows.rows) == 1)
    assert not scene.find("wizard_next").isEnabled()
    assert scene.text("wizard_why") == "Choose a list."
    lists.table.setCurrentIndex(lists.rows.index(0, 1))
    QTest.keyClick(lists.table, Qt.Key.Key_Space)
    await scene.until(lambda: scene.text("wizard_selected") == "of 5 selected")
    assert counts(scene, Line.DUPLICATE) == [2]
    row = await scene.appears("wizard_line_will_opted_in")
    QTest.keyClick(row, Qt.Key.Key_Return)
    await scene.until(lambda: scene.shows("line_people_table"))
    dialog = scene.window.findChild(LinePeople)
    assert dialog is not None
    opted_in = counts(scene, Line.WILL_OPTED_IN)[0]
    await scene.until(lambda: len(dialog.rows.rows) == opted_in > 0)
    opened: list[int] = []
    wizard_of(scene).contact_requested.connect(opened.append)
    dialog.table.setCurrentIndex(dialog.rows.index(0, 0))
    QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    await scene.until(lambda: len(opened) == 1)
    assert opened[0] in (11, 12, 13)


@in_scene
async def test_contacts_are_found_and_picked_by_hand_and_kept_as_a_list(scene: Scene) -> None:
    await scene.to_audience()
    scene.click("wizard_audience_by-picked")
    panel = wizard_of(scene).view.audience_step.source.picked
    QTest.keyClicks(panel.search, "Arjun Kap")
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    await scene.until(lambda: [one.name for one in panel.rows.rows] == ["Arjun Kapoor"])
    panel.table.setCurrentIndex(panel.rows.index(0, 1))
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    await scene.until(lambda: scene.text("wizard_selected") == "of 1 selected")
    assert scene.text("wizard_pick_count") == "1 picked"
    scene.click("wizard_pick_keep")
    field = await scene.appears("list_name_field")
    QTest.keyClicks(field, "Friends")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await scene.until(lambda: wizard_of(scene).state.draft.selection.source.kind is SourceKind.LISTS)
    made = (await scene.app.lists.every())[0]
    assert (made.name, made.contact_count) == ("Friends", 1)


@in_scene
async def test_who_waits_for_another_broadcast_is_left_out_when_asked(scene: Scene) -> None:
    await earlier(scene, (21, 22, 23))
    await scene.to_audience()
    assert scene.text("wizard_will_be_sent") == "990"
    scene.click("wizard_exclude_running")
    await scene.until(lambda: scene.text("wizard_will_be_sent") == "987")
    assert counts(scene, Line.EXCLUDED) == [3]
    scene.click("wizard_exclude_lately")
    assert wizard_of(scene).state.draft.selection.exclusions == Exclusions(7, True)
    scene.click("wizard_exclude_running")
    await scene.until(lambda: scene.text("wizard_will_be_sent") == "990")


@in_scene
async def test_people_come_from_an_earlier_broadcasts_outcome(scene: Scene) -> None:
    made = await earlier(scene, (21, 22, 23))
    await scene.send(3)
    await scene.to_audience()
    await scene.until(lambda: "got it" in scene.text("wizard_lately"))
    scene.click("wizard_audience_by-outcome")
    panel = wizard_of(scene).view.audience_step.source.outcome
    await scene.until(lambda: panel.broadcast.count() == 1)
    panel.broadcast.setCurrentIndex(0)
    panel.broadcast.activated.emit(0)
    assert scene.text("wizard_why") == "Choose what became of them."
    for outcome in (Outcome.FAILED, Outcome.NOT_CERTAIN):
        panel.boxes[outcome].click()
    await scene.counted()
    source = wizard_of(scene).state.draft.selection.source
    assert (source.broadcast_id, source.outcomes) == (made, (Outcome.FAILED, Outcome.NOT_CERTAIN))
    assert scene.text("wizard_selected") == "of 0 selected"


@in_scene
async def test_a_time_is_chosen_and_the_launch_schedules_it(scene: Scene) -> None:
    await scene.to_audience()
    await to(scene, Step.WHEN)
    scene.click("wizard_when_later")
    field = wizard_of(scene).view.when_step.time.field
    field.setDateTime(QDateTime.currentDateTime().addDays(2))
    scene.click("wizard_when_each_zone")
    scene.click("wizard_when_split")
    when = wizard_of(scene).state.draft.when
    assert when.at is not None
    assert (when.in_each_zone, when.per_day_count) == (True, 1_000)
    await to(scene, Step.REVIEW)
    await scene.counted()
    assert scene.text("wizard_next") == "Schedule for 990 contacts"
    scene.click("wizard_next")
    await scene.appears("launch_go")
    assert scene.text("launch_go") == "Schedule for 990 contacts"
    scene.click("launch_go")
    await scene.until(lambda: scene.shows("report"))
    record = await scene.app.broadcasts.get(scene.page.report.broadcast_id)
    assert record.status is BroadcastStatus.SCHEDULED
    assert record.draft.when == when


def test_the_field_shows_the_wall_of_the_workspaces_zone(theme: object) -> None:
    card = TimeCard(theme)  # type: ignore[arg-type]
    card.show_zone(ZoneInfo("America/Vancouver"))
    asked: list[datetime] = []
    card.at_requested.connect(lambda at, each: asked.append(at))
    at = datetime(2026, 11, 23, 17, 0, tzinfo=ZoneInfo("UTC"))
    card.show_when(When(at), at - timedelta(days=1))
    assert card.field.dateTime().toString("yyyy-MM-dd HH:mm") == "2026-11-23 09:00"
    card.field.setDateTime(card.field.dateTime().addSecs(3600))
    assert asked == [at + timedelta(hours=1)]


def test_the_time_that_is_proposed_is_of_the_business_clock_in_the_workspaces_zone(theme: object) -> None:
    card = TimeCard(theme)  # type: ignore[arg-type]
    asked: list[datetime] = []
    card.at_requested.connect(lambda at, each: asked.append(at))
    now = datetime(2031, 5, 6, 20, 0, tzinfo=UTC)
    card.show_when(When(), now)
    card.later.click()
    assert asked == [datetime(2031, 5, 7, 9, 0, tzinfo=UTC)]
    assert card.zone.text() == "UTC"
    card.show_zone(ZoneInfo("America/Vancouver"))
    card.show_when(When(), now)
    card.later.click()
    assert asked[1] == datetime(2031, 5, 7, 9, 0, tzinfo=ZoneInfo("America/Vancouver"))
    assert card.zone.text() == "America/Vancouver, UTC−07:00"
    card.show_when(When(), now + timedelta(days=3))
    assert card.field.dateTime().toString("yyyy-MM-dd HH:mm") == "2031-05-10 09:00", (
        "what is over is no proposal"
    )


@in_scene
async def test_a_restriction_of_the_account_is_said_in_red_and_the_launch_is_refused(scene: Scene) -> None:
    words, kinds = "restricted: no message may open a conversation", (Category.MARKETING, Category.UTILITY)
    await scene.to_audience()
    assert not scene.shows("wizard_restricted")
    await scene.app.store.write(lambda tx: account_state.set_restriction(tx, words, None, kinds))
    await scene.appears("wizard_restricted")
    assert scene.text("wizard_restricted").startswith(
        f"WhatsApp says of the account: {words}. Until that is over"
    )
    await to(scene, Step.REVIEW)
    await scene.counted()
    assert scene.shows("wizard_restricted")
    scene.click("wizard_next")
    await scene.appears("launch_go")
    scene.click("launch_go")
    await scene.appears("wizard_launch_problem")
    problem = wizard_of(scene).view.review_step.problem.text.text()
    assert "WhatsApp restricted the account" in problem
    assert words in problem
    draft_id = wizard_of(scene).draft_id
    assert draft_id is not None
    assert (await scene.app.broadcasts.get(draft_id)).status is BroadcastStatus.DRAFT
    await scene.app.store.write(lambda tx: account_state.set_restriction(tx, "", None))
    await scene.until(lambda: not scene.shows("wizard_restricted"))


@in_scene
async def test_the_quality_shown_is_the_one_that_the_guard_knows(scene: Scene) -> None:
    await scene.app.store.write(lambda tx: account_state.set_quality(tx, "YELLOW"))
    await scene.to_audience()
    await scene.until(lambda: scene.text("wizard_quality") == "Medium")
    await scene.app.store.write(lambda tx: account_state.set_quality(tx, "RED"))
    await scene.until(lambda: scene.text("wizard_quality") == "Low")


@in_scene
async def test_a_limit_that_is_too_small_is_said_and_split(scene: Scene) -> None:
    await scene.app.store.write(lambda tx: account_state.set_tier(tx, "TIER_250"))
    await scene.to_audience()
    await scene.appears("wizard_too_many")
    limits = wizard_of(scene).reach.limits
    assert limits is not None
    left_count = limits.left_count
    assert left_count is not None
    assert limits.new_count is not None
    limit = wizard_of(scene).view.summary.pace.limit
    assert (limit.key.text(), limit.value.text()) == ("24 h limit left", f"{left_count} of 250")
    days = 1 + -(-(990 - left_count) // 250)
    assert scene.text("wizard_too_many").startswith(f"{limits.new_count} ")
    assert scene.text("wizard_split") == f"{left_count} today, then 250 a day: {days} days"
    takes = wizard_of(scene).view.summary.pace.takes
    assert takes.value.text() == f"{days} days, at WhatsApp’s limit"
    scene.click("wizard_split")
    when = wizard_of(scene).state.draft.when
    assert (when.first_day_count, when.per_day_count) == (left_count, 250)
    await scene.until(lambda: not scene.shows("wizard_too_many"))
    assert takes.value.text() == f"{days} days: {left_count} today, then 250 a day"


@in_scene
async def test_a_value_that_is_missing_leaves_out_or_stops_as_chosen(scene: Scene) -> None:
    await scene.to_audience()
    wizard_of(scene).set_variable(Variable("2", "attribute:City", ""))
    await to(scene, Step.MESSAGE)
    await scene.counted()
    lacking = counts(scene, Line.MISSING_VARIABLE)[0]
    assert lacking
    assert "will be left out" in scene.text("wizard_variables_missing")
    scene.click("wizard_missing_stop")
    assert scene.text("wizard_why").endswith("no value for a variable, and then it must not start.")
    assert not scene.find("wizard_next").isEnabled()
    scene.click("wizard_missing_leave")
    assert scene.find("wizard_next").isEnabled()


def test_the_days_of_a_split_in_words() -> None:
    assert split_words(When(per_day_count=1_000, first_day_count=23)) == "23 today, then 1,000 a day"
    assert split_words(When(per_day_count=250, first_day_count=0)) == "none today, then 250 a day"
    later = When(datetime(2031, 5, 6, tzinfo=UTC), per_day_count=250, first_day_count=3)
    assert split_words(later) == "3 first, then 250 a day"


def test_numbers_are_read_out_of_what_was_typed() -> None:
    assert numbers_in("+1 604 555 0142, +1 416 555 0117;\n+1 604 555 0142") == (
        "+1 604 555 0142",
        "+1 416 555 0117",
    )
    assert numbers_in(" , ") == ()


@in_scene
async def test_a_test_is_a_broadcast_of_its_own_under_the_draft(scene: Scene) -> None:
    await scene.to_audience()
    await to(scene, Step.WHEN)
    assert not scene.find("wizard_test_send").isEnabled()
    QTest.keyClicks(scene.find("wizard_test_numbers"), "+1 416 555 0117")
    scene.click("wizard_test_send")
    await scene.until(lambda: scene.text("wizard_test_said").startswith("The test went to 1 number"))
    tests = [one for one, _ in await scene.app.broadcasts.every() if one.kind is BroadcastKind.TEST]
    assert [one.parent_id for one in tests] == [wizard_of(scene).draft_id]
    assert tests[0].draft.only_opted_in


def test_what_became_of_a_test_is_said_number_by_number() -> None:
    went = ("+16045550142",)
    left = (("+14165550117", Reason.OPTED_OUT),)
    assert sent_words(Tried(1, went)) == "The test went to 1 number. Look at your phone."
    assert sent_words(Tried(1, went, left)) == (
        "The test went to 1 of 2 numbers. +1 416 555 0117 did not get it: opted out of marketing. "
        "Look at your phone."
    )
    assert sent_words(Tried(1, (), left)) == (
        "The test went to 0 of 1 number. +1 416 555 0117 did not get it: opted out of marketing."
    )


@in_scene
async def test_a_second_supervisor_has_to_say_yes_and_a_change_voids_it(scene: Scene) -> None:
    kept = await scene.app.workspace.settings()
    await scene.app.workspace.change_settings(replace(kept, second_approval=True), scene.who[0])
    await scene.to_audience()
    scene.click("wizard_toggle")
    await scene.counted()
    await to(scene, Step.REVIEW)
    await scene.appears("wizard_approval_ask")
    assert scene.text("wizard_why") == "A second supervisor has to say yes first."
    assert not scene.find("wizard_next").isEnabled()
    text = scene.find("wizard_approval_text")
    assert isinstance(text, QPlainTextEdit)
    text.setPlainText("A recall")
    scene.click("wizard_approval_ask")
    await scene.appears("wizard_approval_take_back")
    draft_id = wizard_of(scene).draft_id
    assert draft_id is not None
    first = scene.who[0]
    scene.who[0] = next(one for one in await scene.app.workspace.people() if one.id != first.id)
    scene.page.open_draft(draft_id)
    await scene.appears("wizard_approval_approve")
    await scene.counted()
    assert "10 contacts who opted out" in scene.text("wizard_approval_said")
    scene.click("wizard_approval_approve")
    await scene.until(lambda: scene.find("wizard_next").isEnabled())
    assert scene.text("wizard_approval_state") == "Approved"
    wizard_of(scene).set_variable(Variable("3", "", "Monday"))
    await scene.counted()
    assert scene.text("wizard_approval_state") == "Expired"
    assert not scene.find("wizard_next").isEnabled()
    wizard_of(scene).set_variable(Variable("3", "", "30 Nov"))
    await scene.counted()
    await wizard_of(scene).settle()
    await scene.until(lambda: scene.find("wizard_next").isEnabled())
    scene.click("wizard_next")
    reason = await scene.appears("launch_reason")
    assert isinstance(reason, QPlainTextEdit)
    assert reason.toPlainText() == "A recall"
    scene.click("launch_anyway")
    await scene.until(lambda: scene.shows("report"))
    record = await scene.app.broadcasts.get(draft_id)
    assert (record.status, record.override_reason) == (BroadcastStatus.LAUNCHING, "A recall")
    assert (await scene.app.approvals.of(draft_id))[0].state is ApprovalState.GRANTED


async def change_by_another(scene: Scene, name: str) -> int:
    """A draft that is open here, and kept by somebody else meanwhile."""
    wizard = wizard_of(scene)
    await scene.until(lambda: wizard.draft_id is not None)
    await wizard.settle()
    assert wizard.draft_id is not None
    record = await scene.app.broadcasts.get(wizard.draft_id)
    other = next(one for one in await scene.app.workspace.people() if one.id != scene.who[0].id)
    await scene.app.broadcasts.save_draft(record.id, replace(record.draft, name=name), other)
    return record.id


@in_scene
async def test_what_a_colleague_changes_is_taken_up_where_nothing_is_lost(scene: Scene) -> None:
    await scene.to_audience()
    await change_by_another(scene, "Renamed by Arun")
    await scene.until(lambda: wizard_of(scene).state.draft.name == "Renamed by Arun")
    assert not scene.shows("wizard_conflict")
    assert scene.text("wizard_last_changed").startswith("Last changed by ")


@in_scene
async def test_two_versions_of_a_draft_are_both_kept(scene: Scene) -> None:
    await scene.to_audience()
    wizard = wizard_of(scene)
    await scene.until(lambda: wizard.draft_id is not None)
    await wizard.settle()
    wizard.apply(wizard.state.rename("Mine"))
    record_id = await change_by_another_while_typing(scene)
    await scene.appears("wizard_conflict")
    scene.click("wizard_conflict_mine")
    await scene.until(lambda: not scene.shows("wizard_conflict"))
    names = {one.id: one.name for one, _ in await scene.app.broadcasts.every()}
    assert names[record_id] == "Mine"
    assert any(name.startswith("Theirs (") for name in names.values())


async def change_by_another_while_typing(scene: Scene) -> int:
    """As change_by_another(), with something typed here that is not kept yet."""
    wizard = wizard_of(scene)
    assert wizard.draft_id is not None
    record = await scene.app.broadcasts.get(wizard.draft_id)
    other = next(one for one in await scene.app.workspace.people() if one.id != scene.who[0].id)
    await scene.app.broadcasts.save_draft(record.id, replace(record.draft, name="Theirs"), other)
    return record.id
