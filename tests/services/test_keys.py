"""API keys: made once, kept as hashes, asked at every call, revoked at once."""

import asyncio
import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select

from desktop.domain.activity import Deed
from desktop.domain.consent import OptIn
from desktop.domain.consent import Path as SendPath
from desktop.domain.keys import KeyFigures, Scope
from desktop.domain.messages import Lane
from desktop.domain.outbox import Submission
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, NotFound, Problem
from desktop.services.accounts import Accounts
from desktop.services.keys import Keys, NewKey
from desktop.store import contacts, conversations, people, tables
from desktop.store.engine import Store
from tests.clock import FakeClock
from tests.databases import read
from tests.services.desk import PRIYA, Desk

ADMIN = User(0, "the command line", Role.ADMIN)


@pytest.fixture
def keys(store: Store) -> Keys:
    return Keys(store)


@pytest.fixture
async def shop(keys: Keys) -> NewKey:
    return await keys.create("shop-sync", Scope.ALL, ADMIN)


async def test_a_key_and_its_bearer_say_who_asks(keys: Keys, shop: NewKey) -> None:
    assert re.fullmatch(r"ak_[\w-]{20}", shop.api_key.key_id)
    by_secret = await keys.caller(shop.api_key.key_id, shop.api_secret)
    assert by_secret is not None
    assert (by_secret.id, by_secret.name, by_secret.scope) == (shop.api_key.id, "shop-sync", Scope.ALL)
    assert await keys.bearer(shop.bearer) == by_secret


async def test_whatever_is_wrong_nobody_is_known(keys: Keys, shop: NewKey) -> None:
    other = await keys.create("reporting", Scope.READ, ADMIN)
    key_id, secret = shop.api_key.key_id, shop.api_secret
    wrong = [
        (key_id, ""),
        (key_id, secret[:-1]),
        (key_id, secret + "A"),
        (key_id, other.api_secret),
        (key_id, shop.bearer),
        (key_id.lower(), secret),
        ("ak_" + "A" * 20, secret),
        ("", secret),
        ("\x00", "\udcff"),
    ]
    assert [await keys.caller(*one) for one in wrong] == [None] * len(wrong)
    bad = [
        "",
        ".",
        key_id,
        f"{key_id}.",
        f"{key_id}.{secret}",
        shop.bearer[:-1],
        shop.bearer.partition(".")[2],
    ]
    assert [await keys.bearer(one) for one in bad] == [None] * len(bad)


async def test_the_same_work_is_done_for_every_refusal(
    keys: Keys, shop: NewKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hash and compare of the same lengths, whether the key is unknown, wrong or revoked."""
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append((len(one), len(other)))
        return real(one, other)

    monkeypatch.setattr("desktop.services.keys.hmac.compare_digest", watched)
    await keys.caller(shop.api_key.key_id, "x")
    await keys.caller("ak_unknown", "a much longer secret than any " * 20)
    await keys.revoke(shop.api_key.id, ADMIN)
    await keys.caller(shop.api_key.key_id, shop.api_secret)
    assert compared == [(64, 64)] * 3


async def test_every_refusal_asks_the_store_the_same(
    keys: Keys, shop: NewKey, store: Store, statements: list[str]
) -> None:
    """An unknown key, a wrong secret, a revoked key and one whose maker has left: not even a statement differs."""
    [leaver] = await store.write(lambda tx: people.add(tx, [("Meera Rao", Role.ADMIN)]))
    left = await keys.create("crm", Scope.ALL, User(leaver, "Meera Rao", Role.ADMIN))
    revoked = await keys.create("old", Scope.ALL, ADMIN)
    await keys.revoke(revoked.api_key.id, ADMIN)
    await store.write(lambda tx: people.set_active(tx, leaver, False))
    refusals = {
        "unknown": ("ak_unknown", shop.api_secret),
        "wrong": (shop.api_key.key_id, "wrong"),
        "revoked": (revoked.api_key.key_id, revoked.api_secret),
        "left": (left.api_key.key_id, left.api_secret),
    }
    asked = {}
    for name, (key_id, secret) in refusals.items():
        statements.clear()
        assert await keys.caller(key_id, secret) is None
        asked[name] = tuple(statements)
    assert asked["unknown"]
    assert set(asked.values()) == {asked["unknown"]}


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that is sent to a database, by whichever thread."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


async def test_a_key_opens_nothing_while_the_account_of_its_maker_is_closed(
    keys: Keys, shop: NewKey, store: Store
) -> None:
    meera, arun = await store.write(
        lambda tx: people.add(tx, [("Meera Rao", Role.ADMIN), ("Arun Das", Role.ADMIN)])
    )
    made = await keys.create("crm", Scope.ALL, User(meera, "Meera Rao", Role.ADMIN))
    await Accounts(store).deactivate(meera, User(arun, "Arun Das", Role.ADMIN))
    assert await keys.bearer(made.bearer) is None
    assert await keys.caller(made.api_key.key_id, made.api_secret) is None
    assert await keys.bearer(shop.bearer) is not None
    assert {one.name: one.creator_left for one in await keys.every()} == {"crm": True, "shop-sync": False}
    await Accounts(store).reactivate(meera, User(arun, "Arun Das", Role.ADMIN))
    assert await keys.bearer(made.bearer) is not None
    assert not (await keys.named("crm")).creator_left


async def test_two_processes_do_not_make_one_name_twice(address: str) -> None:
    stores = [Store(address, FakeClock(), name) for name in ("one", "two", "three")]
    try:
        made = await asyncio.gather(
            *(Keys(stores[number % 3]).create("shop-sync", Scope.ALL, ADMIN) for number in range(9)),
            return_exceptions=True,
        )
        assert len([one for one in made if isinstance(one, NewKey)]) == 1
        assert {one.field for one in made if isinstance(one, Problem)} == {"name"}
        assert [one.name for one in await Keys(stores[0]).every()] == ["shop-sync"]
    finally:
        for one in stores:
            await asyncio.to_thread(one.close)


async def test_a_revoked_key_opens_nothing_at_once(keys: Keys, shop: NewKey) -> None:
    assert await keys.bearer(shop.bearer) is not None
    await keys.revoke(shop.api_key.id, ADMIN)
    assert await keys.caller(shop.api_key.key_id, shop.api_secret) is None
    assert await keys.bearer(shop.bearer) is None
    [kept] = await keys.every()
    assert kept.revoked_at is not None


async def test_nobody_who_asks_after_the_revoking_shares_a_look_from_before(keys: Keys, shop: NewKey) -> None:
    """Those who ask at the same moment are looked up together."""
    asking = [asyncio.create_task(keys.bearer(shop.bearer)) for _ in range(100)]
    await asyncio.sleep(0)
    await keys.revoke(shop.api_key.id, ADMIN)
    after = await asyncio.gather(*(keys.bearer(shop.bearer) for _ in range(100)))
    assert after == [None] * 100
    await asyncio.gather(*asking)


async def test_a_key_is_revoked_once_and_only_if_it_is_there(
    keys: Keys, shop: NewKey, clock: FakeClock
) -> None:
    await keys.revoke(shop.api_key.id, ADMIN)
    first = (await keys.every())[0].revoked_at
    clock.move(timedelta(hours=1))
    await keys.revoke(shop.api_key.id, ADMIN)
    assert (await keys.every())[0].revoked_at == first
    with pytest.raises(NotFound):
        await keys.revoke(9999, ADMIN)


async def test_no_secret_is_kept_anywhere(keys: Keys, shop: NewKey, store: Store) -> None:
    def everything(tx: Any) -> str:
        return " ".join(
            repr(tuple(row))
            for table in (tables.api_key, tables.activity, tables.change)
            for row in tx.conn.execute(select(table))
        )

    kept = await store.read(everything)
    secrets = (shop.api_secret, shop.bearer.partition(".")[2])
    assert not any(one in kept for one in secrets)
    assert not any(one in repr(shop) for one in secrets)
    assert len(set(secrets)) == 2
    assert min(map(len, secrets)) == 43  # 256 bits of base64url


async def test_a_name_is_taken_while_its_key_works(keys: Keys, shop: NewKey) -> None:
    with pytest.raises(Problem, match="shop-sync") as refused:
        await keys.create(" shop-sync ", Scope.READ, ADMIN)
    assert refused.value.field == "name"
    await keys.revoke(shop.api_key.id, ADMIN)
    again = await keys.create("shop-sync", Scope.READ, ADMIN)
    assert [one.id for one in await keys.every()] == [again.api_key.id, shop.api_key.id]


async def test_its_use_is_noted_once_a_minute(
    keys: Keys, shop: NewKey, store: Store, clock: FakeClock
) -> None:
    def used() -> Any:
        return read(store, lambda tx: tx.conn.scalar(select(tables.api_key.c.last_used_at)))

    await keys.caller(shop.api_key.key_id, "wrong")
    assert used() is None
    first = clock.now()
    await keys.caller(shop.api_key.key_id, shop.api_secret)
    assert used() == first
    clock.move(timedelta(seconds=59))
    await keys.caller(shop.api_key.key_id, shop.api_secret)
    await Keys(store).caller(shop.api_key.key_id, shop.api_secret)
    assert used() == first
    clock.move(timedelta(seconds=1))
    await keys.bearer(shop.bearer)
    assert used() == first + timedelta(minutes=1)


async def test_figures_are_of_a_key_and_of_a_day(
    keys: Keys, shop: NewKey, store: Store, clock: FakeClock
) -> None:
    quiet = await keys.create("reporting", Scope.READ, ADMIN)
    contact_id = await store.write(lambda tx: contacts.create(tx, "Priya", PRIYA))

    def add(*rows: tuple[str, str]) -> Any:
        def write(tx: Any) -> None:
            for status, reason in rows:
                tx.conn.execute(
                    insert(tables.message).values(
                        contact_id=contact_id, outgoing=True, path="api", status=status, reason=reason,
                        kind="template", api_key_id=shop.api_key.id, created_at=tx.now, due_at=tx.now,
                        changed_at=tx.now,
                    )
                )  # fmt: skip

        return store.write(write)

    await add(("failed", "opted_out"))
    clock.move(timedelta(hours=24, seconds=1))
    await add(
        ("read", "opted_in"),
        ("queued", "opted_in"),
        ("failed", "whatsapp_error"),
        ("failed", "opted_out"),
        ("failed", "stopped_in_whatsapp"),
    )
    found = {one.name: one.day for one in await keys.every()}
    assert found == {"shop-sync": KeyFigures(5, 3, 2), "reporting": KeyFigures()}
    assert quiet.api_key.day == KeyFigures()


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
async def test_only_an_admin_makes_and_revokes(keys: Keys, shop: NewKey, role: Role) -> None:
    user = replace(ADMIN, role=role)
    with pytest.raises(NotAllowed, match="its keys"):
        await keys.create("mine", Scope.ALL, user)
    with pytest.raises(NotAllowed, match="its keys"):
        await keys.revoke(shop.api_key.id, user)
    assert [one.revoked_at for one in await keys.every()] == [None]


async def test_who_made_and_revoked_it_is_recorded(mute: Desk) -> None:
    made = await mute.app.keys.create("shop-sync", Scope.RESTRICTED, mute.admin)
    await mute.app.keys.revoke(made.api_key.id, mute.admin)
    lines = await mute.app.accounts.activity(mute.admin)
    assert [(one.deed, one.subject, one.user_id) for one in lines] == [
        (Deed.KEY_REVOKED, "shop-sync", mute.admin.id),
        (Deed.KEY_MADE, "shop-sync", mute.admin.id),
    ]
    assert lines[1].details == f"Restricted, {made.api_key.short}"


async def test_a_message_says_which_key_it_came_with(mute: Desk) -> None:
    made = await mute.app.keys.create("shop-sync", Scope.ALL, mute.admin)
    contact_id = await mute.contact(PRIYA, OptIn.NO)
    winter = await mute.template("winter_clearance")
    wanted = Submission(
        contact_id, SendPath.API, "template", "Winter", Lane.API, template_id=winter.id,
        api_key_id=made.api_key.id,
    )  # fmt: skip
    await mute.app.sending.submit(wanted, None)
    [view] = await mute.app.store.read(lambda tx: conversations.thread(tx, contact_id))
    assert view.api_key_name == "shop-sync"
    assert (await mute.app.keys.every())[0].day == KeyFigures(1, 1, 1)


async def test_a_key_opens_nothing_while_its_maker_may_make_none(keys: Keys, store: Store) -> None:
    """Keys act as an admin, so they hang on one."""
    meera, arun = await store.write(
        lambda tx: people.add(tx, [("Meera Rao", Role.ADMIN), ("Arun Das", Role.ADMIN)])
    )
    boss = User(arun, "Arun Das", Role.ADMIN)
    made = await keys.create("crm", Scope.ALL, User(meera, "Meera Rao", Role.ADMIN))
    for role, opens in ((Role.SUPERVISOR, False), (Role.AGENT, False), (Role.ADMIN, True)):
        await Accounts(store).set_role(meera, role, boss)
        assert (await keys.bearer(made.bearer) is not None) is opens
        assert (await keys.caller(made.api_key.key_id, made.api_secret) is not None) is opens
        assert (await keys.named("crm")).creator_left is not opens


async def test_starting_over_keeps_the_keys(mute: Desk) -> None:
    """Programs go on; what came with their keys is gone with the messages."""
    made = await mute.app.keys.create("shop-sync", Scope.ALL, mute.admin)
    await mute.app.start_over(mute.admin)
    assert await mute.app.keys.bearer(made.bearer) is not None
    assert [one.day for one in await mute.app.keys.every()] == [KeyFigures()]
