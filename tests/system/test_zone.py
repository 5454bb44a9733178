"""The machine's time zone, whatever the machine says."""

import pytest

from desktop.system.zone import machine_zone


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("America/Toronto", "America/Toronto"),
        (":Asia/Kolkata", "Asia/Kolkata"),
        ("Etc/UTC", "UTC"),
        ("UTC", "UTC"),
    ],
)
def test_the_zone_that_the_machine_says(monkeypatch: pytest.MonkeyPatch, said: str, name: str) -> None:
    monkeypatch.setenv("TZ", said)
    assert machine_zone() == name


@pytest.mark.parametrize("said", ["Mars/Olympus", "nonsense", "../../etc/passwd"])
def test_what_is_not_understood_does_not_stop_the_program(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    before = machine_zone()
    monkeypatch.setenv("TZ", said)
    assert machine_zone() in ("UTC", before)
