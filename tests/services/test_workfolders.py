"""Folders of work: for their owner alone, gone afterwards, and swept when their program was killed."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.domain.problems import Problem
from desktop.services.workfolders import WorkKind, work_folder


@pytest.fixture
def dead_pid() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def left(place: Path, name: str) -> Path:
    folder = place / name
    folder.mkdir(parents=True)
    (folder / "rows.jsonl").write_text("[]")
    return folder


async def test_it_is_the_owners_alone_and_goes(tmp_path: Path) -> None:
    place = tmp_path / "data"
    async with work_folder(WorkKind.IMPORT, place) as folder:
        assert folder.parent == place
        assert folder.name.startswith(f"assent-import-{os.getpid()}-")
        (folder / "rows.jsonl").write_text("[]")
        if os.name == "posix":
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(place.iterdir()) == []


async def test_what_the_dead_left_is_swept_and_nothing_else(tmp_path: Path, dead_pid: int) -> None:
    elsewhere = left(tmp_path / "elsewhere", "letters")
    place = tmp_path / "data"
    gone = [left(place, f"assent-{kind}-{dead_pid}-a1b2_c3") for kind in WorkKind]
    stays = [
        left(place, f"assent-import-{os.getpid()}-a1b2c3"),
        left(place, f"assent-import-{dead_pid}-of yesterday"),
        left(place, "assent-import-a1b2c3"),
    ]
    (place / f"assent-import-{dead_pid}-file").write_text("not a folder")
    link = place / f"assent-export-{dead_pid}-link"
    link.symlink_to(elsewhere, target_is_directory=True)

    async with work_folder(WorkKind.IMPORT, place):
        pass

    assert [one.exists() for one in gone] == [False, False]
    assert all((one / "rows.jsonl").exists() for one in [*stays, elsewhere])
    assert (place / f"assent-import-{dead_pid}-file").exists()
    assert link.is_symlink()


async def test_where_nothing_can_be_made_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be made"):
        async with work_folder(WorkKind.EXPORT, tmp_path / "file"):
            raise AssertionError
