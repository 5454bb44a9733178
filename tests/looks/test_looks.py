"""How the program looks: a few states in each run, all of them with the slow tests."""

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.looks.camera import Shot, same_pictures, take
from tests.looks.catalogue import Look, Variant, looks
from tests.looks.page import write_page

QUICK = ("conversation-opted-out-light-100", "wizard-2-toggle-on-dark-100", "settings-consent-light-130")


def test_every_state_has_a_scene_and_a_name_of_its_own() -> None:
    found = looks()
    assert len(found) >= 60
    assert all(callable(look.make) for look in found)
    assert set(QUICK) <= {look.name for look in found}


def test_every_screen_is_shown_light_and_dark() -> None:
    shown = {(look.state, look.variant.mode) for look in looks()}
    assert [one for one, _ in shown if {(one, "light"), (one, "dark")} - shown] == []


def test_a_variant_is_read_and_written() -> None:
    assert str(Variant.of("dark-130-rtl")) == "dark-130-rtl"
    with pytest.raises(ValueError, match="no variant"):
        Variant.of("purple-100")


@pytest.mark.parametrize("look", [look for look in looks() if look.name in QUICK], ids=lambda look: look.name)
def test_nothing_is_cut_off_or_out_of_place(look: Look, tmp_path: Path) -> None:
    shot = take(look, tmp_path)
    assert shot.faults == ()
    picture = QImage(str(shot.path))
    assert (picture.width(), picture.height()) == (1440, 900)
    assert same_pictures([shot, shot]), "the same picture twice is noticed"
    other = Shot(look, _painted_over(shot.path), ())
    assert same_pictures([shot, other]) == []


def _painted_over(path: Path) -> Path:
    picture = QImage(str(path))
    picture.setPixel(3, 3, 0xFF123456)
    changed = path.with_name("changed.png")
    assert picture.save(str(changed))
    return changed


def test_the_page_shows_pairs_and_says_what_is_not_at_hand(tmp_path: Path) -> None:
    look = next(one for one in looks() if one.name == QUICK[0])
    shot = Shot(look, tmp_path / f"{look.name}.png", ("thread_name “<b>” is cut",))
    write_page([shot], tmp_path / "index.html", tmp_path / "nowhere")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "1-conversation.png is not at hand here" in page
    assert "thread_name “&lt;b&gt;” is cut" in page
    (tmp_path / "mockups").mkdir()
    (tmp_path / "mockups" / "1-conversation.png").write_bytes(b"")
    write_page([shot], tmp_path / "index.html", tmp_path / "mockups")
    assert 'src="mockups/1-conversation.png"' in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.timeout(2_400)
def test_every_state(tmp_path: Path) -> None:
    shots = [take(look, tmp_path) for look in looks()]
    faults = [f"{shot.look.name}: {fault}" for shot in shots for fault in shot.faults]
    assert faults + same_pictures(shots) == []
