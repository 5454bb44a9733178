"""What the machine remembers of each store."""

from pathlib import Path

from desktop.system.seen import Seen


def test_each_store_has_a_number_of_its_own(tmp_path: Path) -> None:
    seen = Seen(tmp_path / "seen")
    assert seen.last("a1b2") == 0
    seen.keep("a1b2", 7)
    seen.keep("ffff", 3)
    assert (Seen(tmp_path / "seen").last("a1b2"), seen.last("ffff")) == (7, 3)
    assert len(list((tmp_path / "seen").iterdir())) == 2  # nothing half-written stays


def test_a_file_that_a_power_cut_left_empty_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "a1b2").write_text("")
    assert Seen(tmp_path).last("a1b2") == 0


def test_a_key_never_leaves_the_folder(tmp_path: Path) -> None:
    Seen(tmp_path / "seen").keep("../../etc", 1)
    assert [one.parent.name for one in (tmp_path / "seen").iterdir()] == ["seen"]
