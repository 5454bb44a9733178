"""Settings: who may change them, what is refused, and that the claim reads them."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select

from desktop.domain.people import Role
from desktop.domain.problems import NotAllowed, Problem
from desktop.domain.words import Words
from desktop.services.demo import Demo
from desktop.store import activity, opening, settings, tables
from desktop.system.zone import machine_zone
from tests.services.desk import Desk


async def test_only_an_admin_changes_settings(desk: Desk) -> None:
    before = await desk.app.workspace.settings()
    for user in (desk.agent, desk.supervisor):
        with pytest.raises(NotAllowed):
            await desk.app.workspace.change_settings(replace(before, strict=True), user)
    assert await desk.app.workspace.settings() == before
    wanted = replace(
        before, strict=True, override_roles=frozenset({Role.ADMIN}), words=Words(("HALT",), ("GO",))
    )
    await desk.app.workspace.change_settings(wanted, desk.admin)
    assert await desk.app.workspace.settings() == wanted


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"words": Words((), ("START",))}, "words_opt_out"),
        ({"opt_out_text": " "}, "opt_out_text"),
        ({"subscribe_button": ""}, "subscribe_button"),
        ({"subscribe_button": "x" * 21}, "subscribe_button"),
        ({"pace_per_s": 0}, "pace_per_s"),
        ({"pace_per_s": 1_001}, "pace_per_s"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
@pytest.mark.sampled(3)
async def test_what_cannot_work_is_refused(desk: Desk, change: dict[str, Any], field: str) -> None:
    before = await desk.app.workspace.settings()
    with pytest.raises(Problem) as refused:
        await desk.app.workspace.change_settings(replace(before, **change), desk.admin)
    assert refused.value.field == field
    assert await desk.app.workspace.settings() == before


async def test_only_a_sandbox_sends_without_a_pace(desk: Desk) -> None:
    unlimited = replace(await desk.app.workspace.settings(), pace_per_s=None, strict=True)
    await desk.app.workspace.change_settings(unlimited, desk.admin)
    await desk.app.store.write(lambda tx: settings.set_meta(tx, "stamp", "102290000000001"))
    try:
        with pytest.raises(Problem) as refused:
            await desk.app.workspace.change_settings(replace(unlimited, strict=False), desk.admin)
        assert refused.value.field == "pace_per_s"
    finally:
        await desk.app.store.write(lambda tx: settings.set_meta(tx, "stamp", opening.SANDBOX))


async def test_a_time_zone_is_taken_over_once_and_never_over_a_choice(desk: Desk) -> None:
    workspace, store = desk.app.workspace, desk.app.store
    assert (await workspace.settings()).time_zone == machine_zone()
    await store.write(
        lambda tx: tx.conn.execute(delete(tables.setting).where(tables.setting.c.key == "time_zone"))
    )
    logged = await store.read(lambda tx: tx.rows(select(tables.setting_log)))
    await workspace.ensure_time_zone("UTC")
    await workspace.ensure_time_zone("Asia/Kolkata")
    assert (await workspace.settings()).time_zone == "UTC"
    assert await store.read(lambda tx: tx.rows(select(tables.setting_log))) == logged

    chosen = replace(await workspace.settings(), time_zone="America/Toronto")
    await workspace.change_settings(chosen, desk.admin)
    await workspace.ensure_time_zone("Asia/Kolkata")
    assert await workspace.settings() == chosen
    line = (await store.read(activity.newest))[0]
    assert (line.subject, line.details) == ("Time zone", "Time zone: UTC → America/Toronto")


async def test_starting_over_keeps_the_time_zone(desk: Desk) -> None:
    workspace = desk.app.workspace
    await workspace.change_settings(
        replace(await workspace.settings(), time_zone="America/Toronto", strict=True), desk.admin
    )
    await Demo(desk.app.store).start_over(desk.admin)
    after = await workspace.settings()
    assert (after.time_zone, after.strict) == ("America/Toronto", False)
