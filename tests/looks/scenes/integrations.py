"""Integrations in the settings: the API, its keys, webhooks in every state, and a message that is tried."""

import json
from datetime import datetime, timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
)
from sqlalchemy import insert, update

from desktop.domain.changes import Topic
from desktop.domain.consent import Path
from desktop.domain.contact_table import TableQuery
from desktop.domain.filters import Condition, Filter, Op
from desktop.domain.keys import Scope
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.subscriptions import Event, Shape, Subscription, SubscriptionDraft
from desktop.services.keys import NewKey
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.ui.parts.label import Label
from desktop.ui.parts.table import Table
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.subscriptions_card import Wish
from tests.looks.stage import NOW, Stage, until

SHOP, CRM = "https://shop.example/hooks/wa", "https://crm.example/in"
LONG = f"https://warehouse.example/services/{'orders-and-returns/' * 8}hooks/whatsapp?tenant=north-west"
PRIYA = "+1 604 555 0142"


async def _section(stage: Stage) -> SettingsPage:
    page = stage.window.go("settings")
    assert isinstance(page, SettingsPage)
    page.open_section("integrations")
    page.integrations.refresh()
    await stage.quiet()
    return page


async def _old_key(stage: Stage) -> None:
    user, keys = stage.window.desk.user(), stage.app.keys
    await keys.revoke((await keys.create("till", Scope.ALL, user)).api_key.id, user)


async def _keys(stage: Stage) -> NewKey:
    """A shop that writes to its customers, and a report that reads."""
    user = stage.window.desk.user()
    keys = stage.app.keys
    reporting = await keys.create("reporting", Scope.READ, user)
    shop = await keys.create("shop-sync", Scope.ALL, user)
    await keys.caller(reporting.api_key.key_id, reporting.api_secret)
    stage.app.clock.move(timedelta(minutes=18))
    await keys.caller(shop.api_key.key_id, shop.api_secret)
    winter = await stage.app.templates.by_name("winter_clearance")
    said_no = TableQuery(Filter((Condition("opt_in", Op.IS, ("no",)),)))
    for one in await stage.app.contact_table.page(said_no, 0, 6):
        content = {"values": dict.fromkeys(winter.variables, "Sunday")}
        wanted = Submission(
            one.contact.id, Path.API, "template", winter.body, Lane.API, content, winter.id,
            api_key_id=shop.api_key.id,
        )  # fmt: skip
        await stage.app.sending.submit(wanted)
    return shop


async def _hook(stage: Stage, url: str, *events: Event) -> Subscription:
    draft = SubscriptionDraft(url, frozenset(events))
    return (await stage.app.subscriptions.add(draft, stage.window.desk.user())).subscription


def _delivery(one: Subscription, event: Event, at: datetime, **more: Any) -> dict[str, Any]:
    body = {"id": "3f0000000000000000000d21", "phone": "16045550142", "name": "Priya Sharma", "tags": ["VIP"]}
    values = {
        "subscription_id": one.id, "event": event.value, "body": json.dumps(body), "status": "delivered",
        "attempt_count": 1, "due_at": None, "http_status": 200, "trouble": "", "replay_of": None, "created_at": at,
        "ended_at": at,
    }  # fmt: skip
    return values | more


async def _went_well(stage: Stage, one: Subscription, count: int = 1_241, retried: int = 3) -> None:
    """Deliveries of this morning; the newest are read in the log."""
    at = NOW - timedelta(minutes=2)
    rows = [
        _delivery(
            one,
            Event.OPT_IN_UPDATED if number % 7 == 0 else Event.MESSAGE_STATUS,
            at - timedelta(seconds=9 * (count - number)),
            attempt_count=2 if number >= count - retried else 1,
        )
        for number in range(count)
    ]

    def write(tx: Tx) -> None:
        tx.conn.execute(insert(tables.delivery), rows)
        tx.touch(Topic.SUBSCRIPTION)

    await stage.app.store.write(write)


async def _fails(stage: Stage, one: Subscription, waiting: int = 44) -> None:
    """Since 10:51 it answers 500, and what comes waits."""
    since = NOW + timedelta(minutes=5)
    trouble = {"http_status": 500, "trouble": "Internal Server Error"}
    over = {"status": "failed", "attempt_count": 5, "ended_at": since + timedelta(minutes=3)} | trouble
    later = {"status": "waiting", "ended_at": None, "due_at": NOW + timedelta(hours=1)}
    rows = [
        _delivery(one, Event.CONTACT_UPDATED, since - timedelta(hours=3)),
        _delivery(one, Event.CONTACT_UPDATED, since, **over),
        _delivery(one, Event.CONTACT_UPDATED, since, **(later | trouble | {"attempt_count": 3})),
    ]
    untried = later | {"http_status": None, "attempt_count": 0}
    for number in range(waiting - 1):
        rows.append(_delivery(one, Event.CONTACT_UPDATED, since + timedelta(seconds=5 * number), **untried))

    def write(tx: Tx) -> None:
        tx.conn.execute(insert(tables.delivery), rows)
        here = tables.subscription.c.id == one.id
        tx.conn.execute(update(tables.subscription).where(here).values(failing_since=since))
        tx.touch(Topic.SUBSCRIPTION)

    await stage.app.store.write(write)


async def _filled(stage: Stage) -> tuple[Subscription, Subscription]:
    """Keys, a webhook that works and one that fails."""
    await _keys(stage)
    shop = await _hook(stage, SHOP, Event.MESSAGE_STATUS, Event.OPT_IN_UPDATED)
    crm = await _hook(stage, CRM, Event.CONTACT_UPDATED)
    await _went_well(stage, shop)
    await _fails(stage, crm)
    return shop, crm


async def _try(stage: Stage, phone: str, template: str = "winter_clearance") -> None:
    box = stage.find(QComboBox, "try_template")
    box.setCurrentIndex(next(at for at in range(box.count()) if box.itemText(at).startswith(template)))
    stage.find(QLineEdit, "try_phone").setText(phone)
    stage.find(QPushButton, "try_do").click()
    await stage.quiet()


def _to_the_end(stage: Stage) -> None:
    bar = stage.find(QScrollArea, "settings_integrations").verticalScrollBar()
    bar.setValue(bar.maximum())


async def integrations(stage: Stage) -> None:
    await _filled(stage)
    await _section(stage)
    await _try(stage, PRIYA)


async def integrations_below(stage: Stage) -> None:
    await integrations(stage)
    _to_the_end(stage)


async def integrations_none(stage: Stage) -> None:
    await _section(stage)


async def integrations_agent(stage: Stage) -> None:
    """One of the keys is of old times."""
    await _old_key(stage)
    await _filled(stage)
    await stage.sit_down("Lina Haddad")
    await _section(stage)


async def integrations_off(stage: Stage) -> None:
    await stage.app.workspace.change_api(stage.window.desk.user(), is_on=False)
    await _section(stage)


async def integrations_elsewhere(stage: Stage) -> None:
    """Another process serves; what calls a minute was changed and is not saved yet."""
    stage.app.server_address = ""
    stage.app.engine_elsewhere = "The engine of this store runs in another window on this computer."
    await _section(stage)
    stage.find(QSpinBox, "api_per_minute").setValue(1_200)


async def api_off(stage: Stage) -> None:
    await _filled(stage)
    await _section(stage)
    await stage.click("api_switch")
    await stage.seen("api_off")


async def try_passes(stage: Stage) -> None:
    """A message of another kind to the same customer would go out."""
    await _section(stage)
    await _try(stage, PRIYA, "order_shipped")
    _to_the_end(stage)


async def try_refused(stage: Stage) -> None:
    """The number is none."""
    await _section(stage)
    await _try(stage, "604 555")
    _to_the_end(stage)


async def key_new(stage: Stage) -> None:
    """The name is taken."""
    await _filled(stage)
    await _section(stage)
    stage.find(QPushButton, "keys_new").click()
    await stage.type_into("key_name", "shop-sync")
    await stage.click("key_new_do")
    await until(lambda: "shop-sync" in stage.find(Label, "row_key_name-note").text(), "what is wrong")


async def key_shown(stage: Stage) -> None:
    await _section(stage)
    stage.find(QPushButton, "keys_new").click()
    await stage.type_into("key_name", "shop-sync")
    await stage.click("key_new_do")
    await stage.seen("key_shown")


async def key_revoke(stage: Stage) -> None:
    await _filled(stage)
    await _section(stage)
    shop = next(one for one in await stage.app.keys.every() if one.name == "shop-sync")
    await stage.click(f"key_{shop.id}_revoke")
    await stage.seen("key_revoke")


async def webhook_new(stage: Stage) -> None:
    """Nothing is ticked, and that is said."""
    await _filled(stage)
    await _section(stage)
    stage.find(QPushButton, "webhooks_new").click()
    await stage.type_into("webhook_url", SHOP)
    await stage.click("webhook_edit_do")
    await until(lambda: stage.sees("row_webhook_events-note"), "what is wrong")


async def webhook_new_whatsapp(stage: Stage) -> None:
    """WhatsApp's own shape hears of one key."""
    await _filled(stage)
    await _section(stage)
    stage.find(QPushButton, "webhooks_new").click()
    await stage.type_into("webhook_url", SHOP)
    stage.find(QComboBox, "webhook_shape").setCurrentIndex(1)
    await stage.quiet()


async def webhook_secret(stage: Stage) -> None:
    await _section(stage)
    stage.find(QPushButton, "webhooks_new").click()
    await stage.type_into("webhook_url", SHOP)
    stage.find(QCheckBox, "webhook_event_message_status").click()
    await stage.click("webhook_edit_do")
    await stage.seen("webhook_secret")


async def webhook_menu(stage: Stage) -> None:
    shop, _ = await _filled(stage)
    await _section(stage)
    await stage.click(f"webhook_{shop.id}_more")


async def webhook_states(stage: Stage) -> None:
    """Paused by a person, paused by the machine, in WhatsApp's shape, and a long address that hears everything."""
    user, hooks = stage.window.desk.user(), stage.app.subscriptions
    shop = await _keys(stage)
    stopped = await _hook(stage, CRM, Event.CONTACT_UPDATED)
    rested = await _hook(stage, SHOP, Event.MESSAGE_STATUS, Event.MESSAGE_FAILED)
    meta = SubscriptionDraft("https://flows.example/in", frozenset(), Shape.META, shop.api_key.id)
    await hooks.add(meta, user)
    await _hook(stage, LONG, *(one for one in Event if one is not Event.MESSAGE_RECEIVED))
    await _fails(stage, stopped)
    await hooks.pause(rested.id, user)
    why = "20 deliveries in a row were not taken: 500 Internal Server Error. Mend the address, then resume."

    def write(tx: Tx) -> None:
        here = tables.subscription.c.id == stopped.id
        tx.conn.execute(update(tables.subscription).where(here).values(status="paused", paused_because=why))
        tx.touch(Topic.SUBSCRIPTION)

    await stage.app.store.write(write)
    await _section(stage)
    _to_the_end(stage)


async def webhook_resume(stage: Stage) -> None:
    await webhook_states(stage)
    stopped = (await stage.app.subscriptions.every())[0]
    await stage.click(f"webhook_{stopped.id}_resume")
    await stage.seen("webhook_resume")


async def webhook_remove(stage: Stage) -> None:
    _, crm = await _filled(stage)
    page = await _section(stage)
    page.integrations.subscriptions.wish_requested.emit(Wish.REMOVE, crm)
    await stage.seen("webhook_remove")


async def webhook_log(stage: Stage) -> None:
    shop, _ = await _filled(stage)
    await _section(stage)
    await stage.click(f"webhook_{shop.id}_log")
    await stage.seen("log_table")


async def webhook_log_failing(stage: Stage) -> None:
    """One that used up every attempt is chosen."""
    _, crm = await _filled(stage)
    await _section(stage)
    await stage.click(f"webhook_{crm.id}_log")
    await stage.seen("log_table")
    table = stage.find(Table, "log_table")
    last = table.model().rowCount() - 2
    table.setCurrentIndex(table.model().index(last, 0))
    table.setFocus(Qt.FocusReason.OtherFocusReason)


async def webhook_log_empty(stage: Stage) -> None:
    one = await _hook(stage, SHOP, Event.TEMPLATE_STATUS)
    await _section(stage)
    await stage.click(f"webhook_{one.id}_log")
    await stage.seen("log_empty")
