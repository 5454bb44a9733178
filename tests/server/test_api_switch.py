"""The switch of the API and its limit, as programs outside meet them: at their next call."""

import pytest
from aiohttp import ClientSession

from desktop.domain.activity import Deed
from desktop.domain.keys import Scope
from desktop.domain.people import Right
from desktop.domain.problems import NotAllowed, Problem
from desktop.server.admission import SWITCHED_OFF
from tests.server.api import MESSAGES, Shop, key_of, template
from tests.services.desk import Desk

pytestmark = pytest.mark.slow  # a server, a sandbox and a store for each case


async def until_status(shop: Shop, wanted: int) -> None:
    async def look() -> bool:
        return (await shop.ask("GET", "/devapi/test")).status == wanted

    await shop.desk.until(look)


async def test_switched_off_it_answers_503_and_says_why(shop: Shop) -> None:
    desk = shop.desk
    await until_status(shop, 200)
    await desk.app.workspace.change_api(desk.admin, is_on=False)
    await until_status(shop, 503)
    for method, path, body in (
        ("POST", MESSAGES, template()),
        ("POST", "/devapi/accounts/64f0/messages/whatsapp", template()),
        ("GET", "/devapi/nowhere", None),
    ):
        answer = await shop.ask(method, path, body)
        assert (answer.status, answer.body) == (
            503,
            {"status": "SERVICE_UNAVAILABLE", "message": SWITCHED_OFF},
        )
    assert await desk.sends() == []
    assert (await shop.ask("GET", "/health")).status == 200, "WhatsApp and watchers are answered as before"
    await desk.app.workspace.change_api(desk.admin, is_on=True)
    await until_status(shop, 200)
    await shop.arrives(await shop.send(template()))


async def test_switched_off_a_stranger_learns_nothing_of_keys(shop: Shop) -> None:
    await shop.desk.app.workspace.change_api(shop.desk.admin, is_on=False)
    await until_status(shop, 503)
    stranger = Shop(shop.desk, shop.session, {"apiKey": "ak_x", "apiSecret": "y"})
    theirs, ours = await stranger.ask("GET", "/devapi/me"), await shop.ask("GET", "/devapi/me")
    assert (theirs.status, theirs.body) == (ours.status, ours.body)
    assert not [name for name in theirs.headers if name.lower().startswith("x-ratelimit")]


async def test_the_limit_counts_from_the_next_call_on(shop: Shop) -> None:
    desk = shop.desk
    assert (await shop.ask("GET", "/devapi/test")).headers["X-RateLimit-Limit"] == "600"
    await desk.app.workspace.change_api(desk.admin, per_minute=60)

    async def counts() -> bool:
        return (await shop.ask("GET", "/devapi/test")).headers["X-RateLimit-Limit"] == "60"

    await desk.until(counts)
    # Of the same minute: calls that were made before the change count as well.
    while (answer := await shop.ask("GET", "/devapi/test")).status == 200:
        assert int(answer.headers["X-RateLimit-Remaining"]) < 60
    assert answer.status == 429
    other = Shop(desk, shop.session, await key_of(desk, Scope.READ, "reporting"))
    assert (await other.ask("GET", "/devapi/test")).status == 200, "each key has its own minute"


@pytest.mark.parametrize("wrong", [59, 0, -1, 100_001])
async def test_a_limit_out_of_range_is_refused(desk: Desk, wrong: int) -> None:
    with pytest.raises(Problem) as told:
        await desk.app.workspace.change_api(desk.admin, per_minute=wrong)
    assert told.value.field == "api_per_minute"
    assert (await desk.app.workspace.settings()).api_per_minute == 600


async def test_only_who_may_keep_keys_may_switch_it(desk: Desk) -> None:
    for person in (desk.agent, desk.supervisor):
        with pytest.raises(NotAllowed, match=Right.KEYS.value):
            await desk.app.workspace.change_api(person, is_on=False)
    assert (await desk.app.workspace.settings()).api_on


async def test_both_are_in_the_log_of_who_did_what(desk: Desk) -> None:
    await desk.app.workspace.change_api(desk.admin, is_on=False, per_minute=1_200)
    newest = (await desk.app.accounts.activity(desk.admin, limit=1))[0]
    assert newest.deed is Deed.SETTINGS_CHANGED
    assert newest.details == "HTTP API: on → off; Calls a key may make in a minute: 600 → 1,200"
    await desk.app.workspace.change_api(desk.admin, is_on=False)
    assert (await desk.app.accounts.activity(desk.admin, limit=1))[0].id == newest.id, "nothing changed"


async def test_a_server_that_starts_while_it_is_off_lets_nobody_in(desk: Desk) -> None:
    """The first call is answered by what is kept, not by the default."""
    made = await key_of(desk)
    await desk.app.workspace.change_api(desk.admin, is_on=False, per_minute=90)
    async with ClientSession() as session:
        shop = Shop(desk, session, made)
        await until_status(shop, 503)
        await desk.app.workspace.change_api(desk.admin, is_on=True)
        await until_status(shop, 200)
        assert (await shop.ask("GET", "/devapi/test")).headers["X-RateLimit-Limit"] == "90"
