"""An admin forgot the password: whoever holds the store's file gives a new one."""

import asyncio
from pathlib import Path

import pytest

from desktop.domain.people import Role
from desktop.services.accounts import Accounts
from desktop.store import people
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock
from tests.journeys.shell import Shell


@pytest.mark.slow
async def test_a_forgotten_password_is_given_anew(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    store = (await asyncio.to_thread(open_store, str(shell.store), SystemClock(), "test")).store
    ids = await store.write(lambda tx: people.add(tx, [("Meera Rao", Role.ADMIN)]))
    meera = await store.read(lambda tx: people.get(tx, ids[0]))
    await Accounts(store).set_password(meera.id, "a forgotten one", meera, sign_in_name="meera")
    said = await asyncio.to_thread(shell.do, "password", "Meera", "--store", str(shell.store))
    assert [sorted(line) for line in said] == [["sign_in_name", "start_password"]]
    assert await Accounts(store).sign_in("meera", said[0]["start_password"]) == meera
    refused = await asyncio.to_thread(shell.run, "password", "nobody", "--store", str(shell.store))
    assert refused.code != 0
    assert "Nobody here signs in with this name" in refused.complaint
    await asyncio.to_thread(store.close)
