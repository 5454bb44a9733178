"""The bundle: made as `make bundle` makes it, and tested where nothing of this checkout can be reached."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD_WITHIN_S, TEST_WITHIN_S = 1_200, 60
MOST_BYTES = 260_000_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(BUILD_WITHIN_S + 120)]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dist/assent, freshly made."""
    folder = tmp_path_factory.mktemp("bundle")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += [
        "--distpath",
        str(folder / "dist"),
        "--workpath",
        str(folder / "work"),
        str(ROOT / "build.spec"),
    ]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=BUILD_WITHIN_S)
    assert made.returncode == 0, made.stderr[-4_000:]
    return folder / "dist" / "assent"


def run(bundle: Path, home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The bundle's program, with nothing but a PATH of the system's own and a home in `home`."""
    around = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home)}
    command = [str(bundle / "assent"), *arguments]
    return subprocess.run(
        command, cwd=home, env=around, capture_output=True, text=True, timeout=TEST_WITHIN_S
    )


def test_the_bundle_tests_itself(bundle: Path, tmp_path: Path) -> None:
    done = run(bundle, tmp_path, "--self-test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(bundle)" in done.stdout.splitlines()[0]
    assert list(tmp_path.iterdir()) == []


def test_a_command_of_the_bundle_works_on_a_store_of_its_own(bundle: Path, tmp_path: Path) -> None:
    done = run(bundle, tmp_path, "seed", "--contacts", "20", "--opted-out", "2")
    assert done.returncode == 0, done.stderr
    sent = run(bundle, tmp_path, "broadcast", "--template", "winter_clearance", "--now")
    assert '"to_send": 18' in sent.stdout.splitlines()[-1], sent.stderr
    assert (tmp_path / ".local/share/assent/assent.db").exists()


def test_what_lies_in_the_bundle(bundle: Path) -> None:
    names = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*")}
    assert "share/applications/assent.desktop" in names
    assert {f"share/icons/hicolor/{n}x{n}/apps/assent.png" for n in (16, 32, 48, 128, 256, 512)} <= names
    revisions = (ROOT / "desktop/store/migrations/versions").glob("v*.py")
    assert {f"_internal/desktop/store/migrations/versions/{one.name}" for one in revisions} <= names
    assert not [name for name in names if "Qt6Qml" in name or "Qt6Quick" in name or "numpy" in name]
    size_bytes = sum(path.lstat().st_size for path in bundle.rglob("*") if path.is_file())
    assert size_bytes < MOST_BYTES


def test_it_can_be_put_into_the_menu_and_taken_out(bundle: Path, tmp_path: Path) -> None:
    around = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run([str(bundle / "install-desktop")], env=around, check=True, capture_output=True)
    entry = tmp_path / ".local/share/applications/assent.desktop"
    assert f'Exec="{bundle / "assent"}"' in entry.read_text(encoding="utf-8")
    icon = tmp_path / ".local/share/icons/hicolor/48x48/apps/assent.png"
    assert icon.exists()
    subprocess.run([str(bundle / "install-desktop"), "--remove"], env=around, check=True)
    assert not entry.exists()
    assert not icon.exists()
