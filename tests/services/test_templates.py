"""Templates against a real sandbox: any number of pages, webhooks, a WhatsApp that does not answer, refusals."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from desktop.domain.broadcast import BroadcastStatus
from desktop.domain.consent import Category, OptIn
from desktop.domain.messages import GONE
from desktop.domain.problems import Problem
from desktop.domain.reasons import Reason
from desktop.domain.templates import Quality, Template, TemplateStatus
from desktop.services.templates import Templates
from tests.sandbox.harness import WABA
from tests.services.desk import ARJUN, PRIYA, Desk

PATH = f"/v25.0/{WABA}/message_templates"


async def make(desk: Desk, name: str, **more: Any) -> None:
    """A new template, as WhatsApp Manager would make it; it waits for its review."""
    body = {"type": "BODY", "text": f"Words of {name}."}
    wanted = {"name": name, "language": "en", "category": "UTILITY", "components": [body]} | more
    status, answer = await desk.client.call("POST", PATH, wanted)
    assert status == 200, answer


async def becomes(desk: Desk, name: str, **wanted: Any) -> Template:
    """Wait until a template is known to be like this; nobody refreshes by hand."""

    async def look() -> Template | None:
        found = await desk.template(name)
        return found if all(getattr(found, key) == value for key, value in wanted.items()) else None

    found: Template = await desk.until(look)
    return found


async def test_250_templates_are_read_page_by_page(desk: Desk) -> None:
    for number in range(246):
        await make(desk, f"note_{number:03}")
    assert await desk.app.templates.refresh() == 250
    known = await desk.app.templates.every()
    assert len({one.name for one in known}) == 250
    assert sum(one.status is TemplateStatus.PENDING for one in known) == 246
    exchanges = (await desk.client.control("wire"))["exchanges"]
    assert any("after=" in str(one) for one in exchanges), "in more than one page"
    assert await desk.app.templates.last_refreshed_at() is not None


async def test_every_webhook_about_a_template_counts_without_a_refresh_by_hand(desk: Desk) -> None:
    before = await desk.template("order_shipped")
    await desk.client.control("templates/order_shipped", {"status": "PAUSED", "pause": 2})
    paused = await becomes(desk, "order_shipped", status=TemplateStatus.PAUSED)
    assert paused.paused_until is not None
    assert 5.9 < (paused.paused_until - desk.clock.now()).total_seconds() / 3600 < 6.1
    await desk.client.control("templates/order_shipped", {"status": "APPROVED"})
    await becomes(desk, "order_shipped", status=TemplateStatus.APPROVED, paused_until=None)
    await desk.client.control("templates/order_shipped", {"quality": "RED"})
    await becomes(desk, "order_shipped", quality=Quality.RED)
    await desk.client.control("templates/order_shipped", {"correct_category": "MARKETING"})
    turning = await becomes(desk, "order_shipped", correct_category=Category.MARKETING)
    assert turning.is_marketing
    await desk.client.control("templates/order_shipped", {"category": "MARKETING"})
    turned = await becomes(desk, "order_shipped", category=Category.MARKETING, correct_category=None)
    assert turned.category_before is Category.UTILITY
    assert turned.category_changed_at is not None
    await desk.client.control("templates/order_shipped", {"body": "Hi {{1}}, {{2}} left and comes {{3}}."})
    changed = await becomes(desk, "order_shipped", body="Hi {{1}}, {{2}} left and comes {{3}}.")
    assert changed.revision > turned.revision > before.revision
    await desk.client.control("templates/order_shipped", {"status": "REJECTED", "reason": "SCAM"})
    rejected = await becomes(desk, "order_shipped", status=TemplateStatus.REJECTED)
    assert rejected.status_reason == "SCAM"
    assert await desk.quarantined() == []


async def test_a_webhook_about_a_template_that_is_new_brings_it(desk: Desk) -> None:
    await make(desk, "diwali")
    with pytest.raises(Problem):
        await desk.template("diwali")
    await desk.client.control("templates/diwali", {"status": "APPROVED"})

    async def known() -> bool:
        return any(one.name == "diwali" and one.sendable for one in await desk.app.templates.every())

    await desk.until(known)


async def test_many_changes_at_once_are_read_a_few_times(desk: Desk) -> None:
    first = await lists_read(desk)
    await asyncio.gather(*(desk.app.templates.refresh_after_change() for _ in range(40)))
    assert 1 <= await lists_read(desk) - first <= 2


async def lists_read(desk: Desk) -> int:
    exchanges = (await desk.client.control("wire"))["exchanges"]
    return sum("message_templates" in str(one) for one in exchanges)


async def test_a_whatsapp_that_does_not_answer_leaves_the_list_as_it_is(desk: Desk) -> None:
    await desk.app.templates.refresh()  # no first look of the engine's own changes the list meanwhile
    known, read_at = await desk.app.templates.every(), await desk.app.templates.last_refreshed_at()
    await desk.trouble(kind="templates_502", count=None)
    with pytest.raises(Problem):
        await desk.app.templates.refresh()
    assert await desk.app.templates.every() == known
    assert await desk.app.templates.last_refreshed_at() == read_at
    await desk.client.control("trouble", method="DELETE")
    assert await desk.app.templates.refresh() == len(known)


@pytest.mark.parametrize(
    ("change", "title", "says"),
    [
        ({"status": "PAUSED"}, "Paused by WhatsApp", "paused this template"),
        ({"status": "REJECTED", "reason": "PROMOTIONAL"}, "Rejected by WhatsApp", "(promotional)"),
        ({"status": "DISABLED"}, "Disabled by WhatsApp", "for good"),
        (None, "No longer in WhatsApp", "no longer exists in WhatsApp"),
    ],
)
async def test_a_launch_is_refused_with_what_is_the_matter(
    desk: Desk, change: dict[str, str] | None, title: str, says: str
) -> None:
    await desk.crowd(yes=2)
    drafted = await desk.draft()
    if change is None:
        assert (await desk.client.call("DELETE", f"{PATH}?name=winter_clearance"))[0] == 200
        await desk.app.templates.refresh()
    else:
        await desk.client.control("templates/winter_clearance", change)
        await desk.settled()
    with pytest.raises(Problem) as refused:
        await desk.app.broadcasts.launch(drafted, desk.supervisor, now=True)
    assert refused.value.title.startswith(title)
    assert says in refused.value.sentence
    (use,) = await desk.app.templates.uses((await desk.template()).id)
    assert (use.id, use.status) == (drafted, BroadcastStatus.DRAFT)
    assert await desk.sends() == []


async def test_a_template_that_needs_a_file_is_not_launched(desk: Desk) -> None:
    await desk.crowd(yes=2)
    parts = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look."}]
    await make(desk, "poster", components=parts)
    await desk.client.control("templates/poster", {"status": "APPROVED"})
    await desk.app.templates.refresh()
    with pytest.raises(Problem, match="needs a file"):
        await desk.launch("poster")


async def test_a_template_that_is_gone_holds_the_broadcast_and_says_so(desk: Desk) -> None:
    await desk.settings(pace_per_s=1)
    await desk.crowd(yes=30)
    launched = await desk.launch()
    await desk.until_record(launched, BroadcastStatus.RUNNING)
    await desk.client.call("DELETE", f"{PATH}?name=winter_clearance")
    await desk.app.templates.refresh()
    record = await desk.until_record(launched, BroadcastStatus.HELD)
    assert record.held_because == Reason.TEMPLATE_GONE.sentence
    (use,) = await desk.app.templates.uses((await desk.template()).id)
    assert (use.status, use.selected_count) == (BroadcastStatus.HELD, 30)
    assert [one.id for one in await desk.app.templates.in_use()] == [launched]
    await desk.green(launched)


async def test_a_list_on_its_way_does_not_undo_what_a_webhook_tells_meanwhile(desk: Desk) -> None:
    """Another window asked for the list before the template was turned, and keeps it after the webhook of it."""
    said_no, said_yes = await desk.contact(ARJUN, OptIn.NO), await desk.contact(PRIYA, OptIn.YES)
    account = desk.app.account
    assert account is not None
    answered, arrives = asyncio.Event(), asyncio.Event()

    async def slowly() -> Sequence[Template]:
        found = (await account.templates()).templates
        answered.set()
        await arrives.wait()
        return found

    reading = asyncio.create_task(Templates(desk.app.store, desk.clock, slowly).refresh())
    await answered.wait()
    await desk.client.control("templates/order_shipped", {"category": "MARKETING"})
    await becomes(desk, "order_shipped", category=Category.MARKETING)
    await desk.settled()
    arrives.set()
    await reading

    assert (await desk.template("order_shipped")).is_marketing
    refused = await desk.send(said_no, template="order_shipped")
    assert (await desk.message(refused)).reason is Reason.OPTED_OUT
    sent = await desk.send(said_yes, template="order_shipped")
    await desk.until_status(sent, *GONE)
    assert (await desk.sent_to()) == [PRIYA]
    assert (await becomes(desk, "order_shipped", category=Category.MARKETING)).fetched_at is not None
