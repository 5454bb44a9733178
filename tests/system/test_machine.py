"""The machine's settings file: what was asked last is what stays."""

import asyncio
import json
from pathlib import Path

from desktop.system.machine import Machine


async def test_of_two_changes_at_once_the_later_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "machine.json"
    machine = Machine(path)
    asked = [("name",), ("name", "tags"), ("name", "tags", "created")]
    await asyncio.gather(*(machine.keep(contact_columns=columns) for columns in asked))
    assert machine.settings.contact_columns == asked[-1]
    assert Machine(path).settings.contact_columns == asked[-1]


async def test_a_change_counts_before_it_is_in_the_file(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine.json")
    writing = asyncio.ensure_future(machine.keep(theme="dark"))
    await asyncio.sleep(0)
    assert machine.settings.theme == "dark"
    await writing
    assert json.loads((tmp_path / "machine.json").read_text())["theme"] == "dark"


async def test_changes_of_two_threads_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "machine.json"
    machine = Machine(path)
    await asyncio.gather(asyncio.to_thread(machine.save, user_id=7), machine.keep(import_country="NZ"))
    kept = Machine(path).settings
    assert (kept.user_id, kept.import_country) == (7, "NZ")


def test_a_broken_file_counts_as_absent_and_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "machine.json"
    path.write_text("{broken", encoding="utf-8")
    assert Machine(path).settings.theme == "light"
    assert path.with_suffix(".broken").read_text(encoding="utf-8") == "{broken"
