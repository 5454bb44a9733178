"""What programs send belongs to the conversation, like what people send; notifications stay out of the list."""

from typing import Any

import pytest

from desktop.domain.consent import OptIn
from desktop.domain.conversations import Box
from desktop.domain.public_ids import public_id
from tests.server.api import Shop, template
from tests.server.cloud import SENDING, winter
from tests.server.cloud import template as cloud_template

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

WINTER = {"1": "Priya", "2": "50%", "3": "Sunday"}


async def listed(shop: Shop) -> list[int]:
    app, admin = shop.desk.app, shop.desk.admin
    return [one.contact_id for one in await app.conversations.rows(Box.ALL, admin)]


async def conversation(shop: Shop, contact_id: int) -> Any:
    answer = await shop.ask("GET", f"/devapi/conversations/{public_id(contact_id)}")
    return answer.status


async def test_a_message_of_a_program_makes_the_conversation(shop: Shop) -> None:
    priya = await shop.desk.contact()
    assert (await listed(shop), await conversation(shop, priya)) == ([], 404)
    await shop.send(template())
    assert (await listed(shop), await conversation(shop, priya)) == ([priya], 200)


async def test_a_message_in_the_cloud_shape_does_so_too_and_one_that_was_refused(shop: Shop) -> None:
    priya = await shop.desk.contact()
    lucia = await shop.desk.contact("+15145550163", OptIn.NO, name="Lucia")
    answer = await shop.ask("POST", SENDING, cloud_template())
    assert answer.status == 200, answer.body
    answer = await shop.ask("POST", SENDING, winter("+15145550163"))
    assert answer.body["error"]["code"] == 131050
    assert sorted(await listed(shop)) == [priya, lucia]


async def test_a_closed_conversation_opens_and_moves_up(shop: Shop) -> None:
    priya, lucia = await shop.desk.contact(), await shop.desk.contact("+15145550163", name="Lucia")
    await shop.send(template())
    await shop.send(template("15145550163"))
    await shop.desk.app.conversations.close(priya, shop.desk.admin)
    assert await listed(shop) == [lucia]
    await shop.send(template())
    assert await listed(shop) == [priya, lucia]


async def test_a_notification_lands_in_no_list_and_is_in_the_thread(shop: Shop) -> None:
    priya = await shop.desk.contact()
    await shop.send(template() | {"context": {"type": "notification"}})
    assert await listed(shop) == []
    await shop.send(template(name="winter_clearance", values=WINTER) | {"context": {"type": "default"}})
    assert await listed(shop) == [priya]
    opened = await shop.desk.app.conversations.open(priya, shop.desk.admin)
    assert len(opened.messages) == 2
