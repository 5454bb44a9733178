"""Webhooks in the settings: made, heard, looked at, sent again, paused and removed through the widgets."""

import json
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QMenu, QPushButton
from sqlalchemy import insert

from desktop.domain.changes import Topic
from desktop.domain.keys import Scope
from desktop.domain.subscriptions import (
    Delivery,
    DeliveryStatus,
    Event,
    Shape,
    Subscription,
    SubscriptionDraft,
    SubscriptionStatus,
)
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.ui.parts.label import ElidedLabel, Label
from desktop.ui.parts.table import Table
from desktop.ui.parts.toasts import Toast
from desktop.ui.settings.subscriptions_card import NO_WEBHOOKS
from tests.looks.stage import Stage, staged, until
from tests.ui.settings.ear import Ear, listening
from tests.ui.settings.place import integrations

pytestmark = pytest.mark.slow

CREATED = frozenset({Event.CONTACT_CREATED})


async def added(stage: Stage, ear: Ear, events: frozenset[Event] = CREATED) -> Subscription:
    made = await stage.app.subscriptions.add(SubscriptionDraft(ear.address, events), stage.window.desk.user())
    return made.subscription


async def only(stage: Stage) -> Subscription:
    (found,) = await stage.app.subscriptions.every()
    return found


async def add_a_contact(stage: Stage, name: str, phone: str = "+1 867 555 0199") -> None:
    """Something to tell of."""
    await stage.app.contacts.add(name, phone, "CA", stage.window.desk.user())


async def heard(ear: Ear, count: int) -> None:
    await until(lambda: len(ear.heard) >= count, f"{count} events")


async def wish(stage: Stage, one: Subscription, name: str) -> None:
    """Choose a line of a webhook's menu."""
    await stage.click(f"webhook_{one.id}_more")
    menu = next(
        menu for menu in stage.window.findChildren(QMenu, f"webhook_{one.id}_menu") if menu.isVisible()
    )
    action = next(action for action in menu.actions() if action.objectName() == f"webhook_{name}")
    menu.close()
    action.trigger()
    await stage.quiet()


async def put(stage: Stage, one: Subscription, rows: list[dict[str, Any]]) -> None:
    """Deliveries of a contact that was added, otherwise as the rows say."""
    now = stage.app.clock.now()
    row: dict[str, Any] = {"subscription_id": one.id, "event": Event.CONTACT_CREATED.value, "body": "{}"}
    row |= {"attempt_count": 1, "created_at": now, "ended_at": now}
    filled = [row | more for more in rows]

    def write(tx: Tx) -> None:
        tx.conn.execute(insert(tables.delivery), filled)
        tx.touch(Topic.SUBSCRIPTION, one.id)

    await stage.app.store.write(write)


def logged(stage: Stage) -> list[Delivery]:
    return list(stage.find(Table, "log_table").model().rows)  # type: ignore[attr-defined]


@staged
async def test_a_webhook_is_made_and_its_secret_is_shown(stage: Stage) -> None:
    await integrations(stage)
    assert stage.find(Label, "webhooks_none").text() == NO_WEBHOOKS
    async with listening() as ear:
        stage.find(QPushButton, "webhooks_new").click()
        await stage.type_into("webhook_url", ear.address)
        stage.find(QCheckBox, "webhook_event_message_status").click()
        stage.find(QCheckBox, "webhook_event_opt_in_updated").click()
        await stage.click("webhook_edit_do")
        await stage.seen("webhook_secret")
        field = stage.find(QLineEdit, "webhook_secret_value")
        assert field.text() not in field.displayText(), "nobody behind the chair reads it"
        await stage.click("webhook_secret_copy")
        secret = QGuiApplication.clipboard().text()
        await stage.click("webhook_secret_done")
        one = await only(stage)
        assert (one.url, one.shape) == (ear.address, Shape.GALLABOX)
        assert secret == await stage.app.subscriptions.secret(one.id, stage.window.desk.user())
        await stage.seen(f"webhook_{one.id}_log")
        told = stage.find(ElidedLabel, f"webhook_{one.id}_events").text()
        assert told == "message status, opt-in updated"
        await until(
            lambda: not stage.window.findChildren(QLineEdit, "webhook_secret_value"), "the card to go"
        )
        shown = [part.text() for part in stage.window.findChildren(QLineEdit)]
        shown += [part.text() for part in stage.window.findChildren(QLabel)]
        assert not any(secret in text for text in shown)


@staged
async def test_what_is_wrong_is_said_beside_its_field(stage: Stage) -> None:
    await integrations(stage)
    stage.find(QPushButton, "webhooks_new").click()
    await stage.type_into("webhook_url", "shop")
    stage.find(QCheckBox, "webhook_event_message_status").click()
    await stage.click("webhook_edit_do")
    note = stage.find(Label, "row_webhook_url-note")
    await until(lambda: note.property("color") == "danger", "what is wrong with the address")
    async with listening() as ear:
        stage.find(QLineEdit, "webhook_url").clear()
        await stage.type_into("webhook_url", ear.address)
        stage.find(QCheckBox, "webhook_event_message_status").click()
        await stage.click("webhook_edit_do")
        await until(lambda: stage.sees("row_webhook_events-note"), "that no event is ticked")
        await stage.click("webhook_edit_cancel")
    assert await stage.app.subscriptions.every() == []


@staged
async def test_in_whatsapps_shape_it_hears_of_one_key(stage: Stage) -> None:
    user = stage.window.desk.user()
    await stage.app.keys.create("reporting", Scope.READ, user)
    shop = await stage.app.keys.create("shop-sync", Scope.ALL, user)
    await integrations(stage)
    async with listening() as ear:
        stage.find(QPushButton, "webhooks_new").click()
        await stage.type_into("webhook_url", ear.address)
        stage.find(QComboBox, "webhook_shape").setCurrentIndex(1)
        await stage.quiet()
        assert stage.sees("webhook_key")
        assert not stage.sees("webhook_events")
        box = stage.find(QComboBox, "webhook_key")
        box.setCurrentIndex(box.findText("shop-sync"))
        await stage.click("webhook_edit_do")
        await stage.click("webhook_secret_done")
        one = await only(stage)
        assert (one.shape, one.api_key_id) == (Shape.META, shop.api_key.id)
        await stage.seen(f"webhook_{one.id}_events")
        assert "shop-sync" in stage.find(ElidedLabel, f"webhook_{one.id}_events").text()


@staged
async def test_what_was_sent_is_in_the_log_and_is_sent_again(stage: Stage) -> None:
    async with listening() as ear:
        one = await added(stage, ear)
        await integrations(stage)
        await stage.click(f"webhook_{one.id}_log")
        await stage.seen("log_empty")
        await add_a_contact(stage, "Ana")
        await heard(ear, 1)
        await until(lambda: stage.sees("log_table") and logged(stage)[0].attempt_count == 1, "the delivery")
        first = logged(stage)[0]
        assert (first.status, first.http_status, first.event) == (
            DeliveryStatus.DELIVERED,
            200,
            "Contact.Created",
        )
        shown = stage.find(QLabel, "log_answer").text()
        assert "200" in shown
        await stage.click("log_copy")
        assert json.loads(QGuiApplication.clipboard().text()) == json.loads(ear.heard[0][1])
        await stage.click("log_replay")
        await heard(ear, 2)
        await until(lambda: len(logged(stage)) == 2 and logged(stage)[0].replay_of == first.id, "its replay")
        assert ear.heard[0] == ear.heard[1]
        await stage.click("webhook_log_close")
        head = f"webhook_{one.id}_day_head"
        await until(lambda: stage.find(Label, head).text() == "2 delivered", "the figures")


@staged
async def test_one_that_fails_says_since_when(stage: Stage) -> None:
    async with listening() as ear:
        ear.status = 500
        one = await added(stage, ear)
        await integrations(stage)
        await add_a_contact(stage, "Ana")
        await heard(ear, 1)
        head = f"webhook_{one.id}_day_head"
        await until(lambda: stage.find(Label, head).text().startswith("failing since "), "the words")
        assert stage.find(Label, head).property("color") == "danger"
        await stage.click(f"webhook_{one.id}_log")
        await until(lambda: stage.sees("log_table") and logged(stage)[0].http_status == 500, "the answer")
        box = stage.find(QCheckBox, "log_tried")
        assert box.isChecked(), "what was tried says why it fails"
        later = {"status": "waiting", "due_at": stage.app.clock.now() + timedelta(hours=1)}
        await put(stage, one, [later | {"attempt_count": 0, "ended_at": None}])
        assert len(logged(stage)) == 1
        box.click()
        await until(lambda: [found.attempt_count for found in logged(stage)] == [0, 1], "what waits")
        table = stage.find(Table, "log_table")
        table.setCurrentIndex(table.model().index(0, 0))
        assert not stage.find(QPushButton, "log_replay").isEnabled(), "its turn comes"
        table.setCurrentIndex(table.model().index(1, 0))
        assert stage.find(QPushButton, "log_replay").text() == "Try now"
        count = len(ear.heard)
        await stage.click("log_replay")
        await heard(ear, count + 1)
        await until(lambda: logged(stage)[-1].attempt_count == 2, "its second try")
        assert len(logged(stage)) == 2, "no delivery of its own"
        await stage.click("webhook_log_close")


@staged
async def test_end_goes_to_the_end_of_a_long_log(stage: Stage) -> None:
    async with listening() as ear:
        one = await added(stage, ear)
        await put(stage, one, [{"status": "delivered", "http_status": 200}] * 130)
        await integrations(stage)
        await stage.click(f"webhook_{one.id}_log")
        await until(lambda: stage.sees("log_table"), "the log")
        table = stage.find(Table, "log_table")
        QTest.keyClick(table, Qt.Key.Key_End)
        await until(lambda: table.currentIndex().row() == 129, "the last line")
        QTest.keyClick(table, Qt.Key.Key_Home)
        assert table.currentIndex().row() == 0
        await stage.click("webhook_log_close")


@staged
async def test_it_is_paused_and_goes_on_where_it_stopped_or_from_now(stage: Stage) -> None:
    async with listening() as ear:
        one = await added(stage, ear)
        await integrations(stage)
        await wish(stage, one, "pause")
        await until(lambda: stage.sees(f"webhook_{one.id}_resume"), "the row to say so")
        assert (await only(stage)).status is SubscriptionStatus.PAUSED
        await add_a_contact(stage, "While paused")
        await stage.click(f"webhook_{one.id}_resume")
        await stage.click("webhook_resume_cancel")
        assert (await only(stage)).status is SubscriptionStatus.PAUSED
        await stage.click(f"webhook_{one.id}_resume")
        await stage.click("webhook_resume_on")
        await heard(ear, 1)
        assert "While paused" in ear.heard[0][1]
        await until(lambda: stage.sees(f"webhook_{one.id}_more"), "the row")
        await wish(stage, one, "pause")
        await until(lambda: stage.sees(f"webhook_{one.id}_resume"), "the row to say so")
        await add_a_contact(stage, "Never told", "+1 867 555 0198")
        await stage.click(f"webhook_{one.id}_resume")
        await stage.click("webhook_resume_now")
        await until(lambda: not stage.sees(f"webhook_{one.id}_resume"), "it to go on")
        focused = stage.window.focusWidget()
        assert focused is not None
        assert focused.objectName() == f"webhook_{one.id}_log", "not a note that goes away by itself"
        await add_a_contact(stage, "Told again", "+1 867 555 0197")
        await heard(ear, 2)
        assert "Told again" in ear.heard[1][1]
        assert not any("Never told" in body for _, body in ear.heard)


@staged
async def test_it_is_edited_tested_and_removed(stage: Stage) -> None:
    async with listening() as ear:
        one = await added(stage, ear)
        await integrations(stage)
        await wish(stage, one, "edit")
        await stage.seen("webhook_edit")
        assert stage.find(QCheckBox, "webhook_event_contact_created").isChecked()
        stage.find(QCheckBox, "webhook_event_contact_updated").click()
        await stage.click("webhook_edit_do")
        events = f"webhook_{one.id}_events"
        await until(
            lambda: stage.find(ElidedLabel, events).text() == "contact created, contact updated",
            "the new events",
        )
        await wish(stage, one, "test")
        await heard(ear, 1)
        await until(lambda: any("test event arrived" in text for text in toasts(stage)), "the answer")
        await wish(stage, one, "remove")
        await stage.click("webhook_remove-keep")
        assert (await only(stage)).id == one.id
        await wish(stage, one, "remove")
        await stage.click("webhook_remove-do")
        await stage.seen("webhooks_none")
        assert await stage.app.subscriptions.every() == []


def toasts(stage: Stage) -> list[str]:
    return [label.text() for one in stage.window.findChildren(Toast) for label in one.findChildren(QLabel)]


@staged
async def test_who_may_not_may_look(stage: Stage) -> None:
    async with listening() as ear:
        one = await added(stage, ear)
        await stage.sit_down("Lina Haddad")
        await integrations(stage)
        await until(lambda: not stage.find(QPushButton, f"webhook_{one.id}_more").isEnabled(), "the refusal")
        why = stage.find(QPushButton, f"webhook_{one.id}_more").toolTip()
        assert why == "Lina Haddad (Agent) may not set up the API, its keys and webhooks. Ask an admin."
        await stage.click(f"webhook_{one.id}_log")
        await stage.seen("log_empty")
        await stage.click("webhook_log_close")
