"""Templates: the list, one in each of its states, and what warns where it is used."""

from datetime import timedelta
from typing import Any

import aiohttp
from PySide6.QtWidgets import QAbstractButton, QComboBox
from sqlalchemy import delete

from desktop.domain.changes import Topic
from desktop.domain.templates import TemplateStatus
from desktop.options import SANDBOX_TOKEN, SANDBOX_WABA_ID
from desktop.store import tables
from desktop.store.engine import Tx
from desktop.ui.broadcasts.page import BroadcastsPage
from desktop.ui.templates.page import TemplatesPage
from tests.looks.scenes.broadcasts import _audience, _rename, _wizard
from tests.looks.stage import Stage, until

_NAMES = {"body_text": [["Ana", "A-991", "on Thursday"]]}
BUTTONS: dict[str, Any] = {
    "name": "delivery_tomorrow",
    "language": "en",
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["A-991"]}},
        {
            "type": "BODY",
            "text": "Hi {{1}}, your order *{{2}}* arrives {{3}}, between 9:00 and 13:00.\n\nIs that a good time?",
            "example": _NAMES,
        },
        {"type": "FOOTER", "text": "Northwind Home"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Yes, I am there"},
                {"type": "QUICK_REPLY", "text": "Another day"},
                {
                    "type": "URL",
                    "text": "Track it",
                    "url": "https://shop.example/track/{{1}}",
                    "example": ["https://shop.example/track/A-991"],
                },
                {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+12365550100"},
            ],
        },
    ],
}
MEDIA: dict[str, Any] = {
    "name": "autumn_collection",
    "language": "en",
    "category": "MARKETING",
    "components": [
        {
            "type": "HEADER",
            "format": "IMAGE",
            "example": {"header_handle": ["https://files.example/media/autumn-collection.jpg?oe=1"]},
        },
        {
            "type": "BODY",
            "text": "Hi {{1}}, the autumn collection is here. Show this picture in any shop for {{2}} off.",
            "example": {"body_text": [["Ana", "15%"]]},
        },
        {"type": "FOOTER", "text": "Reply STOP to opt out"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop offers"}]},
    ],
}
FRENCH: dict[str, Any] = {
    "name": "order_shipped",
    "language": "fr_CA",
    "category": "UTILITY",
    "components": [
        {
            "type": "BODY",
            "text": "Bonjour {{1}}, votre commande {{2}} est en route et arrive {{3}}.",
            "example": {"body_text": [["Ana", "A-991", "jeudi"]]},
        }
    ],
}


async def listed(stage: Stage) -> None:
    await _filled(stage)
    await _show(stage, "winter_clearance")


async def utility_with_buttons(stage: Stage) -> None:
    await _filled(stage)
    await _show(stage, "delivery_tomorrow")


async def paused(stage: Stage) -> None:
    await _filled(stage)
    await _drafted(stage)
    await _change(stage, "winter_clearance", status="PAUSED")
    await _show(stage, "winter_clearance")
    await stage.seen("template_notices_1")


async def turned_marketing(stage: Stage) -> None:
    await _filled(stage)
    await _change(stage, "order_shipped", category="MARKETING", language="en")
    await _show(stage, "order_shipped")
    await stage.seen("template_notices_1")


async def media_header(stage: Stage) -> None:
    await _filled(stage)
    await _show(stage, "autumn_collection")


async def variables(stage: Stage) -> None:
    await _filled(stage)
    await _show(stage, "delivery_tomorrow")
    stage.find(QAbstractButton, "template_mode-variables").click()
    await stage.quiet()


async def empty(stage: Stage) -> None:
    """WhatsApp has none: the sandbox's own, read at the start, are taken out again."""
    await until_known(stage, 4)

    def none(tx: Tx) -> None:
        tx.conn.execute(delete(tables.template))
        tx.touch(Topic.TEMPLATE)

    await stage.app.store.write(none)
    stage.window.go("templates")
    await stage.seen("templates_empty")


async def no_match(stage: Stage) -> None:
    await _filled(stage)
    stage.window.go("templates")
    combo = stage.find(QComboBox, "templates_category")
    combo.setCurrentIndex(combo.findText("Authentication"))
    await stage.type_into("templates_search", "summer")
    await stage.seen("templates_none_found")


async def not_reached(stage: Stage) -> None:
    """WhatsApp does not answer: the list stays, and says how old it is."""
    await _filled(stage)
    await _show(stage, "spring_sale")
    await stage.sandbox("trouble", {"kind": "templates_502", "count": None})
    stage.app.clock.move(timedelta(minutes=3))
    await stage.click("templates_refresh")
    await stage.seen("templates_problem")


async def wizard_paused(stage: Stage) -> None:
    """A draft whose template was paused meanwhile."""
    await _drafted(stage)
    await _change(stage, "winter_clearance", status="PAUSED")
    await _open_first_draft(stage)
    await stage.seen("wizard_template_notices_1")


async def wizard_turned_marketing(stage: Stage) -> None:
    """WhatsApp turns the template while the wizard stands at its last step."""
    await _wizard(stage)
    await _choose(stage, "order_shipped")
    await stage.click("wizard_next")
    for _ in range(3):
        await until(lambda: stage.find(QAbstractButton, "wizard_next").isEnabled(), "the next step")
        await stage.click("wizard_next")
    await _change(stage, "order_shipped", category="MARKETING")
    await stage.seen("wizard_review_notices_1")
    stage.window.toasts.clear()


async def broadcasts_warned(stage: Stage) -> None:
    """The list of broadcasts with a draft whose template was paused, and the toast that said so."""
    await _drafted(stage)
    await _change(stage, "winter_clearance", status="PAUSED", clear=False)
    await until(lambda: bool(stage.window.toasts.shown), "the toast")
    await stage.quiet()


async def _filled(stage: Stage) -> None:
    for wanted in (BUTTONS, MEDIA, FRENCH):
        await _make(stage, wanted)
        name, language = wanted["name"], wanted["language"]
        body = {"status": "APPROVED", "quality": "GREEN", "language": language}
        await stage.sandbox(f"templates/{name}", body)
    await until_known(stage, 7)


async def until_known(stage: Stage, count: int) -> None:
    """Wait until so many templates are known and approved."""

    async def known() -> int:
        every = await stage.app.templates.every()
        return sum(one.status is TemplateStatus.APPROVED for one in every)

    await stage.app.templates.refresh()
    assert await known() == count
    await stage.quiet()


async def _make(stage: Stage, wanted: dict[str, Any]) -> None:
    """A new template, as WhatsApp Manager would make it."""
    address = f"{stage.app.sandbox_url}/v25.0/{SANDBOX_WABA_ID}/message_templates"
    headers = {"Authorization": f"Bearer {SANDBOX_TOKEN}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, json=wanted, headers=headers) as answer,
    ):
        assert answer.status < 400, await answer.text()


async def _change(stage: Stage, name: str, *, clear: bool = True, **body: str) -> None:
    """What WhatsApp does to a template, told by webhook; wait until it is known here."""
    before = {(one.name, one.language): one for one in await stage.app.templates.every()}
    await stage.sandbox(f"templates/{name}", body)
    for _ in range(500):
        now = {(one.name, one.language): one for one in await stage.app.templates.every()}
        if any(
            (now[key].status, now[key].category) != (before[key].status, before[key].category)
            for key in before
        ):
            break
        await stage.quiet()
    else:
        raise AssertionError(f"the change of {name} did not come")
    await stage.quiet()
    if clear:
        await stage.quiet()
        stage.window.toasts.clear()


async def _show(stage: Stage, name: str) -> None:
    page = stage.window.go("templates")
    assert isinstance(page, TemplatesPage)
    await until(lambda: any(one.name == name for one in page.list.shown), f"{name} in the list")
    page.show_template(next(one.id for one in page.list.shown if one.name == name))
    await stage.quiet()
    stage.window.toasts.clear()


async def _choose(stage: Stage, name: str) -> None:
    page = stage.find(BroadcastsPage, "broadcasts")
    assert page.wizard is not None
    step = page.wizard.view.template_step
    at = [one.name for one in step.rows.rows].index(name)
    step.table.setCurrentIndex(step.rows.index(at, 0))
    await stage.quiet()


async def _drafted(stage: Stage) -> None:
    await _audience(stage)
    _rename(stage, "Spring preview")
    await stage.click("wizard_save")
    stage.find(BroadcastsPage, "broadcasts").show_all()
    await stage.seen("broadcasts_table")
    stage.window.toasts.clear()


async def _open_first_draft(stage: Stage) -> None:
    page = stage.find(BroadcastsPage, "broadcasts")
    drafts = await stage.app.broadcasts.every()
    page.open_broadcast(drafts[0][0].id)
    await stage.quiet()
