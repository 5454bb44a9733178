"""The reports through their widgets: the whole program, a real store, the real service."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from sqlalchemy import func, select, text, update

from desktop.domain.changes import Topic
from desktop.domain.consent import Category, Path, Source
from desktop.domain.conversations import MessageView
from desktop.domain.messages import Status
from desktop.domain.people import Role
from desktop.domain.phones import pretty
from desktop.domain.reasons import Reason
from desktop.domain.report import Cause, Choice, Group, Scope
from desktop.domain.report_page import STATUSES_OF, Period, Span
from desktop.store import settings, tables
from desktop.store.engine import Tx
from desktop.store.tables import EPOCH, micros
from desktop.ui.parts.label import Label
from desktop.ui.reports.choosing import ChoiceMenu, OneMenu
from desktop.ui.reports.figure import Figure
from desktop.ui.reports.page import ReportsPage
from desktop.ui.reports.spans import SpanMenu
from tests.looks.scenes.reports import opened
from tests.looks.stage import Stage, staged, until
from tests.ui.reports.traffic import Traffic, fill

MESSAGE = tables.message.c


async def count(stage: Stage, *where: Any) -> int:
    """By brute force: of what left, or should have."""
    asked = select(func.count()).where(MESSAGE.outgoing, *where)
    return int(await stage.app.store.read(lambda tx: tx.conn.execute(asked).scalar_one()))


def shown(page: ReportsPage) -> Sequence[MessageView]:
    return page.messages.view.messages.rows.rows


def title(stage: Stage) -> str:
    return stage.find(Label, "reports_count").text()


def figure(stage: Stage, name: str) -> Figure:
    return stage.find(Figure, name)


async def titled(stage: Stage, text: str) -> None:
    await until(lambda: title(stage) == text, f"“{text}” over the table, not “{title(stage)}”")
    await stage.quiet()


@staged
async def test_the_figures_are_those_of_the_store_and_add_up(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    everything = await count(stage)
    await titled(stage, f"{everything:,} messages")
    for path in Path:
        for group in (Group.SENT, Group.FAILED, Group.LEFT_OUT):
            statuses = [one.value for one in STATUSES_OF[group]]
            found = await count(stage, MESSAGE.path == path.value, MESSAGE.status.in_(statuses))
            said = figure(stage, f"reports_path_{path.value}_{group.value}").text()
            assert said == (f"{found:,}" if found else "–"), (path, group)
    now = [one for one in page.messages.view.now.figures.values() if not one.isHidden()]
    assert sum(int(one.text().split()[0].replace(",", "")) for one in now) == everything
    assert page.messages.view.now.total.text() == f"= {everything:,} messages"
    stopped = sum(
        int(one.count.text().replace(",", "")) for one in page.messages.view.figures.by_reason.lines.values()
    )
    assert stopped == await count(
        stage, MESSAGE.status.in_([one.value for one in (Status.FAILED, Status.LEFT_OUT, Status.CANCELLED, Status.UNKNOWN)])
    )  # fmt: skip
    assert sum(one.total for one in page.messages.view.figures.over_time.plot.bars) == everything


@staged
async def test_a_figure_leads_to_its_messages_and_a_second_click_back(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    everything = await count(stage)
    failed = await count(stage, MESSAGE.path == "sequence", MESSAGE.status == "failed")
    await stage.click("reports_path_sequence_failed")
    await titled(stage, f"{failed:,} of {everything:,} messages")
    assert {(one.path, one.status) for one in shown(page)} == {(Path.SEQUENCE, Status.FAILED)}
    assert figure(stage, "reports_path_sequence_failed").is_marked
    assert figure(stage, "reports_path_broadcast_left_out").text() != "–", "other lines stay to choose"
    assert stage.find(QAbstractButton, "reports_status").text().strip() == "Status: failed"
    await stage.click("reports_path_sequence_failed")
    await titled(stage, f"{everything:,} messages")
    not_there = await count(stage, MESSAGE.error_code == 131026)
    await stage.click("reports_reason_131026")
    await titled(stage, f"{not_there:,} of {everything:,} messages")
    assert {one.error_code for one in shown(page)} == {131026}
    read = await count(stage, MESSAGE.error_code == 131026, MESSAGE.path == "broadcast")
    await stage.click("reports_path_broadcast")
    await titled(stage, f"{read:,} of {everything:,} messages")
    await stage.click("reports_clear")
    await titled(stage, f"{everything:,} messages")
    delivered = await count(stage, MESSAGE.status == "delivered")
    await stage.click("reports_now_delivered")
    await titled(stage, f"{delivered:,} of {everything:,} messages")


@staged
@pytest.mark.slow
async def test_menus_take_several_choices_and_count_with_their_own_part_open(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    everything = await count(stage)
    stage.find(QAbstractButton, "reports_path").click()
    menu = await menu_of(stage, ChoiceMenu, "reports_path_menu")
    lines = {one.text().split("\t")[0]: one for one in menu.actions() if one.text()}
    api = await count(stage, MESSAGE.path == "api")
    bot = await count(stage, MESSAGE.path == "bot")
    assert lines["API"].text() == f"API\t{api:,}"
    lines["API"].trigger()
    lines["Bot"].trigger()
    await titled(stage, f"{api + bot:,} of {everything:,} messages")
    assert {one.path for one in shown(page)} == {Path.API, Path.BOT}
    assert stage.find(QAbstractButton, "reports_path").accessibleName() == "Path: API, Bot"
    assert lines["Broadcast"].text().endswith(f"\t{await count(stage, MESSAGE.path == 'broadcast'):,}")
    menu.all.trigger()
    await titled(stage, f"{everything:,} messages")
    menu.close()


async def menu_of(stage: Stage, kind: type[Any], name: str) -> Any:
    found: list[Any] = []

    def there() -> bool:
        found[:] = [one for one in stage.window.findChildren(kind, name) if one.isVisible()]
        return bool(found)

    await until(there, name)
    return found[0]


@staged
@pytest.mark.slow
async def test_the_search_finds_a_contact_and_clearing_brings_all_back(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    everything = await count(stage)
    await stage.type_into("reports_search", "Priya Sharma")
    await until(lambda: {one.contact_name for one in shown(page)} == {"Priya Sharma"}, "her messages")
    contact_id = shown(page)[0].contact_id
    hers = await count(stage, MESSAGE.contact_id == contact_id)
    await titled(stage, f"{hers:,} messages")
    await stage.type_into("reports_search", " of nowhere")
    await stage.seen("reports_none")
    assert not page.export.isEnabled()
    none = page.messages.view.messages.none
    assert none.title.text() == "Nothing matches in the last 7 days"
    assert none.action.text() == "Search everything"
    await stage.click("reports_none-action")
    await until(lambda: none.action.text() == "Clear the filters", "of all times, too")
    assert page.messages.span.period is Period.EVERYTHING
    assert stage.find(QLineEdit, "reports_search").text() == "Priya Sharma of nowhere", (
        "what was looked for stays"
    )
    await stage.click("reports_none-action")
    await titled(stage, f"{everything:,} messages")
    assert page.messages.view.messages.table.selectionModel().hasSelection()
    beside = page.messages.view.messages.beside
    assert beside.message == shown(page)[0]
    assert stage.find(Label, "reports_why_whose").text().startswith(shown(page)[0].contact_name)
    assert stage.find(QLineEdit, "reports_search").text() == ""


@staged
@pytest.mark.slow
async def test_rows_come_page_by_page_while_scrolling_and_never_twice(stage: Stage) -> None:
    page = await opened(stage, Traffic(count=350))
    assert len(shown(page)) == 100, "one page"
    bar = page.messages.view.messages.table.verticalScrollBar()
    pages = page.messages.view.messages.pages
    while not pages.is_whole:
        before = len(shown(page))
        bar.setValue(bar.maximum())
        await until(partial(_more_than, page, before), "the next page")
        await stage.quiet()
    ids = [one.id for one in shown(page)]
    assert len(ids) == len(set(ids)) == await count(stage)
    keys = [(one.at, one.id) for one in shown(page)]
    assert keys == sorted(keys, reverse=True), "newest first"


def _more_than(page: ReportsPage, before: int) -> bool:
    return len(shown(page)) > before or page.messages.view.messages.pages.is_whole


@pytest.mark.slow
@staged
async def test_new_messages_are_announced_and_rows_stay_where_they_are(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    first = shown(page)[0]
    stood = [one.id for one in shown(page)]
    changed = shown(page)[1].id
    await stage.app.store.write(lambda tx: _one_more(tx, first.contact_id, changed))
    page.messages.read_again()
    await stage.seen("reports_fresh")
    assert [one.id for one in shown(page)] == stood
    assert stage.find(QAbstractButton, "reports_fresh").text() == "1 new"
    assert shown(page)[1].status is Status.UNKNOWN, "what is shown is as it is now"
    await titled(stage, f"{await count(stage):,} messages")
    await stage.click("reports_fresh")
    await until(lambda: shown(page)[0].text == "The newest", "the new one on top")
    assert not stage.sees("reports_fresh")


def _one_more(tx: Tx, contact_id: int, changed: int) -> None:
    tx.conn.execute(
        tables.message.insert().values(
            contact_id=contact_id, outgoing=True, path="api", status="read", reason="not_marketing", kind="text",
            text="The newest", created_at=tx.now, due_at=tx.now, changed_at=tx.now,
        )
    )  # fmt: skip
    tx.conn.execute(
        update(tables.message).where(MESSAGE.id == changed).values(status="unknown", reason="answer_lost")
    )
    tx.touch(Topic.MESSAGE)


@staged
async def test_a_row_shows_why_and_leads_to_what_it_belongs_to(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    page.show_choice(
        Scope(), Choice(paths=frozenset({Path.BROADCAST}), causes=frozenset({Cause(Reason.OPTED_OUT)}))
    )
    await until(lambda: {one.reason for one in shown(page)} == {Reason.OPTED_OUT}, "those left out")
    await stage.quiet()
    assert page.messages.span.period is Period.EVERYTHING
    at = next(place for place, one in enumerate(shown(page)) if one.broadcast_id is not None)
    table = page.messages.view.messages.table
    table.setCurrentIndex(page.messages.view.messages.rows.index(at, 0))
    await stage.quiet()
    row = shown(page)[at]
    why = page.messages.view.messages.beside.why
    assert why.contact_id() == row.contact_id
    asked: list[tuple[str, int]] = []
    events: list[tuple[int, int]] = []

    page.contact_requested.disconnect()
    page.contact_page_requested.disconnect()
    page.broadcast_requested.disconnect()
    page.contact_requested.connect(lambda one: asked.append(("conversation", one)))
    page.contact_page_requested.connect(lambda one: asked.append(("contact", one)))
    page.broadcast_requested.connect(lambda one: asked.append(("broadcast", one)))
    page.event_requested.disconnect()
    page.event_requested.connect(lambda one, event: events.append((one, event)))
    for name in ("conversation", "contact", "broadcast"):
        stage.find(QAbstractButton, f"reports_open_{name}").click()
    why.event_requested.emit(41)
    assert events == [(row.contact_id, 41)]
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert asked == [
        ("conversation", row.contact_id),
        ("contact", row.contact_id),
        ("broadcast", row.broadcast_id),
        ("conversation", row.contact_id),
    ]


@staged
@pytest.mark.slow
async def test_one_contact_is_shown_by_name_until_it_is_taken_away(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    everything = await count(stage)
    contact_id = shown(page)[0].contact_id
    page.show_choice(Scope(contact_id=contact_id), Choice())
    await titled(stage, f"{await count(stage, MESSAGE.contact_id == contact_id):,} messages")
    assert stage.sees("reports_contact")
    await stage.click("reports_contact-remove")
    await titled(stage, f"{everything:,} messages")
    assert not stage.sees("reports_contact")


@staged
@pytest.mark.slow
async def test_a_column_of_the_plot_leads_to_its_day_and_the_menu_to_every_time(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    plot = page.messages.view.figures.over_time.plot
    at = next(place for place, one in enumerate(plot.bars) if one.total)
    total = plot.bars[at].total
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=plot.bar_box(at).center().toPoint())
    await titled(stage, f"{total:,} messages")
    assert page.messages.span.period is Period.DAYS
    assert len(plot.bars) == 24, "a day by its hours"
    stage.find(QAbstractButton, "reports_span").click()
    menu = await menu_of(stage, SpanMenu, "reports_span_menu")
    next(one for one in menu.actions() if one.text() == "Everything").trigger()
    menu.close()
    await titled(stage, f"{await count(stage):,} messages")
    assert sum(one.total for one in plot.bars) == await count(stage)


@pytest.mark.slow
@staged
async def test_who_opted_out_is_listed_with_the_evidence(stage: Stage) -> None:
    page = await opened(stage, Traffic(count=10))
    assert page.tabs.button("opted_out").text() == "Opted-out contacts 10"
    await stage.click("reports_tab-opted_out")
    view = page.opted_out.view
    await until(lambda: len(view.rows.rows) == 10, "all ten")
    assert page.span.accessibleName() == "Time: Everything"
    first = view.rows.rows[0]
    assert (first.name, first.source, first.evidence) == ("Priya Sharma", Source.KEYWORD, "STOP")
    assert stage.find(Label, "opted_out_count").text() == "10 contacts opted out"
    stage.find(QAbstractButton, "opted_out_source").click()
    menu = await menu_of(stage, OneMenu, "opted_out_source_menu")
    next(one for one in menu.actions() if one.text() == "Keyword").trigger()
    menu.close()
    await until(lambda: [one.name for one in view.rows.rows] == ["Priya Sharma"], "by keyword")
    await stage.quiet()
    assert stage.find(Label, "opted_out_count").text() == "1 of 10 contacts who opted out"
    await stage.type_into("opted_out_search", "nobody")
    await stage.seen("opted_out_none_found")
    await stage.click("opted_out_none_found-action")
    await until(lambda: len(view.rows.rows) == 10, "all again")
    opened_contacts: list[int] = []
    page.contact_page_requested.disconnect()
    page.contact_page_requested.connect(opened_contacts.append)
    await stage.click("opted_out_contact")
    assert opened_contacts == [view.rows.rows[0].contact_id]


@pytest.mark.slow
@staged
async def test_the_export_is_of_what_is_shown(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    failed = await count(stage, MESSAGE.path == "sequence", MESSAGE.status == "failed")
    await stage.click("reports_path_sequence_failed")
    await titled(stage, f"{failed:,} of {await count(stage):,} messages")
    page.export.click()
    await stage.seen("export_who")
    assert stage.find(Label, "export_who").text() == f"All {failed:,} messages that match the filters"
    QTest.keyClick(stage.find(QWidget, "export"), Qt.Key.Key_Escape)
    await until(lambda: not stage.sees("export_who"), "the card to go")


@staged
@pytest.mark.slow
async def test_who_may_not_export_is_told_why(stage: Stage) -> None:
    page = await opened(stage, Traffic(count=10))
    assert page.export.isEnabled()
    people = await stage.app.workspace.people()
    agent = next(one for one in people if one.role is Role.AGENT)
    await stage.sit_down(agent.name)
    page = stage.window.go("reports")  # type: ignore[assignment]
    await stage.quiet()
    assert not page.export.isEnabled()
    assert page.export.toolTip().startswith(f"{agent.name} (Agent) may not export contacts and reports")


@staged
async def test_a_count_that_fails_says_why_and_is_tried_again(stage: Stage) -> None:
    page = await opened(stage, Traffic(count=10))
    kept = await stage.app.store.read(settings.load)
    await stage.app.store.write(lambda tx: settings.save(tx, replace(kept, time_zone="Nowhere/Else"), None))
    page.messages.view.retry_requested.emit()
    await stage.seen("reports_problem")
    assert not page.messages.view.figures.isEnabled()
    await stage.app.store.write(
        lambda tx: settings.save(tx, replace(kept, time_zone="America/Toronto"), None)
    )
    await stage.click("reports_problem-action")
    await until(lambda: not stage.sees("reports_problem"), "the banner to go")
    assert page.messages.view.figures.isEnabled()
    assert "America/Toronto" in page.span.toolTip()


@staged
async def test_without_messages_it_says_so_and_offers_everything(stage: Stage) -> None:
    await fill(stage.app.store, Traffic(count=10))
    await stage.app.store.write(_age)
    page = stage.window.go("reports")
    assert isinstance(page, ReportsPage)
    await stage.seen("reports_empty")
    assert page.messages.view.empty.title.text() == "No messages in the last 7 days"
    await stage.click("reports_empty-action")
    await titled(stage, f"{await count(stage):,} messages")
    assert {one.category for one in shown(page)} <= set(Category)


def _age(tx: Tx) -> None:
    """Everything is a year old."""
    at = tx.now.replace(year=tx.now.year - 1)
    tx.conn.execute(update(tables.message).values(created_at=at))


@staged
@pytest.mark.slow
async def test_the_keys_lead_from_the_search_to_the_list_and_tab_to_the_reasons(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    table = page.messages.table
    for key in (Qt.Key.Key_Down, Qt.Key.Key_F6):
        page.focus_search()
        QTest.keyClick(page.messages.search, key)
        await until(table.hasFocus, "the table to have the focus")
    lines = list(page.messages.view.figures.by_reason.lines.values())
    stops = tab_stops(page.messages.search, table)
    assert [one for one in stops if one in [line.count for line in lines]] == [line.count for line in lines]
    await stage.click("reports_tab-opted_out")
    await until(lambda: bool(page.opted_out.view.rows.rows), "who opted out")
    page.focus_search()
    QTest.keyClick(page.opted_out.search, Qt.Key.Key_Down)
    await until(page.opted_out.table.hasFocus, "their table")


def tab_stops(first: QWidget, last: QWidget) -> list[QWidget]:
    """What Tab comes to from one widget to another."""
    found: list[QWidget] = []
    one = first.nextInFocusChain()
    while one is not None and one is not last and one is not first:
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(one)
        one = one.nextInFocusChain()
    return found


@pytest.mark.slow
@staged
async def test_the_words_of_a_reason_lead_where_its_figure_leads(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    everything = await count(stage)
    line = next(
        one for one in page.messages.view.figures.by_reason.lines.values() if one.cause.error_code == 131026
    )
    QTest.mouseClick(line.text, Qt.MouseButton.LeftButton)
    await titled(stage, f"{await count(stage, MESSAGE.error_code == 131026):,} of {everything:,} messages")


@staged
@pytest.mark.slow
async def test_a_broadcast_and_a_message_are_found_by_what_they_are_called(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    await stage.type_into("reports_search", "winter CLEARANCE")
    await until(
        lambda: {one.broadcast_name for one in shown(page)} == {"Winter clearance – Mumbai"}, "its messages"
    )
    wanted = shown(page)[3].id
    await stage.type_into("reports_search", "")
    stage.find(QLineEdit, "reports_search").setText(f"message {wanted}")
    await until(lambda: [one.id for one in shown(page)] == [wanted], "the one message")


@staged
@pytest.mark.slow
async def test_today_is_another_day_after_midnight(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    page.messages.show_span(Span(Period.TODAY))
    await stage.quiet()
    assert shown(page)
    first = page.messages.page.scope(stage.app.clock.now(), page.messages.zone).since
    await stage.app.store.write(_yesterday)
    counted = page.messages._counted
    assert counted is not None
    assert first is not None
    page.messages._counted = replace(counted, scope=replace(counted.scope, since=first - timedelta(days=1)))
    page.messages.look_at_the_day()
    await until(lambda: not shown(page), "the rows of the day before to go")


def _yesterday(tx: Tx) -> None:
    tx.conn.execute(text(f"UPDATE message SET created_at = created_at - {micros(EPOCH + timedelta(days=1))}"))


@staged
@pytest.mark.slow
async def test_the_phone_has_a_column_where_there_is_room_and_a_step_keeps_its_end(stage: Stage) -> None:
    page = await opened(stage, Traffic())
    table = page.messages.table
    stage.window.resize(1_200, 900)
    await until(lambda: table.isColumnHidden(2), "no room for it")
    stage.window.resize(1_900, 900)
    await until(lambda: not table.isColumnHidden(2), "its column")
    row = shown(page)[0]
    rows = page.messages.view.messages.rows
    assert rows.cell(0, 2).text == pretty(row.phone)
    assert rows.cell(0, 3).middle
    assert pretty(row.phone) in stage.find(Label, "reports_why_whose").text()
