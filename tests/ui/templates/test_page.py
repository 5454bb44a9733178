"""The templates page through its widgets: the whole program, a real store, a real sandbox."""

from typing import Any

import aiohttp
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit

from desktop.domain.consent import Category
from desktop.domain.flow_nodes import SendTemplate
from desktop.domain.sequence import Definition, SequenceStep
from desktop.domain.template_notices import NoticeKind
from desktop.domain.variables import suggest
from desktop.options import SANDBOX_TOKEN, SANDBOX_WABA_ID
from desktop.ui.broadcasts.list_view import BroadcastList
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.broadcasts.report import ReportPage
from desktop.ui.parts.badge import Badge
from desktop.ui.parts.keyvalue import KeyValue
from desktop.ui.parts.label import Label
from desktop.ui.templates.page import TemplatesPage
from tests.looks.scenes.templates import BUTTONS, FRENCH, MEDIA
from tests.looks.stage import Stage, staged, until
from tests.store.bots import flow


async def opened(stage: Stage, count: int = 4) -> TemplatesPage:
    page = stage.window.go("templates")
    assert isinstance(page, TemplatesPage)
    await until(lambda: len(page.list.shown) == count, f"{count} templates in the list")
    await stage.quiet()
    return page


def names(page: TemplatesPage) -> list[str]:
    return [one.name for one in page.list.shown]


async def choose(stage: Stage, page: TemplatesPage, name: str) -> None:
    """Click its row."""
    at = names(page).index(name)
    view = page.list.view
    spot = view.visualRect(page.list.rows.index(at)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    await until(lambda: text(stage, "template_name") == name, f"{name} to be shown")
    await stage.quiet()


def text(stage: Stage, name: str) -> str:
    return stage.find(QLabel, name).text() if name == "template_name" else stage.find(Label, name).text()


async def make(stage: Stage, wanted: dict[str, Any]) -> None:
    """A new template, as WhatsApp Manager would make it: nobody is told."""
    address = f"{stage.app.sandbox_url}/v25.0/{SANDBOX_WABA_ID}/message_templates"
    headers = {"Authorization": f"Bearer {SANDBOX_TOKEN}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, json=wanted, headers=headers) as answer,
    ):
        assert answer.status == 200, await answer.text()


async def drafted(stage: Stage, template: str, name: str = "Spring preview") -> BroadcastsPage:
    """A draft of a broadcast, kept; the list of broadcasts is shown."""
    stage.window.places.new_broadcast()
    page = stage.find(BroadcastsPage, "broadcasts")
    wizard = page.wizard
    assert wizard is not None
    step = wizard.view.template_step
    await until(lambda: any(one.name == template for one in step.rows.rows), "the templates")
    at = [one.name for one in step.rows.rows].index(template)
    step.table.setCurrentIndex(step.rows.index(at, 0))
    wizard.view.name.setText(name)
    wizard.view.name.textEdited.emit(name)
    await stage.click("wizard_save")
    page.show_all()
    await until(lambda: any(row.record.name == name for row in page.list.rows.rows), "the draft")
    await stage.quiet()
    stage.window.toasts.clear()
    return page


@pytest.mark.slow
@staged
async def test_the_list_is_searched_and_filtered_and_says_how_many(stage: Stage) -> None:
    await make(stage, FRENCH)
    page = await opened(stage)
    assert names(page) == ["login_code", "order_shipped", "spring_sale", "winter_clearance"]
    assert text(stage, "templates_count") == "4"
    assert not stage.sees("templates_language"), "one language needs no filter"
    await stage.type_into("templates_search", "verification")
    await until(lambda: names(page) == ["login_code"], "the one with these words")
    assert text(stage, "templates_count") == "1 of 4"
    QTest.keyClick(stage.find(QLineEdit, "templates_search"), Qt.Key.Key_Escape)
    combo = stage.find(QComboBox, "templates_category")
    combo.setCurrentIndex(combo.findText("Marketing"))
    await until(lambda: names(page) == ["spring_sale", "winter_clearance"], "marketing alone")
    state = stage.find(QComboBox, "templates_status")
    state.setCurrentIndex(state.findText("Paused"))
    await stage.seen("templates_none_found")
    await stage.click("templates_none_found-action")
    await until(lambda: len(names(page)) == 4, "all again")
    QTest.keyClick(page, Qt.Key.Key_F5)
    await until(lambda: len(names(page)) == 5, "the new one")
    language = stage.find(QComboBox, "templates_language")
    assert language.isVisible()
    language.setCurrentIndex(language.findText("fr_CA"))
    assert [(one.name, one.language) for one in page.list.shown] == [("order_shipped", "fr_CA")]


@staged
async def test_ctrl_f_leads_to_the_search_and_the_arrows_through_the_list(stage: Stage) -> None:
    page = await opened(stage)
    page.list.view.setFocus()
    QTest.keyClick(page.list.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: page.list.search.hasFocus(), "the search")
    QTest.keyClick(page.list.search, Qt.Key.Key_Down)
    await until(lambda: page.list.view.hasFocus(), "the list")
    QTest.keyClick(page.list.view, Qt.Key.Key_Down)
    await until(lambda: text(stage, "template_name") == "order_shipped", "the next one")


@pytest.mark.slow
@staged
async def test_a_refresh_by_hand_shows_a_new_template_whole(stage: Stage) -> None:
    page = await opened(stage)
    await make(stage, BUTTONS)
    await stage.click("templates_refresh")
    await until(lambda: "delivery_tomorrow" in names(page), "the new one")
    assert text(stage, "templates_age") == "Refreshed just now"
    assert [one.text for one in stage.window.toasts.shown] == ["5 templates read from WhatsApp"]
    await choose(stage, page, "delivery_tomorrow")
    assert text(stage, "template_bubble_header") == "<b>Order <u>A-991</u></b>"
    assert "<u>Ana</u>" in text(stage, "template_bubble_body")
    assert "<b><u>A-991</u></b>" in text(stage, "template_bubble_body")
    assert text(stage, "template_bubble_footer") == "Northwind Home"
    assert [text(stage, f"template_bubble_button_{at}_text") for at in (1, 2, 3, 4)] == [
        "Yes, I am there",
        "Another day",
        "Track it",
        "Call us",
    ]
    assert text(stage, "template_bubble_button_3_note") == "shop.example"
    assert text(stage, "template_bubble_button_4_note") == "+1 236 555 0100"
    stage.find(QAbstractButton, "template_mode-variables").click()
    assert "{{1}}" in text(stage, "template_bubble_body")
    assert page.detail.facts.variables[0].accessibleName() == "Header: A-991"
    assert page.detail.notices.shown[0].kind is NoticeKind.PENDING
    assert not stage.sees("template_new_broadcast"), "it is not approved yet"
    await stage.click("template_copy_id")
    template = page.detail.template
    assert template is not None
    assert QGuiApplication.clipboard().text() == template.whatsapp_id != ""


@pytest.mark.slow
@staged
async def test_a_media_header_has_its_place_and_its_file(stage: Stage) -> None:
    await make(stage, MEDIA)
    await stage.sandbox("templates/autumn_collection", {"status": "APPROVED"})
    page = await opened(stage, 5)
    await choose(stage, page, "autumn_collection")
    await until(lambda: page.detail.template is not None and page.detail.template.sendable, "the review")
    assert text(stage, "template_bubble_media_kind") == "Image"
    assert text(stage, "template_bubble_media_file") == "autumn-collection.jpg"
    assert not stage.sees("template_bubble_header")
    assert not stage.sees("template_new_broadcast")
    assert "needs a file (image)" in text(stage, "template_notices_1-text")


@staged
@pytest.mark.slow
async def test_a_pause_told_by_webhook_warns_wherever_the_template_is_used(stage: Stage) -> None:
    broadcasts = await drafted(stage, "winter_clearance")
    rows: BroadcastList = broadcasts.list
    assert rows.rows.cell(0, 1).icon == ""
    await stage.sandbox("templates/winter_clearance", {"status": "PAUSED"})
    await until(lambda: rows.rows.cell(0, 1).icon == "warning-circle-fill", "the sign in the list")
    assert "WhatsApp paused this template" in rows.rows.cell(0, 1).tooltip
    assert rows.rows.cell(1, 1).icon == "", "what is over needs no sign"
    await until(lambda: bool(stage.window.toasts.shown), "the toast")
    (toast,) = stage.window.toasts.shown
    assert toast.text == (
        "winter_clearance: Paused by WhatsApp for its quality. Used by the draft “Spring preview”."
    )
    toast.action.click()
    page = await opened(stage)
    await until(lambda: text(stage, "template_name") == "winter_clearance", "the template")
    assert stage.find(Badge, "template_badge_status").text() == "Paused"
    assert "Nothing can be sent with it until about" in text(stage, "template_notices_1-text")
    assert not stage.sees("template_new_broadcast")
    await until(lambda: len(page.detail.uses.rows.rows) == 1, "the use")
    table = page.detail.uses.table
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(0, 0)).center()
    )
    await stage.seen("wizard_template_notices_1")
    wizard = stage.find(BroadcastsPage, "broadcasts").wizard
    assert wizard is not None
    assert wizard.blocked_by().startswith("Paused by WhatsApp")
    assert not wizard.view.next_button.isEnabled()
    await stage.sandbox("templates/winter_clearance", {"status": "APPROVED"})
    await until(lambda: wizard.view.next_button.isEnabled(), "the way on")
    assert not stage.sees("wizard_template_notices_1")


@staged
@pytest.mark.slow
async def test_a_sequence_that_uses_it_is_told_and_followed(stage: Stage) -> None:
    template = await stage.app.templates.by_name("winter_clearance")
    values = tuple(suggest(name, template) for name in template.variables)
    user, verbs = stage.window.desk.user(), stage.app.sequences
    page = await opened(stage)
    await choose(stage, page, "winter_clearance")
    assert stage.sees("template_uses_none")
    made = await verbs.create("Winter series", user)
    await verbs.save_draft(made, Definition((SequenceStep(template.id, values),)), user)
    rows = page.detail.uses.rows
    await until(lambda: len(rows.rows) == 1, "the use")
    assert [rows.cell(0, at).text for at in range(4)] == ["Winter series", "Sequence", "Draft", "–"]
    await verbs.activate(made, user)
    await until(lambda: rows.cell(0, 2).text == "Active", "its state")
    assert rows.cell(0, 3).text == "0 of 0"
    await stage.sandbox("templates/winter_clearance", {"status": "REJECTED"})
    await until(lambda: bool(stage.window.toasts.shown), "the toast")
    assert stage.window.toasts.shown[0].text == (
        "winter_clearance: Rejected by WhatsApp. Used by the sequence “Winter series”."
    )
    table = page.detail.uses.table
    spot = table.visualRect(rows.index(0, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    await stage.seen("sequence_name")
    await until(lambda: stage.find(QLabel, "sequence_name").text() == "Winter series", "the sequence")


@staged
@pytest.mark.slow
async def test_a_flow_that_uses_it_is_told_and_followed(stage: Stage) -> None:
    template = await stage.app.templates.by_name("winter_clearance")
    values = tuple(suggest(name, template) for name in template.variables)
    user, verbs = stage.window.desk.user(), stage.app.flows
    page = await opened(stage)
    await choose(stage, page, "winter_clearance")
    assert stage.sees("template_uses_none")
    made = await verbs.create("Winter bot", flow(SendTemplate("template", template.id, values)), user)
    rows = page.detail.uses.rows
    await until(lambda: len(rows.rows) == 1, "the use")
    assert [rows.cell(0, at).text for at in range(4)] == ["Winter bot", "Flow of a bot", "Draft", "–"]
    await verbs.publish(made, user)
    await until(lambda: rows.cell(0, 2).text == "Published", "its state")
    assert rows.cell(0, 3).text == "0 of 0"
    await stage.sandbox("templates/winter_clearance", {"status": "REJECTED"})
    await until(lambda: bool(stage.window.toasts.shown), "the toast")
    assert stage.window.toasts.shown[0].text == (
        "winter_clearance: Rejected by WhatsApp. Used by the flow “Winter bot”."
    )
    table = page.detail.uses.table
    spot = table.visualRect(rows.index(0, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    await stage.seen("bots_name")
    await until(lambda: stage.find(QLabel, "bots_name").text() == "Winter bot", "the flow")


@pytest.mark.slow
@staged
async def test_a_turn_into_marketing_is_said_and_the_wizard_asks_the_toggle(stage: Stage) -> None:
    page = await opened(stage)
    await choose(stage, page, "order_shipped")
    assert stage.sees("template_uses_none")
    await stage.click("template_new_broadcast")
    await until(lambda: stage.find(Label, "wizard_will_be_sent").text() == "1,000", "everyone to be counted")
    wizard = stage.find(BroadcastsPage, "broadcasts").wizard
    assert wizard is not None
    assert wizard.state.template is not None
    assert wizard.state.template.name == "order_shipped"
    assert not stage.sees("wizard_toggle")
    await wizard.settle()
    await stage.sandbox("templates/order_shipped", {"category": "MARKETING"})
    await stage.seen("wizard_toggle")
    await until(lambda: stage.find(Label, "wizard_will_be_sent").text() == "990", "the opt-in to be asked")
    await until(lambda: bool(stage.window.toasts.shown), "the toast")
    assert "from utility into marketing on 22 Nov: opt-in is asked now." in stage.window.toasts.shown[-1].text
    for _ in range(3):
        await until(lambda: wizard.view.next_button.isEnabled(), "the next step")
        await stage.click("wizard_next")
    await stage.seen("wizard_review_notices_1")
    assert "into marketing on 22 Nov" in text(stage, "wizard_review_notices_1-text")
    stage.window.go("templates")
    await stage.quiet()
    assert stage.find(KeyValue, "template_category_before").value.text() == "Utility"
    assert stage.find(Badge, "template_badge_category").text() == "Marketing"


@staged
@pytest.mark.slow
async def test_a_broadcast_under_way_says_it_in_its_report(stage: Stage) -> None:
    await stage.sandbox("templates/spring_sale", {"quality": "RED"})

    async def low() -> bool:
        return (await stage.app.templates.by_name("spring_sale")).quality.value == "red"

    while not await low():
        await stage.quiet()
    await drafted(stage, "spring_sale")
    broadcast_id = (await stage.app.broadcasts.every())[0][0].id
    report = stage.find(ReportPage, "report")
    stage.find(BroadcastsPage, "broadcasts").open_report(broadcast_id)
    await until(lambda: len(report.notices.shown) == 1, "the notice")
    assert report.notices.shown[0].kind is NoticeKind.QUALITY
    await stage.sandbox("templates/spring_sale", {"correct_category": "UTILITY", "status": "DISABLED"})
    await until(lambda: any(one.kind is NoticeKind.DISABLED for one in report.notices.shown), "the state")
    assert report.notices.isVisible()


@staged
@pytest.mark.slow
async def test_a_whatsapp_that_does_not_answer_leaves_the_list_and_says_its_age(stage: Stage) -> None:
    page = await opened(stage)
    await stage.sandbox("trouble", {"kind": "templates_502", "count": 1})
    await stage.click("templates_refresh")
    await stage.seen("templates_problem")
    assert "The list is as it was read just now." in text(stage, "templates_problem-text")
    assert len(names(page)) == 4
    await stage.click("templates_problem-action")
    await until(lambda: not stage.sees("templates_problem"), "the problem to go")


@staged
async def test_who_may_not_launch_is_told_why(stage: Stage) -> None:
    await stage.sit_down("Lina Haddad")
    page = await opened(stage)
    await choose(stage, page, "winter_clearance")
    button = stage.find(QAbstractButton, "template_new_broadcast")
    assert not button.isEnabled()
    assert "may not launch" in button.toolTip()


@staged
async def test_the_picker_says_why_a_template_cannot_be_chosen(stage: Stage) -> None:
    from desktop.ui.conversations.picker_rows import picker_rows

    await stage.sandbox("templates/spring_sale", {"status": "REJECTED", "reason": "SCAM"})
    every = await stage.app.templates.every()
    while all(one.status.value == "approved" for one in every):
        await stage.quiet()
        every = await stage.app.templates.every()
    model = picker_rows()
    model.set_rows([one for one in every if one.name == "spring_sale"])
    tooltip = model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "rejected this template (scam)" in tooltip
    assert "Rejected by WhatsApp" in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert every[0].category in Category
