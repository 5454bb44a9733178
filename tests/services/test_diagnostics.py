"""The facts of a store: right figures, and nothing that anybody wrote."""

from pathlib import Path

from desktop.domain.people import Role, User
from desktop.domain.settings import Settings
from desktop.services import diagnostics
from desktop.services.demo import Demo
from desktop.services.workspace import Workspace
from desktop.store import opening
from desktop.store import settings as setting_store
from desktop.system.clock import SystemClock


async def test_the_facts_of_a_store(tmp_path: Path) -> None:
    store = opening.open_store(str(tmp_path / "assent.db"), SystemClock(), "test").store
    try:
        await store.write(lambda tx: opening.stamp(tx, opening.SANDBOX))
        await Demo(store).add_people()
        await Demo(store).seed(7, 2, 1)
        admin: User = next(one for one in await Workspace(store).people() if one.role is Role.ADMIN)
        await Workspace(store).change_settings(Settings(strict=True, pace_per_s=33), admin)
        found = await diagnostics.look(store)
        kept = found.condition
        assert (found.kind, kept.revision, kept.stamp) == ("SQLite", opening.newest_revision(), "sandbox")
        assert (kept.contact_count, kept.message_count, kept.last_webhook_at) == (7, 0, None)
        assert kept.size_bytes > 50_000
        assert (found.settings.strict, found.settings.pace_per_s) == (True, 33)
        assert found.is_sandbox
        await store.write(lambda tx: setting_store.set_meta(tx, "stamp", "102290129340398"))
        assert not (await diagnostics.look(store)).is_sandbox
    finally:
        store.close()
