"""A write whose commit was not answered: the API says that it may be there, and it is done once under its key."""

import pytest
from aiohttp import ClientSession

from desktop.domain.keys import Scope
from desktop.domain.people import Role, User
from desktop.server import http, problems
from desktop.server.cloud import errors
from desktop.services.keys import Keys
from desktop.store import contacts, people
from desktop.store.engine import Store, Uncertain
from tests.databases import PostgresServer, clock, postgres_address, postgres_server, postgres_store
from tests.lostcommits import next_commit_unanswered
from tests.server.conftest import api_of

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case

__all__ = ["clock", "postgres_address", "postgres_server", "postgres_store"]


@pytest.mark.postgres
async def test_it_may_have_been_done_and_under_its_key_it_is_done_once(
    postgres_server: PostgresServer, postgres_store: Store
) -> None:
    store = postgres_store
    (admin,) = await store.write(lambda tx: people.add(tx, [("Meera Rao", Role.ADMIN)]))
    made = await Keys(store).create("shop-sync", Scope.ALL, User(admin, "Meera Rao", Role.ADMIN))
    headers = {"apiKey": made.api_key.key_id, "apiSecret": made.api_secret, "Idempotency-Key": "order-991"}
    running = http.HttpServer(lambda: api_of(store), http.bind("127.0.0.1", 0))
    await running.start()
    asked = running.address + "/devapi/contacts"
    body = {"name": "Ana", "phone": "16045550142"}
    async with ClientSession(headers=headers) as session:
        async with session.get(running.address + "/devapi/me") as answer:
            assert answer.status == 200  # from now on the key's use is known
        with next_commit_unanswered(postgres_server):
            async with session.post(asked, json=body) as answer:
                said = (answer.status, (await answer.json())["message"])
        assert said[0] == 503
        assert said[1].startswith("It may have been done.")
        assert "the same one" in said[1]
        assert await store.read(contacts.count) == 1
        async with session.post(asked, json=body) as answer:
            assert answer.status in (200, 201)
    assert await store.read(contacts.count) == 1
    await running.stop()


def test_both_shapes_say_so_and_neither_that_nothing_was_done() -> None:
    wrong = Uncertain("It may have been done", "Look.")
    assert problems.code_of(wrong) == errors.of(wrong).status_code == 503
    for said in (problems.words_of(wrong), bytes(errors.of(wrong).body).decode()):
        assert "It may have been done. The connection" in said
        assert "Nothing" not in said
