"""A store that has never seen its templates: they are read without anybody's doing, and again when one is missed."""

from typing import Any

import pytest
from sqlalchemy import delete

from desktop.store import tables
from tests.server.api import MESSAGES, Answer, Shop, template
from tests.server.cloud import SENDING
from tests.server.cloud import template as cloud_template

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case


async def forgotten(shop: Shop) -> None:
    await shop.desk.app.store.write(lambda tx: tx.conn.execute(delete(tables.template)))


async def arrives(shop: Shop, path: str, body: Any, status: int) -> Answer:
    """The first refusal; then, without anything else, the same request is taken."""
    refused = await shop.ask("POST", path, body)

    async def taken() -> bool:
        return (await shop.ask("POST", path, body)).status == status

    await shop.desk.until(taken)
    return refused


async def test_a_send_of_an_unknown_template_has_the_list_read_anew(shop: Shop) -> None:
    await forgotten(shop)
    refused = await arrives(shop, MESSAGES, template(), 202)
    assert (refused.status, refused.body["field"]) == (422, "whatsapp.template.templateName")
    assert "try again" in refused.body["message"]


async def test_so_does_one_in_the_cloud_shape(shop: Shop) -> None:
    await forgotten(shop)
    refused = await arrives(shop, SENDING, cloud_template(), 200)
    assert (refused.status, refused.body["error"]["code"]) == (404, 132001)
    assert "try again" in refused.body["error"]["error_data"]["details"]


async def test_a_language_that_is_not_there_is_named_with_those_that_are(shop: Shop) -> None:
    refused = await shop.ask("POST", MESSAGES, template(language="fr"))
    assert refused.status == 422
    assert "“order_shipped” is not here in fr; it is in en" in refused.body["message"]
